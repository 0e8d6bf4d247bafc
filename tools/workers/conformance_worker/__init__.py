"""The worker's side of Conformance's worker protocol (docs/worker_protocol.md), for runtimes and exporters that live in Python.

A worker is a script of a few lines:

    from conformance_worker import Backend, Worker

    class MyBackend(Backend):
        name = "mine"
        formats = ("onnx",)
        def version(self): ...
        def prepare(self, artifact, options): ...   # -> Session

    if __name__ == "__main__":
        raise SystemExit(Worker(backends=[MyBackend()]).main())

Nothing but numpy is needed. Heavy libraries are imported in `prepare`, `run` and `export`, not at the top of a worker: its hello
must come in a moment, and must come where the library is missing, too.
"""

from .errors import KINDS, WorkerError, installed_version, missing, refused
from .frames import Message, read_message, write_message
from .tensors import DTYPES, Tensor, Tensors
from .worker import Artifact, Backend, Exporter, Options, Reference, Session, Worker

__all__ = ["DTYPES", "KINDS", "Artifact", "Backend", "Exporter", "Message", "Options", "Reference", "Session", "Tensor", "Tensors", "Worker",
           "WorkerError", "installed_version", "missing", "read_message", "refused", "write_message"]
