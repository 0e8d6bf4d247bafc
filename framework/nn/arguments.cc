#include "framework/nn/arguments.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/expand.h"
#include "framework/ops/gather.h"
#include "framework/ops/index.h"
#include "framework/ops/index_select.h"
#include "framework/ops/slice.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::nn {

using ops::OpContext;
using ops::Value;

Arguments::Arguments(OpContext& context, const Model& model, const Tree& inputs, const Json& kwargs)
    : context_(context), model_(model), inputs_(inputs), kwargs_(kwargs) {}

void Arguments::Fail(Error error) { context_.Fail(std::move(error).With("class", model_.class_name())); }

const Tree* Arguments::Find(std::string_view name) {
  known_.emplace_back(name);
  const Tree* tree = inputs_.Find(name);
  return tree == nullptr || tree->IsNone() ? nullptr : tree;
}

Value Arguments::Tensor(std::string_view name, int64_t rank) {
  const Tree* tree = Find(name);
  if (tree == nullptr) {
    const Json* scalar = kwargs_.Find(name);
    if (scalar != nullptr && !scalar->IsNull())
      Fail(TypeError("argument is no tensor").With("argument", std::string(name)).With("found", std::string(Json::KindName(scalar->kind()))));
    return {};
  }
  if (tree->kind() != Tree::Kind::kTensor) {
    Fail(TypeError("argument is no tensor").With("argument", std::string(name)).With("found", Describe(*tree)));
    return {};
  }
  const Value& value = tree->value();
  if (rank >= 0 && value.rank() != rank && !value.poisoned())
    Fail(ShapeError("argument has the wrong number of axes")
             .With("argument", std::string(name))
             .With("found", ops::Describe(value.meta()))
             .With("wanted", std::to_string(rank)));
  return value;
}

Value Arguments::Ids(std::string_view name, int64_t rank) {
  const Value value = Tensor(name, rank);
  if (value.defined() && !value.poisoned() && value.dtype() != DType::kI64 && value.dtype() != DType::kI32)
    Fail(TypeError("argument has the wrong type")
             .With("argument", std::string(name))
             .With("found", ops::Describe(value.meta()))
             .With("wanted", "i64 or i32"));
  return value;
}

const Tree* Arguments::Structure(std::string_view name) {
  const Tree* tree = Find(name);
  if (tree != nullptr && tree->kind() != Tree::Kind::kDict) {
    Fail(TypeError("argument has no parts").With("argument", std::string(name)).With("found", Describe(*tree)));
    return nullptr;
  }
  return tree;
}

bool Arguments::Flag(std::string_view name, bool otherwise) {
  const Tree* tree = Find(name);
  const Json* json = tree != nullptr && tree->kind() == Tree::Kind::kScalar ? &tree->scalar() : kwargs_.Find(name);
  if (json == nullptr || json->IsNull()) return otherwise;
  if (json->IsBool()) return json->AsBool();
  Fail(TypeError("argument is no flag")
           .With("argument", std::string(name))
           .With("found", std::string(Json::KindName(json->kind())))
           .With("wanted", "bool"));
  return otherwise;
}

std::string Arguments::Word(std::string_view name, const std::vector<std::string>& known) {
  known_.emplace_back(name);
  const Json* json = kwargs_.Find(name);
  if (json == nullptr || json->IsNull()) return {};
  const bool found = json->IsString() && std::find(known.begin(), known.end(), json->AsString()) != known.end();
  if (found) return json->AsString();
  Fail(Unsupported("argument " + std::string(name) + " has a value that this class does not know")
           .With("found", json->IsString() ? json->AsString() : std::string(Json::KindName(json->kind())))
           .With("wanted", Join(known, ", ")));
  return {};
}

std::optional<int64_t> Arguments::Int(std::string_view name) {
  const Tree* tree = Find(name);
  const Json* json = tree != nullptr && tree->kind() == Tree::Kind::kScalar ? &tree->scalar() : kwargs_.Find(name);
  if (json == nullptr || json->IsNull()) return std::nullopt;
  if (json->IsInt()) return json->AsInt();
  Fail(TypeError("argument is no integer")
           .With("argument", std::string(name))
           .With("found", std::string(Json::KindName(json->kind())))
           .With("wanted", "int"));
  return std::nullopt;
}

