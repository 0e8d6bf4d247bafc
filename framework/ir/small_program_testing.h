#pragma once

// A Program with one of each thing, for the tests of this folder.

#include "framework/ir/builder.h"

namespace conformance::ir {

inline SymInt Sym(const char* name) { return SymInt::Symbol(name); }

inline Node MakeNode(std::string op, std::vector<NamedArgument> inputs, std::vector<Argument> outputs, Metadata metadata = {}) {
  Node node;
  node.target = TargetOf(op);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.metadata = std::move(metadata);
  return node;
}

/// y = linear(x, w, b) + c; its size; an assertion; dynamic batch.
inline Program SmallProgram() {
  ProgramBuilder builder;
  Program& rest = builder.rest();
  rest.torch_version = "2.13.0";
  rest.symbols["s0"] = {2, true};
  rest.range_constraints["s0"] = {2, 64};
  rest.guards_code = {"L['x'].size()[0] <= 64"};
  rest.module_call_graph = {{"", ModuleCallSignature{{}, {}, "[1, {\"a\": \"b\"}]", "[1, null]", std::vector<std::string>{"x"}}},
                            {"fc", std::nullopt}};
  const ValueId weight = builder.AddParameter("fc.weight", MakeTensorMeta(DType::kF32, {4, 3}));
  const ValueId x = builder.AddUserInput("x", MakeTensorMeta(DType::kF32, {Sym("s0"), 3}));
  const ValueId bias = builder.AddBuffer("fc.bias", MakeTensorMeta(DType::kF32, {4}), true);
  const ValueId constant = builder.AddConstant("c", Tensor::Of<float>({4}, {1, 2.5f, -0.1f, 1e-8f}));

  const Metadata metadata = {{"nn_module_stack", "L__self__,,Model;L__self___fc,fc,torch.nn.modules.linear.Linear"}, {"torch_fn", "linear_1;f"}};
  const ValueId size = builder.NewValue("sym_size_int", Sym("s0"));
  builder.Append(MakeNode("aten.sym_size.int", {{"self", x}, {"dim", 0}}, {SymIntRef(size)}));
  const ValueId linear = builder.AddOp({}, "aten.linear.default", {{"input", x}, {"weight", weight}, {"bias", bias}},
                                       MakeTensorMeta(DType::kF32, {Sym("s0"), 4}), metadata);
  const ValueId view = builder.AddOp({}, "aten.view.default", {{"self", linear}, {"size", std::vector<SymIntRef>{size, int64_t{4}}}},
                                     MakeTensorMeta(DType::kF32, {Sym("s0"), 4}), metadata);
  builder.Append(MakeNode("aten._assert_tensor_metadata.default",
                          {{"a", view}, {"dtype", ScalarType::kFloat, NamedArgument::Kind::kKeyword}}, {}, metadata));
  const ValueId add = builder.AddOp({}, "aten.add.Tensor", {{"self", view}, {"other", constant}}, MakeTensorMeta(DType::kF32, {Sym("s0"), 4}), metadata);
  builder.AddOutput({OutputSpec::Kind::kUserOutput, ""}, add);
  return std::move(builder).Finish();
}

}  // namespace conformance::ir
