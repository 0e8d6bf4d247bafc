#include "framework/formats/safetensors.h"

#include <complex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/formats/output_file.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string Fixture(const std::string& name) {
  return std::string(CONFORMANCE_FIXTURES_DIR) + "/formats/safetensors/" + name;
}

TEST(Safetensors, ReadsWhatThePythonLibraryWrites) {
  const SafetensorsFile file = *OpenSafetensors(Fixture("mixed.safetensors"));
  EXPECT_THAT(file.metadata(), ElementsAre(Pair("format", "pt")));
  EXPECT_THAT(file.Read("matrix"), IsOkAnd(BitEqualTo(F32({{0, 0.5, 1}, {1.5, 2, 2.5}}))));
  EXPECT_THAT(file.Read("wide"), IsOkAnd(BitEqualTo(F64({1.5, -2.5}))));
  EXPECT_THAT(file.Read("half"), IsOkAnd(BitEqualTo(Cast(F32({1, -0.5, 65504}), DType::kF16))));
  EXPECT_THAT(file.Read("brain"), IsOkAnd(BitEqualTo(Cast(F32({1, -0.5, 3e38F}), DType::kBF16))));
  EXPECT_THAT(file.Read("long"), IsOkAnd(BitEqualTo(I64({9007199254740993, -1}))));
  EXPECT_THAT(file.Read("int"), IsOkAnd(BitEqualTo(Tensor::Of<int32_t>({1, 1}, {7}))));
  EXPECT_THAT(file.Read("short"), IsOkAnd(BitEqualTo(Tensor::Of<int16_t>({1}, {-300}))));
  EXPECT_THAT(file.Read("signed"), IsOkAnd(BitEqualTo(Tensor::Of<int8_t>({2}, {-3, 4}))));
  EXPECT_THAT(file.Read("byte"), IsOkAnd(BitEqualTo(Tensor::Of<uint8_t>({3}, {255, 0, 1}))));
  EXPECT_THAT(file.Read("flags"), IsOkAnd(BitEqualTo(Bool({true, false, true}))));
  EXPECT_THAT(file.Read("scalar"), IsOkAnd(BitEqualTo(Tensor::Of<float>({}, {4.25}))));
  EXPECT_THAT(file.Read("empty"), IsOkAnd(BitEqualTo(Tensor::Of<float>({0, 3}, {}))));
  EXPECT_THAT(file.Read("nicht-ascii: \xC3\xA4"), IsOkAnd(BitEqualTo(F32({1}))));
  EXPECT_EQ(file.entries().size(), 13U);
}

TEST(Safetensors, EntriesTellWhereTheBytesStand) {
  const SafetensorsFile file = *OpenSafetensors(Fixture("mixed.safetensors"));
  const std::string bytes = *ReadFileText(Fixture("mixed.safetensors"));
  uint64_t end = 0;
  for (const SafetensorsEntry& entry : file.entries()) {
    if (end == 0) end = entry.offset;
    EXPECT_EQ(entry.offset, end) << entry.name << ": in the order of the bytes, without holes";
    end = entry.offset + entry.size;
  }
  EXPECT_EQ(end, bytes.size());
  const SafetensorsEntry* entry = file.Find("signed");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->dtype_name, "I8");
  EXPECT_EQ(entry->dtype, DType::kI8);
  EXPECT_THAT(entry->shape, ElementsAre(2));
  EXPECT_EQ(bytes.substr(entry->offset, entry->size), "\xFD\x04");
  EXPECT_EQ(file.Find("absent"), nullptr);
  EXPECT_THAT(file.Read("absent"), IsError(ErrorKind::kNotFound, HasSubstr("\"absent\"")));
}

TEST(Safetensors, TensorsAreViewsOfTheMapping) {
  Tensor kept;
  {
    const SafetensorsFile file = *OpenSafetensors(Fixture("mixed.safetensors"));
    kept = *file.Read("matrix");
    EXPECT_FALSE(kept.storage()->writable);
    EXPECT_EQ(file.Read("matrix")->raw(), kept.raw());
  }
  EXPECT_THAT(kept, BitEqualTo(F32({{0, 0.5, 1}, {1.5, 2, 2.5}}))) << "and keep it alive";
}

TEST(Safetensors, TypesWithoutComputingOnlyTravel) {
  const SafetensorsFile file = *OpenSafetensors(Fixture("unusual.safetensors"));
  EXPECT_EQ(file.Find("fp8")->dtype, std::nullopt);
  EXPECT_EQ(file.Find("fp8")->dtype_name, "F8_E4M3");
  EXPECT_EQ(file.Find("fp8")->size, 3U);
  EXPECT_THAT(file.Read("fp8"),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("fp8"), HasSubstr("F8_E4M3"))));
  EXPECT_THAT(file.Read("complex"), IsOkAnd(BitEqualTo(Tensor::Of<std::complex<float>>({1}, {{1, 2}}))));
  EXPECT_THAT(file.Read("unsigned"), IsError(ErrorKind::kUnsupported, HasSubstr("U16")));
  EXPECT_THAT(file.Read("plain"), IsOkAnd(BitEqualTo(F32({8}))));
  EXPECT_THAT(ReadNamedTensors(Fixture("unusual.safetensors")), IsError(ErrorKind::kUnsupported));
}

