#include <exception>

#include <onnx/checker.h>
#include <onnx/common/common.h>
#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>

#include "framework/formats/file.h"
#include "framework/formats/onnx_proto.h"

namespace conformance::formats {
namespace {

Error Complaint(std::string message, const std::exception& exception) {
  return Invalid(std::move(message))
      .With("found", exception.what())
      .With("wanted", "a model that ONNX accepts");
}

// What the checker's own full check uses: types compared, errors of single nodes kept, no data propagation.
onnx::ShapeInferenceOptions Strict() { return onnx::ShapeInferenceOptions(true, 1, false); }

Status TakeTypes(const onnx::GraphProto& from, OnnxGraph& to) {
  to.value_info.clear();
  for (const auto& value : from.value_info()) {
    CONFORMANCE_TRY(OnnxValueInfo info, ValueInfoFromProto(value, {}));
    to.value_info.push_back(std::move(info));
  }
  for (size_t i = 0; i < to.outputs.size(); ++i) {
    const onnx::ValueInfoProto& output = from.output(static_cast<int>(i));
    if (!output.has_type()) continue;
    CONFORMANCE_TRY(to.outputs[i].type, TypeFromProto(output.type(), {}, "output " + Quoted(output.name())));
  }
  for (size_t i = 0; i < to.nodes.size(); ++i) {
    for (size_t j = 0; j < to.nodes[i].attributes.size(); ++j) {
      OnnxAttribute& attribute = to.nodes[i].attributes[j];
      const onnx::AttributeProto& proto = from.node(static_cast<int>(i)).attribute(static_cast<int>(j));
      if (attribute.kind == OnnxAttribute::Kind::kGraph)
        CONFORMANCE_RETURN_IF_ERROR(TakeTypes(proto.g(), attribute.graphs[0]));
      if (attribute.kind != OnnxAttribute::Kind::kGraphs) continue;
      for (size_t k = 0; k < attribute.graphs.size(); ++k) {
        CONFORMANCE_RETURN_IF_ERROR(TakeTypes(proto.graphs(static_cast<int>(k)), attribute.graphs[k]));
      }
    }
  }
  return Ok();
}

}  // namespace

Status CheckOnnx(const OnnxModel& model) {
  try {
    onnx::ModelProto proto;
    CONFORMANCE_RETURN_IF_ERROR(ToProto(model, {.external_as_inputs = true}, proto));
    onnx::checker::check_model(proto);
    // check_model's own full check would copy the model, weights and all, before it infers.
    onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), Strict());
  } catch (const std::exception& exception) {
    return Complaint("onnx::checker refuses the model", exception);
  }
  return Ok();
}

Status CheckOnnxFile(const std::filesystem::path& path) {
  try {
    onnx::checker::check_model(path.string(), /*full_check=*/true);
  } catch (const std::exception& exception) {
    return Complaint("onnx::checker refuses the model", exception).With("file", path.string());
  }
  return Ok();
}

Result<OnnxModel> InferShapes(const OnnxModel& model) {
  OnnxModel inferred = model;
  try {
    onnx::ModelProto proto;
    CONFORMANCE_RETURN_IF_ERROR(ToProto(model, {.external_as_inputs = true}, proto));
    onnx::ShapeInferenceOptions options(true, 1, true);
    onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), options);
    CONFORMANCE_RETURN_IF_ERROR(TakeTypes(proto.graph(), inferred.graph));
  } catch (const std::exception& exception) {
    return Complaint("ONNX cannot infer the model's shapes", exception);
  }
  return inferred;
}

int64_t MaxOnnxOpset() {
  return onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at(onnx::ONNX_DOMAIN).second;
}
int64_t MaxOnnxIrVersion() { return onnx::IR_VERSION; }

}  // namespace conformance::formats
