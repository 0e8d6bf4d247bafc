#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/formats/zip.h"
#include "framework/tensor/tensor.h"

namespace conformance::formats {

/// A weight or constant of an archive, as its config tells it: a strided view of a storage, which others may share (tied weights).
struct Pt2Tensor {
  std::string name;            ///< in the state dict or among the constants: "transformer.wte.weight"
  std::string path_name;       ///< its storage in the archive: "data/weights/weight_0"
  bool is_param = false;       ///< else a buffer or a constant
  bool use_pickle = false;     ///< a Python pickle, which is never read
  int64_t dtype_code = 0;      ///< torch.export's schema.ScalarType
  std::optional<DType> dtype;  ///< none for types that there is no computing with
  Shape sizes;
  Shape strides;
  int64_t storage_offset = 0;  ///< in elements
  uint64_t offset = 0;         ///< of the storage from the start of the FILE, in bytes
  uint64_t size = 0;           ///< of the storage, in bytes
};

/// A mapped `.pt2` file as `torch.export.save` writes it (archive_version 0). Sample inputs and other pickles are left alone.
/// Cheap to copy (copies share the mapping).
class Pt2Archive {
 public:
  /// Errors: as ZipFile's; kCorrupt for a missing or malformed part; kUnsupported for another archive_version or byte order, or
  /// for several models none of which is called "model".
  static Result<Pt2Archive> Open(const std::filesystem::path& path);
  static Result<Pt2Archive> Parse(std::shared_ptr<const MappedFile> file);

  const std::filesystem::path& path() const { return zip_.path(); }
  const ZipFile& zip() const { return zip_; }
  /// models/<name>.json, the ExportedProgram.
  const Json& model() const { return *model_; }
  /// Parameters and persistent buffers; other buffers and constants. In the configs' order.
  const std::vector<Pt2Tensor>& weights() const { return *weights_; }
  const std::vector<Pt2Tensor>& constants() const { return *constants_; }
  /// Null where there is none of that name.
  const Pt2Tensor* FindWeight(std::string_view name) const;
  const Pt2Tensor* FindConstant(std::string_view name) const;

  /// A read-only strided view of the mapping (of a copy of the storage where the archive places it unaligned or packs it); the
  /// storage's checksum is verified.
  /// Errors: kUnsupported for a pickle or a dtype without computing; kCorrupt where the view leaves its storage or the bytes fail.
  Result<Tensor> Read(const Pt2Tensor& tensor) const;

 private:
  Pt2Archive(ZipFile zip, std::string root) : zip_(std::move(zip)), root_(std::move(root)) {}
  Status Load();
  Result<std::string> Text(const std::string& name) const;
  Result<Json> ReadJsonEntry(const std::string& name) const;
  Result<std::shared_ptr<const std::vector<Pt2Tensor>>> ReadConfig(const std::string& folder,
                                                                   const std::string& name) const;

  ZipFile zip_;
  std::string root_;  // the folder that all entries are in, with its slash
  std::shared_ptr<const Json> model_;
  std::shared_ptr<const std::vector<Pt2Tensor>> weights_;
  std::shared_ptr<const std::vector<Pt2Tensor>> constants_;
};

inline Result<Pt2Archive> OpenPt2(const std::filesystem::path& path) { return Pt2Archive::Open(path); }

/// torch.export's schema.ScalarType and ours: 7 is f32. None where there is no such type here.
std::optional<DType> DTypeFromPt2(int64_t code);
int64_t Pt2Code(DType dtype);

}  // namespace conformance::formats
