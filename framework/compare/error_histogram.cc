#include "framework/compare/error_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

constexpr int64_t kBarWidth = 40;

std::string Bar(int64_t count, int64_t largest) {
  std::string bar;
  const int64_t length = count == 0 ? 0 : std::max<int64_t>(1, count * kBarWidth / largest);
  for (int64_t i = 0; i < length; ++i) bar += "█";
  return bar;
}

std::string UlpLabel(int exponent) {
  char text[32];
  if (exponent <= 20) std::snprintf(text, sizeof text, "up to %lld ULP", 1LL << exponent);
  else std::snprintf(text, sizeof text, "up to 2^%d ULP", exponent);
  return text;
}

std::string AbsLabel(int exponent) {
  char text[32];
  std::snprintf(text, sizeof text, "from 1e%+03d", exponent);
  return text;
}

Json Counts(const std::map<int, int64_t>& counts) {
  Json json = Json::MakeObject();
  for (const auto& [exponent, count] : counts) json[std::to_string(exponent)] = count;
  return json;
}

}  // namespace

ErrorHistogram HistogramOf(const Tensor& y, const Tensor& reference) {
  CONFORMANCE_CHECK(y.shape() == reference.shape(), "a histogram is over tensors of one shape");
  ErrorHistogram histogram;
  const DType dtype = RealOf(y.dtype());  // complex elements part by part
  const bool floating = IsFloating(dtype);
  const std::vector<double> got = ViewAsReal(y).ToDoubles(), want = ViewAsReal(reference).ToDoubles();
  for (size_t i = 0; i < got.size(); ++i) {
    if (got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) {
      ++histogram.exact;
    } else if (!std::isfinite(got[i]) || !std::isfinite(want[i])) {
      ++histogram.nonfinite;
    } else {
      const double error = std::fabs(got[i] - want[i]);
      if (std::isfinite(error)) ++histogram.abs[static_cast<int>(std::floor(std::log10(error)))];
      else ++histogram.abs[308];  // the difference of two finite doubles may be none
      if (!floating) continue;
      const double ulps = UlpDistance(got[i], want[i], dtype);
      ++histogram.ulp[ulps <= 1 ? 0 : std::isfinite(ulps) ? static_cast<int>(std::ceil(std::log2(ulps))) : 1024];
    }
  }
  return histogram;
}

Json ErrorHistogram::ToJson() const {
  Json json = Json::MakeObject();
  json["exact"] = exact;
  json["nonfinite"] = nonfinite;
  json["ulp_log2"] = Counts(ulp);
  json["abs_log10"] = Counts(abs);
  return json;
}

std::string ErrorHistogram::Text(const std::string& indent) const {
  std::vector<std::pair<std::string, int64_t>> rows = {{"equal", exact}};
  for (const auto& [exponent, count] : ulp.empty() ? abs : ulp) rows.emplace_back(ulp.empty() ? AbsLabel(exponent) : UlpLabel(exponent), count);
  if (nonfinite > 0) rows.emplace_back("not finite", nonfinite);
  int64_t largest = 1;
  for (const auto& [label, count] : rows) largest = std::max(largest, count);
  std::string text;
  for (const auto& [label, count] : rows) {
    char head[64];
    std::snprintf(head, sizeof head, "%-18s %10lld  ", label.c_str(), static_cast<long long>(count));
    text += indent + head + Bar(count, largest) + "\n";
  }
  return text;
}

}  // namespace conformance::compare
