"""What artifacts take and give: names, dtypes and sizes, read off the program that the exporter returned."""

from __future__ import annotations

from typing import Any, Mapping

from conformance_worker import WorkerError

from .leaves import leaves_of

Infos = dict[str, Any]  # {"inputs": […], "outputs": […]}: the artifact object's

_TORCH = {"float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16", "int64": "i64", "int32": "i32", "int16": "i16",
          "int8": "i8", "uint8": "u8", "bool": "bool", "complex64": "complex64", "complex128": "complex128"}
_ONNX = {"DOUBLE": "f64", "FLOAT": "f32", "FLOAT16": "f16", "BFLOAT16": "bf16", "INT64": "i64", "INT32": "i32", "INT16": "i16",
         "INT8": "i8", "UINT8": "u8", "BOOL": "bool", "COMPLEX64": "complex64", "COMPLEX128": "complex128"}
_OPENVINO = {"f64": "f64", "f32": "f32", "f16": "f16", "bf16": "bf16", "i64": "i64", "i32": "i32", "i16": "i16", "i8": "i8", "u8": "u8",
             "boolean": "bool"}


def _info(name: str, dtypes: Mapping[str, str], dtype: str, dims: list[Any]) -> dict[str, Any]:
    if dtype not in dtypes:
        raise WorkerError("unsupported", f"{name} has a dtype that cannot cross the protocol", {"found": dtype})
    return {"name": name, "dtype": dtypes[dtype], "dims": [str(dim) for dim in dims]}


def _torch_infos(tensors: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of tensors, fake ones with symbolic sizes included."""
    return [_info(name, _TORCH, str(tensor.dtype).removeprefix("torch."), list(tensor.shape)) for name, tensor in tensors.items()]


def onnx_values(model: Any) -> Infos:
    """Of an onnx_ir.Model."""

    def infos(values):
        return [_info(value.name, _ONNX, value.dtype.name if value.dtype else "none",
                      [dim if isinstance(dim, int) else dim.value or "?" for dim in value.shape or ()]) for value in values]

    return {"inputs": infos(value for value in model.graph.inputs if value.name not in model.graph.initializers),
            "outputs": infos(model.graph.outputs)}


def program_values(program: Any, inputs: dict[str, Any], metadata: Any) -> Infos:
    """Of a torch.export ExportedProgram: its placeholders' sizes under the leaves' names."""
    del metadata
    return {"inputs": _program_inputs(program, inputs), "outputs": _torch_infos(leaves_of(_outputs_of(program)))}


def _program_inputs(program: Any, inputs: dict[str, Any]) -> list[dict[str, Any]]:
    placeholders = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
    taken = [placeholders.get(name) for name in program.graph_signature.user_inputs if isinstance(name, str)]
    fake = [value for value in taken if hasattr(value, "shape")]
    leaves = leaves_of(inputs)
    return _torch_infos(dict(zip(leaves, fake)) if len(leaves) == len(fake) else leaves)


def _outputs_of(program: Any) -> Any:
    """The structure that the program returns, of fake tensors."""
    import torch

    values = {node.name: node.meta.get("val") for node in program.graph.nodes}
    user = torch.export.graph_signature.OutputKind.USER_OUTPUT
    args = [spec.arg for spec in program.graph_signature.output_specs if spec.kind == user]
    leaves = [values[arg.name] if getattr(arg, "name", None) in values else getattr(arg, "value", None) for arg in args]
    return torch.utils._pytree.tree_unflatten(leaves, program.call_spec.out_spec)


def pte_values(program: Any, inputs: dict[str, Any], metadata: Any) -> Infos:
    """Of an ExecuTorch program. Its values have no names: they are the leaves in the order in which torch.export flattens them. Lowering
    has rewritten the outputs' sizes, which are left unsaid."""
    import torch
    from transformers.exporters.metadata import load_treespec

    spec = load_treespec(metadata.out_spec)
    kinds = torch.export.graph_signature
    outputs = program.exported_program().graph_signature.output_specs
    own = [output.arg for output in outputs if output.kind == kinds.OutputKind.USER_OUTPUT]
    # A tensor in place of each leaf, so that the structure can say its names. What is no tensor, and what the program writes into its
    # state, has a bookkeeper's name.
    tensors = [isinstance(arg, kinds.TensorArgument) for arg in own] if len(own) == spec.num_leaves else [True] * spec.num_leaves
    marks = [torch.tensor(index) if tensor else None for index, tensor in enumerate(tensors)]
    named = {int(mark): name for name, mark in leaves_of(torch.utils._pytree.tree_unflatten(marks, spec)).items()}
    names = [f"_state.{index}" for index in range(len(outputs) - len(own))]
    names += [named.get(index, f"_constant.{index}") for index in range(spec.num_leaves)]
    return {"inputs": _program_inputs(program.exported_program(), inputs),
            "outputs": [{"name": name, "dtype": "f32", "dims": []} for name in names]}


def openvino_values(model: Any) -> Infos:
    """Of an openvino.Model."""

    def infos(ports):
        return [_info(port.get_any_name(), _OPENVINO, port.get_element_type().get_type_name(),
                      [dim.get_length() if dim.is_static else "?" for dim in port.get_partial_shape()]) for port in ports]

    return {"inputs": infos(model.inputs), "outputs": infos(model.outputs)}
