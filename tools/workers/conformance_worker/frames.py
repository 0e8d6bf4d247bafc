"""Frames: a header in JSON and raw tensors behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from . import tensors as _tensors
from .errors import WorkerError
from .tensors import Tensors

MAX_HEADER_BYTES = 64 << 20
MAX_TENSOR_BYTES = 64 << 30  # of one message's tensors together
_STEP = 16 << 20  # memory grows by this much ahead of the bytes that have come


@dataclass
class Message:
    """One frame: its header (with `type`) and its tensors by name, in order."""

    header: dict[str, Any]
    tensors: Tensors = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Empty where the header has none."""
        type_ = self.header.get("type")
        return type_ if isinstance(type_, str) else ""

    def get(self, name: str, kind: Any, default: Any = None) -> Any:
        """Field `name`, of the Python type `kind`. Errors: `invalid` where it has another one, or is missing and has no default."""
        value = self.header.get(name, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise WorkerError("invalid", f"{self.type} wants {name!r} as {kind.__name__}", {"found": value})
        return value


class EndOfStream(Exception):
    """The stream ended; `clean` where that was between two frames."""

    def __init__(self, have: int, want: int, clean: bool) -> None:
        super().__init__(f"the stream ended after {have} of {want} bytes")
        self.clean = clean


def write_message(stream: BinaryIO, message: Message) -> None:
    """Writes a whole frame. Nothing is written where a tensor or the header cannot cross."""
    header = {name: value for name, value in message.header.items() if name != "tensors"}
    if message.tensors:
        header["tensors"] = [_tensors.header_of(name, tensor) for name, tensor in message.tensors.items()]
    data = [_tensors.bytes_of(tensor) for tensor in message.tensors.values()]
    try:
        text = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as cause:
        raise WorkerError("internal", f"the header of {message.type!r} is no JSON: {cause}") from cause
    if len(text) > MAX_HEADER_BYTES:
        raise WorkerError("internal", f"the header of {message.type!r} has {len(text)} bytes", {"wanted": f"at most {MAX_HEADER_BYTES}"})
    _write_all(stream, memoryview(len(text).to_bytes(4, "little") + text))
    for part in data:
        _write_all(stream, part)
    stream.flush()


def read_message(stream: BinaryIO) -> Message:
    """Reads a whole frame. Errors: EndOfStream; `corrupt` for anything that is no frame."""
    length = int.from_bytes(_read_exactly(stream, 4, clean=True), "little")
    if not 2 <= length <= MAX_HEADER_BYTES:
        raise _garbage("a message's length is out of range", length, f"2 to {MAX_HEADER_BYTES}")
    header = _parse(_read_exactly(stream, length))
    entries = header.pop("tensors", [])
    if not isinstance(entries, list):
        raise _garbage('"tensors" is no array', type(entries).__name__, "array")
    headers = [_tensors.read_header(entry) for entry in entries]
    total = sum(entry.size for entry in headers)
    if total > MAX_TENSOR_BYTES:
        raise _garbage("a message's tensors are too large", total, f"at most {MAX_TENSOR_BYTES} bytes")
    message = Message(header)
    for entry in headers:
        if entry.name in message.tensors:
            raise _garbage("two tensors have one name", entry.name, "one each")
        message.tensors[entry.name] = _tensors.from_bytes(entry, _read_exactly(stream, entry.size))
    return message


def _parse(text: bytearray) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    try:
        header = json.loads(text.decode(), parse_constant=refuse)
    except (ValueError, RecursionError) as cause:
        raise _garbage("a message's header is no JSON", bytes(text[:80]), str(cause)) from cause
    if not isinstance(header, dict):
        raise _garbage("a message's header is no object", type(header).__name__, "object")
    return header


def _read_exactly(stream: BinaryIO, size: int, clean: bool = False) -> bytearray:
    data = bytearray()
    while len(data) < size:
        part = stream.read(min(size - len(data), _STEP))
        if not part:
            raise EndOfStream(len(data), size, clean and not data)
        data += part
    return data


def _write_all(stream: BinaryIO, data: memoryview) -> None:
    while data:
        written = stream.write(data)
        data = data[written:]


def _garbage(message: str, found: Any, wanted: str) -> WorkerError:
    return WorkerError("corrupt", message, {"place": "worker message", "found": found, "wanted": wanted})
