#include "framework/selftest/faults.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "framework/base/random.h"
#include "framework/ir/builder.h"
#include "framework/trace/tree_spec.h"

namespace conformance::selftest {
namespace {

using ir::Argument;
using ir::GraphBuilder;
using ir::Node;
using ir::NodeId;
using ir::ProgramBuilder;
using ir::ValueId;
using Kind = ir::NamedArgument::Kind;
using Place = GraphBuilder::Place;
using Names = std::vector<std::string>;

Error DoesNotFit(const std::string& place) { return Unsupported("the fault does not fit here").With("place", place); }

bool Is(const Node& node, std::initializer_list<std::string_view> ops) {
  return std::ranges::any_of(ops, [&](std::string_view op) {
    return node.op().starts_with(op) && (node.op().size() == op.size() || node.op()[op.size()] == '.');
  });
}

/// The value of a tensor argument; kNone where it is left out or None.
ValueId ValueOf(const Node& node, std::string_view name) {
  const Argument* argument = node.Find(name);
  ValueId id = ValueId::kNone;
  if (argument != nullptr) ir::VisitValues(*argument, [&](ValueId value) { id = value; });
  return id;
}
std::optional<double> NumberOf(const Node& node, std::string_view name) {
  const Argument* argument = node.Find(name);
  if (argument == nullptr) return std::nullopt;
  if (const auto* real = argument->As<double>()) return *real;
  if (const auto* whole = argument->As<int64_t>()) return static_cast<double>(*whole);
  return std::nullopt;
}
Shape ShapeOf(const ir::Graph& graph, ValueId id) {
  Shape shape;
  if (const ir::TensorMeta* meta = graph.value(id).tensor()) {
    for (const SymInt& size : meta->sizes) shape.push_back(size.AsInt().value_or(-1));
  }
  return shape;
}
bool IsFloatingValue(const ir::Graph& graph, ValueId id) {
  const ir::TensorMeta* meta = graph.value(id).tensor();
  if (meta == nullptr) return false;
  const auto dtype = ir::ToDType(meta->dtype);
  return dtype && IsFloating(*dtype);
}

/// Target of the parameter that a value is; empty for anything else.
std::string WeightOf(const ir::Program& program, ValueId id) {
  for (size_t i = 0; i < program.signature.inputs.size(); ++i) {
    const auto& spec = program.signature.inputs[i];
    const auto* input = program.graph.inputs()[i].As<ValueId>();
    if (input != nullptr && *input == id && (spec.kind == ir::InputSpec::Kind::kParameter || spec.kind == ir::InputSpec::Kind::kBuffer)) return spec.target;
  }
  return {};
}

Names NodesWhere(const ir::Program& program, const std::function<bool(const Node&)>& holds) {
  Names names;
  for (const Node& node : program.graph.nodes()) {
    if (holds(node)) names.push_back(node.name);
  }
  return names;
}

/// Whether the value reaches a softmax through at most `steps` nodes, each with one floating result.
bool ReachesSoftmax(const ir::Graph& graph, ValueId id, int steps) {
  if (steps < 0) return false;
  for (const ir::Use& use : graph.value(id).uses()) {
    if (static_cast<int32_t>(use.node) < 0) continue;
    const Node& user = graph.node(use.node);
    if (Is(user, {"aten.softmax", "aten._softmax", "aten._safe_softmax"})) return true;
    if (!Is(user, {"aten.add", "aten.mul", "aten.div", "aten.to", "aten._to_copy", "aten.masked_fill", "aten.where", "aten.view", "aten.sub"})) continue;
    for (const ValueId made : user.OutputValues()) {
      if (IsFloatingValue(graph, made) && ReachesSoftmax(graph, made, steps - 1)) return true;
    }
  }
  return false;
}

/// A builder with the node of that name; the node is null where there is none.
struct Change {
  ProgramBuilder builder;
  NodeId node = NodeId::kNone;
  const Node& at() const { return builder.graph().node(node); }
};
Result<Change> Open(const ir::Program& program, const std::string& place) {
  Change change{.builder = ProgramBuilder(program)};
  const Node* node = change.builder.graph().FindNode(place);
  if (node == nullptr) return DoesNotFit(place);
  change.node = node->id();
  return change;
}
Fault Done(Change&& change) {
  Fault fault;
  fault.program = std::move(change.builder).Finish();
  return fault;
}
ValueId Add(Change& change, std::string_view op, std::vector<ir::NamedArgument> inputs, ir::TensorMeta meta, const char* name) {
  return change.builder.AddOp({Place::Kind::kBefore, change.node}, op, std::move(inputs), std::move(meta), {}, name);
}
ir::TensorMeta MetaOf(const Change& change, ValueId id) { return *change.builder.graph().value(id).tensor(); }

// --- wrong eps -----------------------------------------------------------------------------------------------------------------------

bool IsNorm(const Node& node) {
  return Is(node, {"aten.layer_norm", "aten.native_layer_norm", "aten.rms_norm", "aten.group_norm", "aten.native_group_norm", "aten.batch_norm"});
}
/// mean(x²) + eps under a square root: what layers that are no operator of their own do.
bool AddsEps(const ir::Graph& graph, const Node& node) {
  if (!Is(node, {"aten.add"}) || !NumberOf(node, "other")) return false;
  const std::vector<ValueId> made = node.OutputValues();
  return made.size() == 1 && std::ranges::any_of(graph.value(made[0]).uses(), [&](const ir::Use& use) {
    return static_cast<int32_t>(use.node) >= 0 && Is(graph.node(use.node), {"aten.rsqrt", "aten.sqrt"});
  });
}
double OtherEps(double eps) { return eps == 1e-5 ? 1e-12 : 1e-5; }

Names EpsPlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [&](const Node& node) { return IsNorm(node) || AddsEps(program.graph, node); });
}
Result<Fault> WrongEps(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  const char* name = IsNorm(change.at()) ? "eps" : "other";
  change.builder.SetInput(change.node, name, Argument(OtherEps(NumberOf(change.at(), name).value_or(1e-5))));
  return Done(std::move(change));
}

