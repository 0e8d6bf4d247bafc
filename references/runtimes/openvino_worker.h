#pragma once

#include <memory>

#include "framework/engine/worker_program.h"
#include "framework/ports/backend.h"

namespace conformance::runtimes {

/// The worker `openvino_worker`, built where the set-up made OpenVINO: in libexec/conformance of the build folder or the installation that
/// this library lies in. It finds OpenVINO's libraries in the folder that CONFORMANCE_OPENVINO names, else in what `tools/setup --with
/// openvino` left in the cache, else as the loader does. What is not there is found when the worker is started: kUnavailable with the
/// command that adds it.
engine::WorkerCommand OpenvinoWorker();

/// OpenVINO on the CPU: `.onnx`, and its own IR (format "openvino": the .xml, with the .bin beside it).
std::unique_ptr<const ports::Backend> MakeOpenvinoBackend();

}  // namespace conformance::runtimes
