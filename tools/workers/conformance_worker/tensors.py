"""Tensors as they cross the protocol: raw, little endian, row-major."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

import numpy as np

from .errors import WorkerError

# The protocol's names and how numpy holds them. numpy has no bfloat16: its bits stand in uint16.
DTYPES: dict[str, np.dtype] = {name: np.dtype(code) for name, code in [
    ("f64", "<f8"), ("f32", "<f4"), ("f16", "<f2"), ("bf16", "<u2"), ("i64", "<i8"), ("i32", "<i4"), ("i16", "<i2"), ("i8", "i1"),
    ("u8", "u1"), ("bool", "?"), ("complex64", "<c8"), ("complex128", "<c16")]}
_NAMES = {dtype: name for name, dtype in DTYPES.items() if name != "bf16"}


class Tensor(NamedTuple):
    """A protocol dtype and a numpy array of it; the array of `bf16` is uint16 with the same bits."""

    dtype: str
    array: np.ndarray

    @staticmethod
    def of(array: Any) -> Tensor:
        """A numpy array, or an array of bfloat16 from ml_dtypes. Errors: `unsupported` for a dtype that the protocol has not."""
        array = np.asarray(array)
        if array.dtype.name == "bfloat16":
            return Tensor("bf16", array.view(np.uint16))
        name = _NAMES.get(array.dtype.newbyteorder("<"))
        if name is None:
            raise WorkerError("unsupported", f"a tensor of dtype {array.dtype} cannot cross the protocol", {"wanted": ", ".join(DTYPES)})
        return Tensor(name, array)

    def describe(self) -> str:
        """As in messages: f32[2, 9]."""
        return f"{self.dtype}{list(self.array.shape)}"


Tensors = dict[str, Tensor]


def header_of(name: str, tensor: Tensor) -> dict[str, Any]:
    """The entry of a tensor in a message's `tensors`."""
    return {"name": name, "dtype": tensor.dtype, "shape": list(tensor.array.shape)}


def bytes_of(tensor: Tensor) -> memoryview:
    """The elements, row-major and little endian; a copy only where the array is neither."""
    if tensor.dtype not in DTYPES:
        raise WorkerError("unsupported", f"the protocol has no dtype {tensor.dtype!r}", {"wanted": ", ".join(DTYPES)})
    array = np.ascontiguousarray(tensor.array, dtype=DTYPES[tensor.dtype])
    return memoryview(array.reshape(-1).view(np.uint8))


class TensorHeader(NamedTuple):
    """What a message says of a tensor before its bytes come."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    size: int  # bytes


def read_header(entry: Any) -> TensorHeader:
    """Checks an entry of `tensors`. Errors: `corrupt`, naming what was found and wanted."""
    if not isinstance(entry, Mapping):
        raise _garbage("a tensor's header is no object", entry, "object")
    name, dtype, shape = entry.get("name"), entry.get("dtype"), entry.get("shape")
    if not isinstance(name, str):
        raise _garbage("a tensor has no name", name, "string")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _garbage(f"unknown dtype of tensor {name!r}", dtype, ", ".join(DTYPES))
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise _garbage(f"tensor {name!r} has no shape", shape, "array of sizes")
    size = DTYPES[dtype].itemsize
    for axis in shape:
        size *= axis
    return TensorHeader(name, dtype, tuple(shape), size)


def from_bytes(header: TensorHeader, data: bytearray) -> Tensor:
    """The tensor over `data`, which it keeps. Errors: `corrupt` for a bool that is neither 0 nor 1."""
    raw = np.frombuffer(data, dtype=np.uint8)
    if header.dtype == "bool" and raw.size and raw.max() > 1:
        raise _garbage(f"tensor {header.name!r} has a bool that is none", int(raw.max()), "0 or 1")
    try:
        return Tensor(header.dtype, raw.view(DTYPES[header.dtype]).reshape(header.shape))
    except ValueError as cause:  # more axes than numpy has, or a shape whose strides overflow
        raise _garbage(f"tensor {header.name!r} has a shape that numpy refuses", list(header.shape), str(cause)) from cause


def _garbage(message: str, found: Any, wanted: str) -> WorkerError:
    return WorkerError("corrupt", message, {"place": "worker message", "found": found, "wanted": wanted})
