"""The backend `executorch`: runs .pte files in the runtime that ExecuTorch's package brings."""

from __future__ import annotations

import re
from typing import Any

from conformance_worker import (Artifact, Backend, Options, Session, Tensors, Worker, WorkerError, installed_version, refused)

# runtime/core/error.h; its Python side gives the number alone.
_ERRORS = {0x01: "Internal", 0x02: "InvalidState", 0x03: "EndOfMethod", 0x10: "NotSupported", 0x11: "NotImplemented",
           0x12: "InvalidArgument", 0x13: "InvalidType", 0x14: "OperatorMissing", 0x20: "NotFound", 0x21: "MemoryAllocationFailed",
           0x22: "AccessFailed", 0x23: "InvalidProgram", 0x24: "InvalidExternalData", 0x25: "OutOfResources", 0x30: "DelegateInvalidCompatibility",
           0x31: "DelegateMemoryAllocationFailed", 0x32: "DelegateInvalidHandle"}
# schema/scalar_type.fbs: the numbers in a method's metadata.
_DTYPES = {0: "u8", 1: "i8", 2: "i16", 3: "i32", 4: "i64", 5: "f16", 6: "f32", 7: "f64", 11: "bool", 15: "bf16"}


class ExecutorchBackend(Backend):
    """executorch.runtime, a session for a file's method `forward`, or the one that the option `method` names."""

    name = "executorch"
    formats = ("pte",)

    def version(self) -> str:
        return installed_version("executorch", "executorch")

    def prepare(self, artifact: Artifact, options: Options) -> Session:
        from executorch.extension.pybindings import portable_lib

        for name in options.extra:
            if name != "method":
                raise WorkerError("invalid", f"executorch has no option {name!r}", {"wanted": "method"})
        if portable_lib._threadpool_get_thread_count() != options.threads:
            portable_lib._unsafe_reset_threadpool(options.threads)
        return ExecutorchSession(artifact, options.extra.get("method", artifact.options.get("method", "forward")))


class ExecutorchSession(Session):
    """A method of a program. A .pte does not name its inputs and outputs: the artifact does, or they are "0", "1", ….

    What a method writes into its state stays in the loaded program, and in every method that is loaded from it again; so each run
    loads the program anew, and starts from the file.
    """

    def __init__(self, artifact: Artifact, method: str) -> None:
        self._path = artifact.path
        self._name = method
        self._loaded = self._load()  # for the first run
        metadata = self._loaded.metadata
        self._inputs = _names(artifact.names("inputs"), metadata.num_inputs(), "inputs")
        self._outputs = _names(artifact.names("outputs"), metadata.num_outputs(), "outputs")
        self._wanted = [_tensor_info(metadata, index) for index in range(metadata.num_inputs())]

    def run(self, inputs: Tensors) -> Tensors:
        from conformance_torch.tensors import to_protocol, to_torch

        values: list[Any] = []
        for name in inputs:
            if name not in self._inputs:
                raise WorkerError("invalid", f"the program has no input '{name}'", {"wanted": ", ".join(self._inputs)})
        for name, wanted in zip(self._inputs, self._wanted, strict=True):
            if name not in inputs:
                raise WorkerError("invalid", f"input '{name}' is missing")
            tensor = inputs[name]
            if wanted is None:  # a number
                values.append(tensor.array.item())
                continue
            dtype, sizes = wanted
            if tensor.dtype != dtype or tensor.array.ndim != len(sizes):
                raise WorkerError("type" if tensor.dtype != dtype else "shape", f"input '{name}' does not fit",
                                  {"found": tensor.describe(), "wanted": f"{dtype}{list(sizes)} or less"})
            values.append(to_torch(tensor))
        method, self._loaded = self._loaded or self._load(), None
        try:
            outputs = method.execute(values)
        except Exception as cause:  # a size beyond its bound, a kernel that refuses
            raise _refused("run the program", cause) from cause
        # Copies: the outputs lie in the program's memory.
        return {name: to_protocol(name, value.clone() if hasattr(value, "clone") else value)
                for name, value in zip(self._outputs, outputs, strict=True) if value is not None}

    def _load(self) -> Any:
        from executorch.runtime import Runtime, Verification

        try:
            program = Runtime.get().load_program(self._path, verification=Verification.InternalConsistency)
            if self._name not in program.method_names:
                raise WorkerError("not found", f"the program has no method '{self._name}'", {"wanted": ", ".join(sorted(program.method_names))})
            return program.load_method(self._name)
        except Exception as cause:
            raise _refused("load the program", cause) from cause


def _names(given: list[str], count: int, side: str) -> list[str]:
    if given and len(given) != count:
        raise WorkerError("invalid", f"the program has another number of {side} than the artifact names",
                          {"found": count, "wanted": ", ".join(given)})
    return given or [str(index) for index in range(count)]


def _tensor_info(metadata: Any, index: int) -> tuple[str, tuple[int, ...]] | None:
    """Dtype and upper bounds of the sizes of an input; none where it is no tensor."""
    try:
        info = metadata.input_tensor_meta(index)
    except RuntimeError:
        return None
    return _DTYPES.get(info.dtype(), str(info.dtype())), tuple(info.sizes())


def _refused(doing: str, cause: Exception) -> WorkerError:
    error = refused("executorch", doing, cause)
    code = re.search(r"error:? 0x:?([0-9a-fA-F]+)", error.message)
    if code and int(code[1], 16) in _ERRORS:
        error.facts["error"] = _ERRORS[int(code[1], 16)]
    return error


if __name__ == "__main__":
    raise SystemExit(Worker([ExecutorchBackend()]).main())
