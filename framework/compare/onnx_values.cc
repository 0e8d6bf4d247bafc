#include "framework/compare/onnx_values.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "framework/base/strings.h"
#include "framework/compare/elements.h"
#include "framework/compare/plain_lane.h"
#include "framework/compare/tolerance.h"
#include "framework/formats/file.h"
#include "framework/formats/onnx_elements.h"

namespace conformance::compare {
namespace {

using formats::OnnxElem;
using formats::OnnxTensor;
using formats::OnnxValue;
using Kind = formats::OnnxValue::Kind;

bool IsWideFloat(OnnxElem elem) {
  return elem == OnnxElem::kDouble || elem == OnnxElem::kFloat || elem == OnnxElem::kFloat16 || elem == OnnxElem::kBfloat16;
}

bool IsInexact(OnnxElem elem) {
  switch (elem) {
    case OnnxElem::kComplex64:
    case OnnxElem::kComplex128:
    case OnnxElem::kFloat8E4M3Fn:
    case OnnxElem::kFloat8E4M3FnUz:
    case OnnxElem::kFloat8E5M2:
    case OnnxElem::kFloat8E5M2FnUz:
    case OnnxElem::kFloat8E8M0:
    case OnnxElem::kFloat6E2M3:
    case OnnxElem::kFloat6E3M2:
    case OnnxElem::kFloat4E2M1: return true;
    default: return IsWideFloat(elem);
  }
}

std::string At(size_t place, const std::string& found, const std::string& wanted) {
  return "element " + std::to_string(place) + " is " + found + ", wanted " + wanted;
}

/// Of an integer of 64 bits or less: without a point.
std::string WholeText(double value) {
  const std::string text = DoubleText(value);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

bool IsSameKind(const OnnxTensor& found, const OnnxTensor& wanted, bool widened) {
  const bool same_type = found.elem == wanted.elem || (widened && found.elem == OnnxElem::kDouble && IsWideFloat(wanted.elem));
  return same_type && found.dims == wanted.dims;
}

std::string TensorDifference(const OnnxTensor& found, const OnnxTensor& wanted, const ports::PlainTolerance& tolerance, bool widened) {
  if (!IsSameKind(found, wanted, widened)) return "found " + Describe(found) + ", wanted " + Describe(wanted);
  if (wanted.elem == OnnxElem::kString) {
    for (size_t i = 0; i < wanted.strings.size(); ++i) {
      if (i >= found.strings.size()) return At(i, "missing", formats::Quoted(wanted.strings[i]));
      if (found.strings[i] != wanted.strings[i]) return At(i, formats::Quoted(found.strings[i]), formats::Quoted(wanted.strings[i]));
    }
    return {};
  }
  const auto f = formats::NumbersOf(found), w = formats::NumbersOf(wanted);
  if (!f.ok()) return "found: " + f.error().ToString();
  if (!w.ok()) return "recorded: " + w.error().ToString();
  if (IsInexact(wanted.elem)) {
    const Outside outside = CountOutside(f->data(), w->data(), nullptr, static_cast<int64_t>(w->size()), tolerance);
    if (outside.count == 0) return {};
    const auto worst = static_cast<size_t>(outside.worst);
    return std::to_string(outside.count) + " of " + std::to_string(w->size()) + " values are outside atol " + FigureText(tolerance.atol) + " + rtol " +
           FigureText(tolerance.rtol) + "; worst: " + At(worst, DoubleText((*f)[worst]), DoubleText((*w)[worst]));
  }
  for (size_t i = 0; i < w->size(); ++i) {
    if ((*f)[i] != (*w)[i]) return At(i, WholeText((*f)[i]), WholeText((*w)[i]));
  }
  // Integers of 64 bits that a double cannot tell apart; of those below a byte the padding is nobody's.
  if (w->empty() || formats::OnnxElemBits(wanted.elem) < 8 || std::memcmp(found.raw->data, wanted.raw->data, wanted.raw->bytes) == 0) return {};
  return "bytes differ beyond what a double shows";
}

}  // namespace

std::string KindDifference(const OnnxValue& found, const OnnxValue& wanted, bool widened) {
  const bool same = found.kind == wanted.kind && found.items.size() == wanted.items.size() &&
                    (wanted.kind != Kind::kTensor || IsSameKind(found.tensor, wanted.tensor, widened));
  return same ? "" : "found " + Describe(found) + ", wanted " + Describe(wanted);
}

std::string Difference(const OnnxValue& found, const OnnxValue& wanted, const ports::PlainTolerance& tolerance, bool widened) {
  // A declared optional's value may come bare.
  if (wanted.kind == Kind::kOptional) {
    return Difference(found.kind == Kind::kOptional ? found.items.front() : found, wanted.items.front(), tolerance, widened);
  }
  if (found.kind == Kind::kOptional && wanted.kind != Kind::kNone) return Difference(found.items.front(), wanted, tolerance, widened);
  std::string why = KindDifference(found, wanted, widened);
  if (!why.empty()) return why;
  if (wanted.kind == Kind::kTensor) return TensorDifference(found.tensor, wanted.tensor, tolerance, widened);
  if (wanted.kind == Kind::kMap) why = TensorDifference(found.tensor, wanted.tensor, {}, false);
  for (size_t i = 0; why.empty() && i < wanted.items.size(); ++i) {
    why = Difference(found.items[i], wanted.items[i], tolerance, widened);
    if (!why.empty()) why = "item " + std::to_string(i) + ": " + why;
  }
  return why;
}

record::OutputFigures FiguresOf(const std::string& name, const OnnxValue& value) {
  record::OutputFigures figures;
  figures.output = name;
  figures.outcome = "pass";
  const OnnxValue& held = value.kind == Kind::kOptional ? value.items.front() : value;
  switch (held.kind) {
    case Kind::kTensor: {
      const auto dtype = formats::DTypeFromOnnx(held.tensor.elem);
      figures.dtype = dtype ? std::string(ToString(*dtype)) : std::string(formats::OnnxElemName(held.tensor.elem));
      figures.shape = held.tensor.dims;
      figures.elements = NumElements(held.tensor.dims);
      break;
    }
    case Kind::kSequence: figures.dtype = "sequence"; break;
    case Kind::kMap: figures.dtype = "map"; break;
    case Kind::kOptional:
    case Kind::kNone: figures.dtype = "nothing"; break;
  }
  if (held.kind == Kind::kSequence || held.kind == Kind::kMap) figures.elements = static_cast<int64_t>(held.items.size());
  return figures;
}

std::string NamesDiffer(const formats::NamedOnnxValues& found, const formats::NamedOnnxValues& wanted) {
  const bool same = std::ranges::equal(found, wanted, {}, [](const auto& entry) { return entry.first; }, [](const auto& entry) { return entry.first; });
  if (same) return {};
  const auto names = [](const formats::NamedOnnxValues& values) {
    std::string text;
    for (const auto& [name, value] : values) text += (text.empty() ? "" : ", ") + name;
    return text;
  };
  return "found outputs " + names(found) + "; wanted " + names(wanted);
}

ports::Comparison CompareOnnxValues(const formats::NamedOnnxValues& found, const formats::NamedOnnxValues& wanted, const ports::PlainTolerance& tolerance) {
  ports::Comparison comparison;
  comparison.rules["values"] = std::string(kOnnxValuesRule);
  comparison.reason = NamesDiffer(found, wanted);
  if (!comparison.reason.empty()) return comparison;
  for (size_t i = 0; i < wanted.size(); ++i) {
    record::OutputFigures figures = FiguresOf(found[i].first, found[i].second);
    figures.lane = "values";
    figures.budget_max_abs = tolerance.atol;
    if (std::string why = Difference(found[i].second, wanted[i].second, tolerance); !why.empty()) Fail(figures, std::move(why));
    if (figures.outcome != "pass" && comparison.reason.empty()) comparison.reason = figures.output + ": " + figures.reason;
    comparison.figures.push_back(std::move(figures));
  }
  comparison.outcome = comparison.reason.empty() ? record::Outcome::kPass : record::Outcome::kFail;
  return comparison;
}

}  // namespace conformance::compare
