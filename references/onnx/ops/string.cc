#include <algorithm>
#include <set>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// Each text of the first tensor and the one beside it in the second; shapes broadcast.
Outputs StringConcat(const Call& call) {
  CONFORMANCE_TRY(Shape dims, BroadcastDims(call[0].dims(), call[1].dims()));
  CONFORMANCE_TRY(Array out, call.New(Elem::kString, std::move(dims)));
  // Texts grow: one that doubles in a loop ends here.
  int64_t bytes = 0;
  Status fits = Ok();
  BroadcastBinary<std::string, std::string, std::string>(call[0], call[1], out,
                                                         [&](const std::string& a, const std::string& b) {
                                                           bytes += static_cast<int64_t>(a.size() + b.size());
                                                           if (fits.ok()) fits = call.CanHold(bytes / 8);
                                                           return fits.ok() ? a + b : std::string();
                                                         });
  CONFORMANCE_RETURN_IF_ERROR(std::move(fits));
  return out;
}

namespace {

/// What Python's str.split() takes for blanks, of ASCII.
bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f'); }

/// At most `most` cuts at runs of blanks, those at both ends left out.
std::vector<std::string> SplitAtBlanks(std::string_view text, int64_t most) {
  std::vector<std::string> parts;
  size_t at = 0;
  while (true) {
    while (at < text.size() && IsBlank(text[at])) ++at;
    if (at == text.size()) return parts;
    size_t end = at;
    if (static_cast<int64_t>(parts.size()) == most) {
      end = text.size();
      while (IsBlank(text[end - 1])) --end;
      parts.emplace_back(text.substr(at, end - at));
      return parts;
    }
    while (end < text.size() && !IsBlank(text[end])) ++end;
    parts.emplace_back(text.substr(at, end - at));
    at = end;
  }
}

/// At most `most` cuts at `delimiter`.
std::vector<std::string> SplitAt(std::string_view text, std::string_view delimiter, int64_t most) {
  std::vector<std::string> parts;
  for (size_t end;
       static_cast<int64_t>(parts.size()) < most && (end = text.find(delimiter)) != std::string_view::npos;) {
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + delimiter.size());
  }
  parts.emplace_back(text);
  return parts;
}

}  // namespace

/// x [...] -> its parts [..., most parts of one text], padded with "", and how many there are, int64[...].
Outputs StringSplit(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::string delimiter, call.String("delimiter", ""));
  CONFORMANCE_TRY(const int64_t maxsplit, call.Int("maxsplit", -1));
  const int64_t most = maxsplit < 0 ? INT64_MAX : maxsplit;
  int64_t letters = 0;
  for (const std::string& text : x.span<std::string>()) letters += static_cast<int64_t>(text.size());
  // In the worst case each letter is a delimiter.
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(4 * letters));
  std::vector<std::vector<std::string>> all;
  all.reserve(static_cast<size_t>(x.count()));
  size_t widest = 0;
  for (const std::string& text : x.span<std::string>()) {
    all.push_back(delimiter.empty() ? SplitAtBlanks(text, most) : SplitAt(text, delimiter, most));
    widest = std::max(widest, all.back().size());
  }
  Shape dims = x.dims();
  dims.push_back(static_cast<int64_t>(widest));
  CONFORMANCE_TRY(Array parts, call.New(Elem::kString, std::move(dims)));
  CONFORMANCE_TRY(Array counts, call.New(Elem::kInt64, x.dims()));
  for (size_t i = 0; i < all.size(); ++i) {
    std::move(all[i].begin(), all[i].end(), parts.mutable_data<std::string>() + i * widest);
    counts.mutable_data<int64_t>()[i] = static_cast<int64_t>(all[i].size());
  }
  return Values{std::move(parts), std::move(counts)};
}

