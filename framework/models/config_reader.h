#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/nn/attention.h"
#include "framework/nn/rope.h"

namespace conformance::models {

/// Reads a config.json field by field. A class asks for every field that changes what it computes; `Finish` then refuses, by
/// name, every other field that is not known to change nothing. The first error is kept: kInvalid for a value that is not
/// allowed, kType for one of another kind, kUnsupported for what is not implemented; all name file, key, found and wanted.
class ConfigReader {
 public:
  /// Bounds of sizes: what a file asks for must not be made only to fail. Tables that a module itself holds have the smaller one.
  static constexpr int64_t kLargest = (int64_t{1} << 31) - 1;
  static constexpr int64_t kLongestTable = int64_t{1} << 20;

  /// `class_name` and `file` are for messages. `config` must live longer.
  ConfigReader(const Json& config, std::string class_name, std::filesystem::path file);
  /// Of the object under `key` (a config in the config), an empty one where it is absent. Errors say where they stand.
  ConfigReader Child(std::string_view key);

  /// From now on `other` is another name of `key` (transformers' attribute_map): GPT-2's n_embd is hidden_size.
  void Alias(std::string_view key, std::string_view other);

  /// A size from `min` to `max`. An absent field is `otherwise`, which is transformers' default.
  int64_t Size(std::string_view key, int64_t otherwise, int64_t min = 1, int64_t max = kLargest);
  /// As above where null (or absent without `otherwise`) is an answer of its own.
  std::optional<int64_t> OptionalSize(std::string_view key, std::optional<int64_t> otherwise = std::nullopt, int64_t min = 1,
                                      int64_t max = kLargest);
  /// As Size, for a count of layers (bounded: each one is a module).
  int64_t Layers(std::string_view key, int64_t otherwise);
  /// A token id, or null. Beyond the vocabulary is an error.
  std::optional<int64_t> TokenId(std::string_view key, std::optional<int64_t> otherwise, int64_t vocab_size);
  /// A list of sizes, each at least `min`.
  std::vector<int64_t> Sizes(std::string_view key, std::vector<int64_t> otherwise, int64_t min = 1);
  /// One number for all of `count`, or a list of `count` numbers.
  std::vector<int64_t> SizeOrSizes(std::string_view key, int64_t otherwise, size_t count, int64_t min = 1);
  /// As SizeOrSizes where each number may be a list of its own.
  std::vector<std::vector<int64_t>> SizeOrLists(std::string_view key, int64_t otherwise, size_t count, int64_t min = 1);
  /// One flag for all of `count`, or a list of `count` flags.
  std::vector<bool> FlagOrFlags(std::string_view key, bool otherwise, size_t count);
  /// A list of strings.
  std::vector<std::string> Texts(std::string_view key, std::vector<std::string> otherwise);
  /// A string, or null.
  std::optional<std::string> OptionalText(std::string_view key, std::optional<std::string> otherwise = std::nullopt);
  /// Height and width: one number for both, or a list of the two.
  std::pair<int64_t, int64_t> HeightAndWidth(std::string_view key, int64_t otherwise);
  double Number(std::string_view key, double otherwise);
  bool Flag(std::string_view key, bool otherwise);
  std::string Text(std::string_view key, std::string otherwise);
  /// How many labels a classifier tells apart: the entries of id2label, else num_labels, else 2. 0: there is no classifier.
  int64_t Labels();
  /// The name of an activation that exists.
  std::string ActivationName(std::string_view key, std::string otherwise);
  /// rope_parameters (or rope_scaling, rope_theta, partial_rotary_factor, original_max_position_embeddings, as older files have
  /// them) by transformers' rules.
  /// `default_sections` are those of a class that turns by three positions (rope_type may be "mrope" then, an older name of "default").
  nn::RopeConfig Rope(int64_t head_dim, int64_t max_position_embeddings, double default_theta = 10000.0,
                      std::vector<int64_t> default_sections = {});

  /// attn_implementation; flash and flex attention are refused with what to set.
  nn::AttentionKind Attention();

  /// The field is there and not null.
  bool Has(std::string_view key);
  /// kUnsupported where the field is there with another value than null, false, or `neutral`; `why` says what is missing.
  void Refuse(std::string_view key, std::string_view why, const Json& neutral = nullptr);
  /// kUnsupported where the flag is there and false; `why` says what is missing.
  void NeedTrue(std::string_view key, std::string_view why);
  /// layer_types of models whose layers differ: true for sliding_attention, false for full_attention. Empty where the field is absent;
  /// kUnsupported for other types, kInvalid where there is not one for each layer.
  std::vector<bool> SlidingLayers(int64_t layers);
  /// kUnsupported where `layer_types` names another type than `only`.
  void RefuseLayerTypes(std::string_view only);
  /// Fields that this class may ignore, beside those that no class looks at.
  void Ignore(std::initializer_list<std::string_view> keys);
  /// Keeps the first error, with file and class added.
  void Fail(Error error);

  /// Fields of every class (dtype, return_dict, …) and the first error, or one that names an unknown field.
  Status Finish();
  /// The first error so far.
  const Status& status() const { return status_; }

 private:
  const Json* Find(std::string_view key);
  std::optional<std::vector<Json>> ListOf(std::string_view key, size_t count, std::string_view wanted);
  std::optional<int64_t> SizeAt(std::string_view key, const Json& item, int64_t min);
  void WrongKind(std::string_view key, const Json& found, std::string_view wanted);

  const Json& config_;
  std::string class_name_;
  std::filesystem::path file_;
  std::string place_;  ///< of a child: the key under which it stands
  std::vector<std::pair<std::string, std::string>> aliases_;
  std::vector<std::string> known_;
  Status status_;
};

}  // namespace conformance::models
