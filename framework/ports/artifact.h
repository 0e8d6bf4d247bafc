#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::ir { struct Program; }
namespace conformance::nn { class Model; }
namespace conformance::weights { class Weights; }

namespace conformance::ports {

/// Program value <-> artifact value: without it there is no first divergence, bisect or reduction.
struct ValueMap {
  struct Entry {
    std::string program_value;   ///< name in the Program
    std::string artifact_value;  ///< name in the artifact
    std::string node;            ///< artifact node that makes it
    std::string touched_by = {}; ///< patches and fixes that made the node of the lowered Program, "alias, scalar_types"; empty: none
  };
  std::vector<Entry> entries;
};

/// One input or output of an artifact.
struct ValueInfo {
  std::string name;               ///< dotted path: "past_key_values.layers.0.keys"
  DType dtype = DType::kF32;
  std::vector<std::string> dims;  ///< "9", or a symbol's name "s0", or an expression
};

/// What an exporter makes and a backend runs. The part down to `options` is serialisable, so that a backend can live in another
/// process; the handles below it only save a reload when both sit in one process and may be null.
struct Artifact {
  std::string format;              ///< "onnx", "pt2", "pte", "program", "checkpoint"
  std::filesystem::path path;      ///< main file, or the checkpoint folder
  std::vector<std::filesystem::path> files;  ///< all files, sidecars included
  std::vector<ValueInfo> inputs, outputs;
  ValueMap value_map;
  Json options;                    ///< what a backend needs beside the files (forward kwargs, variant, weights' folder)
  Json manifest;                   ///< versions, opset, hits of patches and fixes, stage seconds, sizes
  std::vector<std::string> notes;  ///< specialised symbols, drift warnings

  std::shared_ptr<const nn::Model> model;             ///< "checkpoint"
  std::shared_ptr<const ir::Program> program;         ///< "program"
  std::shared_ptr<const weights::Weights> weights;

  /// The serialisable part.
  Json ToJson() const;
  static Result<Artifact> FromJson(const Json& json);
};

}  // namespace conformance::ports
