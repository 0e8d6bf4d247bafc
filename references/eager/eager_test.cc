#include "references/eager/eager.h"

#include <gtest/gtest.h>

#include "framework/ops/ops.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ops::Value;

/// One weight, mapped from somewhere that must not be written.
class OneWeight : public WeightProvider {
 public:
  explicit OneWeight(const Tensor& tensor) {
    auto storage = std::make_shared<Storage>(*tensor.storage());
    storage->writable = false;
    tensor_ = Tensor::Over(storage, tensor.dtype(), tensor.shape());
  }
  Result<Tensor> Load(const ops::WeightInfo& info) override {
    if (info.name != "w") return NotFound("no such weight").With("name", info.name);
    return tensor_;
  }

 private:
  Tensor tensor_;
};

ops::WeightInfo Info(std::string name, Shape sizes) { return {.name = std::move(name), .meta = {DType::kF32, ToSymInts(sizes)}}; }

TEST(EagerContext, ComputesAndTellsTheRulesMeta) {
  Eager eager;
  const Value y = ops::Add(eager, V(F32({1, 2})), V(F32({{10, 20}, {30, 40}})));
  EXPECT_THAT(y, IsTensorNear(F32({{11, 22}, {31, 42}}), Ulps(0)));
  EXPECT_EQ(ops::Describe(y.meta()), "f32[2, 2]");
}

TEST(EagerContext, KeepsTheFirstErrorAndPoisonsWhatFollows) {
  Eager eager;
  const Value bad = ops::Select(eager, V(F32({1, 2})), 0, SymInt(5));
  const Value after = ops::Exp(eager, bad);
  EXPECT_TRUE(after.poisoned());
  EXPECT_THAT(eager.status(), AllOf(IsError(ErrorKind::kShape, HasSubstr("5"))));
}

TEST(EagerContext, NamesOpIndexAndSizeOfAnIndexOutOfRange) {
  const auto error_of = [](auto call) {
    Eager eager;
    call(eager);
    return eager.status();
  };
  const Value x = V(F32({{1, 2}, {3, 4}})), far = V(I64({0, 2}));
  const auto names = [](const char* op) { return IsError(ErrorKind::kInvalid, AllOf(HasSubstr(op), HasSubstr("index 2"), HasSubstr("size 2"))); };
  EXPECT_THAT(error_of([&](auto& c) { ops::Embedding(c, x, far); }), names("aten.embedding"));
  EXPECT_THAT(error_of([&](auto& c) { ops::IndexSelect(c, x, 1, far); }), names("aten.index_select"));
  EXPECT_THAT(error_of([&](auto& c) { ops::Index(c, x, {far}); }), names("aten.index.Tensor"));
  EXPECT_THAT(error_of([&](auto& c) { ops::Gather(c, x, 0, V(I64({{0, 2}}))); }), names("aten.gather"));
  EXPECT_THAT(error_of([&](auto& c) { ops::Embedding(c, x, V(I64({-1}))); }), IsError(ErrorKind::kInvalid, HasSubstr("index -1")));
  EXPECT_THAT(error_of([&](auto& c) { ops::OneHot(c, far, 2); }), IsError(ErrorKind::kInvalid, HasSubstr("class 2")));
  EXPECT_THAT(error_of([&](auto& c) { ops::FloorDivide(c, far, V(I64({1, 0}))); }), IsError(ErrorKind::kInvalid, HasSubstr("by zero")));
}

TEST(EagerContext, RefusesSizesThatAreNoNumbers) {
  Eager eager;
  ops::Expand(eager, V(F32({1})), {SymInt::Symbol("s0")});
  EXPECT_FALSE(eager.status().ok());
}

TEST(EagerContext, LoadsWeightsAndChecksTheirSizes) {
  OneWeight weights(F32({1, 2}));
  EagerContext eager(DefaultKernels(), {}, weights);
  EXPECT_THAT(eager.Weight(Info("w", {2})), BitEqualTo(F32({1, 2})));
  eager.Weight(Info("w", {3}));
  EXPECT_THAT(eager.status(), IsError(ErrorKind::kShape, HasSubstr("w")));
  EagerContext other(DefaultKernels(), {}, weights);
  other.Weight(Info("v", {2}));
  EXPECT_THAT(other.status(), IsError(ErrorKind::kNotFound, HasSubstr("v")));
}

