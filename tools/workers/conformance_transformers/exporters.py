"""Transformers' own exporters and torch.onnx.export, as exporters of this project: model, inputs and config -> artifact folder."""

from __future__ import annotations

import copy
import importlib.metadata
import re
import time
import traceback
import warnings
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance_worker import Exporter, Message, WorkerError, installed_version
from conformance_worker.errors import from_exception

from .leaves import forward_inputs, leaves_of, of_torch
from .values import onnx_values, openvino_values, program_values, pte_values
from .sources import Source, quiet

if TYPE_CHECKING:
    import torch

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_MODEL_LINE = re.compile(r'File "[^"]*/(transformers/models/[^"]+)", line (\d+), in (\w+)')

# Of the base config (framework/ports/export_config.h); what else a request's config has is the exporter's own.
_COMMON = {"export_format", "dynamic", "strict", "dynamic_shapes", "prefer_deferred_runtime_asserts_over_guards", "output_path"}


class ModelExporter(Exporter):
    """An exporter of models that PyTorch holds."""

    format: str  # of its artifacts
    file: str  # the artifact's main file
    options: dict[str, Any]  # its own config fields, with their defaults
    libraries: tuple[str, ...]  # distributions that it needs
    group: str  # of tools/setup that has them

    def version(self) -> str:
        """Versions of its libraries. Errors: `unavailable` with the command that adds the one that is missing."""
        return ", ".join(f"{library} {installed_version(library, self.group)}" for library in self.libraries)

    def export(self, request: Message) -> dict[str, Any]:
        """Errors: `unavailable`; `invalid` for an unknown config field; `internal` with what the exporter raised."""
        self.version()
        config = self._config(request)
        folder = Path(request.get("config", dict, {}).get("output_path", ""))
        if not str(folder) or not folder.is_dir():
            raise WorkerError("invalid", "config.output_path is no folder", {"found": folder})
        started = time.monotonic()
        model = Source.of(request).build()
        inputs = forward_inputs(model, request.tensors, request.get("kwargs", dict, {}))
        built = time.monotonic()
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("default")
            try:
                made = self.write(model, inputs, config, folder)
            except Exception as cause:
                raise _raised(cause) from cause
        artifact = {"format": self.format, "path": str(folder / self.file), "files": [str(path) for path in sorted(folder.iterdir())],
                    "value_map": [], "notes": _notes(heard), "options": {}, **made}
        artifact["manifest"] = {"versions": _versions(self.libraries), "class": type(model).__name__,
                                "stage_seconds": {"build": round(built - started, 3), "export": round(time.monotonic() - built, 3)},
                                **made.get("manifest", {})}
        return artifact

    @abstractmethod
    def write(self, model: torch.nn.Module, inputs: dict[str, Any], config: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Writes the artifact into the folder; returns its `inputs`, `outputs` and whatever else the artifact object is to say."""

    def _config(self, request: Message) -> dict[str, Any]:
        given = request.get("config", dict, {})
        for name in given:
            if name not in _COMMON and name not in self.options:
                raise WorkerError("invalid", f"exporter '{self.name}' has no such config field",
                                  {"found": name, "wanted": ", ".join(sorted(_COMMON | set(self.options)))})
        if given.get("dynamic_shapes"):
            raise WorkerError("unsupported", f"exporter '{self.name}' takes dynamic: true or false; dynamic_shapes is not passed on")
        config = dict(self.options)
        config.update({name: value for name, value in given.items() if name not in ("output_path", "dynamic_shapes", "export_format")})
        return config


class TransformersExporter(ModelExporter):
    """One of transformers.exporters."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.name = f"transformers:{backend}"
        self.format, self.file, self.libraries, self.group, self.options = _TRANSFORMERS[backend]

    def write(self, model, inputs, config, folder):
        quiet()
        exporter, config_class = _load(self.backend)
        exported = exporter().export(model, inputs, config_class(**config))
        # `inputs` is now what was traced: the exporter has prepared it in place.
        exported.save_pretrained(folder)
        metadata = exported.components["model"].metadata
        values = _VALUES[self.format](exported.program, inputs, metadata)
        return {**values, "options": {"constants": metadata.in_constants},
                "manifest": {"exporter": {"packages": metadata.packages, "config": metadata.export_config}}}

    def prepare_inputs(self, request):
        import torch
        from transformers.exporters.utils import prepare_for_export

        model = Source.of(request).build()
        inputs = forward_inputs(model, request.tensors, request.get("kwargs", dict, {}))
        with torch.no_grad():
            _, inputs, _ = prepare_for_export(model, inputs)
        return {name: of_torch(tensor) for name, tensor in leaves_of(inputs).items()}


class TorchOnnxExporter(ModelExporter):
    """torch.onnx.export(dynamo=True), as its documentation calls it."""

    name = "torch-onnx"
    format = "onnx"
    file = "model.onnx"
    options = {"opset_version": None, "optimize": True}
    libraries = ("torch", "onnx", "onnxscript", "transformers")
    group = "transformers"

    def write(self, model, inputs, config, folder):
        import torch
        from transformers.exporters.exporter_dynamo import register_cache_pytrees_for_model

        register_cache_pytrees_for_model(model)  # torch.export asks the caller to register the types that a model returns
        dynamic = torch.utils._pytree.tree_map_only(torch.Tensor, lambda x: {axis: torch.export.Dim.AUTO for axis in range(x.ndim)}, inputs)
        with torch.no_grad():
            outputs = leaves_of(model(**copy.deepcopy(inputs)))
            input_names, output_names = _apart(list(leaves_of(inputs)), list(outputs))
            program = torch.onnx.export(model, args=(), kwargs=inputs, dynamo=True, opset_version=config["opset_version"],
                                        optimize=config["optimize"], dynamic_shapes=dynamic if config.get("dynamic") else None,
                                        input_names=input_names, output_names=output_names, verbose=False)
        program.save(str(folder / self.file))
        return onnx_values(program.model)


def _apart(inputs: list[str], outputs: list[str]) -> tuple[list[str], list[str]]:
    """An ONNX graph has one name space: what is input and output gets a prefix, as Transformers does it."""
    both = set(inputs) & set(outputs)
    return [f"input.{name}" if name in both else name for name in inputs], [f"output.{name}" if name in both else name for name in outputs]


def all_exporters() -> list[ModelExporter]:
    """In the order of the documentation."""
    return [*(TransformersExporter(backend) for backend in _TRANSFORMERS), TorchOnnxExporter()]


_TRANSFORMERS: dict[str, tuple[str, str, tuple[str, ...], str, dict[str, Any]]] = {
    "dynamo": ("pt2", "model.pt2", ("transformers", "torch"), "transformers", {}),
    "onnx": ("onnx", "model.onnx", ("transformers", "torch", "onnx", "onnxscript"), "transformers",
             {"opset_version": None, "optimize": True, "ort_fusions": None}),
    "executorch": ("pte", "model.pte", ("transformers", "torch", "executorch"), "transformers,executorch",
                   {"backend": "xnnpack", "alloc_graph_input": True, "alloc_graph_output": True, "alloc_mutable_buffers": True}),
    "openvino": ("openvino", "openvino_model.xml", ("transformers", "torch", "openvino"), "transformers,openvino",
                 {"compress_to_fp16": False, "stateful": True}),
}


def _load(backend: str) -> tuple[type, type]:
    if backend == "dynamo":
        from transformers.exporters import DynamoConfig, DynamoExporter

        return DynamoExporter, DynamoConfig
    if backend == "onnx":
        from transformers.exporters import OnnxConfig, OnnxExporter

        return OnnxExporter, OnnxConfig
    if backend == "executorch":
        from transformers.exporters import ExecutorchConfig, ExecutorchExporter

        return ExecutorchExporter, ExecutorchConfig
    from transformers.exporters import OpenVINOConfig, OpenVINOExporter

    return OpenVINOExporter, OpenVINOConfig


_VALUES = {"pt2": program_values, "onnx": lambda program, *_: onnx_values(program), "pte": pte_values,
           "openvino": lambda program, *_: openvino_values(program)}


def _raised(cause: Exception) -> WorkerError:
    """An exporter that raises: the first sentence of its error, what caused it, and the lines of its own code or the model's that it comes from."""
    error = from_exception(cause)
    root = cause
    while root.__cause__ is not None:
        root = root.__cause__
    lines = _COLOURS.sub("", error.message).strip().splitlines()
    error.message = lines[0]
    # The last line of a model's code: where an error quotes the program's own stack, else where it was raised.
    for text in (str(root), "".join(traceback.format_exception(root))):
        if places := _MODEL_LINE.findall(text):
            error.facts["at"] = "{}:{} in {}".format(*places[-1])
            break
    if root is not cause:  # "Failed to convert the exported program to an ONNX model. This is step 3/3 of …" says nothing of this model
        said = _COLOURS.sub("", str(root)).strip().splitlines()
        error.message = lines[0].partition(". ")[0] + "; caused by " + ": ".join([type(root).__name__, *said[:1]])
    error.trail = [*lines[1:20], *error.trail]
    return error


def _notes(heard: list[warnings.WarningMessage]) -> list[str]:
    """What the exporter warned of, once each, its first line."""
    notes: dict[str, None] = {}
    for warning in heard:
        if not issubclass(warning.category, (DeprecationWarning, FutureWarning, ResourceWarning)):
            notes[str(warning.message).strip().splitlines()[0][:300]] = None
    return list(notes)[:20]


def _versions(libraries: tuple[str, ...]) -> dict[str, str]:
    return {library: importlib.metadata.version(library) for library in libraries}
