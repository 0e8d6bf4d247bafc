// Every row of the catalogue: it can be read, and its inputs can be made at the traced sizes and at those that a trace has not seen.

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "framework/engine/class_case.h"
#include "framework/formats/json.h"
#include "framework/testing/matchers.h"

namespace conformance {
namespace {

using namespace conformance::testing;

constexpr size_t kRows = 990;           // of transformers 5.23
constexpr int64_t kElements = 1 << 21;  // tiny models take tiny inputs

class Catalogue : public ::testing::Test {
 protected:
  Catalogue() {
    const auto file =
        std::filesystem::path(CONFORMANCE_FIXTURES_DIR).parent_path() / "suites/catalogue/transformers.json";
    auto json = formats::ReadJson(file);
    EXPECT_THAT(json, IsOk());
    if (json.ok() && json->Has("classes")) rows_ = json->Find("classes")->AsArray();
  }
  Json::Array rows_;
};

TEST_F(Catalogue, HasARowForEachClassOnce) {
  EXPECT_GE(rows_.size(), kRows);
  std::set<std::string> names;
  for (const Json& row : rows_)
    EXPECT_TRUE(names.insert(row.GetString("name").value()).second) << row.GetString("name").value();
}

TEST_F(Catalogue, EveryRowMakesItsInputs) {
  size_t dynamic = 0;
  for (const Json& row : rows_) {
    const auto made = engine::MakeClassCase(row, "pytorch", {});
    ASSERT_THAT(made, IsOk());
    const std::string& name = (*made)->Info().name;
    EXPECT_EQ(name, row.GetString("model_type").value() + '/' + (*made)->Info().model_class);
    const auto loaded = (*made)->Load(DType::kF32).value();
    for (const engine::Variant& variant : (*made)->Variants()) {
      const auto calls = loaded->Calls(variant, 0);
      ASSERT_THAT(calls, IsOk()) << name;
      EXPECT_EQ(calls->size(), variant.dynamic ? 4u : 1u) << name;
      dynamic += variant.dynamic ? 1 : 0;
      for (const engine::Call& call : *calls) {
        for (const auto& [input, tensor] : call.inputs.tensors)
          EXPECT_LE(tensor.num_elements(), kElements) << name << ' ' << input;
      }
    }
  }
  EXPECT_GE(dynamic, 900u);
}

}  // namespace
}  // namespace conformance
