"""Makes fixtures/formats: small files written by the real libraries, for the tests of framework/formats.

Needs torch, safetensors, huggingface_hub, numpy and onnx; the tests themselves need no Python. Run from the root of the
checkout: python tools/fixturegen/formats.py
"""

import json
import pathlib
import shutil
import zipfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from safetensors.torch import save_file

ROOT = pathlib.Path("fixtures/formats")


def make_json():
    folder = ROOT / "json"
    folder.mkdir()
    values = {
        "integers": [0, -1, 2**53 + 1, 2**63 - 1, -(2**63)],
        "floats": [1.0, 0.1, 1e-5, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, -0.0],
        "too_large_for_int64": 2**63,
        "strings": ["", "plain", 'quote " and \\ and /', "tab\tnewline\n", "\u0001\u001f", "héllo", "日本", "🙂"],
        "others": [True, False, None, [], {}],
    }
    (folder / "values.json").write_text(json.dumps(values))
    (folder / "values_indented.json").write_text(json.dumps(values, indent=2, ensure_ascii=False))
    (folder / "nonfinite.json").write_text(json.dumps({"a": [float("nan"), float("inf"), -float("inf")], "NaN": "NaN"}))


def make_safetensors():
    folder = ROOT / "safetensors"
    folder.mkdir()
    save_file(
        {
            "matrix": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 2,
            "wide": torch.tensor([1.5, -2.5], dtype=torch.float64),
            "half": torch.tensor([1.0, -0.5, 65504.0], dtype=torch.float16),
            "brain": torch.tensor([1.0, -0.5, 3.0e38], dtype=torch.bfloat16),
            "long": torch.tensor([2**53 + 1, -1]),
            "int": torch.tensor([[7]], dtype=torch.int32),
            "short": torch.tensor([-300], dtype=torch.int16),
            "signed": torch.tensor([-3, 4], dtype=torch.int8),
            "byte": torch.tensor([255, 0, 1], dtype=torch.uint8),
            "flags": torch.tensor([True, False, True]),
            "scalar": torch.tensor(4.25),
            "empty": torch.zeros(0, 3),
            "nicht-ascii: ä": torch.ones(1),
        },
        folder / "mixed.safetensors",
        metadata={"format": "pt"},
    )
    save_file(
        {
            "fp8": torch.tensor([1.0, 2.0, -3.0]).to(torch.float8_e4m3fn),
            "complex": torch.tensor([1 + 2j]),
            "unsigned": torch.tensor([1, 2], dtype=torch.uint16),
            "plain": torch.tensor([8.0]),
        },
        folder / "unusual.safetensors",
    )


def make_sharded():
    from huggingface_hub import save_torch_state_dict

    state = {f"layer.{i}.weight": torch.full((4, 4), float(i)) for i in range(3)}
    folder = ROOT / "sharded"
    folder.mkdir()
    save_torch_state_dict(state, folder, max_shard_size=140)
    folder = ROOT / "diffusers_sharded"
    folder.mkdir()
    pattern = "diffusion_pytorch_model{suffix}.safetensors"
    save_torch_state_dict(state, folder, filename_pattern=pattern, max_shard_size=100)


def make_npy():
    folder = ROOT / "npy"
    folder.mkdir()
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3) / 2
    np.save(folder / "f4.npy", matrix)
    np.save(folder / "f8_fortran.npy", np.asfortranarray(np.arange(24, dtype=np.float64).reshape(2, 3, 4)))
    np.save(folder / "c8.npy", np.array([1 - 2j, 0.5j], dtype=np.complex64))
    np.save(folder / "f2.npy", np.array([1, -0.5, 65504], dtype=np.float16))
    np.save(folder / "i8_scalar.npy", np.array(2**53 + 1))
    np.save(folder / "i4_empty.npy", np.zeros((0, 3), dtype=np.int32))
    np.save(folder / "i2.npy", np.array([-300], dtype=np.int16))
    np.save(folder / "i1.npy", np.array([-3, 4], dtype=np.int8))
    np.save(folder / "u1.npy", np.array([255], dtype=np.uint8))
    np.save(folder / "b1.npy", np.array([True, False]))
    for version in (2, 3):
        with open(folder / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, matrix, version=(version, 0))


