#pragma once

#include <string>
#include <string_view>

namespace conformance::reports {

/// Text of models, runtimes and users, fit for any report: valid UTF-8 (other bytes become U+FFFD), and control characters but newline and
/// tab as the six characters "\u001b". Carriage returns before newlines go.
std::string CleanText(std::string_view text);
/// The same on one line: newlines and tabs become blanks.
std::string CleanLine(std::string_view text);

/// CleanText with & < > " ' as entities.
std::string HtmlText(std::string_view text);

}  // namespace conformance::reports
