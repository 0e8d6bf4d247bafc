#include "tools/conformance/operator_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "framework/formats/json.h"
#include "framework/ops/ops.h"
#include "framework/ops/refused.h"
#include "framework/testing/matchers.h"

namespace conformance::cli {
namespace {

const std::filesystem::path kData = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "ops";

TEST(OperatorTable, TheDocumentIsUpToDate) {
  const auto rows = OperatorRows(ops::DefaultOps(), kData);
  ASSERT_THAT(rows, testing::IsOk());
  std::ifstream file(std::filesystem::path(CONFORMANCE_FIXTURES_DIR).parent_path() / "docs" / "operators.md");
  std::stringstream found;
  found << file.rdbuf();
  EXPECT_EQ(found.str(), OperatorMarkdown(*rows)) << "conformance list ops --markdown --data fixtures/ops > docs/operators.md";
}

TEST(OperatorTable, EveryCoreOperatorHasARuleOrAReason) {
  const auto core = formats::ReadJson(kData / "core_aten.json");
  ASSERT_THAT(core, testing::IsOk());
  const auto targets = core->GetStrings("core");
  ASSERT_THAT(targets, testing::IsOk());
  EXPECT_GT(targets->size(), 190u);
  for (const std::string& target : *targets) {
    EXPECT_TRUE((ops::DefaultOps().Find(target) != nullptr) != (ops::FindRefused(target) != nullptr)) << target;
  }
}

TEST(OperatorTable, EveryRuleHasAKernel) {
  const auto rows = OperatorRows(ops::DefaultOps(), {});
  ASSERT_THAT(rows, testing::IsOk());
  for (const OperatorRow& row : *rows) EXPECT_TRUE(row.rule != "yes" || row.kernel != "-") << row.target;
}

TEST(OperatorTable, DataThatLacksAFieldIsRefused) {
  EXPECT_THAT(OperatorRows(ops::DefaultOps(), kData / "nothing"), testing::IsError(ErrorKind::kNotFound, ::testing::HasSubstr("core_aten.json")));
}

}  // namespace
}  // namespace conformance::cli
