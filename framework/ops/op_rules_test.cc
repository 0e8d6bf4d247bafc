// Every rule against what PyTorch answers: fixtures/ops/op_rules.json, made by tools/fixturegen/op_rules.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "framework/ops/op_def.h"

namespace conformance::ops {
namespace {

// "f32[2,3]".
Value ReadTensor(std::string_view text) {
  const size_t bracket = text.find('[');
  TensorMeta meta{*DTypeFromString(text.substr(0, bracket)), {}};
  const std::string_view sizes = text.substr(bracket + 1, text.size() - bracket - 2);
  if (!sizes.empty()) {
    for (const std::string& size : conformance::Split(sizes, ',')) meta.sizes.push_back(*ParseInt(size));
  }
  return Value::Meta(std::move(meta));
}

Argument ReadArgument(const Json& json) {
  if (json.IsNull()) return NoneType{};
  if (json.IsBool()) return json.AsBool();
  if (json.IsInt()) return SymInt(json.AsInt());
  if (json.IsNumber()) return json.AsDouble();
  if (json.IsString()) return json.AsString();
  if (json.IsArray()) {
    std::vector<SymInt> values;
    for (const Json& value : json.AsArray()) values.emplace_back(value.AsInt());
    return values;
  }
  if (const Json* tensor = json.Find("t")) return ReadTensor(tensor->AsString());
  if (const Json* dtype = json.Find("dtype")) return *DTypeFromString(dtype->AsString());
  std::vector<Value> values;
  for (const Json& value : json.Find("ts")->AsArray())
    values.push_back(value.IsNull() ? Value() : ReadTensor(value.AsString()));
  return values;
}

std::string Answer(const OpDef& op, const Json& positional, const Json& keyword) {
  std::vector<Argument> args;
  for (const Json& arg : positional.AsArray()) args.push_back(ReadArgument(arg));
  std::vector<std::pair<std::string, Argument>> named;
  for (const auto& [name, arg] : keyword.AsObject()) named.emplace_back(name, ReadArgument(arg));
  const auto bound = BindArguments(op, std::move(args), std::move(named));
  if (!bound.ok()) return "null";
  const auto result = ApplyRule(op, *bound, nullptr);
  if (!result.ok()) return "null";
  Json answer = Json::MakeArray();
  for (const TensorMeta& meta : result->tensors) {
    std::string text;
    for (const char c : Describe(meta)) {
      if (c != ' ') text += c;
    }
    answer.Append(text);
  }
  return formats::WriteJson(answer);
}

TEST(OpRules, AnswerAsPyTorchDoes) {
  const auto table = formats::ReadJson(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "ops/op_rules.json");
  ASSERT_TRUE(table.ok()) << table.error().ToString();
  const auto& cases = table->Find("cases")->AsArray();
  EXPECT_GT(cases.size(), 2000u);
  std::set<std::string> seen;
  for (const Json& one : cases) {
    const auto& parts = one.AsArray();
    const OpDef* op = DefaultOps().Find(parts[0].AsString());
    ASSERT_NE(op, nullptr) << parts[0].AsString();
    seen.insert(op->target);
    EXPECT_EQ(Answer(*op, parts[1], parts[2]), formats::WriteJson(parts[3])) << formats::WriteJson(one);
  }
  EXPECT_GT(seen.size(), 180u);
}

}  // namespace
}  // namespace conformance::ops
