// A sweep in workers that is killed over and over, at random: nothing is lost, nothing counted twice, nothing left running, and in the
// end the record is that of an undisturbed one.
//
// CONFORMANCE_KILLS, _BACKENDS, _MODELS make it longer (the nightly entry: 50, 10, 8).

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "framework/base/json.h"
#include "framework/base/random.h"
#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

int Setting(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atoi(text) : otherwise;
}

/// The record without what no two runs have in common: times, and memory as it was measured.
void DropMeasures(Json& json) {
  if (json.IsArray()) {
    for (Json& entry : json.AsArray()) DropMeasures(entry);
  } else if (json.IsObject()) {
    for (const char* name : {"started", "seconds", "stage_seconds"}) json.Erase(name);
    for (auto& [name, value] : json.AsObject()) DropMeasures(value);
  } else if (json.IsString() && json.AsString().starts_with("in memory at last: ")) {
    const std::string& text = json.AsString();
    json = Json(text.substr(std::min(text.size(), text.find('\n'))));
  }
}

class KilledSweep : public ::testing::Test {
 protected:
  KilledSweep() { ::setenv("CONFORMANCE_TEST_MARK", mark_.c_str(), 1); }

  pid_t Start(const fs::path& folder, const fs::path& record) {
    const std::string words[] = {CONFORMANCE_RUNNER, folder.string(), record.string(),
                                 std::to_string(backends_), std::to_string(models_)};
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::execl(words[0].c_str(), words[0].c_str(), words[1].c_str(), words[2].c_str(), words[3].c_str(),
            words[4].c_str(), nullptr);
    ::_exit(127);
  }
  static int Wait(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }
  /// The record of a sweep that nothing stops.
  Json Run(const fs::path& folder) {
    const fs::path file = folder_.path() / (folder.filename().string() + ".json");
    EXPECT_EQ(Wait(Start(folder, file)), 0);
    auto record = formats::ReadJson(file);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? *record : Json::MakeObject();
  }
  /// Lines of journals.
  static size_t Progress(const fs::path& folder) {
    size_t lines = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() != ".jsonl") continue;
      std::ifstream file(entry.path());
      lines += static_cast<size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
    }
    return lines;
  }
  /// Processes that descend from this test, but for itself and what is about to end.
  size_t Running() const {
    size_t count = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
      const auto pid = ParseInt(entry.path().filename().string());
      if (!pid || *pid == ::getpid()) continue;
      std::ifstream file(entry.path() / "environ");
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      count += text.find("CONFORMANCE_TEST_MARK=" + mark_) != std::string::npos ? 1 : 0;
    }
    return count;
  }
  bool NothingRuns() const {
    for (int i = 0; i < 200; ++i) {
      if (Running() == 0) return true;
      std::this_thread::sleep_for(25ms);
    }
    return false;
  }

  const int backends_ = Setting("CONFORMANCE_BACKENDS", 3);
  const int models_ = Setting("CONFORMANCE_MODELS", 2);
  const int kills_ = Setting("CONFORMANCE_KILLS", 6);
  TempFolder folder_;
  const std::string mark_ = folder_.path().string();
};

TEST_F(KilledSweep, EndsLikeAnUndisturbedOne) {
  const auto begin = std::chrono::steady_clock::now();
  Json wanted = Run(folder_.path() / "undisturbed");
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  const size_t cells = static_cast<size_t>(backends_) * static_cast<size_t>(models_) * 4;
  ASSERT_EQ(wanted["cells"].AsArray().size(), cells);
  EXPECT_TRUE(NothingRuns());

  const fs::path folder = folder_.path() / "killed";
  Random random(20260801);
  int killed = 0;
  while (killed < kills_) {
    // Early in life where the sweep is ahead of the kills, so that they fall on all of it.
    const bool ahead =
        Progress(folder) * static_cast<size_t>(kills_ + 1) > cells * static_cast<size_t>(killed + 1);
    const pid_t child = Start(folder, folder_.path() / "killed.json");
    // Else by what an undisturbed sweep takes here, so that it comes to no end before its kills.
    std::this_thread::sleep_for(
        std::chrono::milliseconds(ahead ? random.Between(0, 150) : random.Between(150, 150 + 2 * whole / (kills_ + 1))));
    ::kill(child, SIGKILL);
    const int status = Wait(child);
    EXPECT_TRUE(NothingRuns()) << "after kill " << killed;
    if (!WIFSIGNALED(status)) {
      EXPECT_EQ(status, 0);
      break;
    }
    ++killed;
  }
  EXPECT_GE(killed, kills_ * 3 / 4) << "the sweep came to its end too early";
  Json found = Run(folder);

  std::map<std::string, int> times;
  std::map<std::string, int> outcomes;
  for (const Json& cell : found["cells"].AsArray()) {
    ++times[formats::WriteJson(*cell.Find("id"))];
    ++outcomes[cell.GetString("outcome").value()];
  }
  EXPECT_EQ(times.size(), cells);
  const int each = backends_ * models_;
  EXPECT_EQ(outcomes, (std::map<std::string, int>{
                          {"pass", each}, {"crash", each}, {"timeout", each}, {"out-of-memory", each}}));
  DropMeasures(wanted);
  DropMeasures(found);
  EXPECT_EQ(formats::WriteJson(found, 1), formats::WriteJson(wanted, 1));
  RecordProperty("kills", killed);
  std::printf("%d kills over %zu cells\n", killed, cells);
}

}  // namespace
}  // namespace conformance::engine