TEST(EagerContext, InPlaceOpsWriteIntoTheirArgument) {
  Eager eager;
  const Tensor x = F32({{1, -2}, {3, -4}});
  const Value y = eager.Call(ops::AddTensorInPlaceOp(), {V(Turned(x)), V(F32({10, 20}))});
  EXPECT_THAT(x, BitEqualTo(F32({{11, 8}, {23, 16}})));
  EXPECT_EQ(y.tensor().raw(), x.raw());
  eager.Call(ops::CopyInPlaceOp(), {V(x), V(I64({7, 8}))});
  EXPECT_THAT(x, BitEqualTo(F32({{7, 8}, {7, 8}})));
  eager.Call(ops::FillScalarInPlaceOp(), {V(x), 2.5});
  EXPECT_THAT(x, BitEqualTo(F32({{2.5, 2.5}, {2.5, 2.5}})));
}

TEST(EagerContext, NeverWritesIntoAWeight) {
  OneWeight weights(F32({1, -2}));
  for (const ops::OpDef* op : {&ops::ReluInPlaceOp(), &ops::NegInPlaceOp()}) {
    EagerContext eager(DefaultKernels(), {}, weights);
    const Value w = eager.Weight(Info("w", {2}));
    eager.Call(*op, {w});
    EXPECT_THAT(eager.status(), IsError(ErrorKind::kInvalid, HasSubstr("read-only")));
    EXPECT_THAT(w, BitEqualTo(F32({1, -2})));
  }
}

TEST(EagerContext, ViewsShareTheirStorage) {
  Eager eager;
  const Tensor x = F32({{1, 2, 3}, {4, 5, 6}});
  const auto inside = [&](const Value& y) { return y.tensor().storage() == x.storage(); };
  EXPECT_TRUE(inside(ops::Transpose(eager, V(x), 0, 1)));
  EXPECT_TRUE(inside(ops::Reshape(eager, V(x), {3, 2})));
  EXPECT_TRUE(inside(ops::Slice(eager, V(x), 1, SymInt(1), SymInt(3))));
  EXPECT_TRUE(inside(ops::Expand(eager, V(x), {4, 2, 3})));
  EXPECT_TRUE(inside(ops::To(eager, V(x), DType::kF32)));
  EXPECT_FALSE(inside(ops::To(eager, V(x), DType::kF64)));
  EXPECT_FALSE(inside(ops::Clone(eager, V(x))));
  EXPECT_FALSE(inside(ops::Reshape(eager, ops::Transpose(eager, V(x), 0, 1), {6})));
}

TEST(EagerContext, ItemsAndSizesAreNumbers) {
  Eager eager;
  EXPECT_EQ(ops::Item(eager, V(I64({7}))).AsInt(), 7);
  EXPECT_EQ(eager.CallSymInt(ops::SymSizeOp(), {V(F32({{1, 2, 3}})), SymInt(-1)}).AsInt(), 3);
  const Value found = ops::Nonzero(eager, V(F32({0, 5, 0, -1})));
  EXPECT_THAT(found, BitEqualTo(Tensor::Of<int64_t>({2, 1}, {1, 3})));
  EXPECT_EQ(found.size(0).AsInt(), 2);
}

TEST(Kernels, EveryOpHasOne) {
  std::vector<std::string> missing;
  for (const ops::OpDef* op : ops::DefaultOps().All()) {
    const bool tensors = !op->returns.empty() && (op->returns[0].kind == ops::ArgKind::kTensor ||
                                                  op->returns[0].kind == ops::ArgKind::kTensorList);
    const std::string_view target = op->traits.in_place_of.empty() ? std::string_view(op->target) : op->traits.in_place_of;
    if (tensors && DefaultKernels().Find(op->target) == nullptr && DefaultKernels().Find(target) == nullptr && !DefaultKernels().HasComplex(op->target)) missing.push_back(op->target);
  }
  EXPECT_THAT(missing, ElementsAre());
}

TEST(Kernels, EachServesAnOp) {
  std::vector<std::string> strangers;
  for (const std::string& target : DefaultKernels().Targets()) {
    if (ops::DefaultOps().Find(target) == nullptr) strangers.push_back(target);
  }
  EXPECT_THAT(strangers, ElementsAre());
}

TEST(KernelTable, AnAddedKernelReplacesTheFirst) {
  KernelTable table;
  table.Add("aten.exp.default", DefaultKernels().Find("aten.exp.default"));
  table.Add("aten.exp.default", DefaultKernels().Find("aten.log.default"));
  EXPECT_EQ(table.Find("aten.exp.default"), DefaultKernels().Find("aten.log.default"));
  EXPECT_EQ(table.Find("aten.tanh.default"), nullptr);
  NoWeights none;
  EagerContext eager(table, {}, none);
  ops::Tanh(eager, V(F32({1})));
  EXPECT_THAT(eager.status(), IsError(ErrorKind::kUnsupported, HasSubstr("aten.tanh.default")));
}

}  // namespace
}  // namespace conformance::eager
