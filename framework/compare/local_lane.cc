#include "framework/compare/local_lane.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "framework/base/strings.h"
#include "framework/compare/cut_program.h"
#include "framework/compare/observe.h"
#include "framework/compare/tolerance.h"
#include "framework/ops/complex_use.h"
#include "framework/ops/ops.h"

namespace conformance::compare {
namespace {

using ir::ValueId;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::optional<DType> DeclaredOf(const ir::Graph& graph, ValueId id) {
  const ir::TensorMeta* meta = graph.value(id).tensor();
  return meta == nullptr ? std::nullopt : ir::ToDType(meta->dtype);
}

/// Whether a captured tensor can stand for the value: integers in their own type, floating ones in any.
bool Fits(const ir::Graph& graph, ValueId id, const Tensor& tensor) {
  const auto declared = DeclaredOf(graph, id);
  if (!declared) return false;
  if (IsComplex(*declared)) return IsComplex(tensor.dtype());
  return IsFloating(*declared) ? IsFloating(tensor.dtype()) : *declared == tensor.dtype();
}

/// Rows bound errors of real numbers; with complex ones among its values an operator has one only where elements move.
const LocalRow* RowOf(const ir::Graph& graph, const ir::Node& node) {
  const LocalRow* row = FindLocalRow(node.op());
  bool complex = false;
  const auto look = [&](ValueId id) {
    const auto declared = DeclaredOf(graph, id);
    complex = complex || (declared && IsComplex(*declared));
  };
  for (const auto& input : node.inputs) ir::VisitValues(input.arg, look);
  for (const ValueId id : node.OutputValues()) look(id);
  if (!complex || row == nullptr) return row;
  const ops::OpDef* op = ops::DefaultOps().Find(node.op());
  return op != nullptr && ops::ComplexUseOf(*op) == ops::ComplexUse::kMoves ? row : nullptr;
}

class Lane {
 public:
  /// `own`: values that are judged, null for all that were captured. `shown`: all that the backend shows.
  Lane(const LocalRequest& request, const NamedTensors& captured, const std::vector<std::string>* own, const std::set<std::string, std::less<>>* shown)
      : request_(request), graph_(request.program->graph), ops_(request.ops ? *request.ops : ops::DefaultOps()), shown_(shown) {
    if (own != nullptr) {
      own_.emplace();
      for (const std::string& name : *own) own_->insert(graph_.FindValue(name));
    }
    for (const auto& [name, tensor] : captured) {
      const ValueId id = graph_.FindValue(name);
      if (id != ValueId::kNone && Fits(graph_, id, tensor)) seen_.emplace_back(name, tensor);
    }
    for (const auto& [name, tensor] : seen_) found_.emplace(graph_.FindValue(name), &tensor);
  }

  Result<LocalReport> Run() {
    if (seen_.empty()) {
      report_.unavailable = "the backend shows none of the Program's values";
      return std::move(report_);
    }
    auto cut = Cut(*request_.program, seen_);
    if (!cut.ok()) {
      report_.unavailable = cut.error().message();
      return std::move(report_);
    }
    Taint();
    if (Status status = Evaluate(*cut); !status.ok()) {
      // A value of another shape fits no operator that reads it.
      CONFORMANCE_TRY(const bool any, SetMisshapenAside());
      if (!any) return std::move(status).error();
      CONFORMANCE_TRY(*cut, Cut(*request_.program, seen_));
      tainted_.clear();
      loose_.clear();
      Taint();
      CONFORMANCE_RETURN_IF_ERROR(Evaluate(*cut));
    }
    for (const ir::Node& node : graph_.nodes()) {
      for (const ValueId id : node.OutputValues()) {
        if (!IsOwn(id)) {
          if (!IsShown(id) && graph_.value(id).tensor() != nullptr) ++report_.unseen;
          continue;
        }
        if (const auto aside = misshapen_.find(id); aside != misshapen_.end()) ReportShape(node, id, aside->second);
        else if (found_.contains(id)) Judge(node, id);
        else if (graph_.value(id).tensor() != nullptr) ++report_.unseen;
      }
    }
    return std::move(report_);
  }

