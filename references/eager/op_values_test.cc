// Every op against PyTorch's own answers (fixtures/ops, made by tools/fixturegen/op_values.py and op_grid.py), on each instruction set that this
// machine has, and once more with everything in f64.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"
#include "framework/ops/ops.h"
#include "references/eager/eager.h"

namespace conformance::eager {
namespace {

using ops::Argument;
using ops::Value;

const std::string kFolder = std::string(CONFORMANCE_FIXTURES_DIR) + "/ops/";

class Table {
 public:
  explicit Table(const std::string& name)
      : json_(formats::ReadJson(kFolder + name + ".json").value()),
        tensors_(formats::OpenSafetensors(kFolder + name + ".safetensors").value()) {}

  const Json::Array& cases() const { return json_.Find("cases")->AsArray(); }
  Tensor Read(const std::string& name) const { return tensors_.Read(name).value(); }

  Argument Decode(const Json& code) const {
    const auto& [kind, value] = code.AsObject().front();
    if (kind == "tensor") return Value::Eager(View(code));
    if (kind == "none") return ops::NoneType{};
    if (kind == "dtype") return *DTypeFromString(value.AsString());
    if (kind == "bool") return value.AsBool();
    if (kind == "int") return SymInt(value.AsInt());
    if (kind == "float") return value.IsString() ? std::stod(value.AsString()) : value.AsDouble();
    if (kind == "complex") return ops::ComplexNumber({value.AsArray().at(0).AsDouble(), value.AsArray().at(1).AsDouble()});
    if (kind == "string") return value.AsString();
    if (kind == "memory_format") return value.AsString() == "channels_last" ? ops::MemoryFormat::kChannelsLast : ops::MemoryFormat::kContiguous;
    if (kind == "bools") {
      std::vector<bool> flags;
      for (const Json& flag : value.AsArray()) flags.push_back(flag.AsBool());
      return flags;
    }
    if (kind == "device") return ops::Device{.type = value.AsString(), .index = {}};
    if (kind == "floats") {
      std::vector<double> numbers;
      for (const Json& number : value.AsArray()) numbers.push_back(number.AsDouble());
      return numbers;
    }
    if (kind == "ints") {
      std::vector<SymInt> ints;
      for (const Json& number : value.AsArray()) ints.emplace_back(number.AsInt());
      return ints;
    }
    std::vector<Value> list;
    for (const Json& element : value.AsArray()) {
      const Argument one = Decode(element);
      list.push_back(std::holds_alternative<Value>(one) ? std::get<Value>(one) : Value());
    }
    return list;
  }

 private:
  Tensor View(const Json& code) const {
    const Tensor stored = Read(code.AsObject().front().second.AsString());
    const Json* order = code.Find("permute");
    if (order == nullptr) return stored;
    Shape shape, strides;
    for (const Json& axis : order->AsArray()) {
      shape.push_back(stored.dim(axis.AsInt()));
      strides.push_back(stored.strides()[static_cast<size_t>(axis.AsInt())]);
    }
    return stored.View(shape, strides, stored.offset());
  }

