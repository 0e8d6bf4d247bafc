#include "tools/conformance/onnx_operator_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "framework/formats/onnx_schema.h"
#include "references/onnx/gradient.h"
#include "references/onnx/operator.h"

namespace conformance::cli {
namespace {

TEST(OnnxOperatorTable, TheDocumentIsUpToDate) {
  std::ifstream file(std::filesystem::path(CONFORMANCE_FIXTURES_DIR).parent_path() / "docs" / "onnx_operators.md");
  std::stringstream found;
  found << file.rdbuf();
  EXPECT_EQ(found.str(), OnnxOperatorMarkdown(OnnxOperatorRows())) << "conformance list onnx-operators --markdown > docs/onnx_operators.md";
}

TEST(OnnxOperatorTable, EveryLineIsAVersionOfAnOperator) {
  const auto schemas = formats::OnnxSchemas();
  for (const onnx_reference::Operator& entry : onnx_reference::Operators()) {
    if (entry.domain == onnx_reference::kOwn) continue;
    const bool known = std::any_of(schemas.begin(), schemas.end(), [&](const auto& s) { return s.domain == entry.domain && s.name == entry.name && s.since == entry.since; });
    EXPECT_TRUE(known) << entry.domain << " " << entry.name << " " << entry.since;
  }
}

TEST(OnnxOperatorTable, ALineHasAsManyInputsAsTheText) {
  const auto schemas = formats::OnnxSchemas();
  for (const onnx_reference::Operator& entry : onnx_reference::Operators()) {
    const auto schema = std::find_if(schemas.begin(), schemas.end(), [&](const auto& s) { return s.domain == entry.domain && s.name == entry.name && s.since == entry.since; });
    if (schema == schemas.end()) continue;
    const auto letters = std::count_if(entry.inputs.begin(), entry.inputs.end(), [](char c) { return c == 'x' || c == 't' || c == 'v'; });
    // A later version without a line of its own may have more, optional ones.
    EXPECT_GE(letters, static_cast<int64_t>(schema->inputs.size())) << entry.domain << " " << entry.name << " " << entry.since;
  }
}

}  // namespace
}  // namespace conformance::cli