 private:
  bool IsOwn(ValueId id) const { return !own_ || own_->contains(id); }
  bool IsShown(ValueId id) const { return shown_ == nullptr || shown_->contains(graph_.value(id).name); }

  /// Takes values away that have another shape than the Program gives them on these inputs. True where there were any.
  Result<bool> SetMisshapenAside() {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : seen_) names.push_back(name);
    CONFORMANCE_TRY(const CutProgram whole, Cut(*request_.program, {}));
    CONFORMANCE_TRY(const auto values, Capture(whole, names, {}));
    NamedTensors kept;
    for (auto& [name, tensor] : seen_) {
      const Shape& wanted = values.find(name)->second.shape();
      if (tensor.shape() == wanted) kept.emplace_back(name, tensor);
      else misshapen_.emplace(graph_.FindValue(name), std::pair(tensor, wanted));
    }
    seen_ = std::move(kept);
    found_.clear();
    for (const auto& [name, tensor] : seen_) found_.emplace(graph_.FindValue(name), &tensor);
    return !misshapen_.empty();
  }

  void ReportShape(const ir::Node& node, ValueId id, const std::pair<Tensor, Shape>& aside) {
    ++report_.judged;
    const auto& [found, wanted] = aside;
    Report(node, graph_.value(id).name, found, Tensor::Empty(found.dtype(), {0}), -1, kInfinity, 0, found.num_elements(),
           "shape " + ShapeText(found.shape()) + ", wanted " + ShapeText(wanted));
  }

  /// Values that are evaluated from unseen ones through arithmetic: their operators' own errors are not in the bound of what reads them.
  void Taint() {
    for (const ir::Node& node : graph_.nodes()) {
      const LocalRow* row = RowOf(graph_, node);
      bool through = false, floating = false;
      for (const auto& input : node.inputs) {
        ir::VisitValues(input.arg, [&](ValueId id) { through = through || tainted_.contains(id); });
      }
      for (const ValueId id : node.OutputValues()) {
        const auto declared = DeclaredOf(graph_, id);
        floating = floating || (declared && IsFloating(RealOf(*declared)));
      }
      const bool exact = row != nullptr && row->scale == LocalScale::kMoved;
      if (through) loose_.insert(node.id());
      for (const ValueId id : node.OutputValues()) {
        if (!found_.contains(id) && (through || (floating && !exact))) tainted_.insert(id);
      }
      for (const ValueId id : node.OutputValues()) {
        const bool judged = found_.contains(id) && IsOwn(id);
        needs_shadow_ = needs_shadow_ || (judged && (through || (floating && row == nullptr)));
      }
    }
  }

  Status Evaluate(const CutProgram& cut) {
    std::vector<std::string> wanted;
    const auto want = [&](ValueId id) {
      if (graph_.value(id).tensor() != nullptr) wanted.push_back(graph_.value(id).name);
    };
    std::set<ValueId> inputs;
    for (const ir::Node& node : graph_.nodes()) {
      for (const ValueId id : node.OutputValues()) {
        if (!found_.contains(id) || !IsOwn(id)) continue;
        want(id);
        for (const auto& input : node.inputs) {
          ir::VisitValues(input.arg, [&](ValueId read) {
            if (!found_.contains(read)) inputs.insert(read);
          });
        }
      }
    }
    for (const ValueId id : inputs) want(id);
    for (const auto& [value, magnitude] : cut.magnitudes) {
      if (const ValueId id = graph_.FindValue(value); IsOwn(id) && found_.contains(id)) wanted.push_back(magnitude);
    }
    CONFORMANCE_TRY(exact_, Capture(cut, wanted, ops::Numerics::Oracle()));
    for (const auto& [value, magnitude] : cut.magnitudes) {
      const auto made = exact_.find(magnitude);
      if (made != exact_.end()) magnitudes_.emplace(value, &made->second);
    }
    if (!needs_shadow_) return Ok();
    std::vector<std::string> loose;
    for (const auto& [id, tensor] : found_) {
      if (IsOwn(id)) loose.push_back(graph_.value(id).name);
    }
    CONFORMANCE_TRY(shadow_, Capture(cut, loose, {}));
    return Ok();
  }

