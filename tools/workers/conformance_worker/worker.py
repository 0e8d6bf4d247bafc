"""A worker: what it offers, and the loop that answers."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable, Sequence

from .errors import ADD_IT_WITH, WorkerError, from_exception
from .frames import EndOfStream, Message, read_message, write_message
from .tensors import Tensors

PROTOCOL = 1


@dataclass
class Artifact:
    """What an exporter made and a backend is to run; the protocol's `artifact` object, which `json` holds whole."""

    format: str
    path: str
    json: dict[str, Any]

    @property
    def options(self) -> dict[str, Any]:
        """What a backend needs beside the files."""
        return self.json.get("options") or {}

    @staticmethod
    def from_json(json: dict[str, Any]) -> Artifact:
        """Errors: `invalid` where format or path is missing."""
        for name in ("format", "path"):
            if not isinstance(json.get(name), str):
                raise WorkerError("invalid", f"an artifact has no {name!r}", {"found": json.get(name)})
        return Artifact(json["format"], json["path"], json)

    def names(self, side: str) -> list[str]:
        """Names of its `inputs` or `outputs`; empty where whoever made it did not say."""
        return [value["name"] for value in self.json.get(side) or []]


@dataclass
class Options:
    """How a session is set up."""

    threads: int = 1
    optimize: bool = True
    seed: int = 0  # of the generator that a program draws from, set anew before each run
    extra: dict[str, Any] = field(default_factory=dict)  # the backend's own, from --backend-option

    @staticmethod
    def from_json(json: dict[str, Any]) -> Options:
        """Errors: `invalid` for a value of another type."""
        options = Options(json.get("threads", 1), json.get("optimize", True), json.get("seed", 0), json.get("extra") or {})
        if type(options.threads) is not int or options.threads < 1:
            raise WorkerError("invalid", "'threads' is no positive number", {"found": options.threads})
        if type(options.seed) is not int:
            raise WorkerError("invalid", "'seed' is no number", {"found": options.seed})
        if not isinstance(options.optimize, bool) or not isinstance(options.extra, dict):
            raise WorkerError("invalid", "'optimize' wants a bool and 'extra' an object", {"found": json})
        return options


CAPTURED = "captured."  # before a captured value's name: an output may have the same one


class Session(ABC):
    """A loaded artifact."""

    @abstractmethod
    def run(self, inputs: Tensors) -> Tensors:
        """Outputs in the artifact's order."""

    def run_capturing(self, inputs: Tensors, values: Sequence[str]) -> tuple[Tensors, Tensors]:
        """The outputs, as `run` gives them, and the named artifact values in that order."""
        raise WorkerError("unsupported", "this backend shows no values inside an artifact")


class Backend(ABC):
    """A runtime: artifact -> session -> outputs."""

    name: str
    formats: Sequence[str]

    @abstractmethod
    def version(self) -> str:
        """Version found, without importing the library. Errors: `unavailable` with the command that adds it."""

    @abstractmethod
    def prepare(self, artifact: Artifact, options: Options) -> Session:
        """Loads an artifact of one of `formats`."""

    def describe(self) -> dict[str, Any]:
        """Its entry in the answer to `hello`."""
        entry: dict[str, Any] = {"name": self.name, "formats": list(self.formats)}
        try:
            entry["version"] = self.version()
        except WorkerError as error:
            error.facts.pop(ADD_IT_WITH, None)  # whoever starts this worker knows, and says so
            entry["unavailable"] = error.to_json()
        return entry


class Exporter(ABC):
    """Makes artifacts from checkpoint folders, or from whatever its `config` names."""

    name: str

    @abstractmethod
    def export(self, request: Message) -> dict[str, Any]:
        """The `artifact` object for a request with `folder` or `spec`, `config`, `kwargs` and input tensors."""

    def prepare_inputs(self, request: Message) -> Tensors:
        """What the artifact takes for such a request's inputs, where that is more than the inputs themselves."""
        return request.tensors


