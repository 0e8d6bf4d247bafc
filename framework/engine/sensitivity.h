#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/tensor/tensor.h"
#include "framework/weights/weights.h"

namespace conformance::engine {

/// Why the outputs of a call prove less than they seem to; empty: nothing. Comparing what is constant, zero or saturated, or what does not
/// depend on something that it should, finds no fault there: a cell that passes on such outputs is `mistrusted`.
using Doubts = std::vector<std::string>;

/// Floating outputs of more than one element that are constant, zero in more than 19 of 20 elements, or not finite or at the type's largest
/// number in more than half.
Doubts DoubtfulOutputs(const NamedTensors& outputs);

/// Other inputs of the same shape: numbers with seeded noise of their own size, ids in another order (others where all are one), flags and
/// masks flipped at a few places; `everywhere`: all flags. Nothing for a leaf without elements.
NamedTensors PerturbInput(const NamedTensors& inputs, const std::string& leaf, uint64_t seed, bool everywhere = false);

/// Weights of which the named ones have seeded noise of a tenth of their size.
class PerturbedWeights : public weights::Weights {
 public:
  PerturbedWeights(std::shared_ptr<const weights::Weights> weights, std::set<std::string, std::less<>> names, uint64_t seed)
      : weights_(std::move(weights)), names_(std::move(names)), seed_(seed) {}
  const std::vector<weights::WeightInfo>& All() const override { return weights_->All(); }
  Result<Tensor> Load(std::string_view name) const override;
  std::optional<weights::ByteRange> Range(std::string_view) const override { return std::nullopt; }
  Status Stream(std::string_view name, const Sink& sink, size_t block) const override;

 private:
  std::shared_ptr<const weights::Weights> weights_;
  std::set<std::string, std::less<>> names_;
  uint64_t seed_;
};

/// A part of a model whose weights are perturbed together: "model.layers.0.self_attn".
struct WeightBlock {
  std::string name;
  std::set<std::string, std::less<>> weights;
};
/// Floating weights by block: layers by their parts, others by module; at most `most`, neighbours put together beyond that.
std::vector<WeightBlock> WeightBlocks(const weights::Weights& weights, size_t most);

/// Runs the model with other inputs or weights: null for those of the call.
using Evaluate = std::function<Result<NamedTensors>(const NamedTensors* inputs, const weights::Weights* weights)>;

/// An input (a cache's slots are inputs) or a block of weights that moved no output.
struct Unmoved {
  bool input = false;
  std::string name;
  std::set<std::string, std::less<>> weights;  ///< of the block
  std::string Text() const;                    ///< "no output depends on input position_ids"
};
/// A perturbed run that fails says nothing. `outputs` are those of the call itself; null weights are not asked.
std::vector<Unmoved> FindUnmoved(const NamedTensors& inputs, const std::shared_ptr<const weights::Weights>& weights,
                                 const NamedTensors& outputs, const Evaluate& evaluate, uint64_t seed);

/// Dotted names of a Program's inputs, and of its weights, of which some output takes elements. What it takes none of is no doubt: an
/// encoder's weights in a step of decoding, an input that is there for its size. Errors: of the Program's input names.
struct Read {
  std::set<std::string, std::less<>> inputs, weights;
  bool Has(const Unmoved& unmoved) const;
};
Result<Read> ReadByOutputs(const ir::Program& program);

}  // namespace conformance::engine
