#include "framework/load/input_plan.h"

#include <algorithm>
#include <set>

#include "framework/base/random.h"
#include "framework/base/strings.h"
#include "framework/load/placeholders.h"

namespace conformance::load {
namespace {

using nn::Fill;
using nn::InputSpec;
using nn::InputSymbol;

/// The use of a model that a variant is: "static" of forward, "encode.static" of an entry point.
std::string_view UseOf(std::string_view variant) {
  for (const std::string_view how : {"static", "dynamic"}) {
    if (variant == how) return "forward";
    if (variant.size() > how.size() + 1 && EndsWith(variant, how) && variant[variant.size() - how.size() - 1] == '.')
      return variant.substr(0, variant.size() - how.size() - 1);
  }
  return variant;
}

/// Another entry point than `use`, or forward, takes an input of that name.
bool BelongsToAnother(const nn::Model& model, std::string_view use, std::string_view name) {
  std::vector<std::string> uses = model.traits().entry_points;
  if (!uses.empty()) uses.push_back("forward");
  return std::any_of(uses.begin(), uses.end(), [&](const std::string& other) {
    if (other == use) return false;
    const Result<nn::InputLayout> layout = model.Layout(other);
    return layout.ok() && std::any_of(layout->inputs.begin(), layout->inputs.end(), [&](const InputSpec& spec) { return spec.name == name; });
  });
}

/// The symbol that is no size: how many entries of a static cache hold tokens.
constexpr char kWritten[] = "written";

bool IsBookkeeping(std::string_view name) {
  const size_t dot = name.rfind('.');
  return StartsWith(dot == std::string_view::npos ? name : name.substr(dot + 1), "_");
}

/// The ids that a config gives to beginnings, ends and padding.
std::vector<int64_t> SpecialIds(const Json& config) {
  std::vector<int64_t> ids;
  for (const std::string_view key : {"pad_token_id", "bos_token_id", "eos_token_id", "sep_token_id", "cls_token_id", "mask_token_id"}) {
    const Json* json = config.Find(key);
    if (json == nullptr) continue;
    if (json->IsInt()) ids.push_back(json->AsInt());
    if (json->IsArray())
      for (const Json& id : json->AsArray())
        if (id.IsInt()) ids.push_back(id.AsInt());
  }
  return ids;
}

std::optional<int64_t> PadId(const Json& config) {
  const Json* json = config.Find("pad_token_id");
  return json != nullptr && json->IsInt() && json->AsInt() >= 0 ? std::optional(json->AsInt()) : std::nullopt;
}

Result<Shape> ShapeOf(const InputSpec& spec, const Assignment& assignment) {
  Shape shape;
  for (const SymInt& size : spec.sizes) {
    CONFORMANCE_TRY(const int64_t value, size.Evaluate(SymbolValues(assignment.begin(), assignment.end())));
    if (value < 0) return Invalid("an input would have a negative size").With("input", spec.name).With("found", std::to_string(value));
    shape.push_back(value);
  }
  return shape;
}

/// Ones, with the last row padded at one side.
Tensor MakeMask(DType dtype, const Shape& shape, bool left, Random random) {
  const int64_t batch = shape[0], length = shape[1];
  std::vector<int64_t> values(static_cast<size_t>(batch * length), 1);
  if (batch >= 2 && length >= 3) {
    const int64_t padded = random.Between(1, length / 3);
    const int64_t first = (batch - 1) * length + (left ? 0 : length - padded);
    std::fill_n(values.begin() + first, padded, 0);
  }
  return Cast(Tensor::Of<int64_t>(shape, values), dtype);
}

/// What each query may look at, [batch or 1, heads or 1, query, key]: itself and what stands before it, the queries being last.
/// Floats are added to scores: 0, or a large negative number.
Tensor MakeMaskOfPairs(DType dtype, const Shape& shape) {
  const int64_t queries = shape[2], keys = shape[3];
  std::vector<double> values;
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    const bool allowed = i % keys <= i / keys % queries + keys - queries;
    values.push_back(IsFloating(dtype) ? (allowed ? 0.0 : -10000.0) : (allowed ? 1.0 : 0.0));
  }
  return Cast(Tensor::Of<double>(shape, values), dtype);
}

/// Positions of the last columns of a mask, or of those behind what is `written` to a static cache; without a mask they count on from
/// `past`.
Tensor MakePositions(DType dtype, const Shape& shape, const Tensor* mask, bool left, int64_t past, std::optional<int64_t> written) {
  if (shape.size() == 3) {  // several positions of each token: all alike
    const Shape one(shape.begin() + 1, shape.end());
    const std::vector<int64_t> positions = MakePositions(dtype, one, mask, left, past, written).ToInts();
    std::vector<int64_t> values;
    for (int64_t i = 0; i < shape[0]; ++i) values.insert(values.end(), positions.begin(), positions.end());
    return Cast(Tensor::Of<int64_t>(shape, values), dtype);
  }
  const int64_t batch = shape[0], length = shape[1];
  std::vector<int64_t> values;
  for (int64_t row = 0; row < batch; ++row) {
    int64_t next = 0;
    const bool by_mask = mask != nullptr && left && mask->dim(0) == batch && mask->dim(1) >= length;
    const int64_t told = by_mask ? mask->dim(1) : length;
    const int64_t columns = by_mask && written ? std::min(*written + length, told) : told;
    for (int64_t column = 0; column < columns; ++column) {
      const bool counts = !by_mask || mask->IntAt(row * told + column) != 0;
      const int64_t position = counts ? next++ : 0;
      if (column >= columns - length) values.push_back(by_mask ? position : past + position);
    }
  }
  return Cast(Tensor::Of<int64_t>(shape, values), dtype);
}

Tensor MakeIds(const InputSpec& spec, const Shape& shape, const std::vector<int64_t>& special, Random random) {
  constexpr int64_t kTries = 64;
  const int64_t columns = shape.empty() ? 1 : shape.back();
  std::vector<int64_t> values;
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    const int64_t column = i % columns;
    if (spec.placeholder && column >= 1 && column <= spec.placeholder->count) {
      values.push_back(spec.placeholder->id);
      continue;
    }
    int64_t id = 0;
    for (int64_t attempt = 0; attempt < kTries; ++attempt) {
      id = static_cast<int64_t>(random.Below(static_cast<uint64_t>(std::max<int64_t>(spec.limit, 1))));
      const bool taken = spec.placeholder && id == spec.placeholder->id;
      if (!taken && std::find(special.begin(), special.end(), id) == special.end()) break;
    }
    values.push_back(id);
  }
  return Cast(Tensor::Of<int64_t>(shape, values), spec.dtype);
}

