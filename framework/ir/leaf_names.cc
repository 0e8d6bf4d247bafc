#include "framework/ir/leaf_names.h"

#include "framework/base/json.h"
#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::ir {
namespace {

std::string Below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

// transformers writes an object's attributes into the context, with the position of each tensor among the spec's children.
Status WalkObject(const Json& json, const std::string& path, std::vector<std::string>& names) {
  if (json.IsArray()) {
    for (size_t i = 0; i < json.AsArray().size(); ++i) {
      CONFORMANCE_RETURN_IF_ERROR(WalkObject(json.AsArray()[i], Below(path, std::to_string(i)), names));
    }
    return Ok();
  }
  if (!json.IsObject()) return Ok();
  const Json* tag = json.Find("_t");
  if (tag == nullptr || !tag->IsString()) {
    for (const auto& [key, value] : json.AsObject()) CONFORMANCE_RETURN_IF_ERROR(WalkObject(value, Below(path, key), names));
    return Ok();
  }
  const std::string& kind = tag->AsString();
  if (kind == "tensor" || kind == "sym") {
    CONFORMANCE_TRY(const int64_t index, json.GetInt("i"));
    if (index < 0 || index >= static_cast<int64_t>(names.size())) return Corrupt("a spec's context names child " + std::to_string(index) + ", which it has not");
    names[static_cast<size_t>(index)] = path;
    return Ok();
  }
  if (kind == "obj") return json.Has("s") ? WalkObject(*json.Find("s"), path, names) : Ok();
  if (kind == "map" || kind == "seq") return json.Has("v") ? WalkObject(*json.Find("v"), path, names) : Ok();
  if (kind == "items" && json.Has("v") && json.Find("v")->IsArray()) {
    for (const Json& pair : json.Find("v")->AsArray()) {
      if (!pair.IsArray() || pair.AsArray().size() != 2) return Corrupt("a spec's context has items that are no pairs");
      const Json& key = pair.AsArray()[0];
      const std::string name = key.IsString() ? key.AsString() : (key.IsInt() ? std::to_string(key.AsInt()) : std::string("key"));
      CONFORMANCE_RETURN_IF_ERROR(WalkObject(pair.AsArray()[1], Below(path, name), names));
    }
  }
  return Ok();
}

// Names of a node's children by its context: keys where it lists them, else positions.
Result<std::vector<std::string>> ChildNames(const Json& node, size_t count) {
  std::vector<std::string> names(count);
  for (size_t i = 0; i < count; ++i) names[i] = std::to_string(i);
  const Json* context = node.Find("context");
  if (context == nullptr || !context->IsString()) return names;
  CONFORMANCE_TRY(const Json inside, formats::ParseJson(context->AsString()));
  const Json* keys = &inside;
  // An OrderedDict or defaultdict puts its keys last.
  if (inside.IsArray() && inside.AsArray().size() == 2 && inside.AsArray()[1].IsArray() && inside.AsArray()[1].AsArray().size() == count) {
    keys = &inside.AsArray()[1];
  }
  if (keys->IsArray() && keys->AsArray().size() == count) {
    for (size_t i = 0; i < count; ++i) {
      const Json& key = keys->AsArray()[i];
      if (key.IsString()) names[i] = key.AsString();
      if (key.IsInt()) names[i] = std::to_string(key.AsInt());
    }
  } else if (inside.IsObject()) {
    CONFORMANCE_RETURN_IF_ERROR(WalkObject(inside, "", names));
  }
  return names;
}

Status Walk(const Json& node, const std::string& path, std::vector<std::string>& out) {
  const Json* type = node.Find("type");
  const Json* children = node.Find("children_spec");
  if (!node.IsObject() || type == nullptr || children == nullptr || !children->IsArray()) {
    return Corrupt("a pytree spec's node lacks type or children_spec").With("place", path);
  }
  if (type->IsNull()) {
    out.push_back(path);
    return Ok();
  }
  const Json::Array& array = children->AsArray();
  CONFORMANCE_TRY(const std::vector<std::string> names, ChildNames(node, array.size()));
  for (size_t i = 0; i < array.size(); ++i) CONFORMANCE_RETURN_IF_ERROR(Walk(array[i], Below(path, names[i]), out));
  return Ok();
}

bool IsTuple(const Json& node) {
  const Json* type = node.Find("type");
  return type != nullptr && type->IsString() && type->AsString() == "builtins.tuple" && node.Has("children_spec") &&
         node.Find("children_spec")->IsArray();
}

Json Leaf() { return Json(Json::Object{{"type", nullptr}, {"context", nullptr}, {"children_spec", Json::MakeArray()}}); }

// Consecutive names with the same first part make one child.
Json SpecNode(const std::vector<std::vector<std::string>>& names, size_t begin, size_t end, size_t depth) {
  if (end == begin + 1 && names[begin].size() == depth) return Leaf();
  Json keys = Json::MakeArray(), children = Json::MakeArray();
  bool positions = true;
  for (size_t i = begin; i < end;) {
    const std::string key = depth < names[i].size() ? names[i][depth] : "";
    size_t next = i + 1;
    while (next < end && depth < names[next].size() && names[next][depth] == key && depth + 1 < names[next].size()) ++next;
    positions &= key == std::to_string(children.AsArray().size());
    keys.Append(key);
    children.Append(depth < names[i].size() ? SpecNode(names, i, next, depth + 1) : Leaf());
    i = next;
  }
  return Json(Json::Object{{"type", positions ? "builtins.list" : "builtins.dict"},
                           {"context", positions ? std::string("null") : formats::WriteJson(keys)},
                           {"children_spec", std::move(children)}});
}

std::vector<std::string> ValueNames(const Graph& graph, const std::vector<const Argument*>& arguments) {
  std::vector<std::string> out;
  for (const Argument* argument : arguments) out.emplace_back(graph.NameOf(*argument));
  return out;
}

}  // namespace

