#include "framework/engine/class_inputs.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "framework/base/random.h"
#include "framework/base/strings.h"
#include "framework/engine/relation_terms.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

constexpr const char* kBatch = "batch";
constexpr int64_t kLargestSize = int64_t{1} << 31;
constexpr size_t kLargestBytes = size_t{4} << 30;

bool IsPrime(int64_t n) {
  if (n < 2) return false;
  for (int64_t d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return true;
}

int64_t NextPrime(int64_t n) {
  do ++n;
  while (!IsPrime(n));
  return n;
}

Error Malformed(const std::string& input, const char* field, const Json* found, std::string wanted) {
  return Invalid("malformed input of a class")
      .With("input", input)
      .With("field", field)
      .With("found", found ? formats::WriteJson(*found) : "nothing")
      .With("wanted", std::move(wanted));
}

std::optional<std::vector<double>> Numbers(const Json& json) {
  if (!json.IsArray()) return std::nullopt;
  std::vector<double> numbers;
  for (const Json& entry : json.AsArray()) {
    if (!entry.IsNumber()) return std::nullopt;
    numbers.push_back(entry.AsDouble());
  }
  return numbers;
}

}  // namespace

Result<ClassInputs::Dim> ClassInputs::ParseDim(const Json& json, const load::Assignment& sizes) {
  if (json.IsInt() && json.AsInt() >= 0 && json.AsInt() <= kLargestSize) return Dim{json.AsInt(), ""};
  if (json.IsString()) {
    const std::string& text = json.AsString();
    const size_t star = text.find('*');
    Dim dim{1, star == std::string::npos ? text : text.substr(star + 1)};
    const auto factor =
        star == std::string::npos ? std::optional<int64_t>(1) : ParseInt(text.substr(0, star));
    if (factor && *factor > 0 && *factor <= kLargestSize && sizes.contains(dim.size)) {
      dim.factor = *factor;
      return dim;
    }
  }
  return Invalid("no dimension");
}

Result<ClassInputs::Entry> ClassInputs::ParseEntry(const std::string& name, const Json& json,
                                                   const load::Assignment& sizes) {
  Entry entry;
  entry.name = name;
  for (const auto& [field, value] : json.IsObject() ? json.AsObject() : Json::Object{}) {
    if (field != "dtype" && field != "shape" && field != "range" && field != "fill" && field != "values") {
      return Malformed(name, field.c_str(), &value, "dtype, shape, and one of range, fill, values");
    }
  }
  const Json* dtype = json.Find("dtype");
  const auto known = dtype && dtype->IsString() ? DTypeFromString(dtype->AsString()) : std::nullopt;
  if (!known) return Malformed(name, "dtype", dtype, "f32, i64, bool, ...");
  entry.dtype = *known;

  const Json* shape = json.Find("shape");
  if (!shape || !shape->IsArray()) return Malformed(name, "shape", shape, "an array of dimensions");
  for (const Json& dim : shape->AsArray()) {
    auto parsed = ParseDim(dim, sizes);
    if (!parsed.ok()) return Malformed(name, "shape", &dim, "a number, the name of a size, or \"16*batch\"");
    entry.dims.push_back(*parsed);
  }

  const Json *range = json.Find("range"), *fill = json.Find("fill"), *values = json.Find("values");
  if ((range != nullptr) + (fill != nullptr) + (values != nullptr) != 1) {
    return Malformed(name, "range", nullptr, "one of range, fill, values");
  }
  if (range) {
    const auto ends = Numbers(*range);
    if (!ends || ends->size() != 2 || !((*ends)[0] <= (*ends)[1]))
      return Malformed(name, "range", range, "[low, high]");
    entry.fill = Uniform{(*ends)[0], (*ends)[1]};
  } else if (fill) {
    if (!fill->IsString() || fill->AsString() != "padding")
      return Malformed(name, "fill", fill, "\"padding\"");
    if (entry.dims.size() != 2) return Malformed(name, "fill", fill, "two dimensions for \"padding\"");
    entry.fill = Padding{};
  } else {
    auto numbers = Numbers(*values);
    if (!numbers || numbers->empty()) return Malformed(name, "values", values, "an array of numbers");
    entry.fill = std::move(*numbers);
  }
  return entry;
}

