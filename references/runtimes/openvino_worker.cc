#include "references/runtimes/openvino_worker.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/worker_backend.h"
#include "references/runtimes/beside_library.h"
#include "references/runtimes/cache_folder.h"

namespace conformance::runtimes {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWorker = "libexec/conformance/openvino_worker";

/// Where the Python package that tools/setup installs has its libraries; the interpreter's version is in the path.
std::optional<fs::path> LibrariesInCache() {
  const auto cache = CacheFolder();
  if (!cache) return std::nullopt;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(*cache / "python-openvino" / "lib", ignored)) {
    const fs::path libraries = entry.path() / "site-packages" / "openvino" / "libs";
    if (fs::exists(libraries, ignored)) return libraries;
  }
  return std::nullopt;
}

}  // namespace

engine::WorkerCommand OpenvinoWorker() {
  engine::WorkerCommand command;
  command.name = "openvino";
  command.argv = {BesideLibrary({kWorker}).value_or(kWorker).string()};
  command.how_to_add = "tools/setup --with openvino, then build again";
  const char* named = std::getenv("CONFORMANCE_OPENVINO");
  const std::optional<fs::path> libraries = named && *named ? fs::path(named) : LibrariesInCache();
  if (libraries) {
    const char* others = std::getenv("LD_LIBRARY_PATH");
    command.environment["LD_LIBRARY_PATH"] = libraries->string() + (others && *others ? ":" + std::string(others) : "");
  }
  return command;
}

std::unique_ptr<const ports::Backend> MakeOpenvinoBackend() {
  engine::WorkerBackendInfo info;
  info.name = "openvino";
  info.formats = {"onnx", "openvino"};
  info.intermediates = true;
  info.qualified_version = CONFORMANCE_PIN_OPENVINO;
  return std::make_unique<const engine::WorkerBackend>(std::move(info), std::make_shared<engine::WorkerProgram>(OpenvinoWorker()));
}

}  // namespace conformance::runtimes