  Result<std::map<std::string, Tensor, std::less<>>> Capture(const CutProgram& cut, const std::vector<std::string>& names,
                                                             const ops::Numerics& numerics) const {
    const ports::ModelInputs inputs{.tensors = *request_.inputs, .kwargs = {}};
    ports::ReferenceRequest request;
    request.program = &cut.program;
    request.weights = request_.weights;
    request.inputs = &inputs;
    request.numerics = numerics;
    request.numerics.draw_seed = request_.draw_seed;
    request.capture = names;
    CONFORMANCE_TRY(NamedTensors answer, request_.reference->Run(request));
    if (answer.size() < names.size()) return Internal("the reference captured fewer values than it was asked for");
    std::map<std::string, Tensor, std::less<>> values;
    for (size_t i = answer.size() - names.size(); i < answer.size(); ++i) values.insert_or_assign(answer[i].first, std::move(answer[i].second));
    return values;
  }

  /// What the operator was given: seen values as the backend had them, others as they were evaluated.
  LocalCall CallOf(const ir::Node& node, const Tensor& output, const std::string& value) const {
    LocalCall call;
    call.node = &node;
    call.op = ops_.Find(node.op());
    call.output = &output;
    for (const auto& input : node.inputs) {
      ir::VisitValues(input.arg, [&](ValueId id) {
        const auto seen = found_.find(id);
        if (seen != found_.end()) return call.inputs.emplace_back(input.name, seen->second), void();
        const auto made = exact_.find(graph_.value(id).name);
        if (made != exact_.end()) call.inputs.emplace_back(input.name, &made->second);
      });
    }
    const auto magnitude = magnitudes_.find(value);
    call.magnitude = magnitude == magnitudes_.end() ? nullptr : magnitude->second;
    return call;
  }

  void Judge(const ir::Node& node, ValueId id) {
    const std::string& name = graph_.value(id).name;
    const auto made = exact_.find(name);
    if (made == exact_.end()) return;
    const Tensor found = ViewAsReal(*found_.at(id)), wanted = ViewAsReal(made->second);  // complex values part by part
    if (found.shape() != wanted.shape()) return ReportShape(node, id, {found, wanted.shape()});
    const DType declared = *DeclaredOf(graph_, id);
    if (!IsFloating(RealOf(declared))) return JudgeWhole(node, name, found, wanted);
    auto bound = Bound(node, name, wanted, declared);
    if (!bound) {
      ++report_.undecided;
      return;
    }
    ++report_.judged;
    Compare(node, name, found, wanted, *bound, declared);
  }

  std::optional<std::vector<double>> Bound(const ir::Node& node, const std::string& name, const Tensor& wanted, DType declared) const {
    const LocalRow* row = RowOf(graph_, node);
    std::optional<std::vector<double>> bound;
    if (row != nullptr && IsComplex(declared)) bound = std::vector<double>(static_cast<size_t>(wanted.num_elements()), 0);  // moved
    else if (row != nullptr) bound = LocalBound(*row, CallOf(node, wanted, name), declared);
    if (bound && !loose_.contains(node.id())) return bound;
    // The reference's own error on the same inputs stands for what is not known: of the operator, or of those before it.
    const auto shadow = shadow_.find(name);
    if (shadow == shadow_.end() || ViewAsReal(shadow->second).shape() != wanted.shape()) return std::nullopt;
    const std::vector<double> y = wanted.ToDoubles(), own = ViewAsReal(shadow->second).ToDoubles();
    double largest = 0, magnitude = 0;
    for (size_t i = 0; i < y.size(); ++i) {
      if (!std::isfinite(y[i]) || !std::isfinite(own[i])) continue;
      largest = std::max(largest, std::fabs(own[i] - y[i]));
      magnitude = std::max(magnitude, std::fabs(y[i]));
    }
    if (!bound) bound = std::vector<double>(y.size(), kLocalFactor * UnitRoundoff(declared) * magnitude);
    for (double& value : *bound) value += kLocalFactor * largest;
    return bound;
  }

