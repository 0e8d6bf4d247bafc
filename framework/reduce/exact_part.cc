#include "framework/reduce/exact_part.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "framework/base/random.h"
#include "framework/compare/cut_program.h"
#include "framework/compare/local_table.h"
#include "framework/weights/tensor_weights.h"

namespace conformance::reduce {
namespace {

using ir::ValueId;

/// Sums and products, sorted. What only moves elements is told by the table of the local lane.
constexpr std::string_view kArithmetic[] = {
    "aten._grouped_mm", "aten.add",    "aten.addmm",       "aten.baddbmm",          "aten.bmm",
    "aten.conv1d",      "aten.conv2d", "aten.conv3d",      "aten.conv_transpose1d", "aten.conv_transpose2d",
    "aten.conv_transpose3d", "aten.convolution", "aten.cumsum", "aten.index_add",   "aten.linear",
    "aten.matmul",      "aten.mm",     "aten.mul",         "aten.mv",               "aten.outer",
    "aten.rsub",        "aten.scatter_add", "aten.square", "aten.sub",              "aten.sum",
};
constexpr double kLargestScalar = 64;
constexpr int64_t kLargestInput = 4, kLargestWeight = 2;
/// Weights of a matrix's row that are not zero: all, or so many where numbers would grow too large.
constexpr std::array<int64_t, 4> kNonZero = {0, 8, 2, 1};

/// "aten.add" of "aten.add.Tensor".
std::string_view NameOf(std::string_view op) { return op.substr(0, op.find('.', op.find('.') + 1)); }

bool IsArithmetic(const ir::Node& node) { return std::ranges::binary_search(kArithmetic, NameOf(node.op())); }

bool IsFloatingValue(const ir::Graph& graph, ValueId id) {
  const ir::TensorMeta* meta = graph.value(id).tensor();
  const auto dtype = meta == nullptr ? std::nullopt : ir::ToDType(meta->dtype);
  return dtype && IsFloating(*dtype);
}

bool IsSmallInteger(double value) { return std::fabs(value) <= kLargestScalar && value == std::trunc(value); }

bool HasRoundScalars(const ir::Node& node) {
  return std::ranges::all_of(node.inputs, [](const ir::NamedArgument& input) {
    if (const auto* number = input.arg.As<double>()) return IsSmallInteger(*number);
    if (const auto* numbers = input.arg.As<std::vector<double>>()) return std::ranges::all_of(*numbers, IsSmallInteger);
    return input.arg.As<ir::SymFloatRef>() == nullptr;
  });
}

/// Integers below 2^p are what a type with p bits of significand holds.
double LargestExact(DType dtype) {
  switch (dtype) {
    case DType::kF64: return 0x1p53;
    case DType::kF16: return 0x1p11;
    case DType::kBF16: return 0x1p8;
    default: return 0x1p24;
  }
}

Tensor SmallIntegers(const Tensor& like, int64_t largest, Random random) {
  std::vector<double> values(static_cast<size_t>(like.num_elements()));
  for (double& value : values) value = static_cast<double>(random.Between(-largest, largest));
  return Cast(Tensor::Of<double>(like.shape(), values), like.dtype());
}

/// As above with about `count` numbers that are not zero where `row` are summed.
Tensor SparseIntegers(const Tensor& like, int64_t count, int64_t row, Random random) {
  std::vector<double> values(static_cast<size_t>(like.num_elements()));
  for (double& value : values) {
    const auto drawn = static_cast<double>(random.Between(1, kLargestWeight) * (random.Below(2) == 0 ? 1 : -1));
    value = static_cast<int64_t>(random.Below(static_cast<uint64_t>(std::max<int64_t>(row, 1)))) < count ? drawn : 0;
  }
  return Cast(Tensor::Of<double>(like.shape(), values), like.dtype());
}

Tensor WeightLike(const Tensor& like, int64_t non_zero, Random random) {
  const int64_t row = like.rank() < 2 ? 1 : like.num_elements() / std::max<int64_t>(1, like.dim(0));
  return non_zero == 0 || like.rank() < 2 ? SmallIntegers(like, kLargestWeight, std::move(random)) : SparseIntegers(like, non_zero, row, std::move(random));
}

/// Values at which the exact nodes begin and end. `also`: values of exact nodes at which they begin anew.
struct Border {
  std::vector<std::string> inputs, outputs;
  bool arithmetic = false;
};
Border BorderOf(const ir::Program& program, const std::set<std::string, std::less<>>& also) {
  const ir::Graph& graph = program.graph;
  std::set<ir::NodeId> exact;
  for (const ir::Node& node : graph.nodes()) {
    if (IsExactNode(graph, node)) exact.insert(node.id());
  }
  std::vector<ValueId> inputs, outputs;
  const auto add = [](std::vector<ValueId>& ids, ValueId id) {
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  };
  Border border;
  const auto read = [&](const ir::Argument& argument, bool by_exact) {
    ir::VisitValues(argument, [&](ValueId id) {
      const ir::NodeId producer = graph.value(id).producer;
      if (graph.value(id).tensor() == nullptr || static_cast<int32_t>(producer) < 0) return;
      const bool of_exact = exact.contains(producer), anew = also.contains(graph.value(id).name);
      if (by_exact && (!of_exact || anew)) add(inputs, id);
      if (of_exact && (!by_exact || anew)) add(outputs, id);
    });
  };
  for (const ir::Node& node : graph.nodes()) {
    for (const ir::NamedArgument& input : node.inputs) read(input.arg, exact.contains(node.id()));
    border.arithmetic = border.arithmetic || (exact.contains(node.id()) && IsArithmetic(node));
  }
  for (const ir::Argument& output : graph.outputs()) read(output, false);
  for (const ValueId id : inputs) border.inputs.push_back(graph.value(id).name);
  for (const ValueId id : outputs) border.outputs.push_back(graph.value(id).name);
  return border;
}

Result<NamedTensors> Evaluated(const ports::Reference& program, const Candidate& candidate, const ir::Program& what, const std::vector<std::string>& capture,
                               const ops::Numerics& numerics) {
  const weights::TensorWeights weights(candidate.weights);
  const ports::ModelInputs inputs{.tensors = candidate.inputs, .kwargs = {}};
  ports::ReferenceRequest request;
  request.program = &what;
  request.weights = &weights;
  request.inputs = &inputs;
  request.numerics = numerics;
  request.capture = capture;
  CONFORMANCE_TRY(NamedTensors answer, program.Run(request));
  if (answer.size() < capture.size()) return Internal("the evaluator gives too few values");
  return NamedTensors(answer.end() - static_cast<int64_t>(capture.size()), answer.end());
}

/// The first value on the way that is no integer which the type holds, or of whose products some partial sum, in some order, is none. Empty:
/// all are.
Result<std::string> FirstThatRounds(const ports::Reference& program, const Candidate& candidate, double largest) {
  CONFORMANCE_TRY(const compare::CutProgram cut, compare::Cut(candidate.program, {}));
  std::map<std::string, std::string, std::less<>> of_magnitude;
  for (const auto& [value, magnitude] : cut.magnitudes) of_magnitude.emplace(magnitude, value);
  std::vector<std::string> names;
  for (const ir::Node& node : cut.program.graph.nodes()) {
    for (const ValueId id : node.OutputValues()) {
      if (IsFloatingValue(cut.program.graph, id)) names.push_back(cut.program.graph.value(id).name);
    }
  }
  CONFORMANCE_TRY(const NamedTensors values, Evaluated(program, candidate, cut.program, names, ops::Numerics::Oracle()));
  for (const auto& [name, tensor] : values) {
    for (const double value : tensor.ToDoubles()) {
      if (std::fabs(value) <= largest && value == std::trunc(value)) continue;
      const auto magnitude = of_magnitude.find(name);
      return magnitude == of_magnitude.end() ? name : magnitude->second;
    }
  }
  return std::string();
}

/// The part that begins anew at the values of `also`, with integers for all of its numbers.
Result<Candidate> PartOf(const Candidate& plain, const std::set<std::string, std::less<>>& also, int64_t non_zero, uint64_t seed,
                         const ports::Reference& program) {
  const Border border = BorderOf(plain.program, also);
  if (!border.arithmetic || border.outputs.empty()) return Unsupported("not applicable: none of its arithmetic is exact");
  CONFORMANCE_TRY(const NamedTensors cut, Evaluated(program, plain, plain.program, border.inputs, {}));
  CONFORMANCE_TRY(Candidate part, KeepOutputs(plain, border.outputs));
  CONFORMANCE_TRY(part, CutAt(part, cut, true));
  for (auto& [name, tensor] : part.inputs) {
    if (IsFloating(tensor.dtype())) tensor = SmallIntegers(tensor, kLargestInput, Random::For(seed, name));
  }
  for (auto& [name, tensor] : part.program.constants) {
    if (IsFloating(tensor.dtype())) tensor = SmallIntegers(tensor, kLargestInput, Random::For(seed, name));
  }
  for (auto& [name, tensor] : part.weights) {
    if (IsFloating(tensor.dtype())) tensor = WeightLike(tensor, non_zero, Random::For(seed, name));
  }
  return part;
}

/// Operands of the node that makes a value at which the part may begin anew: made by exact nodes of it, and floating.
std::vector<std::string> OperandsOf(const ir::Graph& graph, const std::string& value) {
  std::vector<std::string> names;
  const ValueId id = graph.FindValue(value);
  if (id == ValueId::kNone || static_cast<int32_t>(graph.value(id).producer) < 0) return names;
  for (const ir::NamedArgument& input : graph.node(graph.value(id).producer).inputs) {
    ir::VisitValues(input.arg, [&](ValueId read) {
      if (static_cast<int32_t>(graph.value(read).producer) >= 0 && IsFloatingValue(graph, read)) names.push_back(graph.value(read).name);
    });
  }
  return names;
}

}  // namespace

bool IsExactNode(const ir::Graph& graph, const ir::Node& node) {
  const compare::LocalRow* row = compare::FindLocalRow(node.op());
  bool floating = false;
  for (const ir::NamedArgument& input : node.inputs) {
    ir::VisitValues(input.arg, [&](ValueId id) { floating = floating || IsFloatingValue(graph, id); });
  }
  for (const ValueId id : node.OutputValues()) floating = floating || IsFloatingValue(graph, id);
  if (!floating) return true;
  const bool moves = row != nullptr && row->scale == compare::LocalScale::kMoved;
  return (moves || IsArithmetic(node)) && HasRoundScalars(node);
}

Result<Candidate> ExactPart(const Candidate& whole, DType dtype, uint64_t seed, const ports::Reference& program) {
  CONFORMANCE_TRY(Candidate plain, Plain(whole));
  const Evaluate evaluate = [&](const Candidate& candidate, const std::vector<std::string>& values) {
    return Evaluated(program, candidate, candidate.program, values, {});
  };
  if (!plain.program.symbols.empty()) {
    CONFORMANCE_TRY(plain, Concrete(plain, evaluate));
  }
  // Where numbers grow too large they begin anew; where a single node's do, its weights are thinned out.
  std::set<std::string, std::less<>> also;
  std::string rounds;
  for (const int64_t non_zero : kNonZero) {
    for (;;) {
      CONFORMANCE_TRY(Candidate part, PartOf(plain, also, non_zero, seed, program));
      CONFORMANCE_TRY(rounds, FirstThatRounds(program, part, LargestExact(dtype)));
      if (rounds.empty()) return part;
      const size_t before = also.size();
      for (const std::string& name : OperandsOf(part.program.graph, rounds)) also.insert(name);
      if (also.size() == before) break;
    }
  }
  return Unsupported("not applicable: its integers grow past what the type holds exactly").With("type", std::string(ToString(dtype))).With("value", rounds);
}

}  // namespace conformance::reduce
