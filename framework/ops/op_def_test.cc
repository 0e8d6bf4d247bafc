#include "framework/ops/op_def.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ops/ops.h"
#include "framework/testing/matchers.h"

namespace conformance::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsError;

Result<RuleResult> NoRule(RuleCall&) { return RuleResult(); }

TEST(MakeOp, ReadsTypesDefaultsAndMarks) {
  const OpDef op = MakeOp(
      "aten::some_op.Overload(Tensor(a!) self, Tensor?[] indices, SymInt[2] stride=[1, 1], int[2] padding=0, "
      "Tensor? weight=None, *, "
      "Scalar alpha=1, float eps=1e-05, str mode=\"none\", bool flag=True, MemoryFormat? format=None) -> "
      "(Tensor(a!) values, Tensor[])",
      NoRule);
  EXPECT_EQ(op.target, "aten.some_op.Overload");
  ASSERT_EQ(op.args.size(), 10u);
  EXPECT_TRUE(op.args[0].written);
  EXPECT_TRUE(op.args[0].aliased);
  EXPECT_EQ(op.args[1].kind, ArgKind::kOptionalTensorList);
  EXPECT_FALSE(op.args[1].default_value.has_value());
  EXPECT_EQ(op.args[2].kind, ArgKind::kIntList);
  EXPECT_TRUE(op.args[2].symbolic);
  EXPECT_EQ(op.args[2].list_size, 2);
  EXPECT_FALSE(op.args[3].symbolic);
  EXPECT_EQ(SizesText(std::get<std::vector<SymInt>>(*op.args[3].default_value)),
            "[0, 0]");  // one number for each
  EXPECT_TRUE(op.args[4].optional);
  EXPECT_TRUE(std::holds_alternative<NoneType>(*op.args[4].default_value));
  EXPECT_FALSE(op.args[4].keyword_only);
  EXPECT_TRUE(op.args[5].keyword_only);
  EXPECT_EQ(std::get<SymInt>(*op.args[5].default_value).AsInt(), 1);
  EXPECT_EQ(std::get<double>(*op.args[6].default_value), 1e-5);
  EXPECT_EQ(std::get<std::string>(*op.args[7].default_value), "none");
  EXPECT_TRUE(std::get<bool>(*op.args[8].default_value));
  EXPECT_EQ(op.args[9].kind, ArgKind::kMemoryFormat);
  ASSERT_EQ(op.returns.size(), 2u);
  EXPECT_TRUE(op.returns[0].aliased);
  EXPECT_EQ(op.returns[1].kind, ArgKind::kTensorList);
}

TEST(MakeOp, NamesTargetsAsFxDoes) {
  EXPECT_EQ(MakeOp("aten::relu(Tensor self) -> Tensor", NoRule).target, "aten.relu.default");
  EXPECT_EQ(MakeOp("_operator::add(Scalar a, Scalar b) -> SymInt", NoRule).target, "_operator.add");
  EXPECT_TRUE(MakeOp("aten::_assert(Tensor a) -> ()", NoRule).returns.empty());
}

TEST(MakeOp, ReadsWordsAsDefaults) {
  const OpDef op = MakeOp("aten::linalg_matrix_norm.str_ord(Tensor self, str ord='fro', int[] dim=[-2, -1]) -> Tensor", NoRule);
  ASSERT_TRUE(op.args[1].default_value.has_value());
  EXPECT_EQ(std::get<std::string>(*op.args[1].default_value), "fro");
}

TEST(MakeOpDeathTest, RefusesAMalformedText) {
  EXPECT_DEATH(MakeOp("aten::relu(Tensor self", NoRule), "want a comma or \\)");
  EXPECT_DEATH(MakeOp("aten::relu(Tansor self) -> Tensor", NoRule), "want a type");
}

Value F32(std::vector<int64_t> sizes) { return Value::Meta({DType::kF32, ToSymInts(sizes)}); }

TEST(BindArguments, FillsDefaultsAndTakesNames) {
  const auto bound = BindArguments(GeluOp(), {F32({2})}, {{"approximate", std::string("tanh")}});
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(std::get<std::string>((*bound)[1]), "tanh");
  const auto defaults = BindArguments(GeluOp(), {F32({2})}, {});
  ASSERT_TRUE(defaults.ok());
  EXPECT_EQ(std::get<std::string>((*defaults)[1]), "none");
}

