// Well-formed files whose graphs cannot be evaluated, or must not be: an error that says why, soon and without much memory.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "framework/formats/onnx.h"
#include "framework/testing/matchers.h"
#include "references/onnx/interpreter.h"

namespace conformance::onnx_reference {
namespace {

namespace fs = std::filesystem;
using conformance::testing::IsError;
using ::testing::HasSubstr;

const fs::path kFolder = fs::path(CONFORMANCE_FIXTURES_DIR) / "malformed" / "onnx_graphs";

struct Hostile {
  const char* name;
  ErrorKind kind;
  const char* text;
};
constexpr auto kInvalid = ErrorKind::kInvalid, kShape = ErrorKind::kShape, kType = ErrorKind::kType, kUnsupported = ErrorKind::kUnsupported,
               kNotFound = ErrorKind::kNotFound, kCorrupt = ErrorKind::kCorrupt, kOutOfMemory = ErrorKind::kOutOfMemory, kTimeout = ErrorKind::kTimeout;

constexpr Hostile kAll[] = {
    {"function_calls_itself", kInvalid, "calls itself"},
    {"functions_call_each_other", kInvalid, "calls itself"},
    {"functions_double_forty_times", kTimeout, "too many nodes were evaluated"},
    {"functions_with_attributes_double", kOutOfMemory, "a model of too many nodes"},
    {"functions_two_hundred_deep", kInvalid, "functions in functions too deep"},
    {"function_without_its_output", kInvalid, "a function's output is made by no node"},
    {"function_with_more_inputs", kInvalid, "more inputs or outputs than the function has"},
    {"cycle", kInvalid, "nothing before it makes"},
    {"reads_itself", kInvalid, "nothing before it makes"},
    {"made_twice", kInvalid, "made twice"},
    {"output_of_nobody", kInvalid, "made by no node"},
    {"unknown_operator", kUnsupported, "\"Frobnicate\" of opset 21"},
    {"unknown_domain", kInvalid, "isn't imported"},
    {"too_new", kUnsupported, "\"Swish\" of opset 21"},
    {"too_few_inputs", kInvalid, "found: 1, wanted: 2 to 2"},
    {"too_many_inputs", kInvalid, "found: 2, wanted: 1 to 1"},
    {"endless_loop", kTimeout, "too many nodes were evaluated"},
    {"loop_that_doubles", kOutOfMemory, "too large"},
    {"loop_with_another_body", kInvalid, "a loop's body"},
    {"if_without_else", kInvalid, "else_branch"},
    {"if_on_a_float", kType, "wanted: bool"},
    {"scan_of_a_scalar", kType, "no tensor with axes"},
    {"negative_size", kShape, "[-1]"},
    {"overflowing_size", kShape, "impossible size"},
    {"huge_size", kOutOfMemory, "float[1099511627776]"},
    {"huge_expand", kOutOfMemory, "too large"},
    {"huge_tile", kShape, "repetitions"},
    {"huge_pad", kShape, "pads that leave no axis"},
    {"pad_to_less_than_nothing", kShape, "pads that leave no axis"},
    {"huge_range", kInvalid, "without end"},
    {"range_without_a_step", kInvalid, "a step of 0"},
    {"huge_depth", kOutOfMemory, "too large"},
    {"reshape_of_minus_two", kShape, "negative sizes"},
    {"reshape_that_overflows", kShape, "too large"},
    {"split_of_negative_size", kInvalid, "negative size"},
    {"crop_to_a_negative_size", kShape, "negative sizes"},
    {"top_of_minus_one", kInvalid, "found: -1"},
    {"shapes_that_do_not_broadcast", kShape, "[2] and [3]"},
    {"gather_out_of_range", kInvalid, "found: 2, wanted: below 2"},
    {"gather_nd_too_deep", kShape, "deeper than the data"},
    {"scatter_out_of_range", kInvalid, "found: -3"},
    {"axis_out_of_range", kInvalid, "an axis out of range"},
    {"axis_of_the_lowest_number", kInvalid, "an axis out of range"},
    {"permutation_of_one_axis_twice", kInvalid, "an axis twice"},
    {"slice_by_a_step_of_zero", kInvalid, "a step of 0"},
    {"stride_of_zero", kInvalid, "attribute: strides"},
    {"negative_pads", kInvalid, "attribute: pads"},
    {"kernel_of_nothing", kInvalid, "attribute: kernel_shape"},
    {"huge_kernel", kShape, "a kernel of impossible size"},
    {"kernel_larger_than_the_image", kShape, "larger than the padded input"},
    {"huge_dilation", kInvalid, "attribute: dilations"},
    {"huge_pads", kTimeout, "too much work"},
    {"huge_stride", kShape, "impossible size"},
    {"groups_that_do_not_divide", kShape, "weights that don't fit"},
    {"channels_that_do_not_fit", kShape, "weights that don't fit"},
    {"more_work_than_a_run_may_cost", kTimeout, "too much work"},
    {"attribute_of_another_kind", kType, "attribute: axis"},
    {"missing_attribute", kInvalid, "attribute: to"},
    {"cast_to_no_type", kType, "a cast to no type"},
    {"constant_of_nothing", kInvalid, "a constant has one attribute"},
    {"constant_of_two", kInvalid, "a constant has one attribute"},
    {"string_that_is_no_number", kInvalid, "\"one\""},
    {"integers_that_are_floats", kType, "an integer type"},
    {"two_types", kType, "found: double[2], wanted: float"},
    {"integer_divided_by_zero", kInvalid, "divided by zero"},
    {"equation_of_garbage", kInvalid, "an unexpected character"},
    {"equation_of_another_rank", kInvalid, "another rank"},
    {"sparse_index_out_of_range", kCorrupt, "out of range"},
    {"sparse_of_huge_size", kOutOfMemory, "too large"},
    {"external_past_the_end", kCorrupt, "past the end"},
    {"external_not_there", kNotFound, "absent.bin"},
};

Result<Values> Evaluate(const fs::path& file) {
  // Less than by default, so that what never ends is soon seen to end.
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Open(file, {.max_tensor_bytes = 1 << 24, .max_steps = 100'000, .max_nodes = 20'000}));
  return interpreter.Run({});
}

class HostileGraphs : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileGraphs, AreRefused) { EXPECT_THAT(Evaluate(kFolder / (std::string(GetParam().name) + ".onnx")), IsError(GetParam().kind, HasSubstr(GetParam().text))); }

INSTANTIATE_TEST_SUITE_P(All, HostileGraphs, ::testing::ValuesIn(kAll), [](const auto& info) { return std::string(info.param.name); });

TEST(HostileGraphs, EachFileHasItsAnswer) {
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) files += entry.path().extension() == ".onnx" ? 1 : 0;
  EXPECT_EQ(files, std::size(kAll));
}

TEST(HostileGraphs, ALinkDoesNotLeadOutOfTheFolder) {
  const fs::path folder = fs::path(::testing::TempDir()) / "hostile_graphs_link";
  fs::remove_all(folder);
  fs::create_directories(folder / "model");
  fs::copy(kFolder / "external_past_the_end.onnx", folder / "model/model.onnx");
  std::ofstream(folder / "secret.bin") << "sixteen bytes...";
  fs::create_symlink(folder / "secret.bin", folder / "model/short.bin");
  EXPECT_THAT(Evaluate(folder / "model/model.onnx"), IsError(kCorrupt, HasSubstr("outside the model's folder")));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace conformance::onnx_reference
