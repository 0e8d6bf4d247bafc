#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/cell.h"
#include "framework/engine/judge.h"
#include "framework/engine/shared_work.h"
#include "framework/ports/relation.h"

namespace conformance::engine {

inline constexpr std::string_view kRelationRule =
    "relation: the artifact's outputs by one way against those by the other; each may be as far from the exact answer as the ensemble lets a "
    "legal one be, so that twice its limits hold between them, and none where every legal answer is exact. Without an oracle: the plain bound";

/// What the cells of a relation need of the way to their artifact. All of it must live longer than what is made of it.
struct CellWay {
  const SweepContext& context;
  const PlannedCell& cell;
  bool optimize;
  const LoadedCase& loaded;
  CaseWork& work;
  StageTimer& timer;
};

/// Runs of a cell's artifact, and of its neighbours', on the cell's backend. Those that are not there yet are made when they are asked for.
class ArtifactRuns : public ports::RelationRuns {
 public:
  ArtifactRuns(const CellWay& way, const MadeArtifact& made, ports::Session& session) : way_(way), made_(made), session_(session) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override;
  Result<NamedTensors> RunAs(std::string_view variant, const NamedTensors& inputs) override;
  Result<NamedTensors> RunWidened(const NamedTensors& inputs) override;
  Result<std::map<std::string, Shape, std::less<>>> ShapesOf(const NamedTensors& inputs) override;

  const CellWay& way() const { return way_; }
  /// Arguments that are no tensors, and names of the outputs: of the call that the relation begins with.
  void Begin(Json kwargs, NamedTensors reference) {
    kwargs_ = std::move(kwargs);
    reference_ = std::move(reference);
  }

 private:
  struct Opened {
    PlannedCell cell;
    std::shared_ptr<const LoadedCase> loaded;
    std::shared_ptr<const MadeArtifact> made;
    std::unique_ptr<ports::Session> session;
    Json kwargs;
  };
  Result<Opened> Open(PlannedCell cell, std::shared_ptr<const LoadedCase> loaded, const Call& traced, VariantWork& work);
  Result<NamedTensors> RunOn(const PlannedCell& cell, const LoadedCase& loaded, const MadeArtifact& made, ports::Session& session,
                             const NamedTensors& inputs, const Json& kwargs);

  CellWay way_;
  const MadeArtifact& made_;
  ports::Session& session_;
  Json kwargs_;
  NamedTensors reference_;
  CaseWork beside_;  ///< of artifacts that no other cell shares
  std::map<std::string, Opened, std::less<>> opened_;
};

/// Both ways of a cell's relation.
struct Related {
  std::shared_ptr<const Call> call;  ///< that they begin with
  NamedTensors original;   ///< the artifact's outputs on `call`, as far as the relation says something of them
  NamedTensors derived;    ///< the same by the other way
  NamedTensors exact;      ///< `original` as what `derived` is measured against; empty: the judge has no oracle
  std::shared_ptr<const ports::Ensemble> apart;
  std::vector<std::string> notes;
  /// The comparison of the two. `*this` must live as long as it is used.
  ports::ComparisonRequest Request() const;
};

/// Runs both ways. `traced`: the variant's first call. Errors: of the runs and of the judge; kUnsupported where the relation says nothing of
/// any output.
Result<Related> RunRelation(ArtifactRuns& runs, const Call& traced);

/// Of a relation that does not hold: whether the judge's own outputs have it, "; …" for the reason. Empty where that cannot be told.
std::string ReferenceOn(const CellWay& way, const Related& related, const ports::Comparator& comparator);

}  // namespace conformance::engine
