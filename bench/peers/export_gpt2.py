#!/usr/bin/env python3
"""Exports GPT-2 with 124 M random parameters to ONNX with this project and with torch.onnx.export, side by side, and prints the ratios
of time and of peak resident memory. Needs torch, transformers, onnx and onnxscript beside a built `conformance`.

    bench/peers/export_gpt2.py build/release/bin/conformance [--static] [--rounds 3]

Each export runs in a process of its own. Seconds are of the export alone for PyTorch (the model is built and loaded before), and of the
whole process for `conformance`: start, reading the checkpoint's headers, tracing, lowering, writing."""
import argparse
import importlib.util
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

# The measuring process stays small: a child's peak counts what its parent had when it forked.
MAKE = """
import sys, torch, transformers
torch.manual_seed(0)
transformers.GPT2LMHeadModel(transformers.GPT2Config()).save_pretrained(sys.argv[1])
"""

PEER = """
import sys, time, warnings, logging
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
import torch, transformers
folder, output, dynamic = sys.argv[1], sys.argv[2], sys.argv[3] == "1"
model = transformers.GPT2LMHeadModel.from_pretrained(folder, attn_implementation="sdpa").eval()
model.config.use_cache = False
ids = torch.randint(0, 50000, (2, 9))
shapes = {"input_ids": {0: torch.export.Dim.AUTO, 1: torch.export.Dim.AUTO}} if dynamic else None
start = time.perf_counter()
program = torch.onnx.export(model, (), kwargs={"input_ids": ids}, dynamo=True, dynamic_shapes=shapes, verbose=False)
made = time.perf_counter()
program.save(output, external_data=True)
print("seconds", made - start, time.perf_counter() - made)
"""


def run(command):
    """Wall seconds, peak resident kilobytes and standard output of a process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command[:3]))} …\n{output}")
    return time.perf_counter() - start, usage.ru_maxrss, output


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conformance", type=pathlib.Path)
    parser.add_argument("--static", action="store_true", help="fixed sizes instead of dynamic ones")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if any(importlib.util.find_spec(name) is None for name in ("torch", "transformers", "onnx", "onnxscript")):
        sys.exit("the comparison needs torch, transformers, onnx and onnxscript")

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        run([sys.executable, "-c", MAKE, folder / "gpt2"])
        dynamic = [] if options.static else ["--dynamic"]
        ours, peers = [], []
        for _ in range(options.rounds):
            command = [options.conformance, "export", folder / "gpt2", "--format", "onnx", *dynamic, "--output", folder / "ours.onnx"]
            seconds, memory, _ = run(command)
            ours.append((seconds, memory))
            _, memory, output = run([sys.executable, "-c", PEER, folder / "gpt2", folder / "peer.onnx", "0" if options.static else "1"])
            export, save = map(float, next(line for line in output.splitlines() if line.startswith("seconds")).split()[1:])
            peers.append((export + save, memory))

    def middle(rows, column):
        return statistics.median(row[column] for row in rows)

    print(f"{'':24}{'seconds':>10}{'peak MB':>10}")
    print(f"{'conformance export':24}{middle(ours, 0):10.2f}{middle(ours, 1) / 1024:10.0f}")
    print(f"{'torch.onnx.export':24}{middle(peers, 0):10.2f}{middle(peers, 1) / 1024:10.0f}")
    print(f"{'ratio':24}{middle(peers, 0) / middle(ours, 0):10.1f}{middle(peers, 1) / middle(ours, 1):10.1f}")


if __name__ == "__main__":
    main()
