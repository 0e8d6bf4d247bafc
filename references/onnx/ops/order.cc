#include <algorithm>
#include <cmath>
#include <numeric>

#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/pick.h"

/// Operators that sort, or add up along an axis.
namespace conformance::onnx_reference::kernels {
namespace {

template <typename T>
bool IsNaNOf(const T& x) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(x);
  return false;
}
/// NaN is the largest.
template <typename T>
bool Before(const T& a, const T& b) {
  return IsNaNOf(b) ? !IsNaNOf(a) : a < b;
}

Outputs Top(const Call& call, int64_t k) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), -1));
  CONFORMANCE_TRY(const int64_t largest, call.Int("largest", 1));
  const Around around = AroundAxis(x.dims(), axis);
  if (k < 0 || k > around.size) return Invalid("more of the top than there is").With("found", std::to_string(k)).With("wanted", "at most " + std::to_string(around.size));
  Shape dims = x.dims();
  dims[static_cast<size_t>(axis)] = k;
  CONFORMANCE_TRY(Array values, call.New(x.elem(), dims));
  CONFORMANCE_TRY(Array places, call.New(Elem::kInt64, dims));
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    std::vector<int64_t> order(static_cast<size_t>(around.size));
    for (int64_t o = 0; o < around.outer; ++o) {
      for (int64_t i = 0; i < around.inner; ++i) {
        const T* line = x.data<T>() + o * around.size * around.inner + i;
        const auto at = [&](int64_t index) { return line[index * around.inner]; };
        std::iota(order.begin(), order.end(), 0);
        std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int64_t a, int64_t b) {
          if (largest != 0 ? Before(at(b), at(a)) : Before(at(a), at(b))) return true;
          if (largest != 0 ? Before(at(a), at(b)) : Before(at(b), at(a))) return false;
          return a < b;
        });
        for (int64_t j = 0; j < k; ++j) {
          const int64_t to = (o * k + j) * around.inner + i;
          values.mutable_data<T>()[to] = at(order[static_cast<size_t>(j)]);
          places.mutable_data<int64_t>()[to] = order[static_cast<size_t>(j)];
        }
      }
    }
    return Ok();
  }));
  return Values{std::move(values), std::move(places)};
}

}  // namespace

/// The k largest (smallest) elements of an axis in order, and their places; of equals the first.
Outputs TopK(const Call& call) {
  CONFORMANCE_TRY(const int64_t k, ToInt(call[1], "k"));
  return Top(call, k);
}
/// Before version 10, k is an attribute.
Outputs LegacyTopK(const Call& call) {
  CONFORMANCE_TRY(const int64_t k, call.Int("k"));
  return Top(call, k);
}

namespace {

template <typename F>
Outputs Accumulate(const Call& call, int64_t neutral, F f) {
  const Array& x = call[0];
  CONFORMANCE_TRY(int64_t axis, ToInt(call[1], "axis"));
  CONFORMANCE_TRY(axis, NormalAxis(axis, x.rank()));
  CONFORMANCE_TRY(const int64_t exclusive, call.Int("exclusive", 0));
  CONFORMANCE_TRY(const int64_t reverse, call.Int("reverse", 0));
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  const Around around = AroundAxis(x.dims(), axis);
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t o = 0; o < around.outer; ++o) {
      for (int64_t i = 0; i < around.inner; ++i) {
        T sum = static_cast<T>(neutral);
        for (int64_t k = 0; k < around.size; ++k) {
          const int64_t at = (o * around.size + (reverse != 0 ? around.size - 1 - k : k)) * around.inner + i;
          const T next = static_cast<T>(f(sum, x.data<T>()[at]));
          y.mutable_data<T>()[at] = exclusive != 0 ? sum : next;
          sum = next;
        }
      }
    }
    return Ok();
  }));
  return y;
}

}  // namespace

Outputs CumSum(const Call& call) {
  return Accumulate(call, 0, [](auto a, auto b) { return a + b; });
}
Outputs CumProd(const Call& call) {
  return Accumulate(call, 1, [](auto a, auto b) { return a * b; });
}

namespace {

/// `compare(a, b)`: <0, 0, >0 for slices a and b. Fills first occurrences in the order wanted, and each slice's group.
template <typename Less>
void Group(int64_t count, bool sorted, Less less, std::vector<int64_t>& firsts, std::vector<int64_t>& inverse, std::vector<int64_t>& counts) {
  std::vector<int64_t> order = Everything(count);
  std::stable_sort(order.begin(), order.end(), less);
  std::vector<int64_t> group(static_cast<size_t>(count));
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || less(order[i - 1], order[i])) {
      firsts.push_back(order[i]);
      counts.push_back(0);
    }
    group[static_cast<size_t>(order[i])] = static_cast<int64_t>(firsts.size()) - 1;
    ++counts.back();
  }
  std::vector<int64_t> place = Everything(static_cast<int64_t>(firsts.size()));
  if (!sorted) {
    std::vector<int64_t> by_first = place;
    std::sort(by_first.begin(), by_first.end(), [&](int64_t a, int64_t b) { return firsts[static_cast<size_t>(a)] < firsts[static_cast<size_t>(b)]; });
    std::vector<int64_t> new_firsts, new_counts;
    for (size_t i = 0; i < by_first.size(); ++i) {
      place[static_cast<size_t>(by_first[i])] = static_cast<int64_t>(i);
      new_firsts.push_back(firsts[static_cast<size_t>(by_first[i])]);
      new_counts.push_back(counts[static_cast<size_t>(by_first[i])]);
    }
    firsts = std::move(new_firsts);
    counts = std::move(new_counts);
  }
  for (const int64_t g : group) inverse.push_back(place[static_cast<size_t>(g)]);
}

}  // namespace

/// Different elements, or slices along an axis; the places of their first occurrences, each one's group, and how often each occurs.
Outputs Unique(const Call& call) {
  const bool flat = call.Attribute("axis") == nullptr;
  const Array x = flat ? call[0].Reshaped({call[0].count()}) : call[0];
  CONFORMANCE_TRY(const int64_t axis, flat ? Result<int64_t>(0) : call.Axis("axis", x.rank()));
  CONFORMANCE_TRY(const int64_t sorted, call.Int("sorted", 1));
  const Around around = AroundAxis(x.dims(), axis);
  std::vector<int64_t> firsts, inverse, counts;
  const auto group = [&]<typename T>(Tag<T>) {
    const T* data = x.data<T>();
    Group(around.size, sorted != 0, [&](int64_t a, int64_t b) {
      for (int64_t o = 0; o < around.outer; ++o) {
        for (int64_t i = 0; i < around.inner; ++i) {
          const T &left = data[(o * around.size + a) * around.inner + i], &right = data[(o * around.size + b) * around.inner + i];
          if (Before(left, right)) return true;
          if (Before(right, left)) return false;
        }
      }
      return false;
    }, firsts, inverse, counts);
    return Ok();
  };
  if (x.store() == Store::kString) {
    (void)group(Tag<std::string>());
  } else if (x.store() == Store::kBool) {
    (void)group(Tag<bool>());
  } else {
    CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", group));
  }
  std::vector<std::vector<int64_t>> picks;
  for (int64_t i = 0; i < x.rank(); ++i) picks.push_back(i == axis ? firsts : Everything(x.dim(i)));
  CONFORMANCE_TRY(Array y, Pick(call, x, picks));
  const auto list = [](const std::vector<int64_t>& values) { return Array::Of<int64_t>({static_cast<int64_t>(values.size())}, values); };
  return Values{std::move(y), list(firsts), list(inverse), list(counts)};
}

}  // namespace conformance::onnx_reference::kernels
