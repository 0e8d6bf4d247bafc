#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/formats/onnx.h"

namespace conformance::cases {

/// How many nodes of each operator models have: "Abs", "ai.onnx.ml LabelEncoder".
using OperatorUse = std::map<std::string, int64_t>;

/// Adds a model's nodes, those of nested graphs and of its functions (once each) among them.
void AddNodes(const formats::OnnxModel& model, OperatorUse& use);

struct CountedModels {
  int64_t models = 0;
  OperatorUse nodes;
};
/// Of all .onnx files below a folder. Errors: kNotFound where there is none; those of the files.
Result<CountedModels> CountModels(const std::filesystem::path& root);

/// {"models": 40, "nodes": {"Add": 812, …}}.
Json ToJson(const CountedModels& counted);
/// `nodes` of a file in that form. Errors: those of the file; kCorrupt naming what is no count.
Result<OperatorUse> ReadOperatorUse(const std::filesystem::path& file);

}  // namespace conformance::cases
