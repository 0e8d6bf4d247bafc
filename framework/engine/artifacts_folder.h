#pragma once

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include "framework/base/result.h"

namespace conformance::engine {

/// A folder for artifacts, which goes with this object.
class ArtifactsFolder {
 public:
  /// Below `run_dir`, or where temporary files are if that is empty; `suffix` tells shards apart. Errors: kIo.
  static Result<ArtifactsFolder> Make(const std::filesystem::path& run_dir, const std::string& suffix) {
    ArtifactsFolder folder;
    std::error_code error;
    if (!run_dir.empty()) {
      // What a killed run left is nobody's: the journal's lock is ours.
      folder.path_ = run_dir / ("artifacts" + suffix);
      std::filesystem::remove_all(folder.path_, error);
      if (!error) std::filesystem::create_directories(folder.path_, error);
      if (error) return IoError("no folder for artifacts: " + error.message()).With("folder", folder.path_.string());
      return folder;
    }
    const auto base = std::filesystem::temp_directory_path(error);
    if (error) return IoError("no folder for artifacts: " + error.message());
    std::string name = (base / "conformance.XXXXXX").string();
    if (!::mkdtemp(name.data())) return ErrnoError("cannot make a folder for artifacts", name, errno);
    folder.path_ = name;
    return folder;
  }
  ArtifactsFolder(ArtifactsFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ArtifactsFolder& operator=(ArtifactsFolder&&) = delete;
  ~ArtifactsFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  ArtifactsFolder() = default;
  std::filesystem::path path_;
};

}  // namespace conformance::engine
