#include <algorithm>
#include <map>
#include <set>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// The n-grams of the pool, each with its number: numbers or texts alike.
template <typename T>
using Pool = std::map<std::vector<T>, size_t>;

struct Settings {
  int64_t shortest = 1, longest = 1, most_skips = 0;
  std::vector<int64_t> starts;   ///< where the n-grams of each length begin in the pool
  std::vector<int64_t> columns;  ///< of each n-gram
};

/// Errors: kInvalid where starts don't cut the pool into n-grams, as many as there are columns.
template <typename T>
Result<Pool<T>> PoolOf(const std::vector<T>& pool, const Settings& settings) {
  Pool<T> grams;
  size_t number = 0;
  const auto size = static_cast<int64_t>(pool.size());
  for (size_t n = 1; n <= settings.starts.size(); ++n) {
    const int64_t start = settings.starts[n - 1],
                  end = n < settings.starts.size() ? settings.starts[n] : size;
    if (start < 0 || end < start || end > size || (end - start) % static_cast<int64_t>(n) != 0) {
      return Invalid("ngram_counts that don't cut the pool into n-grams")
          .With("found", ShapeText(settings.starts))
          .With("wanted", "places in a pool of " + std::to_string(size));
    }
    for (int64_t at = start; at < end; at += static_cast<int64_t>(n), ++number) {
      grams[std::vector<T>(pool.begin() + at, pool.begin() + at + static_cast<int64_t>(n))] = number;
    }
  }
  if (number == settings.columns.size()) return grams;
  return Invalid("ngram_indexes of another number")
      .With("found", std::to_string(settings.columns.size()))
      .With("wanted", std::to_string(number));
}

/// Calls f(number) for each n-gram of the pool that the row has.
template <typename T, typename F>
void EachGram(const T* row, int64_t size, const Pool<T>& pool, const Settings& settings, F&& f) {
  std::vector<T> gram;
  for (int64_t n = settings.shortest; n <= std::min(settings.longest, size); ++n) {
    // A gram of one is the same with any skip.
    const int64_t skips = n == 1 ? 0 : std::min(settings.most_skips, size);
    for (int64_t distance = 1; distance <= skips + 1; ++distance) {
      for (int64_t start = 0; start + (n - 1) * distance < size; ++start) {
        gram.clear();
        for (int64_t i = 0; i < n; ++i) gram.push_back(row[start + i * distance]);
        if (const auto found = pool.find(gram); found != pool.end()) f(found->second);
      }
    }
  }
}

}  // namespace

/// x [c] or [n, c], numbers or texts -> how often each n-gram of the pool occurs, float[columns] or [n, columns]:
/// counts (TF), weights of those that
/// occur (IDF), or their product (TFIDF). Errors: kInvalid for attributes that don't fit each other; kShape; kType
/// where the pool is of another type.
Outputs TfIdfVectorizer(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::string mode, call.String("mode"));
  Settings settings;
  CONFORMANCE_TRY(settings.shortest, call.Int("min_gram_length"));
  CONFORMANCE_TRY(settings.longest, call.Int("max_gram_length"));
  CONFORMANCE_TRY(settings.most_skips, call.Int("max_skip_count"));
  CONFORMANCE_TRY(settings.starts, call.Ints("ngram_counts"));
  CONFORMANCE_TRY(settings.columns, call.Ints("ngram_indexes"));
  CONFORMANCE_TRY(const std::vector<double> weights,
                  call.Floats("weights", std::vector<double>(settings.columns.size(), 1)));
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF")
    return Invalid("a mode that isn't known")
        .With("found", formats::Quoted(mode))
        .With("wanted", "TF, IDF or TFIDF");
  if (settings.shortest < 1 || settings.longest < settings.shortest ||
      settings.longest > static_cast<int64_t>(settings.starts.size()) || settings.most_skips < 0) {
    return Invalid("lengths of n-grams out of range")
        .With("found", std::to_string(settings.shortest) + " to " + std::to_string(settings.longest) + ", " +
                           std::to_string(settings.most_skips) + " skips")
        .With("wanted", "1 to " + std::to_string(settings.starts.size()) + ", 0 skips or more");
  }
  if (weights.size() != settings.columns.size())
    return Invalid("weights of another number")
        .With("found", std::to_string(weights.size()))
        .With("wanted", std::to_string(settings.columns.size()));
  int64_t width = 0;
  for (const int64_t column : settings.columns) {
    if (column < 0 || column == INT64_MAX)
      return Invalid("an ngram index out of range")
          .With("found", std::to_string(column))
          .With("wanted", "0 or more");
    width = std::max(width, column + 1);
  }
  if (x.rank() < 1 || x.rank() > 2)
    return ShapeError("an input of another rank").With("found", Describe(x)).With("wanted", "[c] or [n, c]");
  const int64_t rows = x.rank() == 1 ? 1 : x.dim(0), size = x.dim(-1);
  CONFORMANCE_RETURN_IF_ERROR(
      call.Spend({rows, size, std::min(settings.most_skips, size) + 1, std::min(settings.longest, size)}));
  CONFORMANCE_TRY(Array out, call.Filled(Elem::kFloat, x.rank() == 1 ? Shape{width} : Shape{rows, width}, 0));
  const auto count = [&]<typename T>(const std::vector<T>& pool, const std::vector<T>& texts) -> Status {
    CONFORMANCE_TRY(const Pool<T> grams, PoolOf(pool, settings));
    std::vector<double> line(static_cast<size_t>(width));
    for (int64_t row = 0; row < rows; ++row) {
      std::fill(line.begin(), line.end(), 0);
      EachGram(texts.data() + row * size, size, grams, settings, [&](size_t gram) {
        double& cell = line[static_cast<size_t>(settings.columns[gram])];
        if (mode == "TF") cell += 1;
        if (mode == "IDF") cell = weights[gram];
        if (mode == "TFIDF") cell += weights[gram];
      });
      for (int64_t i = 0; i < width; ++i) {
        if (out.store() == Store::kF64) {
          out.mutable_data<double>()[row * width + i] = line[static_cast<size_t>(i)];
        } else {
          out.mutable_data<float>()[row * width + i] = static_cast<float>(line[static_cast<size_t>(i)]);
        }
      }
    }
    return Ok();
  };
  const bool texts = call.Attribute("pool_strings") != nullptr;
  if (texts != (x.elem() == Elem::kString))
    return TypeError("a pool of another type than the input")
        .With("found", Describe(x))
        .With("wanted", texts ? "string" : "int32 or int64");
  if (texts) {
    CONFORMANCE_TRY(const std::vector<std::string> pool, call.Strings("pool_strings"));
    CONFORMANCE_RETURN_IF_ERROR(
        count(pool, std::vector<std::string>(x.data<std::string>(), x.data<std::string>() + x.count())));
  } else {
    CONFORMANCE_TRY(const std::vector<int64_t> pool, call.Ints("pool_int64s"));
    CONFORMANCE_TRY(const std::vector<int64_t> numbers, ToInts(x, "the input"));
    CONFORMANCE_RETURN_IF_ERROR(count(pool, numbers));
  }
  return out;
}

}  // namespace conformance::onnx_reference::kernels