Result<std::vector<std::string>> LeavesOfSpec(std::string_view spec, const std::vector<std::string>* forward_arg_names) {
  CONFORMANCE_TRY(const Json json, formats::ParseJson(spec));
  if (!json.IsArray() || json.AsArray().size() != 2) return Corrupt("a pytree spec is a pair of version and node");
  const Json& root = json.AsArray()[1];
  std::vector<std::string> out;
  if (forward_arg_names == nullptr) {
    CONFORMANCE_RETURN_IF_ERROR(Walk(root, "", out));
    return out;
  }
  if (!IsTuple(root) || root.Find("children_spec")->AsArray().size() != 2) return Corrupt("a call's in_spec is a pair of args and kwargs");
  const Json::Array& parts = root.Find("children_spec")->AsArray();
  if (!IsTuple(parts[0])) return Corrupt("a call's in_spec has no tuple of args");
  const Json::Array& args = parts[0].Find("children_spec")->AsArray();
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string name = i < forward_arg_names->size() ? (*forward_arg_names)[i] : std::to_string(i);
    CONFORMANCE_RETURN_IF_ERROR(Walk(args[i], name, out));
  }
  CONFORMANCE_RETURN_IF_ERROR(Walk(parts[1], "", out));
  return out;
}

std::string SpecOfLeaves(const std::vector<std::string>& names, bool call) {
  std::vector<std::vector<std::string>> parts;
  for (const std::string& name : names) parts.push_back(Split(name, '.'));
  Json root = parts.empty() ? Json(Json::Object{{"type", "builtins.dict"}, {"context", "[]"}, {"children_spec", Json::MakeArray()}})
                            : SpecNode(parts, 0, parts.size(), 0);
  const auto tuple = [](Json::Array children) {
    return Json(Json::Object{{"type", "builtins.tuple"}, {"context", "null"}, {"children_spec", std::move(children)}});
  };
  if (call) root = tuple({tuple({}), std::move(root)});
  return formats::WriteJson(Json(Json::Array{Json(1), std::move(root)}));
}

LeafNames NamesOf(const Program& program) {
  std::vector<const Argument*> inputs, outputs;
  for (size_t i = 0; i < program.signature.inputs.size() && i < program.graph.inputs().size(); ++i) {
    const InputSpec::Kind kind = program.signature.inputs[i].kind;
    if (kind == InputSpec::Kind::kUserInput || kind == InputSpec::Kind::kConstantInput) inputs.push_back(&program.graph.inputs()[i]);
  }
  for (size_t i = 0; i < program.signature.outputs.size() && i < program.graph.outputs().size(); ++i) {
    const OutputSpec::Kind kind = program.signature.outputs[i].kind;
    if (kind == OutputSpec::Kind::kUserOutput || kind == OutputSpec::Kind::kLossOutput) outputs.push_back(&program.graph.outputs()[i]);
  }
  LeafNames names{ValueNames(program.graph, inputs), ValueNames(program.graph, outputs)};
  for (const ModuleCallEntry& entry : program.module_call_graph) {
    if (!entry.fqn.empty() || !entry.signature) continue;
    const std::vector<std::string> none;
    const auto& forward = entry.signature->forward_arg_names;
    auto in = LeavesOfSpec(entry.signature->in_spec, forward ? &*forward : &none);
    if (in.ok() && in->size() == inputs.size()) names.inputs = std::move(in).value();
    auto out = LeavesOfSpec(entry.signature->out_spec);
    if (out.ok() && out->size() == outputs.size()) names.outputs = std::move(out).value();
  }
  return names;
}

}  // namespace conformance::ir
