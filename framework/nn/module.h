#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/tree.h"
#include "framework/ops/op_context.h"
#include "framework/tensor/tensor.h"

namespace conformance::nn {

class Module;

/// How a tensor starts where there is no checkpoint (random weights for benchmarks and plans).
enum class Init : uint8_t { kNormal, kZeros, kOnes };

/// A parameter, a persistent buffer or a constant (non-persistent buffer) of one module. Meta only: parameters and persistent
/// buffers have no elements here; whoever runs the module brings them by `info.name`.
struct Parameter {
  std::string name;       ///< in its module: "weight"
  ops::WeightInfo info;   ///< what a context is asked for: full name, kind, dtype and sizes; a tied one asks for its twin
  Init init = Init::kNormal;
  bool fixed_dtype = false;        ///< `To` leaves it alone
  bool wide_in_f16 = false;        ///< f32 where the others are f16 (transformers' _keep_in_fp32_modules)
  std::optional<Tensor> constant;  ///< elements of a constant
  const Parameter* tied_to = nullptr;  ///< the one whose elements this one shares

  const Shape& shape() const { return shape_; }
  DType dtype() const { return info.meta.dtype; }
  /// Its own dotted name; differs from info.name where tied.
  const std::string& full_name() const { return full_name_; }

 private:
  friend class Module;
  Shape shape_;
  std::string full_name_;
};

/// A node of the module tree, initialised on meta: names, shapes, dtypes and code, no storage. Built once, then const and usable
/// from several threads at once. Forwards are typed methods of each class; they go through `Call`, which is where observers look on
/// and where method patches take effect.
class Module {
 public:
  explicit Module(std::string class_name) : class_name_(std::move(class_name)) {}
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const std::string& class_name() const { return class_name_; }  ///< "LlamaAttention"
  const std::string& path() const { return path_; }              ///< "model.layers.0.self_attn"; "" for the root
  const std::string& local_name() const { return local_name_; }  ///< relative to the parent: "layers.0", "self_attn"

  const std::vector<std::unique_ptr<Parameter>>& parameters() const { return parameters_; }  ///< its own, constants too
  const std::vector<std::pair<std::string, Module*>>& children() const { return children_view_; }

  /// This module and all below, parents first, in order of registration (PyTorch's named_modules).
  std::vector<const Module*> Modules() const;
  /// The module of that dotted path below this one, or null; "" is this one.
  const Module* FindModule(std::string_view path) const;
  /// Parameters and persistent buffers of all modules under the names of PyTorch's state_dict, in its order; tied ones are listed
  /// too (their `tied_to` says so).
  std::vector<const Parameter*> StateDict() const;
  /// Non-persistent buffers of all modules (inv_freq, position_ids).
  std::vector<const Parameter*> Constants() const;
  /// Of any kind by full name, or null.
  const Parameter* FindParameter(std::string_view full_name) const;
  /// Elements of all parameters together, tied ones once.
  int64_t NumParameters() const;

  /// Declares floating parameters and persistent buffers as `dtype`. Constants stay: transformers computes rotary tables in f32
  /// whatever the model's type.
  void To(DType dtype);
  /// Gives every module and parameter its full name. Called once by whoever built the root; harmless when repeated.
  void Finish();
  /// Ends the tie of a parameter: a checkpoint holds other elements for it than for its twin.
  void Untie(std::string_view full_name);

 protected:
  /// Registers a child under `name` (may hold dots: "layers.0") and returns it. The module owns it.
  template <typename T, typename... Args>
  T& Add(std::string name, Args&&... args) {
    auto child = std::make_unique<T>(std::forward<Args>(args)...);
    T& result = *child;
    Adopt(std::move(name), std::move(child));
    return result;
  }
  /// As Add for a child that was made elsewhere.
  template <typename T>
  T& AddMade(std::string name, std::unique_ptr<T> child) {
    T& result = *child;
    Adopt(std::move(name), std::move(child));
    return result;
  }
  Parameter& AddParameter(std::string name, Shape shape, Init init = Init::kNormal, DType dtype = DType::kF32);
  Parameter& AddBuffer(std::string name, Shape shape, DType dtype, Init init = Init::kZeros);
  Parameter& AddConstant(std::string name, Tensor elements);
  /// `parameter` shares the elements of `target` from now on (same shape, or it is our own mistake).
  static void Tie(Parameter& parameter, const Parameter& target);

  static ops::Value Weight(ops::OpContext& context, const Parameter& parameter) { return context.Weight(parameter.info); }

  /// Runs `body` as this module's forward: its scope, its observers, and a patch of "ClassName::forward" in place of `body`
  /// where the context has one. Outputs are called "output", or "0", "1", … where there are several.
  ops::Value Call(ops::OpContext& context, const NamedValues& inputs, const std::function<ops::Value()>& body) const;
  std::vector<ops::Value> CallMulti(ops::OpContext& context, const NamedValues& inputs,
                                    const std::function<std::vector<ops::Value>()>& body) const;
  /// As Call for a forward with structured outputs; not patchable as a whole.
  Tree CallTree(ops::OpContext& context, const NamedValues& inputs, const std::function<Tree()>& body) const;
  /// As above for a method that is no forward ("ClassName::method"): patchable, without a scope of its own.
  std::vector<ops::Value> Dispatch(ops::OpContext& context, std::string_view method, const NamedValues& inputs,
                                   const std::function<std::vector<ops::Value>()>& body) const;

 private:
  void Adopt(std::string name, std::unique_ptr<Module> child);
  Parameter& AddTensor(std::string name, Shape shape, DType dtype, ops::WeightInfo::Kind kind, Init init);
  void AssignPaths(const std::string& prefix);

  std::string class_name_;
  std::string path_;
  std::string local_name_;
  std::vector<std::unique_ptr<Parameter>> parameters_;
  std::vector<std::unique_ptr<Module>> owned_;
  std::vector<std::pair<std::string, Module*>> children_view_;
};

/// Replaces a method of a model class for one export: gets the module, the call's inputs by argument name and the original.
using MethodPatch = std::function<std::vector<ops::Value>(ops::OpContext& context, const Module& self, const NamedValues& inputs,
                                                          const std::function<std::vector<ops::Value>()>& original)>;

/// Method patches of one export by "ClassName::method"; what OpContext::SetPatches takes when modules run. Counts what fired.
class MethodPatches : public ops::PatchTable {
 public:
  void Add(std::string target, MethodPatch patch);
  /// A `const MethodPatch*`, or null.
  const void* Find(std::string_view target) const override;
  /// How often each target was called, in order of Add.
  std::vector<std::pair<std::string, int64_t>> Hits() const;
  bool empty() const { return patches_.empty(); }

 private:
  struct Entry {
    std::string target;
    MethodPatch patch;
    mutable std::atomic<int64_t> hits{0};
  };
  std::vector<std::unique_ptr<Entry>> patches_;
};

}  // namespace conformance::nn
