#include "framework/compare/onnx_local_lane.h"

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "framework/base/strings.h"
#include "framework/compare/observe.h"
#include "framework/compare/tolerance.h"
#include "framework/formats/file.h"
#include "framework/formats/onnx.h"

namespace conformance::compare {
namespace {

namespace fs = std::filesystem;
using formats::OnnxGraph;
using formats::OnnxModel;
using formats::OnnxNode;

constexpr const char* kSeen = "!seen";  ///< behind the name of a value that was seen
constexpr uint64_t kLargestData = uint64_t{1} << 30;
constexpr double kOwn = 8, kStored = 4, kWhole = 16;

/// A folder that goes with this object.
class Scratch {
 public:
  Scratch() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "conformance.lane.XXXXXX").string();
    if (!error && ::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// The cut model is written elsewhere: its data comes along.
Status TakeDataAlong(const fs::path& folder, OnnxModel& model) {
  uint64_t whole = 0;
  for (formats::OnnxTensor& tensor : model.graph.initializers) {
    if (!tensor.external) continue;
    whole += tensor.external->length;
    if (whole > kLargestData) return Unsupported("the model's external data is too large to be looked into");
    std::ifstream file(folder / tensor.external->location, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(tensor.external->offset));
    std::string bytes(tensor.external->length, '\0');
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
      return IoError("cannot read external data").With("file", (folder / tensor.external->location).string());
    }
    const Tensor holder = Tensor::Empty(DType::kU8, {static_cast<int64_t>(bytes.size())});
    std::memcpy(holder.raw_mutable(), bytes.data(), bytes.size());
    tensor.raw = holder.storage();
    tensor.external.reset();
  }
  return Ok();
}

/// Names are unique over a graph and all that is nested in it, so that what is called so means the value outside.
void ReadSeen(std::vector<OnnxNode>& nodes, const std::set<std::string, std::less<>>& seen) {
  for (OnnxNode& node : nodes) {
    for (std::string& input : node.inputs) {
      if (seen.contains(input)) input += kSeen;
    }
    for (formats::OnnxAttribute& attribute : node.attributes) {
      for (OnnxGraph& graph : attribute.graphs) ReadSeen(graph.nodes, seen);
    }
  }
}

OnnxModel Cut(OnnxModel model, const NamedTensors& captured) {
  std::set<std::string, std::less<>> seen;
  for (const auto& [name, tensor] : captured) seen.insert(name);
  ReadSeen(model.graph.nodes, seen);
  for (const auto& [name, tensor] : captured) model.graph.initializers.push_back(formats::OnnxTensorOf(name + kSeen, tensor.Contiguous()));
  model.graph.value_info.clear();
  return model;
}

/// Names that a node reads, in its nested graphs too.
void ReadsOf(const OnnxNode& node, std::vector<std::string>& names) {
  names.insert(names.end(), node.inputs.begin(), node.inputs.end());
  for (const formats::OnnxAttribute& attribute : node.attributes) {
    for (const OnnxGraph& graph : attribute.graphs) {
      for (const OnnxNode& inner : graph.nodes) ReadsOf(inner, names);
      for (const auto& output : graph.outputs) names.push_back(output.name);
    }
  }
}

std::vector<std::string> ValuesOf(const std::vector<OnnxNode>& nodes) {
  std::vector<std::string> values;
  for (const OnnxNode& node : nodes) {
    for (const std::string& output : node.outputs) {
      if (!output.empty()) values.push_back(output);
    }
  }
  return values;
}

/// The last `count` tensors.
NamedTensors Tail(const NamedTensors& all, size_t count) {
  return NamedTensors(all.end() - static_cast<int64_t>(std::min(count, all.size())), all.end());
}

double FiniteMax(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

/// The element that is furthest over its bound; index −1: none is.
struct Worst {
  int64_t index = -1, wrong = 0;
  double error = 0, bound = 0;
};

Worst Judge(const Tensor& found, const Tensor& exact, const Tensor& declared) {
  Worst worst;
  const std::vector<double> y = found.ToDoubles(), wanted = exact.ToDoubles(), own = declared.ToDoubles();
  const bool floating = IsFloating(found.dtype());
  double spread = 0;
  for (size_t i = 0; floating && i < wanted.size(); ++i) {
    const double error = std::fabs(own[i] - wanted[i]);
    if (std::isfinite(error)) spread = std::max(spread, error);
  }
  const double u = floating ? UnitRoundoff(found.dtype()) : 0;
  const double whole = kOwn * spread + kWhole * u * FiniteMax(wanted);
  double excess = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    if (y[i] == wanted[i] || (std::isnan(y[i]) && std::isnan(wanted[i]))) continue;
    // What is beyond the type's range in f64 is infinite in the type.
    if (floating && y[i] == own[i]) continue;
    const double bound = floating && std::isfinite(wanted[i]) ? whole + kStored * u * std::fabs(wanted[i]) : 0;  // an infinity excuses nothing
    double error = std::fabs(y[i] - wanted[i]);
    if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
    if (error <= bound) continue;
    ++worst.wrong;
    const double over = bound > 0 ? error / bound : std::numeric_limits<double>::infinity();
    if (worst.index >= 0 && over <= excess) continue;
    excess = over;
    worst.index = static_cast<int64_t>(i);
    worst.error = error;
    worst.bound = bound;
  }
  return worst;
}

class Lane {
 public:
  explicit Lane(const OnnxLocalRequest& request) : request_(request) {}

