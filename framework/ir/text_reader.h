#pragma once

// The inside of ParseProgram: words, strings, numbers, lists and metas of the text.

#include <cctype>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "framework/base/strings.h"
#include "framework/ir/types.h"

namespace conformance::ir {

/// Reads a text from left to right. `#` begins a comment; line ends count only where LineEnds is asked.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  // Lexing.
  Error Wanted(std::string_view what) const {
    size_t line = 1;
    for (size_t i = 0; i < at_ && i < text_.size(); ++i) line += text_[i] == '\n';
    std::string_view rest = text_.substr(std::min(at_, text_.size()), 24);
    rest = rest.substr(0, rest.find('\n'));
    return Invalid("line " + std::to_string(line) + ": wanted " + std::string(what) + ", found " +
                   (rest.empty() ? std::string("the end") : "'" + std::string(rest) + "'"));
  }
  void Blanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else {
        return;
      }
    }
  }
  bool LineEnds() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return at_ >= text_.size() || text_[at_] == '\n';
  }
  char Peek() {
    Blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  static bool IsNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
  std::string_view PeekWord() {
    Blanks();
    size_t end = at_;
    while (end < text_.size() && IsNameCharacter(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool TakeWord(std::string_view word) {
    if (PeekWord() != word) return false;
    at_ += word.size();
    return true;
  }
  std::string_view Word() {
    const std::string_view word = PeekWord();
    at_ += word.size();
    return word;
  }
  Result<std::string> String() {
    if (Peek() != '"') return Wanted("a string in quotes");
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        out += text_[at_];
        continue;
      }
      if (++at_ >= text_.size()) break;
      const char c = text_[at_];
      if (c == 'n') out += '\n';
      else if (c == 't') out += '\t';
      else if (c == 'x') {
        const int high = at_ + 2 < text_.size() ? HexDigit(text_[at_ + 1]) : -1, low = high >= 0 ? HexDigit(text_[at_ + 2]) : -1;
        if (low < 0) return Wanted("two hex digits");
        out += static_cast<char>(high * 16 + low);
        at_ += 2;
      } else out += c;
    }
    if (at_ >= text_.size()) return Wanted("the closing quote");
    ++at_;
    return out;
  }
  static int HexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  }
  Result<std::string> Name() {
    if (Peek() == '"') return String();
    const std::string_view word = Word();
    if (word.empty()) return Wanted("a name");
    return std::string(word);
  }
  struct Number {
    bool is_int = false;
    int64_t integer = 0;
    double real = 0;
  };
  bool AtNumber() {
    const char c = Peek();
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-') return true;
    const std::string_view word = PeekWord();
    return word == "inf" || word == "nan";
  }
  Result<Number> AnyNumber() {
    Blanks();
    size_t end = at_;
    if (end < text_.size() && text_[end] == '-') ++end;
    if (text_.substr(end, 3) == "inf" || text_.substr(end, 3) == "nan") {
      end += 3;
    } else {
      while (end < text_.size()) {
        const char c = text_[end];
        const bool sign = (c == '+' || c == '-') && end > at_ && (text_[end - 1] == 'e' || text_[end - 1] == 'E');
        if (std::isdigit(static_cast<unsigned char>(c)) == 0 && c != '.' && c != 'e' && c != 'E' && !sign) break;
        ++end;
      }
    }
    const std::string_view text = text_.substr(at_, end - at_);
    Number out;
    if (const auto integer = ParseInt(text)) {
      out.is_int = true;
      out.integer = *integer;
    } else if (text.ends_with("nan")) {
      out.real = std::numeric_limits<double>::quiet_NaN();
    } else if (text.ends_with("inf")) {
      out.real = text[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    } else if (const auto real = ParseDouble(text)) {
      out.real = *real;
    } else {
      return Wanted("a number");
    }
    at_ = end;
    return out;
  }
  Result<int64_t> Integer() {
    CONFORMANCE_TRY(const Number number, AnyNumber());
    if (!number.is_int) return Wanted("an integer before this");
    return number.integer;
  }
  Result<double> Real() {
    CONFORMANCE_TRY(const Number number, AnyNumber());
    if (number.is_int) return Wanted("a number with a point before this");
    return number.real;
  }
  // Text up to `stops` outside of parentheses.
  std::string_view Raw(std::string_view stops) {
    Blanks();
    const size_t start = at_;
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (depth == 0 && stops.find(c) != std::string_view::npos) break;
      depth += c == '(' ? 1 : (c == ')' ? -1 : 0);
    }
    return text_.substr(start, at_ - start);
  }
  Error In(Error error) const { return std::move(error).Trail(std::string(Wanted("an expression before this").message())); }

  template <typename Read>
  auto List(const Read& read) -> Result<std::vector<typename std::invoke_result_t<Read>::value_type>> {
    if (!Take('[')) return Wanted("'['");
    std::vector<typename std::invoke_result_t<Read>::value_type> out;
    if (Take(']')) return out;
    do {
      CONFORMANCE_TRY(auto element, read());
      out.push_back(std::move(element));
    } while (Take(','));
    if (!Take(']')) return Wanted("',' or ']'");
    return out;
  }
  Result<std::vector<std::string>> Strings() {
    return List([this] { return String(); });
  }
  Result<std::vector<int64_t>> Integers() {
    return List([this] { return Integer(); });
  }
  Result<bool> Flag() {
    const std::string_view word = Word();
    if (word != "True" && word != "False") return Wanted("True or False before this");
    return word == "True";
  }

  // Metas.
  Result<SymInt> Expression(std::string_view stops) {
    auto value = ParseSymInt(Raw(stops));
    if (!value.ok()) return In(std::move(value).error());
    return std::move(value).value();
  }
  Result<std::vector<SymInt>> Sizes() {
    return List([this] { return Expression(",]"); });
  }
  Status Open() { return Take('(') ? Ok() : Status(Wanted("'('")); }
  Status Close() { return Take(')') ? Ok() : Status(Wanted("')'")); }

  Result<Device> DeviceInParentheses() {
    Device out;
    CONFORMANCE_RETURN_IF_ERROR(Open());
    CONFORMANCE_TRY(out.type, String());
    if (Take(',')) {
      CONFORMANCE_TRY(out.index, Integer());
    }
    CONFORMANCE_RETURN_IF_ERROR(Close());
    return out;
  }
  template <typename T>
  Result<T> Enumerator(std::optional<T> (*read)(std::string_view), std::string_view what) {
    if (!Take('.')) return Wanted("'.'");
    const auto value = read(Word());
    if (!value) return Wanted("a " + std::string(what) + " before this");
    return *value;
  }

  Result<ValueMeta> Meta() {
    const std::string word(Word());
    if (word == "token") return ValueMeta(TokenMeta{});
    if (word == "int") {
      CONFORMANCE_RETURN_IF_ERROR(Open());
      CONFORMANCE_TRY(SymInt value, Expression(")"));
      CONFORMANCE_RETURN_IF_ERROR(Close());
      return ValueMeta(std::move(value));
    }
    if (word == "bool" && Peek() == '(') {
      CONFORMANCE_RETURN_IF_ERROR(Open());
      auto condition = ParseSymBool(Raw(")"));
      if (!condition.ok()) return In(std::move(condition).error());
      CONFORMANCE_RETURN_IF_ERROR(Close());
      return ValueMeta(std::move(condition).value());
    }
    if (word == "float") {
      SymFloat out;
      CONFORMANCE_RETURN_IF_ERROR(Open());
      if (Peek() == '"') {
        CONFORMANCE_TRY(out.expression, String());
        if (Take(',')) {
          CONFORMANCE_TRY(out.hint, Real());
        }
      } else {
        CONFORMANCE_TRY(out.value, Real());
      }
      CONFORMANCE_RETURN_IF_ERROR(Close());
      return ValueMeta(std::move(out));
    }
    if (word == "object") {
      CustomObjMeta out;
      CONFORMANCE_RETURN_IF_ERROR(Open());
      CONFORMANCE_TRY(out.class_fqn, String());
      CONFORMANCE_RETURN_IF_ERROR(Close());
      return ValueMeta(std::move(out));
    }
    const auto dtype = ScalarTypeFromString(word);
    if (!dtype) return Wanted("a dtype, int, float, bool, object or token before this");
    TensorMeta out;
    out.dtype = *dtype;
    CONFORMANCE_TRY(out.sizes, Sizes());
    if (TakeWord("stride")) {
      CONFORMANCE_TRY(out.strides, Sizes());
    } else {
      out.strides = ContiguousStrides(out.sizes);
    }
    if (TakeWord("offset")) {
      CONFORMANCE_RETURN_IF_ERROR(Open());
      CONFORMANCE_TRY(out.storage_offset, Expression(")"));
      CONFORMANCE_RETURN_IF_ERROR(Close());
    }
    if (TakeWord("device")) {
      CONFORMANCE_TRY(out.device, DeviceInParentheses());
    }
    if (TakeWord("layout")) {
      CONFORMANCE_TRY(out.layout, Enumerator<Layout>(LayoutFromString, "layout"));
    }
    out.requires_grad = TakeWord("grad");
    return ValueMeta(std::move(out));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace conformance::ir