// --- missing bias --------------------------------------------------------------------------------------------------------------------

bool TakesBias(const Node& node) { return Is(node, {"aten.linear", "aten.conv1d", "aten.conv2d", "aten.conv3d", "aten.convolution"}); }
Names BiasPlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [](const Node& node) {
    return Is(node, {"aten.addmm"}) || (TakesBias(node) && ValueOf(node, "bias") != ValueId::kNone);
  });
}
Result<Fault> MissingBias(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  if (Is(change.at(), {"aten.addmm"})) {
    const ValueId a = ValueOf(change.at(), "mat1"), b = ValueOf(change.at(), "mat2");
    change.builder.SetTarget(change.node, ir::TargetOf("aten.mm.default"));
    change.builder.SetInputs(change.node, {{"self", Argument(a)}, {"mat2", Argument(b)}});
  } else {
    change.builder.SetInput(change.node, "bias", Argument(ir::None{}));
  }
  return Done(std::move(change));
}

// --- stale cache slot ----------------------------------------------------------------------------------------------------------------

/// Inputs of the Program that a cache's values come in by.
bool IsCacheInput(const ir::Program& program, ValueId id) {
  const auto leaves = trace::LeafNamesOf(program);
  if (!leaves.ok()) return false;
  size_t user = 0;
  for (size_t i = 0; i < program.signature.inputs.size(); ++i) {
    const auto* input = program.graph.inputs()[i].As<ValueId>();
    const bool named = !program.graph.NameOf(program.graph.inputs()[i]).empty();
    if (program.signature.inputs[i].kind != ir::InputSpec::Kind::kUserInput || !named) continue;
    if (user >= leaves->inputs.size()) return false;
    const std::string& name = leaves->inputs[user++];
    if (input != nullptr && *input == id) return name.find("past_key_values") != name.npos;
  }
  return false;
}
Names CachePlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [&](const Node& node) {
    if (!Is(node, {"aten.cat"}) || node.inputs.empty()) return false;
    const auto* tensors = node.inputs[0].arg.As<std::vector<ValueId>>();
    if (tensors == nullptr || tensors->size() != 2 || !IsCacheInput(program, (*tensors)[0])) return false;
    const Shape shape = ShapeOf(program.graph, (*tensors)[0]);
    return shape.size() == 4 && shape[2] >= 2;
  });
}
Result<Fault> StaleCacheSlot(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t seed) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  std::vector<ValueId> tensors = *change.at().inputs[0].arg.As<std::vector<ValueId>>();
  const Shape shape = ShapeOf(change.builder.graph(), tensors[0]);
  // One slot of the past still has what its neighbour has.
  const auto stale = static_cast<int64_t>(1 + Random(seed).Below(static_cast<uint64_t>(shape[2] - 1)));
  const auto slice = [&](int64_t from, int64_t to) {
    ir::TensorMeta meta = MetaOf(change, tensors[0]);
    meta.sizes[2] = SymInt(to - from);
    return Add(change, "aten.slice.Tensor", {{"self", Argument(tensors[0])}, {"dim", Argument(2)}, {"start", Argument(from)}, {"end", Argument(to)}},
               std::move(meta), "stale_part");
  };
  std::vector<ValueId> parts = {slice(0, stale), slice(stale - 1, stale)};
  if (stale + 1 < shape[2]) parts.push_back(slice(stale + 1, shape[2]));
  tensors[0] = Add(change, "aten.cat.default", {{"tensors", Argument(parts)}, {"dim", Argument(2)}}, MetaOf(change, tensors[0]), "stale");
  change.builder.SetInput(change.node, change.at().inputs[0].name, Argument(tensors));
  return Done(std::move(change));
}

