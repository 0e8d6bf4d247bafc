"""Makes fixtures/pte: small programs that ExecuTorch itself wrote, with inputs and PyTorch's own outputs.

    tools/python executorch tools/fixturegen/pte.py fixtures/pte

Beside each NAME.pte stand NAME.inputs.safetensors and NAME.expected.safetensors: "0", "1", … by position, as a .pte has no other names.
"""

import pathlib
import sys

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import ExecutorchBackendConfig, to_edge_transform_and_lower
from executorch.exir.passes.init_mutable_pass import InitializedMutableBufferPass
from safetensors.torch import save_file
from torch.export import Dim, export


class Layers(torch.nn.Module):
    """Floats, integers and bools; a batch that is dynamic."""

    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(4, 3)

    def forward(self, x, ids):
        y = self.line(x)
        return torch.softmax(y.relu(), -1), ids + 1, y > 0


class Counter(torch.nn.Module):
    """State that starts at 5 and is written by each run."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.full((2,), 5.0))

    def forward(self, x):
        self.count.add_(1)
        return x * self.count


def programs():
    """Name, module, example inputs, dynamic shapes, partitioners, passes, inputs to run at."""
    traced = (torch.ones(2, 4), torch.tensor([1, 2, 3]))
    inputs = (torch.arange(12.0).reshape(3, 4) / 8 - 0.5, torch.tensor([3, -1, 7]))
    batch = {"x": {0: Dim("batch", max=8)}, "ids": None}
    yield "portable", Layers(), traced, batch, [], [], inputs
    yield "xnnpack", Layers(), traced, batch, [XnnpackPartitioner()], [], inputs
    yield "state", Counter(), (torch.ones(2),), None, [], [InitializedMutableBufferPass(["count"])], (torch.tensor([1.0, 2.0]),)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, module, example, shapes, partitioners, passes, inputs in programs():
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_((torch.arange(parameter.numel(), dtype=torch.float32).reshape(parameter.shape) - 4) / 8)
        program = export(module.eval(), example, dynamic_shapes=shapes)
        lowered = to_edge_transform_and_lower(program, partitioner=partitioners)
        (folder / f"{name}.pte").write_bytes(lowered.to_executorch(ExecutorchBackendConfig(passes=passes)).buffer)
        with torch.no_grad():
            outputs = module(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        for kind, tensors in (("inputs", inputs), ("expected", outputs)):
            save_file({str(i): x for i, x in enumerate(tensors)}, folder / f"{name}.{kind}.safetensors")
        print(name, len(inputs), "inputs,", len(outputs), "outputs")


if __name__ == "__main__":
    main()
