#pragma once

#include <string_view>
#include <vector>

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

/// One line of the translation table.
struct TranslationEntry {
  std::string_view target;  ///< "aten.linear.default"
  Translation translate;
};
/// Ours, in plain order.
const std::vector<TranslationEntry>& Translations();
/// Null where there is none.
const TranslationEntry* FindTranslation(std::string_view target);

}  // namespace conformance::onnx
