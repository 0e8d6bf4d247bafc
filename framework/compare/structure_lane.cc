#include "framework/compare/structure_lane.h"

#include <cmath>
#include <set>

#include "framework/base/strings.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

std::string KindText(double value) {
  if (std::isfinite(value)) return FigureText(value);
  return std::isnan(value) ? "NaN" : value > 0 ? "+inf" : "-inf";
}

}  // namespace

std::string NamesDiffer(const NamedTensors& candidate, const NamedTensors& reference) {
  std::vector<std::string> missing, unexpected;
  std::set<std::string, std::less<>> seen;
  for (const auto& [name, tensor] : candidate) {
    if (!seen.insert(name).second) return "output \"" + name + "\" appears twice";
    if (Find(reference, name) == nullptr) unexpected.push_back(name);
  }
  for (const auto& [name, tensor] : reference) {
    if (!seen.contains(name)) missing.push_back(name);
  }
  std::string text;
  if (!missing.empty()) text += "missing outputs: " + Join(missing, ", ");
  if (!unexpected.empty()) text += (text.empty() ? "" : "; ") + ("unexpected outputs: " + Join(unexpected, ", "));
  if (!text.empty()) return text;
  for (size_t i = 0; i < reference.size(); ++i) {
    if (candidate[i].first != reference[i].first) {
      return "output " + std::to_string(i) + " is \"" + candidate[i].first + "\", wanted \"" + reference[i].first + "\"";
    }
  }
  return {};
}

std::string TypesDiffer(const Tensor& y, const Tensor& reference) {
  if (y.shape() != reference.shape()) return "shape " + ShapeText(y.shape()) + ", wanted " + ShapeText(reference.shape());
  if (y.dtype() == reference.dtype()) return {};
  return "dtype " + std::string(ToString(y.dtype())) + ", wanted " + std::string(ToString(reference.dtype()));
}

bool ClassDifference::IsOverflow(double oracle, double radius, DType dtype) const {
  if (std::isnan(found) || std::isnan(wanted) || !std::isfinite(oracle)) return false;
  if (std::isfinite(found) == std::isfinite(wanted) || std::signbit(found) != std::signbit(wanted)) return false;
  return std::fabs(std::fabs(oracle) - LargestOf(dtype)) <= radius;
}

std::string ClassDifference::Text(const Shape& shape) const {
  return "at " + PlaceText(static_cast<int64_t>(index), shape) + " found " + KindText(found) + ", wanted " + KindText(wanted);
}

std::vector<ClassDifference> ClassDifferences(const Elements& elements) {
  std::vector<ClassDifference> differences;
  for (size_t i = 0; i < elements.got.size(); ++i) {
    const double found = elements.got[i], wanted = elements.wanted[i];
    if (std::isfinite(found) && std::isfinite(wanted)) continue;
    if (!elements.Counts(i) || found == wanted || (std::isnan(found) && std::isnan(wanted))) continue;
    differences.push_back({i, found, wanted});
  }
  return differences;
}

}  // namespace conformance::compare
