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

/// Two pixels, (10, 20, 30) and (200, 100, 50), as Pillow 13.0.0 writes them without loss.
constexpr const char* kWebp = "5249464622000000574542505650384c160000002f010000000f700aa82bf89ec263fe83071588e87f00";
constexpr const char* kTiff =
    "49492a001200000080028281e641906501000a000001030001000000020000000101030001000000010000000201030003000000900000000301030001000000050000000601030001"
    "000000020000001101040001000000080000001501030001000000030000001601030001000000010000001701040001000000090000001c01030001000000010000000000000008000800"
    "0800";
constexpr const char* kCodestream =
    "ff4fff51002f000000000002000000010000000000000000000000020000000100000000000000000003070101070101070101ff52000c00000001000004040001ff5c00044040ff640025"
    "000143726561746564206279204f70656e4a5045472076657273696f6e20322e352e34ff90000a0000000000200001ff93cfb40c096877cfb40c06406dcfb40c08360fffd9";
constexpr const char* kJp2Boxes =
    "0000000c6a5020200d0a870a00000014667479706a703220000000006a7032200000002d6a703268000000166968647200000001000000020003070700000000000f636f6c72010000"
    "00000010000000986a703263";
/// The same of one component, 7 and 250.
constexpr const char* kGreyCodestream =
    "ff4fff510029000000000002000000010000000000000000000000020000000100000000000000000001070101ff52000c00000001000004040001ff5c00044040ff640025000143726561"
    "746564206279204f70656e4a5045472076657273696f6e20322e352e34ff90000a0000000000140001ff93cfb40c098ba7ffd9";

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

TEST(ImageDecoder, ReadsWebpTiffAndJpeg2000) {
  for (const std::string& bytes : {FromHex(kWebp), FromHex(kTiff), FromHex(kCodestream), FromHex(kJp2Boxes) + FromHex(kCodestream)}) {
    const auto out = Evaluate({"ImageDecoder"}, {Bytes(bytes)});
    EXPECT_EQ(Kind(out), "uint8[1, 2, 3]");
    EXPECT_THAT(Numbers(out), ElementsAre(10, 20, 30, 200, 100, 50)) << bytes.substr(0, 4);
  }
  EXPECT_THAT(Numbers(Evaluate({"ImageDecoder"}, {Bytes(FromHex(kGreyCodestream))})), ElementsAre(7, 7, 7, 250, 250, 250));
}

TEST(ImageDecoder, GivesNothingForWhatIsCutShort) {
  for (const std::string& bytes : {FromHex(kWebp), FromHex(kTiff), FromHex(kCodestream), FromHex(kJp2Boxes) + FromHex(kCodestream)}) {
    for (const size_t size : {size_t{12}, bytes.size() / 3, bytes.size() / 2}) {
      EXPECT_EQ(Kind(Evaluate({"ImageDecoder"}, {Bytes(bytes.substr(0, size))})), "uint8[0, 0, 3]") << bytes.substr(0, 4) << " at " << size;
    }
  }
  EXPECT_EQ(Kind(Evaluate({"ImageDecoder"}, {Bytes(std::string_view("II*\0", 4))})), "uint8[0, 0, 3]");
}

TEST(ImageDecoder, BelievesNoSizeThatAFileClaims) {
  std::string huge = FromHex(kCodestream);
  huge[8] = 0x7F, huge[12] = 0x7F;  // 2^31 by 2^31
  EXPECT_THAT(Evaluate({"ImageDecoder"}, {Bytes(huge)}), ::testing::AnyOf(IsError(ErrorKind::kOutOfMemory), ::testing::ResultOf([](const auto& out) { return Kind(out); }, "uint8[0, 0, 3]")));
  std::string wide = FromHex(kTiff);
  wide[28] = '\xFF', wide[29] = '\xFF';  // its rows are one strip of 65,535 columns that isn't there
  EXPECT_EQ(Kind(Evaluate({"ImageDecoder"}, {Bytes(wide)})), "uint8[0, 0, 3]");
}

TEST(ImageDecoder, SaysWhatItHasNoDecoderFor) {
  EXPECT_THAT(Evaluate({"ImageDecoder", {OnnxAttribute::String("pixel_format", "CMYK")}}, {Bytes("P3")}),
              IsError(ErrorKind::kInvalid, HasSubstr("\"CMYK\"")));
  EXPECT_THAT(Evaluate({"ImageDecoder"}, {Array::Of<uint8_t>({}, {1})}),
              IsError(ErrorKind::kShape, HasSubstr("[bytes]")));
}

}  // namespace
}  // namespace conformance::onnx_reference
