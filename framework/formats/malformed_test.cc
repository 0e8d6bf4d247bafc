#include "framework/formats/malformed_testing.h"

#include "framework/formats/checkpoint_files.h"
#include "framework/formats/json.h"
#include "framework/formats/npy.h"
#include "framework/formats/safetensors.h"

namespace conformance::formats {
namespace {
using enum ErrorKind;
using std::filesystem::path;

TEST(Malformed, Json) {
  ExpectMalformed(
      "json", ".json", [](const path& file) { return ReadJson(file).status(); },
      {
          {"bad_escape", kCorrupt, "line 1, column 4", "\"\"\\x\", invalid string: forbidden character after",
           "JSON"},
          {"bad_utf8", kCorrupt, "line 1, column 3", "\"\"\\xc0\", invalid string: ill-formed UTF-8 byte",
           "JSON"},
          {"bare_key", kCorrupt, "line 1, column 2", "\"{a\", invalid literal", "string literal"},
          {"comment", kCorrupt, "line 1, column 4", "\"{} /\", invalid literal", "end of input"},
          {"control_character", kCorrupt, "line 1, column 4",
           "\"[\"a\\x0a\", invalid string: control character", "JSON"},
          {"cut_literal", kCorrupt, "line 1, column 5", "\"[tru]\", invalid literal", "JSON"},
          {"cut_string", kCorrupt, "line 1, column 13", "end of text, invalid string: missing closing quote",
           "JSON"},
          {"deep_arrays", kInvalid, "line 1, column 129", "depth 129", "at most 128"},
          {"deep_objects", kInvalid, "line 1, column 641", "depth 129", "at most 128"},
          {"duplicate_key", kCorrupt, "line 3, column 4", "\"a\" again", "each key once"},
          {"duplicate_key_of_many", kCorrupt, "line 1, column 425", "\"k7\" again", "each key once"},
          {"empty", kCorrupt, "line 1, column 1", "end of text", "'[', '{', or a literal"},
          {"leading_zero", kCorrupt, "line 1, column 3", "\"1\"", "']'"},
          {"lone_surrogate", kCorrupt, "line 1, column 9", "\"\"\\ud800\"\", invalid string: surrogate",
           "JSON"},
          {"nonfinite", kCorrupt, "line 1, column 2", "\"[N\", invalid literal", "JSON"},
          {"number_overflow", kCorrupt, "line 1, column 6", "\"1e999\"", "a number that a double can hold"},
          {"trailing_comma", kCorrupt, "line 1, column 7", "\"2,]\"", "'[', '{', or a literal"},
          {"trailing_text", kCorrupt, "line 1, column 4", "\"{} x\", invalid literal", "end of input"},
          {"truncated", kCorrupt, "line 2, column 13", "end of text", "']'"},
          {"zero_byte", kCorrupt, "line 1, column 3", "a zero byte", "JSON"},
      });
}

TEST(Malformed, Safetensors) {
  ExpectMalformed(
      "safetensors", ".safetensors", [](const path& file) { return ReadNamedTensors(file).status(); },
      {
          {"bool_of_two", kCorrupt, "byte 72", "2", "0 or 1"},
          {"bytes_at_the_end", kCorrupt, "byte 73", "8 bytes of data", "4, where the last tensor ends"},
          {"bytes_overflow", kCorrupt, "header entry of tensor \"a\"", "shape [2305843009213693952]",
           "a size below 2^61 bytes"},
          {"data_cut", kCorrupt, "header entry of tensor \"a\"", "[0, 8]",
           "begin ≤ end ≤ 5, the bytes that follow"},
          {"dtype_is_number", kCorrupt, "header entry of tensor \"a\"", "int", "string"},
          {"elements_overflow", kCorrupt, "header entry of tensor \"a\"", "shape [4294967296, 4294967296]",
           "a size below 2^61 bytes"},
          {"empty", kCorrupt, "byte 0", "0 bytes", "8 bytes with the header's length"},
          {"entry_is_number", kCorrupt, "header entry of tensor \"a\"", "int", "object"},
          {"half_a_byte", kCorrupt, "header entry of tensor \"a\"", "12 bits", "a multiple of 8"},
          {"header_beyond_file", kCorrupt, "byte 0", "a header of 1048576 bytes", "at most 65"},
          {"header_is_array", kCorrupt, "byte 8", "\"[\"", "\"{\""},
          {"header_is_cut", kCorrupt, "line 1, column 22", "end of text", "'}'"},
          {"header_not_utf8", kCorrupt, "line 1, column 3",
           "\"\"\\xff\", invalid string: ill-formed UTF-8 byte", "string literal"},
          {"header_of_2_63_bytes", kCorrupt, "byte 0", "a header of 9223372036854775808 bytes", "at most 2"},
          {"header_of_all_ones", kCorrupt, "byte 0", "a header of 18446744073709551615 bytes", "at most 2"},
          {"header_of_no_bytes", kCorrupt, "byte 8", "an empty header", "\"{\""},
          {"header_over_100_mb", kCorrupt, "byte 0", "a header of 100000001 bytes", "at most 2"},
          {"header_too_deep", kInvalid, "line 1, column 41", "depth 9", "at most 8"},
          {"hole", kCorrupt, "header entry of tensor \"b\"", "begin 8",
           "begin 4, where the tensor before it ends"},
          {"metadata_is_string", kCorrupt, "header key \"__metadata__\"", "string", "object of strings"},
          {"metadata_of_numbers", kCorrupt, "header key \"__metadata__\", \"format\"", "int", "string"},
          {"name_twice", kCorrupt, "line 1, column 57", "\"a\" again", "each key once"},
          {"negative_offset", kCorrupt, "header entry of tensor \"a\"", "[-4, 0]",
           "begin ≤ end ≤ 4, the bytes that follow"},
          {"negative_size", kCorrupt, "header entry of tensor \"a\"", "-1", "sizes of 0 or more"},
          {"no_dtype", kCorrupt, "header entry of tensor \"a\"", "nothing", "string"},
          {"no_offsets", kCorrupt, "header entry of tensor \"a\"", "nothing", "array of two integers"},
          {"no_shape", kCorrupt, "header entry of tensor \"a\"", "nothing", "array of sizes"},
          {"offset_is_string", kCorrupt, "header entry of tensor \"a\"", "array", "array of two integers"},
          {"offsets_beyond_file", kCorrupt, "header entry of tensor \"a\"", "[0, 400]",
           "begin ≤ end ≤ 4, the bytes that follow"},
          {"offsets_do_not_fit_shape", kCorrupt, "header entry of tensor \"a\"", "8 bytes",
           "4 bytes for F32[1]"},
          {"offsets_reversed", kCorrupt, "header entry of tensor \"a\"", "[4, 0]",
           "begin ≤ end ≤ 4, the bytes that follow"},
          {"seven_bytes", kCorrupt, "byte 0", "7 bytes", "8 bytes with the header's length"},
          {"size_beyond_int64", kCorrupt, "header entry of tensor \"a\"", "float", "sizes of 0 or more"},
          {"size_is_float", kCorrupt, "header entry of tensor \"a\"", "float", "sizes of 0 or more"},
          {"tensors_overlap", kCorrupt, "header entry of tensor \"b\"", "begin 4",
           "begin 8, where the tensor before it ends"},
          {"three_offsets", kCorrupt, "header entry of tensor \"a\"", "array", "array of two integers"},
          {"unknown_dtype", kCorrupt, "header entry of tensor \"a\"", "\"F7\"",
           "BOOL, U8, I8, …, F32, F64, I64, U64"},
      });
}

TEST(Malformed, CheckpointFolders) {
  ExpectMalformed(
      "checkpoint", "", [](const path& folder) { return OpenCheckpointFiles(folder).status(); },
      {
          {"absolute_path", kCorrupt, "key \"weight_map\", tensor \"a\"", "\"/shard.safetensors\"",
           "a plain file name"},
          {"dot_dot", kCorrupt, "key \"weight_map\", tensor \"a\"", "\"..\"", "a plain file name"},
          {"empty_map", kCorrupt, "key \"weight_map\"", "an empty object", "object of file names"},
          {"empty_name", kCorrupt, "key \"weight_map\", tensor \"a\"", "\"\"", "a plain file name"},
          {"map_is_array", kCorrupt, "key \"weight_map\"", "array", "object of file names"},
          {"missing_shard", kNotFound, "missing_shard", "No such file or directory", "shard.safetensors"},
          {"missing_tensor", kCorrupt, "key \"weight_map\", tensor \"b\"", "in no shard",
           "in shard.safetensors"},
          {"parent_folder", kCorrupt, "key \"weight_map\", tensor \"a\"",
           "\"../parent_folder/shard.safetensors\"", "a plain file name"},
          {"shard_is_number", kCorrupt, "key \"weight_map\", tensor \"a\"", "int", "file name"},
          {"sub_folder", kCorrupt, "key \"weight_map\", tensor \"a\"", "\"sub/shard.safetensors\"",
           "a plain file name"},
          {"tensor_in_two_shards", kCorrupt, "tensor \"a\"", "also in one.safetensors", "each tensor once"},
      });
}

TEST(Malformed, Npy) {
  ExpectMalformed(
      "npy", ".npy", [](const path& file) { return ReadNpy(file).status(); },
      {
          {"axes_100", kCorrupt, "byte 253", "more than 64 axes", "at most 64"},
          {"big_endian", kUnsupported, "header key \"descr\"", "\">f4\"",
           "<f8, <f4, <f2, <i8, <i4, <i2, |i1, |u1"},
          {"bool_of_two", kCorrupt, "byte 69", "2", "0 or 1"},
          {"bytes_at_the_end", kCorrupt, "byte 68", "9 bytes of data", "8 for f32[2]"},
          {"bytes_overflow", kCorrupt, "header key \"shape\"", "[2305843009213693952]",
           "a size below 2^63 bytes"},
          {"cut_dict", kCorrupt, "byte 28", "the header's end", "a string"},
          {"cut_string", kCorrupt, "byte 11", "a string without end", "its closing quote"},
          {"data_cut", kCorrupt, "byte 68", "7 bytes of data", "8 for f32[2]"},
          {"elements_overflow", kCorrupt, "header key \"shape\"", "[4294967296, 4294967296]",
           "a size below 2^63 bytes"},
          {"empty", kCorrupt, "byte 0", "\"\"", "\"\\x93NUMPY\""},
          {"escape", kCorrupt, "byte 20", "an escape in a string", "plain letters"},
          {"header_beyond_file", kCorrupt, "byte 8", "60000 bytes", "at most 66"},
          {"header_of_4_gb", kCorrupt, "byte 8", "4294967295 bytes", "at most 66"},
          {"key_twice", kCorrupt, "byte 35", "key \"descr\"", "the keys descr, fortran_order and"},
          {"negative_size", kCorrupt, "byte 61", "\"-\"", "a size of 0 or more"},
          {"no_braces", kCorrupt, "byte 10", "\"'\"", "\"{\""},
          {"no_length", kCorrupt, "byte 8", "9 bytes", "the header's length"},
          {"no_shape", kCorrupt, "byte 51", "a header without shape", "all three keys"},
          {"no_version", kCorrupt, "byte 6", "7 bytes", "a version"},
          {"not_numpy", kCorrupt, "byte 0", "\"PK\\x03\\x04 n\"", "\"\\x93NUMPY\""},
          {"objects", kUnsupported, "header key \"descr\"", "\"|O\"",
           "<f8, <f4, <f2, <i8, <i4, <i2, |i1, |u1"},
          {"order_is_number", kCorrupt, "byte 44", "\"0\"", "True or False"},
          {"records", kUnsupported, "header key \"descr\"", "a record dtype",
           "<f8, <f4, <f2, <i8, <i4, <i2, |i1, |u1"},
          {"shape_is_no_tuple", kCorrupt, "byte 62", "\")\"", "\",\", as in a tuple of one"},
          {"shape_is_number", kCorrupt, "byte 60", "\"2\"", "\"(\""},
          {"size_beyond_int64", kCorrupt, "byte 61", "\"99999999999999999999\"", "a size of 0 or more"},
          {"strides_overflow", kCorrupt, "header key \"shape\"", "[0, 4294967296, 4294967296]",
           "a size below 2^63 bytes"},
          {"text_after_dict", kCorrupt, "byte 68", "\"+\"", "the header's end"},
          {"unknown_key", kCorrupt, "byte 70", "key \"x\"", "the keys descr, fortran_order and"},
          {"version_9", kCorrupt, "byte 6", "9.0", "1.0, 2.0 or 3.0"},
      });
}

}  // namespace
}  // namespace conformance::formats
