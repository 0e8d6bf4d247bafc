#include "framework/nn/model.h"

namespace conformance::nn {

DType Model::dtype() const {
  for (const Parameter* parameter : StateDict())
    if (parameter->info.kind == ops::WeightInfo::Kind::kParameter && IsFloating(parameter->dtype()) && !parameter->fixed_dtype)
      return parameter->dtype();
  return DType::kF32;
}

Result<InputLayout> Model::LayoutFor(std::string_view use, const Json&) const { return Layout(use); }

Tree Model::Encode(ops::OpContext&, const Tree&) const { return {}; }

}  // namespace conformance::nn
