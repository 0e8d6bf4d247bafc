"""Weights that move no output."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from conformance_worker.testing import main


class Sensitivity(unittest.TestCase):
    def model(self, gate):
        import torch

        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.first = torch.nn.Linear(4, 4)
                self.second = torch.nn.Linear(4, 4)
                self.unread = torch.nn.Linear(4, 4)
                self.gate = gate

            def forward(self, x):
                return self.first(x) + self.gate * self.second(x)

        torch.manual_seed(0)
        return Model().requires_grad_(False)

    def test_what_is_multiplied_by_zero_moves_nothing(self):
        import torch
        from conformance_transformers.sensitivity import unmoved_and_unread

        inputs = {"x": torch.randn(2, 4, generator=torch.Generator().manual_seed(1)), "sizes": torch.zeros(2, 4)}
        for gate, wanted in ((1.0, []), (0.0, ["second"])):
            model = self.model(gate)
            before = {name: value.clone() for name, value in model.state_dict().items()}
            unmoved, unread = unmoved_and_unread(model, inputs, lambda given: {"y": model(given["x"]) + torch.zeros_like(given["sizes"])})
            self.assertEqual(unmoved, wanted)  # what no output reads is no doubt
            self.assertEqual(unread, ["sizes"])
            self.assertTrue(all(torch.equal(before[name], value) for name, value in model.state_dict().items()))
            self.assertFalse(any(parameter.requires_grad for parameter in model.parameters()))

    def test_outputs_are_made_of_what_their_operators_read(self):
        import torch
        from conformance_transformers.dataflow import read_by

        a, b, c, d = (torch.ones(2) for _ in range(4))

        def run():
            kept = torch.zeros(2)
            kept.add_(b)  # written in place
            return {"y": torch.cat([a[:1], kept.view(2)]), "n": torch.full((int(c.sum()),), 1.0)}

        self.assertEqual(read_by({"a": a, "b": b, "c": c, "d": d}, run), {"a", "b"})

    def test_blocks_are_layers_by_their_parts(self):
        from conformance_transformers.sensitivity import block_of

        self.assertEqual(block_of("model.layers.0.self_attn.q_proj.weight"), "model.layers.0.self_attn")
        self.assertEqual(block_of("model.embed_tokens.weight"), "model.embed_tokens")
        self.assertEqual(block_of("scale"), "scale")


if __name__ == "__main__":
    main("torch")
