#include "framework/cases/leaf_plan.h"

#include <algorithm>
#include <limits>

#include "framework/base/random.h"
#include "framework/base/strings.h"

namespace conformance::cases {
namespace {

using load::Assignment;

constexpr size_t kUnseenShapes = 3;
/// Inputs that are made have no more elements together: a file's numbers are not to be trusted.
constexpr int64_t kMaxElements = int64_t{1} << 27;

bool IsPrime(int64_t n) {
  if (n < 2) return false;
  for (int64_t d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return true;
}

/// Other sizes than `size`, the best first: primes above it, primes below it, anything near.
std::vector<int64_t> Others(int64_t size) {
  constexpr int64_t kNear = 24;
  std::vector<int64_t> sizes;
  const auto add = [&](int64_t n) {
    if (n >= 2 && n != size && std::find(sizes.begin(), sizes.end(), n) == sizes.end()) sizes.push_back(n);
  };
  for (int64_t n = size + 1; n <= size + kNear; ++n) {
    if (IsPrime(n)) add(n);
  }
  for (int64_t n = size - 1; n >= std::max<int64_t>(2, size - kNear); --n) {
    if (IsPrime(n)) add(n);
  }
  for (int64_t n = size + 1; n <= size + kNear; ++n) add(n);
  for (int64_t n = size - 1; n >= std::max<int64_t>(2, size - kNear); --n) add(n);
  for (const int64_t factor : {2, 3, 4}) add(size * factor);  // sizes that must stay a multiple
  return sizes;
}

/// Symbols that change together.
struct Group {
  std::vector<std::string> symbols;
  std::vector<int64_t> others;
};

SymbolValues ValuesOf(const Assignment& assignment) {
  return SymbolValues(assignment.begin(), assignment.end());
}

Result<Shape> ShapeOf(const Leaf& leaf, const SymbolValues& values) {
  Shape shape;
  for (const SymInt& size : leaf.sizes) {
    CONFORMANCE_TRY(const int64_t value, size.Evaluate(values));
    if (value < 0)
      return Invalid("an input would have a negative size")
          .With("input", leaf.name)
          .With("found", std::to_string(value));
    shape.push_back(value);
  }
  const auto count = CheckedNumElements(shape);
  if (!count || *count > kMaxElements) {
    return Invalid("an input would be too large")
        .With("input", leaf.name)
        .With("found", ShapeText(shape))
        .With("wanted", "at most 2^27 elements");
  }
  return shape;
}

bool NameHas(std::string_view name, std::string_view word) {
  return name.find(word) != std::string_view::npos;
}

/// The smallest limit; the largest integer where there is none.
int64_t LimitOf(const Leaf& leaf, const SymbolValues& values) {
  int64_t limit = std::numeric_limits<int64_t>::max();
  for (const SymInt& each : leaf.limits) {
    const auto value = each.Evaluate(values);
    if (value.ok()) limit = std::min(limit, std::max<int64_t>(*value, 1));
  }
  return limit;
}

Tensor MakeLeaf(const Leaf& leaf, const Shape& shape, int64_t limit, uint64_t seed) {
  if (IsComplex(leaf.dtype)) {  // both parts
    Leaf parts = leaf;
    parts.dtype = RealOf(leaf.dtype);
    Shape pairs = shape;
    pairs.push_back(2);
    return ViewAsComplex(MakeLeaf(parts, pairs, limit, seed));
  }
  const int64_t count = NumElements(shape);
  if (leaf.fill == Fill::kNormal) {
    Random random = Random::For(seed, leaf.name);
    std::vector<double> values(static_cast<size_t>(count));
    for (double& value : values) value = random.Normal();
    return Cast(Tensor::Of<double>(shape, values), leaf.dtype);
  }
  std::vector<int64_t> values(
      static_cast<size_t>(count),
      leaf.fill == Fill::kOnes ? std::min(std::max<int64_t>(1, leaf.least), limit - 1) : 0);
  if (leaf.fill == Fill::kIds) {
    Random random = Random::For(seed, leaf.name);
    // Where no table says how far ids may go, small ones do least harm.
    const auto below = static_cast<uint64_t>(leaf.limits.empty() ? 2 : limit);
    for (int64_t& value : values) value = static_cast<int64_t>(random.Below(below));
  } else if (leaf.fill == Fill::kPositions) {
    const int64_t length = shape.empty() ? 1 : shape.back();
    for (int64_t i = 0; i < count; ++i) values[static_cast<size_t>(i)] = length == 0 ? 0 : i % length % limit;
  }
  return Cast(Tensor::Of<int64_t>(shape, values), leaf.dtype);
}

}  // namespace

Fill FillOf(const Leaf& leaf, bool picks_rows) {
  const size_t dot = leaf.name.rfind('.');
  const std::string_view name =
      dot == std::string::npos ? std::string_view(leaf.name) : std::string_view(leaf.name).substr(dot + 1);
  if (NameHas(name, "mask"))
    return IsFloating(leaf.dtype) && leaf.sizes.size() == 4 ? Fill::kZeros : Fill::kOnes;
  if (IsFloating(RealOf(leaf.dtype))) return Fill::kNormal;
  if (leaf.dtype == DType::kBool) return Fill::kOnes;
  if (NameHas(name, "position")) return Fill::kPositions;
  return picks_rows || NameHas(name, "ids") ? Fill::kIds : Fill::kOnes;
}

Assignment LeafPlan::First() const {
  Assignment first;
  for (const SizeSymbol& symbol : symbols) first[symbol.name] = symbol.first;
  return first;
}

Status LeafPlan::Check(const Assignment& assignment) const {
  const SymbolValues values = ValuesOf(assignment);
  for (const SizeSymbol& symbol : symbols) {
    const auto size = assignment.find(symbol.name);
    if (size == assignment.end()) return Invalid("an assignment lacks a size").With("symbol", symbol.name);
    if ((symbol.min && size->second < *symbol.min) || (symbol.max && size->second > *symbol.max)) {
      return Invalid("a size is out of its range")
          .With("symbol", symbol.name)
          .With("found", std::to_string(size->second))
          .With("wanted", (symbol.min ? "at least " + std::to_string(*symbol.min) : std::string()) +
                              (symbol.min && symbol.max ? ", " : "") +
                              (symbol.max ? "at most " + std::to_string(*symbol.max) : ""));
    }
  }
  for (const SymBool& condition : conditions) {
    const auto holds = condition.Evaluate(values);
    if (holds.ok() && !*holds)
      return Invalid("the sizes don't fit together")
          .With("wanted", condition.ToString())
          .With("found", load::ToString(assignment));
  }
  int64_t elements = 0;
  for (const Leaf& leaf : leaves) {
    CONFORMANCE_TRY(const Shape shape, ShapeOf(leaf, values));
    elements += NumElements(shape);
    if (elements > kMaxElements)
      return Invalid("the inputs would be too large together")
          .With("found", load::ToString(assignment))
          .With("wanted", "at most 2^27 elements");
  }
  return Ok();
}

std::vector<Assignment> LeafPlan::Unseen() const {
  std::vector<Group> groups;
  const Assignment first = First();
  for (const SizeSymbol& symbol : symbols) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
      return first.find(g.symbols[0])->second == symbol.first;
    });
    if (same != groups.end())
      same->symbols.push_back(symbol.name);
    else
      groups.push_back({{symbol.name}, Others(symbol.first)});
  }
  std::vector<Assignment> unseen;
  /// The first fitting sizes, from the candidate `start` on, for the groups that `changes` takes.
  const auto add = [&](size_t start, const auto& changes) {
    if (unseen.size() >= kUnseenShapes) return;
    constexpr size_t kTries = 48;
    for (size_t i = start; i < start + kTries; ++i) {
      Assignment assignment = first;
      for (size_t g = 0; g < groups.size(); ++g) {
        if (!changes(g)) continue;
        const auto& others = groups[g].others;
        for (const std::string& symbol : groups[g].symbols)
          assignment[symbol] = others[std::min(i, others.size() - 1)];
      }
      if (assignment == first || std::find(unseen.begin(), unseen.end(), assignment) != unseen.end() ||
          !Check(assignment).ok())
        continue;
      unseen.push_back(std::move(assignment));
      return;
    }
  };
  if (groups.empty()) return unseen;
  add(0, [](size_t g) { return g == 0; });
  add(0, [](size_t g) { return g > 0; });
  add(1, [](size_t) { return true; });
  // Where one group is bound, other sizes of the others make up for it.
  for (size_t round = 0; round < 2; ++round) {
    for (size_t one = 0; one < groups.size(); ++one) add(2 + round, [&](size_t g) { return g == one; });
  }
  return unseen;
}

