#include <algorithm>
#include <tuple>

#include "references/onnx/gradient.h"
#include "references/onnx/operator.h"

namespace conformance::onnx_reference {

// The kernels are declared here alone, so that a line more in the table compiles this file again and no kernel's.
namespace kernels {
#define OPERATOR(domain, name, since, kernel, types, inputs, mode) Kernel kernel;
#include "references/onnx/operators.inc"
#undef OPERATOR
}  // namespace kernels

std::span<const Operator> Operators() {
  static const std::vector<Operator> table = [] {
    std::vector<Operator> all = {
#define OPERATOR(domain, name, since, kernel, types, inputs, mode) {domain, #name, since, kernels::kernel, types, inputs, mode},
#include "references/onnx/operators.inc"
#undef OPERATOR
    };
    std::sort(all.begin(), all.end(), [](const Operator& a, const Operator& b) {
      return std::tie(a.domain, a.name, a.since) < std::tie(b.domain, b.name, b.since);
    });
    return all;
  }();
  return table;
}

const Operator* FindOperator(std::string_view domain, std::string_view name, int64_t version) {
  if (domain == "ai.onnx") domain = kOnnx;
  const auto all = Operators();
  const auto after = std::partition_point(all.begin(), all.end(), [&](const Operator& entry) {
    if (entry.domain != domain) return entry.domain < domain;
    if (entry.name != name) return entry.name < name;
    return entry.since <= version;
  });
  if (after == all.begin()) return nullptr;
  const Operator& entry = *(after - 1);
  return entry.domain == domain && entry.name == name ? &entry : nullptr;
}

}  // namespace conformance::onnx_reference
