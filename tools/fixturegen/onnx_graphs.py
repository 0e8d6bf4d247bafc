"""Hostile .onnx graphs: fixtures/malformed/onnx_graphs. Each is a well-formed message whose graph cannot be evaluated, or must not be.

    tools/python transformers tools/fixturegen/onnx_graphs.py

references/onnx/hostile_test.cc says what the interpreter answers to each.
"""

from __future__ import annotations

import pathlib
import shutil

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "malformed" / "onnx_graphs"
I64 = np.int64


def put(name: str, nodes, outputs=("y",), inits=None, functions=(), sparse=(), opset: int = 21) -> None:
    graph = helper.make_graph(
        nodes,
        "g",
        [],
        [helper.make_empty_tensor_value_info(o) for o in outputs],
        [numpy_helper.from_array(v, k) for k, v in (inits or {}).items()],
        sparse_initializer=list(sparse),
    )
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("local", 1)]
    model = helper.make_model(graph, opset_imports=imports, functions=list(functions), ir_version=10)
    write(name, model)


def write(name: str, model: ModelProto) -> None:
    (ROOT / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def function(name: str, nodes, inputs=("a",), outputs=("b",)):
    return helper.make_function("local", name, list(inputs), list(outputs), nodes, [helper.make_opsetid("", 21), helper.make_opsetid("local", 1)])


def node(op: str, inputs, outputs=("y",), domain: str = "", **attributes):
    return helper.make_node(op, list(inputs), list(outputs), domain=domain, **attributes)


def body(nodes, inputs, outputs):
    value = helper.make_empty_tensor_value_info
    return helper.make_graph(nodes, "body", [value(i) for i in inputs], [value(o) for o in outputs])


def external(name: str, location: str, offset: int, length: int) -> None:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[length // 4], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    graph = helper.make_graph([node("Relu", ["w"])], "g", [], [helper.make_empty_tensor_value_info("y")], [tensor])
    write(name, helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10))


def sparse(values, indices, dims):
    tensor = helper.make_sparse_tensor(
        numpy_helper.from_array(np.asarray(values, np.float32), "s"), numpy_helper.from_array(np.asarray(indices, I64), "i"), dims
    )
    return tensor


def main() -> None:
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    x = {"x": np.ones(2, np.float32)}
    image = {"x": np.ones((1, 1, 4, 4), np.float32)}
    true = {"t": np.asarray(True)}

    # Functions.
    put("function_calls_itself", [node("F", ["x"], domain="local")], inits=x, functions=[function("F", [node("F", ["a"], ["b"], "local")])])
    pair = [function("F", [node("G", ["a"], ["b"], "local")]), function("G", [node("F", ["a"], ["b"], "local")])]
    put("functions_call_each_other", [node("F", ["x"], domain="local")], inits=x, functions=pair)
    doubling = [function("F0", [node("Neg", ["a"], ["b"])])]
    for i in range(1, 40):
        doubling.append(function(f"F{i}", [node(f"F{i - 1}", ["a"], ["c"], "local"), node(f"F{i - 1}", ["c"], ["b"], "local")]))
    put("functions_double_forty_times", [node("F39", ["x"], domain="local")], inits=x, functions=doubling)
    scaled = [helper.make_function("local", "F0", ["a"], ["b"], [node("Neg", ["a"], ["b"])], [helper.make_opsetid("", 21)], ["k"])]
    for i in range(1, 40):
        calls = [node(f"F{i - 1}", ["a"], ["c"], "local", k=1), node(f"F{i - 1}", ["c"], ["b"], "local", k=2)]
        imports = [helper.make_opsetid("", 21), helper.make_opsetid("local", 1)]
        scaled.append(helper.make_function("local", f"F{i}", ["a"], ["b"], calls, imports, ["k"]))
    put("functions_with_attributes_double", [node("F39", ["x"], domain="local", k=1)], inits=x, functions=scaled)
    chain = [function("F0", [node("Neg", ["a"], ["b"])])] + [function(f"F{i}", [node(f"F{i - 1}", ["a"], ["b"], "local")]) for i in range(1, 200)]
    put("functions_two_hundred_deep", [node("F199", ["x"], domain="local")], inits=x, functions=chain)
    put("function_without_its_output", [node("F", ["x"], domain="local")], inits=x, functions=[function("F", [node("Neg", ["a"], ["c"])])])
    put("function_with_more_inputs", [node("F", ["x", "x"], domain="local")], inits=x, functions=[function("F", [node("Neg", ["a"], ["b"])])])

    # Names.
    put("cycle", [node("Add", ["x", "b"], ["a"]), node("Neg", ["a"], ["b"])], ["b"], x)
    put("reads_itself", [node("Neg", ["y"])])
    put("made_twice", [node("Neg", ["x"]), node("Neg", ["x"])], inits=x)
    put("output_of_nobody", [node("Neg", ["x"])], ["z"], x)
    put("unknown_operator", [node("Frobnicate", ["x"])], inits=x)
    put("unknown_domain", [node("Neg", ["x"], domain="nowhere")], inits=x)
    put("too_new", [node("Swish", ["x"])], inits=x, opset=21)
    put("too_few_inputs", [node("Add", ["x"])], inits=x)
    put("too_many_inputs", [node("Neg", ["x", "x"])], inits=x)

    # Control flow.
    loop = body([node("Identity", ["c"], ["d"])], ["i", "c"], ["d"])
    put("endless_loop", [node("Loop", ["", "t"], [], body=loop)], ["t"], true)
    grown = body([node("Identity", ["c"], ["d"]), node("Concat", ["v", "v"], ["w"], axis=0)], ["i", "c", "v"], ["d", "w"])
    put("loop_that_doubles", [node("Loop", ["", "t", "x"], body=grown)], inits={**true, **x})
    put("loop_with_another_body", [node("Loop", ["", "t", "x"], body=loop)], inits={**true, **x})
    put("if_without_else", [node("If", ["t"], then_branch=body([node("Identity", ["t"], ["z"])], [], ["z"]))], inits={"t": np.asarray(False)})
    put("if_on_a_float", [node("If", ["x"], then_branch=body([], [], ["x"]), else_branch=body([], [], ["x"]))], inits=x)
    put("scan_of_a_scalar", [node("Scan", ["s"], num_scan_inputs=1, body=body([node("Neg", ["a"], ["b"])], ["a"], ["b"]))], inits={"s": np.float32(1)})

    # Sizes.
    def shape(*sizes):
        return {"s": np.asarray(sizes, I64)}

    put("negative_size", [node("ConstantOfShape", ["s"])], inits=shape(-1))
    put("overflowing_size", [node("ConstantOfShape", ["s"])], inits=shape(1 << 40, 1 << 40))
    put("huge_size", [node("ConstantOfShape", ["s"])], inits=shape(1 << 40))
    put("huge_expand", [node("Expand", ["x", "s"])], inits={**x, **shape(1 << 40, 2)})
    put("huge_tile", [node("Tile", ["x", "s"])], inits={**x, **shape(1 << 62)})
    put("huge_pad", [node("Pad", ["x", "s"])], inits={**x, **shape(1 << 62, 1 << 62)})
    put("pad_to_less_than_nothing", [node("Pad", ["x", "s"])], inits={**x, **shape(-2, -2)})
    put("huge_range", [node("Range", ["a", "b", "c"])], inits={"a": I64(0), "b": I64(1 << 62), "c": I64(1)})
    put("range_without_a_step", [node("Range", ["a", "b", "c"])], inits={"a": I64(0), "b": I64(1), "c": I64(0)})
    put("huge_depth", [node("OneHot", ["s", "d", "v"])], inits={**shape(1), "d": I64(1 << 50), "v": np.asarray([0, 1], np.float32)})
    put("reshape_of_minus_two", [node("Reshape", ["x", "s"])], inits={**x, **shape(-2)})
    put("reshape_that_overflows", [node("Reshape", ["x", "s"])], inits={**x, **shape(1 << 40, 1 << 40)})
    put("split_of_negative_size", [node("Split", ["x", "s"], ["y", "z"])], inits={**x, **shape(3, -1)})
    put("crop_to_a_negative_size", [node("CenterCropPad", ["x", "s"])], inits={**x, **shape(-5)})
    put("top_of_minus_one", [node("TopK", ["x", "s"], ["y", "z"])], inits={**x, **shape(-1)})
    put("shapes_that_do_not_broadcast", [node("Add", ["x", "z"])], inits={**x, "z": np.ones(3, np.float32)})

    # Places.
    put("gather_out_of_range", [node("Gather", ["x", "s"])], inits={**x, **shape(2)})
    put("gather_nd_too_deep", [node("GatherND", ["x", "s"])], inits={**x, **shape(0, 0)})
    put("scatter_out_of_range", [node("ScatterElements", ["x", "s", "x"])], inits={**x, **shape(0, -3)})
    put("axis_out_of_range", [node("Concat", ["x", "x"], axis=1)], inits=x)
    put("axis_of_the_lowest_number", [node("Flatten", ["x"], axis=-(1 << 63))], inits=x)
    put("permutation_of_one_axis_twice", [node("Transpose", ["z"], perm=[0, 0])], inits={"z": np.ones((2, 2), np.float32)})
    put("slice_by_a_step_of_zero", [node("Slice", ["x", "s", "s", "s", "s"])], inits={**x, **shape(0)})

    # Windows.
    put("stride_of_zero", [node("MaxPool", ["x"], kernel_shape=[2, 2], strides=[0, 1])], inits=image)
    put("negative_pads", [node("MaxPool", ["x"], kernel_shape=[2, 2], pads=[-1, 0, 0, 0])], inits=image)
    put("kernel_of_nothing", [node("AveragePool", ["x"], kernel_shape=[0, 2])], inits=image)
    put("huge_kernel", [node("AveragePool", ["x"], kernel_shape=[1 << 39, 1 << 39])], inits=image)
    put("kernel_larger_than_the_image", [node("MaxPool", ["x"], kernel_shape=[5, 5])], inits=image)
    put("huge_dilation", [node("MaxPool", ["x"], kernel_shape=[2, 2], dilations=[1 << 62, 1])], inits=image)
    put("huge_pads", [node("MaxPool", ["x"], kernel_shape=[2, 2], pads=[1 << 30, 1 << 30, 1 << 30, 1 << 30])], inits=image)
    put("huge_stride", [node("ConvTranspose", ["x", "w"], strides=[1 << 39, 1 << 39])], inits={**image, "w": np.ones((1, 1, 1, 1), np.float32)})
    put("groups_that_do_not_divide", [node("Conv", ["x", "x"], group=3)], inits=image)
    put("channels_that_do_not_fit", [node("Conv", ["x", "w"])], inits={**image, "w": np.ones((1, 2, 1, 1), np.float32)})
    # 2^22 taps at 2^22 places is more than a run may cost.
    wide = {"x": np.ones((1, 1, 1, 1), np.float32), "s": np.asarray([1, 1, 1, 1 << 22], I64)}
    taps = node("AveragePool", ["z"], kernel_shape=[1, 1 << 22], pads=[0, 1 << 21, 0, 1 << 21])
    put("more_work_than_a_run_may_cost", [node("Expand", ["x", "s"], ["z"]), taps], inits=wide)

    # Attributes and types.
    put("attribute_of_another_kind", [node("Concat", ["x", "x"], axis=0.5)], inits=x)
    put("missing_attribute", [node("Cast", ["x"])], inits=x)
    put("cast_to_no_type", [node("Cast", ["x"], to=99)], inits=x)
    put("constant_of_nothing", [node("Constant", [])])
    put("constant_of_two", [node("Constant", [], value_int=1, value_float=1.0)])
    put("string_that_is_no_number", [node("Cast", ["t"], to=1)], inits={"t": np.asarray(["one"], object)})
    put("integers_that_are_floats", [node("Gather", ["x", "x"])], inits=x)
    put("two_types", [node("Add", ["x", "z"])], inits={**x, "z": np.ones(2, np.float64)})
    put("integer_divided_by_zero", [node("Div", ["s", "z"])], inits={**shape(1), "z": np.asarray([0], I64)})
    put("equation_of_garbage", [node("Einsum", ["x"], equation="i->?")], inits=x)
    put("equation_of_another_rank", [node("Einsum", ["x"], equation="ij->i")], inits=x)

    # Sparse and external tensors.
    put("sparse_index_out_of_range", [node("Neg", ["s"])], sparse=[sparse([1], [4], [2, 2])])
    put("sparse_of_huge_size", [node("Neg", ["s"])], sparse=[sparse([1], [4], [1 << 30, 1 << 20])])
    (ROOT / "short.bin").write_bytes(bytes(8))
    external("external_past_the_end", "short.bin", 4, 8)
    external("external_not_there", "absent.bin", 0, 8)


if __name__ == "__main__":
    main()
