#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "framework/base/result.h"

namespace conformance {

/// A JSON value. Objects keep the order of their keys; integers and floats stay apart (1 is not 1.0), so
/// that config files round-trip. Reading and writing text is `formats/json.h`.
class Json {
 public:
  enum class Kind : uint8_t { kNull, kBool, kInt, kDouble, kString, kArray, kObject };
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;
  Json(std::nullptr_t) {}                                          // NOLINT: implicit on purpose, as all below
  Json(bool value) : data_(value) {}                               // NOLINT
  Json(int value) : data_(int64_t{value}) {}                       // NOLINT
  Json(long value) : data_(int64_t{value}) {}                      // NOLINT
  Json(long long value) : data_(static_cast<int64_t>(value)) {}    // NOLINT
  Json(unsigned value) : data_(int64_t{value}) {}                  // NOLINT
  Json(unsigned long value) : data_(static_cast<int64_t>(value)) {}       // NOLINT
  Json(double value) : data_(value) {}                             // NOLINT
  Json(const char* value) : data_(std::string(value)) {}           // NOLINT
  Json(std::string value) : data_(std::move(value)) {}             // NOLINT
  Json(std::string_view value) : data_(std::string(value)) {}      // NOLINT
  Json(Array value) : data_(std::move(value)) {}                   // NOLINT
  Json(Object value) : data_(std::move(value)) {}                  // NOLINT
  static Json MakeArray() { return Json(Array{}); }
  static Json MakeObject() { return Json(Object{}); }

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool IsNull() const { return kind() == Kind::kNull; }
  bool IsBool() const { return kind() == Kind::kBool; }
  bool IsInt() const { return kind() == Kind::kInt; }
  bool IsNumber() const { return kind() == Kind::kInt || kind() == Kind::kDouble; }
  bool IsString() const { return kind() == Kind::kString; }
  bool IsArray() const { return kind() == Kind::kArray; }
  bool IsObject() const { return kind() == Kind::kObject; }

  /// Typed reads; the caller has looked at kind() (a wrong one is our own mistake and aborts).
  bool AsBool() const;
  int64_t AsInt() const;
  double AsDouble() const;  ///< of an int as well
  /// A temporary gives its content away: a reference into it would be dead in the next statement.
  const std::string& AsString() const&;
  std::string AsString() &&;
  const Array& AsArray() const&;
  Array& AsArray() &;
  Array AsArray() &&;
  const Object& AsObject() const&;
  Object& AsObject() &;
  Object AsObject() &&;

  /// The member of that name, or null where there is none or this is no object.
  const Json* Find(std::string_view key) const;
  Json* Find(std::string_view key);
  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  /// The member, made (null) where absent; a null value becomes an object.
  Json& operator[](std::string_view key);
  void Erase(std::string_view key);
  void Append(Json value);

  /// Checked reads of a member: absent or of another kind is an error naming the key, what was found and wanted.
  Result<int64_t> GetInt(std::string_view key) const;
  Result<double> GetDouble(std::string_view key) const;
  Result<bool> GetBool(std::string_view key) const;
  Result<std::string> GetString(std::string_view key) const;
  Result<std::vector<int64_t>> GetInts(std::string_view key) const;
  Result<std::vector<std::string>> GetStrings(std::string_view key) const;

  /// "null", "bool", "int", "float", "string", "array", "object".
  static std::string_view KindName(Kind kind);

  friend bool operator==(const Json& a, const Json& b) { return a.data_ == b.data_; }

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> data_;
};

}  // namespace conformance
