"""Forwards in f64: the same numbers as in f32, evaluated in twice the width."""

from __future__ import annotations

import contextlib
from typing import Iterator

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_CONVERSIONS = (torch.float32,)


class _Widen(TorchDispatchMode):
    """Whatever asks for f32 gets f64. Models compute parts of themselves in "at least f32" by naming that type (norms, softmax, rotary
    angles); in an oracle it would be a step of f32's error in the middle."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*[_widened(arg) for arg in args], **{name: _widened(arg) for name, arg in (kwargs or {}).items()})


def _widened(arg):
    return torch.float64 if isinstance(arg, torch.dtype) and arg in _CONVERSIONS else arg


@contextlib.contextmanager
def wide() -> Iterator[None]:
    """Everything that runs inside computes in f64 where it would in f32."""
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with _Widen():
            yield
    finally:
        torch.set_default_dtype(default)
