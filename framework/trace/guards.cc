#include "framework/trace/guards.h"

#include <algorithm>
#include <map>

#include "framework/base/strings.h"
#include "framework/symbolic/sym_tree.h"

namespace conformance::trace {
namespace {

using Code = std::map<std::string, std::string, std::less<>>;  // symbol -> where an input has it

std::string CodeOf(const SymInt& size, const Code& code) {
  const SymTree tree = TreeOf(size);
  const auto joined = [&](std::string_view between) {
    std::string out;
    for (const SymInt& arg : tree.args) {
      if (!out.empty()) out += between;
      const bool plain = arg.IsConstant() ? arg.constant() >= 0 : arg.AsSymbol().has_value();
      out += plain ? CodeOf(arg, code) : "(" + CodeOf(arg, code) + ")";
    }
    return out;
  };
  switch (tree.kind) {
    case SymTree::Kind::kConstant: return std::to_string(tree.value);
    case SymTree::Kind::kSymbol: return code.find(tree.name)->second;
    case SymTree::Kind::kAdd: return joined(" + ");
    case SymTree::Kind::kMul: return joined(" * ");
    case SymTree::Kind::kFloorDiv: return joined(" // ");
    case SymTree::Kind::kMod: return joined(" % ");
    case SymTree::Kind::kMin: return "min(" + joined(", ") + ")";
    case SymTree::Kind::kMax: return "max(" + joined(", ") + ")";
  }
  return {};
}

std::string CodeOf(const SymBool& condition, const Code& code) {
  const SymBoolTree tree = TreeOf(condition);
  if (tree.kind == SymBoolTree::Kind::kConstant) return tree.value ? "True" : "False";
  if (tree.parts.empty()) {
    const std::string_view relation = tree.kind == SymBoolTree::Kind::kEqual      ? " == "
                                      : tree.kind == SymBoolTree::Kind::kNotEqual ? " != "
                                                                                  : " <= ";
    return CodeOf(tree.left, code) + std::string(relation) + CodeOf(tree.right, code);
  }
  std::string out;
  for (const SymBool& part : tree.parts) {
    if (!out.empty()) out += tree.kind == SymBoolTree::Kind::kAnd ? " and " : " or ";
    out += "(" + CodeOf(part, code) + ")";
  }
  return out;
}

}  // namespace

std::string LeafCode(std::string_view name) {
  std::string out = "L";
  for (const std::string& part : Split(name, '.')) out += ParseInt(part) ? "[" + part + "]" : "['" + part + "']";
  return out;
}

std::vector<std::string> GuardsCode(const ShapeEnv& env, const std::vector<std::string>& input_names, const ir::Program& program) {
  Code code;
  const std::vector<std::string> values = program.UserInputs();
  for (size_t i = 0; i < values.size() && i < input_names.size(); ++i) {
    const ir::ValueId id = program.graph.FindValue(values[i]);
    const ir::TensorMeta* meta = id == ir::ValueId::kNone ? nullptr : program.graph.value(id).tensor();
    if (meta == nullptr) continue;
    for (size_t axis = 0; axis < meta->sizes.size(); ++axis) {
      if (auto symbol = meta->sizes[axis].AsSymbol()) {
        code.try_emplace(*symbol, LeafCode(input_names[i]) + ".size()[" + std::to_string(axis) + "]");
      }
    }
  }
  std::vector<std::string> out;
  for (const GuardRecord& guard : env.guards()) {
    if (guard.specialises) continue;
    const SymBool condition = env.Simplify(guard.condition);
    if (condition.IsConstant()) continue;
    const auto symbols = condition.Symbols();
    const bool known = std::all_of(symbols.begin(), symbols.end(), [&](const std::string& name) { return code.contains(name); });
    if (symbols.size() < 2 && TreeOf(condition).kind == SymBoolTree::Kind::kLessEqual) continue;  // a range
    if (!known) continue;
    std::string text = CodeOf(condition, code);
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace conformance::trace
