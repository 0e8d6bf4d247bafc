#include "framework/rewrite/composite_einsum.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "framework/base/strings.h"
#include "framework/ops/ops.h"

namespace conformance::rewrite {
namespace {

using ops::OpContext;
using ops::Value;

/// A tensor with a label for each axis. Axes of "..." have labels below zero, counted from the last: -1 is the last of them.
using Labels = std::vector<int>;
struct Labelled {
  Value value;
  Labels labels;
};

bool Has(const Labels& labels, int label) { return std::ranges::find(labels, label) != labels.end(); }
size_t Place(const Labels& labels, int label) { return static_cast<size_t>(std::ranges::find(labels, label) - labels.begin()); }

/// "b...ij" for a tensor of that rank.
std::optional<Labels> LabelsOf(const std::string& text, int64_t rank) {
  const size_t dots = text.find("...");
  const auto letters = static_cast<int64_t>(text.size()) - (dots == text.npos ? 0 : 3);
  if (letters > rank || (dots == text.npos && letters != rank)) return std::nullopt;
  Labels labels;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == dots) {
      for (int64_t open = rank - letters; open > 0; --open) labels.push_back(static_cast<int>(-open));
      i += 2;
    } else {
      labels.push_back(text[i]);
    }
  }
  return labels;
}

/// x with one axis for each label: of axes with the same one, what lies where their places are equal. None where their sizes differ.
std::optional<Labelled> Diagonals(OpContext& c, Labelled x) {
  for (size_t i = 0; i < x.labels.size();) {
    const auto twin = std::ranges::find(x.labels.begin() + static_cast<std::ptrdiff_t>(i) + 1, x.labels.end(), x.labels[i]);
    if (twin == x.labels.end()) {
      ++i;
      continue;
    }
    const auto first = static_cast<std::ptrdiff_t>(i), second = twin - x.labels.begin();
    if (!c.Guard(Eq(x.value.size(first), x.value.size(second)), "einsum: axes with the same label")) return std::nullopt;
    x.value = ops::Diagonal(c, x.value, 0, first, second);  // behind the other axes
    const int label = x.labels[i];
    x.labels.erase(x.labels.begin() + second);
    x.labels.erase(x.labels.begin() + first);
    x.labels.push_back(label);
  }
  return x;
}

Value Arranged(OpContext& c, const Labelled& x, const Labels& order) {
  std::vector<int64_t> axes;
  for (const int label : order) axes.push_back(static_cast<int64_t>(Place(x.labels, label)));
  return std::ranges::is_sorted(axes) ? x.value : ops::Permute(c, x.value, std::move(axes));
}

Labelled WithoutSums(OpContext& c, Labelled x, const Labels& needed) {
  Labels kept;
  std::vector<int64_t> summed;
  for (size_t i = 0; i < x.labels.size(); ++i) {
    if (Has(needed, x.labels[i])) kept.push_back(x.labels[i]);
    else summed.push_back(static_cast<int64_t>(i));
  }
  if (!summed.empty()) x.value = ops::Sum(c, x.value, std::move(summed));
  return {x.value, kept};
}

std::vector<SymInt> SizesOf(const Labelled& x, const Labels& labels) {
  std::vector<SymInt> sizes;
  for (const int label : labels) sizes.push_back(x.value.size(static_cast<int64_t>(Place(x.labels, label))));
  return sizes;
}
SymInt Product(const std::vector<SymInt>& sizes) {
  SymInt product = 1;
  for (const SymInt& size : sizes) product *= size;
  return product;
}

/// x with axes of size 1 stretched to what `like` has for the same label.
Labelled Stretched(OpContext& c, Labelled x, const Labelled& like) {
  std::vector<SymInt> sizes = x.value.sizes();
  bool grows = false;
  for (size_t i = 0; i < x.labels.size(); ++i) {
    if (!Has(like.labels, x.labels[i]) || sizes[i].AsInt() != 1) continue;
    sizes[i] = like.value.size(static_cast<int64_t>(Place(like.labels, x.labels[i])));
    grows = grows || sizes[i].AsInt() != 1;
  }
  if (grows) x.value = ops::Expand(c, x.value, std::move(sizes));
  return x;
}

