"""Names of leaves, as PyTorch's and Conformance's own reader (framework/trace/tree_spec_test.cc) have them."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from conformance_torch import pytrees

LEAF = {"type": None, "context": None, "children_spec": []}


def node(type_, context, *children):
    return {"type": type_, "context": context if context is None else json.dumps(context), "children_spec": list(children)}


def tuple_(*children):
    return node("builtins.tuple", None, *children)


class Names(unittest.TestCase):
    def test_keys_positions_and_the_single_leaf(self):
        self.assertEqual(pytrees.leaf_names(LEAF), ["output"])
        tree = node("builtins.dict", ["a", "b"], node("builtins.list", None, LEAF, LEAF), node("a.library.Output", ["x"], LEAF))
        self.assertEqual(pytrees.leaf_names(tree), ["a.0", "a.1", "b.x"])
        self.assertEqual(pytrees.types_of(tree), {"builtins.dict", "builtins.list", "a.library.Output"})

    def test_contexts_of_other_kinds_count_positions(self):
        for context in [None, [1, 2], ["one"], {"no": "tag"}, 7]:
            self.assertEqual(pytrees.leaf_names(node("some.Type", context, LEAF, LEAF)), ["0", "1"])
        self.assertEqual(pytrees.leaf_names(node("a.Dataclass", [["x", "y"], ["absent"]], LEAF, LEAF)), ["x", "y"])
        self.assertEqual(pytrees.leaf_names({**node("some.Type", None, LEAF), "context": "{no json"}), ["0"])

    def test_caches(self):
        def leaf(index):
            return {"_t": "tensor", "i": index}

        layer = {"_t": "obj", "p": "a:Layer", "s": {"keys": leaf(0), "values": leaf(1), "seen": 3, "size": {"_t": "size", "v": [2, 3]}}}
        cache = {"_t": "obj", "p": "a:Cache", "s": {"layers": [layer], "state": {"_t": "map", "p": "b", "v": {"conv": leaf(2)}},
                                                    "flags": {"_t": "items", "v": [[0, {"_t": "sym", "i": 3}]]},
                                                    "rows": {"_t": "seq", "p": "c", "v": [leaf(4)]}}}
        spec = node("builtins.dict", ["cache"], node("a:Cache", cache, *[LEAF] * 5))
        self.assertEqual(pytrees.leaf_names(spec), ["cache.layers.0.keys", "cache.layers.0.values", "cache.state.conv", "cache.flags.0",
                                                    "cache.rows.0"])

    def test_inputs(self):
        spec = tuple_(tuple_(LEAF, tuple_(LEAF, LEAF)), node("builtins.dict", ["mask"], LEAF))
        self.assertEqual(pytrees.input_leaf_names(spec, ["x", "pair"]), ["x", "pair.0", "pair.1", "mask"])
        self.assertEqual(pytrees.input_leaf_names(spec), ["0", "1.0", "1.1", "mask"])
        self.assertEqual(pytrees.input_leaf_names(tuple_(tuple_(), node("builtins.dict", []))), [])


if __name__ == "__main__":
    unittest.main()