Arguments::Keep Arguments::LogitsToKeep() {
  const Tree* tree = inputs_.Find("logits_to_keep");
  if (tree == nullptr || tree->kind() != Tree::Kind::kTensor) return {Int("logits_to_keep"), {}};
  const Value positions = Tensor("logits_to_keep");
  if (!positions.poisoned() && (positions.rank() < 1 || positions.rank() > 2))
    Fail(ShapeError("logits_to_keep has neither 1 nor 2 axes").With("found", ops::Describe(positions.meta())));
  return {std::nullopt, positions};
}

void Arguments::Refuse(std::string_view name, std::string_view why) {
  const Tree* tree = Find(name);
  const Json* json = tree != nullptr && tree->kind() == Tree::Kind::kScalar ? &tree->scalar() : kwargs_.Find(name);
  const bool off = json != nullptr && json->IsBool() && !json->AsBool();
  const bool present = (tree != nullptr && tree->kind() != Tree::Kind::kScalar) || (json != nullptr && !json->IsNull());
  if (present && !off) Fail(Unsupported("argument " + std::string(name) + " is not implemented: " + std::string(why)));
}

void Arguments::NeedTrue(std::string_view name, std::string_view why) {
  if (!Flag(name, true)) Fail(Unsupported("argument " + std::string(name) + "=false is not implemented: " + std::string(why)));
}

bool Arguments::Required(const Value& value, std::string_view name) {
  if (value.defined()) return true;
  Fail(Invalid("an argument is missing").With("argument", std::string(name)));
  return false;
}

bool Arguments::ExactlyOne(const Value& a, std::string_view a_name, const Value& b, std::string_view b_name) {
  if (a.defined() != b.defined()) return true;
  Fail(Invalid("exactly one of " + std::string(a_name) + " and " + std::string(b_name) + " must be given")
           .With("found", a.defined() ? "both" : "none"));
  return false;
}

bool Arguments::Finish() {
  const auto check = [&](const std::string& name) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) return;
    Fail(Unsupported("forward has no argument " + name).With("nearest", Join(Nearest(name, known_), ", ")));
  };
  for (const Tree::Member& member : inputs_.members())
    if (!member.tree.IsNone()) check(member.name);
  if (kwargs_.IsObject())
    for (const auto& [name, value] : kwargs_.AsObject())
      if (!value.IsNull()) check(name);
  return !context_.failed();
}

void ReadCommonArguments(Arguments& arguments) {
  arguments.NeedTrue("return_dict", "outputs have names here");
  arguments.Refuse("output_attentions", "attention weights are not kept");
  arguments.Refuse("labels", "losses are not computed");
  // Older generation loops pass it; since 5.0 no forward looks at it.
  arguments.Ignore("cache_position");
}

std::string EntryPoint(Arguments& arguments, const Model& model) {
  return arguments.Word("entry_point", model.traits().entry_points);
}

Value DefaultPositions(OpContext& context, const SymInt& count, const SymInt& past) {
  Value positions = ops::Arange(context, count);
  if (past.AsInt() != 0) positions = ops::Add(context, positions, past);
  return ops::Unsqueeze(context, positions, 0);
}

Value PositionsAfter(OpContext& context, const Cache* cache, const SymInt& count) {
  if (cache == nullptr || cache->layers().empty()) return DefaultPositions(context, count, 0);
  return ops::Unsqueeze(context, cache->Positions(context, count, 0), 0);
}

Value SliceLogits(OpContext& context, const Value& hidden, const Arguments::Keep& keep) {
  const Value& positions = keep.positions;
  if (!positions.defined()) return keep.last.value_or(0) == 0 ? hidden : ops::Slice(context, hidden, 1, -*keep.last);
  if (positions.rank() == 1) return ops::IndexSelect(context, hidden, 1, positions);
  if (positions.dtype() == DType::kBool) return ops::Index(context, hidden, {positions});
  const Value columns =
      ops::Expand(context, ops::Unsqueeze(context, positions, -1), {positions.size(0), positions.size(1), hidden.size(2)});
  return ops::Gather(context, hidden, 1, columns);
}

}  // namespace conformance::nn
