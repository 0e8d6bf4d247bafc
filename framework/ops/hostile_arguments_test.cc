// Every rule under seeded random arguments of the right kinds and any size: an answer or an error, never a crash or an allocation that
// the numbers in a program decide.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "framework/base/random.h"
#include "framework/ops/op_def.h"

namespace conformance::ops {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int kCallsOfEachOp = 100;

class Hostile {
 public:
  explicit Hostile(std::string_view op) : random_(Random::For(20261127, op)) {}

  Argument Draw(const ArgSchema& arg) {
    if (arg.optional && Chance(3)) return NoneType{};
    switch (arg.kind) {
      case ArgKind::kTensor: return Chance(12) ? Argument(Number()) : Argument(Tensor());
      case ArgKind::kTensorList:
      case ArgKind::kOptionalTensorList: return Tensors(arg.kind == ArgKind::kOptionalTensorList);
      case ArgKind::kInt: return SymInt(Int());
      case ArgKind::kIntList: return Ints();
      case ArgKind::kFloat: return Float();
      case ArgKind::kFloatList: return std::vector<double>(random_.Below(4), Float());
      case ArgKind::kBool: return Chance(2);
      case ArgKind::kBoolList: return std::vector<bool>(random_.Below(4), true);
      case ArgKind::kScalar:
        return Chance(2) ? Argument(SymInt(Int())) : Chance(2) ? Argument(Float()) : Argument(true);
      case ArgKind::kString: return Text();
      case ArgKind::kScalarType: return Type();
      case ArgKind::kLayout: return Layout::kStrided;
      case ArgKind::kDevice: return Device{};
      case ArgKind::kMemoryFormat: return MemoryFormat::kContiguous;
    }
    return NoneType{};
  }

 private:
  bool Chance(uint64_t n) { return random_.Below(n) == 0; }
  int64_t Int() {
    static constexpr int64_t kEdges[] = {0,
                                         1,
                                         -1,
                                         2,
                                         3,
                                         -2,
                                         7,
                                         kMost,
                                         -kMost - 1,
                                         kMost - 1,
                                         int64_t{1} << 40,
                                         -(int64_t{1} << 40),
                                         int64_t{1} << 31,
                                         1000000};
    return Chance(2) ? static_cast<int64_t>(random_.Below(5)) : kEdges[random_.Below(std::size(kEdges))];
  }
  double Float() {
    static constexpr double kEdges[] = {0,
                                        1,
                                        -1,
                                        0.5,
                                        1e300,
                                        -1e300,
                                        1e-300,
                                        std::numeric_limits<double>::infinity(),
                                        std::numeric_limits<double>::quiet_NaN()};
    return kEdges[random_.Below(std::size(kEdges))];
  }
  double Number() { return Float(); }
  std::string Text() {
    static constexpr const char* kTexts[] = {"",      "same",  "valid", "constant", "reflect", "circular",
                                             "floor", "trunc", "sum",   "mean",     "tanh",    "none"};
    return kTexts[random_.Below(std::size(kTexts))];
  }
  DType Type() {
    static constexpr DType kTypes[] = {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64,
                                       DType::kI32, DType::kI16, DType::kI8,  DType::kU8,   DType::kBool};
    return kTypes[random_.Below(std::size(kTypes))];
  }
  Argument Ints() {
    std::vector<SymInt> ints;
    for (uint64_t n = random_.Below(6); n > 0; --n) ints.emplace_back(Int());
    return ints;
  }
  // Sizes of a tensor that can exist, up to the largest: as a mapped or expanded one may have.
  Value Tensor() {
    TensorMeta meta{Chance(2) ? DType::kF32 : Type(), {}};
    int64_t elements = 1;
    for (uint64_t n = random_.Below(6); n > 0; --n) {
      int64_t size = Chance(8) ? int64_t{1} << random_.Below(41) : static_cast<int64_t>(random_.Below(5));
      int64_t product = 0;
      if (__builtin_mul_overflow(elements, std::max<int64_t>(size, 1), &product))
        size = 1;
      else
        elements = product;
      meta.sizes.emplace_back(size);
    }
    return Value::Meta(std::move(meta));
  }
  Argument Tensors(bool open) {
    std::vector<Value> values;
    for (uint64_t n = random_.Below(4); n > 0; --n) values.push_back(open && Chance(3) ? Value() : Tensor());
    return values;
  }

  Random random_;
};

TEST(HostileArguments, AreAnsweredOrRefused) {
  int64_t answered = 0, refused = 0;
  for (const OpDef* op : DefaultOps().All()) {
    Hostile hostile(op->target);
    for (int i = 0; i < kCallsOfEachOp; ++i) {
      std::vector<Argument> args;
      for (const ArgSchema& arg : op->args) args.push_back(hostile.Draw(arg));
      const auto bound = BindArguments(*op, std::move(args), {});
      const auto result = bound.ok() ? ApplyRule(*op, *bound, nullptr) : Result<RuleResult>(bound.error());
      ++(result.ok() ? answered : refused);
      if (!result.ok()) {
        EXPECT_FALSE(result.error().message().empty()) << op->target;
        EXPECT_NE(result.error().kind(), ErrorKind::kInternal) << result.error().ToString();
        continue;
      }
      for (const TensorMeta& meta : result->tensors) {  // sizes that exist, or that the kernel finds
        for (const SymInt& size : meta.sizes)
          EXPECT_GE(size.AsInt().value_or(0), 0) << op->target << " " << Describe(meta);
      }
    }
  }
  EXPECT_GT(answered, 5000);
  EXPECT_GT(refused, 5000);
}

}  // namespace
}  // namespace conformance::ops
