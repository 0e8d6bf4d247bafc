// The worker of the backend `openvino` (docs/worker_protocol.md): the only program that OpenVINO and its TBB are linked into.

#include "framework/engine/toolbox.h"
#include "framework/engine/worker_host.h"
#include "references/runtimes/openvino/openvino_backend.h"

int main() {
  conformance::engine::Toolbox toolbox;
  toolbox.backends.Add(std::make_unique<conformance::runtimes::OpenvinoBackend>());
  return conformance::engine::RunWorkerHost(toolbox);
}
