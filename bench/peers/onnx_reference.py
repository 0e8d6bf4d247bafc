#!/usr/bin/env python3
"""Runs the zoo's models beside onnx.reference (ONNX's evaluator in NumPy), one thread each, and prints the ratios.

    bench/peers/onnx_reference.py BUILD_FOLDER [--filter REGEX] [--json FILE]

BUILD_FOLDER holds bench/zoo_bench (target `benchmarks`, preset release), which exports each model to ONNX and writes the inputs that it
runs itself. onnx.reference runs that file with those inputs, its session made and called once before. The sides take turns over the
models; each figure is the least processor time of a call.

The last column is what 10 times onnx.reference's speed comes to in products of matrices alone (MatMul, Gemm and Conv), in GFLOP/s. NumPy
hands those to a BLAS; the first line says how quick that is here on one core."""
import argparse
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402


def product_flops(path):
    """Floating-point operations of a model's products of matrices."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path, load_external_data=False))
    graph = model.graph
    shapes = {one.name: list(one.dims) for one in graph.initializer}
    for value in [*graph.input, *graph.output, *graph.value_info]:
        shapes[value.name] = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
    flops = 0
    for node in graph.node:
        if node.op_type in ("MatMul", "Gemm"):
            transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
            depth = shapes[node.input[0]][-2 if transposed else -1]
        elif node.op_type == "Conv":
            depth = math.prod(shapes[node.input[1]][1:])
        else:
            continue
        flops += 2 * math.prod(shapes[node.output[0]]) * depth
    return flops


def blas_speed(size=1024):
    """GFLOP/s of NumPy's product of two matrices of f32."""
    a, b = (np.random.default_rng(seed).standard_normal((size, size), dtype=np.float32) for seed in (0, 1))
    return 2e-9 * size**3 / least_seconds(lambda: a @ b)


def least_seconds(call, seconds=0.5):
    best, spent, rounds = float("inf"), 0.0, 0
    while spent < seconds or rounds < 3:
        start = time.thread_time()
        call()
        took = time.thread_time() - start
        best, spent, rounds = min(best, took), spent + took, rounds + 1
    return best


def theirs(folder, name):
    """Least seconds of a call."""
    session = ReferenceEvaluator(str(folder / f"{name}.onnx"))
    inputs = load_file(folder / f"{name}.safetensors")
    session.run(None, inputs)
    return least_seconds(lambda: session.run(None, inputs))


def ours(binary, pattern, folder=None):
    """Seconds by model; with a folder the artifacts are written there."""
    environment = dict(os.environ, **({"CONFORMANCE_BENCH_ARTIFACTS": str(folder)} if folder else {}))
    command = [str(binary), "--benchmark_format=json", "--benchmark_min_time=0.1", f"--benchmark_filter={pattern}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    rows = json.loads(done.stdout)["benchmarks"] if done.stdout.strip() else []
    for row in rows:
        if row.get("error_occurred"):
            print(f"{row['name']}: {row['error_message']}", file=sys.stderr)
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}
    return {row["run_name"].split("/")[0]: row["cpu_time"] * scale[row["time_unit"]] for row in rows if not row.get("error_occurred")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--filter", default=".")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    binary = arguments.build / "bench" / "zoo_bench"
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        names = ours(binary, arguments.filter, folder)
        print(f"onnx {onnx.__version__}, NumPy {np.__version__}, one thread; its products of 1024 x 1024 run at {blas_speed():.0f} GFLOP/s")
        print(f"{'model':44} {'ours':>12} {'onnx.reference':>15} {'ratio':>7} {'10 x wants':>12}")
        for name in names:
            if not (folder / f"{name}.onnx").exists():
                continue
            try:
                peer = theirs(folder, name)
            except Exception as error:  # what it does not evaluate is no row
                print(f"{name}: onnx.reference: {type(error).__name__}: {str(error).splitlines()[0][:120]}", file=sys.stderr)
                continue
            mine = min(names[name], ours(binary, f"^{re.escape(name)}(/|$)").get(name, names[name]))
            wanted = product_flops(folder / f"{name}.onnx") / (peer / 10) * 1e-9
            rows[name] = {"ours": mine, "onnx.reference": peer, "ratio": peer / mine, "wanted_gflops": wanted}
            print(f"{name:44} {mine * 1e6:10.1f}us {peer * 1e6:13.1f}us {peer / mine:7.1f} {wanted:6.0f} GFLOP/s", flush=True)
    ratios = sorted(row["ratio"] for row in rows.values())
    if ratios:
        below = sum(ratio < 10 for ratio in ratios)
        print(f"{len(ratios)} models: least {ratios[0]:.1f}, median {ratios[len(ratios) // 2]:.1f}, {below} below 10")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
