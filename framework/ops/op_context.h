#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/ops/op_def.h"
#include "framework/ops/value.h"

namespace conformance::ops {

/// What a module asks for by name: a parameter or buffer.
struct WeightInfo {
  enum class Kind : uint8_t { kParameter, kBuffer, kConstant };
  std::string name;  ///< dotted, from the root module: "model.layers.0.mlp.up_proj.weight"
  Kind kind =
      Kind::kParameter;  ///< kConstant: a non-persistent buffer, made by the module, not in checkpoints
  TensorMeta meta;       ///< declared dtype and concrete sizes
  const Tensor* constant = nullptr;  ///< elements of a kConstant
};

/// Sees every module's forward: keyword inputs on the way in, outputs on the way out. Registered on the context, so that
/// modules stay const and runs can be concurrent. `path` is the module's dotted name ("" for the root).
class ForwardObserver {
 public:
  virtual ~ForwardObserver() = default;
  virtual void OnEnter(std::string_view path, std::string_view class_name,
                       const std::vector<std::pair<std::string, Value>>& inputs) = 0;
  virtual void OnExit(std::string_view path, std::string_view class_name,
                      const std::vector<std::pair<std::string, Value>>& outputs) = 0;
};

/// Method patches of one export: looked up by "ModelClass::method" when a module dispatches a patchable method. The value
/// is opaque here; nn gives it its type. Lives in the context: nothing global changes.
class PatchTable {
 public:
  virtual ~PatchTable() = default;
  virtual const void* Find(std::string_view target) const = 0;
};

/// Answers op calls: eagerly (kernels), in meta mode (the rule alone), or by recording (the rule, and a node). Not thread
/// safe; one per run. Keeps the first error, with op and module path; later ops return poisoned values at once.
class OpContext {
 public:
  virtual ~OpContext() = default;

  /// Calls an op with positional arguments (trailing ones with defaults may be left out).
  Value Call(const OpDef& op, std::vector<Argument> args);
  /// An op that returns several tensors or a list. After an error a list has kPoisonedListLength poisoned values, so that
  /// model code may take its elements.
  static constexpr size_t kPoisonedListLength = 64;
  std::vector<Value> CallMulti(const OpDef& op, std::vector<Argument> args);
  /// An op that returns a size (sym_size), or the only element of an integer tensor (an unbacked symbol when tracing). 1 after
  /// an error.
  SymInt CallSymInt(const OpDef& op, std::vector<Argument> args);
  /// An op that returns a condition over sizes. False after an error.
  SymBool CallSymBool(const OpDef& op, std::vector<Argument> args);
  /// An op that returns a float (a quotient of sizes). 0 after an error.
  double CallNumber(const OpDef& op, std::vector<Argument> args);

  /// The value of a parameter or buffer.
  Value Weight(const WeightInfo& info);
  /// A tensor known when the model code is written (a small table, a scalar): recorded as a constant.
  Value Constant(const Tensor& tensor);

  /// The only way to branch on a size. Provable: the answer; else by the hint, with a recorded guard; after an error: false.
  bool Guard(const SymBool& condition, std::string_view why);
  /// Requires a condition: checked now where it is known, else an assertion of the trace. Fails with kInvalid and `why`.
  void Assert(const SymBool& condition, std::string_view why);

  /// The first error, or success.
  const Status& status() const { return status_; }
  /// Keeps `error` if it is the first, with the module path added.
  void Fail(Error error);
  bool failed() const { return !status_.ok(); }

  /// Scope of one module's forward; made by nn::Module. Observers see inputs and outputs.
  class Scope {
   public:
    Scope(OpContext& context, std::string name, std::string class_name);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    void Inputs(const std::vector<std::pair<std::string, Value>>& inputs);
    void Outputs(const std::vector<std::pair<std::string, Value>>& outputs);

   private:
    OpContext& context_;
  };
  struct Frame {
    std::string path;        ///< dotted from the root
    std::string class_name;  ///< "LlamaAttention"
  };
  const std::vector<Frame>& module_stack() const { return stack_; }
  std::string_view module_path() const {
    return stack_.empty() ? std::string_view() : std::string_view(stack_.back().path);
  }
  bool has_observers() const { return !observers_.empty(); }
  void AddObserver(ForwardObserver* observer) { observers_.push_back(observer); }
  void SetPatches(const PatchTable* patches) { patches_ = patches; }
  const PatchTable* patches() const { return patches_; }

 protected:
  struct Answer {
    std::vector<Value> values;
    SymInt sym_int;
    std::optional<SymBool> sym_bool = {};
    std::optional<double> number = {};
  };
  /// The rule's answer for an op that returns no tensors.
  static Answer FromRule(const RuleResult& rule);
  /// Arguments are bound and checked; `rule` is the rule's answer.
  virtual Result<Answer> Execute(const OpDef& op, std::vector<Argument>& args, const RuleResult& rule) = 0;
  virtual Result<Value> LoadWeight(const WeightInfo& info) = 0;
  virtual Result<Value> MakeConstant(const Tensor& tensor) = 0;
  /// Symbols of this run; null where sizes are always concrete.
  virtual ShapeEnv* shape_env() { return nullptr; }

 private:
  Answer Dispatch(const OpDef& op, std::vector<Argument> args);
  Result<Answer> Try(const OpDef& op, std::vector<Argument> args);
  Status status_;
  std::vector<Frame> stack_;
  std::vector<ForwardObserver*> observers_;
  const PatchTable* patches_ = nullptr;
};

/// Shapes and dtypes only. Sizes may be symbolic when an environment is given.
class MetaContext : public OpContext {
 public:
  explicit MetaContext(ShapeEnv* env = nullptr) : env_(env) {}

 protected:
  Result<Answer> Execute(const OpDef& op, std::vector<Argument>& args, const RuleResult& rule) override;
  Result<Value> LoadWeight(const WeightInfo& info) override;
  Result<Value> MakeConstant(const Tensor& tensor) override;
  ShapeEnv* shape_env() override { return env_; }

 private:
  ShapeEnv* env_;
};

}  // namespace conformance::ops
