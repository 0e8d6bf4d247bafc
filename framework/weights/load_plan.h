#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/checkpoint_files.h"
#include "framework/nn/model.h"
#include "framework/weights/source.h"
#include "framework/weights/weights.h"

namespace conformance::weights {

/// One reversible step from the tensors of a checkpoint to those of a model. Names are patterns: each `*` stands for any run of
/// characters, the same one in all names of a rule, in order; the rule applies once for each match of all its `from`.
struct Rule {
  enum class Kind : uint8_t { kRename, kTranspose, kReshape, kSplit, kConcatenate, kStack };
  Kind kind = Kind::kRename;
  std::vector<std::string> from;
  std::vector<std::string> to;
  int64_t axis = 0;           ///< of split, concatenate and stack; negative counts from the end
  std::vector<int64_t> sizes; ///< transpose: order of the axes; reshape: the shape; split: the lengths (empty: equal ones)
};
Rule Rename(std::string from, std::string to);
Rule Transpose(std::string from, std::string to, std::vector<int64_t> axes = {1, 0});
Rule ReshapeTo(std::string from, std::string to, Shape shape);
Rule Split(std::string from, std::vector<std::string> to, int64_t axis, std::vector<int64_t> lengths = {});
Rule Concatenate(std::vector<std::string> from, std::string to, int64_t axis);
Rule Stack(std::vector<std::string> from, std::string to, int64_t axis = 0);

/// A rule as it was applied to certain tensors: what saving runs backwards.
struct Applied {
  Rule rule;                       ///< with concrete names, axis ≥ 0 and sizes filled in
  std::vector<Shape> from_shapes;  ///< of `rule.from`
};

/// Named references, in a fixed order.
using NamedRefs = std::vector<std::pair<std::string, WeightRef>>;

/// The elements of a model's parameters as a checkpoint gives them, known from headers.
struct Resolution {
  std::vector<WeightInfo> infos;      ///< canonical names in state_dict order, tied ones once
  std::vector<WeightRef> refs;        ///< of `infos`
  std::vector<Applied> applied;       ///< in order
  std::vector<std::string> ignored;   ///< left-over names that the class says may be there
  std::vector<std::string> untied;    ///< tied parameters for which the checkpoint holds other elements than for their twin
  std::map<std::string, DType, std::less<>> stored;  ///< types in the checkpoint, by checkpoint name
};

/// How checkpoint tensors become parameters: rules in order, then names as transformers' from_pretrained adapts them (older parts,
/// the base model's prefix present or absent), then ties.
class LoadPlan {
 public:
  LoadPlan() = default;
  explicit LoadPlan(std::vector<Rule> rules) : rules_(std::move(rules)) {}
  void Add(Rule rule) { rules_.push_back(std::move(rule)); }
  const std::vector<Rule>& rules() const { return rules_; }

  /// Applies the rules alone. Errors: kShape where sizes do not fit a rule, naming tensor, found and wanted; kInvalid where a rule
  /// makes a name that is taken.
  Result<NamedRefs> Apply(NamedRefs tensors, std::vector<Applied>& applied) const;

  /// All of a model's parameters and persistent buffers from `files`, by headers alone (elements are only looked at where a checkpoint
  /// holds both sides of a tie). Errors: kNotFound for missing tensors, kInvalid for left-over ones, kShape for a tensor of another
  /// shape, with the names and both shapes.
  Result<Resolution> Resolve(const formats::CheckpointFiles& files, const nn::Model& model) const;

 private:
  std::vector<Rule> rules_;
};

/// Runs what was applied backwards: a model's tensors by name to those of the checkpoint. Errors: kNotFound, kShape.
Result<NamedRefs> Reverse(const std::vector<Applied>& applied, NamedRefs tensors);

/// The weights that a resolution describes. Loaded tensors are kept.
std::shared_ptr<const Weights> MakeWeights(const Resolution& resolution);

}  // namespace conformance::weights
