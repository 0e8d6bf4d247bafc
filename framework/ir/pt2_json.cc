#include "framework/ir/pt2_json.h"

#include <limits>

#include "framework/symbolic/sympy_text.h"

namespace conformance::ir {

std::string JsonAt::Path() const {
  std::string own = index_ ? "[" + std::to_string(*index_) + "]" : std::string(key_);
  // A node says its name: an index alone is hard to find in a large file.
  if (index_ && json_->IsObject()) {
    if (const Json* name = json_->Find("name"); name != nullptr && name->IsString()) own += "(" + name->AsString() + ")";
  }
  if (parent_ == nullptr) return own;
  std::string front = parent_->Path();
  if (parent_->parent_ == nullptr) return front + ": " + own;
  return index_ ? front + own : front + "." + own;
}

Error JsonAt::Wanted(std::string_view what) const {
  std::string found(Json::KindName(json_->kind()));
  if (json_->IsInt()) found += " " + std::to_string(json_->AsInt());
  if (json_->IsString()) found += " \"" + json_->AsString().substr(0, 80) + "\"";
  if (json_->IsObject() && !json_->AsObject().empty()) found += " with " + json_->AsObject().front().first.substr(0, 80);
  return Corrupt(Path() + ": found " + found + ", wanted " + std::string(what));
}

Result<JsonAt> JsonAt::Member(std::string_view key) const {
  const Json* member = json_->Find(key);
  if (member == nullptr) return Wanted("an object with the member " + std::string(key));
  return JsonAt(*member, this, key, std::nullopt);
}

std::optional<JsonAt> JsonAt::Optional(std::string_view key) const {
  const Json* member = json_->Find(key);
  if (member == nullptr || member->IsNull()) return std::nullopt;
  return JsonAt(*member, this, key, std::nullopt);
}

JsonAt JsonAt::Element(size_t index) const { return JsonAt(json_->AsArray()[index], this, "", index); }

Result<std::pair<std::string_view, JsonAt>> JsonAt::Union() const {
  if (!json_->IsObject() || json_->AsObject().size() != 1) return Wanted("an object with one member that says what it is");
  const auto& [key, value] = json_->AsObject().front();
  return std::pair<std::string_view, JsonAt>(key, JsonAt(value, this, key, std::nullopt));
}

Result<const Json::Array*> JsonAt::Array() const {
  if (!json_->IsArray()) return Wanted("an array");
  return &json_->AsArray();
}
Result<const Json::Object*> JsonAt::Object() const {
  if (!json_->IsObject()) return Wanted("an object");
  return &json_->AsObject();
}
Result<std::string> JsonAt::String() const {
  if (!json_->IsString()) return Wanted("a string");
  return json_->AsString();
}
Result<int64_t> JsonAt::Int() const {
  if (!json_->IsInt()) return Wanted("an int");
  return json_->AsInt();
}
Result<bool> JsonAt::Bool() const {
  if (!json_->IsBool()) return Wanted("a bool");
  return json_->AsBool();
}
Result<double> JsonAt::Double() const {
  if (json_->IsNumber()) return json_->AsDouble();
  if (json_->IsString()) {
    const std::string& text = json_->AsString();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  }
  return Wanted("a number");
}

Result<SymInt> Pt2MetaReader::Size(const JsonAt& at) {
  CONFORMANCE_TRY(const auto size, at.Union());
  const auto& [key, held] = size;
  if (key == "as_int") {
    CONFORMANCE_TRY(const int64_t value, held.Int());
    return SymInt(value);
  }
  if (key != "as_expr") return at.Wanted("as_int or as_expr");
  CONFORMANCE_TRY(const JsonAt text_at, held.Member("expr_str"));
  CONFORMANCE_TRY(const std::string text, text_at.String());
  auto it = known_.find(text);
  if (it == known_.end()) {
    SympySymbols symbols;
    auto value = ParseSympy(text, &symbols);
    if (!value.ok()) return std::move(value).error().With("place", text_at.Path());
    for (const auto& [name, positive] : symbols) {
      const auto [entry, fresh] = symbols_.emplace(name, SymbolFacts{std::nullopt, positive});
      if (!fresh && entry->second.positive != positive) return text_at.Wanted("the symbol " + name + " with the same assumptions everywhere");
    }
    it = known_.emplace(text, std::move(value).value()).first;
  }
  if (const auto hint_at = held.Optional("hint")) {
    CONFORMANCE_TRY(const auto hint, hint_at->Union());
    if (hint.first != "as_int") return hint_at->Wanted("as_int");
    CONFORMANCE_TRY(const int64_t value, hint.second.Int());
    if (const auto symbol = it->second.AsSymbol()) {
      std::optional<int64_t>& known = symbols_[*symbol].hint;
      if (known && *known != value) return hint_at->Wanted("the hint " + std::to_string(*known) + " of " + *symbol + ", as before");
      known = value;
    }
  }
  return it->second;
}

Result<SymFloat> Pt2MetaReader::Float(const JsonAt& at) {
  CONFORMANCE_TRY(const auto number, at.Union());
  const auto& [key, held] = number;
  SymFloat out;
  if (key == "as_float") {
    CONFORMANCE_TRY(out.value, held.Double());
    return out;
  }
  if (key != "as_expr") return at.Wanted("as_float or as_expr");
  CONFORMANCE_TRY(const JsonAt text_at, held.Member("expr_str"));
  CONFORMANCE_TRY(out.expression, text_at.String());
  if (const auto hint_at = held.Optional("hint")) {
    CONFORMANCE_TRY(const auto hint, hint_at->Union());
    CONFORMANCE_TRY(out.hint, hint.second.Double());
  }
  return out;
}

Result<SymBool> Pt2MetaReader::Bool(const JsonAt& at) {
  CONFORMANCE_TRY(const auto condition, at.Union());
  const auto& [key, held] = condition;
  if (key == "as_bool") {
    CONFORMANCE_TRY(const bool value, held.Bool());
    return SymBool(value);
  }
  if (key != "as_expr") return at.Wanted("as_bool or as_expr");
  CONFORMANCE_TRY(const JsonAt text_at, held.Member("expr_str"));
  CONFORMANCE_TRY(const std::string text, text_at.String());
  SympySymbols symbols;
  auto value = ParseSympyBool(text, &symbols);
  if (!value.ok()) return std::move(value).error().With("place", text_at.Path());
  for (const auto& [name, positive] : symbols) symbols_.emplace(name, SymbolFacts{std::nullopt, positive});
  return std::move(value).value();
}

Result<Device> Pt2MetaReader::ReadDevice(const JsonAt& at) {
  Device out;
  CONFORMANCE_TRY(const JsonAt type, at.Member("type"));
  CONFORMANCE_TRY(out.type, type.String());
  if (const auto index = at.Optional("index")) {
    CONFORMANCE_TRY(out.index, index->Int());
  }
  return out;
}

Result<TensorMeta> Pt2MetaReader::Tensor(const JsonAt& at) {
  TensorMeta out;
  const auto size = [this](const JsonAt& each) { return Size(each); };
  CONFORMANCE_TRY(const JsonAt dtype, at.Member("dtype"));
  CONFORMANCE_TRY(out.dtype, Enumerator<ScalarType>(dtype, ScalarTypeFromNumber, "dtype"));
  CONFORMANCE_TRY(const JsonAt sizes, at.Member("sizes"));
  CONFORMANCE_TRY(out.sizes, sizes.List(size));
  CONFORMANCE_TRY(const JsonAt strides, at.Member("strides"));
  CONFORMANCE_TRY(out.strides, strides.List(size));
  CONFORMANCE_TRY(const JsonAt offset, at.Member("storage_offset"));
  CONFORMANCE_TRY(out.storage_offset, Size(offset));
  CONFORMANCE_TRY(const JsonAt device, at.Member("device"));
  CONFORMANCE_TRY(out.device, ReadDevice(device));
  CONFORMANCE_TRY(const JsonAt layout, at.Member("layout"));
  CONFORMANCE_TRY(out.layout, Enumerator<Layout>(layout, LayoutFromNumber, "layout"));
  CONFORMANCE_TRY(const JsonAt grad, at.Member("requires_grad"));
  CONFORMANCE_TRY(out.requires_grad, grad.Bool());
  return out;
}

}  // namespace conformance::ir
