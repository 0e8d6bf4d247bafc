#include <cmath>

#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::formats {
namespace {

/// Length of the UTF-8 sequence at the start of `text`, 0 where there is none (RFC 3629: shortest forms, no surrogates).
size_t SequenceLength(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (at(1) < low || at(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80) return 0;
  }
  return length;
}

void WriteString(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = SequenceLength(text.substr(i));
    if (length != 1) {
      out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, length);
      i += length == 0 ? 1 : length;
      continue;
    }
    ++i;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kDigits[static_cast<unsigned char>(c) >> 4];
          out += kDigits[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

class Writer {
 public:
  Writer(int indent, std::string& out) : indent_(indent), out_(out) {}

  void Value(const Json& json, int depth) {
    switch (json.kind()) {
      case Json::Kind::kNull: out_ += "null"; break;
      case Json::Kind::kBool: out_ += json.AsBool() ? "true" : "false"; break;
      case Json::Kind::kInt: out_ += std::to_string(json.AsInt()); break;
      case Json::Kind::kDouble:
        out_ += std::isfinite(json.AsDouble()) ? DoubleText(json.AsDouble()) : "null";
        break;
      case Json::Kind::kString: WriteString(json.AsString(), out_); break;
      case Json::Kind::kArray:
        List('[', ']', json.AsArray(), depth, [&](const Json& element) { Value(element, depth + 1); });
        break;
      case Json::Kind::kObject:
        List('{', '}', json.AsObject(), depth, [&](const Json::Member& member) {
          WriteString(member.first, out_);
          out_ += indent_ > 0 ? ": " : ":";
          Value(member.second, depth + 1);
        });
        break;
    }
  }

 private:
  template <typename Elements, typename WriteElement>
  void List(char open, char close, const Elements& elements, int depth, const WriteElement& write) {
    out_ += open;
    bool first = true;
    for (const auto& element : elements) {
      if (!first) out_ += ',';
      first = false;
      NewLine(depth + 1);
      write(element);
    }
    if (!first) NewLine(depth);
    out_ += close;
  }
  void NewLine(int depth) {
    if (indent_ <= 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(indent_) * static_cast<size_t>(depth), ' ');
  }

  int indent_;
  std::string& out_;
};

}  // namespace

std::string WriteJson(const Json& json, int indent) {
  std::string out;
  Writer(indent, out).Value(json, 0);
  return out;
}

std::string JsonQuoted(std::string_view text) {
  std::string out;
  WriteString(text, out);
  return out;
}

}  // namespace conformance::formats