class Reference(ABC):
    """The model's own forward: what exported models are judged by."""

    name: str

    @abstractmethod
    def version(self) -> str:
        """As of a backend."""

    @abstractmethod
    def evaluate(self, request: Message) -> Tensors:
        """Outputs by name for a request with `folder` or `spec`, `kwargs`, input tensors and `oracle`: in f64 where that is true.
        `member` (0: none) asks for another legal answer by that seed: sums in another order, functions a few units off."""

    def sensitivity(self, request: Message) -> tuple[list[str], list[str]]:
        """For a request as of `evaluate`: blocks of weights that the model reads and that move no output when they are perturbed, and
        inputs that no output is made of."""
        raise WorkerError("unsupported", "this reference does not perturb weights")

    def describe(self) -> dict[str, Any]:
        """Its entry in the answer to `hello`."""
        entry: dict[str, Any] = {"name": self.name}
        try:
            entry["version"] = self.version()
        except WorkerError as error:
            entry["unavailable"] = error.message
        return entry


Handler = Callable[[Message], Message]


class Worker:
    """Backends, exporters, references and handlers of further request types, served on standard input and output by one thread."""

    def __init__(self, backends: Sequence[Backend] = (), exporters: Sequence[Exporter] = (), references: Sequence[Reference] = ()) -> None:
        self._backends: dict[str, Backend] = {}
        self._exporters: dict[str, Exporter] = {}
        self._references: dict[str, Reference] = {}
        self._sessions: dict[int, Session] = {}
        self._next_session = 1
        self._handlers: dict[str, Handler] = {
            "hello": self._hello, "prepare": self._prepare, "run": self._run, "release": self._release, "export": self._export,
            "inputs": self._inputs, "evaluate": self._evaluate, "sensitivity": self._sensitivity,
            "shutdown": lambda _: Message({"type": "bye"})}
        for backend in backends:
            self.add_backend(backend)
        for exporter in exporters:
            self.add_exporter(exporter)
        for reference in references:
            self.add_reference(reference)

    def add_backend(self, backend: Backend) -> None:
        """A name that is taken is a mistake of the worker's author."""
        _add(self._backends, backend.name, backend)

    def add_exporter(self, exporter: Exporter) -> None:
        """As add_backend."""
        _add(self._exporters, exporter.name, exporter)

    def add_reference(self, reference: Reference) -> None:
        """As add_backend."""
        _add(self._references, reference.name, reference)

    def add_handler(self, type_: str, handler: Handler) -> None:
        """Answers requests of another type than the protocol's own."""
        _add(self._handlers, type_, handler)

    def main(self) -> int:
        """Serves standard input and output; returns the exit code. Both are taken away from everything else in the process: what
        libraries print goes to standard error, and what they read is empty."""
        for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ.setdefault(variable, "1")  # read once, when the libraries load; a session may ask for more
        source = open(os.dup(0), "rb", buffering=0)
        sink = open(os.dup(1), "wb", buffering=0)
        sys.stdout.flush()
        os.dup2(2, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return self.serve(source, sink)

    def serve(self, source: BinaryIO, sink: BinaryIO) -> int:
        """Answers until `shutdown` or the end of `source`: 0. Talk that is no frame, or nobody to answer to: 2."""
        while True:
            try:
                request = read_message(source)
            except EndOfStream as end:
                return 0 if end.clean else 2
            except WorkerError as error:
                print(f"worker: {error.message}: {error.facts}", file=sys.stderr)
                return 2
            answer = self.answer(request)
            try:
                try:
                    write_message(sink, answer)
                except WorkerError as error:  # an answer that cannot cross; nothing of it has been written
                    answer = _error(error, request)
                    write_message(sink, answer)
            except OSError as error:
                print(f"worker: cannot answer: {error}", file=sys.stderr)
                return 2
            if answer.type == "bye":
                return 0

    def answer(self, request: Message) -> Message:
        """The answer to one request; whatever a handler raises becomes an error."""
        try:
            handler = self._handlers.get(request.type)
            if handler is None:
                raise WorkerError("unsupported", "unknown message type", {"found": request.type, "wanted": ", ".join(self._handlers)})
            answer = handler(request)
        except Exception as cause:  # the process is there for the next cells as well
            return _error(from_exception(cause), request)
        if "id" in request.header:
            answer.header["id"] = request.header["id"]
        return answer

    def _hello(self, request: Message) -> Message:
        protocol = request.get("protocol", int)
        if protocol != PROTOCOL:
            raise WorkerError("unsupported", "this worker speaks another version of the protocol", {"found": protocol, "wanted": PROTOCOL})
        return Message({"type": "hello", "protocol": PROTOCOL, "backends": [backend.describe() for backend in self._backends.values()],
                        "exporters": list(self._exporters),
                        "references": [reference.describe() for reference in self._references.values()]})

    def _prepare(self, request: Message) -> Message:
        backend = _find(self._backends, request.get("backend", str), "backend")
        artifact = Artifact.from_json(request.get("artifact", dict))
        options = Options.from_json(request.get("options", dict, {}))
        if artifact.format not in backend.formats:
            raise WorkerError("invalid", f"{backend.name} does not take format '{artifact.format}'", {"wanted": ", ".join(backend.formats)})
        backend.version()  # unavailable, before an import error says so less plainly
        if not os.path.exists(artifact.path):
            raise WorkerError("not found", "the artifact's file is not there", {"file": artifact.path})
        session = self._next_session
        self._sessions[session] = backend.prepare(artifact, options)
        self._next_session += 1
        return Message({"type": "prepared", "session": session})

    def _run(self, request: Message) -> Message:
        session = _find(self._sessions, request.get("session", int), "session")
        if "capture" not in request.header:
            return Message({"type": "outputs"}, session.run(request.tensors))
        values = request.get("capture", list)
        if not all(isinstance(value, str) for value in values):
            raise WorkerError("invalid", "'capture' is no array of names", {"found": values})
        outputs, captured = session.run_capturing(request.tensors, values)
        return Message({"type": "outputs"}, outputs | {CAPTURED + value: captured[value] for value in values})

    def _release(self, request: Message) -> Message:
        self._sessions.pop(request.get("session", int), None)
        return Message({"type": "released"})

    def _export(self, request: Message) -> Message:
        exporter = _find(self._exporters, request.get("exporter", str), "exporter")
        return Message({"type": "artifact", "artifact": exporter.export(request)})

    def _inputs(self, request: Message) -> Message:
        exporter = _find(self._exporters, request.get("exporter", str), "exporter")
        return Message({"type": "prepared inputs"}, exporter.prepare_inputs(request))

    def _evaluate(self, request: Message) -> Message:
        reference = _find(self._references, request.get("reference", str), "reference")
        reference.version()  # unavailable, before an import error says so less plainly
        return Message({"type": "outputs"}, reference.evaluate(request))

    def _sensitivity(self, request: Message) -> Message:
        reference = _find(self._references, request.get("reference", str), "reference")
        reference.version()
        unmoved, unread = reference.sensitivity(request)
        return Message({"type": "sensitivity", "unmoved": unmoved, "unread": unread})


def _add(table: dict[str, Any], name: str, entry: Any) -> None:
    if name in table:
        raise ValueError(f"the name {name!r} is taken twice")
    table[name] = entry


def _find(table: dict[Any, Any], name: Any, what: str) -> Any:
    if name not in table:
        raise WorkerError("not found", f"this worker has no such {what}", {"found": name, "wanted": ", ".join(map(str, table))})
    return table[name]


def _error(error: WorkerError, request: Message) -> Message:
    answer = Message({"type": "error", "error": error.to_json()})
    if "id" in request.header:
        answer.header["id"] = request.header["id"]
    return answer
