#include "framework/selftest/rescale.h"

#include <cmath>
#include <utility>

#include "framework/base/random.h"

namespace conformance::selftest {
namespace {

using ir::Node;
using ir::ValueId;

/// What reads a weight.
struct Reader {
  bool matrix = false, table = false, bias = false;
  double fan_in = 1;
};

std::map<ValueId, std::string> Targets(const ir::Program& program) {
  std::map<ValueId, std::string> targets;
  for (size_t i = 0; i < program.signature.inputs.size(); ++i) {
    const auto* id = program.graph.inputs()[i].As<ValueId>();
    if (id != nullptr && program.signature.inputs[i].kind == ir::InputSpec::Kind::kParameter) targets.emplace(*id, program.signature.inputs[i].target);
  }
  return targets;
}

std::map<std::string, Reader, std::less<>> Readers(const ir::Program& program, const TensorTable& weights) {
  const auto targets = Targets(program);
  std::map<std::string, Reader, std::less<>> readers;
  for (const Node& node : program.graph.nodes()) {
    const std::string_view op = node.op();
    const bool addmm = op.starts_with("aten.addmm");
    const bool product = addmm || op.starts_with("aten.linear.") || op.starts_with("aten.conv");
    for (const auto& input : node.inputs) {
      ir::VisitValues(input.arg, [&](ValueId id) {
        const auto target = targets.find(id);
        if (target == targets.end()) return;
        const auto found = weights.find(target->second);
        if (found == weights.end() || !IsFloating(found->second.dtype())) return;
        const Tensor& weight = found->second;
        Reader& reader = readers[target->second];
        if (product && weight.rank() >= 2) {
          reader.matrix = true;
          reader.fan_in = static_cast<double>(addmm ? weight.dim(0) : weight.num_elements() / std::max<int64_t>(1, weight.dim(0)));
        }
        if (op.starts_with("aten.embedding.") && input.name == "weight") reader.table = true;
        if (product && (input.name == "bias" || (addmm && input.name == "self"))) reader.bias = true;
      });
    }
  }
  return readers;
}

double Deviation(const std::vector<double>& values) {
  double square = 0;
  for (const double value : values) square += value * value;
  return values.empty() ? 0 : std::sqrt(square / static_cast<double>(values.size()));
}

Tensor Times(const Tensor& weight, double factor) {
  Tensor scaled = Cast(weight, DType::kF64).Clone();
  for (int64_t i = 0; i < scaled.num_elements(); ++i) scaled.mutable_data<double>()[i] *= factor;
  return Cast(scaled, weight.dtype());
}

Tensor Seeded(const Tensor& like, double deviation, Random random) {
  Tensor made = Tensor::Empty(DType::kF64, like.shape());
  for (int64_t i = 0; i < made.num_elements(); ++i) made.mutable_data<double>()[i] = deviation * random.Normal();
  return Cast(made, like.dtype());
}

}  // namespace

TensorTable Rescaled(const ir::Program& program, const TensorTable& weights, uint64_t seed) {
  TensorTable result = weights;
  for (const auto& [target, reader] : Readers(program, weights)) {
    const Tensor& weight = weights.find(target)->second;
    const double deviation = Deviation(weight.ToDoubles());
    if (reader.bias && weight.rank() == 1 && deviation < 0.05) {
      result.insert_or_assign(target, Seeded(weight, 0.25, Random::For(seed, target)));
    } else if ((reader.matrix || reader.table) && deviation > 0) {
      const double wanted = reader.matrix ? 1 / std::sqrt(reader.fan_in) : 1;
      result.insert_or_assign(target, Times(weight, std::exp2(std::round(std::log2(wanted / deviation)))));
    }
  }
  return result;
}

}  // namespace conformance::selftest
