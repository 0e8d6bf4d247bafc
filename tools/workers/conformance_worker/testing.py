"""For tests of workers: a client of one, tensors by hand, and `main`, which knows how CTest is told of a skip."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import unittest
from typing import Any, Sequence

import numpy as np

from .frames import Message, read_message, write_message
from .tensors import Tensor, Tensors

SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt


class WorkerFailed(Exception):
    """An `error` that a worker answered."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['kind']}: {error['message']} {error.get('facts')} {error.get('trail')}")
        self.kind: str = error["kind"]
        self.message: str = error["message"]
        self.facts: dict[str, str] = dict(error.get("facts", []))


class Client:
    """Starts a worker's command and asks it; ends it at the end of a `with`."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def ask(self, type_: str, tensors: Tensors | None = None, **fields: Any) -> Message:
        """One request and its answer. Raises WorkerFailed for an `error`."""
        write_message(self.process.stdin, Message({"type": type_, **fields}, tensors or {}))
        answer = read_message(self.process.stdout)
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


def main(*needed: str) -> None:
    """Runs the calling script's tests; skips, as CTest understands it, where a module of `needed` is not there."""
    for module in needed:
        if importlib.util.find_spec(module) is None:
            print(f"skipped: {module} is not there")
            sys.exit(SKIPPED)
    unittest.main(module="__main__")