TEST(BindArguments, ConvertsWhereAtenDoes) {
  const auto conv = BindArguments(
      Conv2dOp(), {F32({1, 1, 3, 3}), F32({1, 1, 1, 1}), Value(), SymInt(2), std::vector<SymInt>{1}}, {});
  ASSERT_TRUE(conv.ok());
  EXPECT_TRUE(std::holds_alternative<NoneType>((*conv)[2]));                  // an undefined optional tensor
  EXPECT_EQ(SizesText(std::get<std::vector<SymInt>>((*conv)[3])), "[2, 2]");  // one int for both axes
  EXPECT_EQ(SizesText(std::get<std::vector<SymInt>>((*conv)[4])), "[1, 1]");
  const auto dropout = BindArguments(DropoutOp(), {F32({2}), SymInt(1), true}, {});
  ASSERT_TRUE(dropout.ok());
  EXPECT_EQ(std::get<double>((*dropout)[1]), 1.0);                      // an int where a float is wanted
  EXPECT_TRUE(BindArguments(AddTensorOp(), {F32({2}), 0.5}, {}).ok());  // a number where PyTorch wraps it
  EXPECT_TRUE(
      BindArguments(PermuteOp(), {F32({}), std::vector<double>()}, {}).ok());  // an empty list has no type
}

TEST(BindArguments, NamesWhatItFindsAndWants) {
  EXPECT_THAT(BindArguments(LinearOp(), {F32({2})}, {}),
              IsError(ErrorKind::kInvalid, HasSubstr("aten.linear.default: 'weight' is missing")));
  EXPECT_THAT(BindArguments(LinearOp(), {F32({2}), 0.5}, {}),
              IsError(ErrorKind::kType, HasSubstr("'weight' is float 0.5, want a tensor")));
  EXPECT_THAT(BindArguments(LinearOp(), {F32({2}), Value()}, {}),
              IsError(ErrorKind::kType, HasSubstr("'weight' is None, want a tensor")));
  EXPECT_THAT(BindArguments(LinearOp(), {F32({2})}, {{"waight", F32({2})}}),
              IsError(ErrorKind::kInvalid,
                      HasSubstr("no argument is called 'waight', want one of input, weight, bias")));
  EXPECT_THAT(BindArguments(LinearOp(), {F32({2})}, {{"input", F32({2})}}),
              IsError(ErrorKind::kInvalid, HasSubstr("found 'input' twice")));
  EXPECT_THAT(BindArguments(TOp(), {F32({2}), SymInt(1)}, {}),
              IsError(ErrorKind::kInvalid, HasSubstr("found 2 arguments, want at most 1")));
  EXPECT_THAT(BindArguments(SoftmaxOp(), {F32({2}), F32({1})}, {}),
              IsError(ErrorKind::kType, HasSubstr("'dim' is tensor f32[1], want an int")));
  EXPECT_THAT(BindArguments(MatmulOp(), {F32({2}), SymInt(2)}, {}),
              IsError(ErrorKind::kType, HasSubstr("'other' is int 2, want a tensor")));
}

TEST(DefaultOps, AreSortedAndFoundByTarget) {
  const auto all = DefaultOps().All();
  EXPECT_GT(all.size(), 400u);
  for (size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1]->target, all[i]->target);
  EXPECT_EQ(DefaultOps().Find("aten.linear.default"), &LinearOp());
  EXPECT_EQ(DefaultOps().Find("aten.linear"), nullptr);
  EXPECT_EQ(DefaultOps().Find("zzz"), nullptr);
}

TEST(DefaultOps, InPlaceOpsWriteAndNameAnOpOfTheTable) {
  for (const OpDef* op : DefaultOps().All()) {
    const std::string& target = op->target;
    const bool in_place = target.find("_.") != std::string::npos && target.find("__.") == std::string::npos;
    if (!in_place) {
      EXPECT_FALSE(!op->args.empty() && op->args[0].written) << target;
      continue;
    }
    ASSERT_FALSE(op->args.empty()) << target;
    EXPECT_TRUE(op->args[0].written) << target;
    const OpDef* twin = DefaultOps().Find(op->traits.in_place_of);
    ASSERT_NE(twin, nullptr) << target;
    ASSERT_EQ(twin->args.size(), op->args.size()) << target;
    for (size_t i = 0; i < op->args.size(); ++i) EXPECT_EQ(twin->args[i].name, op->args[i].name) << target;
    EXPECT_EQ(twin->traits.number_arg, op->traits.number_arg) << target;
  }
}

