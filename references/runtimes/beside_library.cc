#include "references/runtimes/beside_library.h"

#include <dlfcn.h>

namespace conformance::runtimes {
namespace {

namespace fs = std::filesystem;

fs::path OwnFile() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&OwnFile), &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code ignored;
  return fs::absolute(info.dli_fname, ignored);
}

}  // namespace

std::optional<fs::path> BesideLibrary(std::initializer_list<std::string_view> places) {
  std::error_code ignored;
  for (fs::path folder = OwnFile().parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    for (const std::string_view place : places) {
      if (fs::exists(folder / place, ignored)) return folder / place;
    }
  }
  return std::nullopt;
}

}  // namespace conformance::runtimes
