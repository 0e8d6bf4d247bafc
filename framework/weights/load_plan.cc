#include "framework/weights/load_plan.h"

#include <algorithm>
#include <optional>

#include "framework/base/strings.h"

namespace conformance::weights {
namespace {

using Captures = std::vector<std::string>;

/// What the stars of a pattern stand for in `text`, each as short as possible from the left; none if it doesn't match.
std::optional<Captures> Match(std::string_view pattern, std::string_view text) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text ? std::optional(Captures()) : std::nullopt;
  if (!StartsWith(text, pattern.substr(0, star))) return std::nullopt;
  const std::string_view rest_pattern = pattern.substr(star + 1);
  for (size_t length = 0; star + length <= text.size(); ++length) {
    std::optional<Captures> rest = Match(rest_pattern, text.substr(star + length));
    if (!rest) continue;
    rest->insert(rest->begin(), std::string(text.substr(star, length)));
    return rest;
  }
  return std::nullopt;
}

std::string Fill(std::string_view pattern, const Captures& captures) {
  std::string name;
  size_t next = 0;
  for (const char character : pattern) {
    if (character != '*') name += character;
    else if (next < captures.size()) name += captures[next++];
  }
  return name;
}

std::string RuleText(const Rule& rule) {
  static constexpr std::string_view kNames[] = {"rename", "transpose", "reshape", "split", "concatenate", "stack"};
  return std::string(kNames[static_cast<size_t>(rule.kind)]) + " " + Join(rule.from, ", ") + " to " + Join(rule.to, ", ");
}

Error DoesNotFit(const Rule& rule, const std::string& name, const Shape& shape, std::string wanted) {
  return ShapeError("a tensor does not fit a rule of the load plan")
      .With("tensor", name)
      .With("rule", RuleText(rule))
      .With("found", ShapeText(shape))
      .With("wanted", std::move(wanted));
}

/// The axis from 0 on, of tensors with `rank` axes.
Result<int64_t> Axis(const Rule& rule, const std::string& name, const Shape& shape, int64_t rank) {
  const int64_t axis = rule.axis < 0 ? rule.axis + rank : rule.axis;
  if (axis >= 0 && axis < rank) return axis;
  return DoesNotFit(rule, name, shape, "an axis " + std::to_string(rule.axis));
}

/// A rule with concrete names on its tensors. `rule` gets axis and sizes filled in.
Result<std::vector<WeightRef>> Run(Rule& rule, std::vector<WeightRef> from) {
  const Shape& shape = from.front()->shape();
  const std::string& name = rule.from.front();
  const auto rank = static_cast<int64_t>(shape.size());
  switch (rule.kind) {
    case Rule::Kind::kRename:
      return from;
    case Rule::Kind::kTranspose: {
      std::vector<int64_t> sorted = rule.sizes;
      std::sort(sorted.begin(), sorted.end());
      for (size_t i = 0; i < sorted.size(); ++i)
        if (sorted[i] != static_cast<int64_t>(i)) return DoesNotFit(rule, name, shape, "an order of the axes");
      if (static_cast<int64_t>(sorted.size()) != rank)
        return DoesNotFit(rule, name, shape, std::to_string(sorted.size()) + " axes");
      return std::vector<WeightRef>{Permuted(from.front(), rule.sizes)};
    }
    case Rule::Kind::kReshape: {
      const std::optional<int64_t> wanted = CheckedNumElements(rule.sizes);
      if (!wanted || *wanted != from.front()->size())
        return DoesNotFit(rule, name, shape, "as many elements as " + ShapeText(rule.sizes));
      return std::vector<WeightRef>{Reshaped(from.front(), rule.sizes)};
    }
    case Rule::Kind::kSplit: {
      CONFORMANCE_TRY(rule.axis, Axis(rule, name, shape, rank));
      const int64_t size = shape[static_cast<size_t>(rule.axis)];
      const auto parts = static_cast<int64_t>(rule.to.size());
      if (rule.sizes.empty() && size % parts == 0) rule.sizes.assign(rule.to.size(), size / parts);
      int64_t total = 0;
      for (const int64_t length : rule.sizes) total += std::max<int64_t>(length, 0);
      if (static_cast<int64_t>(rule.sizes.size()) != parts || total != size)
        return DoesNotFit(rule, name, shape, "an axis " + std::to_string(rule.axis) + " of " + std::to_string(parts) + " parts");
      std::vector<WeightRef> to;
      int64_t start = 0;
      for (const int64_t length : rule.sizes) {
        to.push_back(Part(from.front(), rule.axis, start, length));
        start += length;
      }
      return to;
    }
    case Rule::Kind::kConcatenate:
    case Rule::Kind::kStack: {
      const bool stack = rule.kind == Rule::Kind::kStack;
      CONFORMANCE_TRY(rule.axis, Axis(rule, name, shape, stack ? rank + 1 : rank));
      const auto at = static_cast<size_t>(rule.axis);
      rule.sizes.clear();
      for (size_t i = 0; i < from.size(); ++i) {
        Shape other = from[i]->shape();
        const bool same_rank = other.size() == shape.size();
        if (!stack && same_rank) {
          rule.sizes.push_back(other[at]);
          other[at] = shape[at];
        }
        if (other != shape || from[i]->dtype() != from.front()->dtype())
          return DoesNotFit(rule, rule.from[i], from[i]->shape(), ShapeText(shape) + " as " + name);
        if (!stack) continue;
        other.insert(other.begin() + rule.axis, 1);
        from[i] = Reshaped(from[i], other);
      }
      return std::vector<WeightRef>{Concatenated(std::move(from), rule.axis)};
    }
  }
  return Internal("unknown rule");
}

/// The rule that undoes an applied one.
Rule Inverse(const Applied& applied) {
  const Rule& rule = applied.rule;
  Rule inverse{.kind = rule.kind, .from = rule.to, .to = rule.from, .axis = rule.axis, .sizes = {}};
  switch (rule.kind) {
    case Rule::Kind::kRename:
      break;
    case Rule::Kind::kTranspose:
      inverse.sizes.resize(rule.sizes.size());
      for (size_t i = 0; i < rule.sizes.size(); ++i) inverse.sizes[static_cast<size_t>(rule.sizes[i])] = static_cast<int64_t>(i);
      break;
    case Rule::Kind::kReshape:
      inverse.sizes = applied.from_shapes.front();
      break;
    case Rule::Kind::kSplit:
      inverse.kind = Rule::Kind::kConcatenate;
      break;
    case Rule::Kind::kConcatenate:
      inverse.kind = Rule::Kind::kSplit;
      inverse.sizes = rule.sizes;
      break;
    case Rule::Kind::kStack:
      inverse.kind = Rule::Kind::kSplit;  // the axis of 1 goes in Reverse
      inverse.sizes.assign(rule.from.size(), 1);
      break;
  }
  return inverse;
}

/// Tensors by name that keep their order.
class Table {
 public:
  explicit Table(NamedRefs tensors) : tensors_(std::move(tensors)) {}
  const WeightRef* Find(std::string_view name) const {
    for (const auto& [key, ref] : tensors_)
      if (key == name) return &ref;
    return nullptr;
  }
  /// Takes the first tensor's place; the other ones go.
  void Replace(const std::vector<std::string>& from, const NamedRefs& to) {
    const auto is_from = [&](const auto& entry) { return std::find(from.begin(), from.end(), entry.first) != from.end(); };
    const auto place = std::find_if(tensors_.begin(), tensors_.end(), is_from) - tensors_.begin();
    std::erase_if(tensors_, is_from);
    tensors_.insert(tensors_.begin() + std::min<std::ptrdiff_t>(place, std::ssize(tensors_)), to.begin(), to.end());
  }
  const NamedRefs& tensors() const { return tensors_; }
  NamedRefs Take() { return std::move(tensors_); }

