#pragma once

#include <memory>
#include <string>

#include "framework/engine/worker_program.h"
#include "framework/ports/backend.h"

namespace conformance::runtimes {

/// The command of a worker in Python that ships with the project: `script` of tools/workers, run by the interpreter that has what
/// `tools/setup --with group` installs.
/// Interpreter: the variable CONFORMANCE_PYTHON_<GROUP> (in capitals), else CONFORMANCE_PYTHON, else the one in the cache of tools/setup.
/// Scripts: the folder that CONFORMANCE_WORKERS names, else the one beside this library: tools/workers of a checkout, or
/// share/conformance/workers of an installation. What is not there is found when a worker is started: kUnavailable with the command
/// that adds it.
engine::WorkerCommand PythonWorker(const std::string& group, const std::string& script);

/// PyTorch: `.pt2` as torch.export.load reads it.
std::unique_ptr<const ports::Backend> MakePytorchBackend();
/// ExecuTorch's runtime, as its Python package brings it: `.pte`.
std::unique_ptr<const ports::Backend> MakeExecutorchBackend();

}  // namespace conformance::runtimes