def make_zip():
    folder = ROOT / "zip"
    folder.mkdir()
    text = " ".join(str(i * i) for i in range(2000))
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(folder / f"{name}.zip", "w", method) as archive:
            for path, content in (("a.txt", "hello"), ("dir/", ""), ("dir/b.txt", text), ("empty", ""), ("h\u00e9", "utf-8")):
                archive.writestr(zipfile.ZipInfo(path), content, method)
    # A writer that cannot go back to fill in sizes: they follow the bytes.
    with open(folder / "streamed.zip", "wb") as file:
        file.seekable = lambda: False
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("a.txt"), "hello", zipfile.ZIP_DEFLATED)
            with archive.open(zipfile.ZipInfo("wide.txt"), "w", force_zip64=True) as entry:
                entry.write(b"zip64")


def value(name, dims, elem=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, elem, dims)


def make_onnx():
    folder = ROOT / "onnx"
    folder.mkdir()
    opset = [helper.make_opsetid("", 20)]

    # A linear layer and an If; initializers in raw and typed fields, in several element types.
    raw = onnx.numpy_helper.from_array(np.arange(6, dtype=np.float32).reshape(3, 2), "weight")
    typed = helper.make_tensor("bias", TensorProto.FLOAT, [2], [0.5, -0.5])
    others = [
        helper.make_tensor("half", TensorProto.FLOAT16, [2], np.array([1, -2], dtype=np.float16)),
        helper.make_tensor("brain", TensorProto.BFLOAT16, [1], [1.5]),
        helper.make_tensor("byte", TensorProto.INT8, [3], [-1, 0, 127]),
        helper.make_tensor("flags", TensorProto.BOOL, [2], [True, False]),
        helper.make_tensor("long", TensorProto.INT64, [1], [2**53 + 1]),
        helper.make_tensor("wide", TensorProto.DOUBLE, [], [0.1]),
        helper.make_tensor("unsigned", TensorProto.UINT32, [1], [2**32 - 1]),
        helper.make_tensor("nibbles", TensorProto.INT4, [3], [1, -2, 3]),
        helper.make_tensor("words", TensorProto.STRING, [2], ["a", "bc"]),
    ]
    then_branch = helper.make_graph([helper.make_node("Relu", ["y"], ["then_out"])], "then", [], [value("then_out", None)])
    else_branch = helper.make_graph([helper.make_node("Neg", ["y"], ["else_out"])], "else", [], [value("else_out", None)])
    nodes = [
        helper.make_node("MatMul", ["x", "weight"], ["xw"], name="matmul"),
        helper.make_node("Add", ["xw", "bias"], ["y"], name="add", doc_string="adds"),
        helper.make_node("If", ["condition"], ["z"], name="if", then_branch=then_branch, else_branch=else_branch),
        helper.make_node("Clip", ["z", "", "limit"], ["out"], name="clip"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [value("x", ["batch", 3]), value("condition", [], TensorProto.BOOL)],
        [value("out", ["batch", 2])],
        [raw, typed, helper.make_tensor("limit", TensorProto.FLOAT, [], [6.0])] + others,
        doc_string="a small graph",
    )
    model = helper.make_model(graph, opset_imports=opset, producer_name="fixtures", ir_version=10)
    helper.set_model_props(model, {"origin": "fixturegen"})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / "small.onnx")

    # Every kind of attribute, in a domain without schemas.
    node = helper.make_node(
        "Everything", ["x"], ["y"], domain="test", name="everything",
        a_float=0.25, an_int=-7, a_string="text", a_tensor=typed, floats=[1.0, 2.5], ints=[1, 2, 3],
        strings=["p", "q"], tensors=[typed, raw], graphs=[then_branch],
        a_type=helper.make_tensor_type_proto(TensorProto.FLOAT, [1, "n", None]),
    )
    sequence = helper.make_value_info("y", helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.INT64, None)))
    optional = helper.make_value_info("x", helper.make_optional_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, ["n"])))
    graph = helper.make_graph([node], "attributes", [optional], [sequence])
    model = helper.make_model(graph, opset_imports=opset + [helper.make_opsetid("test", 1)], ir_version=10)
    onnx.save(model, folder / "attributes.onnx")

    # A function with an attribute that has a default and one that has none.
    scale = helper.make_node("LeakyRelu", ["a"], ["b"])
    reference = onnx.AttributeProto()
    reference.name, reference.ref_attr_name, reference.type = "alpha", "slope", onnx.AttributeProto.FLOAT
    scale.attribute.append(reference)
    function = helper.make_function(
        "test", "Leak", ["a"], ["b"], [scale], [helper.make_opsetid("", 20)], [], [helper.make_attribute("slope", 0.5)])
    graph = helper.make_graph(
        [helper.make_node("Leak", ["x"], ["y"], domain="test", slope=0.1)], "functions", [value("x", [2])], [value("y", [2])])
    model = helper.make_model(graph, opset_imports=opset + [helper.make_opsetid("test", 1)], functions=[function], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / "function.onnx")

    # Weights in a file beside the model.
    big = onnx.numpy_helper.from_array(np.arange(600, dtype=np.float32).reshape(20, 30), "big")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "big"], ["y"])], "external", [value("x", ["n", 20])], [value("y", ["n", 30])], [big])
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.save(model, folder / "external.onnx", save_as_external_data=True, location="external.onnx.data", size_threshold=0)
    onnx.checker.check_model(str(folder / "external.onnx"), full_check=True)


