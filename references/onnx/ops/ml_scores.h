#pragma once

#include <string>
#include <vector>

#include "references/onnx/call.h"

/// What the kernels of ai.onnx.ml share. They compute in f64 and round once, to float.
namespace conformance::onnx_reference::ml {

/// A row of features for each example.
struct Features {
  int64_t rows = 0, columns = 0;
  std::vector<double> values;

  const double* Row(int64_t row) const { return values.data() + row * columns; }
};
/// Input 0, [n, f] or [f]. Errors: kShape for another rank.
Result<Features> FeaturesOf(const Call& call);

enum class PostTransform : uint8_t { kNone, kSoftmax, kLogistic, kSoftmaxZero, kProbit };
/// The attribute post_transform, by its name. Errors: kInvalid.
Result<PostTransform> PostTransformOf(const Call& call);
/// On the scores of one example.
void Apply(PostTransform transform, double* scores, int64_t count);

/// Names of classes: integers or texts.
struct Labels {
  bool texts = false;
  std::vector<int64_t> numbers;
  std::vector<std::string> names;

  int64_t size() const { return static_cast<int64_t>(texts ? names.size() : numbers.size()); }
};
/// From two attributes, of which one is there. Errors: kInvalid.
Result<Labels> LabelsOf(const Call& call, const char* numbers, const char* names);
/// The label of each example, int64[n] or string[n].
Result<Array> LabelArray(const Call& call, const Labels& labels, const std::vector<int64_t>& chosen);

/// f64 numbers as `elem`.
Result<Array> AsArray(const Call& call, const std::vector<double>& numbers, Shape dims,
                      Elem elem = Elem::kFloat);
/// Errors: kInvalid, naming the attribute, for a list of another length.
Status NeedLength(const char* attribute, size_t found, size_t wanted);
/// Where the largest is, the first of several.
int64_t Largest(const double* scores, int64_t count);

}  // namespace conformance::onnx_reference::ml
