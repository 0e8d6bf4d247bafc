#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/nn/cache.h"
#include "framework/nn/model.h"
#include "framework/nn/tree.h"
#include "framework/ops/op_context.h"

namespace conformance::nn {

/// The arguments of one forward, read by name; what nobody asked for is an error in the end. Errors go to the context and name
/// class, argument, found and wanted.
class Arguments {
 public:
  Arguments(ops::OpContext& context, const Model& model, const Tree& inputs, const Json& kwargs);

  /// A tensor, or an undefined value where absent. `rank` < 0: any.
  ops::Value Tensor(std::string_view name, int64_t rank = -1);
  /// As above for token ids and positions: i64 or i32.
  ops::Value Ids(std::string_view name, int64_t rank = 2);
  /// A nested argument, or null.
  const Tree* Structure(std::string_view name);
  /// A flag; absent or null is `otherwise`.
  bool Flag(std::string_view name, bool otherwise);
  std::optional<int64_t> Int(std::string_view name);

  /// `logits_to_keep`: a number, or a tensor of positions; for SliceLogits.
  struct Keep {
    std::optional<int64_t> last;
    ops::Value positions;
  };
  Keep LogitsToKeep();

  /// Arguments that are accepted and change nothing.
  void Ignore(std::string_view name) { known_.emplace_back(name); }
  /// kUnsupported where the argument is present (a flag: and true), with `why`.
  void Refuse(std::string_view name, std::string_view why);
  /// kUnsupported where the flag is false, with `why`.
  void NeedTrue(std::string_view name, std::string_view why);
  /// The tensor must be there. False (and an error) otherwise.
  bool Required(const ops::Value& value, std::string_view name);
  /// Exactly one of the two tensors must be there. False (and an error) otherwise.
  bool ExactlyOne(const ops::Value& a, std::string_view a_name, const ops::Value& b, std::string_view b_name);

  /// A word among those that the class knows; absent or null is empty.
  std::string Word(std::string_view name, const std::vector<std::string>& known);

  /// True if there was no error and every argument is known.
  bool Finish();

 private:
  const Tree* Find(std::string_view name);
  void Fail(Error error);

  ops::OpContext& context_;
  const Model& model_;
  const Tree& inputs_;
  const Json& kwargs_;
  std::vector<std::string> known_;
};

/// What all of transformers' decoders and encoders treat alike: return_dict (true only), output_attentions (false only).
void ReadCommonArguments(Arguments& arguments);

/// The method that is called in place of forward, as the argument entry_point names it; empty for forward. An unknown one is an error.
std::string EntryPoint(Arguments& arguments, const Model& model);

/// Positions of new tokens where the caller gave none: past, past + 1, … as [1, time].
ops::Value DefaultPositions(ops::OpContext& context, const SymInt& count, const SymInt& past);
/// As above, behind what the first layer of a cache has seen; from 0 where there is none.
ops::Value PositionsAfter(ops::OpContext& context, const Cache* cache, const SymInt& count);

/// `hidden` at the positions that `logits_to_keep` asks for: the last n (0: all), a list of positions [n], or positions of each
/// row [batch, n] (bool: kept tokens of all rows as [n, dim]). Source: transformers.modeling_utils.slice_logits_to_keep.
ops::Value SliceLogits(ops::OpContext& context, const ops::Value& hidden, const Arguments::Keep& keep);

}  // namespace conformance::nn