// --- off-by-one position -------------------------------------------------------------------------------------------------------------

bool IsAttention(const Node& node) { return Is(node, {"aten.scaled_dot_product_attention"}); }
/// The product of queries and keys of an attention that is written out.
bool IsScores(const ir::Graph& graph, const Node& node) {
  const std::vector<ValueId> made = node.OutputValues();
  return Is(node, {"aten.matmul"}) && made.size() == 1 && ReachesSoftmax(graph, made[0], 6);
}
Names PositionPlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [&](const Node& node) {
    if (Is(node, {"aten.embedding"})) {
      const std::string weight = WeightOf(program, ValueOf(node, "weight"));
      return weight.find("position") != weight.npos || weight.find("wpe") != weight.npos;
    }
    if (IsAttention(node)) return ShapeOf(program.graph, ValueOf(node, "key")).size() == 4;
    return IsScores(program.graph, node);
  });
}
Result<Fault> OffByOnePosition(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  const bool embedding = Is(change.at(), {"aten.embedding"}), attention = IsAttention(change.at());
  const char* name = embedding ? "weight" : attention ? "key" : "other";
  const ValueId value = ValueOf(change.at(), name);
  // A table that is read one row later; keys that stand one place further.
  const ValueId moved = Add(change, "aten.roll.default",
                            {{"self", Argument(value)},
                             {"shifts", Argument(std::vector<int64_t>{embedding ? -1 : 1})},
                             {"dims", Argument(std::vector<int64_t>{embedding ? 0 : attention ? -2 : -1})}},
                            MetaOf(change, value), "off_by_one");
  change.builder.SetInput(change.node, name, Argument(moved));
  return Done(std::move(change));
}

// --- wrong scale ---------------------------------------------------------------------------------------------------------------------

