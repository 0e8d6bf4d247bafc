#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace conformance::onnx {

/// An operator's name as a template argument: one function serves all operators that are translated alike.
template <size_t kSize>
struct FixedString {
  constexpr FixedString(const char (&text)[kSize]) { std::copy_n(text, kSize, data); }  // NOLINT: implicit on purpose
  constexpr std::string_view view() const { return {data, kSize - 1}; }
  char data[kSize];
};

}  // namespace conformance::onnx
