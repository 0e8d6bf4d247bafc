#include "framework/rewrite/size_nodes.h"

#include <utility>

#include "framework/symbolic/sym_tree.h"

namespace conformance::rewrite {
namespace {

ir::Argument Operand(const ir::SymIntRef& ref) {
  if (const auto* literal = std::get_if<int64_t>(&ref)) return *literal;
  return ir::Argument(ref);
}

// symbol, factor and offset of a linear expression in one symbol.
struct Linear {
  std::string symbol;
  int64_t factor = 1, offset = 0;
};
std::optional<Linear> LinearIn(const SymInt& size) {
  const auto symbols = size.Symbols();
  if (symbols.size() != 1) return std::nullopt;
  const std::string& name = *symbols.begin();
  const Result<int64_t> zero = size.Evaluate({{name, 0}}), one = size.Evaluate({{name, 1}});
  if (!zero.ok() || !one.ok() || *one == *zero) return std::nullopt;
  const Linear linear{name, *one - *zero, *zero};
  if (!SymInt::Same(size, SymInt(linear.factor) * SymInt::Symbol(name) + linear.offset)) return std::nullopt;
  return linear;
}

}  // namespace

void SizeNodes::Define(ir::ValueId tensor, bool linear_too) {
  const ir::TensorMeta* meta = builder_.graph().value(tensor).tensor();
  if (meta == nullptr) return;
  for (size_t axis = 0; axis < meta->sizes.size(); ++axis) {
    const SymInt& size = meta->sizes[axis];
    if (size.IsConstant()) continue;
    std::optional<Linear> linear;
    if (auto name = size.AsSymbol()) {
      linear = Linear{*std::move(name)};
    } else if (linear_too) {
      linear = LinearIn(size);
    }
    if (!linear) continue;
    const auto [source, fresh] = sources_.try_emplace(linear->symbol);
    const bool plain = linear->factor == 1 && linear->offset == 0;
    const bool was_plain = source->second.factor == 1 && source->second.offset == 0;
    if (fresh || (plain && !was_plain)) {
      source->second = {tensor, static_cast<int64_t>(axis), linear->factor, linear->offset};
    }
  }
}

void SizeNodes::DefineSize(ir::ValueId size) {
  const auto* expression = std::get_if<SymInt>(&builder_.graph().value(size).meta);
  if (expression != nullptr && !expression->IsConstant()) made_.try_emplace(expression->ToString(), size);
}

ir::ValueId SizeNodes::Emit(std::string_view target, std::vector<ir::NamedArgument> inputs, ir::ValueMeta meta,
                            std::string_view name, const Spot& spot) {
  const std::string fresh = builder_.FreshName(name);
  const bool is_bool = std::holds_alternative<SymBool>(meta);
  const ir::ValueId value = builder_.NewValue(fresh, std::move(meta));
  ir::Node node;
  node.name = fresh;
  node.target = std::string(target);
  node.inputs = std::move(inputs);
  node.outputs.push_back(is_bool ? ir::Argument(ir::SymBoolRef(value)) : ir::Argument(ir::SymIntRef(value)));
  node.metadata = spot.metadata;
  switch (spot.place.kind) {
    case ir::GraphBuilder::Place::Kind::kEnd: builder_.Append(std::move(node)); break;
    case ir::GraphBuilder::Place::Kind::kBefore: builder_.InsertBefore(spot.place.node, std::move(node)); break;
    case ir::GraphBuilder::Place::Kind::kAfter: builder_.InsertAfter(spot.place.node, std::move(node)); break;
  }
  return value;
}

ir::SymIntRef SizeNodes::Binary(std::string_view target, std::string_view name, const SymInt& result, const ir::SymIntRef& a,
                                const ir::SymIntRef& b, const Spot& spot) {
  return Emit(target, {{"a", Operand(a)}, {"b", Operand(b)}}, result, name, spot);
}

Result<ir::SymIntRef> SizeNodes::Read(const std::string& symbol, const Spot& spot) {
  const auto found = sources_.find(symbol);
  if (found == sources_.end()) return Internal("no value has the size " + symbol);
  const Source source = found->second;
  const SymInt whole = builder_.graph().value(source.tensor).tensor()->sizes[static_cast<size_t>(source.axis)];
  ir::SymIntRef value = Emit("torch.ops.aten.sym_size.int", {{"self", source.tensor}, {"dim", source.axis}}, whole, "sym_size_int", spot);
  if (source.offset != 0) {
    value = Binary("_operator.sub", "sub", whole - source.offset, value, source.offset, spot);
  }
  if (source.factor != 1) {
    value = Binary("_operator.floordiv", "floordiv", SymInt::Symbol(symbol), value, source.factor, spot);
  }
  return value;
}

Result<ir::SymIntRef> SizeNodes::Make(const SymInt& size, const Spot& spot) {
  const SymTree tree = TreeOf(size);
  switch (tree.kind) {
    case SymTree::Kind::kConstant: return ir::SymIntRef(tree.value);
    case SymTree::Kind::kSymbol: return Read(tree.name, spot);
    case SymTree::Kind::kAdd:
    case SymTree::Kind::kMul: {
      const bool add = tree.kind == SymTree::Kind::kAdd;
      SymInt so_far = tree.args[0];
      CONFORMANCE_TRY(ir::SymIntRef value, Get(so_far, spot.place, spot.metadata));
      for (size_t i = 1; i < tree.args.size(); ++i) {
        const bool last = i + 1 == tree.args.size();
        so_far = last ? size : add ? so_far + tree.args[i] : so_far * tree.args[i];
        CONFORMANCE_TRY(const ir::SymIntRef next, Get(tree.args[i], spot.place, spot.metadata));
        value = Binary(add ? "_operator.add" : "_operator.mul", add ? "add" : "mul", so_far, value, next, spot);
      }
      return value;
    }
    default: break;
  }
  std::string_view target = "torch.sym_max", name = "sym_max";
  if (tree.kind == SymTree::Kind::kFloorDiv) target = "_operator.floordiv", name = "floordiv";
  if (tree.kind == SymTree::Kind::kMod) target = "_operator.mod", name = "mod";
  if (tree.kind == SymTree::Kind::kMin) target = "torch.sym_min", name = "sym_min";
  SymInt so_far = tree.args[0];
  CONFORMANCE_TRY(ir::SymIntRef value, Get(so_far, spot.place, spot.metadata));
  for (size_t i = 1; i < tree.args.size(); ++i) {
    const bool last = i + 1 == tree.args.size();
    if (!last) so_far = tree.kind == SymTree::Kind::kMin ? Min(so_far, tree.args[i]) : Max(so_far, tree.args[i]);
    CONFORMANCE_TRY(const ir::SymIntRef next, Get(tree.args[i], spot.place, spot.metadata));
    value = Binary(target, name, last ? size : so_far, value, next, spot);
  }
  return value;
}

Result<ir::SymIntRef> SizeNodes::Get(const SymInt& size, ir::GraphBuilder::Place place, const ir::Metadata& metadata) {
  if (size.IsConstant()) return ir::SymIntRef(size.constant());
  const std::string text = size.ToString();
  if (const auto made = made_.find(text); made != made_.end()) return ir::SymIntRef(made->second);
  CONFORMANCE_TRY(const ir::SymIntRef value, Make(size, {place, metadata}));
  if (const auto* id = std::get_if<ir::ValueId>(&value)) made_.emplace(text, *id);
  return value;
}

Result<ir::SymBoolRef> SizeNodes::Make(const SymBool& condition, const Spot& spot) {
  const SymBoolTree tree = TreeOf(condition);
  if (tree.kind == SymBoolTree::Kind::kConstant) return ir::SymBoolRef(tree.value);
  if (tree.parts.empty()) {
    CONFORMANCE_TRY(const ir::SymIntRef left, Get(tree.left, spot.place, spot.metadata));
    CONFORMANCE_TRY(const ir::SymIntRef right, Get(tree.right, spot.place, spot.metadata));
    const std::string_view name = tree.kind == SymBoolTree::Kind::kEqual      ? "eq"
                                  : tree.kind == SymBoolTree::Kind::kNotEqual ? "ne"
                                                                              : "le";
    return ir::SymBoolRef(Emit("_operator." + std::string(name), {{"a", Operand(left)}, {"b", Operand(right)}}, condition, name, spot));
  }
  const bool conjunction = tree.kind == SymBoolTree::Kind::kAnd;
  SymBool so_far = tree.parts[0];
  CONFORMANCE_TRY(ir::SymBoolRef value, Get(so_far, spot.place, spot.metadata));
  for (size_t i = 1; i < tree.parts.size(); ++i) {
    CONFORMANCE_TRY(const ir::SymBoolRef next, Get(tree.parts[i], spot.place, spot.metadata));
    so_far = i + 1 == tree.parts.size() ? condition : conjunction ? And(so_far, tree.parts[i]) : Or(so_far, tree.parts[i]);
    value = Emit(conjunction ? "_operator.and_" : "_operator.or_", {{"a", ir::Argument(value)}, {"b", ir::Argument(next)}}, so_far,
                 conjunction ? "and_" : "or_", spot);
  }
  return value;
}

Result<ir::SymBoolRef> SizeNodes::Get(const SymBool& condition, ir::GraphBuilder::Place place, const ir::Metadata& metadata) {
  if (const auto known = condition.AsBool()) return ir::SymBoolRef(*known);
  return Make(condition, {place, metadata});
}

}  // namespace conformance::rewrite
