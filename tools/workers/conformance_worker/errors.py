"""Errors that cross the protocol."""

from __future__ import annotations

import importlib.metadata
import sys
import traceback
from typing import Any

KINDS = ("invalid", "shape", "type", "unsupported", "unavailable", "not found", "corrupt", "io", "out of memory", "timeout", "crash",
         "cancelled", "internal")

# What allocators say in exceptions that are no MemoryError.
_NO_MEMORY = ("bad_alloc", "can't allocate memory", "Cannot allocate memory", "not enough memory")
_TRAIL_LINES = 12
ADD_IT_WITH = "add it with"  # name of a fact: the command that installs what is missing


class WorkerError(Exception):
    """An answer of type `error`: a kind (one of KINDS), a message that says what was found and wanted, and facts by name."""

    def __init__(self, kind: str, message: str, facts: dict[str, Any] | None = None) -> None:
        if kind not in KINDS:
            raise ValueError(f"no error kind {kind!r}: known are {', '.join(KINDS)}")
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.facts = dict(facts or {})
        self.trail: list[str] = []

    def to_json(self) -> dict[str, Any]:
        """The protocol's `error` object."""
        return {"kind": self.kind, "message": self.message, "facts": [[str(name), str(value)] for name, value in self.facts.items()],
                "trail": self.trail}


def refused(who: str, doing: str, cause: BaseException) -> WorkerError:
    """What a runtime raised on an artifact or input that it was given: "openvino refuses to load the model: …".

    An own error passes as it is; one about memory keeps that kind; NotImplementedError is `unsupported`, ImportError `unavailable`.
    """
    if isinstance(cause, WorkerError):
        return cause
    error = from_exception(cause)
    if error.kind == "internal":
        kinds = {NotImplementedError: "unsupported", ImportError: "unavailable"}
        error.kind = next((kind for type_, kind in kinds.items() if isinstance(cause, type_)), "invalid")
    error.message = f"{who} refuses to {doing}: {error.message}"
    return error


def from_exception(cause: BaseException) -> WorkerError:
    """Anything that was raised, as an error: `out of memory`, or `internal` with the end of its traceback as the trail."""
    if isinstance(cause, WorkerError):
        return cause
    text = str(cause).strip() or type(cause).__name__
    no_memory = isinstance(cause, MemoryError) or any(sign in text for sign in _NO_MEMORY)
    error = WorkerError("out of memory" if no_memory else "internal", f"{type(cause).__name__}: {text}")
    lines = "".join(traceback.format_exception(type(cause), cause, cause.__traceback__)).splitlines()
    error.trail = [line for line in lines[:-1] if line.strip()][-_TRAIL_LINES:]
    return error


def missing(library: str, group: str) -> WorkerError:
    """A library that is not there, with the command that adds it."""
    return WorkerError("unavailable", f"{library} is not installed", {"python": sys.executable, ADD_IT_WITH: f"tools/setup --with {group}"})


def installed_version(distribution: str, group: str) -> str:
    """Version of an installed distribution without its local part ("2.13.0" of 2.13.0+cpu), and without importing it.

    Errors: `unavailable` with the command that adds it, which is `tools/setup --with group`.
    """
    try:
        return importlib.metadata.version(distribution).partition("+")[0]
    except importlib.metadata.PackageNotFoundError as cause:
        raise missing(distribution, group) from cause