Result<NamedTensors> LeafPlan::Make(const Assignment& assignment, uint64_t seed) const {
  CONFORMANCE_RETURN_IF_ERROR(Check(assignment));
  const SymbolValues values = ValuesOf(assignment);
  NamedTensors tensors;
  for (const Leaf& leaf : leaves) {
    CONFORMANCE_TRY(const Shape shape, ShapeOf(leaf, values));
    if (leaf.value) {
      CONFORMANCE_TRY(const int64_t value, leaf.value->Evaluate(values));
      tensors.emplace_back(leaf.name, Tensor::Of<int64_t>({}, {value}));
      continue;
    }
    tensors.emplace_back(leaf.name, MakeLeaf(leaf, shape, LimitOf(leaf, values), seed));
  }
  return tensors;
}

Status LeafPlan::Pin(const Assignment& sizes) {
  std::vector<std::string> names;
  for (const SizeSymbol& symbol : symbols) names.push_back(symbol.name);
  for (const auto& [name, size] : sizes) {
    const auto symbol = std::find_if(symbols.begin(), symbols.end(),
                                     [&](const SizeSymbol& each) { return each.name == name; });
    if (symbol == symbols.end())
      return Invalid("the model has no such dimension").With("found", name).With("wanted", Join(names, ", "));
    symbol->first = size;
  }
  return Check(First());
}

}  // namespace conformance::cases
