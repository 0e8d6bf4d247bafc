#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

/// The .onnx format as plain structs, twins of onnx.proto's messages: reading, writing, checking. What the structs cannot hold
/// (training info, types of sparse tensors and opaque types, device configurations) is refused by name when read.
namespace conformance::formats {

/// TensorProto.DataType.
enum class OnnxElem : int32_t {
  kUndefined = 0,
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
  kFloat8E4M3Fn = 17,
  kFloat8E4M3FnUz = 18,
  kFloat8E5M2 = 19,
  kFloat8E5M2FnUz = 20,
  kUint4 = 21,
  kInt4 = 22,
  kFloat4E2M1 = 23,
  kFloat8E8M0 = 24,
  kUint2 = 25,
  kInt2 = 26,
  kFloat6E2M3 = 27,
  kFloat6E3M2 = 28,
};

using OnnxMetadata = std::vector<std::pair<std::string, std::string>>;

/// Where a tensor's bytes stand in another file.
struct OnnxExternal {
  std::string location;  ///< path relative to the model's folder
  uint64_t offset = 0;
  uint64_t length = 0;

  friend bool operator==(const OnnxExternal&, const OnnxExternal&) = default;
};

struct OnnxTensor {
  std::string name;
  OnnxElem elem = OnnxElem::kUndefined;
  std::vector<int64_t> dims;
  std::shared_ptr<const Storage>
      raw;  ///< little-endian bytes, row-major; null where empty, external or of strings
  std::vector<std::string> strings;      ///< of kString
  std::optional<OnnxExternal> external;  ///< then raw is null
  std::string doc_string;
  OnnxMetadata metadata_props;
};

/// SparseTensorProto: what is not zero of a tensor of size `dims`.
struct OnnxSparseTensor {
  OnnxTensor values;   ///< [n]; its name is the tensor's
  OnnxTensor indices;  ///< int64 [n], row-major positions, or [n, rank]; ascending
  std::vector<int64_t> dims;
};

/// One dimension: a size, a symbol's name, or (neither) unknown.
struct OnnxDim {
  std::optional<int64_t> size;
  std::string symbol;

  friend bool operator==(const OnnxDim&, const OnnxDim&) = default;
};

/// A value's type: a tensor's, or a sequence or optional of it, or a map to it.
struct OnnxType {
  enum class Wrapper : uint8_t { kSequence, kOptional, kMap };
  std::vector<Wrapper> wrappers;  ///< outermost first: {kOptional, kSequence} is optional(seq(tensor(…)))
  OnnxElem elem = OnnxElem::kUndefined;
  std::optional<std::vector<OnnxDim>> shape;  ///< none: unknown rank
  std::vector<OnnxElem> keys;  ///< of the maps among the wrappers, outermost first

  bool IsKnown() const { return elem != OnnxElem::kUndefined; }
  friend bool operator==(const OnnxType&, const OnnxType&) = default;
};

struct OnnxValueInfo {
  std::string name;
  OnnxType type;
  std::string doc_string;
  OnnxMetadata metadata_props;
};

struct OnnxGraph;

/// AttributeProto. `kind` says which member counts; the singular tensor, graph and type are the only element of their list.
struct OnnxAttribute {
  enum class Kind : int32_t {
    kUndefined = 0,
    kFloat = 1,
    kInt = 2,
    kString = 3,
    kTensor = 4,
    kGraph = 5,
    kFloats = 6,
    kInts = 7,
    kStrings = 8,
    kTensors = 9,
    kGraphs = 10,
    kSparseTensor = 11,
    kSparseTensors = 12,
    kType = 13,
    kTypes = 14,
  };
  std::string name;
  Kind kind = Kind::kUndefined;
  float f = 0;
  int64_t i = 0;
  std::string s;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  std::vector<std::string> strings;
  std::vector<OnnxTensor> tensors;
  std::vector<OnnxSparseTensor> sparse_tensors;
  std::vector<OnnxGraph> graphs;
  std::vector<OnnxType> types;
  std::string ref_attr_name;  ///< in a function's body: the function's attribute of which this has the value
  std::string doc_string;

