#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/symbolic/sym_int.h"
#include "framework/tensor/tensor.h"

namespace conformance::ports {

/// What an input leaf is to a forward, as far as a relation has to know.
enum class LeafRole : uint8_t {
  kOther,
  kIds,        ///< tokens
  kTypes,      ///< one of a few types for each token
  kMask,       ///< 1 where a token counts
  kPositions,  ///< of tokens
  kState,      ///< of a cache: what an earlier call gave back under the same name
};

struct RelationLeaf {
  std::string name;
  LeafRole role = LeafRole::kOther;
  std::vector<SymInt> sizes;  ///< over named symbols: "batch", "sequence", …
};

/// What a case tells of one of its variants' inputs.
struct RelationTerms {
  bool dynamic = false;
  std::vector<RelationLeaf> leaves;
  std::vector<RelationLeaf> step;  ///< of its variant "decode"; empty: it has none
  bool generates = false;          ///< later tokens change nothing of earlier ones, and the last state is kept
  bool left_padded = false;        ///< where the class's own padding stands
  int64_t pad_id = 0;              ///< what padded tokens are
  std::string coupled;             ///< why rows of a batch are not on their own; empty: they are
  std::string lengths;             ///< why a token's outputs depend on how many there are; empty: they do not
};

/// Runs that a relation asks for, all on the cell's backend; outputs bear the judge's names.
class RelationRuns {
 public:
  virtual ~RelationRuns() = default;
  /// The cell's own artifact.
  virtual Result<NamedTensors> Run(const NamedTensors& inputs) = 0;
  /// What the same exporter makes of another variant of the case.
  virtual Result<NamedTensors> RunAs(std::string_view variant, const NamedTensors& inputs) = 0;
  /// What it makes of the case in the next wider type, with weights rounded to the cell's type. Errors: kUnsupported where backend or case has
  /// no such type.
  virtual Result<NamedTensors> RunWidened(const NamedTensors& inputs) = 0;
  /// Shapes of the judge's outputs on these inputs: which axes follow which sizes.
  virtual Result<std::map<std::string, Shape, std::less<>>> ShapesOf(const NamedTensors& inputs) = 0;
};

/// A property that a sound artifact has, whatever the model is: two ways to the same outputs. One of them is its run on `start`, the other
/// is `Derive`. No reference says what the outputs are; one only tells how far legal answers may lie apart (docs/verdicts.md). Stateless,
/// and usable from several threads at once.
class Relation {
 public:
  virtual ~Relation() = default;
  virtual std::string_view Name() const = 0;     ///< "rows": variants are called "dynamic+rows"
  virtual std::string_view Summary() const = 0;  ///< one line for tables
  /// Variants that it is asked of, by the last part of their name: "dynamic" is "encode.dynamic", too.
  virtual std::vector<std::string_view> Variants() const = 0;
  /// Why it says nothing of such a variant; empty: it does.
  virtual std::string NotApplicable(const RelationTerms& terms) const = 0;
  /// Inputs that both ways begin with, made of the variant's traced call.
  virtual Result<NamedTensors> Start(const RelationTerms& terms, const NamedTensors& inputs) const {
    (void)terms;
    return inputs;
  }
  /// What is to equal `outputs`, those of the artifact's run on `start`, by name. An output that the relation says nothing of is left out.
  /// Errors: of the runs; kShape where a run answers in another shape than the judge.
  virtual Result<NamedTensors> Derive(const RelationTerms& terms, const NamedTensors& start, const NamedTensors& outputs,
                                      RelationRuns& runs) const = 0;
};

}  // namespace conformance::ports
