#include "tools/conformance/record_file.h"

#include <utility>

#include "framework/engine/merge.h"
#include "framework/engine/run_folder.h"

namespace conformance::cli {

Result<record::RunRecord> ReadRecord(const std::string& given) {
  CONFORMANCE_TRY(auto runs, engine::ReadRuns(given));
  if (runs.size() == 1 && runs.front().run.plan.shards == 1) return std::move(runs.front().run);
  return engine::MergeRuns(std::move(runs));
}

}  // namespace conformance::cli
