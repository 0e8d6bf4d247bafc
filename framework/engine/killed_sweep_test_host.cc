// One sweep over backends of which a third crash, a third hang and a third eat memory, beside as many good ones; for
// killed_sweep_test, which kills it.
//
//   killed_sweep_test_host FOLDER RECORD BACKENDS MODELS      BACKENDS: of each kind, at most 12

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "framework/engine/posix_process.h"
#include "framework/engine/sweep.h"
#include "framework/engine/system_clock.h"
#include "framework/engine/worker_test_room.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/testing/fakes.h"

int main(int argc, char** argv) {
  using namespace conformance;
  using namespace conformance::engine;
  if (argc != 5) return 2;
  Toolbox toolbox = conformance::testing::FakeToolbox();
  toolbox.exporters = {};
  toolbox.exporters.Add(std::make_shared<conformance::testing::FakeExporter>("fake", "test"));
  toolbox.export_configs.Add("test", conformance::testing::PlainExportConfig::FromJson);
  toolbox.process_launcher = MakePosixLauncher();
  toolbox.clock = std::make_shared<SystemClock>();
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    for (const std::string kind : {"double", "segv", "hang", "grow"}) {
      toolbox.backends.Add(std::make_shared<conformance::testing::FakeBackend>(
          kind + std::to_string(i), std::vector<std::string>{"test"}));
    }
  }
  std::vector<std::shared_ptr<const Case>> cases;
  for (int i = 0; i < std::atoi(argv[4]); ++i) {
    auto model = std::make_shared<conformance::testing::FakeCase>("model" + std::to_string(i));
    model->variants = {{.name = "static", .recording = false, .dynamic = false}};
    cases.push_back(std::move(model));
  }
  SweepOptions options;
  options.threads = 6;
  options.run_dir = argv[1];
  options.resume = true;
  options.isolation.all = true;
  options.isolation.worker_command = {CONFORMANCE_TEST_WORKER};
  options.isolation.limits.timeout = std::chrono::seconds(2);
  options.isolation.limits.resident_bytes = kTestRoomMib << 20;
  const auto run = RunSweep(toolbox, cases, options);
  if (!run.ok()) {
    std::fprintf(stderr, "%s\n", run.error().ToString().c_str());
    return 1;
  }
  return formats::WriteFileAtomic(argv[2], formats::WriteJson(run->ToJson(), 1)).ok() ? 0 : 1;
}
