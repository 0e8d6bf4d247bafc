"""The backend `openvino`: runs OpenVINO's own IR (.xml with its .bin) and .onnx files on the CPU."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from conformance_worker import (DTYPES, Artifact, Backend, Options, Session, Tensor, Tensors, Worker, WorkerError, installed_version, refused)

# OpenVINO's names of element types.
_DTYPES = {"f64": "f64", "f32": "f32", "f16": "f16", "bf16": "bf16", "i64": "i64", "i32": "i32", "i16": "i16", "i8": "i8", "u8": "u8",
           "boolean": "bool"}


class OpenvinoBackend(Backend):
    """openvino.Core on the device CPU, told to compute in f32 and not to trade accuracy for speed; one stream."""

    name = "openvino"
    formats = ("onnx", "openvino")

    def __init__(self) -> None:
        self._core: Any = None  # one for all sessions: its start costs more than most models

    def version(self) -> str:
        return installed_version("openvino", "openvino")

    def prepare(self, artifact: Artifact, options: Options) -> Session:
        import openvino

        config = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY", "PERFORMANCE_HINT": "LATENCY",
                  "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": options.threads}
        for name, value in options.extra.items():
            if name != "config" or not isinstance(value, dict):
                raise WorkerError("invalid", f"openvino has no option {name!r}", {"wanted": "config: {key: value}"})
            config |= value
        self._core = self._core or openvino.Core()
        return OpenvinoSession(self._core, artifact, config)


class OpenvinoSession(Session):
    """A compiled model. To show values inside, it is compiled once more with these as outputs."""

    def __init__(self, core: Any, artifact: Artifact, config: dict[str, Any]) -> None:
        self._core = core
        self._artifact = artifact
        self._config = config
        self._model = self._compile(self._read())
        self._inputs = [_Port(port, set(artifact.names("inputs"))) for port in self._model.inputs]

    def run(self, inputs: Tensors) -> Tensors:
        return self._infer(self._model, inputs)

    def run_capturing(self, inputs: Tensors, values: Sequence[str]) -> Tensors:
        outputs = self.run(inputs)
        model = self._read()
        before = len(model.outputs)
        for value in values:
            try:
                model.add_outputs(value)
            except Exception as cause:
                raise WorkerError("not found", "the model has no such value", {"found": value}) from cause
        captured = self._infer(self._compile(model), inputs, first=before)
        return outputs | dict(zip(values, captured.values(), strict=True))

    def _read(self) -> Any:
        try:
            return self._core.read_model(self._artifact.path)
        except Exception as cause:
            raise refused("openvino", "read the model", cause) from cause

    def _compile(self, model: Any) -> Any:
        try:
            return self._core.compile_model(model, "CPU", self._config)
        except Exception as cause:
            raise refused("openvino", "compile the model", cause) from cause

    def _infer(self, model: Any, inputs: Tensors, first: int = 0) -> Tensors:
        request = model.create_infer_request()  # none of an earlier run's inputs or state
        names = [port.name for port in self._inputs]
        for name in inputs:
            if name not in names:
                raise WorkerError("invalid", f"the model has no input '{name}'", {"wanted": ", ".join(names)})
        for index, port in enumerate(self._inputs):
            if port.name not in inputs:
                raise WorkerError("invalid", f"input '{port.name}' is missing")
            port.check(inputs[port.name])
            request.set_input_tensor(index, _to_openvino(inputs[port.name]))
        try:
            request.infer()
        except Exception as cause:
            raise refused("openvino", "run the model", cause) from cause
        wanted = set(self._artifact.names("outputs"))
        ports = [_Port(port, wanted) for port in model.outputs]
        return {port.name: _to_protocol(port.name, request.get_output_tensor(index)) for index, port in enumerate(ports) if index >= first}


class _Port:
    """An input or output of a model: its name, and what it takes."""

    def __init__(self, port: Any, wanted: set[str]) -> None:
        names = sorted(port.get_names())
        known = [name for name in names if name in wanted]
        # Not even every IR names its ports; then the node does.
        self.name: str = (known or names or [port.get_node().get_friendly_name()])[0]
        self._shape = port.get_partial_shape()
        self._dtype = _DTYPES.get(port.get_element_type().get_type_name())

    def check(self, tensor: Tensor) -> None:
        """OpenVINO's own messages do not name the input. Errors: `type` and `shape`."""
        import openvino

        facts = {"input": self.name, "found": tensor.describe(), "wanted": f"{self._dtype}{self._shape.to_string()}"}
        if tensor.dtype != self._dtype:
            raise WorkerError("type", "an input of another type", facts)
        if not self._shape.compatible(openvino.PartialShape(list(tensor.array.shape))):
            raise WorkerError("shape", "an input of another shape", facts)


def _to_openvino(tensor: Tensor) -> Any:
    import openvino

    array = np.ascontiguousarray(tensor.array).reshape(tensor.array.shape)
    if tensor.dtype == "bf16":
        return openvino.Tensor(array, list(array.shape), openvino.Type.bf16)
    return openvino.Tensor(array)


def _to_protocol(name: str, tensor: Any) -> Tensor:
    """A copy: the runtime uses its memory again."""
    dtype = _DTYPES.get(tensor.get_element_type().get_type_name())
    if dtype is None:
        raise WorkerError("unsupported", f"output '{name}' cannot cross the protocol", {"found": tensor.get_element_type().get_type_name()})
    return Tensor(dtype, tensor.data.view(DTYPES[dtype]).copy())


if __name__ == "__main__":
    raise SystemExit(Worker([OpenvinoBackend()]).main())
