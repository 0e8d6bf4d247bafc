#pragma once

// The inside of from_pt2: typed reads of JSON that remember where they are.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::ir {

/// A value with the way that leads to it; the way is only written out for an error.
class JsonAt {
 public:
  JsonAt(const Json& json, std::string_view root) : json_(&json), key_(root) {}

  const Json& json() const { return *json_; }
  /// "model.json: graph_module.graph.nodes[12].inputs[1].arg"
  std::string Path() const;
  Error Wanted(std::string_view what) const;

  /// Members of an object. The parent must outlive what is returned.
  Result<JsonAt> Member(std::string_view key) const;
  /// Absent and null are the same.
  std::optional<JsonAt> Optional(std::string_view key) const;
  JsonAt Element(size_t index) const;
  /// The only member of a union, by its key.
  Result<std::pair<std::string_view, JsonAt>> Union() const;

  Result<const Json::Array*> Array() const;
  Result<const Json::Object*> Object() const;
  Result<std::string> String() const;
  Result<int64_t> Int() const;
  Result<bool> Bool() const;
  /// Numbers, and "NaN", "Infinity", "-Infinity" as PyTorch writes them.
  Result<double> Double() const;
  /// Applies `read` to each element.
  template <typename Read>
  auto List(const Read& read) const -> Result<std::vector<typename std::invoke_result_t<Read, const JsonAt&>::value_type>> {
    CONFORMANCE_TRY(const Json::Array* array, Array());
    std::vector<typename std::invoke_result_t<Read, const JsonAt&>::value_type> out;
    out.reserve(array->size());
    for (size_t i = 0; i < array->size(); ++i) {
      CONFORMANCE_TRY(auto element, read(Element(i)));
      out.push_back(std::move(element));
    }
    return out;
  }

 private:
  JsonAt(const Json& json, const JsonAt* parent, std::string_view key, std::optional<size_t> index)
      : json_(&json), parent_(parent), key_(key), index_(index) {}
  const Json* json_;
  const JsonAt* parent_ = nullptr;
  std::string_view key_;
  std::optional<size_t> index_;
};

/// Sizes, metas and enumerations; collects the symbols that it meets.
class Pt2MetaReader {
 public:
  Result<SymInt> Size(const JsonAt& at);
  Result<SymFloat> Float(const JsonAt& at);
  Result<SymBool> Bool(const JsonAt& at);
  Result<TensorMeta> Tensor(const JsonAt& at);
  static Result<Device> ReadDevice(const JsonAt& at);
  template <typename T>
  static Result<T> Enumerator(const JsonAt& at, std::optional<T> (*read)(int64_t), std::string_view what) {
    CONFORMANCE_TRY(const int64_t number, at.Int());
    const auto value = read(number);
    if (!value) return at.Wanted("a " + std::string(what) + " of schema 8");
    return *value;
  }
  std::map<std::string, SymbolFacts, std::less<>>& symbols() { return symbols_; }

 private:
  std::map<std::string, SymbolFacts, std::less<>> symbols_;
  std::unordered_map<std::string, SymInt> known_;  // expressions read before
};

/// A graph of the schema, nested ones included.
Result<Graph> ReadPt2Graph(const JsonAt& at, Pt2MetaReader& metas);

}  // namespace conformance::ir
