#include "framework/rewrite/fix.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "framework/base/strings.h"
#include "framework/ir/verify.h"
#include "framework/rewrite/bind.h"

namespace conformance::rewrite {

namespace {

void Touch(ir::Metadata& metadata, std::string_view fix) {
  if (fix.empty()) return;
  std::string& names = metadata[std::string(kTouchedBy)];
  names += (names.empty() ? "" : ", ") + std::string(fix);
}

}  // namespace

std::string TouchedBy(const ir::Node& node) {
  const auto found = node.metadata.find(kTouchedBy);
  return found == node.metadata.end() ? std::string() : found->second;
}

NodeEdit::NodeEdit(Recorder& recorder, const ops::OpTable& ops, ir::NodeId node, std::string_view fix)
    : recorder_(recorder), node_(recorder.builder().graph().node(node)) {
  op_ = ops.Find(node_.op());
  first_new_node_ = graph().node_capacity();
  first_new_symbol_ = recorder.env().symbols().size();
  ir::Metadata metadata = node_.metadata;
  Touch(metadata, fix);
  recorder_.MoveTo({ir::GraphBuilder::Place::Kind::kBefore, node}, std::move(metadata));
}

Result<std::vector<ops::Argument>> NodeEdit::Arguments() const {
  if (op_ == nullptr) return Unsupported("the operator " + std::string(node_.op()) + " is not known").With("node", node_.name);
  return BindNode(graph(), node_, *op_);
}

Result<ops::Value> NodeEdit::Output() const {
  const std::vector<ir::ValueId> outputs = node_.OutputValues();
  if (outputs.size() != 1) {
    return Invalid(node_.target + " makes " + std::to_string(outputs.size()) + " values, want one").With("node", node_.name);
  }
  return ValueOf(graph(), outputs[0]);
}

Status NodeEdit::ReplaceWith(const std::vector<ops::Value>& values) {
  if (recorder_.failed()) return recorder_.status();
  const std::vector<ir::ValueId> outputs = node_.OutputValues();
  if (values.size() != outputs.size()) {
    return Internal("a rewrite of " + node_.name + " gives " + std::to_string(values.size()) + " values for " +
                    std::to_string(outputs.size()) + " outputs");
  }
  for (size_t i = 0; i < values.size(); ++i) {
    CONFORMANCE_TRY(const ops::Value old, ValueOf(graph(), outputs[i]));
    if (values[i].dtype() != old.dtype() || values[i].rank() != old.rank()) {
      return Internal("a rewrite of " + node_.name + " gives " + ops::Describe(values[i].meta()) + " for " + ops::Describe(old.meta()));
    }
  }
  KeepSymbols(values, outputs);
  ir::ProgramBuilder& builder = recorder_.builder();
  std::vector<std::pair<ir::ValueId, std::string>> heirs;
  for (size_t i = 0; i < values.size(); ++i) {
    const ir::ValueId value = Recorder::IdOf(values[i]);
    const ir::Value& old = graph().value(outputs[i]);
    const ir::NodeId producer = graph().value(value).producer;
    const bool recorded = producer >= ir::NodeId{0} && static_cast<size_t>(producer) >= first_new_node_;
    const bool first = std::none_of(heirs.begin(), heirs.end(), [&](const auto& heir) { return heir.first == value; });
    if (recorded && first) heirs.emplace_back(value, old.name);
    builder.ReplaceAllUses(outputs[i], value);
  }
  Erase();
  for (auto& [value, name] : heirs) builder.Rename(value, std::move(name));
  return Ok();
}

/// A size that depends on data got a new symbol when the edit recorded it; what follows knows it by the one that the program has.
void NodeEdit::KeepSymbols(const std::vector<ops::Value>& values, const std::vector<ir::ValueId>& outputs) {
  const std::vector<SymbolInfo>& symbols = recorder_.env().symbols();
  if (symbols.size() == first_new_symbol_) return;
  std::map<std::string, SymInt, std::less<>> kept;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto& wanted = graph().value(outputs[i]).tensor()->sizes;
    for (size_t axis = 0; axis < wanted.size(); ++axis) {
      const auto symbol = values[i].sizes()[axis].AsSymbol();
      const auto is_it = [&](const SymbolInfo& info) { return info.name == symbol; };
      if (symbol && std::any_of(symbols.begin() + static_cast<ptrdiff_t>(first_new_symbol_), symbols.end(), is_it)) kept.emplace(*symbol, wanted[axis]);
    }
  }
  if (kept.empty()) return;
  ir::ProgramBuilder& builder = recorder_.builder();
  for (size_t id = first_new_node_; id < graph().node_capacity(); ++id) {
    for (const ir::ValueId value : graph().node(static_cast<ir::NodeId>(id)).OutputValues()) {
      if (const auto* size = std::get_if<SymInt>(&graph().value(value).meta)) {
        builder.SetMeta(value, size->Substitute(kept));
        continue;
      }
      const ir::TensorMeta* known = graph().value(value).tensor();
      if (known == nullptr) continue;
      ir::TensorMeta meta = *known;
      for (SymInt& size : meta.sizes) size = size.Substitute(kept);
      meta.strides = ir::ContiguousStrides(meta.sizes);
      builder.SetMeta(value, std::move(meta));
    }
  }
}

void NodeEdit::Erase() { recorder_.builder().Erase(node_.id()); }

