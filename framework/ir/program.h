#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "framework/ir/graph.h"
#include "framework/symbolic/shape_env.h"
#include "framework/tensor/tensor.h"

namespace conformance::ir {

/// What a graph input stands for; one for each graph input, in order. The input's name and meta are in the graph.
struct InputSpec {
  enum class Kind : uint8_t { kUserInput, kParameter, kBuffer, kTensorConstant, kCustomObj, kToken, kConstantInput };
  Kind kind = Kind::kUserInput;
  /// Dotted name of the parameter, buffer, constant or object; the argument's name of a constant input; empty otherwise.
  std::string target;
  bool persistent = true;        ///< of a buffer: part of the state dict
  ConstantValue constant;        ///< of a constant input: its value, which the graph does not read
  friend bool operator==(const InputSpec&, const InputSpec&) = default;
};
/// What a graph output is; one for each graph output, in order. Mutations come before user outputs.
struct OutputSpec {
  enum class Kind : uint8_t {
    kUserOutput, kLossOutput, kBufferMutation, kGradientToParameter, kGradientToUserInput, kUserInputMutation, kToken, kParameterMutation
  };
  Kind kind = Kind::kUserOutput;
  /// Dotted name of the buffer or parameter that it is written back to, or the graph input's name; empty otherwise.
  std::string target;
  friend bool operator==(const OutputSpec&, const OutputSpec&) = default;
};
std::string_view ToString(InputSpec::Kind kind);    ///< the schema's key: "user_input", "tensor_constant", …
std::string_view ToString(OutputSpec::Kind kind);   ///< "user_output", "buffer_mutation", …

struct GraphSignature {
  std::vector<InputSpec> inputs;
  std::vector<OutputSpec> outputs;
  friend bool operator==(const GraphSignature&, const GraphSignature&) = default;
};

/// Bounds of a symbol, inclusive; absent: unbounded on that side.
struct RangeConstraint {
  std::optional<int64_t> min, max;
  friend bool operator==(const RangeConstraint&, const RangeConstraint&) = default;
};

/// A symbol that metas refer to.
struct SymbolFacts {
  std::optional<int64_t> hint;  ///< its value in the example inputs; none for an unbacked one
  bool positive = true;         ///< sympy's assumption positive=True; otherwise integer only
  friend bool operator==(const SymbolFacts&, const SymbolFacts&) = default;
};

/// An input or output of a traced submodule call, by name: it may name a value that rewrites have removed.
struct CallArgument {
  ArgumentKind kind = ArgumentKind::kTensor;  ///< kTensor, kSymInt, kSymFloat, kSymBool, kCustomObj, kToken; others: constant
  std::string name;
  std::string class_fqn;  ///< of a custom object
  ConstantValue constant;
  friend bool operator==(const CallArgument&, const CallArgument&) = default;
};
struct ModuleCallSignature {
  std::vector<CallArgument> inputs, outputs;
  std::string in_spec, out_spec;  ///< pytree specs as torch.utils._pytree.treespec_dumps writes them (JSON text)
  std::optional<std::vector<std::string>> forward_arg_names;
  friend bool operator==(const ModuleCallSignature&, const ModuleCallSignature&) = default;
};
struct ModuleCallEntry {
  std::string fqn;  ///< "model.layers.0"; "" for the root
  std::optional<ModuleCallSignature> signature;
  friend bool operator==(const ModuleCallEntry&, const ModuleCallEntry&) = default;
};

struct SchemaVersion {
  int64_t major = 8, minor = 20;
  friend bool operator==(const SchemaVersion&, const SchemaVersion&) = default;
};

/// An exported program in memory: the `.pt2` schema's twin (version 8). Parameters and persistent buffers are passed beside it by
/// their names; tensor constants and non-persistent buffers are inside.
struct Program {
  Graph graph;
  GraphSignature signature;
  std::vector<ModuleCallEntry> module_call_graph;
  std::map<std::string, std::string, std::less<>> metadata;  ///< of the graph module
  std::map<std::string, std::vector<std::string>, std::less<>> treespec_namedtuple_fields;
  std::map<std::string, int64_t, std::less<>> opset_version = {{"aten", 10}};
  std::map<std::string, RangeConstraint, std::less<>> range_constraints;
  std::map<std::string, SymbolFacts, std::less<>> symbols;   ///< every symbol that a meta refers to
  SchemaVersion schema_version;
  std::string torch_version;
  std::vector<std::string> verifiers = {"TRAINING"};
  std::vector<std::string> guards_code;  ///< Python conditions over the inputs: "L['input_ids'].size()[1] <= 40"
  /// Elements of lifted tensor constants and non-persistent buffers, by the signature's target.
  std::map<std::string, Tensor, std::less<>> constants;

  /// Names of graph inputs and outputs of one kind, in order: the user's inputs are what a caller passes.
  std::vector<std::string> UserInputs() const;
  std::vector<std::string> UserOutputs() const;
  /// Position of the graph input that stands for this parameter, buffer or constant; nothing where there is none.
  std::optional<size_t> FindInput(InputSpec::Kind kind, std::string_view target) const;
  /// Hint of an expression from the symbols' hints; none where one is missing.
  std::optional<int64_t> Hint(const SymInt& value) const;
};
/// Everything is compared; constants by their bits; the order of values in the table is not.
bool operator==(const Program& a, const Program& b);
/// The first difference in words, or empty.
std::string FirstDifference(const Program& found, const Program& wanted);

/// One level of nn_module_stack.
struct ModuleFrame {
  std::string key;         ///< "L__self___model_layers_0"
  std::string path;        ///< "model.layers.0"
  std::string class_name;  ///< "transformers.models.llama.modeling_llama.LlamaDecoderLayer"
  friend bool operator==(const ModuleFrame&, const ModuleFrame&) = default;
};
/// Metadata "nn_module_stack": "key,path,class;key,path,class", outermost first.
std::vector<ModuleFrame> ParseModuleStack(std::string_view text);
std::string ModuleStackText(const std::vector<ModuleFrame>& frames);
/// Dotted path of the innermost module that the node came from; empty for the root or where nothing is known.
std::string ModulePath(const Node& node);

}  // namespace conformance::ir