 private:
  NamedRefs tensors_;
};

/// Applies a rule with concrete names.
Result<Applied> ApplyConcrete(Rule rule, Table& table) {
  std::vector<WeightRef> from;
  Applied applied;
  for (const std::string& name : rule.from) {
    const WeightRef* ref = table.Find(name);
    if (ref == nullptr) return NotFound("a rule of the load plan lacks a tensor").With("tensor", name).With("rule", RuleText(rule));
    from.push_back(*ref);
    applied.from_shapes.push_back((*ref)->shape());
  }
  CONFORMANCE_TRY(std::vector<WeightRef> to, Run(rule, std::move(from)));
  NamedRefs named;
  for (size_t i = 0; i < rule.to.size(); ++i) {
    const bool own = std::find(rule.from.begin(), rule.from.end(), rule.to[i]) != rule.from.end();
    if (!own && table.Find(rule.to[i]) != nullptr)
      return Invalid("a rule of the load plan makes a tensor that is there already").With("tensor", rule.to[i]).With("rule", RuleText(rule));
    named.emplace_back(rule.to[i], to[i]);
  }
  table.Replace(rule.from, named);
  applied.rule = std::move(rule);
  return applied;
}

Rule WithNames(const Rule& rule, const Captures& captures) {
  Rule concrete = rule;
  for (std::string& name : concrete.from) name = Fill(name, captures);
  for (std::string& name : concrete.to) name = Fill(name, captures);
  return concrete;
}

std::string ListText(const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  std::vector<std::string> shown(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
  std::string text = Join(shown, ", ");
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

/// Whether both tensors hold the same bytes.
Result<bool> SameElements(const WeightRef& a, const WeightRef& b) {
  if (a->shape() != b->shape() || a->dtype() != b->dtype()) return false;
  constexpr int64_t kBlock = int64_t{1} << 18;
  const size_t width = ByteSize(a->dtype());
  std::vector<std::byte> left(static_cast<size_t>(std::min(kBlock, a->size())) * width), right(left.size());
  for (int64_t begin = 0; begin < a->size(); begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, a->size());
    CONFORMANCE_RETURN_IF_ERROR(a->Read(begin, end, left.data()));
    CONFORMANCE_RETURN_IF_ERROR(b->Read(begin, end, right.data()));
    const auto count = static_cast<std::ptrdiff_t>(static_cast<size_t>(end - begin) * width);
    if (!std::equal(left.begin(), left.begin() + count, right.begin())) return false;
  }
  return true;
}

/// What from_pretrained does to a name that the model doesn't know: older parts renamed, the base model's prefix put or taken off.
std::optional<std::string> AdaptedName(const std::string& name, const nn::Model& model,
                                       const std::map<std::string, const nn::Parameter*, std::less<>>& wanted) {
  if (wanted.contains(name)) return name;
  std::string current = name;
  for (const auto& [old_part, new_part] : model.traits().renamed_keys)
    if (const size_t at = current.find(old_part); at != std::string::npos) current.replace(at, old_part.size(), new_part);
  const std::string prefix = model.traits().base_model_prefix + ".";
  if (wanted.contains(current)) return current;
  if (StartsWith(current, prefix) && wanted.contains(current.substr(prefix.size()))) return current.substr(prefix.size());
  if (wanted.contains(prefix + current)) return prefix + current;
  return std::nullopt;
}

bool IsIgnored(const std::string& name, const nn::Model& model) {
  for (const std::string& pattern : model.traits().ignored_keys)
    if (GlobMatch(pattern, name)) return true;
  return false;
}

Result<NamedRefs> RefsOf(const formats::CheckpointFiles& files, std::map<std::string, DType, std::less<>>& stored) {
  std::map<std::filesystem::path, std::shared_ptr<const FileReader>> readers;
  NamedRefs refs;
  for (const std::string& name : files.names()) {
    const auto [file, entry] = files.Find(name);
    if (!entry->dtype)
      return Unsupported("a tensor has a type that is not implemented")
          .With("file", file->path().string())
          .With("tensor", name)
          .With("found", entry->dtype_name);
    auto& reader = readers[file->path()];
    if (!reader) reader = MakeFileReader(file->path());
    stored[name] = *entry->dtype;
    refs.emplace_back(name, InFile(reader, entry->offset, *entry->dtype, entry->shape, name,
                                   [file = *file, entry = *entry]() { return file.Read(entry); }));
  }
  return refs;
}

}  // namespace

Rule Rename(std::string from, std::string to) {
  return {.kind = Rule::Kind::kRename, .from = {std::move(from)}, .to = {std::move(to)}, .axis = 0, .sizes = {}};
}
Rule Transpose(std::string from, std::string to, std::vector<int64_t> axes) {
  return {.kind = Rule::Kind::kTranspose, .from = {std::move(from)}, .to = {std::move(to)}, .axis = 0, .sizes = std::move(axes)};
}
Rule ReshapeTo(std::string from, std::string to, Shape shape) {
  return {.kind = Rule::Kind::kReshape, .from = {std::move(from)}, .to = {std::move(to)}, .axis = 0, .sizes = std::move(shape)};
}
Rule Split(std::string from, std::vector<std::string> to, int64_t axis, std::vector<int64_t> lengths) {
  return {.kind = Rule::Kind::kSplit, .from = {std::move(from)}, .to = std::move(to), .axis = axis, .sizes = std::move(lengths)};
}
Rule Concatenate(std::vector<std::string> from, std::string to, int64_t axis) {
  return {.kind = Rule::Kind::kConcatenate, .from = std::move(from), .to = {std::move(to)}, .axis = axis, .sizes = {}};
}
Rule Stack(std::vector<std::string> from, std::string to, int64_t axis) {
  return {.kind = Rule::Kind::kStack, .from = std::move(from), .to = {std::move(to)}, .axis = axis, .sizes = {}};
}

Result<NamedRefs> LoadPlan::Apply(NamedRefs tensors, std::vector<Applied>& applied) const {
  Table table(std::move(tensors));
  for (const Rule& rule : rules_) {
    CONFORMANCE_CHECK(!rule.from.empty() && !rule.to.empty(), "a rule without names");
    std::vector<Captures> matches;
    for (const auto& [name, ref] : table.tensors()) {
      const std::optional<Captures> captures = Match(rule.from.front(), name);
      if (!captures) continue;
      const bool complete = std::all_of(rule.from.begin(), rule.from.end(),
                                        [&](const std::string& from) { return table.Find(Fill(from, *captures)) != nullptr; });
      if (complete) matches.push_back(*captures);
    }
    for (const Captures& captures : matches) {
      CONFORMANCE_TRY(Applied done, ApplyConcrete(WithNames(rule, captures), table));
      applied.push_back(std::move(done));
    }
  }
  return table.Take();
}

Result<NamedRefs> Reverse(const std::vector<Applied>& applied, NamedRefs tensors) {
  Table table(std::move(tensors));
  for (auto entry = applied.rbegin(); entry != applied.rend(); ++entry) {
    CONFORMANCE_TRY(const Applied undone, ApplyConcrete(Inverse(*entry), table));
    if (entry->rule.kind != Rule::Kind::kStack) continue;
    for (size_t i = 0; i < entry->rule.from.size(); ++i) {
      const std::string& name = entry->rule.from[i];
      CONFORMANCE_TRY(const Applied reshaped, ApplyConcrete(ReshapeTo(name, name, entry->from_shapes[i]), table));
    }
  }
  return table.Take();
}

Result<Resolution> LoadPlan::Resolve(const formats::CheckpointFiles& files, const nn::Model& model) const {
  Resolution resolution;
  CONFORMANCE_TRY(NamedRefs tensors, RefsOf(files, resolution.stored));
  CONFORMANCE_TRY(tensors, Apply(std::move(tensors), resolution.applied));
  const std::string folder = files.files().empty() ? std::string() : files.files().front().path().parent_path().string();

  std::map<std::string, const nn::Parameter*, std::less<>> wanted;
  const std::vector<const nn::Parameter*> state = model.StateDict();
  for (const nn::Parameter* parameter : state) wanted.emplace(parameter->full_name(), parameter);

  std::map<std::string, WeightRef, std::less<>> found;
  std::vector<std::string> unexpected;
  for (const auto& [name, ref] : tensors) {
    const std::optional<std::string> adapted = AdaptedName(name, model, wanted);
    if (!adapted) {
      (IsIgnored(name, model) ? resolution.ignored : unexpected).push_back(name);
      continue;
    }
    if (!found.emplace(*adapted, ref).second)
      return Invalid("two tensors of the checkpoint stand for one parameter").With("tensor", name).With("parameter", *adapted).With("folder", folder);
    if (*adapted != name) resolution.applied.push_back({Rename(name, *adapted), {ref->shape()}});
  }

  // Ties: the checkpoint may hold either side, or both.
  for (const nn::Parameter* parameter : state) {
    if (parameter->tied_to == nullptr) continue;
    const std::string& name = parameter->full_name();
    const std::string& twin = parameter->tied_to->full_name();
    const auto own = found.find(name);
    if (own == found.end()) continue;
    if (const auto other = found.find(twin); other != found.end()) {
      CONFORMANCE_TRY(const bool same, SameElements(own->second, other->second));
      if (!same) resolution.untied.push_back(name);
      continue;
    }
    resolution.applied.push_back({Rename(name, twin), {own->second->shape()}});
    found.emplace(twin, own->second);
  }

  std::vector<std::string> missing;
  for (const nn::Parameter* parameter : state) {
    const std::string& name = parameter->full_name();
    const bool untied = std::find(resolution.untied.begin(), resolution.untied.end(), name) != resolution.untied.end();
    const auto ref = found.find(name);
    if (ref != found.end() && ref->second->shape() != parameter->shape())
      return ShapeError("a tensor of the checkpoint has another shape than the model's")
          .With("tensor", name)
          .With("found", ShapeText(ref->second->shape()))
          .With("wanted", ShapeText(parameter->shape()))
          .With("folder", folder);
    if (parameter->tied_to != nullptr && !untied) continue;
    if (ref == found.end()) {
      missing.push_back(name + " " + ShapeText(parameter->shape()));
      continue;
    }
    resolution.infos.push_back({name, parameter->dtype(), parameter->shape()});
    resolution.refs.push_back(CastTo(ref->second, parameter->dtype()));
  }
  if (!missing.empty()) {
    Error error = NotFound("the checkpoint lacks " + std::to_string(missing.size()) + " of the model's tensors").With("missing", ListText(missing));
    if (!unexpected.empty()) error.With("unexpected", ListText(unexpected));
    return std::move(error).With("class", model.class_name()).With("folder", folder);
  }
  if (!unexpected.empty()) {
    std::vector<std::string> shown;
    for (const std::string& name : unexpected)
      for (const auto& [key, ref] : tensors)
        if (key == name) shown.push_back(name + " " + ShapeText(ref->shape()));
    return Invalid("the checkpoint has " + std::to_string(unexpected.size()) + " tensors that the model does not know")
        .With("unexpected", ListText(shown))
        .With("class", model.class_name())
        .With("folder", folder);
  }
  return resolution;
}

}  // namespace conformance::weights