  Json json_;
  formats::SafetensorsFile tensors_;
};

/// Cases chosen by hand, and a few of the seeded grid.
const std::vector<Table>& Tables() {
  static const std::vector<Table> tables = [] {
    std::vector<Table> made;
    for (const char* name : {"op_values", "op_grid", "op_grid_complex"}) made.emplace_back(name);
    return made;
  }();
  return tables;
}

Result<std::vector<Argument>> Bound(const Table& table, const Json& one, const ops::OpDef& op) {
  std::vector<Argument> positional;
  std::vector<std::pair<std::string, Argument>> keyword;
  for (const Json& code : one.Find("args")->AsArray()) positional.push_back(table.Decode(code));
  if (const Json* named = one.Find("keyword")) {
    for (const auto& [name, code] : named->AsObject()) keyword.emplace_back(name, table.Decode(code));
  }
  return ops::BindArguments(op, std::move(positional), std::move(keyword));
}

Result<std::vector<Tensor>> RunCase(const Table& table, const Json& one, const Numerics& numerics, const IsaKernels& isa) {
  const std::string& target = one.Find("target")->AsString();
  const ops::OpDef* op = ops::DefaultOps().Find(target);
  if (op == nullptr) return NotFound("no op " + target);
  CONFORMANCE_TRY(auto bound, Bound(table, one, *op));
  Numerics seeded = numerics;
  if (one.Has("seed")) seeded.draw_seed = static_cast<uint64_t>(one.Find("seed")->AsInt());
  return RunOp(*op, std::move(bound), seeded, isa);
}

double UnitRoundoff(DType dtype) {
  switch (dtype) {
    case DType::kF64: return std::ldexp(1, -52);
    case DType::kF32: return std::ldexp(1, -23);
    case DType::kF16: return std::ldexp(1, -10);
    case DType::kBF16: return std::ldexp(1, -7);
    default: return 0;
  }
}
double Smallest(DType dtype) {  // subnormal step
  switch (dtype) {
    case DType::kF64: return std::ldexp(1, -1074);
    case DType::kF32: return std::ldexp(1, -149);
    case DType::kF16: return std::ldexp(1, -24);
    case DType::kBF16: return std::ldexp(1, -133);
    default: return 0;
  }
}

/// The first element that is further off than allowed, or empty.
std::string Difference(const Tensor& given, const Tensor& expected, double ulps, double scaled, double magnitude) {
  const Tensor found = ViewAsReal(given), wanted = ViewAsReal(expected);  // parts of complex numbers, measured by their moduli
  if (found.shape() != wanted.shape()) return "found " + Describe(found) + ", wanted " + Describe(wanted);
  const auto f = found.ToDoubles(), w = wanted.ToDoubles();
  double largest = magnitude;
  for (const double value : w) {
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  const double unit = UnitRoundoff(wanted.dtype());
  for (size_t i = 0; i < w.size(); ++i) {
    if (std::isnan(w[i]) && std::isnan(f[i])) continue;
    if (w[i] == f[i]) continue;
    const double size = IsComplex(expected.dtype()) ? std::hypot(w[i & ~size_t{1}], w[i | 1]) : std::fabs(w[i]);
    const double allowed = ulps * std::max(unit * size, Smallest(wanted.dtype())) + scaled * unit * largest;
    if (!(std::fabs(w[i] - f[i]) <= allowed) || !std::isfinite(w[i])) {
      char text[200];
      std::snprintf(text, sizeof text, "element %zu: found %.17g, wanted %.17g, allowed %.3g off", i, f[i], w[i], allowed);
      return text;
    }
  }
  return "";
}

double Number(const Json& one, const char* key) {
  const Json* number = one.Find(key);
  return number == nullptr ? 0 : number->AsDouble();
}

/// An output that PyTorch leaves open: the order of equal elements.
bool IsIgnored(const Json& one, size_t k) {
  const Json* ignored = one.Find("ignored");
  if (ignored == nullptr) return false;
  return std::ranges::any_of(ignored->AsArray(), [k](const Json& number) { return number.AsInt() == static_cast<int64_t>(k); });
}

/// Where a quotient is cut, its last digit decides between two answers: f64 may take the other one.
bool CutsQuotients(const Json& one) {
  const std::string& target = one.Find("target")->AsString();
  return target.starts_with("aten.remainder.") || target.starts_with("aten.fmod.");
}

void CheckAll(const Table& table, const Numerics& numerics, const IsaKernels& isa, double extra) {
  size_t number = 0;
  for (const Json& one : table.cases()) {
    const std::string name = one.Find("target")->AsString() + " #" + std::to_string(number++);
    if (&table == &Tables()[1] && numerics.compute == Numerics::Compute::kF64 && CutsQuotients(one)) continue;
    const auto found = RunCase(table, one, numerics, isa);
    if (!found.ok()) {
      if (one.Has("may_refuse") && found.error().kind() == ErrorKind::kUnsupported) continue;
      ADD_FAILURE() << name << ": " << found.error().ToString();
      continue;
    }
    const Json::Array& outs = one.Find("outs")->AsArray();
    ASSERT_EQ(found->size(), outs.size()) << name;
    for (size_t k = 0; k < outs.size(); ++k) {
      if (IsIgnored(one, k)) continue;
      const Tensor wanted = table.Read(outs[k].AsString());
      if (numerics.round_stores) {
        EXPECT_EQ(ToString((*found)[k].dtype()), ToString(wanted.dtype())) << name;
      }
      // Where values stay wide, those beyond the declared type are its infinities.
      const Tensor rounded = numerics.round_stores ? (*found)[k] : Cast((*found)[k], wanted.dtype());
      EXPECT_EQ(Difference(rounded, wanted, Number(one, "ulps"), Number(one, "scaled") + extra, Number(one, "magnitude")), "") << name;
    }
  }
}

class OnEachIsa : public testing::TestWithParam<const IsaKernels*> {};

TEST_P(OnEachIsa, AnswersAsPyTorchDoes) {
  for (const Table& table : Tables()) CheckAll(table, {}, *GetParam(), 0);
}

INSTANTIATE_TEST_SUITE_P(OpValues, OnEachIsa, testing::ValuesIn(UsableIsas()), [](const auto& info) {
  std::string name(IsaName(*info.param));
  std::erase(name, '-');
  return name;
});

// The oracle's f64 answers lie within the declared type's own errors of PyTorch's.
TEST(OpValues, TheOracleAgrees) {
  for (const Table& table : Tables()) CheckAll(table, Numerics::Oracle(), ActiveIsa(), 2);
}

// Over the cases of its twin: the same answer, in the type of what it was written into; and it was written there.
TEST(OpValues, InPlaceOpsWriteWhatTheirTwinsAnswer) {
  std::set<std::string> written;
  for (const ops::OpDef* op : ops::DefaultOps().All()) {
    const std::string twin(op->traits.in_place_of);
    if (twin.empty()) continue;
    for (const Table& table : Tables()) {
      for (const Json& one : table.cases()) {
        if (one.Find("target")->AsString() != twin || one.Has("may_refuse")) continue;
        const auto wanted = RunCase(table, one, {}, ActiveIsa());
        ASSERT_TRUE(wanted.ok()) << twin;
        auto args = Bound(table, one, *ops::DefaultOps().Find(twin));
        ASSERT_TRUE(args.ok()) << twin;
        const size_t place = ops::WrittenArgument(*op).value();
        if (place == args->size()) args->emplace_back(Value::Eager((*wanted)[0]));  // `out`, beside the twin's arguments
        const auto* given = std::get_if<Value>(&(*args)[place]);
        if (given == nullptr || given->tensor().shape() != (*wanted)[0].shape()) continue;
        const Tensor target = given->tensor().Clone();
        if (IsFloating((*wanted)[0].dtype()) && !IsFloating(RealOf(target.dtype()))) continue;
        if (IsComplex((*wanted)[0].dtype()) && !IsComplex(target.dtype())) continue;
        (*args)[place] = Value::Eager(target);
        Numerics seeded;
        if (one.Has("seed")) seeded.draw_seed = static_cast<uint64_t>(one.Find("seed")->AsInt());
        const auto found = RunOp(*op, *args, seeded, ActiveIsa());
        if (!found.ok() && found.error().kind() == ErrorKind::kType) continue;  // a number does not fit into bool
        ASSERT_TRUE(found.ok()) << op->target << ": " << found.error().ToString();
        EXPECT_EQ(ToString((*found)[0].dtype()), ToString(target.dtype())) << op->target;
        EXPECT_EQ(Difference(target, Cast((*wanted)[0], target.dtype()), 0, 0, 0), "") << op->target;
        written.insert(op->target);
      }
    }
  }
  EXPECT_GE(written.size(), 110u);
}

TEST(OpValues, EveryOpWithTensorsHasACase) {
  std::set<std::string> covered;
  for (const Table& table : Tables()) {
    for (const Json& one : table.cases()) covered.insert(one.Find("target")->AsString());
  }
  std::vector<std::string> missing;
  for (const ops::OpDef* op : ops::DefaultOps().All()) {
    const bool tensors = !op->returns.empty() && (op->returns[0].kind == ops::ArgKind::kTensor ||
                                                  op->returns[0].kind == ops::ArgKind::kTensorList);
    if (tensors && op->traits.in_place_of.empty() && !covered.contains(op->target)) missing.push_back(op->target);
  }
  // Empty tensors have no values to compare, and zeros no other ones; those that PyTorch lacks or has for some machines only have tests of
  // their own.
  EXPECT_THAT(missing, testing::UnorderedElementsAre("aten.empty.memory_format", "aten.empty_like.default", "aten.empty_strided.default", "aten.zero.default",
                                                     "aten._grouped_mm.default",
                                                     "transformers.grouped_mm_fallback.default", "conformance.linear_recurrence.default"));
}

}  // namespace
}  // namespace conformance::eager
