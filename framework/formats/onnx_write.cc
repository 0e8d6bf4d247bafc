#include <algorithm>
#include <limits>
#include <map>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/onnx_proto.h"

namespace conformance::formats {
namespace {

void WriteMetadata(const OnnxMetadata& from,
                   google::protobuf::RepeatedPtrField<onnx::StringStringEntryProto>* to) {
  for (const auto& [key, value] : from) {
    auto* entry = to->Add();
    entry->set_key(key);
    entry->set_value(value);
  }
}

void WriteType(const OnnxType& from, onnx::TypeProto* to) {
  size_t key = 0;
  for (const OnnxType::Wrapper wrapper : from.wrappers) {
    if (wrapper == OnnxType::Wrapper::kMap) {
      to->mutable_map_type()->set_key_type(static_cast<int32_t>(key < from.keys.size() ? from.keys[key] : OnnxElem::kInt64));
      ++key;
      to = to->mutable_map_type()->mutable_value_type();
      continue;
    }
    to = wrapper == OnnxType::Wrapper::kSequence ? to->mutable_sequence_type()->mutable_elem_type()
                                                 : to->mutable_optional_type()->mutable_elem_type();
  }
  auto* tensor = to->mutable_tensor_type();
  tensor->set_elem_type(static_cast<int32_t>(from.elem));
  if (!from.shape) return;
  auto* shape = tensor->mutable_shape();
  for (const OnnxDim& dim : *from.shape) {
    auto* out = shape->add_dim();
    if (dim.size)
      out->set_dim_value(*dim.size);
    else if (!dim.symbol.empty())
      out->set_dim_param(dim.symbol);
  }
}

void WriteValueInfo(const OnnxValueInfo& from, onnx::ValueInfoProto* to) {
  to->set_name(from.name);
  if (from.type.IsKnown()) WriteType(from.type, to->mutable_type());
  if (!from.doc_string.empty()) to->set_doc_string(from.doc_string);
  WriteMetadata(from.metadata_props, to->mutable_metadata_props());
}

void WriteOpset(const OnnxOpset& from, onnx::OperatorSetIdProto* to) {
  to->set_domain(from.domain);
  to->set_version(from.version);
}

class Writer {
 public:
  explicit Writer(const ToProtoOptions& options) : options_(options) {}

  Status Model(const OnnxModel& from, onnx::ModelProto& to) {
    to.set_ir_version(from.ir_version);
    for (const OnnxOpset& opset : from.opset_imports) WriteOpset(opset, to.add_opset_import());
    if (!from.producer_name.empty()) to.set_producer_name(from.producer_name);
    if (!from.producer_version.empty()) to.set_producer_version(from.producer_version);
    if (!from.domain.empty()) to.set_domain(from.domain);
    if (from.model_version != 0) to.set_model_version(from.model_version);
    if (!from.doc_string.empty()) to.set_doc_string(from.doc_string);
    WriteMetadata(from.metadata_props, to.mutable_metadata_props());
    CONFORMANCE_RETURN_IF_ERROR(Graph(from.graph, to.mutable_graph()));
    for (const auto& [name, tensor] : lifted_) {
      auto* input = to.mutable_graph()->add_input();
      input->set_name(name);
      OnnxType type;
      type.elem = tensor->elem;
      type.shape.emplace();
      for (const int64_t size : tensor->dims) type.shape->push_back({size, {}});
      WriteType(type, input->mutable_type());
    }
    for (const OnnxFunction& function : from.functions)
      CONFORMANCE_RETURN_IF_ERROR(Function(function, to.add_functions()));
    return Ok();
  }

 private:
  static Error Bad(const OnnxTensor& tensor, std::string message, std::string found, std::string wanted) {
    return Invalid(std::move(message))
        .With("place", "tensor " + Quoted(tensor.name))
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  }

