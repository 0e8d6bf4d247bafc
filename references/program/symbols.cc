#include "references/program/symbols.h"

#include <algorithm>
#include <map>
#include <optional>

#include "framework/base/strings.h"

namespace conformance::program {
namespace {

struct Bound {
  const UserInput* input;
  const std::vector<SymInt>* sizes;  ///< what the Program says of `found`
  std::vector<int64_t> found;        ///< the tensor's sizes; of a size, its value
  bool is_size;
  Tensor tensor;

  std::string Place(size_t axis) const { return is_size ? input->name : input->name + ".size(" + std::to_string(axis) + ")"; }
};

/// The value that a·s + b takes `target` at, where `size` has this form over one symbol without a value.
std::optional<std::pair<std::string, int64_t>> Solve(const SymInt& size, int64_t target, const SymbolValues& known) {
  std::optional<std::string> open;
  for (const std::string& symbol : size.Symbols()) {
    if (known.contains(symbol)) continue;
    if (open) return std::nullopt;
    open = symbol;
  }
  if (!open) return std::nullopt;
  const auto at = [&](int64_t value) -> std::optional<int64_t> {
    SymbolValues values = known;
    values[*open] = value;
    const auto result = size.Evaluate(values);
    return result.ok() ? std::optional(*result) : std::nullopt;
  };
  const auto b = at(0), one = at(1);
  if (!b || !one || *one == *b || (target - *b) % (*one - *b) != 0) return std::nullopt;
  const int64_t value = (target - *b) / (*one - *b);
  return at(value) == target ? std::optional(std::pair(*open, value)) : std::nullopt;
}

Error AtDimension(Error error, const Bound& bound, size_t axis) {
  error.With("input", bound.input->name);
  if (!bound.is_size) error.With("dimension", std::to_string(axis));
  return std::move(error).With("found", std::to_string(bound.found[axis]));
}

Result<std::vector<Bound>> Match(const ir::Program& program, const std::vector<UserInput>& wanted, const NamedTensors& given,
                                 std::map<ir::ValueId, std::vector<SymInt>>& numbers) {
  std::vector<Bound> bound;
  size_t used = 0;
  std::vector<std::string> names;
  for (const UserInput& input : wanted) {
    names.push_back(input.name);
    const ir::Value& value = program.graph.value(input.value);
    const ir::TensorMeta* meta = value.tensor();
    const auto* number = std::get_if<SymInt>(&value.meta);
    if (meta == nullptr && number == nullptr) return Unsupported("a user input is neither a tensor nor a size").With("input", input.name);
    const Tensor* tensor = Find(given, input.name);
    if (tensor == nullptr) tensor = Find(given, value.name);
    if (tensor == nullptr) return Invalid("an input is missing").With("input", input.name).With("wanted", ir::Describe(value.meta));
    ++used;
    if (number != nullptr) {
      if (!IsIntegral(tensor->dtype()) || tensor->num_elements() != 1) {
        return TypeError("an input that is a size wants one integer").With("input", input.name).With("found", Describe(*tensor)).With("wanted", "i64[]");
      }
      bound.push_back({&input, &numbers.insert_or_assign(input.value, std::vector<SymInt>{*number}).first->second, tensor->ToInts(), true, *tensor});
      continue;
    }
    const auto dtype = ir::ToDType(meta->dtype);
    if (dtype != tensor->dtype()) {
      return TypeError("an input has another dtype than the Program").With("input", input.name).With("found", Describe(*tensor)).With("wanted", ir::Describe(*meta));
    }
    if (tensor->shape().size() != meta->sizes.size()) {
      return ShapeError("an input has another rank than the Program").With("input", input.name).With("found", Describe(*tensor)).With("wanted", ir::Describe(*meta));
    }
    bound.push_back({&input, &meta->sizes, tensor->shape(), false, *tensor});
  }
  if (used != given.size()) {
    for (const auto& [name, tensor] : given) {
      const auto known = [&](const UserInput& input) { return input.name == name || program.graph.value(input.value).name == name; };
      if (std::ranges::none_of(wanted, known)) {
        return Invalid("the Program has no such input").With("found", name).With("wanted", Join(names, ", "));
      }
    }
  }
  return bound;
}

}  // namespace

Result<std::vector<std::pair<ir::ValueId, Tensor>>> BindUserInputs(const ir::Program& program, const std::vector<UserInput>& wanted,
                                                                   const NamedTensors& given, SymbolValues& symbols) {
  std::map<ir::ValueId, std::vector<SymInt>> numbers;  // of inputs that are sizes
  CONFORMANCE_TRY(const std::vector<Bound> bound, Match(program, wanted, given, numbers));
  std::map<std::string, std::string> origin;  // symbol -> "input.size(axis)", for messages
  // Plain symbols first: a derived size ("2*s0 + 1") is solved only where no input has its symbol by itself.
  for (const bool plain : {true, false}) {
    for (const Bound& input : bound) {
      for (size_t axis = 0; axis < input.sizes->size(); ++axis) {
        const SymInt& size = (*input.sizes)[axis];
        if (size.IsConstant() || (plain && !size.AsSymbol())) continue;
        if (const auto solved = Solve(size, input.found[axis], symbols)) {
          symbols[solved->first] = solved->second;
          origin[solved->first] = input.Place(axis);
        }
      }
    }
  }
  for (const Bound& input : bound) {
    for (size_t axis = 0; axis < input.sizes->size(); ++axis) {
      const SymInt& size = (*input.sizes)[axis];
      const auto value = size.Evaluate(symbols);
      const int64_t found = input.found[axis];
      if (value.ok() && *value == found) continue;
      std::string wants = value.ok() ? std::to_string(*value) : size.ToString();
      if (const auto symbol = size.AsSymbol(); symbol && origin.contains(*symbol)) {
        wants += " (" + *symbol + ", as " + origin[*symbol] + ")";
      } else if (!size.IsConstant()) {
        wants += " (" + size.ToString() + ")";
      }
      return AtDimension(ShapeError("an input has another size than the Program takes"), input, axis).With("wanted", wants);
    }
  }
  for (const auto& [symbol, range] : program.range_constraints) {
    const auto value = symbols.find(symbol);
    if (value == symbols.end()) continue;
    // PyTorch writes 2 for every dynamic size (0 and 1 are special while tracing) and does not hold inputs against it.
    const bool below = range.min && *range.min > 2 && value->second < *range.min;
    const bool above = range.max && value->second > *range.max;
    if (!below && !above) continue;
    return ShapeError("a size is outside the range that the Program was exported for")
        .With("dimension", origin.contains(symbol) ? origin[symbol] : symbol)
        .With("found", std::to_string(value->second))
        .With("wanted", below ? symbol + " >= " + std::to_string(*range.min) : symbol + " <= " + std::to_string(*range.max));
  }
  std::vector<std::pair<ir::ValueId, Tensor>> tensors;
  for (const Bound& input : bound) tensors.emplace_back(input.input->value, input.tensor);
  return tensors;
}

}  // namespace conformance::program