bool IsScaling(const ir::Graph& graph, const Node& node) {
  const std::vector<ValueId> made = node.OutputValues();
  const auto number = NumberOf(node, "other");
  return Is(node, {"aten.mul", "aten.div"}) && number && *number != 1 && *number != 0 && made.size() == 1 && ReachesSoftmax(graph, made[0], 5);
}
Names ScalePlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [&](const Node& node) { return IsAttention(node) || IsScaling(program.graph, node); });
}
Result<Fault> WrongScale(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  if (IsAttention(change.at())) {
    const Shape query = ShapeOf(change.builder.graph(), ValueOf(change.at(), "query"));
    const double width = static_cast<double>(query.back());
    const double scale = NumberOf(change.at(), "scale").value_or(1 / std::sqrt(width));
    change.builder.SetInput(change.node, "scale", Argument(scale * std::sqrt(width / (width + 1))), Kind::kKeyword);
  } else {
    const double number = *NumberOf(change.at(), "other");
    const double width = std::fabs(number) < 1 ? 1 / (number * number) : number * number;
    const double wrong = std::sqrt(width / (width + 1));
    change.builder.SetInput(change.node, "other", Argument(std::fabs(number) < 1 ? number * wrong : number / wrong));
  }
  return Done(std::move(change));
}

// --- lost mask -----------------------------------------------------------------------------------------------------------------------

/// A mask is added to, or put into, the scores.
bool IsMasking(const ir::Graph& graph, const Node& node) {
  const std::vector<ValueId> made = node.OutputValues();
  if (made.size() != 1 || !ReachesSoftmax(graph, made[0], 2)) return false;
  if (Is(node, {"aten.masked_fill"})) return true;
  return Is(node, {"aten.add"}) && ValueOf(node, "other") != ValueId::kNone && ValueOf(node, "self") != ValueId::kNone;
}
Names MaskPlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [&](const Node& node) {
    if (!IsAttention(node)) return IsMasking(program.graph, node);
    const Argument* causal = node.Find("is_causal");
    return ValueOf(node, "attn_mask") != ValueId::kNone || (causal != nullptr && causal->As<bool>() != nullptr && *causal->As<bool>());
  });
}
Result<Fault> LostMask(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  if (IsAttention(change.at())) {
    if (ValueOf(change.at(), "attn_mask") != ValueId::kNone) change.builder.SetInput(change.node, "attn_mask", Argument(ir::None{}));
    if (change.at().Find("is_causal") != nullptr) change.builder.RemoveInput(change.node, "is_causal");
    return Done(std::move(change));
  }
  // The node passes its scores on, under its own name.
  const ValueId scores = ValueOf(change.at(), "self");
  change.builder.SetTarget(change.node, ir::TargetOf("aten.clone.default"));
  change.builder.SetInputs(change.node, {{"self", Argument(scores)}});
  return Done(std::move(change));
}

// --- tanh for erf --------------------------------------------------------------------------------------------------------------------

Names GeluPlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [](const Node& node) { return Is(node, {"aten.gelu"}); });
}
Result<Fault> TanhForErf(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  const Argument* how = change.at().Find("approximate");
  const bool tanh = how != nullptr && how->As<std::string>() != nullptr && *how->As<std::string>() == "tanh";
  change.builder.SetInput(change.node, "approximate", Argument(std::string(tanh ? "none" : "tanh")), Kind::kKeyword);
  return Done(std::move(change));
}

// --- half-precision products ---------------------------------------------------------------------------------------------------------

