"""Weights that an error would show through.

A class that starts training has biases of zero, norms of one, gates of 1e-6 and matrices so small that each block adds a hundredth to
what passes by: whatever an export does to them stays below every tolerance. Here each part of the model counts, by rules that depend on
a parameter's values as the class initialised it, its shape, its name and the seed.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_SMALL = 0.06  # matrices drawn with a smaller deviation than this are widened; 0.02 is the libraries' habit
_SPREAD = 0.1  # of what was constant


def make_sensitive(model: torch.nn.Module, seed: int) -> None:
    """Changes parameters and running statistics in place; same model and seed, same values."""
    import torch

    convolutions = {id(module.weight) for module in model.modules() if isinstance(module, torch.nn.modules.conv._ConvNd)}
    _open_norms(model)
    for name, parameter in model.named_parameters():
        if parameter.is_floating_point() and parameter.ndim and parameter.numel() > 1:
            _adjust(parameter.data, _generator(name, seed), id(parameter) in convolutions)
    for name, module in model.named_modules():
        if getattr(module, "running_mean", None) is not None and getattr(module, "running_var", None) is not None:
            generator = _generator(name, seed)
            module.running_mean.add_(torch.randn(module.running_mean.shape, generator=generator), alpha=_SPREAD)
            module.running_var.mul_(1 + _SPREAD * torch.rand(module.running_var.shape, generator=generator))


def _open_norms(model: torch.nn.Module) -> None:
    """Some classes draw the scales of their norms about 0 as if they were matrices: twenty norms on, nothing is left of an image."""
    import torch

    kinds = (torch.nn.modules.batchnorm._NormBase, torch.nn.LayerNorm, torch.nn.GroupNorm)
    for module in model.modules():
        if isinstance(module, kinds) and module.weight is not None and module.weight.numel() > 1:
            scales = module.weight.data
            if float(scales.std()) > 0 and float(scales.square().mean().sqrt()) < _SMALL:
                scales.add_(1)


def amplify(model: torch.nn.Module, gain: float) -> None:
    """Convolutions of that gain, so that an image comes through a deep backbone whose norms are frozen: SiLU leaves half of a small signal.

    Such norms do not bring a signal back to size: where each layer loses a part, scores at the end differ by less than f32 can tell, and
    the queries that a detector picks by them are a tie.
    """
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.modules.conv._ConvNd) and module.weight.numel() > 1:
            weight = module.weight.data
            weight.mul_(gain / math.sqrt(weight[0].numel()) / float(weight.std()))


def _generator(name: str, seed: int) -> torch.Generator:
    import torch

    return torch.Generator().manual_seed(zlib.crc32(name.encode()) ^ seed)


def _adjust(values: torch.Tensor, generator: torch.Generator, convolution: bool) -> None:
    import torch

    first = float(values.reshape(-1)[0])
    if bool((values == first).all()):
        if abs(first) < 0.01 and first != 0:  # a gate that lets nothing through
            values.fill_(0.5)
        if abs(first) <= 1:
            values.add_(torch.randn(values.shape, generator=generator).to(values.dtype), alpha=_SPREAD)
        return
    deviation = float(values.std())
    if values.ndim < 2 or not 0 < deviation < _SMALL or abs(float(values.mean())) > deviation:
        return
    # [out, in, …] in convolutions; the inner width alone in others, stacked experts included.
    inputs = values[0].numel() if convolution else values.shape[-1]
    values.mul_(1 / math.sqrt(max(inputs, 1)) / deviation)