  Status TensorTo(const OnnxTensor& from, onnx::TensorProto* to) {
    if (!from.name.empty()) to->set_name(from.name);
    to->set_data_type(static_cast<int32_t>(from.elem));
    for (const int64_t size : from.dims) to->add_dims(size);
    if (!from.doc_string.empty()) to->set_doc_string(from.doc_string);
    WriteMetadata(from.metadata_props, to->mutable_metadata_props());
    if (from.elem == OnnxElem::kString) {
      for (const std::string& text : from.strings) to->add_string_data(text);
      return Ok();
    }
    const std::optional<uint64_t> wanted = OnnxByteSize(from.elem, from.dims);
    const uint64_t found = from.external ? from.external->length : from.raw == nullptr ? 0 : from.raw->bytes;
    if (!wanted || OnnxElemBits(from.elem) == 0 || *wanted != found) {
      return Bad(from, "a tensor's bytes do not fit its size", std::to_string(found) + " bytes",
                 std::string(OnnxElemName(from.elem)) + ShapeText(from.dims));
    }
    if (!from.external) {
      if (found != 0)
        to->set_raw_data(from.raw->data, from.raw->bytes);
      else
        to->set_raw_data("");
      return Ok();
    }
    to->set_data_location(onnx::TensorProto::EXTERNAL);
    WriteMetadata({{"location", from.external->location},
                   {"offset", std::to_string(from.external->offset)},
                   {"length", std::to_string(from.external->length)}},
                  to->mutable_external_data());
    return Ok();
  }

  Status Sparse(const OnnxSparseTensor& from, onnx::SparseTensorProto* to) {
    CONFORMANCE_RETURN_IF_ERROR(TensorTo(from.values, to->mutable_values()));
    CONFORMANCE_RETURN_IF_ERROR(TensorTo(from.indices, to->mutable_indices()));
    for (const int64_t size : from.dims) to->add_dims(size);
    return Ok();
  }

  Status Attribute(const OnnxAttribute& from, onnx::AttributeProto* to) {
    using Kind = OnnxAttribute::Kind;
    to->set_name(from.name);
    to->set_type(static_cast<onnx::AttributeProto::AttributeType>(from.kind));
    if (!from.doc_string.empty()) to->set_doc_string(from.doc_string);
    if (!from.ref_attr_name.empty()) {
      to->set_ref_attr_name(from.ref_attr_name);
      return Ok();
    }
    const size_t held = from.kind == Kind::kTensor  ? from.tensors.size()
                        : from.kind == Kind::kGraph ? from.graphs.size()
                                                    : from.types.size();
    if ((from.kind == Kind::kTensor || from.kind == Kind::kGraph || from.kind == Kind::kType) && held != 1) {
      return Invalid("an attribute without its one value")
          .With("place", "attribute " + Quoted(from.name))
          .With("found", std::to_string(held));
    }
    switch (from.kind) {
      case Kind::kUndefined: break;
      case Kind::kFloat: to->set_f(from.f); break;
      case Kind::kInt: to->set_i(from.i); break;
      case Kind::kString: to->set_s(from.s); break;
      case Kind::kTensor: return TensorTo(from.tensors[0], to->mutable_t());
      case Kind::kGraph: return Graph(from.graphs[0], to->mutable_g());
      case Kind::kFloats: to->mutable_floats()->Add(from.floats.begin(), from.floats.end()); break;
      case Kind::kInts: to->mutable_ints()->Add(from.ints.begin(), from.ints.end()); break;
      case Kind::kStrings:
        for (const std::string& text : from.strings) to->add_strings(text);
        break;
      case Kind::kTensors:
        for (const OnnxTensor& tensor : from.tensors)
          CONFORMANCE_RETURN_IF_ERROR(TensorTo(tensor, to->add_tensors()));
        break;
      case Kind::kGraphs:
        for (const OnnxGraph& graph : from.graphs)
          CONFORMANCE_RETURN_IF_ERROR(Graph(graph, to->add_graphs()));
        break;
      case Kind::kSparseTensor:
        if (from.sparse_tensors.size() != 1) return Invalid("an attribute without its one value").With("place", "attribute " + Quoted(from.name));
        return Sparse(from.sparse_tensors[0], to->mutable_sparse_tensor());
      case Kind::kSparseTensors:
        for (const OnnxSparseTensor& tensor : from.sparse_tensors)
          CONFORMANCE_RETURN_IF_ERROR(Sparse(tensor, to->add_sparse_tensors()));
        break;
      case Kind::kType: WriteType(from.types[0], to->mutable_tp()); break;
      case Kind::kTypes:
        for (const OnnxType& type : from.types) WriteType(type, to->add_type_protos());
        break;
    }
    return Ok();
  }

