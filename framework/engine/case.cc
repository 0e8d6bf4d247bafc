#include "framework/engine/case.h"

namespace conformance::engine {

Result<ports::Artifact> LoadedCase::Artifact(const Variant& variant, std::string_view format) const {
  return Unsupported("the case has no artifact of this format")
      .With("format", std::string(format))
      .With("variant", variant.name);
}

Result<DynamicShapes> LoadedCase::Shapes(const Variant& variant) const {
  return Unsupported("the case has no module whose dimensions could be dynamic")
      .With("variant", variant.name);
}

Result<Recorded> LoadedCase::Recall(const Variant& variant) const {
  return NotFound("the case records nothing of that name").With("variant", variant.name);
}

Result<std::vector<Call>> SeededCalls(const LoadedCase& loaded, const Variant& variant, uint64_t seed) {
  CONFORMANCE_TRY(std::vector<Call> calls, loaded.Calls(variant, seed));
  for (Call& call : calls) call.seed = seed;
  return calls;
}

std::optional<ports::RelationTerms> Case::Terms(const Variant&) const { return std::nullopt; }

Offer Case::Offers(const Variant& variant) const {
  Offer offer;
  if (variant.recording) {
    offer.formats = {"checkpoint"};
    offer.dtypes = {DType::kF32};  // folders record what the library computed in f32
    return offer;
  }
  offer.formats = {"program"};
  offer.module = true;
  offer.source = !Info().source.empty();
  return offer;
}

}  // namespace conformance::engine