TEST(Safetensors, UnpaddedHeadersAreReadThroughACopy) {
  // Older writers did not pad: here the data starts at byte 63.
  const std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} )";
  ASSERT_EQ(header.size(), 55U);
  std::string bytes = "7" + std::string(7, '\0') + header + std::string("\0\0\x80\x3F\0\0\0\x40", 8);
  const SafetensorsFile file = *SafetensorsFile::Parse(MappedFile::FromBytes("old", bytes));
  EXPECT_THAT(file.Read("a"), IsOkAnd(BitEqualTo(F32({1, 2}))));
}

TEST(Safetensors, AHeaderWithoutTensorsIsAFile) {
  const std::string bytes = std::string("\x02\0\0\0\0\0\0\0", 8) + "{}";
  EXPECT_THAT(SafetensorsFile::Parse(MappedFile::FromBytes("none", bytes)), IsOk());
}

TEST(WriteSafetensors, GivesThePythonLibrarysBytes) {
  const TempFolder folder;
  const NamedTensors tensors = *ReadNamedTensors(Fixture("mixed.safetensors"));
  const NamedTensors reversed(tensors.rbegin(), tensors.rend());
  ASSERT_THAT(WriteSafetensors(folder.path() / "again", reversed, {{"format", "pt"}}), IsOk());
  EXPECT_EQ(*ReadFileText(folder.path() / "again"), *ReadFileText(Fixture("mixed.safetensors")));
}

TEST(WriteSafetensors, GivesTheBytesOfEveryGoldenFile) {
  const TempFolder folder;
  int files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(CONFORMANCE_FIXTURES_DIR) + "/golden")) {
    if (entry.path().extension() != ".safetensors") continue;
    const SafetensorsFile file = *OpenSafetensors(entry.path());
    const NamedTensors tensors = *ReadNamedTensors(entry.path());
    ASSERT_THAT(WriteSafetensors(folder.path() / "again", tensors, file.metadata()), IsOk());
    EXPECT_EQ(*ReadFileText(folder.path() / "again"), *ReadFileText(entry.path())) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 5);
}

TEST(WriteSafetensors, StridedTensorsBecomeContiguous) {
  const TempFolder folder;
  const Tensor square = F32({{1, 2}, {3, 4}});
  ASSERT_THAT(WriteSafetensors(folder.path() / "t", {{"t", square.View({2, 2}, {1, 2}, 0)}}), IsOk());
  EXPECT_THAT(OpenSafetensors(folder.path() / "t")->Read("t"), IsOkAnd(BitEqualTo(F32({{1, 3}, {2, 4}}))));
}

TEST(WriteSafetensors, SortsMetadataAndRefusesNamesItCannotWrite) {
  const TempFolder folder;
  ASSERT_THAT(WriteSafetensors(folder.path() / "m", {}, {{"b", "2"}, {"a", "1"}}), IsOk());
  EXPECT_THAT(OpenSafetensors(folder.path() / "m")->metadata(), ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(WriteSafetensors(folder.path() / "x", {{"a", F32({1})}, {"a", F32({2})}}),
              IsError(ErrorKind::kInvalid, HasSubstr("\"a\" twice")));
  EXPECT_THAT(WriteSafetensors(folder.path() / "x", {{"__metadata__", F32({1})}}),
              IsError(ErrorKind::kInvalid));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "x"));
}

TEST(SafetensorsHeader, LetsAWriterStreamTheBytes) {
  std::vector<SafetensorsEntry> entries = {{"q", "F8_E4M3", {}, {3}, 0, 3},
                                           {"f", "F32", DType::kF32, {1}, 0, 4}};
  const std::string header = SafetensorsHeader(entries, {});
  EXPECT_EQ(header.size() % 8, 0U);
  EXPECT_EQ(entries[0].offset, header.size());
  EXPECT_EQ(entries[1].offset, header.size() + 3);
  const SafetensorsFile file =
      *SafetensorsFile::Parse(MappedFile::FromBytes("s", header + "abc" + std::string("\0\0\x80\x3F", 4)));
  EXPECT_EQ(file.Find("q")->offset, entries[0].offset);
  EXPECT_THAT(file.Read("f"), IsOkAnd(BitEqualTo(F32({1}))));
}

TEST(SafetensorsNames, ReadBack) {
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                            DType::kI16, DType::kI8, DType::kU8, DType::kBool, DType::kC64}) {
    EXPECT_EQ(DTypeFromSafetensorsName(SafetensorsDTypeName(dtype)), dtype);
  }
  EXPECT_EQ(SafetensorsDTypeName(DType::kBF16), "BF16");
  EXPECT_EQ(DTypeFromSafetensorsName("F8_E5M2"), std::nullopt);
  EXPECT_EQ(DTypeFromSafetensorsName("float32"), std::nullopt);
}

}  // namespace
}  // namespace conformance::formats
