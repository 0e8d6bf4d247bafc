#include <algorithm>
#include <cstring>
#include <limits>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/onnx_proto.h"

namespace conformance::formats {
namespace {

constexpr size_t kMaxWrappers = 8;

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<OnnxModel> Model(const onnx::ModelProto& from) {
    OnnxModel to;
    place_ = "model";
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    if (from.training_info_size() != 0) return Refused("training_info");
    if (from.configuration_size() != 0) return Refused("device configurations");
    if (!from.has_graph()) return Bad("the model has no graph", "no field graph", "one graph");
    to.ir_version = from.ir_version();
    for (const auto& opset : from.opset_import()) CONFORMANCE_RETURN_IF_ERROR(Opset(opset, to.opset_imports));
    to.producer_name = from.producer_name();
    to.producer_version = from.producer_version();
    to.domain = from.domain();
    to.model_version = from.model_version();
    to.doc_string = from.doc_string();
    CONFORMANCE_RETURN_IF_ERROR(Metadata(from.metadata_props(), to.metadata_props));
    CONFORMANCE_RETURN_IF_ERROR(Graph(from.graph(), to.graph));
    for (const auto& function : from.functions())
      CONFORMANCE_RETURN_IF_ERROR(Function(function, to.functions.emplace_back()));
    return to;
  }

  Status Type(const onnx::TypeProto& from, OnnxType& to) {
    const onnx::TypeProto* type = &from;
    while (type->has_sequence_type() || type->has_optional_type() || type->has_map_type()) {
      CONFORMANCE_RETURN_IF_ERROR(Whole(*type));
      if (to.wrappers.size() == kMaxWrappers)
        return Bad("a type too deep", "sequences of sequences", "at most 8 levels");
      if (type->has_map_type()) {
        CONFORMANCE_TRY(const OnnxElem key, Elem(type->map_type().key_type()));
        if (!type->map_type().has_value_type()) return Bad("a map's type without its values' type", "no field value_type", "a type");
        to.wrappers.push_back(OnnxType::Wrapper::kMap);
        to.keys.push_back(key);
        type = &type->map_type().value_type();
        continue;
      }
      to.wrappers.push_back(type->has_sequence_type() ? OnnxType::Wrapper::kSequence
                                                      : OnnxType::Wrapper::kOptional);
      type =
          type->has_sequence_type() ? &type->sequence_type().elem_type() : &type->optional_type().elem_type();
    }
    CONFORMANCE_RETURN_IF_ERROR(Whole(*type));
    if (type->value_case() == onnx::TypeProto::VALUE_NOT_SET) return Ok();
    if (!type->has_tensor_type()) return Refused("a sparse tensor or opaque type");
    CONFORMANCE_TRY(to.elem, Elem(type->tensor_type().elem_type()));
    if (!type->tensor_type().has_shape()) return Ok();
    to.shape.emplace();
    for (const auto& dim : type->tensor_type().shape().dim()) {
      CONFORMANCE_RETURN_IF_ERROR(Whole(dim));
      OnnxDim out;
      if (dim.has_dim_value()) out.size = dim.dim_value();
      out.symbol = dim.dim_param();
      to.shape->push_back(std::move(out));
    }
    return Ok();
  }