  void JudgeWhole(const ir::Node& node, const std::string& name, const Tensor& found, const Tensor& wanted) {
    if (loose_.contains(node.id())) {  // a decision over values that were not seen
      ++report_.undecided;
      return;
    }
    ++report_.judged;
    const std::vector<int64_t> got = found.ToInts(), want = wanted.ToInts();
    int64_t wrong = 0, first = -1;
    for (size_t i = 0; i < want.size(); ++i) {
      if (got[i] == want[i]) continue;
      if (wrong++ == 0) first = static_cast<int64_t>(i);
    }
    if (wrong == 0) return;
    const auto at = static_cast<size_t>(first);
    Report(node, name, found, wanted, first, std::fabs(static_cast<double>(got[at]) - static_cast<double>(want[at])), 0, wrong,
           "found " + std::to_string(got[at]) + " at " + PlaceText(first, found.shape()) + ", wanted " + std::to_string(want[at]));
  }

  void Compare(const ir::Node& node, const std::string& name, const Tensor& found, const Tensor& wanted, const std::vector<double>& bound, DType declared) {
    const std::vector<double> y = found.ToDoubles(), exact = wanted.ToDoubles();
    const double largest = LargestOf(declared);
    int64_t wrong = 0, worst = -1;
    double worst_ratio = 0, worst_error = 0;
    for (size_t i = 0; i < y.size(); ++i) {
      if (y[i] == exact[i]) continue;
      double error = std::fabs(y[i] - exact[i]);
      if (!std::isfinite(y[i]) || !std::isfinite(exact[i])) {
        if (std::isnan(y[i]) && std::isnan(exact[i])) continue;
        // An overflow that the type cannot hold, and one that only f64 can.
        if (!std::isnan(y[i]) && !std::isnan(exact[i]) && std::signbit(y[i]) == std::signbit(exact[i]) &&
            std::fabs(exact[i]) >= largest && std::fabs(y[i]) >= largest * (1 - 1e-6)) continue;
        error = kInfinity;
      } else if (error <= bound[i] || (std::fabs(exact[i]) > largest && std::fabs(y[i]) >= largest * (1 - 1e-6))) {
        continue;
      }
      ++wrong;
      const double ratio = std::isfinite(error) ? error / std::max(bound[i], std::numeric_limits<double>::min()) : kInfinity;
      if (worst < 0 || ratio > worst_ratio) {
        worst_ratio = ratio;
        worst_error = error;
        worst = static_cast<int64_t>(i);
      }
    }
    if (wrong == 0) return;
    const auto at = static_cast<size_t>(worst);
    std::string why = std::isfinite(worst_error)
                          ? "error " + FigureText(worst_error) + " at " + PlaceText(worst, found.shape()) + " is over " + FigureText(bound[at])
                          : "found " + FigureText(y[at]) + " at " + PlaceText(worst, found.shape()) + ", wanted " + FigureText(exact[at]);
    if (wrong > 1) why += " (" + std::to_string(wrong) + " of " + std::to_string(y.size()) + " elements)";
    Report(node, name, found, wanted, worst, worst_error, bound[at], wrong, std::move(why));
  }