Result<ClassInputs> ClassInputs::FromJson(const Json& sizes, const Json& inputs) {
  ClassInputs result;
  if (!sizes.IsObject())
    return Invalid("a class's sizes are no object").With("found", std::string(Json::KindName(sizes.kind())));
  for (const auto& [name, size] : sizes.AsObject()) {
    if (!size.IsInt() || size.AsInt() < 1 || size.AsInt() > kLargestSize || name.empty() ||
        name.find('*') != std::string::npos) {
      return Invalid("no size of a class")
          .With("name", name)
          .With("found", formats::WriteJson(size))
          .With("wanted", "a number from 1");
    }
    result.traced_[name] = size.AsInt();
  }
  if (!inputs.IsObject() || inputs.AsObject().empty()) {
    return Invalid("a class has no inputs")
        .With("found", std::string(Json::KindName(inputs.kind())))
        .With("wanted", "an object");
  }
  for (const auto& [name, json] : inputs.AsObject()) {
    CONFORMANCE_TRY(auto entry, ParseEntry(name, json, result.traced_));
    result.entries_.push_back(std::move(entry));
  }
  return result;
}

ClassInputs ClassInputs::Of(const NamedTensors& given, const ClassInputs* row) {
  ClassInputs result;
  const auto named = [&](const std::string& name) -> const Entry* {
    if (row == nullptr) return nullptr;
    const auto found = std::ranges::find(row->entries_, name, &Entry::name);
    return found == row->entries_.end() ? nullptr : &*found;
  };
  // A size holds where the given shapes agree on it. One that the trace would fix (0 or 1) stays as it is.
  std::map<std::string, std::optional<int64_t>> sizes;
  const auto vote = [&](const Dim& dim, int64_t found) {
    const bool fits = found % dim.factor == 0 && found / dim.factor > 1;
    const auto [size, first] = sizes.try_emplace(dim.size, fits ? std::optional<int64_t>(found / dim.factor) : std::nullopt);
    if (!first && (!fits || size->second != found / dim.factor)) size->second.reset();
  };
  for (const auto& [name, tensor] : given) {
    const Entry* known = named(name);
    if (known && known->dims.size() == tensor.shape().size()) {
      for (size_t i = 0; i < known->dims.size(); ++i) {
        if (!known->dims[i].size.empty()) vote(known->dims[i], tensor.shape()[i]);
      }
    } else if (row == nullptr) {
      vote({1, kBatch}, tensor.shape().empty() ? 0 : tensor.shape()[0]);
    }
  }
  for (const auto& [name, size] : sizes) {
    if (size) result.traced_[name] = *size;
  }
  for (const auto& [name, tensor] : given) {
    const Entry* known = named(name);
    Entry entry{.name = name, .dtype = tensor.dtype(), .dims = {}, .fill = {}};
    const bool shaped = known && known->dims.size() == tensor.shape().size();
    for (size_t i = 0; i < tensor.shape().size(); ++i) {
      Dim dim{tensor.shape()[i], ""};
      if (shaped && result.traced_.contains(known->dims[i].size)) dim = known->dims[i];
      if (row == nullptr && i == 0 && result.traced_.contains(kBatch)) dim = {1, kBatch};
      entry.dims.push_back(std::move(dim));
    }
    const std::vector<double> values = tensor.ToDoubles();
    if (shaped && std::holds_alternative<Padding>(known->fill)) {
      entry.fill = Padding{};
    } else if ((shaped && std::holds_alternative<Values>(known->fill)) || (!known && !IsFloating(tensor.dtype()))) {
      // What nobody describes may be a mask or a table: its own values again.
      entry.fill = values.empty() ? Values{0} : values;
    } else {
      const auto [low, high] = std::ranges::minmax_element(values);
      entry.fill = values.empty() ? Uniform{0, 0} : Uniform{*low, *high};
    }
    result.entries_.push_back(std::move(entry));
  }
  return result;
}

