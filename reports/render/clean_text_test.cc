#include "reports/render/clean_text.h"

#include <gtest/gtest.h>

namespace conformance::reports {
namespace {

TEST(CleanText, KeepsWhatIsText) {
  EXPECT_EQ(CleanText("a\tb\nc é 漢 😀"), "a\tb\nc é 漢 😀");
  EXPECT_EQ(CleanText("one\r\ntwo"), "one\ntwo");
  EXPECT_EQ(CleanText(""), "");
}

TEST(CleanText, ControlCharactersAreShown) {
  EXPECT_EQ(CleanText(std::string_view("\x00\x1b[31m\x7f\xc2\x85", 9)), "\\u0000\\u001b[31m\\u007f\\u0085");
  EXPECT_EQ(CleanText("a\rb"), "a\\u000db");
}

TEST(CleanText, WhatIsNoUtf8IsReplaced) {
  // A stray byte, an overlong slash, a surrogate, beyond the last code point, cut short, U+FFFF.
  EXPECT_EQ(CleanText("\xff"), "\xEF\xBF\xBD");
  EXPECT_EQ(CleanText("\xc0\xaf"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(CleanText("\xed\xa0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(CleanText("\xf4\x90\x80\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(CleanText("a\xe2\x82"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(CleanText("\xef\xbf\xbf"), "\xEF\xBF\xBD");
}

TEST(CleanText, Lines) { EXPECT_EQ(CleanLine("a\tb\nc\r\nd"), "a b c d"); }

TEST(CleanText, Html) { EXPECT_EQ(HtmlText("<a href=\"x\">'&'\x01"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;\\u0001"); }

}  // namespace
}  // namespace conformance::reports