/// Runs of one type after another along the last axis.
Tensor MakeTypes(const InputSpec& spec, const Shape& shape) {
  const int64_t length = shape.empty() ? 1 : shape.back();
  const int64_t types = std::max<int64_t>(std::min<int64_t>(spec.limit, 2), 1);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < NumElements(shape); ++i) values.push_back(length == 0 ? 0 : (i % length) * types / length);
  return Cast(Tensor::Of<int64_t>(shape, values), spec.dtype);
}

Tensor MakeSteps(const InputSpec& spec, const Shape& shape, Random random) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < NumElements(shape); ++i)
    values.push_back(static_cast<int64_t>(random.Below(static_cast<uint64_t>(std::max<int64_t>(spec.limit, 1)))));
  return Cast(Tensor::Of<int64_t>(shape, values), spec.dtype);
}

Tensor MakeNormal(const InputSpec& spec, const Shape& shape, Random random) {
  std::vector<double> values;
  for (int64_t i = 0; i < NumElements(shape); ++i) values.push_back(random.Normal() * spec.scale);
  return Cast(Tensor::Of<double>(shape, values), spec.dtype);
}

/// Those for which the class allows one size alone.
std::set<std::string> FixedSymbols(const nn::InputLayout& layout) {
  std::set<std::string> names;
  for (const InputSymbol& symbol : layout.symbols)
    if (symbol.min == symbol.max) names.insert(symbol.name);
  return names;
}

