"""What no output of a model depends on: comparing such outputs would find nothing wrong with it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Callable, Mapping

from .dataflow import read_by

if TYPE_CHECKING:
    import torch

_BLOCKS = 12  # as framework/engine/sensitivity.h asks of models that it evaluates itself
_SHARE = 0.1  # of a weight's own size

Run = Callable[["Mapping[str, torch.Tensor]"], "dict[str, torch.Tensor]"]


def unmoved_and_unread(model: torch.nn.Module, inputs: Mapping[str, torch.Tensor], run: Run) -> tuple[list[str], list[str]]:
    """Blocks of weights that the model reads, and that move no output when each weight has seeded noise of a tenth of its size; and inputs
    that no output is made of. `run` evaluates the model as it is, on leaves by name. A perturbed forward that raises says nothing. The
    weights are left as found."""
    before = run(inputs)
    still = {}
    for name, weights in _blocks(model).items():
        kept = {weight: parameter.data.clone() for weight, parameter in weights.items()}
        try:
            for weight, parameter in weights.items():
                parameter.data.copy_(_with_noise(parameter.data, weight))
            if _equal(before, run(inputs)):
                still[name] = weights
        except Exception:
            pass
        finally:
            for weight, parameter in weights.items():
                parameter.data.copy_(kept[weight])
    parameters = dict(model.named_parameters())
    fresh = {name: tensor.clone() for name, tensor in inputs.items()}  # one tensor may stand for several
    read = read_by({**fresh, **parameters}, lambda: run(fresh))
    return ([name for name, weights in still.items() if any(weight in read for weight in weights)],
            [name for name in inputs if name not in read])


def block_of(weight: str) -> str:
    """"model.layers.0.self_attn" of "model.layers.0.self_attn.q_proj.weight": a numbered layer and the part after it; else the module."""
    parts = weight.split(".")
    for at in range(len(parts) - 2):
        if parts[at].isdigit():
            return ".".join(parts[: at + 2])
    return weight if len(parts) < 2 else ".".join(parts[:-1])


def _blocks(model: torch.nn.Module) -> dict[str, dict[str, torch.nn.Parameter]]:
    blocks: dict[str, dict[str, torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.is_floating_point() and parameter.numel():
            blocks.setdefault(block_of(name), {})[name] = parameter
    while len(blocks) > _BLOCKS:  # neighbours in pairs
        names = list(blocks)
        blocks = {
            " with ".join(names[at : at + 2]): {weight: parameter for name in names[at : at + 2] for weight, parameter in blocks[name].items()}
            for at in range(0, len(names), 2)
        }
    return blocks


def _with_noise(values: torch.Tensor, name: str) -> torch.Tensor:
    import torch

    size = float(values.double().square().mean().sqrt()) or 1.0
    noise = torch.randn(values.shape, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())), dtype=torch.float32)
    return values + (_SHARE * size * noise).to(values.dtype)


def _equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    import torch

    return a.keys() == b.keys() and all(torch.equal(torch.nan_to_num(a[name]), torch.nan_to_num(b[name])) for name in a)
