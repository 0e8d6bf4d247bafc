#include "framework/reduce/reducer.h"

#include <algorithm>
#include <set>
#include <utility>

namespace conformance::reduce {
namespace {

using ir::NodeId;
using ir::ValueId;

constexpr int kRounds = 4;

std::string Size(const Candidate& candidate) {
  return std::to_string(candidate.nodes()) + " nodes, " + std::to_string(candidate.elements()) + " elements";
}

class Reducer {
 public:
  Reducer(const StillFails& still_fails, const Evaluate& evaluate, const ReduceOptions& options)
      : still_fails_(still_fails), evaluate_(evaluate), options_(options) {}

  Result<Reduction> Run(Candidate start) {
    CONFORMANCE_TRY(reduction_.smallest, Plain(std::move(start)));
    CONFORMANCE_TRY(const bool fails, still_fails_(reduction_.smallest));
    ++reduction_.tries;
    if (!fails) return Invalid("the Program does not fail: there is nothing to reduce");
    Try("sizes as numbers", Concrete(Smallest(), evaluate_));
    OneOutput();
    for (const std::string& suspect : options_.suspects) OnlyOutput(suspect);
    for (int round = 0; round < kRounds; ++round) {
      const size_t kept = reduction_.steps.size();
      Earliest();
      Nearest();
      Nodes();
      Sizes();
      if (reduction_.steps.size() == kept) break;
    }
    CONFORMANCE_RETURN_IF_ERROR(broken_);
    reduction_.finished = !ended_;
    return std::move(reduction_);
  }

 private:
  const Candidate& Smallest() const { return reduction_.smallest; }
  const ir::Graph& graph() const { return reduction_.smallest.program.graph; }

  /// Takes the candidate where it still fails. An edit that does not apply is one that was not taken.
  bool Try(const std::string& step, Result<Candidate> candidate) {
    if (ended_ || !candidate.ok()) return false;
    if (reduction_.tries >= options_.max_tries || (options_.stopping && options_.stopping())) {
      ended_ = true;
      return false;
    }
    ++reduction_.tries;
    const Result<bool> fails = still_fails_(*candidate);
    if (!fails.ok()) {
      broken_ = fails.status();
      ended_ = true;
      return false;
    }
    if (!*fails) return false;
    reduction_.steps.push_back(step + ": " + Size(Smallest()) + " -> " + Size(*candidate));
    reduction_.smallest = *std::move(candidate);
    if (options_.progress) options_.progress(reduction_.steps.back(), Smallest());
    return true;
  }

  std::string Output() const { return Smallest().program.UserOutputs().front(); }

  void OneOutput() {
    const std::vector<std::string> outputs = Smallest().program.UserOutputs();
    if (outputs.size() == 1) return;
    for (const std::string& name : outputs) {
      if (Try("only output " + name, KeepOutputs(Smallest(), {name}))) return;
    }
  }

  bool OnlyOutput(const std::string& name) {
    if (graph().FindValue(name) == ValueId::kNone || Smallest().program.UserOutputs() == std::vector<std::string>{name}) return false;
    return Try("only output " + name, KeepOutputs(Smallest(), {name}));
  }

  /// The output moves up as far as it still fails: by halves, then one by one where halves do not tell.
  void Earliest() {
    if (Smallest().program.UserOutputs().size() != 1) return;
    const std::vector<std::string> values = Ancestors(Smallest().program, Output());
    size_t low = 0, high = values.empty() ? 0 : values.size() - 1;  // `high` fails
    while (low < high && !ended_) {
      const size_t middle = low + (high - low) / 2;
      if (OnlyOutput(values[middle])) high = middle;
      else low = middle + 1;
    }
    constexpr size_t kNeighbours = 8;
    const std::vector<std::string> left = Ancestors(Smallest().program, Output());
    for (size_t i = left.size() > kNeighbours ? left.size() - kNeighbours : 0; i + 1 < left.size(); ++i) {
      if (OnlyOutput(left[i])) return;
    }
  }

  /// Tensor values, made by nodes, that nodes of `kept` read and nodes outside make; what is to be cut for `kept` alone to be left.
  std::vector<std::string> Border(const std::set<NodeId>& kept) const {
    std::vector<std::string> border;
    std::set<ValueId> seen;
    for (const ir::Node& node : graph().nodes()) {
      if (!kept.contains(node.id())) continue;
      for (const ir::NamedArgument& input : node.inputs) {
        ir::VisitValues(input.arg, [&](ValueId id) {
          const ir::Value& value = graph().value(id);
          if (static_cast<int32_t>(value.producer) < 0 || kept.contains(value.producer) || value.tensor() == nullptr) return;
          if (seen.insert(id).second) border.push_back(value.name);
        });
      }
    }
    return border;
  }