  Result<OnnxValue> ValueAlone(const onnx::SequenceProto& from, int depth) {
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    OnnxValue to;
    to.kind = OnnxValue::Kind::kSequence;
    if (depth == kMaxWrappers) return Bad("a value too deep", "sequences of sequences", "at most 8 levels");
    if (from.sparse_tensor_values_size() != 0) return Refused("a sequence of sparse tensors");
    for (const auto& item : from.tensor_values()) {
      CONFORMANCE_RETURN_IF_ERROR(ReadTensor(item, to.items.emplace_back().tensor));
    }
    CONFORMANCE_RETURN_IF_ERROR(Items(from.sequence_values(), depth, to));
    CONFORMANCE_RETURN_IF_ERROR(Items(from.map_values(), depth, to));
    CONFORMANCE_RETURN_IF_ERROR(Items(from.optional_values(), depth, to));
    return to;
  }
  Result<OnnxValue> ValueAlone(const onnx::OptionalProto& from, int depth) {
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    OnnxValue to;
    if (depth == kMaxWrappers) return Bad("a value too deep", "optionals of optionals", "at most 8 levels");
    if (from.has_sparse_tensor_value()) return Refused("an optional sparse tensor");
    to.kind = OnnxValue::Kind::kOptional;
    if (from.has_tensor_value()) {
      CONFORMANCE_RETURN_IF_ERROR(ReadTensor(from.tensor_value(), to.items.emplace_back().tensor));
    } else if (from.has_sequence_value()) {
      CONFORMANCE_TRY(OnnxValue item, ValueAlone(from.sequence_value(), depth + 1));
      to.items.push_back(std::move(item));
    } else if (from.has_map_value()) {
      CONFORMANCE_TRY(OnnxValue item, ValueAlone(from.map_value(), depth + 1));
      to.items.push_back(std::move(item));
    } else if (from.has_optional_value()) {
      CONFORMANCE_TRY(OnnxValue item, ValueAlone(from.optional_value(), depth + 1));
      to.items.push_back(std::move(item));
    } else {
      to.kind = OnnxValue::Kind::kNone;
    }
    return to;
  }
  Result<OnnxValue> ValueAlone(const onnx::MapProto& from, int depth) {
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    CONFORMANCE_TRY(OnnxValue to, ValueAlone(from.values(), depth + 1));
    to.kind = OnnxValue::Kind::kMap;
    CONFORMANCE_TRY(to.tensor.elem, Elem(from.key_type()));
    const bool text = to.tensor.elem == OnnxElem::kString;
    const auto count = static_cast<size_t>(text ? from.string_keys_size() : from.keys_size());
    if (count != to.items.size() || (text ? from.keys_size() : from.string_keys_size()) != 0) {
      return Bad("a map's keys and values differ in number", std::to_string(count) + " keys", std::to_string(to.items.size()));
    }
    to.tensor.dims = {static_cast<int64_t>(count)};
    if (text) {
      to.tensor.strings.assign(from.string_keys().begin(), from.string_keys().end());
      return to;
    }
    // Keys of every integer type come as int64.
    to.tensor.elem = OnnxElem::kInt64;
    if (count == 0) return to;
    const Tensor keys = Tensor::Empty(DType::kI64, to.tensor.dims);
    std::copy(from.keys().begin(), from.keys().end(), keys.mutable_data<int64_t>());
    to.tensor.raw = keys.storage();
    return to;
  }

  Result<OnnxTensor> TensorAlone(const onnx::TensorProto& from) {
    OnnxTensor to;
    CONFORMANCE_RETURN_IF_ERROR(ReadTensor(from, to));
    return to;
  }

  Status ValueInfo(const onnx::ValueInfoProto& from, OnnxValueInfo& to) {
    place_ = "value " + Quoted(from.name());
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    to.name = from.name();
    to.doc_string = from.doc_string();
    if (from.has_type()) CONFORMANCE_RETURN_IF_ERROR(Type(from.type(), to.type));
    return Metadata(from.metadata_props(), to.metadata_props);
  }

  void SetPlace(std::string_view place) { place_ = place; }

 private:
  Error Bad(std::string message, std::string found, std::string wanted) const {
    Error error = Corrupt(std::move(message));
    if (!file_.empty()) error.With("file", std::string(file_));
    return error.With("place", place_).With("found", std::move(found)).With("wanted", std::move(wanted));
  }
  Error Refused(std::string found) const {
    Error error = Unsupported("a part of .onnx that is not read");
    if (!file_.empty()) error.With("file", std::string(file_));
    return error.With("place", place_).With("found", std::move(found)).With("wanted", "none of it");
  }
  // What a newer format adds must not be dropped in silence.
  template <typename Message>
  Status Whole(const Message& message) const {
    if (message.unknown_fields().empty()) return Ok();
    return Refused("field number " + std::to_string(message.unknown_fields().field(0).number()) +
                   " of a newer format");
  }

