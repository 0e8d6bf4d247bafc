"""Other legal answers of the same forward: what an ensemble's members are made of (docs/verdicts.md)."""

from __future__ import annotations

import contextlib
from typing import Iterator

import torch
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten

#: Products whose sum can be taken in another order: the operands that share the axis, with its place in each.
_PRODUCTS = {
    aten.mm.default: ((0, -1), (1, -2)),
    aten.bmm.default: ((0, -1), (1, -2)),
    aten.addmm.default: ((1, -1), (2, -2)),
    aten.baddbmm.default: ((1, -1), (2, -2)),
}
#: Functions that libraries compute to a few units in the last place, and sums that are hidden in one operator.
_NOISY = frozenset(
    getattr(aten, name)
    for name in ("exp", "exp2", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "sin", "cos", "rsqrt", "pow", "gelu", "silu", "mish", "softplus",
                 "elu", "_softmax", "_log_softmax", "_safe_softmax", "native_layer_norm", "native_group_norm", "native_batch_norm",
                 "_native_batch_norm_legit_no_training", "convolution", "mean", "sum", "var", "var_mean", "logsumexp", "cumsum",
                 "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_attention_math", "_scaled_dot_product_fused_attention_overrideable",
                 "_grouped_mm")
    if hasattr(aten, name)
)
_ULPS = 2


class _Legal(TorchDispatchMode):
    """Sums in other orders and ±2 units in the last place of what is not summed here, by one seed."""

    def __init__(self, seed: int):
        super().__init__()
        self._random = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if (operands := _PRODUCTS.get(func)) is not None and all(args[i].is_floating_point() for i, _ in operands):
            args = self._reordered(args, operands)
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket not in _NOISY or func._schema.is_mutable:
            return result
        if isinstance(result, torch.Tensor):
            return self._noisy(result)
        # The first of several is the answer; the rest are statistics and seeds.
        return (self._noisy(result[0]), *result[1:]) if isinstance(result, tuple) and isinstance(result[0], torch.Tensor) else result

    def _reordered(self, args, operands):
        first, axis = operands[0]
        order = torch.randperm(args[first].shape[axis], generator=self._random)
        changed = list(args)
        for place, where in operands:
            changed[place] = changed[place].index_select(changed[place].dim() + where, order)
        return tuple(changed)

    def _noisy(self, tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.is_floating_point():
            return tensor
        step = torch.rand(tensor.shape, generator=self._random).to(tensor.dtype).mul_(2).sub_(1)
        return tensor + tensor * step * (_ULPS * torch.finfo(tensor.dtype).eps)


@contextlib.contextmanager
def legal(seed: int) -> Iterator[None]:
    """What runs inside computes as another library might: member `seed` of the ensemble."""
    with _Legal(seed):
        yield
