#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

#include "framework/formats/file.h"
#include "framework/formats/json.h"

namespace conformance::formats {
namespace {

/// Over a text, counting what was read: the library tells a place for its own complaints only, and ours need one too.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** last) : at_(at), last_(last) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *last_ = ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator&, const CountingIterator&) = default;

 private:
  const char* at_;
  const char** last_;
};

/// NaN, Infinity and -Infinity as strings of the same length, which the library can read; `ordinals` tells which ones of all
/// strings in the text they are, so that no real string is taken for one.
struct Nonfinite {
  std::string text;
  std::set<size_t> ordinals;
};

Nonfinite ReplaceNonfinite(std::string_view text) {
  Nonfinite out{std::string(text), {}};
  size_t strings = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      ++strings;
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
      continue;
    }
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (!text.substr(i).starts_with(word)) continue;
      out.text[i] = '"';
      out.text[i + word.size() - 1] = '"';
      out.ordinals.insert(strings++);
      i += word.size() - 1;
      break;
    }
  }
  return out;
}

std::string LineAndColumn(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const size_t newline = before.rfind('\n');
  const size_t column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// "unexpected ']'; expected string literal" of the library's whole message.
std::string Complaint(std::string_view what) {
  for (const std::string_view mark : {" - ", "] "}) {
    const size_t at = what.find(mark);
    if (at != std::string_view::npos) return std::string(what.substr(at + mark.size()));
  }
  return std::string(what);
}

class Builder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  Builder(std::string_view text, std::string_view file, const JsonLimits& limits, const Nonfinite* nonfinite)
      : text_(text), file_(file), limits_(limits), nonfinite_(nonfinite) {}

  bool null() { return Add(Json()); }
  bool boolean(bool value) { return Add(Json(value)); }
  bool number_integer(number_integer_t value) { return Add(Json(static_cast<int64_t>(value))); }
  bool number_unsigned(number_unsigned_t value) {
    if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return Add(Json(static_cast<int64_t>(value)));
    return Add(Json(static_cast<double>(value)));
  }
  bool number_float(number_float_t value, const string_t&) { return Add(Json(value)); }
  bool string(string_t& value) {
    if (nonfinite_ != nullptr && nonfinite_->ordinals.contains(strings_++))
      return Add(Json(NonfiniteOf(value)));
    return Add(Json(std::move(value)));
  }
  bool binary(binary_t&) { return false; }  // not in JSON texts
  bool start_object(size_t) { return Open(Json::MakeObject()); }
  bool start_array(size_t) { return Open(Json::MakeArray()); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }

  bool key(string_t& name) {
    if (nonfinite_ != nullptr && nonfinite_->ordinals.contains(strings_++)) {
      error_ = Syntax(consumed(), "a number as a key", "string literal");
      return false;
    }
    if (!open_.back().Insert(name)) {
      error_ = CorruptAt(consumed(), "duplicate key")
                   .With("found", Quoted(name) + " again")
                   .With("wanted", "each key once");
      return false;
    }
    open_.back().container->AsObject().emplace_back(std::move(name), Json());
    return true;
  }

  template <typename Exception>
  bool parse_error(size_t position, const std::string& token, const Exception& exception) {
    const std::string complaint = Complaint(exception.what());
    const size_t expected = complaint.rfind("; expected ");
    std::string wanted = "JSON";
    if (expected != std::string::npos)
      wanted = complaint.substr(expected + 11);
    else if (complaint.find("number overflow") != std::string::npos)
      wanted = "a number that a double can hold";
    std::string found = "end of text";
    if (position <= text_.size()) {
      const size_t start = position - std::min(position, std::min<size_t>(token.size(), kShown));
      found = Quoted(text_.substr(start, position - start));
    }
    if (complaint.find("invalid") != std::string::npos)
      found += ", " + complaint.substr(0, complaint.find("; "));
    error_ = Syntax(position == 0 ? 0 : position - 1, found, wanted);
    return false;
  }

  Error Syntax(size_t offset, std::string found, std::string wanted) const {
    return CorruptAt(offset, "not JSON").With("found", std::move(found)).With("wanted", std::move(wanted));
  }
  void CountFrom(const char* const* last) { last_ = last; }
  std::optional<Error>& error() { return error_; }
  Json& root() { return root_; }

 private:
  static constexpr size_t kShown = 30;  // bytes of the text that a message shows

  struct Container {
    Json* container;
    std::unordered_set<std::string> keys;  // filled once there are many: most objects are small

    bool Insert(const std::string& name) {
      constexpr size_t kMany = 16;
      if (!container->IsObject()) return true;
      const Json::Object& object = container->AsObject();
      if (object.size() < kMany) return std::ranges::find(object, name, &Json::Member::first) == object.end();
      if (keys.empty()) {
        for (const auto& [key, value] : object) keys.insert(key);
      }
      return keys.insert(name).second;
    }
  };

  // Where the token that was just read ends; `last_` is one further, as the lexer looks one character ahead at most.
  size_t consumed() const { return *last_ == nullptr ? 0 : static_cast<size_t>(*last_ - begin_()) - 1; }
  const char* begin_() const { return nonfinite_ != nullptr ? nonfinite_->text.data() : text_.data(); }

  static double NonfiniteOf(const std::string& word) {
    if (word.size() == 1) return std::numeric_limits<double>::quiet_NaN();  // the a of NaN
    const double infinity = std::numeric_limits<double>::infinity();
    return word.size() == 6 ? infinity : -infinity;  // nfinit of Infinity, Infinit of -Infinity
  }

  Json* Place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& container = *open_.back().container;
    if (container.IsArray()) {
      container.AsArray().push_back(std::move(value));
      return &container.AsArray().back();
    }
    Json& slot = container.AsObject().back().second;
    slot = std::move(value);
    return &slot;
  }
  bool Add(Json value) {
    Place(std::move(value));
    return true;
  }
  bool Open(Json container) {
    if (open_.size() >= static_cast<size_t>(std::max(limits_.max_depth, 0))) {
      Error error = Invalid("arrays and objects too deep inside each other");
      if (!file_.empty()) error.With("file", std::string(file_));
      error_ = error.With("place", LineAndColumn(text_, consumed()))
                   .With("found", "depth " + std::to_string(open_.size() + 1))
                   .With("wanted", "at most " + std::to_string(limits_.max_depth));
      return false;
    }
    // Containers that are open never move: their parents grow only once they are closed.
    open_.push_back({Place(std::move(container)), {}});
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  Error CorruptAt(size_t offset, std::string message) const {
    Error error = Corrupt(std::move(message));
    if (!file_.empty()) error.With("file", std::string(file_));
    return error.With("place", LineAndColumn(text_, offset));
  }

  std::string_view text_;
  std::string_view file_;
  const JsonLimits& limits_;
  const Nonfinite* nonfinite_;
  const char* const* last_ = nullptr;
  size_t strings_ = 0;
  Json root_;
  std::vector<Container> open_;
  std::optional<Error> error_;
};

}  // namespace

