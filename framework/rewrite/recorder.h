#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/builder.h"
#include "framework/ops/op_context.h"
#include "framework/rewrite/size_nodes.h"

namespace conformance::rewrite {

/// An OpContext that records op calls as nodes of a program: the tracer's, and the one that fixes and decompositions are written
/// with. Values are traced ones whose id is the ir::ValueId; sizes that depend on symbols become nodes when an op takes them.
class Recorder : public ops::OpContext {
 public:
  /// Both must live longer. Nodes are appended until MoveTo says otherwise.
  Recorder(ir::ProgramBuilder& builder, ShapeEnv& env);

  /// From now on nodes go there, with this metadata. Places must move forward.
  void MoveTo(ir::GraphBuilder::Place place, ir::Metadata metadata);

  ir::ProgramBuilder& builder() { return builder_; }
  ShapeEnv& env() { return env_; }
  SizeNodes& sizes() { return sizes_; }
  ir::GraphBuilder::Place place() const { return place_; }

  /// The argument of a node that stands for an op's. Errors: kInternal for a value of another run.
  Result<ir::Argument> ToArgument(const ops::Argument& argument);
  static ir::ValueId IdOf(const ops::Value& value) { return static_cast<ir::ValueId>(value.id()); }
  /// Records "aten._assert_scalar.default" for a condition that is not known.
  Status RecordAssertion(const SymBool& condition, std::string_view message);

 protected:
  Result<Answer> Execute(const ops::OpDef& op, std::vector<ops::Argument>& args, const ops::RuleResult& rule) override;
  /// The graph input of that parameter or buffer. Errors: kNotFound.
  Result<ops::Value> LoadWeight(const ops::WeightInfo& info) override;
  /// A lifted constant; equal tensors share one.
  Result<ops::Value> MakeConstant(const Tensor& tensor) override;
  ShapeEnv* shape_env() override { return &env_; }
  /// Metadata of a node that is about to be recorded.
  virtual ir::Metadata MetadataOf(std::string_view op) const;

 private:
  Result<ir::Argument> TensorArgument(const ops::Value& value);
  ir::ValueId NewOutput(std::string_view base, ir::ValueMeta meta);

  ir::ProgramBuilder& builder_;
  ShapeEnv& env_;
  SizeNodes sizes_;
  ir::GraphBuilder::Place place_;
  ir::Metadata metadata_;
  std::unordered_map<std::string, ir::ValueId> weights_;  // by target
  std::unordered_multimap<uint64_t, std::pair<ir::ValueId, Tensor>> constants_;
  size_t next_constant_ = 0;
};

/// The name that PyTorch gives to an op's result before numbering: "linear" for aten.linear.default, "and_1" for aten.__and__.Tensor.
std::string ResultName(std::string_view op);

/// Puts what was learned after a value was made (sizes that turned out equal, or numbers) into the sizes of all values.
void SimplifyMetas(const ShapeEnv& env, ir::ProgramBuilder& builder);

/// The symbols of a program that was traced or read, with their ranges and hints, for rules that are asked again. Errors: kInvalid
/// for hints outside their ranges.
Result<ShapeEnv> EnvOf(const ir::Program& program);

}  // namespace conformance::rewrite
