#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/nn/model.h"
#include "framework/symbolic/shape_env.h"
#include "framework/tensor/tensor.h"

namespace conformance::load {

/// A size for each symbol of a plan: {"batch": 2, "sequence": 9}.
using Assignment = std::map<std::string, int64_t, std::less<>>;
/// "batch=2,sequence=9".
std::string ToString(const Assignment& assignment);

/// How a case makes its inputs: leaves over named symbols, and a generator for each. Golden inputs are one assignment of it; the
/// unseen shapes of a dynamic export are others.
class InputPlan {
 public:
  /// The plan of a use of a model: "static" and "dynamic" (both its plain forward), "prefill", "decode", and of an entry point "encode",
  /// "encode.static" and "encode.dynamic".
  /// Errors: kUnsupported for a use that the class doesn't have.
  static Result<InputPlan> Make(const nn::Model& model, std::string_view variant);
  /// The plan whose leaves are those of `inputs` (leaves whose last part starts with "_" are left out, and so is what only another entry point takes), with `inputs` as the
  /// assignment that `Golden` gives back. Sizes solve the symbols; masks tell the side of the padding.
  /// Errors: kInvalid names a leaf that forward doesn't take; kShape sizes that contradict each other; kType.
  static Result<InputPlan> FromInputs(const nn::Model& model, std::string_view variant, const NamedTensors& inputs,
                                      const Json& kwargs);

  const std::string& variant() const { return variant_; }
  const std::vector<nn::InputSymbol>& symbols() const { return layout_.symbols; }
  const std::vector<nn::InputSpec>& leaves() const { return layout_.inputs; }
  const nn::InputLayout& layout() const { return layout_; }
  /// The id of padded tokens, where the config has one.
  const std::optional<int64_t>& pad_id() const { return pad_id_; }
  /// Arguments of forward that are no tensors.
  const Json& kwargs() const { return layout_.kwargs; }

  /// The assignment that is traced: the golden one, or the plan's own (batch 2).
  const Assignment& traced() const { return traced_; }
  /// Three that a trace of `traced()` has not seen: another batch, another length, both; lengths are primes (which no chunk, window or
  /// patch size divides) where the config leaves room for them. A traced size of 1 stays, because tracing fixes it. Fewer where
  /// nothing else fits.
  std::vector<Assignment> Unseen() const;

  /// Consistent inputs of that assignment: ids below the vocabulary without special ids, masks with one padded row (batch ≥ 2 and
  /// length ≥ 3), positions that follow the mask. The golden inputs themselves for the golden assignment (any seed).
  /// Same assignment and seed, same bytes. Errors: kInvalid for a symbol that is missing, unknown or out of bounds.
  Result<NamedTensors> Make(const Assignment& assignment, uint64_t seed) const;

  /// For a trace at `traced()`: every axis of every leaf Auto (caches included), or the plan's symbols as named Dims with their
  /// ranges (constant axes static). Sizes of which only one value is legal (the length of a static cache) are static in both.
  DynamicShapes AutoShapes() const;
  DynamicShapes NamedShapes() const;

 private:
  bool IsFixed(const SymInt& size) const;
  Status Check(const Assignment& assignment) const;
  /// Where the layout's pictures stand: 1 for each of their tokens, [rows, columns]; and how many tokens each has.
  struct PicturePlan {
    std::vector<int64_t> types;
    std::vector<int64_t> tokens;
  };
  /// Nothing where the layout has no pictures. Errors: kInvalid where they do not fit the assignment's sizes.
  Result<std::optional<PicturePlan>> PlacePictures(const Assignment& assignment) const;
  Tensor MakeLeaf(const nn::InputSpec& spec, const Shape& shape, const Tensor* mask, const Assignment& assignment, uint64_t seed) const;

  std::string variant_;
  nn::InputLayout layout_;
  Assignment traced_;
  std::optional<NamedTensors> golden_;
  std::set<std::string> fixed_;       ///< symbols that are no dimensions of an export: one size alone is legal
  std::vector<int64_t> special_ids_;  ///< not used as ordinary tokens
  std::optional<int64_t> pad_id_;
  bool golden_only_ = false;  ///< pictures that no plan of ours makes (videos, several given one by one)
};

}  // namespace conformance::load
