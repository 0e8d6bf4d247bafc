#include "framework/formats/python_literal.h"

#include <algorithm>
#include <string>
#include <vector>

#include "framework/base/strings.h"
#include "framework/formats/file.h"

namespace conformance::formats {
namespace {

constexpr int kMaxDepth = 64;

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsNamePart(char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); }

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
  } else if (code < 0x10000) {
    out += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
  } else {
    out += {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)),
            static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
  }
}

class Reader {
 public:
  Reader(std::string_view source, std::string_view file) : source_(source), file_(file) {}

  Result<Json> Assignment(std::string_view wanted) {
    std::vector<std::string> seen;
    int depth = 0;
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (depth == 0 && IsNameStart(c) && (at_ == 0 || source_[at_ - 1] == '\n')) {
        const std::string_view found = Name();
        if (AfterTarget()) {
          if (found == wanted) return Whole();
          seen.emplace_back(found);
        }
      } else if (c == '"' || c == '\'') {
        CONFORMANCE_RETURN_IF_ERROR(SkipString());
      } else if (c == '#') {
        SkipComment();
      } else {
        depth += c == '(' || c == '[' || c == '{';
        if (c == ')' || c == ']' || c == '}') depth = std::max(0, depth - 1);
        ++at_;
      }
    }
    Error error = NotFound("nothing is assigned to '" + std::string(wanted) + "' at the beginning of a line");
    if (!file_.empty()) error.With("file", std::string(file_));
    if (const auto near = Nearest(wanted, seen); !near.empty()) error.With("nearest", Join(near, ", "));
    return error;
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool StartsHere(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  std::string_view Name() {
    const size_t begin = at_;
    while (at_ < source_.size() && IsNamePart(source_[at_])) ++at_;
    return source_.substr(begin, at_ - begin);
  }
  void SkipComment() {
    while (at_ < source_.size() && source_[at_] != '\n') ++at_;
  }
  /// Blanks, newlines and comments: inside brackets all of them are one.
  void SkipSpace() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '#') SkipComment();
      else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') ++at_;
      else if (c == '\\' && (Peek(1) == '\n' || Peek(1) == '\r')) at_ += 2;
      else break;
    }
  }
  /// Behind a name at a line's beginning: past an annotation and the equals sign. False where the line assigns nothing.
  bool AfterTarget() {
    int depth = 0;
    for (; at_ < source_.size(); ++at_) {
      const char c = source_[at_];
      if (c == '\n' && depth == 0) return false;
      if (c == '(' && depth == 0) return false;  // a call
      depth += c == '[' || c == '(';
      depth -= c == ']' || c == ')';
      if (c == '#' || c == '"' || c == '\'') return false;
      if (c != '=' || depth != 0) continue;
      if (Peek(1) == '=') return false;
      const char before = at_ > 0 ? source_[at_ - 1] : ' ';
      if (std::string_view("+-*/|&^%@<>!:").find(before) != std::string_view::npos) return false;
      ++at_;
      return true;
    }
    return false;
  }

  Error At(Error error) const {
    const std::string_view before = source_.substr(0, at_);
    const auto line = std::ranges::count(before, '\n') + 1;
    const size_t newline = before.rfind('\n');
    const size_t column = newline == std::string_view::npos ? at_ + 1 : at_ - newline;
    if (!file_.empty()) error.With("file", std::string(file_));
    return std::move(error).With("place", "line " + std::to_string(line) + ", column " + std::to_string(column));
  }
  Error NoLiteral() const {
    if (at_ >= source_.size()) return At(Corrupt("the source ends inside a literal"));
    const std::string_view rest = source_.substr(at_, 30);
    return At(Unsupported("no literal").With("found", Quoted(rest.substr(0, rest.find('\n')))));
  }

  Result<Json> Whole() {
    SkipSpace();
    CONFORMANCE_TRY(Json value, Value(0));
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\r') ++at_;
    if (at_ < source_.size() && Peek() != '\n' && Peek() != '#' && Peek() != ';') return NoLiteral();  // an operator: to be evaluated
    return value;
  }

  Result<Json> Value(int depth) {
    if (depth > kMaxDepth) return At(Invalid("a literal of more than " + std::to_string(kMaxDepth) + " levels"));
    const char c = Peek();
    if (c == '{') return Braces(depth);
    if (c == '[') return Sequence('[', ']', depth);
    if (c == '(') return Parentheses(depth);
    if (IsStringStart()) return Strings();
    if (c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9')) return Number();
    const size_t begin = at_;
    const std::string_view name = Name();
    if (name == "None") return Json();
    if (name == "True") return Json(true);
    if (name == "False") return Json(false);
    at_ = begin;
    return NoLiteral();
  }

  /// Elements up to `close`; a comma may stand behind the last. `commas`: how many there were.
  Result<Json> Sequence(char open, char close, int depth, size_t* commas = nullptr) {
    CONFORMANCE_CHECK(Peek() == open, "a sequence begins elsewhere");
    ++at_;
    Json array = Json::MakeArray();
    for (SkipSpace(); Peek() != close; SkipSpace()) {
      CONFORMANCE_TRY(Json element, Value(depth + 1));
      array.Append(std::move(element));
      SkipSpace();
      if (Peek() == close) break;
      if (Peek() != ',') return NoLiteral();
      ++at_;
      if (commas) ++*commas;
    }
    ++at_;
    return array;
  }

  Result<Json> Parentheses(int depth) {
    size_t commas = 0;
    CONFORMANCE_TRY(Json array, Sequence('(', ')', depth, &commas));
    if (array.AsArray().size() == 1 && commas == 0) return std::move(array.AsArray()[0]);
    return array;
  }

  /// A dict, or a set, which shows behind its first element.
  Result<Json> Braces(int depth) {
    ++at_;
    Json object = Json::MakeObject(), set = Json::MakeArray();
    for (SkipSpace(); Peek() != '}'; SkipSpace()) {
      CONFORMANCE_TRY(Json key, Value(depth + 1));
      SkipSpace();
      if (Peek() == ':' && set.AsArray().empty()) {
        if (!key.IsString()) return At(Unsupported("a dict whose keys are no strings"));
        ++at_;
        SkipSpace();
        CONFORMANCE_TRY(Json value, Value(depth + 1));
        object[key.AsString()] = std::move(value);
        SkipSpace();
      } else if (object.AsObject().empty()) {
        set.Append(std::move(key));
      } else {
        return NoLiteral();
      }
      if (Peek() == '}') break;
      if (Peek() != ',') return NoLiteral();
      ++at_;
    }
    ++at_;
    return set.AsArray().empty() ? object : set;
  }

  bool IsStringStart() const {
    const char c = Peek();
    if (c == '"' || c == '\'') return true;
    return (c == 'r' || c == 'R' || c == 'u' || c == 'U') && (Peek(1) == '"' || Peek(1) == '\'');
  }
  /// One string or several that stand side by side.
  Result<Json> Strings() {
    std::string text;
    while (IsStringStart()) {
      CONFORMANCE_RETURN_IF_ERROR(OneString(text));
      const size_t end = at_;
      SkipSpace();
      if (!IsStringStart()) at_ = end;
    }
    return Json(std::move(text));
  }
  Status OneString(std::string& text) {
    const bool raw = Peek() == 'r' || Peek() == 'R';
    if (IsNameStart(Peek())) ++at_;
    const std::string_view quote = Quote();
    at_ += quote.size();
    while (!StartsHere(quote)) {
      if (at_ >= source_.size() || (quote.size() == 1 && Peek() == '\n')) return At(Corrupt("a string without an end"));
      if (Peek() == '\\') {
        CONFORMANCE_RETURN_IF_ERROR(Escape(raw, text));
      } else {
        text += source_[at_++];
      }
    }
    at_ += quote.size();
    return Ok();
  }
  std::string_view Quote() const { return source_.substr(at_, StartsHere("\"\"\"") || StartsHere("'''") ? 3 : 1); }

  Status Escape(bool raw, std::string& text) {
    const char c = Peek(1);
    if (c == '\0') return At(Corrupt("a string without an end"));
    const size_t begin = at_;
    at_ += 2;
    if (raw) {
      text += source_.substr(begin, 2);
      return Ok();
    }
    switch (c) {
      case '\n': return Ok();
      case 'n': text += '\n'; return Ok();
      case 't': text += '\t'; return Ok();
      case 'r': text += '\r'; return Ok();
      case '\\': case '\'': case '"': text += c; return Ok();
      case 'x': return Code(2, text);
      case 'u': return Code(4, text);
      case 'U': return Code(8, text);
      case 'N': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case 'a': case 'b': case 'f': case 'v':
        at_ = begin;
        return At(Unsupported("an escape of this kind").With("found", std::string(source_.substr(begin, 2))));
      default: text += source_.substr(begin, 2); return Ok();  // Python leaves what it does not know
    }
  }
  Status Code(int digits, std::string& text) {
    uint32_t code = 0;
    for (int i = 0; i < digits; ++i) {
      const char c = Peek();
      const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (value < 0) return At(Corrupt("an escape with too few hex digits"));
      code = code << 4 | static_cast<uint32_t>(value);
      ++at_;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return At(Corrupt("an escape that is no character"));
    AppendUtf8(code, text);
    return Ok();
  }
  Status SkipString() {
    std::string ignored;
    const std::string_view quote = Quote();
    at_ += quote.size();
    while (!StartsHere(quote)) {
      if (at_ >= source_.size()) return At(Corrupt("a string without an end"));
      at_ += Peek() == '\\' ? 2 : 1;
      if (at_ > source_.size()) at_ = source_.size();
    }
    at_ += quote.size();
    return Ok();
  }

  Result<Json> Number() {
    const size_t begin = at_;
    while (at_ < source_.size() && (IsNamePart(source_[at_]) || source_[at_] == '.' ||
                                    ((source_[at_] == '-' || source_[at_] == '+') &&
                                     (at_ == begin || source_[at_ - 1] == 'e' || source_[at_ - 1] == 'E')))) {
      ++at_;
    }
    std::string text(source_.substr(begin, at_ - begin));
    std::erase(text, '_');
    if (text.starts_with('+')) text.erase(0, 1);
    if (const auto whole = ParseInt(text)) return Json(*whole);
    if (const auto real = ParseDouble(text)) return Json(*real);
    at_ = begin;
    return NoLiteral();
  }

  std::string_view source_;
  std::string_view file_;
  size_t at_ = 0;
};

}  // namespace

Result<Json> ReadPythonAssignment(std::string_view source, std::string_view name, std::string_view file) {
  return Reader(source, file).Assignment(name);
}

}  // namespace conformance::formats
