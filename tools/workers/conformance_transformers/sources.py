"""Models of Transformers from what a request names: a checkpoint folder, or a class with its config.

A class's spec is {"class", "model_type", "config", "seed", …}: `config` holds keyword arguments of the config class of `model_type`,
nested objects for sub-configs (with a `model_type` of their own). More fields are for classes that need them: `config_part` names
the sub-config that the class takes, `set` gives values for fields ("decoder.use_cache") once the config has been made, `init` says
what weights it has, "sensitive" (the default) or "library" (as the class draws them), and `amplify` the gain of its convolutions.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance_worker import Message, WorkerError

from .weights import amplify, make_sensitive

if TYPE_CHECKING:
    import torch

_SPEC_FIELDS = {"class", "model_type", "config", "config_part", "set", "seed", "init", "amplify", "library"}
_INITS = ("sensitive", "library")  # of weights.py; as the class draws them


@dataclass
class Source:
    """Where a model comes from; `key` is equal for sources that give equal models."""

    folder: str = ""
    spec: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(request: Message) -> Source:
        """The request's `spec`, else its `folder`. Errors: `invalid` where it names neither, or a field that a spec has not."""
        spec = request.header.get("spec")
        folder = request.get("folder", str, "")
        if spec is None and not folder:
            raise WorkerError("invalid", f"{request.type} names no model", {"wanted": "'folder' or 'spec'"})
        if spec is None:
            return Source(folder=folder)
        if not isinstance(spec, dict) or not isinstance(spec.get("class"), str):
            raise WorkerError("invalid", "a spec wants an object with 'class'", {"found": spec})
        for name in spec:
            if name not in _SPEC_FIELDS:
                raise WorkerError("invalid", "unknown field in a spec", {"found": name, "wanted": ", ".join(sorted(_SPEC_FIELDS))})
        return Source(spec=spec)

    def key(self) -> str:
        """Text that identifies the model."""
        return self.folder or repr(self.spec)

    def build(self) -> torch.nn.Module:
        """A fresh model in f32, in evaluation mode. Errors: `not found`, `invalid` with what the library says."""
        quiet()
        model = _from_folder(self.folder) if self.folder else _from_spec(self.spec)
        model.eval()
        model.requires_grad_(False)
        return model


def quiet() -> None:
    """One line of Transformers' advice for each of a thousand models would hide what matters on standard error."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    import warnings

    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    warnings.filterwarnings("ignore")


def _find_class(name: str) -> type:
    import transformers

    found = getattr(transformers, name, None)
    if found is None:  # a class that its module offers and the package does not
        found = _search_modules(name)
    if not isinstance(found, type):
        raise WorkerError("not found", f"transformers {transformers.__version__} has no class {name!r}")
    return found


def _search_modules(name: str) -> type | None:
    import importlib

    from transformers.models.auto import modeling_auto

    for table_name, table in vars(modeling_auto).items():
        if not table_name.endswith("_MAPPING_NAMES"):  # the others would import every class that there is
            continue
        for model_type, classes in table.items():
            if name not in (classes if isinstance(classes, (tuple, list)) else (classes,)):
                continue
            from transformers.models.auto.configuration_auto import model_type_to_module_name

            module = model_type_to_module_name(model_type)
            return getattr(importlib.import_module(f"transformers.models.{module}.modeling_{module}"), name, None)
    return None


def _from_folder(folder: str) -> torch.nn.Module:
    import json

    import torch
    import transformers

    path = os.path.join(folder, "config.json")
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except OSError as cause:
        raise WorkerError("not found", f"the folder has no config.json that can be read: {cause}", {"folder": folder}) from cause
    except ValueError as cause:
        raise WorkerError("corrupt", f"config.json is no JSON: {cause}", {"file": path}) from cause
    architectures = config.get("architectures") or []
    cls = _find_class(architectures[0]) if architectures else transformers.AutoModel
    return cls.from_pretrained(folder, dtype=torch.float32, local_files_only=True)


def _from_spec(spec: dict[str, Any]) -> torch.nn.Module:
    import torch
    from transformers import set_seed

    init = spec.get("init", "sensitive")
    if init not in _INITS:
        raise WorkerError("invalid", "a spec has no such init", {"found": init, "wanted": ", ".join(_INITS)})
    cls = _find_class(spec["class"])
    config = _make_config(spec, cls)
    seed = spec.get("seed", 0)
    set_seed(seed)
    with torch.no_grad():
        # `_from_config` chooses attention as from_pretrained does; the constructor alone would leave it to the class.
        model = cls(config) if not hasattr(cls, "_from_config") else cls._from_config(config, dtype=torch.float32)
        if init != "library":
            make_sensitive(model, seed)
        if "amplify" in spec:
            amplify(model, float(spec["amplify"]))
    return model


def _make_config(spec: dict[str, Any], cls: type) -> Any:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    model_type = spec.get("model_type")
    try:
        config_class = CONFIG_MAPPING[model_type] if model_type else cls.config_class
    except KeyError as cause:
        raise WorkerError("not found", f"transformers has no config for model type {model_type!r}") from cause
    values = {name: _nested(value) for name, value in spec.get("config", {}).items()}
    config = config_class(**values)
    for path, value in spec.get("set", {}).items():
        *parents, last = path.split(".")
        target = config
        for parent in parents:
            target = getattr(target, parent)
        setattr(target, last, value)
    part = spec.get("config_part")
    return getattr(config, part) if part else config


def _nested(value: Any) -> Any:
    """A copy: config classes keep and change what they are given."""
    import copy

    return copy.deepcopy(value)
