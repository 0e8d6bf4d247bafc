#include "framework/engine/lists_edit.h"

#include <utility>
#include <vector>

#include "framework/engine/lists.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

struct Span {
  size_t begin = 0, end = 0;
};

/// Finds where values stand in a text that has been read as JSON, so that nothing here can go wrong but our own mistakes.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Span Value() {
    Space();
    Span span{at_, at_};
    switch (Peek()) {
      case '"': String(); break;
      case '{': Members([](std::string_view, Span) {}); break;
      case '[': Elements([](Span) {}); break;
      default:
        while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
    }
    span.end = at_;
    return span;
  }
  /// Of an object: each key as it reads, and where its value stands.
  template <typename Visit>
  void Members(Visit visit) {
    Each('{', '}', [&] {
      const size_t begin = at_;
      String();
      const auto key = formats::ParseJson(text_.substr(begin, at_ - begin));
      Space();
      ++at_;  // the colon
      const Span value = Value();
      if (key.ok() && key->IsString()) visit(key->AsString(), value);
    });
  }
  template <typename Visit>
  void Elements(Visit visit) {
    Each('[', ']', [&] { visit(Value()); });
  }
  void Space() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r') ++at_;
  }
  void Go(size_t at) { at_ = at; }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void String() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\';
    ++at_;
  }
  template <typename One>
  void Each(char open, char close, One one) {
    CONFORMANCE_CHECK(Peek() == open, "an object or array begins elsewhere");
    ++at_;
    for (Space(); at_ < text_.size() && Peek() != close; Space()) {
      one();
      Space();
      if (Peek() == ',') {
        ++at_;
        Space();
      }
    }
    ++at_;
  }

  std::string_view text_;
  size_t at_ = 0;
};

struct EntrySpan {
  Span whole, date;
};

std::vector<EntrySpan> FindEntries(std::string_view text, Span& list) {
  Scanner scanner(text);
  scanner.Space();
  scanner.Members([&](std::string_view key, Span value) {
    if (key == "entries") list = value;
  });
  std::vector<EntrySpan> entries;
  scanner.Go(list.begin);
  scanner.Elements([&](Span whole) { entries.push_back({whole, {}}); });
  for (EntrySpan& entry : entries) {
    scanner.Go(entry.whole.begin);
    scanner.Members([&](std::string_view key, Span value) {
      if (key == "date") entry.date = value;
    });
  }
  return entries;
}

}  // namespace

Result<std::string> EditList(std::string_view text, const ListEdit& edit, std::string_view file) {
  CONFORMANCE_TRY(const Json json, formats::ParseJson(text, {}, file));
  CONFORMANCE_TRY(const auto parsed, ParseList(json, file));
  Span list;
  const std::vector<EntrySpan> entries = FindEntries(text, list);
  CONFORMANCE_CHECK(entries.size() == parsed.size(), "as many entries as the list has");
  const auto known = [&](size_t index) -> Status {
    if (index < entries.size()) return Ok();
    return Invalid("no entry " + std::to_string(index + 1) + " to edit").With("file", std::string(file));
  };
  for (const size_t index : edit.removed) CONFORMANCE_RETURN_IF_ERROR(known(index));
  for (const auto& [index, date] : edit.dates) CONFORMANCE_RETURN_IF_ERROR(known(index));

  std::string result;
  bool any = false;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (edit.removed.contains(i)) continue;
    // What stands before the first entry that stays is what stood before the first; between two, what stood before the second.
    const size_t gap = any ? entries[i - 1].whole.end : 0;
    const size_t gap_end = any ? entries[i].whole.begin : entries[0].whole.begin;
    result += text.substr(gap, gap_end - gap);
    any = true;
    const Span whole = entries[i].whole, date = entries[i].date;
    const auto change = edit.dates.find(i);
    if (change == edit.dates.end()) {
      result += text.substr(whole.begin, whole.end - whole.begin);
    } else {
      result += text.substr(whole.begin, date.begin - whole.begin);
      result += formats::JsonQuoted(change->second);
      result += text.substr(date.end, whole.end - date.end);
    }
  }
  if (entries.empty()) return std::string(text);
  if (!any) return std::string(text.substr(0, list.begin)) + "[]" + std::string(text.substr(list.end));
  return result + std::string(text.substr(entries.back().whole.end));
}

}  // namespace conformance::engine