TEST(DefaultOps, AnOutVariantIsItsTwinWithOneMoreArgument) {
  const OpDef* out = DefaultOps().Find("aten.atan2.out");
  ASSERT_NE(out, nullptr);
  const OpDef wanted = MakeOp("aten::atan2.out(Tensor self, Tensor other, *, Tensor(a!) out) -> Tensor(a!)", NoRule);
  ASSERT_EQ(out->args.size(), wanted.args.size());
  for (size_t i = 0; i < wanted.args.size(); ++i) {
    EXPECT_EQ(out->args[i].name, wanted.args[i].name);
    EXPECT_EQ(out->args[i].written, wanted.args[i].written);
    EXPECT_EQ(out->args[i].keyword_only, wanted.args[i].keyword_only);
  }
  EXPECT_EQ(WrittenArgument(*out), 2u);
  EXPECT_EQ(WrittenArgument(*DefaultOps().Find("aten.add_.Tensor")), 0u);
  EXPECT_EQ(WrittenArgument(LinearOp()), std::nullopt);
}

TEST(DefaultOps, AnInPlaceTwinHasTheSchemaThatATenHas) {
  const OpDef* lerp = DefaultOps().Find("aten.lerp_.Scalar");
  ASSERT_NE(lerp, nullptr);
  const OpDef wanted = MakeOp("aten::lerp_.Scalar(Tensor(a!) self, Tensor end, Scalar weight) -> Tensor(a!)", NoRule);
  ASSERT_EQ(lerp->args.size(), wanted.args.size());
  for (size_t i = 0; i < wanted.args.size(); ++i) {
    EXPECT_EQ(lerp->args[i].name, wanted.args[i].name);
    EXPECT_EQ(lerp->args[i].kind, wanted.args[i].kind);
    EXPECT_EQ(lerp->args[i].written, wanted.args[i].written);
    EXPECT_EQ(lerp->args[i].aliased, wanted.args[i].aliased);
  }
  ASSERT_EQ(lerp->returns.size(), 1u);
  EXPECT_EQ(lerp->returns[0].aliased, wanted.returns[0].aliased);
}

TEST(DefaultOps, AnAnswerThatDoesNotFitIsNotWritten) {
  const auto rule = [](const char* target, std::vector<Argument> args) {
    const OpDef& op = *DefaultOps().Find(target);
    return ApplyRule(op, *BindArguments(op, std::move(args), {}), nullptr);
  };
  const Value ints = Value::Meta({DType::kI64, {2, 3}}), floats = Value::Meta({DType::kF32, {3}});
  EXPECT_THAT(rule("aten.sqrt_.default", {ints}), IsError(ErrorKind::kType, HasSubstr("aten.sqrt_.default")));
  EXPECT_THAT(rule("aten.pow_.Tensor", {floats, ints}), IsError(ErrorKind::kShape, HasSubstr("which it is written into: f32[3]")));
  EXPECT_TRUE(rule("aten.eq_.Tensor", {floats, floats}).ok());  // 1 and 0
}

TEST(OpTable, ReplacesAnEntryOfTheSameTarget) {
  const OpDef first = MakeOp("user::op(Tensor x) -> Tensor", NoRule),
              second = MakeOp("user::op(Tensor y) -> Tensor", NoRule);
  OpTable table;
  table.Add(LinearOp());
  table.Add(first);
  table.Add(second);
  EXPECT_THAT(table.All(), ElementsAre(&LinearOp(), &second));
}

TEST(ApplyRule, RefusesASymbolForAPlainInt) {
  const auto bound = BindArguments(OneHotOp(), {Value::Meta({DType::kI64, {3}}), SymInt::Symbol("s0")}, {});
  ASSERT_TRUE(bound.ok());
  EXPECT_THAT(ApplyRule(OneHotOp(), *bound, nullptr),
              IsError(ErrorKind::kInvalid, HasSubstr("'num_classes' is s0, want a number")));
}

}  // namespace
}  // namespace conformance::ops
