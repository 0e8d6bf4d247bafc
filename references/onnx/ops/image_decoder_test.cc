#include <gmock/gmock.h>

#include <cmath>

#include "framework/testing/matchers.h"
#include "references/onnx/ops/one_node.h"

namespace conformance::onnx_reference {
namespace {

using conformance::testing::IsError;
using formats::OnnxAttribute;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::Evaluate;
using ::testing::HasSubstr;
using testing::Kind;
using testing::Numbers;
using ::testing::Pointwise;
using testing::Texts;

Array Bytes(std::string_view text) {
  std::vector<uint8_t> bytes(text.begin(), text.end());
  return Array::Of<uint8_t>({static_cast<int64_t>(bytes.size())}, bytes);
}
/// A bitmap of one column and two rows, 24 bits a pixel: below (1, 2, 3), above (4, 5, 6).
std::string Bitmap() {
  std::string bytes("BM", 2);
  const auto put = [&](uint32_t value, int width) {
    for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  };
  put(62, 4), put(0, 4), put(54, 4);
  put(40, 4), put(1, 4), put(2, 4), put(1, 2), put(24, 2), put(0, 4), put(8, 4), put(0, 4), put(0, 4),
      put(0, 4), put(0, 4);
  bytes += std::string("\3\2\1\0\6\5\4\0", 8);
  return bytes;
}

TEST(ImageDecoder, ReadsBitmapsFromBelow) {
  const auto out = Evaluate({"ImageDecoder"}, {Bytes(Bitmap())});
  EXPECT_EQ(Kind(out), "uint8[2, 1, 3]");
  EXPECT_THAT(Numbers(out), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(
      Numbers(Evaluate({"ImageDecoder", {OnnxAttribute::String("pixel_format", "BGR")}}, {Bytes(Bitmap())})),
      ElementsAre(6, 5, 4, 3, 2, 1));
}

TEST(ImageDecoder, ReadsAnyMaps) {
  EXPECT_THAT(Numbers(Evaluate({"ImageDecoder"}, {Bytes("P3 # a comment\n1 1 15 0 15 7\n")})),
              ElementsAre(0, 255, 119));
  const auto grey = Evaluate({"ImageDecoder", {OnnxAttribute::String("pixel_format", "Grayscale")}},
                             {Bytes("P5\n2 1\n255\nAz")});
  EXPECT_EQ(Kind(grey), "uint8[1, 2, 1]");
  EXPECT_THAT(Numbers(grey), ElementsAre('A', 'z'));
}

TEST(ImageDecoder, GivesNothingForWhatIsBroken) {
  for (const std::string& bytes : {std::string(), std::string("BM"), Bitmap().substr(0, 60),
                                  std::string("\x89PNG\r\n\x1a\n broken"), std::string("\xFF\xD8\xFF broken"),
                                  std::string("P6 100000 100000 255\n"), std::string("P6 1 1 255 x")}) {
    EXPECT_EQ(Kind(Evaluate({"ImageDecoder"}, {Bytes(bytes)})), "uint8[0, 0, 3]") << bytes;
  }
  std::string huge = Bitmap();
  huge[21] = 0x7F;
  EXPECT_EQ(Kind(Evaluate({"ImageDecoder"}, {Bytes(huge)})), "uint8[0, 0, 3]");
}

TEST(ImageDecoder, SaysWhatItHasNoDecoderFor) {
  EXPECT_THAT(Evaluate({"ImageDecoder"}, {Bytes(std::string_view("II*\0", 4))}),
              IsError(ErrorKind::kUnsupported, HasSubstr("TIFF")));
  EXPECT_THAT(Evaluate({"ImageDecoder", {OnnxAttribute::String("pixel_format", "CMYK")}}, {Bytes("P3")}),
              IsError(ErrorKind::kInvalid, HasSubstr("\"CMYK\"")));
  EXPECT_THAT(Evaluate({"ImageDecoder"}, {Array::Of<uint8_t>({}, {1})}),
              IsError(ErrorKind::kShape, HasSubstr("[bytes]")));
}

}  // namespace
}  // namespace conformance::onnx_reference
