#include <algorithm>
#include <string>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/ops/product.h"
#include "references/onnx/ops/reduce.h"
#include "references/onnx/ops/rows.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// A tensor whose axes have letters. Axes of an ellipsis are letters of their own: characters from 1 on, counted from the last axis.
struct Term {
  Array array;
  std::string letters;

  int64_t SizeOf(char letter) const { return array.dims()[letters.find(letter)]; }
  bool Has(char letter) const { return letters.find(letter) != std::string::npos; }
};

Error Bad(const std::string& equation, std::string why) { return Invalid("an equation that can't be read: " + std::move(why)).With("found", formats::Quoted(equation)); }

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The letters of one term, its ellipsis of `extra` axes written out.
Result<std::string> LettersOf(const std::string& equation, const std::string& text, int64_t extra) {
  std::string letters;
  bool ellipsis = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsLetter(text[i])) {
      letters += text[i];
    } else if (text.compare(i, 3, "...") == 0 && !ellipsis) {
      ellipsis = true;
      if (extra > 26) return Bad(equation, "an ellipsis of too many axes");
      for (int64_t k = extra; k > 0; --k) letters += static_cast<char>(k);
      i += 2;
    } else {
      return Bad(equation, "an unexpected character");
    }
  }
  return letters;
}

template <typename F>
Status VisitProducts(Store store, F f) {
  switch (store) {
    case Store::kF32: return f(Tag<float>());
    case Store::kF64: return f(Tag<double>());
    case Store::kI32:
    case Store::kU32: return f(Tag<uint32_t>());
    case Store::kI64:
    case Store::kU64: return f(Tag<uint64_t>());
    default: return WrongStore(store, "a term", "floats or integers of 32 or 64 bits");
  }
}

/// The sum over axes that nobody else has.
Result<Term> SumOut(const Call& call, Term term, const std::string& keep) {
  std::vector<int64_t> axes;
  std::string left;
  for (size_t i = 0; i < term.letters.size(); ++i) {
    if (keep.find(term.letters[i]) == std::string::npos) {
      axes.push_back(static_cast<int64_t>(i));
    } else {
      left += term.letters[i];
    }
  }
  if (axes.empty()) return term;
  CONFORMANCE_TRY(const Reduction rows, RowsOf(call, term.array, axes, false));
  CONFORMANCE_TRY(Array sum, call.New(term.array.elem(), rows.dims));
  CONFORMANCE_RETURN_IF_ERROR(VisitProducts(sum.store(), [&]<typename T>(Tag<T>) {
    for (int64_t i = 0; i < rows.result; ++i) sum.mutable_data<T>()[i] = SumOf(rows.rows.data<T>() + i * rows.reduced, rows.reduced, [](T v) { return v; });
    return Ok();
  }));
  return Term{std::move(sum), std::move(left)};
}

/// Axes in the order of `letters`; those of size 1 of an ellipsis stay so.
Result<Array> InOrder(const Call& call, const Term& term, const std::string& letters) {
  std::vector<int64_t> perm;
  for (const char letter : letters) perm.push_back(static_cast<int64_t>(term.letters.find(letter)));
  return Transposed(call, term.array, perm);
}

/// a · b: letters of both that `keep` doesn't have are summed, as a product of matrices.
Result<Term> Contract(const Call& call, Term a, Term b, const std::string& keep) {
  CONFORMANCE_TRY(a, SumOut(call, std::move(a), keep + b.letters));
  CONFORMANCE_TRY(b, SumOut(call, std::move(b), keep + a.letters));
  std::string batch, rows, columns, depth;
  Shape lead_a, lead_b, dims;
  int64_t m = 1, k = 1, n = 1;
  for (const char letter : a.letters) {
    if (!b.Has(letter)) {
      rows += letter;
      m *= a.SizeOf(letter);
    } else if (keep.find(letter) != std::string::npos) {
      batch += letter;
    } else {
      // A size of 1 of an ellipsis is widened first; letters proper are equal already.
      if (a.SizeOf(letter) != b.SizeOf(letter)) {
        Term& narrow = a.SizeOf(letter) == 1 ? a : b;
        Shape wide = narrow.array.dims();
        wide[narrow.letters.find(letter)] = std::max(a.SizeOf(letter), b.SizeOf(letter));
        CONFORMANCE_TRY(narrow.array, Expanded(call, narrow.array, wide));
      }
      depth += letter;
      k *= a.SizeOf(letter);
    }
  }
  for (const char letter : b.letters) {
    if (a.Has(letter)) continue;
    columns += letter;
    n *= b.SizeOf(letter);
  }
  for (const char letter : batch) {
    lead_a.push_back(a.SizeOf(letter));
    lead_b.push_back(b.SizeOf(letter));
  }
  CONFORMANCE_TRY(const Shape lead, BroadcastDims(lead_a, lead_b));
  dims = lead;
  for (const char letter : rows) dims.push_back(a.SizeOf(letter));
  for (const char letter : columns) dims.push_back(b.SizeOf(letter));
  CONFORMANCE_TRY(const Array left, InOrder(call, a, batch + rows + depth));
  CONFORMANCE_TRY(const Array right, InOrder(call, b, batch + depth + columns));
  CONFORMANCE_TRY(Array out, call.New(left.elem(), std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({out.count(), k}));
  const BroadcastWalk walk(lead, {&lead_a, &lead_b});
  CONFORMANCE_RETURN_IF_ERROR(VisitProducts(out.store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    if (out.count() == 0) return Ok();
    walk.ForEachRow([&](const auto& at) {
      for (int64_t i = 0; i < walk.length(); ++i, to += m * n)
        MultiplyInto(left.data<T>() + (at[0] + i * walk.step()[0]) * m * k, right.data<T>() + (at[1] + i * walk.step()[1]) * k * n, to, m, k, n);
    });
    return Ok();
  }));
  return Term{std::move(out), batch + rows + columns};
}

