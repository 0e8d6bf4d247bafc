#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ports/artifact.h"
#include "framework/ports/process_launcher.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// One thing that docs/worker_protocol.md asks of a worker, and how it went.
struct WorkerCheck {
  enum class Word : uint8_t { kPass, kFail, kSkip };
  std::string name;  ///< "an unknown session is an error"
  Word word = Word::kPass;
  std::string why;  ///< what was found and wanted; why it could not be tried
};
std::string_view ToString(WorkerCheck::Word word);

/// Something that the worker under test can run: its outputs must be the same each time.
struct WorkerKitArtifact {
  std::string backend;
  ports::Artifact artifact;
  NamedTensors inputs;
};

struct WorkerKitOptions {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;  ///< added to ours
  std::chrono::milliseconds timeout{10'000};       ///< of one answer
  std::chrono::milliseconds start_timeout{60'000};
  std::optional<WorkerKitArtifact> artifact;
};

/// Runs a worker's command against the protocol: what it says of itself, what it does with requests that are wrong, how tensors cross,
/// how it ends. What needs an artifact uses the one given, a small one of its own for a backend that takes "onnx", and for a backend
/// that takes "identity" (outputs are the inputs) tensors of every kind. Reports each check as it ends to `seen` and returns all, in a
/// fixed order. For a test of a worker's own: EXPECT_TRUE(WorkerPasses(CheckWorker(*MakePosixLauncher(), options))).
std::vector<WorkerCheck> CheckWorker(ports::ProcessLauncher& launcher, const WorkerKitOptions& options,
                                     const std::function<void(const WorkerCheck&)>& seen = {});

/// No check failed.
bool WorkerPasses(const std::vector<WorkerCheck>& checks);

}  // namespace conformance::engine
