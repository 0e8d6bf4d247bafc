#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "framework/ports/export_config.h"

namespace conformance::onnx {

/// Opsets that the exporter can target: translations were written against these.
inline constexpr int64_t kMinOpset = 17;
inline constexpr int64_t kMaxOpset = 28;
/// What `opset_version` unset means: Gelu is an operator, and every current runtime has it.
inline constexpr int64_t kDefaultOpset = 20;

/// OnnxConfig: the document's fields under its names.
struct OnnxConfig : ports::ExportConfig {
  std::optional<int64_t> opset_version;  ///< unset: kDefaultOpset
  bool external_data = true;             ///< weights in a sidecar "<file>.onnx_data"; false embeds them (up to 2 GB)
  bool optimize = true;                  ///< constant folding, common subexpressions, dead code, simpler shapes
  bool export_params = true;             ///< false: weights become inputs, which the caller supplies
  bool keep_initializers_as_inputs = false;  ///< weights are listed among the inputs as well (runtimes before opset 9)

  std::string_view export_format() const override { return "onnx"; }
  std::unique_ptr<ports::ExportConfig> Clone() const override { return std::make_unique<OnnxConfig>(*this); }
  Json to_json() const override;
  /// Errors: kInvalid names the field that is unknown or has a bad value; kUnsupported an opset outside the range, which it says.
  static Result<OnnxConfig> from_json(const Json& json);

  int64_t opset() const { return opset_version.value_or(kDefaultOpset); }
};

/// Makes "onnx" known to an `AutoExportConfig` table.
void AddOnnxConfig(ports::ExportConfigTable& table);

}  // namespace conformance::onnx