  void Report(const ir::Node& node, const std::string& value, const Tensor& found, const Tensor& wanted, int64_t index, double error,
              double bound, int64_t wrong, std::string why) {
    Divergence divergence;
    divergence.value = value;
    divergence.node = node.name;
    divergence.target = std::string(node.op());
    divergence.module = ir::ModulePath(node);
    if (const auto trace = node.metadata.find("stack_trace"); trace != node.metadata.end()) divergence.stack_trace = trace->second;
    if (request_.value_map != nullptr) {
      for (const auto& entry : request_.value_map->entries) {
        if (entry.program_value != value) continue;
        divergence.artifact_value = entry.artifact_value;
        divergence.artifact_node = entry.node;
        divergence.touched_by = entry.touched_by;
      }
    }
    divergence.index = index;
    divergence.error = error;
    divergence.bound = bound;
    divergence.elements = found.num_elements();
    divergence.wrong = wrong;
    if (report_.over.empty()) {
      divergence.found = found;
      divergence.wanted = wanted;
    }
    divergence.reason = value + " (" + divergence.target + (divergence.module.empty() ? "" : " in " + divergence.module) + "): " + std::move(why);
    report_.over.push_back(std::move(divergence));
  }

  const LocalRequest& request_;
  const ir::Graph& graph_;
  const ops::OpTable& ops_;
  const std::set<std::string, std::less<>>* shown_;
  std::optional<std::set<ValueId>> own_;
  NamedTensors seen_;
  std::map<ValueId, const Tensor*> found_;
  std::map<ValueId, std::pair<Tensor, Shape>> misshapen_;  // what the backend has, and the shape that it should have
  std::set<ValueId> tainted_;
  std::set<ir::NodeId> loose_;  // nodes that read tainted values
  bool needs_shadow_ = false;
  std::map<std::string, Tensor, std::less<>> exact_, shadow_;
  std::map<std::string, const Tensor*, std::less<>> magnitudes_;
  LocalReport report_;
};

/// What observing did to the outputs; empty where every bit is the same.
std::string ObservationChanged(const NamedTensors& before, const NamedTensors& after) {
  for (size_t i = 0; i < before.size() && i < after.size(); ++i) {
    if (BitEqual(before[i].second, after[i].second)) continue;
    const Tensor &a = before[i].second, &b = after[i].second;
    if (a.shape() != b.shape() || a.dtype() != b.dtype()) return "observing changed the type of " + before[i].first;
    const std::vector<double> x = a.ToDoubles(), y = b.ToDoubles();
    double largest = 0;
    for (size_t k = 0; k < x.size(); ++k) {
      if (std::isfinite(x[k]) && std::isfinite(y[k])) largest = std::max(largest, std::fabs(x[k] - y[k]));
    }
    return "observing changed the result: " + before[i].first + " by up to " + FigureText(largest);
  }
  return {};
}

}  // namespace

std::vector<std::string> JudgedValues(const ir::Program& program) {
  std::vector<std::string> names;
  for (const ir::Node& node : program.graph.nodes()) {
    for (const ValueId id : node.OutputValues()) {
      if (DeclaredOf(program.graph, id)) names.push_back(program.graph.value(id).name);
    }
  }
  return names;
}

ports::ValueMap IdentityMap(const ir::Program& program) {
  ports::ValueMap map;
  for (std::string& name : JudgedValues(program)) map.entries.push_back({name, name, name});
  return map;
}

