#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/formats/onnx.h"

namespace conformance::formats {

/// One version of one operator, as the onnx library that we are built with knows it.
struct OnnxSchema {
  struct Input {
    std::string name;
    std::vector<OnnxElem> tensors;  ///< element types of the tensors that it takes; empty where it takes none
  };
  std::string domain, name;
  int64_t since = 0;
  bool deprecated = false;
  std::vector<Input> inputs;
};

/// All of them, ordered by domain, name and version.
std::vector<OnnxSchema> OnnxSchemas();

}  // namespace conformance::formats