  Result<OnnxElem> Elem(int32_t value) const {
    constexpr auto kLast = static_cast<int32_t>(OnnxElem::kFloat6E3M2);
    if (value < 0 || value > kLast) {
      return Bad("unknown element type", std::to_string(value), "0 to " + std::to_string(kLast));
    }
    return static_cast<OnnxElem>(value);
  }

  Status Opset(const onnx::OperatorSetIdProto& from, std::vector<OnnxOpset>& to) const {
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    to.push_back({from.domain(), from.version()});
    return Ok();
  }

  template <typename Entries>
  Status Metadata(const Entries& from, OnnxMetadata& to) const {
    for (const auto& entry : from) {
      CONFORMANCE_RETURN_IF_ERROR(Whole(entry));
      to.emplace_back(entry.key(), entry.value());
    }
    return Ok();
  }

  template <typename Values>
  Status Items(const Values& from, int depth, OnnxValue& to) {
    for (const auto& item : from) {
      CONFORMANCE_TRY(OnnxValue read, ValueAlone(item, depth + 1));
      to.items.push_back(std::move(read));
    }
    return Ok();
  }

  Result<uint64_t> Number(const std::string& key, const std::string& text) const {
    const std::optional<int64_t> value = ParseInt(text);
    if (!value || *value < 0)
      return Bad("bad external data", key + " " + Quoted(text), "a number of 0 or more");
    return static_cast<uint64_t>(*value);
  }

  Status External(const onnx::TensorProto& from, uint64_t bytes, OnnxTensor& to) const {
    OnnxExternal external;
    external.length = bytes;
    for (const auto& entry : from.external_data()) {
      if (entry.key() == "location") {
        external.location = entry.value();
      } else if (entry.key() == "offset") {
        CONFORMANCE_TRY(external.offset, Number("offset", entry.value()));
      } else if (entry.key() == "length") {
        CONFORMANCE_TRY(external.length, Number("length", entry.value()));
      } else if (entry.key() != "checksum") {
        return Refused("external data key " + Quoted(entry.key()));
      }
    }
    const std::filesystem::path path(external.location);
    const bool inside = !external.location.empty() && !path.is_absolute() &&
                        std::ranges::find(path, "..") == path.end() &&
                        external.location.find_first_of(std::string_view("\\\0", 2)) == std::string::npos;
    if (!inside)
      return Bad("external data outside the model's folder", Quoted(external.location),
                 "a relative path without \"..\"");
    if (external.length != bytes) {
      return Bad("external data does not fit the tensor", std::to_string(external.length) + " bytes",
                 std::to_string(bytes));
    }
    uint64_t end = 0;
    if (__builtin_add_overflow(external.offset, external.length, &end) ||
        end > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Bad("external data beyond any file", "offset " + std::to_string(external.offset),
                 "an offset below 2^63");
    }
    to.external = std::move(external);
    return Ok();
  }

  // The typed fields hold small elements in wider ones (onnx.proto, at each field): the low bytes are the element.
  template <typename Values>
  static void Narrow(const Values& values, size_t width, std::byte* out) {
    for (const auto value : values) {
      std::memcpy(out, &value, width);
      out += width;
    }
  }

