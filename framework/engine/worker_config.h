#pragma once

#include <memory>
#include <string>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ports/export_config.h"

namespace conformance::engine {

/// Config of an exporter in a worker: the common fields, and fields of its own that only the worker understands. Their names and
/// defaults are all that is known here; a value is handed on as it is, and one that doesn't fit is the worker's error.
struct WorkerConfig : ports::ExportConfig {
  WorkerConfig(std::string export_format, Json defaults)
      : format(std::move(export_format)), fields(std::move(defaults)) {}
  std::string_view export_format() const override { return format; }
  std::unique_ptr<ports::ExportConfig> Clone() const override {
    return std::make_unique<WorkerConfig>(*this);
  }
  Json to_json() const override;

  std::string format;  ///< the exporter's name: "transformers:onnx"
  Json fields;         ///< an object
};

/// Makes `defaults`' format known to an `AutoExportConfig` table. Its reader's errors: kInvalid for a field that the defaults don't have.
void AddWorkerConfig(const WorkerConfig& defaults, ports::ExportConfigTable& table);

}  // namespace conformance::engine
