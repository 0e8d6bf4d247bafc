"""Programs that torch.export saved, as sessions."""

from __future__ import annotations

import json
import logging
import zipfile
from typing import Any, Sequence

import torch
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind, TensorArgument
from torch.utils import _pytree

from conformance_worker import Session, Tensors, WorkerError, refused

from . import pytrees
from .tensors import name_of, to_protocol, to_torch


def load_program(path: str) -> torch.export.ExportedProgram:
    """torch.export.load, of files too whose inputs or outputs have types of libraries that are not imported (pytrees.register_stand_ins).

    Errors: what PyTorch raised, as a refusal.
    """
    stand_ins = pytrees.register_stand_ins(*_node_types(path))
    logging.getLogger("torch.export").setLevel(logging.ERROR)
    try:
        try:
            program = torch.export.load(path)
        except RuntimeError:  # which only says that the cause has been logged: once more, to have it
            from torch.export.pt2_archive._package import load_pt2

            load_pt2(path)
            raise
    except Exception as cause:  # whatever the file makes it raise
        raise refused("pytorch", "load the program", cause) from cause
    if stand_ins and program.example_inputs:
        # Of the program's own types, from which PyTorch would make guards for inputs of another structure than its spec's.
        spec = program.call_spec.in_spec
        program.example_inputs = _pytree.tree_unflatten([None] * spec.num_leaves, spec)
    return program


class ProgramSession(Session):
    """A program as a module. What a run writes into the program's buffers is undone before the next, and the generator that it draws from
    is seeded anew: each run starts from the file."""

    def __init__(self, program: torch.export.ExportedProgram, seed: int = 0) -> None:
        self._seed = seed & (2**64 - 1)
        signature, call = program.graph_signature, program.module_call_graph[0].signature
        traced = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
        names = pytrees.input_leaf_names(_tree(call.in_spec), call.forward_arg_names)
        args = [spec.arg for spec in signature.input_specs if spec.kind == InputKind.USER_INPUT]
        self._inputs = [_Input(name, arg, traced.get(arg.name)) for name, arg in zip(names, args, strict=True)]
        names = pytrees.leaf_names(_tree(call.out_spec))
        args = [spec.arg for spec in signature.output_specs if spec.kind in (OutputKind.USER_OUTPUT, OutputKind.LOSS_OUTPUT)]
        # A constant among the outputs is no result of the program.
        self._outputs = [None if isinstance(arg, ConstantArgument) else name for name, arg in zip(names, args, strict=True)]
        self._in_spec = call.in_spec
        self._module = program.module()
        self._state = {name: buffer.clone() for name, buffer in self._module.named_buffers()}

    def run(self, inputs: Tensors) -> Tensors:
        args, kwargs = _pytree.tree_unflatten(self._leaves(inputs), self._in_spec)
        self._restore()
        try:
            with torch.no_grad():
                outputs = _pytree.tree_leaves(self._module(*args, **kwargs))
        except Exception as cause:  # a guard of the program that does not hold, a kernel that refuses
            raise refused("pytorch", "run the program", cause) from cause
        return {name: to_protocol(name, value) for name, value in zip(self._outputs, outputs, strict=True) if name is not None}

    def run_capturing(self, inputs: Tensors, values: Sequence[str]) -> tuple[Tensors, Tensors]:
        outputs = self.run(inputs)
        recorder = _Recorder(self._module, set(values))
        self._restore()
        with torch.no_grad():
            recorder.run(*self._leaves(inputs), enable_io_processing=False)
        for value in values:
            if value not in recorder.kept:
                raise WorkerError("not found", "the program has no such value", {"found": value})
        return outputs, {value: to_protocol(value, recorder.kept[value]) for value in values}

    def _leaves(self, inputs: Tensors) -> list[Any]:
        wanted = [leaf.name for leaf in self._inputs if not leaf.is_constant]
        for name in inputs:
            if name not in wanted:
                raise WorkerError("invalid", f"the program has no input '{name}'", {"wanted": ", ".join(wanted)})
        return [leaf.value(inputs) for leaf in self._inputs]

    def _restore(self) -> None:
        torch.manual_seed(self._seed)
        for name, buffer in self._state.items():
            self._module.get_buffer(name).copy_(buffer)


class _Input:
    """A leaf of a program's inputs: a tensor, a number, or a constant that the program was exported for."""

    def __init__(self, name: str, arg: Any, traced: Any) -> None:
        self.name = name
        self.is_constant = isinstance(arg, ConstantArgument)
        self._constant = getattr(arg, "value", None)
        self._is_tensor = isinstance(arg, TensorArgument)
        self._dtype = getattr(traced, "dtype", None)

    def value(self, inputs: Tensors) -> Any:
        """What the program is called with. Sizes are left to the program's own guards."""
        if self.is_constant:
            return self._constant
        if self.name not in inputs:
            raise WorkerError("invalid", f"input '{self.name}' is missing")
        tensor = inputs[self.name]
        if not self._is_tensor:
            if tensor.array.size != 1:
                raise WorkerError("shape", f"input '{self.name}' is a number", {"found": tensor.describe(), "wanted": "one element"})
            return tensor.array.item()
        value = to_torch(tensor)
        if self._dtype is not None and value.dtype != self._dtype:
            raise WorkerError("type", "an input of another type",
                              {"input": self.name, "found": tensor.describe(), "wanted": name_of(self._dtype)})
        return value


class _Recorder(torch.fx.Interpreter):
    """Keeps what nodes of some names give; copies, because a later node may write in place."""

    def __init__(self, module: torch.fx.GraphModule, values: set[str]) -> None:
        super().__init__(module)
        self._values = values
        self.kept: dict[str, Any] = {}

    def run_node(self, n: torch.fx.Node) -> Any:
        value = super().run_node(n)
        if n.name in self._values:
            self.kept[n.name] = value.clone() if isinstance(value, torch.Tensor) else value
        return value


def _tree(spec: _pytree.TreeSpec) -> pytrees.Spec:
    return pytrees.load_spec(_pytree.treespec_dumps(spec))


def _node_types(path: str) -> tuple[set[str], dict[str, list[str]]]:
    """Node types of the specs in a .pt2 file, and the fields of its named tuples; none where it is no such file: PyTorch says so better."""
    types: set[str] = set()
    tuples: dict[str, list[str]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if "/models/" not in name or not name.endswith(".json"):
                    continue
                module = json.loads(archive.read(name))["graph_module"]
                for type_, fields in (module.get("treespec_namedtuple_fields") or {}).items():
                    tuples[type_] = fields["field_names"]
                for entry in module["module_call_graph"]:
                    signature = entry.get("signature") or {}
                    for text in filter(None, map(signature.get, ("in_spec", "out_spec"))):
                        types |= pytrees.types_of(pytrees.load_spec(text))
    except (OSError, zipfile.BadZipFile, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return set(), {}
    return types, tuples
