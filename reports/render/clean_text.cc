#include "reports/render/clean_text.h"

#include <cstdint>
#include <cstdio>

namespace conformance::reports {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Length of the UTF-8 sequence at the beginning of `text`, with its code point; 0 where there is none.
size_t Sequence(std::string_view text, uint32_t& code) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return code = first, 1;
  const size_t length = first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first >= 0xF5 || text.size() < length) return 0;
  code = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0;
  return length;
}

bool IsControl(uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }
/// Code points that XML 1.0 has no place for.
bool IsNoCharacter(uint32_t code) { return code == 0xFFFE || code == 0xFFFF; }

}  // namespace

std::string CleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    uint32_t code = 0;
    const size_t length = Sequence(text, code);
    if (length == 0 || IsNoCharacter(code)) {
      clean += kReplacement;
    } else if (code == '\r' && text.starts_with("\r\n")) {
      // the newline follows
    } else if (IsControl(code) && code != '\n' && code != '\t') {
      char escape[16];
      std::snprintf(escape, sizeof escape, "\\u%04x", code);
      clean += escape;
    } else {
      clean += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

std::string CleanLine(std::string_view text) {
  std::string clean = CleanText(text);
  for (char& c : clean) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return clean;
}

std::string HtmlText(std::string_view text) {
  std::string html;
  for (const char c : CleanText(text)) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += c;
    }
  }
  return html;
}

}  // namespace conformance::reports