  Status Node(const OnnxNode& from, onnx::NodeProto* to) {
    for (const std::string& name : from.inputs) to->add_input(name);
    for (const std::string& name : from.outputs) to->add_output(name);
    if (!from.name.empty()) to->set_name(from.name);
    to->set_op_type(from.op_type);
    if (!from.domain.empty()) to->set_domain(from.domain);
    if (!from.overload.empty()) to->set_overload(from.overload);
    for (const OnnxAttribute& attribute : from.attributes) {
      if (Status status = Attribute(attribute, to->add_attribute()); !status.ok()) {
        return std::move(status).error().Trail("in node " + Quoted(from.name) + " (" + from.op_type + ")");
      }
    }
    if (!from.doc_string.empty()) to->set_doc_string(from.doc_string);
    WriteMetadata(from.metadata_props, to->mutable_metadata_props());
    return Ok();
  }

  Status Lift(const OnnxTensor& tensor) {
    const auto [other, added] = lifted_.emplace(tensor.name, &tensor);
    if (!added && (other->second->elem != tensor.elem || other->second->dims != tensor.dims)) {
      return Bad(tensor, "two external initializers of one name", ShapeText(tensor.dims),
                 ShapeText(other->second->dims));
    }
    return Ok();
  }

  Status Graph(const OnnxGraph& from, onnx::GraphProto* to) {
    to->set_name(from.name);
    for (const OnnxNode& node : from.nodes) CONFORMANCE_RETURN_IF_ERROR(Node(node, to->add_node()));
    for (const OnnxTensor& tensor : from.initializers) {
      if (options_.external_as_inputs && tensor.external) {
        const bool is_input =
            std::ranges::find(from.inputs, tensor.name, &OnnxValueInfo::name) != from.inputs.end();
        if (!is_input) CONFORMANCE_RETURN_IF_ERROR(Lift(tensor));
        continue;
      }
      CONFORMANCE_RETURN_IF_ERROR(TensorTo(tensor, to->add_initializer()));
    }
    for (const OnnxSparseTensor& tensor : from.sparse_initializers)
      CONFORMANCE_RETURN_IF_ERROR(Sparse(tensor, to->add_sparse_initializer()));
    for (const OnnxValueInfo& value : from.inputs) WriteValueInfo(value, to->add_input());
    for (const OnnxValueInfo& value : from.outputs) WriteValueInfo(value, to->add_output());
    for (const OnnxValueInfo& value : from.value_info) WriteValueInfo(value, to->add_value_info());
    if (!from.doc_string.empty()) to->set_doc_string(from.doc_string);
    WriteMetadata(from.metadata_props, to->mutable_metadata_props());
    return Ok();
  }

  Status Function(const OnnxFunction& from, onnx::FunctionProto* to) {
    to->set_name(from.name);
    for (const std::string& name : from.inputs) to->add_input(name);
    for (const std::string& name : from.outputs) to->add_output(name);
    for (const std::string& name : from.attributes) to->add_attribute(name);
    for (const OnnxAttribute& attribute : from.attribute_protos)
      CONFORMANCE_RETURN_IF_ERROR(Attribute(attribute, to->add_attribute_proto()));
    for (const OnnxNode& node : from.nodes) CONFORMANCE_RETURN_IF_ERROR(Node(node, to->add_node()));
    if (!from.doc_string.empty()) to->set_doc_string(from.doc_string);
    for (const OnnxOpset& opset : from.opset_imports) WriteOpset(opset, to->add_opset_import());
    to->set_domain(from.domain);
    if (!from.overload.empty()) to->set_overload(from.overload);
    for (const OnnxValueInfo& value : from.value_info) WriteValueInfo(value, to->add_value_info());
    WriteMetadata(from.metadata_props, to->mutable_metadata_props());
    return Ok();
  }

  const ToProtoOptions& options_;
  std::map<std::string, const OnnxTensor*> lifted_;
};

}  // namespace

Status ToProto(const OnnxModel& model, const ToProtoOptions& options, onnx::ModelProto& proto) {
  return Writer(options).Model(model, proto);
}

Result<std::string> SerializeOnnx(const OnnxModel& model) {
  onnx::ModelProto proto;
  CONFORMANCE_RETURN_IF_ERROR(ToProto(model, {}, proto));
  const size_t size = proto.ByteSizeLong();
  constexpr size_t kMost = std::numeric_limits<int32_t>::max();
  if (size > kMost) {
    return Invalid("the model is too large for one file: keep weights outside")
        .With("found", std::to_string(size) + " bytes")
        .With("wanted", "at most " + std::to_string(kMost));
  }
  // No message of the format has a map, so that fields always come out in one order.
  std::string bytes;
  if (!proto.SerializeToString(&bytes)) return Internal("protobuf could not write the model");
  return bytes;
}

}  // namespace conformance::formats