/// Sizes of a mask with 4 axes where `spec` tells those of [batch, key].
std::vector<SymInt> PairSizes(const InputSpec& spec, const nn::InputLayout& layout, const Tensor& mask) {
  const std::string own = StartsWith(spec.name, "decoder_") ? "target" : "sequence";
  SymInt queries = 1;
  for (const InputSymbol& symbol : layout.symbols)
    if (symbol.name == own) queries = SymInt::Symbol(own);
  const SymInt batch = mask.dim(0) == 1 ? SymInt(1) : spec.sizes[0];
  return {batch, mask.dim(1), queries, spec.sizes[1]};
}

/// `size` as factor · symbol + rest, with a factor above 0.
std::optional<std::pair<int64_t, int64_t>> AsLine(const SymInt& size, const std::string& symbol) {
  const auto at = [&](int64_t value) { return size.Substitute({{symbol, SymInt(value)}}).AsInt(); };
  const std::optional<int64_t> rest = at(0), next = at(1);
  if (!rest || !next || *next <= *rest) return std::nullopt;
  const int64_t factor = *next - *rest;
  if (!(size - SymInt::Symbol(symbol) * factor - *rest).IsConstant()) return std::nullopt;
  return std::pair{factor, *rest};
}

/// Gives the symbols of `spec` the values that `shape` asks for. `again` is set where a size has more than one unknown.
Status Solve(InputSpec& spec, const Tensor& tensor, Assignment& values, bool& again) {
  if (tensor.rank() != static_cast<int64_t>(spec.sizes.size()))
    return ShapeError("an input has the wrong number of axes")
        .With("input", spec.name)
        .With("found", Describe(tensor))
        .With("wanted", SizesText(spec.sizes));
  for (size_t axis = 0; axis < spec.sizes.size(); ++axis) {
    const int64_t found = tensor.shape()[axis];
    std::map<std::string, SymInt, std::less<>> known;
    for (const auto& [name, value] : values) known.emplace(name, value);
    const SymInt size = spec.sizes[axis].Substitute(known);
    const std::set<std::string> unknown = size.Symbols();
    if (unknown.size() > 1) {
      again = true;
    } else if (unknown.size() == 1) {
      // Sizes of plans are a multiple of a symbol plus a number; others follow from those.
      const std::optional<std::pair<int64_t, int64_t>> line = AsLine(size, *unknown.begin());
      if (!line) continue;
      if ((found - line->second) % line->first != 0)
        return ShapeError("an input has a size that is not allowed")
            .With("input", spec.name)
            .With("found", Describe(tensor))
            .With("wanted", "axis " + std::to_string(axis) + " of " + size.ToString());
      values[*unknown.begin()] = (found - line->second) / line->first;
    } else if (size.AsInt() != found) {
      if (found == 1 && !spec.sizes[axis].IsConstant()) {
        spec.sizes[axis] = 1;  // one row for all, as positions may come
        continue;
      }
      return ShapeError("the sizes of the inputs contradict each other")
          .With("input", spec.name)
          .With("found", Describe(tensor))
          .With("wanted", "axis " + std::to_string(axis) + " of " + size.ToString());
    }
  }
  return Ok();
}

}  // namespace

std::string ToString(const Assignment& assignment) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : assignment) parts.push_back(name + "=" + std::to_string(value));
  return Join(parts, ",");
}