/// [shared…, own of a…, own of b…]: what both have and nobody needs any more is summed over.
Labelled Joined(OpContext& c, Labelled a, Labelled b, const Labels& needed) {
  Labels all = needed;
  all.insert(all.end(), b.labels.begin(), b.labels.end());
  a = WithoutSums(c, std::move(a), all);
  all = needed;
  all.insert(all.end(), a.labels.begin(), a.labels.end());
  b = WithoutSums(c, std::move(b), all);
  a = Stretched(c, std::move(a), b);
  b = Stretched(c, std::move(b), a);
  Labels batch, inner, left, right;
  for (const int label : a.labels) {
    if (!Has(b.labels, label)) left.push_back(label);
    else (Has(needed, label) ? batch : inner).push_back(label);
  }
  for (const int label : b.labels) {
    if (!Has(a.labels, label)) right.push_back(label);
  }
  const auto joined = [](std::initializer_list<const Labels*> parts) {
    Labels labels;
    for (const Labels* part : parts) labels.insert(labels.end(), part->begin(), part->end());
    return labels;
  };
  const std::vector<SymInt> batch_sizes = SizesOf(a, batch), left_sizes = SizesOf(a, left), right_sizes = SizesOf(b, right);
  const SymInt rows = Product(left_sizes), columns = Product(right_sizes), depth = Product(SizesOf(a, inner)), count = Product(batch_sizes);
  const Value x = ops::Reshape(c, Arranged(c, a, joined({&batch, &left, &inner})), {count, rows, depth});
  const Value y = ops::Reshape(c, Arranged(c, b, joined({&batch, &inner, &right})), {count, depth, columns});
  std::vector<SymInt> sizes = batch_sizes;
  sizes.insert(sizes.end(), left_sizes.begin(), left_sizes.end());
  sizes.insert(sizes.end(), right_sizes.begin(), right_sizes.end());
  return {ops::Reshape(c, ops::Bmm(c, x, y), std::move(sizes)), joined({&batch, &left, &right})};
}

}  // namespace

std::vector<ops::Value> WriteEinsum(OpContext& c, const std::vector<ops::Argument>& args) {
  std::string equation = std::get<std::string>(args[0]);
  std::erase(equation, ' ');
  const auto refuse = [&](std::string_view what) {
    c.Fail(Unsupported("einsum " + std::string(what)).With("equation", equation));
    return std::vector<Value>{Value()};
  };
  const auto& tensors = std::get<std::vector<Value>>(args[1]);
  const size_t arrow = equation.find("->");
  const std::vector<std::string> terms = Split(equation.substr(0, arrow), ',');
  if (terms.size() != tensors.size() || tensors.empty()) return refuse("with another number of operands than terms");
  std::vector<Labelled> operands;
  std::map<int, size_t> uses;
  for (size_t i = 0; i < terms.size(); ++i) {
    auto labels = LabelsOf(terms[i], tensors[i].rank());
    if (!labels) return refuse("whose term has another number of labels than its operand has axes");
    for (const int label : *labels) ++uses[label];
    auto operand = Diagonals(c, {tensors[i], *std::move(labels)});
    if (!operand) return refuse("of axes with the same label and other sizes");
    operands.push_back(*std::move(operand));
  }
  Labels wanted;
  int64_t open = 0;
  for (const auto& [label, count] : uses) open = std::max<int64_t>(open, label < 0 ? -label : 0);
  if (arrow == equation.npos) {  // what stands once, in the order of the alphabet, behind the axes of "..."
    for (int64_t i = open; i > 0; --i) wanted.push_back(static_cast<int>(-i));
    for (const auto& [label, count] : uses) {
      if (label > 0 && count == 1) wanted.push_back(label);
    }
  } else {
    const std::string out = equation.substr(arrow + 2);
    const bool dots = out.find("...") != out.npos;
    auto labels = LabelsOf(out, static_cast<int64_t>(out.size()) - (dots ? 3 : 0) + (dots ? open : 0));
    if (!labels) return refuse("whose output cannot be read");
    wanted = *std::move(labels);
  }
  for (const int label : wanted) {
    if (!uses.contains(label)) return refuse("whose output has a label that no operand has");
  }
  Labelled sofar = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    Labels needed = wanted;
    for (size_t later = i + 1; later < operands.size(); ++later) {
      needed.insert(needed.end(), operands[later].labels.begin(), operands[later].labels.end());
    }
    sofar = Joined(c, std::move(sofar), operands[i], needed);
  }
  sofar = WithoutSums(c, std::move(sofar), wanted);
  return {Arranged(c, sofar, wanted)};
}

}  // namespace conformance::rewrite
