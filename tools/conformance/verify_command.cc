#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "framework/engine/stored_comparison.h"
#include "tools/conformance/triage_commands.h"

namespace conformance::cli {
namespace {

namespace fs = std::filesystem;

struct VerifyOptions {
  std::string folder;
  bool quiet = false;
};

Result<std::vector<fs::path>> FilesOf(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".safetensors") files.push_back(it->path());
  }
  if (error) return IoError("cannot read the folder: " + error.message()).With("folder", folder.string());
  if (files.empty()) return NotFound("the folder holds no stored comparison").With("folder", folder.string()).With("wanted", "what `run --tensors` wrote");
  std::ranges::sort(files);
  return files;
}

/// How many verdicts are other ones now.
Result<size_t> Verify(const engine::Toolbox& toolbox, const VerifyOptions& options) {
  CONFORMANCE_TRY(const std::vector<fs::path> files, FilesOf(options.folder));
  size_t changed = 0;
  for (const fs::path& file : files) {
    CONFORMANCE_TRY(const auto stored, engine::ReadStoredComparison(file));
    CONFORMANCE_TRY(const ports::Comparison now, toolbox.comparator->Compare(stored->request));
    const bool same = now.outcome == stored->outcome;
    changed += !same;
    if (same && (options.quiet || now.outcome == record::Outcome::kPass)) continue;
    const std::string at = stored->request.assignment.empty() ? "" : " at " + stored->request.assignment;
    std::printf("%s  %s%s\n    then %s%s%s\n    now  %s%s%s\n", same ? "holds  " : "changed", stored->cell.c_str(), at.c_str(),
                std::string(ToString(stored->outcome)).c_str(), stored->reason.empty() ? "" : ": ", stored->reason.c_str(),
                std::string(ToString(now.outcome)).c_str(), now.reason.empty() ? "" : ": ", now.reason.c_str());
  }
  std::printf("%zu comparisons, %zu verdicts changed\n", files.size(), changed);
  return changed;
}

}  // namespace

std::function<int()> AddVerify(CLI::App& app, const engine::Toolbox& toolbox) {
  CLI::App* command = app.add_subcommand("verify", "verdicts judged again from stored tensors");
  auto options = std::make_shared<VerifyOptions>();
  command->footer(
      "Nothing is exported or run: the comparator sees what it saw then, and its verdict is held against the stored one.\n\n"
      "  conformance run ./gpt2 --backend onnxruntime --tensors seen\n"
      "  conformance verify seen\n\n"
      "Exit codes: 0 all verdicts hold; 1 some are other ones now; 2 usage, a file that cannot be read.");
  command->add_option("FOLDER", options->folder, "what `run --tensors` wrote")->required();
  command->add_flag("--quiet,-q", options->quiet, "only what changed, and the count");
  return [options, &toolbox] {
    const auto changed = Verify(toolbox, *options);
    return changed.ok() ? (*changed == 0 ? 0 : 1) : Complain(changed.error());
  };
}

}  // namespace conformance::cli
