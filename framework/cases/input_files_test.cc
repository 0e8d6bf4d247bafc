#include "framework/cases/input_files.h"

#include <gmock/gmock.h>

#include <fstream>

#include "framework/formats/npy.h"
#include "framework/formats/safetensors.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::cases {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

class InputFiles : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return (folder_.path() / name).string(); }
  TempFolder folder_;
  const Tensor a_ = Tensor::Of<float>({2}, {1, 2});
  const Tensor b_ = Tensor::Of<int64_t>({1}, {7});
};

TEST_F(InputFiles, OneFileOfAll) {
  ASSERT_THAT(formats::WriteSafetensors(Path("all.safetensors"), {{"b", b_}, {"a", a_}}), IsOk());
  const auto read = ReadInputs({Path("all.safetensors")}, {"a", "b"});
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ((*read)[0].first, "a");  // in the model's order
  EXPECT_THAT((*read)[0].second, BitEqualTo(a_));
  EXPECT_THAT((*read)[1].second, BitEqualTo(b_));
}

TEST_F(InputFiles, AFileForEach) {
  ASSERT_THAT(formats::WriteNpy(Path("first.npy"), a_), IsOk());
  ASSERT_THAT(formats::WriteSafetensors(Path("second.safetensors"), {{"whatever", b_}}), IsOk());
  const auto read = ReadInputs({"a=" + Path("first.npy"), "b=" + Path("second.safetensors")}, {"a", "b"});
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT((*read)[0].second, BitEqualTo(a_));
  EXPECT_THAT((*read)[1].second, BitEqualTo(b_));
}

TEST_F(InputFiles, AFolder) {
  ASSERT_THAT(formats::WriteNpy(Path("b.npy"), b_), IsOk());
  // TensorProto: dims 2, data_type FLOAT, raw_data 1.0 2.0.
  const std::string proto = {0x08, 0x02, 0x10, 0x01, 0x4a, 0x08, 0, 0, char(0x80), 0x3f, 0, 0, 0, 0x40};
  std::ofstream(Path("input_0.pb"), std::ios::binary) << proto;
  std::ofstream(Path("output_0.pb"), std::ios::binary) << "not read";
  const auto read = ReadInputs({folder_.path().string()}, {"a", "b"});
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT((*read)[0].second, BitEqualTo(a_));
  EXPECT_THAT((*read)[1].second, BitEqualTo(b_));
}

TEST_F(InputFiles, WithoutNamesWhateverThereIs) {
  ASSERT_THAT(formats::WriteSafetensors(Path("numbered.safetensors"), {{"10", a_}, {"2", b_}}), IsOk());
  const auto numbered = ReadTensors({Path("numbered.safetensors")});
  ASSERT_THAT(numbered, IsOk());
  EXPECT_EQ((*numbered)[0].first, "2");
  ASSERT_THAT(formats::WriteNpy(Path("x.npy"), a_), IsOk());
  const auto given = ReadTensors({"z=" + Path("x.npy"), "y=" + Path("x.npy")});
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ((*given)[0].first, "z");  // as given
}

TEST_F(InputFiles, WhatDoesNotFitIsNamed) {
  ASSERT_THAT(formats::WriteNpy(Path("a.npy"), a_), IsOk());
  EXPECT_THAT(ReadInputs({Path("a.npy")}, {"a", "b"}),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("missing"), HasSubstr("input: b"))));
  EXPECT_THAT(ReadInputs({Path("a.npy"), "a=" + Path("a.npy")}, {"a"}),
              IsError(ErrorKind::kInvalid, HasSubstr("twice")));
  EXPECT_THAT(ReadInputs({"c=" + Path("a.npy")}, {"a"}),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("no such input"), HasSubstr("found: c"))));
  EXPECT_THAT(ReadInputs({Path("nothing.npy")}, {"a"}),
              IsError(ErrorKind::kNotFound, HasSubstr("nothing.npy")));
  std::ofstream(Path("a.txt")) << "text";
  EXPECT_THAT(ReadInputs({Path("a.txt")}, {"a"}),
              IsError(ErrorKind::kInvalid, HasSubstr(".safetensors, .npy and .pb")));
  std::ofstream(Path("a.pb")) << "\xff\xff";
  EXPECT_THAT(ReadInputs({Path("a.pb")}, {"a"}), IsError(ErrorKind::kCorrupt, HasSubstr("a.pb")));
}

}  // namespace
}  // namespace conformance::cases