  Result<Candidate> Cut(const std::vector<std::string>& values) {
    if (values.empty()) return Unsupported("nothing to cut");
    const Result<NamedTensors> made = evaluate_(Smallest(), values);
    if (!made.ok()) return made.error();
    if (made->size() < values.size()) return Internal("the evaluator gives too few values");
    return CutAt(Smallest(), NamedTensors(made->end() - static_cast<int64_t>(values.size()), made->end()));
  }

  /// Only nodes within a distance of the output stay.
  void Nearest() {
    if (Smallest().program.UserOutputs().size() != 1) return;
    for (size_t distance = 1; distance < Smallest().nodes() && !ended_; distance *= 2) {
      std::set<NodeId> kept;
      std::vector<NodeId> front = {graph().value(graph().FindValue(Output())).producer};
      for (size_t step = 0; step < distance; ++step) {
        std::vector<NodeId> next;
        for (const NodeId id : front) {
          if (static_cast<int32_t>(id) < 0 || !kept.insert(id).second) continue;
          for (const ir::NamedArgument& input : graph().node(id).inputs) {
            ir::VisitValues(input.arg, [&](ValueId value) { next.push_back(graph().value(value).producer); });
          }
        }
        front = std::move(next);
      }
      if (Try("only what is within " + std::to_string(distance) + " of the output", Cut(Border(kept)))) return;
    }
  }

  /// Groups of nodes, ever smaller: cut off (their results become inputs), and one by one bypassed.
  void Nodes() {
    for (size_t group = std::max<size_t>(1, Smallest().nodes() / 2); group >= 1 && !ended_; group /= 2) {
      for (size_t begin = 0; begin < Smallest().nodes() && !ended_;) {
        std::set<NodeId> kept;
        std::string first;
        size_t place = 0;
        for (const ir::Node& node : graph().nodes()) {
          const bool in_group = place >= begin && place < begin + group;
          if (in_group && first.empty()) first = node.name;
          if (!in_group) kept.insert(node.id());
          ++place;
        }
        if (!Try("without " + std::to_string(group) + " nodes from " + first, Cut(Border(kept)))) begin += group;
      }
    }
    std::vector<std::string> names;
    for (const ir::Node& node : graph().nodes()) names.push_back(node.name);
    for (const std::string& name : names) BypassOne(name);
  }

  void BypassOne(const std::string& name) {
    const ir::Node* node = graph().FindNode(name);
    if (node == nullptr || ended_) return;
    std::vector<std::string> operands;
    for (const ir::NamedArgument& input : node->inputs) {
      ir::VisitValues(input.arg, [&](ValueId id) {
        if (graph().value(id).tensor() != nullptr) operands.push_back(graph().value(id).name);
      });
    }
    for (const std::string& operand : operands) {
      if (Try("past " + name, Bypass(Smallest(), name, operand))) return;
    }
  }

  void Sizes() {
    if (!Smallest().program.symbols.empty()) return;
    std::set<int64_t> sizes;
    const auto note = [&](const Tensor& tensor) { sizes.insert(tensor.shape().begin(), tensor.shape().end()); };
    for (const auto& [name, tensor] : Smallest().inputs) note(tensor);
    for (const auto& [name, tensor] : Smallest().weights) note(tensor);
    for (auto size = sizes.rbegin(); size != sizes.rend() && !ended_; ++size) {
      int64_t now = *size;
      for (const int64_t target : {int64_t{1}, int64_t{2}, int64_t{3}}) {
        if (target < now && TrySize(now, target)) {
          now = target;
          break;
        }
      }
      for (; now > 4 && TrySize(now, now / 2); now /= 2) {}  // by halves, as far as that goes
    }
  }
  bool TrySize(int64_t size, int64_t smaller) {
    return Try("size " + std::to_string(size) + " as " + std::to_string(smaller), Shrink(Smallest(), size, smaller, evaluate_));
  }

  const StillFails& still_fails_;
  const Evaluate& evaluate_;
  const ReduceOptions& options_;
  Reduction reduction_;
  bool ended_ = false;
  Status broken_;
};

}  // namespace

Result<Reduction> Reduce(Candidate start, const StillFails& still_fails, const Evaluate& evaluate, const ReduceOptions& options) {
  return Reducer(still_fails, evaluate, options).Run(std::move(start));
}

}  // namespace conformance::reduce
