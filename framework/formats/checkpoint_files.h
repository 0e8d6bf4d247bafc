#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/safetensors.h"

namespace conformance::formats {

/// The safetensors files of one checkpoint folder, seen as one set of tensors.
class CheckpointFiles {
 public:
  struct Location {
    const SafetensorsFile* file;
    const SafetensorsEntry* entry;
  };

  const std::vector<SafetensorsFile>& files() const { return files_; }
  /// Names of all tensors: file by file (by file name), each in the order of its bytes.
  const std::vector<std::string>& names() const { return names_; }
  /// Where a tensor lies; both null where there is none of that name. Valid as long as this object.
  Location Find(std::string_view name) const;
  /// As SafetensorsFile::Read.
  Result<Tensor> Read(std::string_view name) const;

 private:
  friend Result<CheckpointFiles> OpenCheckpointFiles(const std::filesystem::path& folder);
  Status Add(SafetensorsFile file);

  struct Index {
    size_t file;
    size_t entry;
  };
  std::filesystem::path folder_;
  std::vector<SafetensorsFile> files_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Index> by_name_;
};

/// Opens, in this order of preference, `model.safetensors`, `model.safetensors.index.json` with its shards,
/// `diffusion_pytorch_model.safetensors`, `diffusion_pytorch_model.safetensors.index.json`. Headers are read, no weights.
///
/// Shards must be plain file names in the folder. A link may lead to another file of the folder or, as in the hub's cache
/// (snapshots/<revision>/… -> blobs/<hash>), into the folder `../../blobs`; any other link out of the folder is an error.
/// Errors: kNotFound where the folder has none of these files; kCorrupt for a bad index, a tensor that its shard lacks, or one
/// that two shards have.
Result<CheckpointFiles> OpenCheckpointFiles(const std::filesystem::path& folder);

}  // namespace conformance::formats
