"""Pytree specs of .pt2 files: dotted names of their leaves, and stand-ins for classes that are not there.

A spec is what torch.utils._pytree.treespec_dumps writes: [protocol, {"type", "context", "children_spec"}]. The names are those that
Conformance's own reader gives (framework/trace/tree_spec.h): keys of dicts and dataclasses, positions in lists and tuples (those with
named fields too), and inside caches the paths that transformers' exporters write into the context ("past_key_values.layers.0.keys").
"""

from __future__ import annotations

import collections
import json
from typing import Any, Iterable, Iterator, Mapping

Spec = dict[str, Any]


def load_spec(text: str) -> Spec:
    """The tree of a dumped spec."""
    return json.loads(text)[1]


def leaf_names(spec: Spec, path: str = "") -> list[str]:
    """Names of the leaves in order; a spec that is one leaf has the name "output"."""
    if spec["type"] is None:
        return [path or "output"]
    children = spec["children_spec"]
    return [leaf for name, child in zip(_child_names(spec, len(children)), children)
            for leaf in leaf_names(child, f"{path}.{name}" if path else name)]


def input_leaf_names(spec: Spec, positional: list[str] | None = None) -> list[str]:
    """Names of the leaves of a call's (args, kwargs); positional arguments get `positional` names in turn."""
    args, kwargs = spec["children_spec"]
    positional = positional or []
    names: list[str] = []
    for index, child in enumerate(args["children_spec"]):
        names += leaf_names(child, positional[index] if index < len(positional) else str(index))
    return names + (leaf_names(kwargs) if kwargs["children_spec"] else [])


def _child_names(spec: Spec, count: int) -> list[str]:
    names, _ = _keys(spec["context"], count)
    if names:
        return names
    names = [str(index) for index in range(count)]
    context = _parsed(spec["context"])
    if isinstance(context, dict) and "_t" in context:
        for index, path in _object_paths(context, ""):
            names[index] = path
    return names


def _keys(context: str | None, count: int) -> tuple[list[str], bool]:
    """Keys that a context gives to so many children, and whether they are fields of a dataclass; none where it gives no such."""
    keys = _parsed(context)
    fields = isinstance(keys, list) and len(keys) == 2 and all(isinstance(part, list) for part in keys)
    if fields:
        keys = keys[0]  # and those that are None
    if not isinstance(keys, list) or len(keys) != count or not all(isinstance(key, str) for key in keys):
        return [], False
    return keys, fields


def _parsed(context: str | None) -> Any:
    try:
        return json.loads(context or "null")
    except ValueError:  # other types write what they like
        return None


def _object_paths(value: Any, path: str) -> Iterator[tuple[int, str]]:
    """Leaves {"_t": "tensor" or "sym", "i": n} inside an object's context, by n, with their paths."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _object_paths(item, _below(path, str(index)))
    elif isinstance(value, dict):
        tag = value.get("_t")
        if tag in ("tensor", "sym"):
            yield value["i"], path
        elif tag == "items":
            for key, item in value["v"]:
                yield from _object_paths(item, _below(path, key if isinstance(key, str) else json.dumps(key)))
        elif tag is None or isinstance(value.get("s" if tag == "obj" else "v"), dict):
            for key, item in (value if tag is None else value["s" if tag == "obj" else "v"]).items():
                yield from _object_paths(item, _below(path, key))
        else:
            yield from _object_paths(value.get("v"), path)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def types_of(spec: Spec) -> set[str]:
    """Names of the node types in a spec."""
    below = set().union(*(types_of(child) for child in spec["children_spec"]))
    return below if spec["type"] is None else below | {spec["type"]}


def register_stand_ins(types: Iterable[str], tuples: Mapping[str, list[str]]) -> bool:
    """Lets PyTorch read specs with node types of libraries that are not imported (ModelOutput, DynamicCache of transformers, a user's
    own dataclasses): each gets a class that holds its children and gives them back; `tuples` are named tuples with their fields. A
    program computes the same, whatever class its caller sees; only the outputs' type is lost, of which the names here say all that is
    used. Types that are registered stay. Says whether any of the types is a stand-in."""
    from torch.utils import _pytree

    for name in types:
        if name not in _pytree.SERIALIZED_TYPE_TO_PYTHON_TYPE:
            # A class of its own for each: PyTorch tells nodes apart by their class.
            stand_in = type("StandIn", (_StandIn,), {})
            _pytree.register_pytree_node(stand_in, _StandIn.flatten, stand_in.unflatten, serialized_type_name=name, to_dumpable_context=str,
                                         from_dumpable_context=str, flatten_with_keys_fn=_StandIn.flatten_with_keys)
    for name, fields in tuples.items():
        if name not in _pytree.SERIALIZED_TYPE_TO_PYTHON_TYPE:
            _pytree._register_namedtuple(collections.namedtuple("StandIn", fields), serialized_type_name=name)
    found = map(_pytree.SERIALIZED_TYPE_TO_PYTHON_TYPE.get, types)
    return any(isinstance(type_, type) and issubclass(type_, _StandIn) for type_ in found)


class _StandIn:
    """A node of a type that is not there."""

    def __init__(self, children: list[Any], context: str) -> None:
        self.children = children
        self.context = context

    def flatten(self) -> tuple[list[Any], str]:
        """As pytrees want it."""
        return self.children, self.context

    def flatten_with_keys(self) -> tuple[list[tuple[Any, Any]], str]:
        """As pytrees want it, with the keys that the type's own would give: a program's guards name inputs by them."""
        from torch.utils import _pytree

        keys, fields = _keys(self.context, len(self.children))
        key = _pytree.GetAttrKey if fields else _pytree.MappingKey if keys else _pytree.SequenceKey
        return list(zip(map(key, keys or range(len(self.children))), self.children)), self.context

    @classmethod
    def unflatten(cls, children: Iterable[Any], context: str) -> _StandIn:
        """As pytrees want it."""
        return cls(list(children), context)