/// The axes of one operand by their letters: a letter that occurs twice is the diagonal.
Result<Term> TermOf(const Call& call, const Array& array, const std::string& letters) {
  const std::vector<int64_t> strides = StridesOf(array.dims());
  std::string once;
  Shape dims;
  std::vector<int64_t> steps;
  for (size_t i = 0; i < letters.size(); ++i) {
    const size_t known = once.find(letters[i]);
    if (known == std::string::npos) {
      once += letters[i];
      dims.push_back(array.dims()[i]);
      steps.push_back(strides[i]);
      continue;
    }
    if (dims[known] != array.dims()[i]) return ShapeError("a diagonal of two sizes").With("found", Describe(array));
    steps[known] += strides[i];
  }
  if (once == letters) return Term{array, once};
  CONFORMANCE_TRY(Array diagonal, Strided(call, array, dims, steps));
  return Term{std::move(diagonal), once};
}

}  // namespace

/// Sums of products by Einstein's convention: "bij,bjk->bik", with "..." for axes that broadcast. Without "->", the letters that occur once in
/// alphabetical order, behind the ellipsis.
Outputs Einsum(const Call& call) {
  CONFORMANCE_TRY(const std::string written, call.String("equation"));
  std::string equation;
  for (const char c : written) {
    if (c != ' ') equation += c;
  }
  const size_t arrow = equation.find("->");
  const std::vector<std::string> terms = conformance::Split(equation.substr(0, arrow), ',');
  const std::vector<const Array*> inputs = call.From(0);
  if (terms.size() != inputs.size()) return Bad(written, "other than " + std::to_string(inputs.size()) + " terms");
  std::vector<Term> operands;
  int64_t widest = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    const auto named = static_cast<int64_t>(std::count_if(terms[i].begin(), terms[i].end(), IsLetter));
    const bool ellipsis = terms[i].find("...") != std::string::npos;
    const int64_t extra = inputs[i]->rank() - named;
    if (extra < 0 || (extra > 0 && !ellipsis)) return Bad(written, "a term of another rank than " + Describe(*inputs[i]));
    CONFORMANCE_TRY(const std::string letters, LettersOf(written, terms[i], extra));
    CONFORMANCE_TRY(Term term, TermOf(call, *inputs[i], letters));
    operands.push_back(std::move(term));
    if (ellipsis) widest = std::max(widest, extra);
  }
  std::string result;
  if (arrow == std::string::npos) {
    for (int64_t k = widest; k > 0; --k) result += static_cast<char>(k);
    std::string all;
    for (const std::string& term : terms) std::copy_if(term.begin(), term.end(), std::back_inserter(all), IsLetter);
    std::sort(all.begin(), all.end());
    for (const char letter : all) {
      if (std::count(all.begin(), all.end(), letter) == 1) result += letter;
    }
  } else {
    CONFORMANCE_TRY(result, LettersOf(written, equation.substr(arrow + 2), widest));
  }
  for (const char letter : result) {
    const bool known = std::any_of(operands.begin(), operands.end(), [&](const Term& term) { return term.Has(letter); });
    if (!known || std::count(result.begin(), result.end(), letter) != 1) return Bad(written, "a letter of the result that no term has, or twice");
  }
  for (const Term& a : operands) {
    for (const Term& b : operands) {
      for (const char letter : a.letters) {
        if (!b.Has(letter)) continue;
        const int64_t x = a.SizeOf(letter), y = b.SizeOf(letter);
        if (x != y && (IsLetter(letter) || (x != 1 && y != 1))) return ShapeError("a letter of two sizes").With("found", Describe(a.array) + " and " + Describe(b.array));
      }
    }
  }
  Term product = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    std::string keep = result;
    for (size_t k = i + 1; k < operands.size(); ++k) keep += operands[k].letters;
    CONFORMANCE_TRY(product, Contract(call, std::move(product), operands[i], keep));
  }
  CONFORMANCE_TRY(product, SumOut(call, std::move(product), result));
  return InOrder(call, product, result);
}

}  // namespace conformance::onnx_reference::kernels
