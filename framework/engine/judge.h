#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/engine/cell.h"
#include "framework/engine/plan.h"
#include "framework/engine/shared_work.h"
#include "framework/ports/reference.h"

namespace conformance::engine {

/// What the judge evaluates: the case itself, or its measure.
const Case& JudgedCase(const Case& model);

/// Name of the reference that judges a case's exported variants: the judged case's own, or the toolbox's.
std::string JudgeName(const Toolbox& toolbox, const Case& model);

/// True for a reference of the toolbox, and for a backend, which BackendReference makes one of.
bool IsJudge(const Toolbox& toolbox, std::string_view name);

/// The reference of that name. Errors: kInvalid where there is none.
Result<std::shared_ptr<const ports::Reference>> JudgeFor(const SweepContext& context, const Case& model);

/// The judge's outputs of one call: in the declared dtype and, where it has an oracle, in f64. It is given every form that the judged
/// case has; `loaded` is that case. Errors: of the judge, naming it.
Result<std::shared_ptr<const Truth>> Judgement(const SweepContext& context, const PlannedCell& cell, const LoadedCase& loaded,
                                               const Call& call);
Result<std::shared_ptr<const Truth>> JudgementOf(const ports::Reference& reference, const PlannedCell& cell, const LoadedCase& loaded,
                                                 const Call& call);

/// Its outputs alone, in the declared dtype or, where `wide`, in f64.
Result<NamedTensors> OutputsOf(const ports::Reference& reference, const PlannedCell& cell, const LoadedCase& loaded, const Call& call, bool wide);

/// What moves none of the judge's outputs of a call (`outputs`): inputs, and blocks of weights, that the model reads. Of a model that a
/// worker builds it perturbs the weights, and tells what is read. Errors: of the case or the worker.
Result<Doubts> DoubtsOf(const ports::Reference& reference, const Tracer& tracer, const PlannedCell& cell, const LoadedCase& loaded, const Call& call,
                        const NamedTensors& outputs, uint64_t seed);

/// The ensemble of one call's judge: each member is run once for all cells that are held against the same truth.
class JudgesEnsemble : public ports::Ensemble {
 public:
  /// All arguments must live longer. `key` names the truth among those of the variant.
  JudgesEnsemble(std::shared_ptr<const ports::Reference> reference, const PlannedCell& cell, const LoadedCase& loaded, const Call& call,
                 std::shared_ptr<const Truth> truth, std::string key, VariantWork& work, StageTimer& timer);
  size_t size() const override;
  Result<const ports::Spreads*> Member(size_t index) const override;

 private:
  std::shared_ptr<const ports::Reference> reference_;
  const PlannedCell& cell_;
  const LoadedCase& loaded_;
  const Call& call_;
  std::shared_ptr<const Truth> truth_;
  std::string key_;
  VariantWork& work_;
  StageTimer& timer_;
};

/// The reference that lives in the same workers as the cell's exporter: what the library that was exported from computes itself. Such a
/// cell is judged by both. Null where there is none, or it is the judge already.
std::shared_ptr<const ports::Reference> LibrarysOwn(const SweepContext& context, const PlannedCell& cell);

}  // namespace conformance::engine