Result<InputPlan> InputPlan::Make(const nn::Model& model, std::string_view variant) {
  InputPlan plan;
  plan.variant_ = std::string(variant);
  CONFORMANCE_TRY(plan.layout_, model.Layout(UseOf(variant)));
  for (InputSpec& spec : plan.layout_.inputs)
    if (IsFloating(spec.dtype)) spec.dtype = model.dtype();
  plan.special_ids_ = SpecialIds(model.config());
  plan.pad_id_ = PadId(model.config());
  plan.fixed_ = FixedSymbols(plan.layout_);
  for (const InputSymbol& symbol : plan.layout_.symbols) {
    // Small, and no two alike, so that a confusion of axes shows.
    const int64_t small = symbol.name == "batch" ? 2 : symbol.name == "past" ? 6 : 9;
    const int64_t wanted = symbol.wanted > 0 ? symbol.wanted : small;
    int64_t value = std::clamp(wanted, symbol.min, std::max(symbol.min, symbol.max));
    if (!symbol.follows.empty()) value = plan.traced_[symbol.follows] + symbol.distance;
    plan.traced_[symbol.name] = value;
  }
  return plan;
}

Result<InputPlan> InputPlan::FromInputs(const nn::Model& model, std::string_view variant, const NamedTensors& inputs, const Json& kwargs) {
  InputPlan plan;
  plan.variant_ = std::string(variant);
  const nn::GenerationTraits& traits = model.traits().generation;
  const bool has_cache =
      std::any_of(inputs.begin(), inputs.end(), [&](const auto& entry) { return StartsWith(entry.first, traits.cache + "."); });
  const Tensor* ids = Find(inputs, traits.ids);
  const bool one_token = ids != nullptr && ids->rank() == 2 && ids->dim(1) == 1;
  const bool fixed = std::any_of(inputs.begin(), inputs.end(), [](const auto& entry) { return EndsWith(entry.first, ".cumulative_length"); });
  // A file may hold a cache for any variant.
  const std::string own = std::string(one_token ? "decode" : "continue") + (fixed ? "_static_cache" : "");
  const std::string_view use = has_cache ? std::string_view(own) : UseOf(variant);
  CONFORMANCE_TRY(nn::InputLayout layout, model.LayoutFor(use, kwargs));
  plan.fixed_ = FixedSymbols(layout);
  plan.special_ids_ = SpecialIds(model.config());
  plan.pad_id_ = PadId(model.config());
  std::vector<InputSpec> known = layout.inputs;
  known.insert(known.end(), layout.optional.begin(), layout.optional.end());
  layout.inputs.clear();
  layout.optional.clear();
  CountPlaceholders(inputs, traits.ids, known, layout);
  NamedTensors golden;
  for (const auto& [name, tensor] : inputs) {
    if (IsBookkeeping(name)) continue;
    const auto spec = std::find_if(known.begin(), known.end(), [&](const InputSpec& other) { return other.name == name; });
    if (spec == known.end()) {
      if (BelongsToAnother(model, use, name)) continue;
      std::vector<std::string> names;
      for (const InputSpec& other : known) names.push_back(other.name);
      return Invalid("this class has no plan for an input")
          .With("class", model.class_name())
          .With("input", name)
          .With("nearest", Join(Nearest(name, names), ", "));
    }
    const bool kinds_differ = IsFloating(tensor.dtype()) != IsFloating(spec->dtype) &&
                              spec->fill != Fill::kAttentionMask && spec->fill != Fill::kSteps;
    if (kinds_differ)
      return TypeError("an input has the wrong type")
          .With("input", name)
          .With("found", Describe(tensor))
          .With("wanted", std::string(ToString(spec->dtype)));
    layout.inputs.push_back(*spec);
    // Floats are in the model's type, whichever they were recorded in: exporters cast them, too.
    layout.inputs.back().dtype = IsFloating(tensor.dtype()) ? model.dtype() : tensor.dtype();
    // Three or four positions for each token.
    std::vector<SymInt>& sizes = layout.inputs.back().sizes;
    if (spec->fill == Fill::kPositions && tensor.rank() == 3 && sizes.size() == 2) sizes.insert(sizes.begin(), tensor.dim(0));
    if (spec->fill == Fill::kPositions && tensor.rank() == 2 && sizes.size() == 3) sizes.erase(sizes.begin());
    if (spec->fill == Fill::kAttentionMask && tensor.rank() == 4) layout.inputs.back().sizes = PairSizes(*spec, layout, tensor);
    if (spec->fill == Fill::kSteps && tensor.rank() == 0) layout.inputs.back().sizes.clear();  // one for all rows
    golden.emplace_back(name, Cast(tensor, layout.inputs.back().dtype));
    if (spec->fill == Fill::kCacheLength && tensor.num_elements() == 1) plan.traced_[kWritten] = tensor.IntAt(0);
    if (spec->fill == Fill::kAttentionMask && tensor.rank() == 2 && tensor.num_elements() > 0) {
      bool first = false, last = false;
      for (int64_t row = 0; row < tensor.dim(0); ++row) {
        first |= tensor.At(row * tensor.dim(1)) == 0;
        last |= tensor.At((row + 1) * tensor.dim(1) - 1) == 0;
      }
      if (first != last) layout.left_padded = first;
    }
  }
  bool again = true;
  for (int pass = 0; pass < 3 && again; ++pass) {
    again = false;
    for (size_t i = 0; i < golden.size(); ++i)
      CONFORMANCE_RETURN_IF_ERROR(Solve(layout.inputs[i], golden[i].second, plan.traced_, again));
  }
  if (again) return ShapeError("the sizes of the inputs do not tell the plan's symbols").With("class", model.class_name());
  std::erase_if(layout.symbols, [&](const InputSymbol& symbol) { return !plan.traced_.contains(symbol.name); });
  // Sizes of inputs that only a file has.
  for (const auto& [name, value] : plan.traced_)
    if (std::none_of(layout.symbols.begin(), layout.symbols.end(), [&](const InputSymbol& symbol) { return symbol.name == name; }))
      layout.symbols.push_back({.name = name, .min = value, .max = value});
  for (InputSymbol& symbol : layout.symbols) {
    // What a file holds is legal, whatever the plan would have made.
    const int64_t value = plan.traced_.find(symbol.name)->second;
    const bool one = plan.fixed_.contains(symbol.name);
    symbol.min = one ? value : std::min(symbol.min, value);
    symbol.max = one ? value : std::max(symbol.max, value);
    const auto leader = plan.traced_.find(symbol.follows);
    if (symbol.follows.empty() || leader == plan.traced_.end()) symbol.follows.clear();
    else symbol.distance = value - leader->second;
  }
  if (layout.pictures) {
    std::set<std::string> needed = layout.pictures->count.Symbols();
    needed.merge(layout.pictures->tokens.Symbols());
    for (const std::string& name : needed) plan.golden_only_ |= !plan.traced_.contains(name);
    const auto other = [](const InputSpec& spec) { return spec.name.find("video") != std::string::npos || EndsWith(spec.name, "pooler_output.1"); };
    plan.golden_only_ |= std::any_of(layout.inputs.begin(), layout.inputs.end(), other);
  }
  if (kwargs.IsObject())
    for (const auto& [name, value] : kwargs.AsObject()) layout.kwargs[name] = value;
  plan.layout_ = std::move(layout);
  plan.golden_ = std::move(golden);
  return plan;
}

