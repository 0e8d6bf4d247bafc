#include "framework/trace/tree_spec.h"

#include <utility>

#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::trace {
namespace {

constexpr int kMaxDepth = 64;

// Leaves grouped by their first name part, in order of first mention.
struct Level {
  std::vector<std::pair<std::string, Level>> children;
  bool leaf = false;

  Level& Child(std::string_view name) {
    for (auto& [key, child] : children) {
      if (key == name) return child;
    }
    children.emplace_back(std::string(name), Level{});
    return children.back().second;
  }
  bool IsList() const {
    for (size_t i = 0; i < children.size(); ++i) {
      if (children[i].first != std::to_string(i)) return false;
    }
    return !children.empty();
  }
};

Level LevelsOf(const std::vector<std::string>& names) {
  Level root;
  for (const std::string& name : names) {
    Level* level = &root;
    for (const std::string& part : Split(name, '.')) level = &level->Child(part);
    level->leaf = true;
  }
  return root;
}

Json Spec(Json type, Json context, Json::Array children) {
  Json json = Json::MakeObject();
  json["type"] = std::move(type);
  json["context"] = std::move(context);
  json["children_spec"] = std::move(children);
  return json;
}
Json SpecOf(const Level& level, bool force_dict = false) {
  if (level.children.empty() && level.leaf) return Spec(nullptr, nullptr, {});
  Json::Array children, keys;
  for (const auto& [key, child] : level.children) {
    keys.emplace_back(key);
    children.push_back(SpecOf(child));
  }
  if (level.IsList() && !force_dict) return Spec("builtins.list", "null", std::move(children));
  return Spec("builtins.dict", formats::WriteJson(Json(std::move(keys))), std::move(children));
}
std::string Dump(Json spec) {
  Json::Array protocol;
  protocol.emplace_back(1);
  protocol.push_back(std::move(spec));
  return formats::WriteJson(Json(std::move(protocol)));
}

Error BadSpec(std::string_view what) { return Corrupt("a pytree spec " + std::string(what)); }

// Paths of {"_t": "tensor", "i": n} inside the context that transformers' exporters write for objects.
Status ObjectPaths(const Json& json, const std::string& path, int depth, std::vector<std::string>& paths) {
  if (depth > kMaxDepth) return BadSpec("is nested too deeply");
  const auto below = [&](std::string_view name) { return path.empty() ? std::string(name) : path + "." + std::string(name); };
  if (json.IsArray()) {
    for (size_t i = 0; i < json.AsArray().size(); ++i) {
      CONFORMANCE_RETURN_IF_ERROR(ObjectPaths(json.AsArray()[i], below(std::to_string(i)), depth + 1, paths));
    }
    return Ok();
  }
  if (!json.IsObject()) return Ok();
  const auto members = [&](const Json& object) -> Status {
    for (const auto& [key, value] : object.AsObject()) {
      CONFORMANCE_RETURN_IF_ERROR(ObjectPaths(value, below(key), depth + 1, paths));
    }
    return Ok();
  };
  const Json* tag = json.Find("_t");
  if (tag == nullptr || !tag->IsString()) return members(json);
  if (tag->AsString() == "tensor" || tag->AsString() == "sym") {
    const Json* index = json.Find("i");
    if (index == nullptr || !index->IsInt() || index->AsInt() < 0 || static_cast<size_t>(index->AsInt()) >= paths.size()) {
      return BadSpec("numbers a leaf that it doesn't have");
    }
    paths[static_cast<size_t>(index->AsInt())] = path;
    return Ok();
  }
  // "obj" keeps its attributes under "s"; "map", "seq" and "items" (pairs) theirs under "v".
  const Json* inside = json.Find(tag->AsString() == "obj" ? "s" : "v");
  if (inside == nullptr) return Ok();
  if (inside->IsObject()) return members(*inside);
  if (tag->AsString() != "items" || !inside->IsArray()) return ObjectPaths(*inside, path, depth + 1, paths);
  for (const Json& pair : inside->AsArray()) {
    if (!pair.IsArray() || pair.AsArray().size() != 2) return BadSpec("has an item that is no pair");
    const Json& key = pair.AsArray()[0];
    const std::string name = key.IsString() ? key.AsString() : formats::WriteJson(key);
    CONFORMANCE_RETURN_IF_ERROR(ObjectPaths(pair.AsArray()[1], below(name), depth + 1, paths));
  }
  return Ok();
}

/// A dict's context is the array of its keys, a dataclass's that of its fields and that of those that are None. Null for others.
const Json* KeysIn(const Json& context) {
  if (!context.IsArray()) return nullptr;
  const Json::Array& parts = context.AsArray();
  return parts.size() == 2 && parts[0].IsArray() && parts[1].IsArray() ? &parts[0] : &context;
}

Result<std::vector<std::string>> ChildNames(const Json& spec, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  const Json* context = spec.Find("context");
  if (context == nullptr || !context->IsString()) return names;
  const Result<Json> parsed = formats::ParseJson(context->AsString(), {.allow_nonfinite = true});
  if (!parsed.ok()) return names;  // other types write what they like
  if (const Json* keys = KeysIn(*parsed); keys && keys->AsArray().size() == count) {
    for (size_t i = 0; i < count; ++i) {
      if (keys->AsArray()[i].IsString()) names[i] = keys->AsArray()[i].AsString();
    }
  } else if (parsed->Has("_t")) {
    CONFORMANCE_RETURN_IF_ERROR(ObjectPaths(*parsed, "", 0, names));
  }
  return names;
}

Status Leaves(const Json& spec, const std::string& path, int depth, std::vector<std::string>& leaves) {
  if (depth > kMaxDepth) return BadSpec("is nested too deeply");
  const Json* children = spec.Find("children_spec");
  const Json* type = spec.Find("type");
  if (children == nullptr || !children->IsArray() || type == nullptr) return BadSpec("has a part without type and children_spec");
  if (type->IsNull()) {
    leaves.push_back(path.empty() ? "output" : path);
    return Ok();
  }
  const Json::Array& items = children->AsArray();
  CONFORMANCE_TRY(const std::vector<std::string> names, ChildNames(spec, items.size()));
  for (size_t i = 0; i < items.size(); ++i) {
    CONFORMANCE_RETURN_IF_ERROR(Leaves(items[i], path.empty() ? names[i] : path + "." + names[i], depth + 1, leaves));
  }
  return Ok();
}

Result<Json> Load(std::string_view spec) {
  CONFORMANCE_TRY(Json json, formats::ParseJson(spec));
  if (!json.IsArray() || json.AsArray().size() != 2 || !json.AsArray()[1].IsObject()) return BadSpec("is not [protocol, spec]");
  return std::move(json.AsArray()[1]);
}

}  // namespace

