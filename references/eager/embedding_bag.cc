// Bags of rows, and the gradient of a table whose rows were picked.
#include <algorithm>
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

enum Mode : int64_t { kSum = 0, kMean = 1, kMax = 2 };

Error OutOfRange(const KernelCall& call, int64_t index, int64_t rows) {
  return call.Invalid("index " + std::to_string(index) + " is out of range for a table of " + std::to_string(rows) + " rows");
}

/// Where each bag begins, and after the last one the number of indices.
Result<std::vector<int64_t>> Ends(const KernelCall& call, int64_t bags, int64_t count) {
  const Tensor offsets = ContiguousAs(call.isa(), call.tensor(2), DType::kI64);
  std::vector<int64_t> ends(offsets.data<int64_t>(), offsets.data<int64_t>() + offsets.num_elements());
  const bool rises = std::ranges::is_sorted(ends) && (ends.empty() || (ends[0] == 0 && ends.back() <= count));
  if (!rises) return call.Invalid("want offsets that start at 0, do not fall, and end within the " + std::to_string(count) + " indices");
  ends.resize(static_cast<size_t>(bags));
  ends.push_back(count);
  return ends;
}

/// One bag: the rows that count in it, in order.
struct Bag {
  std::vector<int64_t> rows;
  std::vector<int64_t> places;  ///< of them, among the indices
};

template <typename T>
void Join(const KernelCall& call, const Bag& bag, const Tensor& table, const Tensor& factors, T* out, int64_t* best) {
  const int64_t width = table.dim(1), mode = call.integer(4);
  const auto count = static_cast<int64_t>(bag.rows.size());
  std::vector<T> column(bag.rows.size());
  Summation<T> summation(call, count);
  for (int64_t d = 0; d < width; ++d) {
    for (size_t i = 0; i < column.size(); ++i) {
      column[i] = table.data<T>()[bag.rows[i] * width + d];
      if (factors.num_elements() > 0) column[i] *= factors.data<T>()[bag.places[i]];
    }
    if (mode == kMax) {
      size_t at = 0;
      for (size_t i = 1; i < column.size(); ++i) {
        if (column[i] > column[at]) at = i;
      }
      out[d] = column.empty() ? T(0) : column[at];
      best[d] = column.empty() ? 0 : bag.rows[at];
    } else {
      out[d] = summation.Sum(column.data());
      if (mode == kMean && count > 0) out[d] /= static_cast<T>(count);
    }
  }
}

}  // namespace

Outputs EmbeddingBag(const KernelCall& call) {
  const Tensor indices = ContiguousAs(call.isa(), call.tensor(1), DType::kI64);
  const int64_t mode = call.integer(4), padding = call.integer(8), rows = call.tensor(0).dim(0), width = call.tensor(0).dim(1);
  const int64_t bags = call.out_shape().front();
  CONFORMANCE_TRY(const std::vector<int64_t> ends, Ends(call, bags, indices.num_elements()));
  for (int64_t i = 0; i < indices.num_elements(); ++i) {
    if (const int64_t row = indices.data<int64_t>()[i]; row < 0 || row >= rows) return OutOfRange(call, row, rows);
  }
  const Tensor bag_of = Tensor::Zeros(DType::kI64, {indices.num_elements()}), counts = Tensor::Zeros(DType::kI64, {bags});
  const Tensor best = Tensor::Zeros(DType::kI64, {bags, width});
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Tensor table = ContiguousAs<T>(call.isa(), call.tensor(0));
    const Tensor factors = call.IsNone(6) ? Tensor() : ContiguousAs<T>(call.isa(), call.tensor(6));
    const Tensor out = Tensor::Empty(kDTypeOf<T>, {bags, width});
    for (int64_t b = 0; b < bags; ++b) {
      Bag bag;
      for (int64_t i = ends[static_cast<size_t>(b)]; i < ends[static_cast<size_t>(b) + 1]; ++i) {
        bag_of.mutable_data<int64_t>()[i] = b;
        if (indices.data<int64_t>()[i] == padding) continue;
        bag.rows.push_back(indices.data<int64_t>()[i]);
        bag.places.push_back(i);
      }
      if (mode != kSum) counts.mutable_data<int64_t>()[b] = static_cast<int64_t>(bag.rows.size());
      Join<T>(call, bag, table, factors, out.mutable_data<T>() + b * width, best.mutable_data<int64_t>() + b * width);
    }
    std::vector<Tensor> outputs = {Stored(call, out)};
    const auto note = [&](const Tensor& numbers) { outputs.push_back(ContiguousAs(call.isa(), numbers, call.out_store(outputs.size()))); };
    note(call.out_shape(1).front() == 0 ? Tensor::Zeros(DType::kI64, {0}) : bag_of);
    note(counts);
    note(mode == kMax ? best : counts);
    return Outputs(std::move(outputs));
  });
}

Outputs EmbeddingDenseBackward(const KernelCall& call) {
  const Tensor indices = ContiguousAs(call.isa(), call.tensor(1), DType::kI64);
  const int64_t rows = call.integer(2), padding = call.integer(3), width = call.out_shape()[1];
  const std::span<const int64_t> picked(indices.data<int64_t>(), static_cast<size_t>(indices.num_elements()));
  std::vector<int64_t> counts(static_cast<size_t>(rows), 0);
  for (const int64_t row : picked) {
    if (row == padding) continue;
    if (row < 0 || row >= rows) return OutOfRange(call, row, rows);
    ++counts[static_cast<size_t>(row)];
  }
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Tensor gradient = ContiguousAs<T>(call.isa(), call.tensor(0));
    const Tensor out = Tensor::Zeros(kDTypeOf<T>, call.out_shape());
    for (size_t i = 0; i < picked.size(); ++i) {
      if (picked[i] == padding) continue;
      const T share = call.boolean(4) ? T(1) / static_cast<T>(counts[static_cast<size_t>(picked[i])]) : T(1);
      T* row = out.mutable_data<T>() + picked[i] * width;
      for (int64_t d = 0; d < width; ++d) row[d] += share * gradient.data<T>()[static_cast<int64_t>(i) * width + d];
    }
    return Outputs(std::vector<Tensor>{Stored(call, out)});
  });
}

}  // namespace conformance::eager
