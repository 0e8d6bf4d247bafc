#include "framework/weights/seeded_weights.h"

#include <cmath>
#include <cstring>
#include <mutex>

#include "framework/base/random.h"
#include "framework/weights/load_plan.h"
#include "framework/weights/source.h"

namespace conformance::weights {
namespace {

/// Elements `center` ± `reach`, uniform, by splitmix64 of the position.
class SeededSource : public Source {
 public:
  SeededSource(const nn::Parameter& parameter, uint64_t seed)
      : Source(parameter.dtype(), parameter.shape()), name_(parameter.full_name()), start_(Random::For(seed, name_).Next()) {
    const double last = shape().empty() ? 1.0 : std::max<double>(static_cast<double>(shape().back()), 1.0);
    // √3 times the standard deviation is the reach of a uniform distribution.
    reach_ = static_cast<float>(std::sqrt(3.0) * (parameter.init == nn::Init::kNormal ? 1.0 / std::sqrt(last) : 0.05));
    center_ = parameter.init == nn::Init::kOnes ? 1.0f : 0.0f;
  }

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    switch (dtype()) {
      case DType::kF64: return Fill<double>(begin, end, out, [](float value) { return double{value}; });
      case DType::kF32: return Fill<float>(begin, end, out, [](float value) { return value; });
      case DType::kF16: return Fill<uint16_t>(begin, end, out, FloatToHalf);
      case DType::kBF16: return Fill<uint16_t>(begin, end, out, FloatToBFloat16);
      default:
        std::memset(out, 0, static_cast<size_t>(end - begin) * ByteSize(dtype()));
        return Ok();
    }
  }
  std::string Describe() const override { return "seeded " + name_; }

 private:
  float Element(int64_t index) const {
    uint64_t mixed = start_ + static_cast<uint64_t>(index) * 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    mixed ^= mixed >> 31;
    const float unit = static_cast<float>(static_cast<int32_t>(mixed >> 32)) * 0x1p-31f;  // [−1, 1)
    return center_ + reach_ * unit;
  }

  template <typename T, typename Convert>
  Status Fill(int64_t begin, int64_t end, std::byte* out, Convert convert) const {
    for (int64_t i = begin; i < end; ++i, out += sizeof(T)) {
      const T value = convert(Element(i));
      std::memcpy(out, &value, sizeof(T));
    }
    return Ok();
  }

  std::string name_;
  uint64_t start_;
  float reach_ = 0, center_ = 0;
};

}  // namespace

std::shared_ptr<const Weights> WeightsFromSeed(const nn::Model& model, uint64_t seed) {
  Resolution resolution;
  for (const nn::Parameter* parameter : model.StateDict()) {
    if (parameter->tied_to != nullptr) continue;
    resolution.infos.push_back({parameter->full_name(), parameter->dtype(), parameter->shape()});
    resolution.refs.push_back(std::make_shared<const SeededSource>(*parameter, seed));
  }
  return MakeWeights(resolution);
}

}  // namespace conformance::weights
