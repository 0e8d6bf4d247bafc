#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "framework/ports/relation.h"
#include "framework/testing/tensors.h"

namespace conformance::relations {

/// Runs by functions. Shapes are those of `model`, which stands for the judge; the artifact is the model where nothing else is said.
class FakeRuns : public ports::RelationRuns {
 public:
  using Function = std::function<NamedTensors(const NamedTensors&)>;
  explicit FakeRuns(Function model) : model(model), artifact(model), step(model), wide(std::move(model)) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override {
    ++runs;
    return artifact(inputs);
  }
  Result<NamedTensors> RunAs(std::string_view variant, const NamedTensors& inputs) override {
    as.emplace_back(variant);
    return step(inputs);
  }
  Result<NamedTensors> RunWidened(const NamedTensors& inputs) override { return wide(inputs); }
  Result<std::map<std::string, Shape, std::less<>>> ShapesOf(const NamedTensors& inputs) override {
    std::map<std::string, Shape, std::less<>> shapes;
    for (const auto& [name, tensor] : model(inputs)) shapes.emplace(name, tensor.shape());
    return shapes;
  }

  Function model, artifact, step, wide;
  int runs = 0;
  std::vector<std::string> as;
};

inline ports::RelationLeaf Leaf(std::string name, ports::LeafRole role, std::vector<SymInt> sizes) {
  return {.name = std::move(name), .role = role, .sizes = std::move(sizes)};
}
inline SymInt Batch() { return SymInt::Symbol("batch"); }
inline SymInt Sequence() { return SymInt::Symbol("sequence"); }

inline Tensor Ints(Shape shape, const std::vector<int64_t>& values) { return Tensor::Of<int64_t>(std::move(shape), values); }
inline Tensor Floats(Shape shape, const std::vector<float>& values) { return Tensor::Of<float>(std::move(shape), values); }

}  // namespace conformance::relations
