#include "reports/render/json.h"

#include "framework/formats/json.h"

namespace conformance::reports {

Result<std::string> JsonWriter::Render(const record::RunRecord& run) const {
  return formats::WriteJson(run.ToJson(), 1) + "\n";
}

}  // namespace conformance::reports
