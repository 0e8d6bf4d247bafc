#include "framework/cases/adjusted_case.h"

#include <utility>

namespace conformance::cases {
namespace {

class AdjustedCase : public engine::Case {
 public:
  AdjustedCase(std::shared_ptr<const engine::Case> model, engine::CaseInfo info)
      : model_(std::move(model)), info_(std::move(info)) {}
  const engine::CaseInfo& Info() const override { return info_; }
  std::vector<engine::Variant> Variants() const override {
    std::vector<engine::Variant> variants;
    for (engine::Variant& variant : model_->Variants()) {
      if (!variant.recording) variants.push_back(std::move(variant));
    }
    return variants;
  }
  engine::Offer Offers(const engine::Variant& variant) const override { return model_->Offers(variant); }
  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType dtype) const override {
    return model_->Load(dtype);
  }

 private:
  const std::shared_ptr<const engine::Case> model_;
  const engine::CaseInfo info_;
};

/// The case's info with more words behind it.
engine::CaseInfo InfoWith(const engine::Case& model, const std::string& flag, const std::string& value) {
  engine::CaseInfo info = model.Info();
  if (info.words.empty() && !info.source.empty()) info.words = {info.source.string()};
  info.words.insert(info.words.end(), {flag, value});
  return info;
}

}  // namespace

std::shared_ptr<const engine::Case> Against(std::shared_ptr<const engine::Case> model,
                                            std::shared_ptr<const engine::Case> measure) {
  engine::CaseInfo info = InfoWith(*model, "--against", measure->Info().source.string());
  info.measure = std::move(measure);
  return std::make_shared<AdjustedCase>(std::move(model), std::move(info));
}

std::shared_ptr<const engine::Case> JudgedBy(std::shared_ptr<const engine::Case> model,
                                             const std::string& judge) {
  engine::CaseInfo info = InfoWith(*model, "--reference", judge);
  info.judge = judge;
  return std::make_shared<AdjustedCase>(std::move(model), std::move(info));
}

}  // namespace conformance::cases