  Status Inline(const onnx::TensorProto& from, uint64_t bytes, OnnxTensor& to) const {
    const int bits = OnnxElemBits(to.elem);
    const auto typed =
        static_cast<uint64_t>(from.float_data_size()) + static_cast<uint64_t>(from.int32_data_size()) +
        static_cast<uint64_t>(from.int64_data_size()) + static_cast<uint64_t>(from.double_data_size()) +
        static_cast<uint64_t>(from.uint64_data_size());
    if (from.has_raw_data() && typed != 0)
      return Bad("a tensor with two kinds of data", "raw_data and a typed field", "one of them");
    if (bits == 6 && typed != 0) return Refused("6-bit elements outside raw_data");
    // Elements of the typed field that this type stands in, each one `width` bytes of the tensor.
    size_t width = 0;
    uint64_t count = 0;
    switch (to.elem) {
      case OnnxElem::kFloat:
      case OnnxElem::kComplex64: width = 4, count = static_cast<uint64_t>(from.float_data_size()); break;
      case OnnxElem::kDouble:
      case OnnxElem::kComplex128: width = 8, count = static_cast<uint64_t>(from.double_data_size()); break;
      case OnnxElem::kInt64: width = 8, count = static_cast<uint64_t>(from.int64_data_size()); break;
      case OnnxElem::kUint32:
      case OnnxElem::kUint64:
        width = static_cast<size_t>(bits) / 8, count = static_cast<uint64_t>(from.uint64_data_size());
        break;
      default:
        width = std::max<size_t>(static_cast<size_t>(bits) / 8, 1),
        count = static_cast<uint64_t>(from.int32_data_size());
    }
    const uint64_t found = from.has_raw_data() ? from.raw_data().size() : count * width;
    if (found != bytes || (!from.has_raw_data() && typed != count)) {
      return Bad("a tensor's data does not fit its size",
                 std::to_string(found) + " bytes" +
                     (typed != 0 && typed != count ? " in a field of another type" : ""),
                 std::to_string(bytes) + " for " + std::string(OnnxElemName(to.elem)) + ShapeText(to.dims));
    }
    if (bytes == 0) return Ok();
    const Tensor buffer = Tensor::Empty(DType::kU8, {static_cast<int64_t>(bytes)});
    std::byte* out = buffer.raw_mutable();
    if (from.has_raw_data())
      std::memcpy(out, from.raw_data().data(), bytes);
    else if (from.float_data_size() != 0)
      Narrow(from.float_data(), width, out);
    else if (from.double_data_size() != 0)
      Narrow(from.double_data(), width, out);
    else if (from.int64_data_size() != 0)
      Narrow(from.int64_data(), width, out);
    else if (from.uint64_data_size() != 0)
      Narrow(from.uint64_data(), width, out);
    else
      Narrow(from.int32_data(), width, out);
    to.raw = buffer.storage();
    return Ok();
  }

  Status ReadTensor(const onnx::TensorProto& from, OnnxTensor& to) {
    place_ = "tensor " + Quoted(from.name());
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    if (from.has_segment()) return Refused("a tensor in segments");
    to.name = from.name();
    to.doc_string = from.doc_string();
    CONFORMANCE_RETURN_IF_ERROR(Metadata(from.metadata_props(), to.metadata_props));
    to.dims.assign(from.dims().begin(), from.dims().end());
    CONFORMANCE_TRY(to.elem, Elem(from.data_type()));
    const std::optional<int64_t> elements = CheckedNumElements(to.dims);
    const std::optional<uint64_t> bytes = OnnxByteSize(to.elem, to.dims);
    if (!elements || !bytes)
      return Bad("the tensor's size overflows", ShapeText(to.dims),
                 "sizes of 0 or more, below 2^60 elements");
    const bool external = from.data_location() == onnx::TensorProto::EXTERNAL;
    if (to.elem == OnnxElem::kString) {
      if (external || from.has_raw_data() || from.string_data_size() != *elements) {
        return Bad("a tensor's data does not fit its size",
                   std::to_string(from.string_data_size()) + " strings", std::to_string(*elements));
      }
      to.strings.assign(from.string_data().begin(), from.string_data().end());
      return Ok();
    }
    if (OnnxElemBits(to.elem) == 0)
      return Bad("a tensor without a type", std::string(OnnxElemName(to.elem)), "a type");
    if (from.string_data_size() != 0)
      return Bad("a tensor with two kinds of data", "string_data", std::string(OnnxElemName(to.elem)));
    return external ? External(from, *bytes, to) : Inline(from, *bytes, to);
  }