  static OnnxAttribute Float(std::string name, float value);
  static OnnxAttribute Int(std::string name, int64_t value);
  static OnnxAttribute String(std::string name, std::string value);
  static OnnxAttribute OfTensor(std::string name, OnnxTensor value);
  static OnnxAttribute Graph(std::string name, OnnxGraph value);
  static OnnxAttribute Floats(std::string name, std::vector<float> values);
  static OnnxAttribute Ints(std::string name, std::vector<int64_t> values);
  static OnnxAttribute Strings(std::string name, std::vector<std::string> values);
};

struct OnnxNode {
  std::string name;
  std::string op_type;
  std::string domain;
  std::string overload;
  std::vector<std::string> inputs;   ///< "" for an optional one that is left out
  std::vector<std::string> outputs;  ///< likewise
  std::vector<OnnxAttribute> attributes;
  std::string doc_string;
  OnnxMetadata metadata_props;

  /// Null where there is none of that name.
  const OnnxAttribute* Find(std::string_view attribute) const;
};

struct OnnxGraph {
  std::string name;
  std::vector<OnnxNode> nodes;  ///< in topological order
  std::vector<OnnxTensor> initializers;
  std::vector<OnnxSparseTensor> sparse_initializers;
  std::vector<OnnxValueInfo> inputs;
  std::vector<OnnxValueInfo> outputs;
  std::vector<OnnxValueInfo> value_info;
  std::string doc_string;
  OnnxMetadata metadata_props;
};

struct OnnxOpset {
  std::string domain;
  int64_t version = 0;

  friend bool operator==(const OnnxOpset&, const OnnxOpset&) = default;
};

struct OnnxFunction {
  std::string name;
  std::string domain;
  std::string overload;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::string> attributes;          ///< names of those without a default
  std::vector<OnnxAttribute> attribute_protos;  ///< those with one
  std::vector<OnnxNode> nodes;
  std::vector<OnnxOpset> opset_imports;
  std::vector<OnnxValueInfo> value_info;
  std::string doc_string;
  OnnxMetadata metadata_props;
};

struct OnnxModel {
  int64_t ir_version = 0;
  std::vector<OnnxOpset> opset_imports;
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  int64_t model_version = 0;
  std::string doc_string;
  OnnxMetadata metadata_props;
  OnnxGraph graph;
  std::vector<OnnxFunction> functions;
};

OnnxElem OnnxElemOf(DType dtype);
/// None for element types that there is no computing with.
std::optional<DType> DTypeFromOnnx(OnnxElem elem);
/// "FLOAT", "BFLOAT16", …: onnx.proto's names.
std::string_view OnnxElemName(OnnxElem elem);
/// Bits of one element; 0 for strings and unknown types. Elements of less than 8 bits are packed, the last byte padded.
int OnnxElemBits(OnnxElem elem);
/// Bytes that a tensor of that type and size has, or nothing where dims are negative or the product overflows.
std::optional<uint64_t> OnnxByteSize(OnnxElem elem, const std::vector<int64_t>& dims);

/// A tensor with inline bytes: shares the storage of a contiguous one, copies else.
OnnxTensor OnnxTensorOf(std::string name, const Tensor& tensor);
/// A view of a tensor's inline bytes. Errors: kUnsupported for external ones, strings and types without computing.
Result<Tensor> TensorOf(const OnnxTensor& tensor);

/// The model's bytes; the same model gives the same bytes. Errors: kInvalid beyond 2 GB, which protobuf cannot hold.
Result<std::string> SerializeOnnx(const OnnxModel& model);

/// Errors, with file, place, found and wanted: kCorrupt for bytes that are no ModelProto, sizes and data that disagree, external
/// locations outside the model's folder; kUnsupported for what the structs cannot hold. `file` is used in messages only.
Result<OnnxModel> ParseOnnx(std::string_view bytes, std::string_view file = {});

/// A whole file by ParseOnnx; external data is not read. Errors: as ParseOnnx and MappedFile::Open.
Result<OnnxModel> ReadOnnx(const std::filesystem::path& path);

/// onnx::checker::check_model with strict shape and type inference over the whole model. External initializers take part by type
/// and size; their files need not exist. Errors: kInvalid with the checker's text.
Status CheckOnnx(const OnnxModel& model);
/// The same of a file on disk, external data files included (they must exist inside its folder).
Status CheckOnnxFile(const std::filesystem::path& path);

/// The model with types and shapes of values as ONNX infers them (value_info and outputs, nested graphs too); everything else stays
/// as it is. Errors: kInvalid with the inference's text.
Result<OnnxModel> InferShapes(const OnnxModel& model);

/// The newest opset of the default domain, and IR version, that checker and inference know.
int64_t MaxOnnxOpset();
int64_t MaxOnnxIrVersion();

}  // namespace conformance::formats