namespace {

/// ASCII, Latin-1, Greek and Cyrillic letters change their case; others stay. Bytes that are no UTF-8 stay as well.
char32_t ChangedCase(char32_t c, bool upper) {
  const auto in = [&](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (upper) {
    if (in(U'a', U'z')) return c - 32;
    if (in(0xE0, 0xFE) && c != 0xF7) return c - 32;
    if (c == 0xFF) return 0x178;
    if (c == 0x3C2) return 0x3A3;
    if (in(0x3B1, 0x3CB)) return c - 32;
    if (in(0x430, 0x44F)) return c - 32;
    if (in(0x450, 0x45F)) return c - 80;
  } else {
    if (in(U'A', U'Z')) return c + 32;
    if (in(0xC0, 0xDE) && c != 0xD7) return c + 32;
    if (c == 0x178) return 0xFF;
    if (in(0x391, 0x3AB) && c != 0x3A2) return c + 32;
    if (in(0x410, 0x42F)) return c + 32;
    if (in(0x400, 0x40F)) return c + 80;
  }
  // Latin Extended-A comes in pairs.
  if (in(0x100, 0x137) && c != 0x130 && c != 0x131) return upper ? c & ~char32_t{1} : c | 1;
  if (in(0x14A, 0x177)) return upper ? c & ~char32_t{1} : c | 1;
  if (in(0x139, 0x148) || in(0x179, 0x17E))
    return upper ? (c % 2 == 0 ? c - 1 : c) : (c % 2 == 1 ? c + 1 : c);
  return c;
}

std::string ChangedCase(const std::string& text, bool upper) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    // Every letter above has two bytes or one.
    if (lead >= 0xC2 && lead <= 0xDF && i + 1 < text.size() &&
        (static_cast<unsigned char>(text[i + 1]) & 0xC0) == 0x80) {
      const char32_t c =
          ChangedCase((char32_t{lead} & 0x1F) << 6 | (static_cast<unsigned char>(text[i + 1]) & 0x3F), upper);
      out += static_cast<char>(0xC0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3F));
      i += 2;
      continue;
    }
    out += lead < 0x80 ? static_cast<char>(ChangedCase(char32_t{lead}, upper)) : text[i];
    ++i;
  }
  return out;
}

}  // namespace

/// string[c] or string[1, c] without its stop words, in another case; one empty text where nothing is left. Errors:
/// kShape; kInvalid for an action that
/// isn't known.
Outputs StringNormalizer(const Call& call) {
  const Array& x = call[0];
  if (x.rank() < 1 || x.rank() > 2 || (x.rank() == 2 && x.dim(0) != 1))
    return ShapeError("texts that are no list")
        .With("found", Describe(x))
        .With("wanted", "string[c] or string[1, c]");
  CONFORMANCE_TRY(const std::vector<std::string> given,
                  call.Strings("stopwords", std::vector<std::string>()));
  CONFORMANCE_TRY(const int64_t sensitive, call.Int("is_case_sensitive", 0));
  CONFORMANCE_TRY(const std::string action, call.String("case_change_action", "NONE"));
  if (action != "NONE" && action != "LOWER" && action != "UPPER")
    return Invalid("a case_change_action that isn't known")
        .With("found", formats::Quoted(action))
        .With("wanted", "NONE, LOWER or UPPER");
  const auto compared = [&](const std::string& text) {
    return sensitive != 0 ? text : ChangedCase(text, false);
  };
  std::set<std::string> stopwords;
  for (const std::string& word : given) stopwords.insert(compared(word));
  std::vector<std::string> kept;
  for (const std::string& text : x.span<std::string>()) {
    if (stopwords.count(compared(text)) != 0) continue;
    kept.push_back(action == "NONE" ? text : ChangedCase(text, action == "UPPER"));
  }
  if (kept.empty()) kept.emplace_back();
  const auto size = static_cast<int64_t>(kept.size());
  return Array::Of<std::string>(x.rank() == 1 ? Shape{size} : Shape{1, size}, kept);
}

}  // namespace conformance::onnx_reference::kernels
