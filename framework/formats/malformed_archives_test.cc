#include "framework/formats/malformed_testing.h"

#include "framework/formats/onnx.h"
#include "framework/formats/onnx_tensor.h"
#include "framework/formats/pt2.h"
#include "framework/formats/zip.h"

namespace conformance::formats {
namespace {
using enum ErrorKind;
using std::filesystem::path;

Status ReadZip(const path& file) {
  CONFORMANCE_TRY(const ZipFile zip, ZipFile::Open(file));
  for (const ZipEntry& entry : zip.entries()) CONFORMANCE_RETURN_IF_ERROR(zip.Read(entry));
  return Ok();
}

Status ReadPt2(const path& file) {
  CONFORMANCE_TRY(const Pt2Archive archive, Pt2Archive::Open(file));
  for (const Pt2Tensor& tensor : archive.weights()) CONFORMANCE_RETURN_IF_ERROR(archive.Read(tensor));
  return Ok();
}

TEST(Malformed, Zip) {
  ExpectMalformed(
      "zip", ".zip", ReadZip,
      {
          {"bomb", kInvalid, "directory record 0, byte 1068, entry \"a.txt\"", "1048576 bytes from 1033",
           "at most 200 times the packed size"},
          {"bomb_of_4_gb", kInvalid, "directory record 0, byte 46, entry \"a.txt\"", "4294967294 bytes",
           "at most 1073741824"},
          {"bytes_at_the_end", kCorrupt, "byte 94", "0x00000006", "0x06054b50, without a comment behind it"},
          {"bytes_in_front", kCorrupt, "byte 93", "bytes 40 to 40 + 51", "an end at byte 93"},
          {"comment", kCorrupt, "byte 97", "0x00010000", "0x06054b50, without a comment behind it"},
          {"cut", kCorrupt, "byte 81", "0x00000000", "0x06054b50, without a comment behind it"},
          {"directory_beyond_file", kCorrupt, "byte 91", "bytes 1073741824 to 1073741824 + 51",
           "an end at byte 91"},
          {"directory_too_long", kCorrupt, "byte 91", "bytes 40 to 40 + 1073741824", "an end at byte 91"},
          {"directory_too_short", kCorrupt, "byte 91", "bytes 40 to 40 + 10", "an end at byte 91"},
          {"disk_7", kUnsupported, "byte 91", "disk 7", "one file"},
          {"does_not_unpack", kCorrupt, "entry \"a.txt\", byte 35",
           "0 bytes from 1, then nothing that unpacks", "8 bytes"},
          {"empty", kCorrupt, "byte 0", "0 bytes", "an end record of 22 bytes"},
          {"encrypted", kUnsupported, "directory record 0, byte 40, entry \"a.txt\"", "flags 0x00000001",
           "no encryption"},
          {"entries_2_40", kInvalid, "end record", "1099511627776", "at most 1000000"},
          {"entries_2_63", kInvalid, "end record", "9223372036854775808", "at most 1000000"},
          {"entry_inside_entry", kCorrupt, "entry \"b\", byte 31", "inside of entry \"a\"",
           "a start at byte 64 or later"},
          {"entry_into_directory", kCorrupt, "local header of entry \"a.txt\", byte 0", "500 bytes",
           "at most 5"},
          {"entry_on_disk_7", kUnsupported, "directory record 0, byte 40, entry \"a.txt\"", "disk 7",
           "one file"},
          {"extra_field_cut", kCorrupt, "directory record 0, byte 40, entry \"a.txt\"", "400 bytes",
           "at most 0"},
          {"fewer_entries_than_directory", kCorrupt, "byte 111", "47 bytes", "none"},
          {"local_header_beyond_directory", kCorrupt, "local header of entry \"a.txt\", byte 5000",
           "an offset beyond the entries", "0x04034b50 before the directory at byte"},
          {"local_header_elsewhere", kCorrupt, "local header of entry \"a.txt\", byte 3", "0x00001404",
           "0x04034b50 before the directory at byte"},
          {"method_12", kUnsupported, "directory record 0, byte 40, entry \"a.txt\"", "method 12",
           "0 (stored) or 8 (deflated)"},
          {"method_differs", kCorrupt, "local header of entry \"a.txt\", byte 0",
           "method 8, flags 0x00000000", "method 0, flags 0x00000000"},
          {"more_entries_than_directory", kCorrupt, "end record", "60000 entries in 51 bytes",
           "at least 46 bytes each"},
          {"name_absolute", kCorrupt, "directory record 0, byte 42, entry \"/etc/passwd\"",
           "an absolute path", "a relative path of plain parts"},
          {"name_backslash", kCorrupt, "directory record 0, byte 35, entry \"..\\b\"", "a \"\\\"",
           "a relative path of plain parts"},
          {"name_control_character", kCorrupt, "directory record 0, byte 34, entry \"a\\x0ab\"",
           "a control character", "a relative path of plain parts"},
          {"name_differs", kCorrupt, "local header of entry \"a.txt\", byte 0", "\"b.txt\"",
           "\"a.txt\", as in the directory"},
          {"name_drive", kCorrupt, "directory record 0, byte 34, entry \"c:b\"", "a \":\"",
           "a relative path of plain parts"},
          {"name_empty", kCorrupt, "directory record 0, byte 31, entry \"\"", "an empty name",
           "a relative path of plain parts"},
          {"name_parent", kCorrupt, "directory record 0, byte 40, entry \"a/../../b\"", "the part \"..\"",
           "a relative path of plain parts"},
          {"name_twice", kCorrupt, "directory", "\"a\" twice", "each name once"},
          {"name_zero_byte", kCorrupt, "directory record 0, byte 34, entry \"a\\x00b\"",
           "a control character", "a relative path of plain parts"},
          {"not_a_zip", kCorrupt, "byte 18", "0x6e61202c", "0x06054b50, without a comment behind it"},
          {"size_differs", kCorrupt, "local header of entry \"a.txt\", byte 0",
           "4 bytes as 5, checksum 0x3610a686", "5 bytes as 5, checksum 0x3610a686"},
          {"stored_in_two_sizes", kCorrupt, "directory record 0, byte 40, entry \"a.txt\"", "5 and 6 bytes",
           "the same"},
          {"two_entries_one_header", kCorrupt, "local header of entry \"b\", byte 0", "\"a\"",
           "\"b\", as in the directory"},
          {"unpacks_to_less", kCorrupt, "entry \"a.txt\", byte 35", "11 bytes from 10", "12 bytes"},
          {"unpacks_to_more", kCorrupt, "entry \"a.txt\", byte 35",
           "10 bytes from 9, then nothing that unpacks", "10 bytes"},
          {"wrong_checksum", kCorrupt, "entry \"a.txt\", byte 35", "0x3610a686", "0x12345678"},
          {"zip64_field_cut", kCorrupt, "directory record 0, byte 40, entry \"a.txt\"", "8 bytes",
           "8 bytes per value"},
          {"zip64_size_2_63", kCorrupt, "local header of entry \"a.txt\", byte 0",
           "9223372036854775808 bytes", "at most 5"},
          {"zip64_without_locator", kCorrupt, "byte 147", "no locator before the end record", "0x07064b50"},
      });
}

TEST(Malformed, Pt2) {
  ExpectMalformed(
      "pt2", ".pt2", ReadPt2,
      {
          {"another_format", kUnsupported, "entry \"p/archive_format\"", "\"pt3\"", "\"pt2\""},
          {"another_version", kUnsupported, "entry \"p/archive_version\"", "\"17\"", "\"0\""},
          {"axes_100", kCorrupt, "entry \"w\", key \"sizes\"", "100", "at most 64"},
          {"big_endian", kUnsupported, "entry \"p/byteorder\"", "\"big\"", "\"little\""},
          {"config_is_array", kCorrupt, "key \"config\"", "nothing", "object"},
          {"dtype_is_string", kCorrupt, "entry \"w\", key \"dtype\"", "string", "int"},
          {"elements_overflow", kCorrupt, "entry \"w\"", "sizes [4294967296, 4294967296], strides [0, 0],",
           "at most 6 elements of f32"},
          {"entry_is_number", kCorrupt, "entry \"w\"", "int", "object"},
          {"extent_overflows", kCorrupt, "entry \"w\"", "sizes [2, 3], strides [4611686018427387904,",
           "at most 6 elements of f32"},
          {"flag_is_string", kCorrupt, "entry \"w\", key \"is_param\"", "string", "bool"},
          {"model_is_array", kCorrupt, "p/models/model.json", "array", "object"},
          {"model_is_cut", kCorrupt, "line 1, column 19", "end of text", "string literal"},
          {"model_too_deep", kInvalid, "line 1, column 129", "depth 129", "at most 128"},
          {"negative_offset", kCorrupt, "entry \"w\", key \"storage_offset\"", "-1", "0 or more"},
          {"negative_size", kCorrupt, "entry \"w\", key \"sizes\"", "-2", "0 or more"},
          {"negative_stride", kCorrupt, "entry \"w\", key \"strides\"", "-3", "0 or more"},
          {"no_config_key", kCorrupt, "key \"config\"", "nothing", "object"},
          {"no_constants_config", kCorrupt, "\"p/data/constants/model_constants_config.json\"", "nothing",
           "an entry"},
          {"no_entries", kCorrupt, "directory", "no entries", "models and data"},
          {"no_folder", kCorrupt, "entry \"archive_format\"", "\"\"", "a folder"},
          {"no_meta", kCorrupt, "entry \"w\", key \"tensor_meta\"", "null", "object"},
          {"no_model", kCorrupt, "p/models/", "nothing", "model.json"},
          {"no_version", kCorrupt, "\"p/archive_version\"", "nothing", "an entry"},
          {"no_weights_config", kCorrupt, "\"p/data/weights/model_weights_config.json\"", "nothing",
           "an entry"},
          {"not_a_zip", kCorrupt, "byte 21", "0x6c20646e", "0x06054b50, without a comment behind it"},
          {"path_is_number", kCorrupt, "entry \"w\", key \"path_name\"", "int", "string"},
          {"pickle", kUnsupported, "tensor \"w\"", "use_pickle true", "raw bytes"},
          {"repeats_for_ever", kCorrupt, "entry \"w\"", "sizes [1048576, 1048576], strides [0, 0], offset 0",
           "at most 6 elements of f32"},
          {"size_is_symbol", kCorrupt, "entry \"w\", key \"sizes\"", "object",
           "object with the int \"as_int\""},
          {"sparse_layout", kUnsupported, "entry \"w\"", "1", "7 (strided)"},
          {"storage_missing", kCorrupt, "entry \"w\"", "no entry \"p/data/weights/weight_0\"",
           "the tensor's bytes"},
          {"storage_outside", kCorrupt, "entry \"w\"", "no entry \"p/data/weights/../../weight_0\"",
           "the tensor's bytes"},
          {"stride_beyond_storage", kCorrupt, "entry \"w\"", "sizes [2, 3], strides [4, 1], offset 0",
           "at most 6 elements of f32"},
          {"strides_too_few", kCorrupt, "entry \"w\"", "[3]", "as many as in [2, 3]"},
          {"two_folders", kCorrupt, "entry \"q/x\"", "\"q/\"", "\"p/\""},
          {"two_models", kUnsupported, "p/models/", "\"a, b\"", "one, or one called model"},
          {"unknown_dtype", kUnsupported, "tensor \"w\"", "ScalarType 29",
           "uint8, int8, int16, int32, int64, half,"},
          {"view_beyond_storage", kCorrupt, "entry \"w\"", "sizes [2, 3], strides [3, 1], offset 1",
           "at most 6 elements of f32"},
      },
      {"good"});
}

TEST(Malformed, Onnx) {
  // The library's own tables are set up outside of the measurements.
  const path small = path(CONFORMANCE_FIXTURES_DIR) / "formats/onnx/small.onnx";
  ASSERT_TRUE(ReadOnnx(small).ok());
  ExpectMalformed(
      "onnx", ".onnx", [](const path& file) { return ReadOnnx(file).status(); },
      {
          {"attribute_without_type", kCorrupt, "node \"\" (\"Op\"), attribute \"a\"", "UNDEFINED", "a type"},
          {"bytes_overflow", kCorrupt, "tensor \"w\"", "[4611686018427387904]",
           "sizes of 0 or more, below 2^60 elements"},
          {"cut", kCorrupt, "byte 6", "field 7 of 22 bytes where 19 are left",
           "the protobuf message ModelProto"},
          {"deep_graphs", kCorrupt, "byte 6", "field 7, malformed or more than 128 messages deep",
           "the protobuf message ModelProto"},
          {"deep_type", kCorrupt, "value \"x\"", "sequences of sequences", "at most 8 levels"},
          {"elements_overflow", kCorrupt, "tensor \"w\"", "[4294967296, 4294967296]",
           "sizes of 0 or more, below 2^60 elements"},
          {"empty", kCorrupt, "byte 0", "no bytes", "the protobuf message ModelProto"},
          {"external_absolute", kCorrupt, "tensor \"w\"", "\"/etc/passwd\"",
           "a relative path without \"..\""},
          {"external_backslash", kCorrupt, "tensor \"w\"", "\"..\\weights.bin\"",
           "a relative path without \"..\""},
          {"external_bad_offset", kCorrupt, "tensor \"w\"", "offset \"0x10\"", "a number of 0 or more"},
          {"external_hidden_parent", kCorrupt, "tensor \"w\"", "\"a/../../weights.bin\"",
           "a relative path without \"..\""},
          {"external_negative_length", kCorrupt, "tensor \"w\"", "length \"-8\"", "a number of 0 or more"},
          {"external_offset_overflow", kCorrupt, "tensor \"w\"", "offset 9223372036854775807",
           "an offset below 2^63"},
          {"external_other_length", kCorrupt, "tensor \"w\"", "4 bytes", "8"},
          {"external_parent_folder", kCorrupt, "tensor \"w\"", "\"../weights.bin\"",
           "a relative path without \"..\""},
          {"external_without_location", kCorrupt, "tensor \"w\"", "\"\"", "a relative path without \"..\""},
          {"field_of_another_type", kCorrupt, "tensor \"w\"", "0 bytes in a field of another type",
           "8 for FLOAT[2]"},
          {"garbage", kCorrupt, "byte 0", "field 8646639 of wire type 7", "the protobuf message ModelProto"},
          {"length_of_2_63", kCorrupt, "byte 6", "field 7 of 9223372036854775808 bytes where 1 are",
           "the protobuf message ModelProto"},
          {"length_of_2_gb", kCorrupt, "byte 6", "field 7 of 2147483647 bytes where 1 are left",
           "the protobuf message ModelProto"},
          {"map_type", kCorrupt, "value \"x\"", "no field value_type", "a type"},
          {"negative_size", kCorrupt, "tensor \"w\"", "[-2]", "sizes of 0 or more, below 2^60 elements"},
          {"newer_model_field", kUnsupported, "model", "field number 99 of a newer format", "none of it"},
          {"newer_tensor_field", kUnsupported, "tensor \"w\"", "field number 99 of a newer format",
           "none of it"},
          {"no_data", kCorrupt, "tensor \"w\"", "0 bytes", "8 for FLOAT[2]"},
          {"no_graph", kCorrupt, "model", "no field graph", "one graph"},
          {"quantization_annotation", kUnsupported, "graph \"g\"", "quantization annotations", "none of it"},
          {"raw_too_long", kCorrupt, "tensor \"w\"", "9 bytes", "8 for FLOAT[2]"},
          {"raw_too_short", kCorrupt, "tensor \"w\"", "7 bytes", "8 for FLOAT[2]"},
          {"segments", kUnsupported, "tensor \"w\"", "a tensor in segments", "none of it"},
          {"sparse_attribute", kCorrupt, "tensor \"\"", "UNDEFINED", "a type"},
          {"sparse_initializer", kCorrupt, "tensor \"\"", "UNDEFINED", "a type"},
          {"strings_for_floats", kCorrupt, "tensor \"w\"", "string_data", "FLOAT"},
          {"strings_missing", kCorrupt, "tensor \"w\"", "1 strings", "2"},
          {"training", kUnsupported, "model", "training_info", "none of it"},
          {"two_kinds_of_data", kCorrupt, "tensor \"w\"", "raw_data and a typed field", "one of them"},
          {"undefined_type", kCorrupt, "tensor \"w\"", "UNDEFINED", "a type"},
          {"unknown_type", kCorrupt, "tensor \"w\"", "99", "0 to 28"},
          {"wrong_wire_type", kCorrupt, "byte 4", "field 1 of wire type 7",
           "the protobuf message ModelProto"},
      });
}

TEST(Malformed, OnnxTensor) {
  const path root = path(CONFORMANCE_FIXTURES_DIR) / "malformed/onnx_tensor";
  ASSERT_TRUE(ReadOnnxTensor(root / "good.pb").ok());  // as above
  EXPECT_EQ(ReadOnnxTensor(root / "external.pb").status().error().Fact("file"), (root / "external.pb").string());
  ExpectMalformed(
      "onnx_tensor", ".pb", [](const path& file) { return ReadOnnxTensor(file).status(); },
      {
          {"cut", kCorrupt, "byte 7", "field 9 of 8 bytes where 5 are left", "the protobuf message TensorProto"},
          {"elements_overflow", kCorrupt, "tensor \"w\"", "[4294967296, 4294967296]",
           "sizes of 0 or more, below 2^60 elements"},
          {"empty", kCorrupt, "byte 0", "no bytes", "the protobuf message TensorProto"},
          {"external", kUnsupported, "tensor \"w\"", "w.bin", "bytes of its own"},
          {"external_parent_folder", kCorrupt, "tensor \"w\"", "\"../w.bin\"", "a relative path without \"..\""},
          {"garbage", kCorrupt, "byte 0", "field 8646639 of wire type 7", "the protobuf message TensorProto"},
          {"length_of_2_gb", kCorrupt, "byte 2", "field 9 of 2147483647 bytes where 1 are left",
           "the protobuf message TensorProto"},
          {"negative_size", kCorrupt, "tensor \"w\"", "[-2]", "sizes of 0 or more, below 2^60 elements"},
          {"raw_too_short", kCorrupt, "tensor \"w\"", "7 bytes", "8 for FLOAT[2]"},
          {"strides_overflow", kCorrupt, "tensor \"w\"", "[0, 4294967296, 4294967296]",
           "sizes of 0 or more, below 2^60 elements"},
          {"undefined_type", kCorrupt, "tensor \"w\"", "UNDEFINED", "a type"},
      },
      {"good"});
}

}  // namespace
}  // namespace conformance::formats