Json ToJson(const LocalReport& report) {
  constexpr size_t kShown = 10;
  Json json = Json::MakeObject();
  json["judged"] = report.judged;
  json["unseen"] = report.unseen;
  json["undecided"] = report.undecided;
  json["over"] = report.over.size();
  if (report.slices > 1) json["slices"] = report.slices;
  if (!report.observation.empty()) json["observation"] = report.observation;
  Json list = Json::MakeArray();
  for (size_t i = 0; i < report.over.size() && i < kShown; ++i) {
    const Divergence& divergence = report.over[i];
    Json entry = Json::MakeObject();
    entry["value"] = divergence.value;
    entry["node"] = divergence.node;
    entry["target"] = divergence.target;
    if (!divergence.module.empty()) entry["module"] = divergence.module;
    if (!divergence.stack_trace.empty()) entry["stack_trace"] = divergence.stack_trace;
    if (!divergence.artifact_value.empty()) entry["artifact_value"] = divergence.artifact_value;
    if (!divergence.artifact_node.empty()) entry["artifact_node"] = divergence.artifact_node;
    if (!divergence.touched_by.empty()) entry["touched_by"] = divergence.touched_by;
    entry["error"] = std::isfinite(divergence.error) ? Json(divergence.error) : Json("inf");
    entry["bound"] = divergence.bound;
    entry["wrong"] = divergence.wrong;
    entry["elements"] = divergence.elements;
    entry["index"] = divergence.index;
    entry["reason"] = divergence.reason;
    list.Append(std::move(entry));
  }
  json["diverging"] = std::move(list);
  return json;
}

Result<LocalReport> JudgeCaptured(const LocalRequest& request, const NamedTensors& captured) { return Lane(request, captured, nullptr, nullptr).Run(); }

std::vector<LocalSlice> SlicesOf(const ir::Program& program, const std::vector<std::string>& shown, uint64_t bytes) {
  // A value as the backend has it, in f64, by the reference in its own type, and the magnitude of its bound.
  constexpr uint64_t kBeside = 8 + 8 + 8;
  const ir::Graph& graph = program.graph;
  std::set<ValueId> wanted;
  for (const std::string& name : shown) wanted.insert(graph.FindValue(name));
  const auto cost = [&](ValueId id) {
    const ir::TensorMeta& meta = *graph.value(id).tensor();
    uint64_t elements = 1;
    for (const SymInt& size : meta.sizes) elements *= static_cast<uint64_t>(std::max<int64_t>(program.Hint(size).value_or(1), 1));
    return elements * (ByteSize(ir::ToDType(meta.dtype).value_or(DType::kF32)) + kBeside);
  };
  std::vector<LocalSlice> slices;
  std::set<ValueId> own, borders;
  uint64_t held = 0;
  const auto close = [&] {
    if (own.empty()) return;
    LocalSlice slice;
    for (const ir::Node& node : graph.nodes()) {
      for (const ValueId id : node.OutputValues()) {
        if (own.contains(id)) slice.own.push_back(graph.value(id).name);
        else if (borders.contains(id)) slice.borders.push_back(graph.value(id).name);
      }
    }
    slices.push_back(std::move(slice));
    own.clear();
    borders.clear();
    held = 0;
  };
  // Shown values that a node reads, through those that are not shown.
  const auto reads = [&](const ir::Node& node) {
    std::set<ValueId> found, passed;
    std::vector<ir::NodeId> open = {node.id()};
    while (!open.empty()) {
      const ir::NodeId at = open.back();
      open.pop_back();
      for (const ir::NamedArgument& input : graph.node(at).inputs) {
        ir::VisitValues(input.arg, [&](ValueId id) {
          const ir::NodeId producer = graph.value(id).producer;
          if (static_cast<int32_t>(producer) < 0 || !passed.insert(id).second) return;
          if (wanted.contains(id)) found.insert(id);
          else open.push_back(producer);
        });
      }
    }
    return found;
  };
  for (const ir::Node& node : graph.nodes()) {
    std::vector<ValueId> made;
    for (const ValueId id : node.OutputValues()) {
      if (wanted.contains(id)) made.push_back(id);
    }
    if (made.empty()) continue;
    const std::set<ValueId> from = reads(node);
    const auto more = [&] {
      uint64_t sum = 0;
      for (const ValueId id : made) sum += cost(id);
      for (const ValueId id : from) sum += own.contains(id) || borders.contains(id) ? 0 : cost(id);
      return sum;
    };
    if (!own.empty() && held + more() > bytes) close();
    held += more();
    for (const ValueId id : from) {
      if (!own.contains(id)) borders.insert(id);
    }
    own.insert(made.begin(), made.end());
  }
  close();
  return slices;
}