  Result<LocalReport> Run() {
    CONFORMANCE_TRY(model_, formats::ReadOnnx(request_.model));
    report_.locates_only = true;
    if (const Status status = Look(); !status.ok()) {
      report_ = {};
      report_.locates_only = true;
      report_.unavailable = status.error().ToString();
    }
    return std::move(report_);
  }

 private:
  Status Look() {
    const Scratch scratch;
    if (scratch.path().empty()) return IoError("no folder for a model that is cut");
    CONFORMANCE_RETURN_IF_ERROR(TakeDataAlong(request_.model.parent_path(), model_));
    const std::vector<OnnxNode>& nodes = model_.graph.nodes;
    size_t most = std::max<size_t>(request_.first_slice, 1);
    report_.slices = 0;
    for (size_t begin = 0; begin < nodes.size();) {
      size_t end = begin, values = 0;
      while (end < nodes.size() && (end == begin || values + nodes[end].outputs.size() <= most)) values += nodes[end++].outputs.size();
      CONFORMANCE_TRY(const uint64_t bytes, LookAt(begin, end, scratch.path()));
      ++report_.slices;
      begin = end;
      if (bytes > 0 && values > 0) most = std::max<size_t>(1, static_cast<size_t>(request_.memory_bytes / std::max<uint64_t>(1, bytes / values)));
    }
    return Ok();
  }

  /// The nodes from `begin` to before `end`. Returns the bytes that it took.
  Result<uint64_t> LookAt(size_t begin, size_t end, const fs::path& folder) {
    const std::vector<OnnxNode>& all = model_.graph.nodes;
    const std::vector<OnnxNode> nodes(all.begin() + static_cast<int64_t>(begin), all.begin() + static_cast<int64_t>(end));
    std::vector<std::string> own;
    CONFORMANCE_TRY(const Observation observed, ObserveWithReads(nodes, own));
    captured_ = observed.captured;
    if (own.empty()) return uint64_t{0};
    uint64_t bytes = 0;
    for (const auto& [name, tensor] : captured_) bytes += tensor.byte_size();
    for (const auto& [name, tensor] : *request_.outputs) {
      const Tensor* again = Find(captured_, name);
      if (again != nullptr && !BitEqual(*again, tensor)) report_.observation = "observing changed output " + name;
    }
    CONFORMANCE_TRY(const std::string text, formats::SerializeOnnx(Cut(model_, captured_)));
    ports::Artifact artifact;
    artifact.format = "onnx";
    artifact.path = folder / "cut.onnx";
    CONFORMANCE_RETURN_IF_ERROR(formats::WriteFileAtomic(artifact.path, text));
    const ports::ModelInputs inputs{.tensors = *request_.inputs, .kwargs = {}};
    ports::ReferenceRequest how;
    how.artifact = &artifact;
    how.inputs = &inputs;
    how.capture = own;
    CONFORMANCE_TRY(const NamedTensors declared, request_.reference->Run(how));
    how.numerics = ops::Numerics::Oracle();
    CONFORMANCE_TRY(const NamedTensors exact, request_.reference->Run(how));
    for (const auto& [name, tensor] : declared) bytes += tensor.byte_size();
    for (const auto& [name, tensor] : exact) bytes += tensor.byte_size();
    Judge(nodes, Tail(declared, own.size()), Tail(exact, own.size()));
    return bytes;
  }