std::string SpecOfLeaves(const std::vector<std::string>& names) { return Dump(SpecOf(LevelsOf(names), true)); }

std::string SpecOfInputs(const std::vector<std::string>& names) {
  Json::Array parts;
  parts.push_back(Spec("builtins.tuple", "null", {}));
  parts.push_back(SpecOf(LevelsOf(names), true));
  return Dump(Spec("builtins.tuple", "null", std::move(parts)));
}

Result<std::vector<std::string>> LeavesOfSpec(std::string_view spec) {
  CONFORMANCE_TRY(const Json json, Load(spec));
  std::vector<std::string> leaves;
  CONFORMANCE_RETURN_IF_ERROR(Leaves(json, "", 0, leaves));
  return leaves;
}

Result<std::vector<std::string>> LeavesOfInputs(std::string_view spec, const std::vector<std::string>& positional) {
  CONFORMANCE_TRY(const Json json, Load(spec));
  const Json* parts = json.Find("children_spec");
  if (parts == nullptr || !parts->IsArray() || parts->AsArray().size() != 2) return BadSpec("of inputs is not (args, kwargs)");
  const Json* args = parts->AsArray()[0].Find("children_spec");
  if (args == nullptr || !args->IsArray()) return BadSpec("of inputs has no positional arguments");
  std::vector<std::string> leaves;
  for (size_t i = 0; i < args->AsArray().size(); ++i) {
    const std::string name = i < positional.size() ? positional[i] : std::to_string(i);
    CONFORMANCE_RETURN_IF_ERROR(Leaves(args->AsArray()[i], name, 0, leaves));
  }
  CONFORMANCE_RETURN_IF_ERROR(Leaves(parts->AsArray()[1], "", 0, leaves));
  return leaves;
}

namespace {

// The graph's names of the signature's user inputs or outputs, empty for constants, which are leaves of the spec too.
template <typename Specs, typename IsUser>
std::vector<std::string> UserNames(const ir::Graph& graph, const Specs& specs, const std::vector<ir::Argument>& arguments,
                                   const IsUser& is_user) {
  std::vector<std::string> names;
  for (size_t i = 0; i < specs.size() && i < arguments.size(); ++i) {
    if (is_user(specs[i])) names.emplace_back(graph.NameOf(arguments[i]));
  }
  return names;
}

// Leaves that stand for values, by the graph's names of them.
Result<std::vector<std::string>> Pick(const std::vector<std::string>& graph_names, std::vector<std::string> leaves, std::string_view what) {
  if (leaves.size() != graph_names.size()) {
    return Invalid("the program's pytree spec has " + std::to_string(leaves.size()) + " " + std::string(what) + ", its signature " +
                   std::to_string(graph_names.size()));
  }
  std::vector<std::string> picked;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (!graph_names[i].empty()) picked.push_back(std::move(leaves[i]));
  }
  return picked;
}

}  // namespace

Result<LeafNames> LeafNamesOf(const ir::Program& program) {
  const auto inputs = UserNames(program.graph, program.signature.inputs, program.graph.inputs(), [](const ir::InputSpec& spec) {
    return spec.kind == ir::InputSpec::Kind::kUserInput || spec.kind == ir::InputSpec::Kind::kConstantInput;
  });
  const auto outputs = UserNames(program.graph, program.signature.outputs, program.graph.outputs(), [](const ir::OutputSpec& spec) {
    return spec.kind == ir::OutputSpec::Kind::kUserOutput || spec.kind == ir::OutputSpec::Kind::kLossOutput;
  });
  LeafNames names;
  const ir::ModuleCallSignature* root = nullptr;
  for (const ir::ModuleCallEntry& entry : program.module_call_graph) {
    if (entry.fqn.empty() && entry.signature && !entry.signature->in_spec.empty()) root = &*entry.signature;
  }
  std::vector<std::string> in = inputs, out = outputs;
  if (root != nullptr) {
    CONFORMANCE_TRY(in, LeavesOfInputs(root->in_spec, root->forward_arg_names.value_or(std::vector<std::string>())));
    CONFORMANCE_TRY(out, LeavesOfSpec(root->out_spec));
  }
  CONFORMANCE_TRY(names.inputs, Pick(inputs, std::move(in), "inputs"));
  CONFORMANCE_TRY(names.outputs, Pick(outputs, std::move(out), "outputs"));
  return names;
}

}  // namespace conformance::trace