namespace {

bool IsPrime(int64_t value) {
  for (int64_t divisor = 2; divisor * divisor <= value; ++divisor)
    if (value % divisor == 0) return false;
  return value >= 2;
}

/// Sizes beside the traced one that are worth trying, the best first: `wanted`, then primes near the traced size, then any.
std::vector<int64_t> OtherSizes(const InputSymbol& symbol, int64_t traced, const std::vector<int64_t>& wanted) {
  constexpr int64_t kNear = 64;
  std::vector<int64_t> values;
  const auto add = [&](int64_t value) {
    value *= symbol.step;
    const bool fits = value >= std::max<int64_t>(symbol.min, 2) && value <= symbol.max && value != traced;
    if (fits && std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  };
  for (const int64_t value : wanted) add(value);
  for (int64_t distance = 1; distance < kNear && values.size() < wanted.size(); ++distance)
    for (const int64_t value : {traced + distance, traced - distance})
      if (symbol.step == 1 && traced > wanted.front() && IsPrime(value)) add(value);
  for (int64_t value = std::max<int64_t>(symbol.min, 2); symbol.step == 1 && value <= symbol.max && value < traced + 8 && values.size() < kNear; ++value) add(value);
  return values;
}

}  // namespace

std::vector<Assignment> InputPlan::Unseen() const {
  // The batch, and all lengths (of a sequence, an image's sides, …), which change together, each to a value of its own.
  struct Choice {
    const InputSymbol* symbol;
    std::vector<int64_t> values;
  };
  std::vector<Choice> batches, lengths;
  for (const InputSymbol& symbol : layout_.symbols) {
    const int64_t traced = traced_.find(symbol.name)->second;
    if (!symbol.follows.empty() || traced <= 1) continue;
    const bool batch = symbol.name == "batch";
    Choice choice{&symbol, OtherSizes(symbol, traced, batch ? std::vector<int64_t>{3, 5} : std::vector<int64_t>{11, 13, 7, 5, 3})};
    if (!choice.values.empty()) (batch ? batches : lengths).push_back(std::move(choice));
  }
  std::vector<Assignment> unseen;
  const auto add = [&](std::optional<size_t> batch, std::optional<size_t> length) {
    Assignment assignment = traced_;
    const auto set = [&](const std::vector<Choice>& choices, std::optional<size_t> at) {
      if (!at) return;
      for (size_t i = 0; i < choices.size(); ++i) {
        const std::vector<int64_t>& values = choices[i].values;
        assignment[choices[i].symbol->name] = choices.size() == 1 ? values[std::min(*at, values.size() - 1)] : values[(*at + i) % values.size()];
      }
    };
    set(batches, batch);
    set(lengths, length);
    // What was traced as one stays one, as exporters take it.
    for (const InputSymbol& symbol : layout_.symbols)
      if (!symbol.follows.empty() && traced_.at(symbol.name) > 1) assignment[symbol.name] = assignment[symbol.follows] + symbol.distance;
    const bool fits = Check(assignment).ok();
    if (fits && assignment != traced_ && std::find(unseen.begin(), unseen.end(), assignment) == unseen.end()) unseen.push_back(assignment);
  };
  add(0, std::nullopt);
  add(std::nullopt, 0);
  add(1, 1);
  // Where one of the two is fixed, other values of the other make up for it.
  size_t most = 0;
  for (const std::vector<Choice>* choices : {&batches, &lengths})
    for (const Choice& choice : *choices) most = std::max(most, choice.values.size());
  for (size_t i = 0; i < most && unseen.size() < 3; ++i) add(i, i);
  return unseen;
}

Status InputPlan::Check(const Assignment& assignment) const {
  for (const auto& [name, value] : assignment)
    if (std::none_of(layout_.symbols.begin(), layout_.symbols.end(), [&](const InputSymbol& symbol) { return symbol.name == name; }))
      return Invalid("the plan has no such symbol").With("symbol", name).With("variant", variant_);
  for (const InputSymbol& symbol : layout_.symbols) {
    const auto value = assignment.find(symbol.name);
    if (value == assignment.end()) return Invalid("an assignment lacks a symbol").With("symbol", symbol.name).With("variant", variant_);
    if (value->second < symbol.min || value->second > symbol.max)
      return Invalid("a size is out of bounds")
          .With("symbol", symbol.name)
          .With("found", std::to_string(value->second))
          .With("wanted", "between " + std::to_string(symbol.min) + " and " + std::to_string(symbol.max));
  }
  if (golden_ && assignment == traced_) return Ok();
  if (golden_only_) return Unsupported("no other inputs of this kind are made than those given").With("variant", variant_);
  return PlacePictures(assignment).status();
}

Result<std::optional<InputPlan::PicturePlan>> InputPlan::PlacePictures(const Assignment& assignment) const {
  if (!layout_.pictures) return std::optional<PicturePlan>();
  const SymbolValues values(assignment.begin(), assignment.end());
  CONFORMANCE_TRY(const int64_t count, layout_.pictures->count.Evaluate(values));
  CONFORMANCE_TRY(const int64_t total, layout_.pictures->tokens.Evaluate(values));
  Shape sizes;
  for (const InputSpec& spec : layout_.inputs)
    if (spec.fill == Fill::kTokenIds && sizes.empty()) {
      CONFORMANCE_TRY(sizes, ShapeOf(spec, assignment));
    }
  const auto no_room = [&]() { return Invalid("pictures do not fit between the tokens").With("found", ToString(assignment)); };
  if (sizes.size() != 2 || count < 1 || total < count) return no_room();
  PicturePlan plan;
  plan.types.assign(static_cast<size_t>(sizes[0] * sizes[1]), 0);
  // Padding takes up to a third of a row.
  const int64_t room = sizes[1] - sizes[1] / 3;
  for (int64_t row = 0, picture = 0; row < sizes[0]; ++row) {
    std::vector<int64_t> lengths;
    for (; picture < (row + 1) * count / sizes[0]; ++picture) lengths.push_back(total / count + (picture < total % count ? 1 : 0));
    int64_t needed = lengths.empty() ? 0 : 1;
    for (const int64_t length : lengths) needed += length + 1;
    if (needed > room) return no_room();
    // A word before each picture, on the side that is not padded.
    int64_t column = layout_.left_padded ? sizes[1] - needed + 1 : 1;
    for (const int64_t length : lengths) {
      std::fill_n(plan.types.begin() + row * sizes[1] + column, length, 1);
      column += length + 1;
      plan.tokens.push_back(length);
    }
  }
  return std::optional(std::move(plan));
}

Tensor InputPlan::MakeLeaf(const InputSpec& spec, const Shape& shape, const Tensor* mask, const Assignment& assignment, uint64_t seed) const {
  const Random random = Random::For(seed, spec.name);
  switch (spec.fill) {
    case Fill::kTokenIds: {
      Tensor ids = MakeIds(spec, shape, special_ids_, random);
      if (layout_.pictures && shape.size() == 2) {
        const std::vector<int64_t> types = (*PlacePictures(assignment))->types;
        std::vector<int64_t> values = ids.ToInts();
        for (size_t i = 0; i < values.size(); ++i) {
          if (types[i] == 1) values[i] = layout_.pictures->token_id;
          else if (values[i] == layout_.pictures->token_id) values[i] = values[i] > 0 ? values[i] - 1 : 1;
        }
        ids = Cast(Tensor::Of<int64_t>(shape, values), spec.dtype);
      }
      if (mask == nullptr || !pad_id_ || mask->shape() != shape || *pad_id_ >= spec.limit) return ids;
      std::vector<int64_t> values = ids.ToInts();
      const auto stands_for_input = [&](int64_t id) { return spec.placeholder && id == spec.placeholder->id; };
      for (int64_t i = 0; i < mask->num_elements(); ++i)
        if (mask->IntAt(i) == 0 && !stands_for_input(ids.IntAt(i))) values[static_cast<size_t>(i)] = *pad_id_;
      return Cast(Tensor::Of<int64_t>(shape, values), spec.dtype);
    }
    case Fill::kTokenTypes:
      return MakeTypes(spec, shape);
    case Fill::kAttentionMask:
      if (shape.size() == 4) return MakeMaskOfPairs(spec.dtype, shape);
      return MakeMask(spec.dtype, shape, layout_.left_padded, random);
    case Fill::kPositions: {
      const auto past = assignment.find("past"), written = assignment.find(kWritten);
      const bool fixed = written != assignment.end();
      return MakePositions(spec.dtype, shape, mask, layout_.left_padded, fixed ? written->second : past == assignment.end() ? 0 : past->second,
                           fixed ? std::optional(written->second) : std::nullopt);
    }
    case Fill::kCacheLength: {
      const auto written = assignment.find(kWritten);
      return Tensor::Of<int64_t>(shape, {written == assignment.end() ? 0 : written->second});
    }
    case Fill::kSteps:
      return MakeSteps(spec, shape, random);
    case Fill::kNormal:
      return MakeNormal(spec, shape, random);
    case Fill::kPictureGrid: {
      const auto plan = PlacePictures(assignment);
      std::vector<int64_t> sides;
      if (!*plan) return Tensor::Zeros(spec.dtype, shape);
      for (const int64_t tokens : (*plan)->tokens) {
        // Two rows where that goes.
        const int64_t rows = tokens % 2 == 0 ? 2 : 1, merge = layout_.pictures->merge;
        sides.insert(sides.end(), {1, rows * merge, tokens / rows * merge});
      }
      return Cast(Tensor::Of<int64_t>(shape, sides), spec.dtype);
    }
    case Fill::kPictureTypes: {
      const auto plan = PlacePictures(assignment);
      return *plan ? Cast(Tensor::Of<int64_t>(shape, (*plan)->types), spec.dtype) : Tensor::Zeros(spec.dtype, shape);
    }
  }
  return Tensor();
}

Result<NamedTensors> InputPlan::Make(const Assignment& assignment, uint64_t seed) const {
  CONFORMANCE_RETURN_IF_ERROR(Check(assignment));
  if (golden_ && assignment == traced_) return *golden_;
  // The mask first: ids and positions follow it.
  std::optional<Tensor> mask;
  for (const InputSpec& spec : layout_.inputs) {
    if (spec.fill != Fill::kAttentionMask) continue;
    CONFORMANCE_TRY(const Shape shape, ShapeOf(spec, assignment));
    if (shape.size() == 2 && !mask) mask = MakeLeaf(spec, shape, nullptr, assignment, seed);
  }
  NamedTensors tensors;
  for (const InputSpec& spec : layout_.inputs) {
    CONFORMANCE_TRY(const Shape shape, ShapeOf(spec, assignment));
    // A second mask (of a decoder's own tokens) has sizes of its own.
    tensors.emplace_back(spec.name, spec.fill == Fill::kAttentionMask && mask && mask->shape() == shape
                                        ? *mask
                                        : MakeLeaf(spec, shape, mask ? &*mask : nullptr, assignment, seed));
  }
  return tensors;
}

bool InputPlan::IsFixed(const SymInt& size) const {
  const std::set<std::string> names = size.Symbols();
  return !names.empty() && std::all_of(names.begin(), names.end(), [&](const std::string& name) { return fixed_.contains(name); });
}

DynamicShapes InputPlan::AutoShapes() const {
  DynamicShapes shapes;
  for (const InputSpec& spec : layout_.inputs)
    for (std::vector<DimSpec>& dims = shapes[spec.name]; const SymInt& size : spec.sizes) {
      if (IsFixed(size)) dims.emplace_back(DimStatic{});
      else dims.emplace_back(DimAuto{});
    }
  return shapes;
}

DynamicShapes InputPlan::NamedShapes() const {
  DynamicShapes shapes;
  for (const InputSpec& spec : layout_.inputs) {
    std::vector<DimSpec> dims;
    for (const SymInt& size : spec.sizes) {
      const std::optional<std::string> name = size.AsSymbol();
      if (size.IsConstant() || IsFixed(size)) {
        dims.emplace_back(DimStatic{});
      } else if (!name) {
        dims.emplace_back(DimDerived{size});
      } else {
        for (const InputSymbol& symbol : layout_.symbols)
          if (symbol.name == *name) dims.emplace_back(DimNamed{*name, {symbol.min, symbol.max}});
      }
    }
    shapes[spec.name] = std::move(dims);
  }
  return shapes;
}

}  // namespace conformance::load
