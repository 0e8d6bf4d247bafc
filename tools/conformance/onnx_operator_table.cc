#include "tools/conformance/onnx_operator_table.h"

#include <algorithm>

#include "framework/formats/onnx_schema.h"
#include "references/onnx/operator.h"

namespace conformance::cli {
namespace {

using onnx_reference::Operator;
using onnx_reference::Types;

/// Place of the first input whose type the table bounds; -1 where there is none.
int FirstTyped(const Operator& entry) {
  int place = 0;
  for (const char letter : entry.inputs) {
    if (letter == 'x') return place;
    if (letter == 't' || letter == 'v') ++place;
  }
  return -1;
}

std::string Text(const std::vector<int64_t>& numbers) {
  std::string text;
  for (const int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

/// "floats, integers, bool, float4e2m1": groups that are there whole by their name.
std::string InWords(Types types) {
  using namespace onnx_reference;
  constexpr std::pair<Types, const char*> kGroups[] = {
      {kAny, "all"}, {kNumbers, "numbers"}, {kFloats, "floats"}, {kInts, "integers"}, {kComplex, "complex"}, {kFloat8, "float8"}, {kSmallInts, "small integers"}};
  std::string text;
  Types said;
  const auto say = [&](Types group, std::string_view words) {
    bool whole = true, news = false;
    for (int32_t i = 1; i < 32; ++i) {
      const auto elem = static_cast<formats::OnnxElem>(i);
      whole = whole && (!group.Has(elem) || types.Has(elem));
      news = news || (group.Has(elem) && !said.Has(elem));
    }
    if (!whole || !news) return;
    text += (text.empty() ? "" : ", ") + std::string(words);
    said = said | group;
  };
  for (const auto& [group, words] : kGroups) say(group, words);
  for (int32_t i = 1; i <= static_cast<int32_t>(formats::OnnxElem::kFloat6E3M2); ++i) {
    const auto elem = static_cast<formats::OnnxElem>(i);
    say(Types::Of(elem), onnx_reference::NameOf(elem));
  }
  return text;
}

}  // namespace

std::vector<OnnxOperatorRow> OnnxOperatorRows() {
  std::vector<OnnxOperatorRow> rows;
  for (const formats::OnnxSchema& schema : formats::OnnxSchemas()) {
    if (rows.empty() || rows.back().domain != schema.domain || rows.back().name != schema.name) {
      rows.emplace_back();
      rows.back().domain = schema.domain;
      rows.back().name = schema.name;
    }
    OnnxOperatorRow& row = rows.back();
    row.versions.push_back(schema.since);
    row.deprecated = schema.deprecated;
    const Operator* entry = onnx_reference::FindOperator(schema.domain, schema.name, schema.since);
    const Operator* before = row.versions.size() < 2 ? nullptr : onnx_reference::FindOperator(schema.domain, schema.name, row.versions[row.versions.size() - 2]);
    if (entry != nullptr && entry != before) row.kernels.push_back(schema.since);
    row.types.clear();
    row.missing.clear();
    const int place = entry == nullptr ? -1 : FirstTyped(*entry);
    if (place < 0 || place >= static_cast<int>(schema.inputs.size())) continue;
    Types taken, missing;
    for (const formats::OnnxElem elem : schema.inputs[static_cast<size_t>(place)].tensors) {
      Types& set = entry->types.Has(elem) ? taken : missing;
      set = set | Types::Of(elem);
    }
    row.types = InWords(taken);
    row.missing = InWords(missing);
  }
  return rows;
}

std::string OnnxOperatorMarkdown(const std::vector<OnnxOperatorRow>& rows) {
  const auto has = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return !row.kernels.empty(); });
  std::string text =
      "# ONNX operators\n"
      "Made by `conformance list onnx-operators --markdown`; a test holds it against the tables.\n\n"
      "What `references/onnx`, our own interpreter of `.onnx` files, computes of the operators that the onnx library knows.\n"
      "- **versions**: those in which the operator's text changed. **kernels**: of those, the ones from which on another kernel of ours serves.\n"
      "- **types**: of the first typed input, in the newest version, those that are taken (*numbers*: integers of 8 to 64 bits and floats;\n"
      "  *floats*: f16, bf16, f32, f64; *float8*: e4m3fn, e4m3fnuz, e5m2, e5m2fnuz; *small integers*: of 2 and 4 bits). **not**: what the text allows\n"
      "  besides.\n\n";
  text += std::to_string(has) + " of " + std::to_string(rows.size()) + " operators have a kernel. `ai.onnx.preview.training.Gradient` needs none: it is written out by\n"
          "reverse mode over the operators of one element each (`references/onnx/gradient.h`).\n\n";
  text += "| operator | versions | kernels | types | not |\n|---|---|---|---|---|\n";
  for (const OnnxOperatorRow& row : rows) {
    text += "| `" + (row.domain.empty() ? "" : row.domain + ".") + row.name + "`" + (row.deprecated ? " (deprecated)" : "") + " | " + Text(row.versions) + " | " +
            (row.kernels.empty() ? "-" : Text(row.kernels)) + " | " + row.types + " | " + row.missing + " |\n";
  }
  return text;
}

}  // namespace conformance::cli