std::vector<load::Assignment> ClassInputs::Unseen() const {
  if (traced_.empty()) return {};
  // Lengths grow from one to the next, so that no assignment is met twice.
  std::vector<load::Assignment> longer;
  load::Assignment last = traced_;
  for (int i = 0; i < 3; ++i) {
    for (auto& [name, size] : last) {
      if (name != kBatch) size = NextPrime(size);
    }
    longer.push_back(last);
  }
  const auto batch = traced_.find(kBatch);
  if (batch == traced_.end()) return longer;
  const int64_t traced = batch->second;
  const auto with_batch = [&](load::Assignment assignment, int64_t size) {
    assignment[kBatch] = size;
    return assignment;
  };
  const int64_t other = NextPrime(traced), another = NextPrime(other);
  if (traced_.size() == 1) return {{{kBatch, other}}, {{kBatch, another}}, {{kBatch, NextPrime(another)}}};
  return {with_batch(traced_, other), with_batch(longer[0], traced), with_batch(longer[1], another)};
}

ports::RelationTerms ClassInputs::Terms(bool dynamic) const {
  ports::RelationTerms terms;
  terms.dynamic = dynamic;
  terms.generates = true;  // nothing tells: what follows no length is then left out where padding comes last
  for (const Entry& entry : entries_) {
    ports::RelationLeaf leaf{.name = entry.name, .role = RoleByName(entry.name), .sizes = {}};
    for (const Dim& dim : entry.dims) leaf.sizes.push_back(dim.size.empty() ? SymInt(dim.factor) : SymInt(dim.factor) * SymInt::Symbol(dim.size));
    terms.leaves.push_back(std::move(leaf));
  }
  return terms;
}

Tensor ClassInputs::Fill(const Entry& entry, Shape shape, uint64_t seed) {
  const auto count = static_cast<size_t>(NumElements(shape));
  std::vector<double> values(count);
  if (const auto* uniform = std::get_if<Uniform>(&entry.fill)) {
    Random random = Random::For(seed, entry.name);
    const bool floating = IsFloating(entry.dtype);
    for (double& value : values) {
      value = floating ? uniform->low + (uniform->high - uniform->low) * random.Uniform()
                       : static_cast<double>(random.Between(static_cast<int64_t>(uniform->low),
                                                            static_cast<int64_t>(uniform->high)));
    }
  } else if (const auto* given = std::get_if<Values>(&entry.fill)) {
    for (size_t i = 0; i < count; ++i) values[i] = (*given)[i % given->size()];
  } else {
    const auto length = static_cast<size_t>(shape[1]);
    for (size_t i = 0; i < count; ++i) values[i] = i < length || i % length < length - length / 4 ? 1 : 0;
  }
  return Cast(Tensor::Of<double>(std::move(shape), values), entry.dtype);
}

Result<NamedTensors> ClassInputs::Make(const load::Assignment& assignment, uint64_t seed) const {
  NamedTensors tensors;
  size_t bytes = 0;
  for (const Entry& entry : entries_) {
    Shape shape;
    for (const Dim& dim : entry.dims) {
      const auto size = dim.size.empty() ? assignment.end() : assignment.find(dim.size);
      if (!dim.size.empty() && size == assignment.end()) {
        return Invalid("an assignment lacks a size of the class")
            .With("found", load::ToString(assignment))
            .With("wanted", dim.size);
      }
      shape.push_back(dim.size.empty() ? dim.factor : dim.factor * size->second);
    }
    const auto elements = CheckedNumElements(shape);
    if (elements) bytes += static_cast<size_t>(*elements) * sizeof(double);
    if (!elements || static_cast<size_t>(*elements) > kLargestBytes || bytes > kLargestBytes) {
      return Error(ErrorKind::kOutOfMemory, "inputs of a class are too large")
          .With("input", entry.name)
          .With("shape", ShapeText(shape));
    }
    tensors.emplace_back(entry.name, Fill(entry, std::move(shape), seed));
  }
  return tensors;
}

}  // namespace conformance::engine