Result<Json> ParseJson(std::string_view text, const JsonLimits& limits, std::string_view file) {
  if (text.size() > limits.max_bytes) {
    Error error = Invalid("the text is too long");
    if (!file.empty()) error.With("file", std::string(file));
    return error.With("found", std::to_string(text.size()) + " bytes")
        .With("wanted", "at most " + std::to_string(limits.max_bytes));
  }
  std::optional<Nonfinite> nonfinite;
  std::string_view readable = text;
  if (limits.allow_nonfinite) {
    nonfinite = ReplaceNonfinite(text);
    readable = nonfinite->text;
  }
  Builder builder(text, file, limits, nonfinite ? &*nonfinite : nullptr);
  const char* last = readable.data();
  builder.CountFrom(&last);
  if (const size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return builder.Syntax(zero, "a zero byte", "JSON");  // the library takes it for the end of the text
  }
  try {
    const CountingIterator begin(readable.data(), &last);
    const CountingIterator end(readable.data() + readable.size(), &last);
    if (nlohmann::json::sax_parse(begin, end, &builder) && !builder.error()) return std::move(builder.root());
  } catch (const std::exception& exception) {
    return Internal("the JSON library failed")
        .With("file", std::string(file))
        .With("reason", exception.what());
  }
  if (!builder.error())
    return Internal("the JSON library gave up without a reason").With("file", std::string(file));
  return *std::move(builder.error());
}

Result<Json> ReadJson(const std::filesystem::path& path, const JsonLimits& limits) {
  CONFORMANCE_TRY(const std::string text, ReadFileText(path, limits.max_bytes));
  return ParseJson(text, limits, path.string());
}

}  // namespace conformance::formats
