#include "framework/base/hash.h"

#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace conformance {
namespace {

TEST(Hash64, IsAFixedFunctionOfTheBytes) {
  // Journals and caches on disk hold these: a change of the function must show here. The value is the definition worked
  // through with an independent big-integer calculation.
  EXPECT_EQ(Hex64(Hash64("")), "efd01f60ba992926");
  EXPECT_EQ(Hex64(Hash64("abc")), "ec56ac5ddf8b1126");
  EXPECT_EQ(Hex64(Hash64("gpt2/prefill/onnx")), "27f78c1dad096200");
  EXPECT_EQ(Hex64(Hash64(std::string_view("abc"), 7)), "54c639d0f5e2e65a");
}

TEST(Hash64, DependsOnEveryByteItsPlaceTheLengthAndTheSeed) {
  std::set<uint64_t> seen;
  std::string text(19, '\0');
  EXPECT_TRUE(seen.insert(Hash64(text)).second);
  for (size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = text;
      other[i] = static_cast<char>(1 << bit);
      EXPECT_TRUE(seen.insert(Hash64(other)).second) << "byte " << i << " bit " << bit;
    }
  }
  for (size_t n = 0; n < 19; ++n)
    EXPECT_TRUE(seen.insert(Hash64(std::string(n, '\0'))).second) << "length " << n;
  EXPECT_NE(Hash64(std::string_view("x"), 1), Hash64(std::string_view("x"), 2));
  EXPECT_EQ(Hash64("abc"), Hash64(std::string_view("abc"), 0));
}

TEST(Hex64, HasSixteenDigits) {
  EXPECT_EQ(Hex64(0), "0000000000000000");
  EXPECT_EQ(Hex64(0x0123456789ABCDEFULL), "0123456789abcdef");
}

}  // namespace
}  // namespace conformance