  /// What the nodes make and what they read, as far as the runtime has it; what it does not have any more is read through. `own`: what they make.
  Result<Observation> ObserveWithReads(const std::vector<OnnxNode>& nodes, std::vector<std::string>& own) {
    while (true) {
      own = ValuesOf(nodes);
      std::erase_if(own, [&](const std::string& value) { return missing_.contains(value); });
      std::vector<std::string> wanted = own;
      AddReads(nodes, wanted);
      if (own.empty()) return Observation();
      auto observed = Observe(*request_.session, *request_.inputs, wanted);
      if (!observed.ok() && observed.error().kind() != ErrorKind::kNotFound) return observed;
      const std::vector<std::string> values = observed.ok() ? observed->values : std::vector<std::string>();
      const size_t before = missing_.size();
      for (const std::string& value : wanted) {
        if (std::ranges::find(values, value) == values.end()) missing_.insert(value);
      }
      if (missing_.size() == before) return observed;
      // Nothing is read through where all is there already.
      if (nodes.size() == model_.graph.nodes.size() && observed.ok()) {
        own = values;
        return observed;
      }
      if (!observed.ok() && nodes.size() == model_.graph.nodes.size()) return observed;
    }
  }

  /// Behind `names`: values of other nodes that these read, nested graphs included; of missing ones what those are made of.
  void AddReads(const std::vector<OnnxNode>& nodes, std::vector<std::string>& names) {
    if (makers_.empty()) {
      for (const OnnxNode& node : model_.graph.nodes) {
        for (const std::string& output : node.outputs) {
          if (!output.empty()) makers_.emplace(output, &node);
        }
      }
    }
    std::vector<const OnnxNode*> open;
    for (const OnnxNode& node : nodes) open.push_back(&node);
    std::set<std::string, std::less<>> known(names.begin(), names.end());
    while (!open.empty()) {
      const OnnxNode& node = *open.back();
      open.pop_back();
      std::vector<std::string> read;
      ReadsOf(node, read);
      for (const std::string& name : read) {
        const auto maker = makers_.find(name);
        if (maker == makers_.end() || !known.insert(name).second) continue;
        if (missing_.contains(name)) open.push_back(maker->second);
        else names.push_back(name);
      }
    }
  }

  void Judge(const std::vector<OnnxNode>& nodes, const NamedTensors& declared, const NamedTensors& exact) {
    size_t place = 0;
    for (const OnnxNode& node : nodes) {
      for (const std::string& output : node.outputs) {
        if (place == exact.size()) return;
        if (output.empty() || output != captured_[place].first) continue;  // one that the runtime does not have any more
        const size_t i = place++;
        const Tensor& found = captured_[i].second;
        ++report_.judged;
        Divergence divergence;
        if (found.shape() != exact[i].second.shape()) {
          divergence.reason = "shape " + ShapeText(found.shape()) + ", wanted " + ShapeText(exact[i].second.shape());
          divergence.error = std::numeric_limits<double>::infinity();
        } else {
          const Worst worst = compare::Judge(found, exact[i].second, declared[i].second);
          if (worst.index < 0) continue;
          divergence.index = worst.index;
          divergence.error = worst.error;
          divergence.bound = worst.bound;
          divergence.wrong = worst.wrong;
          divergence.reason = "error " + FigureText(worst.error) + " at " + PlaceText(worst.index, found.shape()) + " is over " + FigureText(worst.bound);
        }
        Add(node, output, found, exact[i].second, std::move(divergence));
      }
    }
  }

  void Add(const OnnxNode& node, const std::string& output, const Tensor& found, const Tensor& wanted, Divergence divergence) {
    divergence.value = divergence.artifact_value = output;
    divergence.node = divergence.artifact_node = node.name.empty() ? output : node.name;
    divergence.target = (node.domain.empty() ? "" : node.domain + ".") + node.op_type;
    divergence.elements = found.num_elements();
    if (report_.over.empty()) {
      divergence.found = found;
      divergence.wanted = wanted;
    }
    divergence.reason = divergence.node + " (" + divergence.target + "): " + divergence.reason;
    if (report_.over.empty()) {
      for (const std::string& input : node.inputs) {
        const Tensor* tensor = Find(captured_, input);
        if (tensor == nullptr) tensor = Find(*request_.inputs, input);
        if (tensor != nullptr) divergence.inputs.emplace_back(input, *tensor);
      }
    }
    report_.over.push_back(std::move(divergence));
  }

  const OnnxLocalRequest& request_;
  OnnxModel model_;
  NamedTensors captured_;
  std::set<std::string, std::less<>> missing_;  // what the runtime does not have any more
  std::map<std::string, const OnnxNode*, std::less<>> makers_;
  LocalReport report_;
};

}  // namespace

Result<LocalReport> JudgeOnnxLocally(const OnnxLocalRequest& request) { return Lane(request).Run(); }

}  // namespace conformance::compare
