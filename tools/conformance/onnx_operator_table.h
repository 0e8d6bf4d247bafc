#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace conformance::cli {

/// One operator of the onnx library beside what our interpreter has of it.
struct OnnxOperatorRow {
  std::string domain, name;
  std::vector<int64_t> versions;  ///< in which the operator's text changed
  std::vector<int64_t> kernels;   ///< of those, the ones from which on another kernel of ours serves; empty: none does
  std::string types;              ///< of the newest version's first typed input, those that we take
  std::string missing;            ///< those that its text allows and we don't take
  bool deprecated = false;        ///< by the newest version
};

/// By domain and name.
std::vector<OnnxOperatorRow> OnnxOperatorRows();

/// docs/onnx_operators.md.
std::string OnnxOperatorMarkdown(const std::vector<OnnxOperatorRow>& rows);

}  // namespace conformance::cli
