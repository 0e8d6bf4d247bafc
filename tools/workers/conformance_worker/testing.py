"""For tests of workers: a client of one, tensors by hand, and `main`, which knows how CTest is told of a skip."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import subprocess
import sys
import unittest
from typing import Any, Sequence

import numpy as np

from .frames import Message, read_message, write_message
from .tensors import DTYPES, Tensor, Tensors

SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt
WORKERS = pathlib.Path(__file__).resolve().parents[1]
FIXTURES = WORKERS.parents[1] / "fixtures"


class WorkerFailed(Exception):
    """An `error` that a worker answered."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['kind']}: {error['message']} {error.get('facts')} {error.get('trail')}")
        self.kind: str = error["kind"]
        self.message: str = error["message"]
        self.facts: dict[str, str] = dict(error.get("facts", []))


class Client:
    """Starts a worker's command and asks it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin and self.process.stdout
        self.sink, self.source = self.process.stdin, self.process.stdout

    def close(self) -> None:
        """Ends the worker by the end of its input, or by force."""
        self.sink.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.source.close()

    def ask(self, type_: str, tensors: Tensors | None = None, **fields: Any) -> Message:
        """One request and its answer. Raises WorkerFailed for an `error`."""
        write_message(self.sink, Message({"type": type_, **fields}, tensors or {}))
        answer = read_message(self.source)
        if answer.type == "error":
            raise WorkerFailed(answer.header["error"])
        return answer

    def hello(self) -> Message:
        """The protocol's first request."""
        return self.ask("hello", protocol=1)

    def prepare(self, backend: str, format_: str, path: str, **options: Any) -> int:
        """A session of an artifact that is one file."""
        artifact = {"format": format_, "path": str(path), "files": [str(path)], "inputs": [], "outputs": [], "value_map": [], "notes": []}
        return self.ask("prepare", backend=backend, artifact=artifact, options=options).header["session"]

    def run(self, session: int, tensors: Tensors, **fields: Any) -> Tensors:
        """Outputs of a session, as arrays of their protocol dtype."""
        return self.ask("run", tensors, session=session, **fields).tensors


def f32(values: Any) -> Tensor:
    """A tensor of float32."""
    return Tensor.of(np.asarray(values, dtype=np.float32))


def i64(values: Any) -> Tensor:
    """A tensor of int64."""
    return Tensor.of(np.asarray(values, dtype=np.int64))


def read_safetensors(path: str | pathlib.Path) -> Tensors:
    """The tensors of a .safetensors file of ours, in the order of their names; bfloat16 too, which the library cannot give to numpy."""
    data = pathlib.Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors: Tensors = {}
    for name, entry in sorted(json.loads(data[8:start]).items()):
        if name != "__metadata__":
            dtype = {"c64": "complex64"}.get(entry["dtype"].lower(), entry["dtype"].lower())
            begin, end = entry["data_offsets"]
            array = np.frombuffer(data[start + begin:start + end], DTYPES[dtype])
            tensors[name] = Tensor(dtype, array.reshape(entry["shape"]))
    return tensors


def values(tensor: Tensor) -> np.ndarray:
    """A tensor's elements in float64, complex ones as they are."""
    if np.iscomplexobj(tensor.array):
        return tensor.array
    if tensor.dtype == "bf16":
        return (tensor.array.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return tensor.array.astype(np.float64)


class WorkerTestCase(unittest.TestCase):
    """Tests of one worker script, in one process for all of a class: `script` names it."""

    script = ""
    client: Client

    @classmethod
    def setUpClass(cls) -> None:
        cls.client = Client([sys.executable, "-B", str(WORKERS / cls.script)])
        cls.addClassCleanup(cls.client.close)

    def assert_near(self, found: Tensors, wanted: Tensors, atol: float, rtol: float) -> None:
        """The same names, dtypes and shapes, and values within atol + rtol * |wanted|."""
        self.assertEqual(sorted(found), sorted(wanted))
        for name, tensor in wanted.items():
            self.assertEqual(found[name].describe(), tensor.describe(), name)
            np.testing.assert_allclose(values(found[name]), values(tensor), rtol, atol, err_msg=name)

    def fails(self, kind: str, words: str, call: Any, *args: Any, **kwargs: Any) -> None:
        """The call is answered by an error of that kind, with these words in message or facts."""
        with self.assertRaises(WorkerFailed) as caught:
            call(*args, **kwargs)
        self.assertEqual(caught.exception.kind, kind, str(caught.exception))
        self.assertIn(words, caught.exception.message + str(caught.exception.facts))


def main(*needed: str) -> None:
    """Runs the calling script's tests; skips, as CTest understands it, where a module of `needed` is not there."""
    for module in needed:
        if importlib.util.find_spec(module) is None:
            print(f"skipped: {module} is not there")
            sys.exit(SKIPPED)
    unittest.main(module="__main__")
