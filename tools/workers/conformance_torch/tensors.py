"""Tensors of the protocol as PyTorch's, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from conformance_worker import Tensor, WorkerError

DTYPES = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64, "i32": torch.int32,
          "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "bool": torch.bool, "complex64": torch.complex64,
          "complex128": torch.complex128}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def to_torch(tensor: Tensor) -> torch.Tensor:
    """The tensor over the same memory, or over a copy where that may not be written."""
    array = tensor.array if tensor.array.flags.writeable else tensor.array.copy()
    if tensor.dtype == "bf16":
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def to_protocol(name: str, value: Any) -> Tensor:
    """A tensor, or a number, as the protocol's. Errors: `unsupported` for anything else, naming the value."""
    if isinstance(value, (bool, int, float, complex)):
        return Tensor.of(np.asarray(value))
    if not isinstance(value, torch.Tensor):
        raise WorkerError("unsupported", f"value '{name}' is no tensor", {"found": type(value).__name__})
    dtype = _NAMES.get(value.dtype)
    if dtype is None or value.layout != torch.strided:
        raise WorkerError("unsupported", f"value '{name}' cannot cross the protocol", {"found": f"{value.dtype}, {value.layout}"})
    value = value.detach().cpu().resolve_conj().resolve_neg().contiguous()
    if dtype == "bf16":
        return Tensor(dtype, value.view(torch.int16).numpy().view(np.uint16))
    return Tensor(dtype, value.numpy())


def name_of(dtype: torch.dtype) -> str:
    """The protocol's name of a dtype, or PyTorch's where it has none."""
    return _NAMES.get(dtype, str(dtype))
