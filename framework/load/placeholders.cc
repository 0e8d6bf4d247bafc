#include "framework/load/placeholders.h"

#include <algorithm>
#include <optional>

namespace conformance::load {

void CountPlaceholders(const NamedTensors& inputs, std::string_view ids_name, std::vector<nn::InputSpec>& specs, nn::InputLayout& layout) {
  const auto ids = std::find_if(specs.begin(), specs.end(), [&](const nn::InputSpec& spec) { return spec.name == ids_name; });
  const Tensor* const rows = Find(inputs, ids_name);
  if (ids == specs.end() || !ids->placeholder || rows == nullptr || rows->rank() != 2 || rows->dim(0) == 0) return;
  int64_t times = 1;
  for (nn::InputSpec& spec : specs) {
    const Tensor* const tensor = spec.fill == nn::Fill::kNormal ? Find(inputs, spec.name) : nullptr;
    if (tensor == nullptr || tensor->rank() == 0 || spec.sizes.empty()) continue;
    const std::optional<int64_t> once = spec.sizes[0].Substitute({{"batch", SymInt(rows->dim(0))}}).AsInt();
    if (!once || *once <= 0 || tensor->dim(0) <= *once || tensor->dim(0) % *once != 0) continue;
    times = tensor->dim(0) / *once;
    spec.sizes[0] = spec.sizes[0] * times;
  }
  if (times == 1) return;
  for (nn::InputSymbol& symbol : layout.symbols)
    if (symbol.name == "sequence") symbol.min += (times - 1) * ids->placeholder->count;
  ids->placeholder->count *= times;
}

}  // namespace conformance::load
