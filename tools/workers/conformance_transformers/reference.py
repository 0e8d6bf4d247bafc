"""The model's own forward in PyTorch: what an exported model is judged by."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Mapping

from conformance_worker import Message, Reference, Tensors, WorkerError, installed_version
from conformance_worker.errors import from_exception

from .leaves import forward_inputs, leaves_of, nested_inputs, of_torch, to_torch
from .sources import Source

if TYPE_CHECKING:
    import torch

_GROUP = "transformers"


class Eager(Reference):
    """Evaluates forwards in f32 and, as the oracle, in f64. Keeps the last model: the calls of one case come one after the other."""

    name = "pytorch"

    def __init__(self) -> None:
        self._key = ""
        self._models: dict[str, torch.nn.Module] = {}

    def version(self) -> str:
        return f"{installed_version('torch', _GROUP)}, transformers {installed_version('transformers', _GROUP)}"

    def evaluate(self, request: Message) -> Tensors:
        """Errors: `unsupported` for a forward that draws random numbers, or returns no tensors."""
        oracle = request.get("oracle", bool, False)
        member = request.get("member", int, 0)
        return self._run(self._model(Source.of(request), oracle), request, oracle, member)

    def sensitivity(self, request: Message) -> tuple[list[str], list[str]]:
        """Errors: as `evaluate`."""
        import torch

        from .sensitivity import unmoved_and_unread

        model = self._model(Source.of(request), False)
        kwargs = request.get("kwargs", dict, {})

        def run(inputs: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            torch.manual_seed(0)
            return leaves_of(model(**nested_inputs(model, inputs, kwargs)))

        try:
            with torch.no_grad():
                return unmoved_and_unread(model, {name: to_torch(tensor) for name, tensor in request.tensors.items()}, run)
        except Exception as cause:
            raise _said(cause, model) from cause

    def _model(self, source: Source, oracle: bool) -> torch.nn.Module:
        if self._key != source.key():
            self._models.clear()
            self._key = source.key()
        which = "f64" if oracle else "f32"
        if which not in self._models:
            model = source.build()
            self._models[which] = _widened(model) if oracle else model
        return self._models[which]

    def _run(self, model: torch.nn.Module, request: Message, oracle: bool, member: int) -> Tensors:
        import torch

        from .legal import legal
        from .oracle import wide

        kwargs = request.get("kwargs", dict, {})
        with torch.no_grad(), wide() if oracle else legal(member) if member > 0 else contextlib.nullcontext():
            torch.manual_seed(0)
            before = torch.random.get_rng_state()
            inputs = forward_inputs(model, request.tensors, kwargs)
            if oracle:
                inputs = _double(inputs)
            try:
                outputs = leaves_of(model(**inputs))
            except Exception as cause:
                raise _said(cause, model) from cause
            drew = not torch.equal(before, torch.random.get_rng_state())
        if drew and not oracle and member == 0 and not _same(outputs, model, request, kwargs):
            raise WorkerError("unsupported", f"{type(model).__name__} draws random numbers in its forward, and its outputs depend on them")
        if not outputs:
            raise WorkerError("unsupported", f"{type(model).__name__} returns no tensors")
        return {name: of_torch(tensor) for name, tensor in outputs.items()}


def _widened(model: torch.nn.Module) -> torch.nn.Module:
    can_choose = getattr(model, "_can_set_experts_implementation", lambda: False)
    if can_choose():
        model.set_experts_implementation("batched_mm")  # the same sums; grouped products have no f64
    return model.double()


def _same(outputs: dict[str, torch.Tensor], model: torch.nn.Module, request: Message, kwargs: dict[str, Any]) -> bool:
    import torch

    torch.manual_seed(1)
    with torch.no_grad():
        again = leaves_of(model(**forward_inputs(model, request.tensors, kwargs)))
    return outputs.keys() == again.keys() and all(torch.equal(outputs[name], again[name]) for name in outputs)


def _double(value: Any) -> Any:
    """Floating tensors in f64, also inside lists, dicts and caches."""
    import torch
    from transformers.exporters.utils import _map_leaf_tensors

    return _map_leaf_tensors(value, lambda tensor: tensor.double() if tensor.dtype == torch.float32 else tensor)


def _said(cause: Exception, model: torch.nn.Module) -> WorkerError:
    """A forward that raises on the case's inputs: the case's mistake, or the class's."""
    error = from_exception(cause)
    error.message = f"{type(model).__name__}'s forward raises {error.message}"
    return error