class Small(torch.nn.Module):
    """Parameters that share storage or are strided, buffers of several types, a constant."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.arange(6, dtype=torch.float32).reshape(2, 3))
        self.transposed = torch.nn.Parameter(torch.arange(6, dtype=torch.float32).reshape(2, 3).t())
        self.tied = self.weight
        self.brain = torch.nn.Parameter(torch.tensor([1.5, -2.0], dtype=torch.bfloat16))
        self.register_buffer("steps", torch.tensor([2**40, 3]))
        self.register_buffer("flags", torch.tensor([True, False]))
        self.register_buffer("scale", torch.tensor(0.25), persistent=False)

    def forward(self, x):
        y = (x @ self.transposed) @ self.weight + self.tied.sum() + self.brain.float().sum()
        return torch.where(self.flags[0], y * self.scale, y + self.steps[1]) + torch.tensor([1.0, 2.0, 3.0])


def make_pt2():
    folder = ROOT / "pt2"
    folder.mkdir()
    program = torch.export.export(Small(), (torch.ones(2, 3),))
    for graph_node in program.graph.nodes:
        graph_node.meta.pop("stack_trace", None)
    torch.export.save(program, folder / "small.pt2")


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    make_json()
    make_safetensors()
    make_sharded()
    make_npy()
    make_zip()
    make_onnx()
    make_pt2()
    versions = "\n".join(
        f"| {name} | {version} |"
        for name, version in [
            ("torch", torch.__version__.split("+")[0]),
            ("safetensors", __import__("safetensors").__version__),
            ("huggingface_hub", __import__("huggingface_hub").__version__),
            ("numpy", np.__version__),
            ("onnx", onnx.__version__),
        ]
    )
    (ROOT / "ORIGIN.md").write_text(
        "# Files of each format as the real libraries write them\n\n"
        "Made by `tools/fixturegen/formats.py` with the libraries below; the values are written out in that script.\n\n"
        f"| library | version |\n|---|---|\n{versions}\n"
    )


if __name__ == "__main__":
    main()
