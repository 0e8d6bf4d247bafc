#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/load/input_plan.h"
#include "framework/ports/relation.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// The inputs of a class that is known by a suite's row alone: which tensors its forward takes, over named sizes.
///
///     "sizes": {"batch": 2, "sequence": 12},
///     "inputs": {"input_ids": {"dtype": "i64", "shape": ["batch", "sequence"], "range": [3, 95]},
///                "attention_mask": {"dtype": "i64", "shape": ["batch", "sequence"], "fill": "padding"},
///                "pixel_values": {"dtype": "f32", "shape": ["16*batch", 192], "range": [-1, 1]},
///                "image_grid_thw": {"dtype": "i64", "shape": ["batch", 3], "values": [1, 4, 4]}}
///
/// `sizes` are the traced ones. A dimension is a number, a size's name, or a multiple of one. `range` is uniform (both ends included
/// for integers); `values` are row-major and begin again where they end; `padding` is ones, with the last quarter of each row but the
/// first zero.
class ClassInputs {
 public:
  /// Errors: kInvalid naming the input, the field, what was found and wanted.
  static Result<ClassInputs> FromJson(const Json& sizes, const Json& inputs);

  /// The plan of tensors that were `given` for one call: what `row` (null: none) says of an input of that name holds (its sizes, as far as
  /// the given shapes agree; padding; fixed values), integers stay between the smallest and the largest given one, and dimensions that no
  /// size names are as given. Without a row a first dimension that all inputs share is the batch. The traced sizes are the given ones.
  static ClassInputs Of(const NamedTensors& given, const ClassInputs* row);

  const load::Assignment& traced() const { return traced_; }
  /// Three that a trace has not seen: another batch; other lengths; both. Lengths are primes, which no chunk, window or patch divides.
  /// None where the row names no sizes.
  std::vector<load::Assignment> Unseen() const;
  /// What relations have to know: sizes over the plan's names, and what a leaf is by its name.
  ports::RelationTerms Terms(bool dynamic) const;
  /// Same assignment and seed, same bytes. Errors: kInvalid for an assignment without one of the sizes; kOutOfMemory for tensors that
  /// together would be larger than 4 GiB.
  Result<NamedTensors> Make(const load::Assignment& assignment, uint64_t seed) const;

 private:
  struct Dim {
    int64_t factor = 1;
    std::string size;  ///< empty: the factor alone
  };
  struct Padding {};
  struct Uniform {
    double low, high;
  };
  using Values = std::vector<double>;
  struct Entry {
    std::string name;
    DType dtype = DType::kF32;
    std::vector<Dim> dims;
    std::variant<Padding, Uniform, Values> fill;
  };
  static Result<Dim> ParseDim(const Json& json, const load::Assignment& sizes);
  static Result<Entry> ParseEntry(const std::string& name, const Json& json, const load::Assignment& sizes);
  static Tensor Fill(const Entry& entry, Shape shape, uint64_t seed);

  load::Assignment traced_;
  std::vector<Entry> entries_;
};

}  // namespace conformance::engine