std::pair<const char*, const char*> Factors(const Node& node) {
  if (Is(node, {"aten.linear", "aten.conv1d", "aten.conv2d", "aten.convolution"})) return {"input", "weight"};
  if (Is(node, {"aten.addmm"})) return {"mat1", "mat2"};
  return {"self", Is(node, {"aten.matmul"}) ? "other" : "mat2"};
}
Names ProductPlaces(const ir::Program& program, const TensorTable&) {
  return NodesWhere(program, [&](const Node& node) {
    if (!Is(node, {"aten.linear", "aten.matmul", "aten.mm", "aten.bmm", "aten.addmm", "aten.conv1d", "aten.conv2d", "aten.convolution"})) return false;
    const std::vector<ValueId> made = node.OutputValues();
    return made.size() == 1 && IsFloatingValue(program.graph, made[0]);
  });
}
/// x rounded to the 11 bits of f16, in arithmetic: f64 keeps what is only declared as f16 wide. Subnormals as f16 has them, no overflow.
ValueId RoundedToHalf(Change& change, ValueId x) {
  const ir::TensorMeta meta = MetaOf(change, x);
  const auto unary = [&](std::string_view op, ValueId value) { return Add(change, op, {{"self", Argument(value)}}, meta, "half"); };
  const auto binary = [&](std::string_view op, ValueId value, Argument other) {
    return Add(change, op, {{"self", Argument(value)}, {"other", std::move(other)}}, meta, "half");
  };
  const ValueId floor = Add(change, "aten.clamp_min.default", {{"self", Argument(unary("aten.abs.default", x))}, {"min", Argument(0x1p-14)}}, meta, "half");
  const ValueId exponent = binary("aten.sub.Tensor", unary("aten.floor.default", unary("aten.log2.default", floor)), Argument(10.0));
  const ValueId step = unary("aten.exp2.default", exponent);
  return binary("aten.mul.Tensor", unary("aten.round.default", binary("aten.div.Tensor", x, Argument(step))), Argument(step));
}
Result<Fault> HalfProduct(const ir::Program& program, const TensorTable&, const std::string& place, uint64_t) {
  CONFORMANCE_TRY(Change change, Open(program, place));
  const auto [a, b] = Factors(change.at());
  for (const char* name : {a, b}) {
    const ValueId value = ValueOf(change.at(), name);
    if (value == ValueId::kNone) return DoesNotFit(place);
    change.builder.SetInput(change.node, name, Argument(RoundedToHalf(change, value)));
  }
  return Done(std::move(change));
}

// --- faults of weights ---------------------------------------------------------------------------------------------------------------

/// Matrices that products read.
Names MatrixPlaces(const ir::Program& program, const TensorTable& weights) {
  Names names;
  for (const Node& node : program.graph.nodes()) {
    if (!Is(node, {"aten.linear", "aten.addmm", "aten.conv1d", "aten.conv2d"})) continue;
    const std::string target = WeightOf(program, ValueOf(node, Is(node, {"aten.addmm"}) ? "mat2" : "weight"));
    const auto found = weights.find(target);
    if (found == weights.end() || found->second.rank() < 2 || found->second.dim(0) < 2 || !IsFloating(found->second.dtype())) continue;
    if (std::ranges::find(names, target) == names.end()) names.push_back(target);
  }
  return names;
}
Names SquarePlaces(const ir::Program& program, const TensorTable& weights) {
  Names names = MatrixPlaces(program, weights);
  std::erase_if(names, [&](const std::string& name) {
    const Tensor& weight = weights.find(name)->second;
    return weight.rank() != 2 || weight.dim(0) != weight.dim(1);
  });
  return names;
}
Fault WithWeight(const ir::Program& program, const std::string& target, Tensor changed, DType dtype) {
  Fault fault;
  fault.program = program;
  fault.weights.emplace(target, changed.dtype() == dtype ? std::move(changed) : Cast(changed, dtype));
  return fault;
}
/// Rows of a weight in f64, as a copy that may be written.
struct Rows {
  Tensor values;
  int64_t rows, width;
  double* row(int64_t i) { return values.mutable_data<double>() + i * width; }
};
Rows RowsOf(const Tensor& weight) {
  Tensor values = Cast(weight, DType::kF64).Clone();
  const int64_t rows = weight.dim(0), width = weight.num_elements() / rows;
  return {std::move(values), rows, width};
}
std::pair<int64_t, int64_t> TwoOf(int64_t count, uint64_t seed) {
  Random random(seed);
  const auto first = static_cast<int64_t>(random.Below(static_cast<uint64_t>(count)));
  const auto step = static_cast<int64_t>(1 + random.Below(static_cast<uint64_t>(count - 1)));
  return {first, (first + step) % count};
}
Result<Fault> SwappedRows(const ir::Program& program, const TensorTable& weights, const std::string& place, uint64_t seed) {
  const Tensor& weight = weights.find(place)->second;
  Rows rows = RowsOf(weight);
  const auto [i, j] = TwoOf(rows.rows, seed);
  std::swap_ranges(rows.row(i), rows.row(i) + rows.width, rows.row(j));
  return WithWeight(program, place, std::move(rows.values), weight.dtype());
}
Result<Fault> DuplicatedColumn(const ir::Program& program, const TensorTable& weights, const std::string& place, uint64_t seed) {
  const Tensor& weight = weights.find(place)->second;
  Rows rows = RowsOf(weight);  // a row of the weight is a column of what it makes
  const auto [i, j] = TwoOf(rows.rows, seed);
  std::copy_n(rows.row(i), rows.width, rows.row(j));
  return WithWeight(program, place, std::move(rows.values), weight.dtype());
}
Result<Fault> OneWrongWeight(const ir::Program& program, const TensorTable& weights, const std::string& place, uint64_t seed) {
  const Tensor& weight = weights.find(place)->second;
  Rows rows = RowsOf(weight);
  double* values = rows.row(0);
  const auto count = static_cast<uint64_t>(weight.num_elements());
  double square = 0;
  for (uint64_t i = 0; i < count; ++i) square += values[i] * values[i];
  values[Random(seed).Below(count)] += std::sqrt(square / static_cast<double>(count));
  return WithWeight(program, place, std::move(rows.values), weight.dtype());
}
Result<Fault> TransposedProjection(const ir::Program& program, const TensorTable& weights, const std::string& place, uint64_t) {
  const Tensor& weight = weights.find(place)->second;
  const int64_t size = weight.dim(0);
  const Tensor plain = weight.Contiguous();
  return WithWeight(program, place, plain.View({size, size}, {1, size}, plain.offset()).Clone(), weight.dtype());
}

