#include "framework/base/json.h"

#include <algorithm>

namespace conformance {

std::string_view Json::KindName(Kind kind) {
  switch (kind) {
    case Kind::kNull: return "null";
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int";
    case Kind::kDouble: return "float";
    case Kind::kString: return "string";
    case Kind::kArray: return "array";
    case Kind::kObject: return "object";
  }
  return "unknown";
}

bool Json::AsBool() const {
  CONFORMANCE_CHECK(IsBool(), std::string(KindName(kind())));
  return *std::get_if<bool>(&data_);
}
int64_t Json::AsInt() const {
  CONFORMANCE_CHECK(IsInt(), std::string(KindName(kind())));
  return *std::get_if<int64_t>(&data_);
}
double Json::AsDouble() const {
  if (const auto* integer = std::get_if<int64_t>(&data_)) return static_cast<double>(*integer);
  CONFORMANCE_CHECK(kind() == Kind::kDouble, std::string(KindName(kind())));
  return *std::get_if<double>(&data_);
}
const std::string& Json::AsString() const& {
  CONFORMANCE_CHECK(IsString(), std::string(KindName(kind())));
  return *std::get_if<std::string>(&data_);
}
const Json::Array& Json::AsArray() const& {
  CONFORMANCE_CHECK(IsArray(), std::string(KindName(kind())));
  return *std::get_if<Array>(&data_);
}
Json::Array& Json::AsArray() & {
  CONFORMANCE_CHECK(IsArray(), std::string(KindName(kind())));
  return *std::get_if<Array>(&data_);
}
const Json::Object& Json::AsObject() const& {
  CONFORMANCE_CHECK(IsObject(), std::string(KindName(kind())));
  return *std::get_if<Object>(&data_);
}
Json::Object& Json::AsObject() & {
  CONFORMANCE_CHECK(IsObject(), std::string(KindName(kind())));
  return *std::get_if<Object>(&data_);
}
std::string Json::AsString() && {
  CONFORMANCE_CHECK(IsString(), std::string(KindName(kind())));
  return std::move(*std::get_if<std::string>(&data_));
}
Json::Array Json::AsArray() && { return std::move(AsArray()); }
Json::Object Json::AsObject() && { return std::move(AsObject()); }

const Json* Json::Find(std::string_view key) const {
  const auto* object = std::get_if<Object>(&data_);
  if (object == nullptr) return nullptr;
  const auto it = std::ranges::find(*object, key, &Member::first);
  return it == object->end() ? nullptr : &it->second;
}
Json* Json::Find(std::string_view key) { return const_cast<Json*>(std::as_const(*this).Find(key)); }

Json& Json::operator[](std::string_view key) {
  if (IsNull()) data_ = Object{};
  if (Json* found = Find(key)) return *found;
  Object& object = AsObject();
  object.emplace_back(std::string(key), Json());
  return object.back().second;
}
void Json::Erase(std::string_view key) {
  if (auto* object = std::get_if<Object>(&data_)) {
    std::erase_if(*object, [&](const Member& member) { return member.first == key; });
  }
}
void Json::Append(Json value) {
  if (IsNull()) data_ = Array{};
  AsArray().push_back(std::move(value));
}

namespace {
Error Wrong(std::string_view key, const Json* found, std::string_view wanted) {
  if (found == nullptr) return Invalid("missing key \"" + std::string(key) + "\"").With("wanted", std::string(wanted));
  return Invalid("key \"" + std::string(key) + "\" has the wrong type")
      .With("found", std::string(Json::KindName(found->kind())))
      .With("wanted", std::string(wanted));
}
}  // namespace

Result<int64_t> Json::GetInt(std::string_view key) const {
  const Json* found = Find(key);
  if (found == nullptr || !found->IsInt()) return Wrong(key, found, "int");
  return found->AsInt();
}
Result<double> Json::GetDouble(std::string_view key) const {
  const Json* found = Find(key);
  if (found == nullptr || !found->IsNumber()) return Wrong(key, found, "number");
  return found->AsDouble();
}
Result<bool> Json::GetBool(std::string_view key) const {
  const Json* found = Find(key);
  if (found == nullptr || !found->IsBool()) return Wrong(key, found, "bool");
  return found->AsBool();
}
Result<std::string> Json::GetString(std::string_view key) const {
  const Json* found = Find(key);
  if (found == nullptr || !found->IsString()) return Wrong(key, found, "string");
  return found->AsString();
}
Result<std::vector<int64_t>> Json::GetInts(std::string_view key) const {
  const Json* found = Find(key);
  if (found == nullptr || !found->IsArray()) return Wrong(key, found, "array of int");
  std::vector<int64_t> values;
  for (const Json& element : found->AsArray()) {
    if (!element.IsInt()) return Wrong(key, &element, "array of int");
    values.push_back(element.AsInt());
  }
  return values;
}
Result<std::vector<std::string>> Json::GetStrings(std::string_view key) const {
  const Json* found = Find(key);
  if (found == nullptr || !found->IsArray()) return Wrong(key, found, "array of string");
  std::vector<std::string> values;
  for (const Json& element : found->AsArray()) {
    if (!element.IsString()) return Wrong(key, &element, "array of string");
    values.push_back(element.AsString());
  }
  return values;
}

}  // namespace conformance
