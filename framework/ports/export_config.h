#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/symbolic/shape_env.h"

namespace conformance::ports {

/// Common to all export formats (SPEC E2, DynamoConfig's fields). Formats derive and add theirs. JSON names are the document's:
/// dynamic, strict, dynamic_shapes, prefer_deferred_runtime_asserts_over_guards, output_path, …
struct ExportConfig {
  virtual ~ExportConfig() = default;
  virtual std::string_view export_format() const = 0;  ///< "onnx"
  virtual std::unique_ptr<ExportConfig> Clone() const = 0;
  /// All fields, `export_format` first. from_json(to_json(c)) == c.
  virtual Json to_json() const = 0;

  bool dynamic = false;
  bool strict = false;
  std::optional<DynamicShapes> dynamic_shapes;  ///< takes precedence over `dynamic`
  bool prefer_deferred_runtime_asserts_over_guards = false;
  std::filesystem::path output_path;            ///< file to write; empty: a file in the run's own folder

 protected:
  /// Helpers for formats: the common fields into / out of JSON. Read marks each field it knows by erasing it from `rest`.
  void WriteCommon(Json& json) const;
  Status ReadCommon(Json& rest);
};

/// `AutoExportConfig`: export_format -> constructor. Unknown format, unknown field, bad value: an error naming the field and
/// listing what there is. Formats can be registered from outside.
class ExportConfigTable {
 public:
  using Reader = std::function<Result<std::unique_ptr<ExportConfig>>(const Json&)>;
  void Add(std::string export_format, Reader reader);
  Result<std::unique_ptr<ExportConfig>> FromJson(const Json& json) const;
  std::vector<std::string> Formats() const;

 private:
  std::map<std::string, Reader, std::less<>> readers_;
};

}  // namespace conformance::ports