constexpr FaultKind kKinds[] = {
    {"wrong_eps", "another epsilon in a normalisation", EpsPlaces, WrongEps},
    {"missing_bias", "a product without its bias", BiasPlaces, MissingBias},
    {"stale_cache_slot", "a slot of the cache that has its neighbour's entry", CachePlaces, StaleCacheSlot},
    {"off_by_one_position", "positions or keys one place further", PositionPlaces, OffByOnePosition},
    {"wrong_scale", "attention scaled by 1/√(d + 1)", ScalePlaces, WrongScale},
    {"lost_mask", "attention without its mask", MaskPlaces, LostMask},
    {"tanh_for_erf", "the other form of GELU", GeluPlaces, TanhForErf},
    {"half_product", "a product of factors rounded to f16", ProductPlaces, HalfProduct},
    {"swapped_rows", "two rows of a weight swapped", MatrixPlaces, SwappedRows},
    {"duplicated_column", "a column of a product that is another's copy", MatrixPlaces, DuplicatedColumn},
    {"one_wrong_weight", "one element of a weight off by the weight's RMS", MatrixPlaces, OneWrongWeight},
    {"transposed_projection", "a square weight transposed", SquarePlaces, TransposedProjection},
};

std::string PlaceText(const ir::Program& program, const std::string& place) {
  const Node* node = program.graph.FindNode(place);
  if (node == nullptr) return place;
  const std::string module = ir::ModulePath(*node);
  return module.empty() ? place : place + " (" + module + ")";
}

}  // namespace

std::span<const FaultKind> FaultKinds() { return kKinds; }

Result<std::vector<Fault>> InjectFaults(const ir::Program& program, const TensorTable& weights, size_t per_kind, uint64_t seed) {
  std::vector<Fault> faults;
  for (const FaultKind& kind : kKinds) {
    const Names places = kind.places(program, weights);
    const size_t count = std::min(per_kind, places.size());
    for (size_t k = 0; k < count; ++k) {
      // Spread over the depth: the first, the last, and between.
      const std::string& place = places[count == 1 ? places.size() / 2 : k * (places.size() - 1) / (count - 1)];
      const uint64_t own = Random::For(seed, std::string(kind.name) + place).Next();
      CONFORMANCE_TRY(Fault fault, kind.inject(program, weights, place, own));
      fault.kind = std::string(kind.name);
      fault.place = PlaceText(program, place);
      faults.push_back(std::move(fault));
    }
  }
  return faults;
}

}  // namespace conformance::selftest