  Status Sparse(const onnx::SparseTensorProto& from, OnnxSparseTensor& to) {
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    CONFORMANCE_RETURN_IF_ERROR(ReadTensor(from.values(), to.values));
    const std::string place = place_;
    CONFORMANCE_RETURN_IF_ERROR(ReadTensor(from.indices(), to.indices));
    place_ = place;
    to.dims.assign(from.dims().begin(), from.dims().end());
    const std::vector<int64_t>& indices = to.indices.dims;
    const int64_t count = to.values.dims.size() == 1 ? to.values.dims[0] : -1;
    const bool fits = to.indices.elem == OnnxElem::kInt64 && count >= 0 && !indices.empty() && indices[0] == count &&
                      (indices.size() == 1 || (indices.size() == 2 && indices[1] == static_cast<int64_t>(to.dims.size())));
    if (!fits) {
      return Bad("a sparse tensor's parts do not fit",
                 "values " + ShapeText(to.values.dims) + ", indices " + std::string(OnnxElemName(to.indices.elem)) + ShapeText(indices),
                 "values [n], indices INT64[n] or INT64[n, " + std::to_string(to.dims.size()) + "]");
    }
    if (!CheckedNumElements(to.dims)) return Bad("the tensor's size overflows", ShapeText(to.dims), "sizes of 0 or more, below 2^60 elements");
    return Ok();
  }

  Status Attribute(const onnx::AttributeProto& from, OnnxAttribute& to) {
    using Kind = OnnxAttribute::Kind;
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    to.name = from.name();
    to.kind = static_cast<Kind>(from.type());
    to.doc_string = from.doc_string();
    to.ref_attr_name = from.ref_attr_name();
    if (!to.ref_attr_name.empty()) return Ok();
    switch (from.type()) {
      case onnx::AttributeProto::FLOAT: to.f = from.f(); return Ok();
      case onnx::AttributeProto::INT: to.i = from.i(); return Ok();
      case onnx::AttributeProto::STRING: to.s = from.s(); return Ok();
      case onnx::AttributeProto::TENSOR: return ReadTensor(from.t(), to.tensors.emplace_back());
      case onnx::AttributeProto::GRAPH: return Graph(from.g(), to.graphs.emplace_back());
      case onnx::AttributeProto::FLOATS:
        to.floats.assign(from.floats().begin(), from.floats().end());
        return Ok();
      case onnx::AttributeProto::INTS: to.ints.assign(from.ints().begin(), from.ints().end()); return Ok();
      case onnx::AttributeProto::STRINGS:
        to.strings.assign(from.strings().begin(), from.strings().end());
        return Ok();
      case onnx::AttributeProto::TENSORS:
        for (const auto& tensor : from.tensors())
          CONFORMANCE_RETURN_IF_ERROR(ReadTensor(tensor, to.tensors.emplace_back()));
        return Ok();
      case onnx::AttributeProto::GRAPHS:
        for (const auto& graph : from.graphs())
          CONFORMANCE_RETURN_IF_ERROR(Graph(graph, to.graphs.emplace_back()));
        return Ok();
      case onnx::AttributeProto::TYPE_PROTO: return Type(from.tp(), to.types.emplace_back());
      case onnx::AttributeProto::TYPE_PROTOS:
        for (const auto& type : from.type_protos())
          CONFORMANCE_RETURN_IF_ERROR(Type(type, to.types.emplace_back()));
        return Ok();
      case onnx::AttributeProto::SPARSE_TENSOR: return Sparse(from.sparse_tensor(), to.sparse_tensors.emplace_back());
      case onnx::AttributeProto::SPARSE_TENSORS:
        for (const auto& tensor : from.sparse_tensors())
          CONFORMANCE_RETURN_IF_ERROR(Sparse(tensor, to.sparse_tensors.emplace_back()));
        return Ok();
      case onnx::AttributeProto::UNDEFINED: return Bad("an attribute without a type", "UNDEFINED", "a type");
      default: return Refused("attribute type " + std::to_string(from.type()));
    }
  }

  Status Node(const onnx::NodeProto& from, OnnxNode& to) {
    const std::string place = "node " + Quoted(from.name()) + " (" + Quoted(from.op_type(), 40) + ")";
    place_ = place;
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    if (from.device_configurations_size() != 0) return Refused("device configurations");
    to.name = from.name();
    to.op_type = from.op_type();
    to.domain = from.domain();
    to.overload = from.overload();
    to.inputs.assign(from.input().begin(), from.input().end());
    to.outputs.assign(from.output().begin(), from.output().end());
    to.doc_string = from.doc_string();
    for (const auto& attribute : from.attribute()) {
      place_ = place + ", attribute " + Quoted(attribute.name());
      CONFORMANCE_RETURN_IF_ERROR(Attribute(attribute, to.attributes.emplace_back()));
    }
    return Metadata(from.metadata_props(), to.metadata_props);
  }

