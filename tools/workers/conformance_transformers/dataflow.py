"""Which tensors the outputs of a computation are made of."""

from __future__ import annotations

from typing import Callable, Mapping

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten

#: They take sizes and types of their operand, and none of its elements.
_SIZES_ALONE = frozenset(getattr(aten, name) for name in ("zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty"))


class _Flow(TorchDispatchMode):
    """Remembers of each tensor which of the sources it is made of. What is read out of a tensor as a number is lost."""

    def __init__(self, sources: Mapping[str, torch.Tensor]):
        super().__init__()
        self._of = {id(tensor): frozenset([name]) for name, tensor in sources.items()}
        self._kept = list(sources.values())  # an id is a tensor's as long as it lives

    def of(self, tensor: torch.Tensor) -> frozenset[str]:
        return self._of.get(id(tensor), frozenset())

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        operands = [leaf for leaf in tree_leaves((args, kwargs or {})) if isinstance(leaf, torch.Tensor)]
        made_of = frozenset().union(*(self.of(operand) for operand in operands))
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket in _SIZES_ALONE or not made_of:
            return result
        written = [operand for operand, argument in zip(args, func._schema.arguments) if argument.alias_info is not None and argument.alias_info.is_write]
        for leaf in tree_leaves((result, written)):
            if isinstance(leaf, torch.Tensor):
                self._of[id(leaf)] = self.of(leaf) | made_of
                self._kept.append(leaf)
        return result


def read_by(sources: Mapping[str, torch.Tensor], run: Callable[[], Mapping[str, torch.Tensor]]) -> set[str]:
    """Names of the sources of which some output of `run` is made, by what its operators read and write."""
    flow = _Flow(sources)
    with torch.no_grad(), flow:
        outputs = run()
    return set().union(*(flow.of(tensor) for tensor in outputs.values()))
