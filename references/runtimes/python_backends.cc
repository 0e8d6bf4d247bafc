#include "references/runtimes/python_backends.h"

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "framework/engine/worker_backend.h"
#include "references/runtimes/beside_library.h"
#include "references/runtimes/cache_folder.h"

namespace conformance::runtimes {
namespace {

namespace fs = std::filesystem;

const char* NonEmpty(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value && *value ? value : nullptr;
}

fs::path Interpreter(const std::string& group) {
  std::string variable = "CONFORMANCE_PYTHON_";
  for (const char letter : group) variable += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  if (const char* named = NonEmpty(variable)) return named;
  if (const char* named = NonEmpty("CONFORMANCE_PYTHON")) return named;
  return CacheFolder().value_or("") / ("python-" + group) / "bin" / "python";
}

/// As it is named where it is nowhere: the message of whoever starts it then names it.
fs::path Script(const std::string& name) {
  if (const char* folder = NonEmpty("CONFORMANCE_WORKERS")) return fs::path(folder) / name;
  return BesideLibrary({"tools/workers/" + name, "share/conformance/workers/" + name}).value_or(name);
}

std::unique_ptr<const ports::Backend> Make(engine::WorkerBackendInfo info) {
  auto program = std::make_shared<engine::WorkerProgram>(PythonWorker(info.name, info.name + "_worker.py"));
  return std::make_unique<const engine::WorkerBackend>(std::move(info), std::move(program));
}

}  // namespace

engine::WorkerCommand PythonWorker(const std::string& group, const std::string& script) {
  const fs::path file = Script(script);
  engine::WorkerCommand command;
  command.name = group;
  command.how_to_add = "tools/setup --with " + group;
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    command.argv = {Interpreter(group).string(), "-B", file.string()};
  } else {
    command.argv = {file.string()};  // which cannot be started either
    command.how_to_add = "CONFORMANCE_WORKERS=<the folder tools/workers of the project>";
  }
  return command;
}

std::unique_ptr<const ports::Backend> MakePytorchBackend() {
  return Make({.name = "pytorch", .formats = {"pt2"}, .dtypes = {}, .intermediates = true, .qualified_version = CONFORMANCE_PIN_TORCH});
}

std::unique_ptr<const ports::Backend> MakeExecutorchBackend() {
  return Make({.name = "executorch", .formats = {"pte"}, .dtypes = {}, .qualified_version = CONFORMANCE_PIN_EXECUTORCH});
}

}  // namespace conformance::runtimes