namespace {

// Fixes by the op that they look at, in the table's order.
class FixIndex {
 public:
  void Add(const std::vector<std::string>& ops, size_t fix) {
    if (ops.empty()) any_.push_back(fix);
    for (const std::string& op : ops) by_op_[op].push_back(fix);
  }
  std::vector<size_t> Of(std::string_view op) const {
    std::vector<size_t> out = any_;
    if (const auto found = by_op_.find(std::string(op)); found != by_op_.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
      std::sort(out.begin(), out.end());
    }
    return out;
  }

 private:
  std::vector<size_t> any_;
  std::unordered_map<std::string, std::vector<size_t>> by_op_;
};

struct Entry {
  std::string name;
  const std::vector<std::string>* ops;
  const NodeFixFunction* fix;
};

Error Broken(Error error, const Hits& hits) {
  std::vector<std::string> names;
  for (const auto& [name, count] : hits) {
    if (count > 0) names.push_back(name);
  }
  return std::move(error).With("after", names.empty() ? "no fix" : Join(names, ", "));
}

Result<ir::Program> Walk(const std::vector<Entry>& entries, ir::Program program, Hits* hits, const ops::OpTable& ops) {
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(program));
  CONFORMANCE_TRY(ShapeEnv env, EnvOf(program));
  FixIndex index;
  Hits counts;
  for (size_t i = 0; i < entries.size(); ++i) {
    counts.try_emplace(entries[i].name, 0);
    if (*entries[i].fix) index.Add(*entries[i].ops, i);
  }

  ir::ProgramBuilder builder(std::move(program));
  Recorder recorder(builder, env);
  for (const ir::Argument& input : builder.graph().inputs()) {
    if (const auto* id = input.As<ir::ValueId>()) recorder.sizes().Define(*id, true);
  }
  std::vector<ir::NodeId> order;
  for (const ir::Node& node : builder.graph().nodes()) order.push_back(node.id());
  for (const ir::NodeId id : order) {
    const std::vector<size_t> candidates = index.Of(builder.graph().node(id).op());
    bool consumed = false;
    for (const size_t i : candidates) {
      NodeEdit edit(recorder, ops, id, entries[i].name);
      Result<bool> answer = (*entries[i].fix)(edit);
      if (!answer.ok()) return std::move(answer).error().With("fix", entries[i].name).With("node", edit.node().name);
      if (recorder.failed()) {
        return Error(recorder.status().error()).With("fix", entries[i].name).With("node", edit.node().name);
      }
      if (*answer) {
        ++counts[entries[i].name];
        consumed = true;
        // Changed in place, not replaced.
        if (const ir::Node* kept = builder.graph().FindNode(edit.node().name); kept != nullptr && kept->id() == id) {
          ir::Metadata metadata = kept->metadata;
          Touch(metadata, entries[i].name);
          builder.SetMetadata(id, std::move(metadata));
        }
        break;
      }
    }
    if (consumed) continue;
    for (const ir::ValueId value : builder.graph().node(id).OutputValues()) {
      recorder.sizes().Define(value);
      recorder.sizes().DefineSize(value);
    }
  }
  // A rewrite must hold for every size that the program holds for.
  for (const SymbolInfo& symbol : env.symbols()) {
    if (!symbol.replaced_by || !symbol.replaced_by->IsConstant()) continue;
    return Broken(Internal("a rewrite holds for " + symbol.name + " = " + symbol.replaced_by->ToString() + " only"), counts);
  }
  RemoveDeadNodes(builder);
  ir::Program out = std::move(builder).Finish();
  if (Status status = ir::Verify(out); !status.ok()) return Broken(std::move(status).error(), counts);
  if (hits != nullptr) {
    for (const auto& [name, count] : counts) (*hits)[name] += count;
  }
  return out;
}

}  // namespace

Result<ir::Program> ApplyNodeFixes(const std::vector<NodeFix>& fixes, ir::Program program, Hits* hits, const ops::OpTable& ops) {
  std::vector<Entry> entries;
  for (const NodeFix& fix : fixes) entries.push_back({fix.info.name, &fix.ops, &fix.fix});
  return Walk(entries, std::move(program), hits, ops);
}

Result<ir::Program> ApplyPatches(const std::vector<OperatorPatch>& patches, ir::Program program, Hits* hits, const ops::OpTable& ops) {
  std::vector<Entry> entries;
  for (const OperatorPatch& patch : patches) entries.push_back({patch.info.target, &patch.targets, &patch.rewrite});
  return Walk(entries, std::move(program), hits, ops);
}

Result<ir::Program> ApplyProgramFixes(const std::vector<ProgramFix>& fixes, ir::Program program, Hits* hits) {
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(program));
  Hits counts;
  ir::ProgramBuilder builder(std::move(program));
  for (const ProgramFix& fix : fixes) {
    counts.try_emplace(fix.info.name, 0);
    if (!fix.fix) continue;
    Result<bool> answer = fix.fix(builder);
    if (!answer.ok()) return std::move(answer).error().With("fix", fix.info.name);
    if (*answer) ++counts[fix.info.name];
  }
  ir::Program out = std::move(builder).Finish();
  if (Status status = ir::Verify(out); !status.ok()) return Broken(std::move(status).error(), counts);
  if (hits != nullptr) {
    for (const auto& [name, count] : counts) (*hits)[name] += count;
  }
  return out;
}

size_t RemoveDeadNodes(ir::ProgramBuilder& builder) {
  return builder.EraseDead();
}

}  // namespace conformance::rewrite
