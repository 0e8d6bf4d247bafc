#include "exporters/onnx/write/write.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "exporters/onnx/write/proto_bytes.h"
#include "framework/base/strings.h"
#include "framework/formats/output_file.h"

namespace conformance::onnx {
namespace {

using formats::OnnxTensor;
using formats::OutputFile;

// Every weight is there, and as the program declares it.
Status CheckWeights(const LoweredModel& lowered, const weights::Weights& weights) {
  const std::set<std::string> names(lowered.weights.begin(), lowered.weights.end());
  for (const OnnxTensor& tensor : lowered.model.graph.initializers) {
    if (!names.contains(tensor.name)) continue;
    const weights::WeightInfo* info = weights.Find(tensor.name);
    if (info == nullptr) return NotFound("the weights have no '" + tensor.name + "', which the program reads");
    if (info->shape != tensor.dims) {
      return ShapeError("the weight " + tensor.name + " is " + ShapeText(info->shape) + ", the program wants " + ShapeText(tensor.dims));
    }
    if (formats::OnnxElemOf(info->dtype) != tensor.elem) {
      return TypeError("the weight " + tensor.name + " is " + std::string(ToString(info->dtype)) + ", the program wants " +
                       std::string(formats::OnnxElemName(tensor.elem)));
    }
  }
  return Ok();
}

// The bytes of a small weight.
Result<std::shared_ptr<const Storage>> Collect(const weights::Weights& weights, const std::string& name, uint64_t size) {
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->reserve(size);
  CONFORMANCE_RETURN_IF_ERROR(weights.Stream(name, [&](std::span<const std::byte> block) {
    bytes->insert(bytes->end(), block.begin(), block.end());
    return Ok();
  }));
  if (bytes->size() != size) return Corrupt("the weight " + name + " has " + std::to_string(bytes->size()) + " bytes, want " + std::to_string(size));
  auto storage = std::make_shared<Storage>();
  storage->data = bytes->data();
  storage->bytes = bytes->size();
  storage->writable = false;
  storage->owner = bytes;
  return std::shared_ptr<const Storage>(std::move(storage));
}

// A tensor whose bytes stand elsewhere than in the serialised graph.
struct Piece {
  size_t tensor = 0;  // index among the initializers
  uint64_t bytes = 0;
  bool weight = false;
};

// Small weights move into the graph; the others are listed.
Result<std::vector<Piece>> Sort(LoweredModel& lowered, const weights::Weights& weights) {
  const std::set<std::string> names(lowered.weights.begin(), lowered.weights.end());
  std::vector<Piece> pieces;
  auto& initializers = lowered.model.graph.initializers;
  for (size_t i = 0; i < initializers.size(); ++i) {
    OnnxTensor& tensor = initializers[i];
    const bool weight = names.contains(tensor.name);
    const uint64_t bytes = weight ? tensor.external->length : tensor.raw == nullptr ? 0 : tensor.raw->bytes;
    if (bytes >= kSmallestExternal) {
      pieces.push_back({i, bytes, weight});
    } else if (weight) {
      CONFORMANCE_TRY(tensor.raw, Collect(weights, tensor.name, bytes));
      tensor.external.reset();
    }
  }
  return pieces;
}

Status CopyBytes(const OnnxTensor& tensor, const Piece& piece, const weights::Weights& weights, OutputFile& file) {
  if (!piece.weight) return file.Write(std::span<const std::byte>(tensor.raw->data, tensor.raw->bytes));
  const uint64_t start = file.position();
  if (const auto range = weights.Range(tensor.name)) {
    CONFORMANCE_RETURN_IF_ERROR(file.CopyRange(range->file, range->offset, range->size));
  } else {
    CONFORMANCE_RETURN_IF_ERROR(weights.Stream(tensor.name, [&](std::span<const std::byte> block) { return file.Write(block); }));
  }
  if (file.position() - start != piece.bytes) {
    return Corrupt("the weight " + tensor.name + " has " + std::to_string(file.position() - start) + " bytes, want " + std::to_string(piece.bytes));
  }
  return Ok();
}

formats::OnnxValueInfo InfoOf(const OnnxTensor& tensor) {
  formats::OnnxValueInfo info;
  info.name = tensor.name;
  info.type.elem = tensor.elem;
  info.type.shape.emplace();
  for (const int64_t size : tensor.dims) {
    formats::OnnxDim dim;
    dim.size = size;
    info.type.shape->push_back(std::move(dim));
  }
  return info;
}

// export_params=false: weights become inputs; keep_initializers_as_inputs: they are listed there as well.
void ListAsInputs(LoweredModel& lowered, bool keep_bytes) {
  auto& graph = lowered.model.graph;
  const std::set<std::string> names(lowered.weights.begin(), lowered.weights.end());
  for (const OnnxTensor& tensor : graph.initializers) {
    if (!names.contains(tensor.name)) continue;
    graph.inputs.push_back(InfoOf(tensor));
    if (keep_bytes) continue;
    ports::ValueInfo info;
    info.name = tensor.name;
    info.dtype = *formats::DTypeFromOnnx(tensor.elem);
    for (const int64_t size : tensor.dims) info.dims.push_back(std::to_string(size));
    lowered.inputs.push_back(std::move(info));
  }
  if (keep_bytes) return;
  std::erase_if(graph.initializers, [&](const OnnxTensor& tensor) { return names.contains(tensor.name); });
  lowered.weights.clear();
}

Result<Written> WriteWithSidecar(LoweredModel& lowered, const std::vector<Piece>& pieces, const weights::Weights& weights,
                                 const std::filesystem::path& path) {
  Written written;
  const std::filesystem::path sidecar = SidecarPath(path);
  auto& initializers = lowered.model.graph.initializers;
  std::optional<OutputFile> data;
  if (!pieces.empty()) {
    CONFORMANCE_TRY(OutputFile created, OutputFile::Create(sidecar));
    data.emplace(std::move(created));
  }
  for (const Piece& piece : pieces) {
    OnnxTensor& tensor = initializers[piece.tensor];
    CONFORMANCE_RETURN_IF_ERROR(data->PadTo(kAlignment));
    const uint64_t offset = data->position();
    CONFORMANCE_RETURN_IF_ERROR(CopyBytes(tensor, piece, weights, *data));
    tensor.raw.reset();
    tensor.external = formats::OnnxExternal{sidecar.filename().string(), offset, piece.bytes};
  }
  CONFORMANCE_TRY(const std::string bytes, formats::SerializeOnnx(lowered.model));
  CONFORMANCE_TRY(OutputFile model, OutputFile::Create(path));
  CONFORMANCE_RETURN_IF_ERROR(model.Write(bytes));
  written.files.push_back(path);
  written.model_bytes = bytes.size();
  if (data) {
    written.files.push_back(sidecar);
    written.sidecar_bytes = data->position();
    CONFORMANCE_RETURN_IF_ERROR(data->Commit());
  }
  CONFORMANCE_RETURN_IF_ERROR(model.Commit());
  return written;
}

// One file: the graph, then each large tensor as a graph message of its own with one initializer, which readers merge (protobuf: a
// message that occurs several times is the merge of its occurrences). So the bytes pass through, and are never held.
Result<Written> WriteEmbedded(LoweredModel& lowered, const std::vector<Piece>& pieces, const weights::Weights& weights,
                              const std::filesystem::path& path) {
  auto& initializers = lowered.model.graph.initializers;
  std::vector<OnnxTensor> large;
  std::set<size_t> taken;
  for (const Piece& piece : pieces) {
    large.push_back(initializers[piece.tensor]);
    taken.insert(piece.tensor);
  }
  std::vector<OnnxTensor> small;
  for (size_t i = 0; i < initializers.size(); ++i) {
    if (!taken.contains(i)) small.push_back(std::move(initializers[i]));
  }
  initializers = std::move(small);
  CONFORMANCE_TRY(const std::string skeleton, formats::SerializeOnnx(lowered.model));
  uint64_t total = skeleton.size();
  std::vector<std::string> headers;
  for (size_t i = 0; i < large.size(); ++i) {
    headers.push_back(InitializerHeader(large[i], pieces[i].bytes));
    total += headers.back().size() + pieces[i].bytes;
  }
  if (total > kProtobufLimit) {
    return Invalid("the model has " + std::to_string(total) + " bytes, and one file can hold " + std::to_string(kProtobufLimit) +
                   "; set external_data to true")
        .With("field", "external_data");
  }
  CONFORMANCE_TRY(OutputFile model, OutputFile::Create(path));
  CONFORMANCE_RETURN_IF_ERROR(model.Write(skeleton));
  for (size_t i = 0; i < large.size(); ++i) {
    CONFORMANCE_RETURN_IF_ERROR(model.Write(headers[i]));
    CONFORMANCE_RETURN_IF_ERROR(CopyBytes(large[i], pieces[i], weights, model));
  }
  Written written;
  written.files.push_back(path);
  written.model_bytes = model.position();
  CONFORMANCE_RETURN_IF_ERROR(model.Commit());
  return written;
}

}  // namespace

std::filesystem::path SidecarPath(const std::filesystem::path& model) {
  std::filesystem::path sidecar = model;
  sidecar += model.extension() == ".onnx" ? "_data" : ".onnx_data";
  return sidecar;
}

Result<Written> Write(LoweredModel& lowered, const weights::Weights& weights, const OnnxConfig& config) {
  if (config.output_path.empty()) return Invalid("export config field 'output_path' is not set").With("field", "output_path");
  if (!config.export_params) {
    ListAsInputs(lowered, false);
  } else {
    CONFORMANCE_RETURN_IF_ERROR(CheckWeights(lowered, weights));
    if (config.keep_initializers_as_inputs) ListAsInputs(lowered, true);
  }
  CONFORMANCE_TRY(const std::vector<Piece> pieces, Sort(lowered, weights));
  return config.external_data ? WriteWithSidecar(lowered, pieces, weights, config.output_path)
                              : WriteEmbedded(lowered, pieces, weights, config.output_path);
}

}  // namespace conformance::onnx