  Status Graph(const onnx::GraphProto& from, OnnxGraph& to) {
    place_ = "graph " + Quoted(from.name());
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    if (from.quantization_annotation_size() != 0) return Refused("quantization annotations");
    to.name = from.name();
    to.doc_string = from.doc_string();
    CONFORMANCE_RETURN_IF_ERROR(Metadata(from.metadata_props(), to.metadata_props));
    for (const auto& tensor : from.initializer())
      CONFORMANCE_RETURN_IF_ERROR(ReadTensor(tensor, to.initializers.emplace_back()));
    for (const auto& tensor : from.sparse_initializer())
      CONFORMANCE_RETURN_IF_ERROR(Sparse(tensor, to.sparse_initializers.emplace_back()));
    for (const auto& value : from.input())
      CONFORMANCE_RETURN_IF_ERROR(ValueInfo(value, to.inputs.emplace_back()));
    for (const auto& value : from.output())
      CONFORMANCE_RETURN_IF_ERROR(ValueInfo(value, to.outputs.emplace_back()));
    for (const auto& value : from.value_info())
      CONFORMANCE_RETURN_IF_ERROR(ValueInfo(value, to.value_info.emplace_back()));
    for (const auto& node : from.node()) CONFORMANCE_RETURN_IF_ERROR(Node(node, to.nodes.emplace_back()));
    return Ok();
  }

  Status Function(const onnx::FunctionProto& from, OnnxFunction& to) {
    place_ = "function " + Quoted(from.name());
    CONFORMANCE_RETURN_IF_ERROR(Whole(from));
    to.name = from.name();
    to.domain = from.domain();
    to.overload = from.overload();
    to.inputs.assign(from.input().begin(), from.input().end());
    to.outputs.assign(from.output().begin(), from.output().end());
    to.attributes.assign(from.attribute().begin(), from.attribute().end());
    to.doc_string = from.doc_string();
    for (const auto& attribute : from.attribute_proto())
      CONFORMANCE_RETURN_IF_ERROR(Attribute(attribute, to.attribute_protos.emplace_back()));
    for (const auto& node : from.node()) CONFORMANCE_RETURN_IF_ERROR(Node(node, to.nodes.emplace_back()));
    for (const auto& opset : from.opset_import()) CONFORMANCE_RETURN_IF_ERROR(Opset(opset, to.opset_imports));
    for (const auto& value : from.value_info())
      CONFORMANCE_RETURN_IF_ERROR(ValueInfo(value, to.value_info.emplace_back()));
    return Metadata(from.metadata_props(), to.metadata_props);
  }

  std::string_view file_;
  std::string place_;
};

}  // namespace

Result<OnnxModel> FromProto(const onnx::ModelProto& proto, std::string_view file) {
  return Reader(file).Model(proto);
}

Result<OnnxTensor> TensorFromProto(const onnx::TensorProto& proto, std::string_view file) {
  return Reader(file).TensorAlone(proto);
}

Result<OnnxType> TypeFromProto(const onnx::TypeProto& proto, std::string_view file, std::string_view place) {
  OnnxType type;
  Reader reader(file);
  reader.SetPlace(place);
  CONFORMANCE_RETURN_IF_ERROR(reader.Type(proto, type));
  return type;
}

Result<OnnxValueInfo> ValueInfoFromProto(const onnx::ValueInfoProto& proto, std::string_view file) {
  OnnxValueInfo value;
  CONFORMANCE_RETURN_IF_ERROR(Reader(file).ValueInfo(proto, value));
  return value;
}

Result<OnnxValue> ValueFromProto(const onnx::SequenceProto& proto, std::string_view file) { return Reader(file).ValueAlone(proto, 0); }
Result<OnnxValue> ValueFromProto(const onnx::OptionalProto& proto, std::string_view file) { return Reader(file).ValueAlone(proto, 0); }
Result<OnnxValue> ValueFromProto(const onnx::MapProto& proto, std::string_view file) { return Reader(file).ValueAlone(proto, 0); }

}  // namespace conformance::formats