namespace {

using ArtifactValues = std::map<std::string, std::string, std::less<>>;  // by value of the Program

/// One slice after the other. Values that the runtime does not have any more go from `shown`, and the report is of no use then, unless there
/// is one slice alone.
Result<LocalReport> JudgeInSlices(const LocalRequest& request, const ArtifactValues& artifact_values, std::vector<std::string>& shown) {
  LocalReport whole;
  const std::set<std::string, std::less<>> all(shown.begin(), shown.end());
  const std::vector<LocalSlice> slices = SlicesOf(*request.program, shown, request.memory_bytes);
  for (size_t number = 0; number < slices.size(); ++number) {
    std::vector<std::string> names = slices[number].own, wanted;
    names.insert(names.end(), slices[number].borders.begin(), slices[number].borders.end());
    for (const std::string& name : names) wanted.push_back(artifact_values.find(name)->second);
    auto observed = Observe(*request.session, *request.bound_inputs, wanted);
    const bool nothing_left = !observed.ok() && observed.error().kind() == ErrorKind::kNotFound && slices.size() > 1;
    if (!observed.ok() && !nothing_left) {
      LocalReport nothing;
      nothing.unavailable = "the backend shows no intermediates: " + observed.error().message();
      return nothing;
    }
    const std::vector<std::string> none;
    const std::vector<std::string>& values = nothing_left ? none : observed->values;
    NamedTensors captured;
    std::set<std::string, std::less<>> missing;
    for (size_t i = 0, seen = 0; i < wanted.size(); ++i) {
      if (seen < values.size() && wanted[i] == values[seen]) captured.emplace_back(names[i], std::move(observed->captured[seen++].second));
      else missing.insert(names[i]);
    }
    if (!missing.empty() && slices.size() > 1) {
      std::erase_if(shown, [&](const std::string& name) { return missing.contains(name); });
      return whole;
    }
    CONFORMANCE_TRY(LocalReport part, Lane(request, captured, &slices[number].own, &all).Run());
    if (!part.unavailable.empty()) return part;
    if (request.outputs != nullptr && whole.observation.empty()) whole.observation = ObservationChanged(*request.outputs, observed->outputs);
    whole.judged += part.judged;
    whole.undecided += part.undecided;
    whole.unseen = number == 0 ? part.unseen : whole.unseen;  // what is not shown is the same for all
    for (Divergence& divergence : part.over) {
      if (!whole.over.empty()) divergence.found = divergence.wanted = Tensor();
      whole.over.push_back(std::move(divergence));
    }
  }
  whole.slices = static_cast<int64_t>(slices.size());
  return whole;
}

}  // namespace

Result<LocalReport> JudgeLocally(const LocalRequest& request) {
  LocalReport whole;
  ArtifactValues artifact_values;
  std::vector<std::string> shown;
  const ir::Graph& graph = request.program->graph;
  for (const auto& entry : request.value_map->entries) {
    const ValueId id = graph.FindValue(entry.program_value);
    if (id == ValueId::kNone || static_cast<int32_t>(graph.value(id).producer) < 0 || !DeclaredOf(graph, id)) continue;
    if (artifact_values.emplace(entry.program_value, entry.artifact_value).second) shown.push_back(entry.program_value);
  }
  if (shown.empty()) {
    whole.unavailable = "the artifact maps none of the Program's values";
    return whole;
  }
  for (;;) {
    const size_t before = shown.size();
    CONFORMANCE_TRY(LocalReport report, JudgeInSlices(request, artifact_values, shown));
    if (shown.size() == before) return report;
    // Slices read what is missing through others: they are divided anew.
    if (shown.empty()) {
      whole.unavailable = "the backend shows no intermediates";
      return whole;
    }
  }
}

}  // namespace conformance::compare
