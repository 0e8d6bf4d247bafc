"""Inputs and outputs of forwards as named tensors: "past_key_values.layers.0.keys"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

import numpy as np

from conformance_worker import Tensor, Tensors, WorkerError

if TYPE_CHECKING:
    import torch

_CACHE = "past_key_values"


def to_torch(tensor: Tensor) -> torch.Tensor:
    """A tensor of its own memory."""
    import torch

    array = np.array(tensor.array)
    if tensor.dtype == "bf16":
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def of_torch(tensor: torch.Tensor) -> Tensor:
    """Errors: `unsupported` for a dtype that the protocol has not."""
    import torch

    tensor = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    if tensor.dtype == torch.bfloat16:
        return Tensor("bf16", tensor.view(torch.int16).numpy().view(np.uint16))
    return Tensor.of(tensor.numpy())


def forward_inputs(model: torch.nn.Module, tensors: Tensors, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments of one forward, fresh for each call: dotted names become nested lists and dicts, leaves of a cache a
    DynamicCache. Errors: `unsupported` for a cache of another kind."""
    return nested_inputs(model, {name: to_torch(tensor) for name, tensor in tensors.items()}, kwargs)


def nested_inputs(model: torch.nn.Module, tensors: Mapping[str, torch.Tensor], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The same of PyTorch's own tensors, which are not copied."""
    inputs: dict[str, Any] = {}
    cache: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        if name.startswith(_CACHE + "."):
            cache[name.removeprefix(_CACHE + ".")] = tensor
        else:
            _put(inputs, name.split("."), tensor)
    inputs = {name: _lists(value) for name, value in inputs.items()}
    if cache:
        inputs[_CACHE] = _cache_of(model, cache)
    return {**inputs, **kwargs}


def _put(node: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        node = node.setdefault(part, {})
    node[path[-1]] = value


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    values = {name: _lists(value) for name, value in node.items()}
    if values and all(name.isdigit() for name in values):
        return [values[str(index)] for index in range(len(values))]
    return values


def _cache_of(model: torch.nn.Module, leaves: dict[str, torch.Tensor]) -> Any:
    from transformers import DynamicCache

    layers: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in leaves.items():
        part, _, rest = name.partition(".")
        index, _, field = rest.partition(".")
        if part != "layers" or not index.isdigit() or field not in ("keys", "values"):
            raise WorkerError("unsupported", "only caches of keys and values by layer can be made of tensors",
                              {"found": f"{_CACHE}.{name}", "wanted": f"{_CACHE}.layers.0.keys"})
        layers.setdefault(int(index), {})[field] = tensor
    cache = DynamicCache(config=getattr(model, "config", None))
    for index in sorted(layers):
        cache.update(layers[index]["keys"], layers[index]["values"], index)
    return cache


def leaves_of(outputs: Any) -> dict[str, torch.Tensor]:
    """Tensors of whatever a forward returns, by the dotted names that Transformers' exporters give them."""
    from transformers.exporters.utils import get_leaf_tensors

    return get_leaf_tensors(outputs)


_DTYPES = {"float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16", "int64": "i64", "int32": "i32", "int16": "i16",
           "int8": "i8", "uint8": "u8", "bool": "bool", "complex64": "complex64", "complex128": "complex128"}


def value_infos(values: Mapping[str, Any], dims: Mapping[str, list[str]] | None = None) -> list[dict[str, Any]]:
    """An artifact's `inputs` or `outputs` from tensors by name. `dims` replaces sizes that are not fixed."""
    infos = []
    for name, tensor in values.items():
        dtype = _DTYPES.get(str(tensor.dtype).removeprefix("torch."))
        if dtype is None:
            raise WorkerError("unsupported", f"{name} has a dtype that cannot cross the protocol", {"found": tensor.dtype})
        infos.append({"name": name, "dtype": dtype, "dims": (dims or {}).get(name, [str(int(size)) for size in tensor.shape])})
    return infos
