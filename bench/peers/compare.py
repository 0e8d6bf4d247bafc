"""Runs the benchmarks of kernels and models beside PyTorch, where it is installed, one thread each, and prints the ratios.

Usage: python compare.py BUILD_FOLDER [--filter REGEX] [--repetitions N] [--json FILE]

BUILD_FOLDER holds bench/op_bench and bench/model_bench (target `benchmarks`, preset release). A ratio above 1 means that ours is
quicker. Each side's figure is the least processor time of its repetitions, the sides taking turns.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)


def product_shapes(m, k, n):
    return torch.randn(m, k), torch.randn(n, k), torch.randn(n)


def linear(m, k, n):
    x, w, b = product_shapes(m, k, n)
    return lambda: F.linear(x, w, b)


def addmm(m, k, n):
    x, w, b = product_shapes(m, k, n)
    w = w.t().contiguous()
    return lambda: torch.addmm(b, x, w)


def over(function):
    def make(rows, width):
        x = torch.randn(rows, width)
        return lambda: function(x)

    return make


def layer_norm(rows, width):
    x, w, b = torch.randn(rows, width), torch.randn(width), torch.randn(width)
    return lambda: F.layer_norm(x, (width,), w, b)


def rms_norm(rows, width):
    x, w = torch.randn(rows, width), torch.randn(width)
    return lambda: F.rms_norm(x, (width,), w, 1e-6)


def add(rows, width):
    a, b = torch.randn(rows, width), torch.randn(rows, width)
    return lambda: a + b


def add_row(rows, width):
    a, b = torch.randn(rows, width), torch.randn(width)
    return lambda: a + b


def embedding(count, rows, width):
    w, ids = torch.randn(rows, width), torch.randint(0, rows, (count,))
    return lambda: F.embedding(ids, w)


def attention(heads, queries, keys, size, causal=False):
    q, k, v = (torch.randn(1, heads, n, size) for n in (queries, keys, keys))
    return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal)


def cat(heads, keys, size):
    a, b = torch.randn(1, heads, keys, size), torch.randn(1, heads, 1, size)
    return lambda: torch.cat([a, b], 2)


_gpt2 = []


def gpt2():
    if not _gpt2:
        from transformers import GPT2Config, GPT2LMHeadModel

        _gpt2.append(GPT2LMHeadModel(GPT2Config()).eval())
    return _gpt2[0]


def gpt2_prefill(length):
    model, ids = gpt2(), (torch.arange(length)[None] * 7919) % 50257
    return lambda: model(ids, use_cache=True)


def gpt2_decode(length):
    import copy

    model, ids = gpt2(), (torch.arange(length)[None] * 7919) % 50257
    past = model(ids, use_cache=True).past_key_values

    def prepare():
        return copy.deepcopy(past)

    return (lambda cache: model(ids[:, :1], past_key_values=cache, use_cache=True)), prepare


def image(make):
    def made():
        model, pixels = make().eval(), torch.randn(1, 3, 224, 224)
        return lambda: model(pixels)

    return made


def vit_base():
    from transformers import ViTConfig, ViTForImageClassification

    return ViTForImageClassification(ViTConfig())


def resnet50():
    from transformers import ResNetConfig, ResNetForImageClassification

    return ResNetForImageClassification(ResNetConfig())


PEERS = {
    "linear": linear, "addmm": addmm, "layer_norm": layer_norm, "rms_norm": rms_norm, "softmax": over(lambda x: torch.softmax(x, -1)),
    "gelu": over(F.gelu), "gelu_tanh": over(lambda x: F.gelu(x, approximate="tanh")), "tanh": over(torch.tanh), "silu": over(F.silu),
    "exp": over(torch.exp), "pow3": over(lambda x: torch.pow(x, 3.0)), "add": add, "mul_number": over(lambda x: x * 0.5),
    "add_row": add_row, "copy_transposed": over(lambda x: x.t().clone(memory_format=torch.contiguous_format)),
    "sum_last": over(lambda x: x.sum(-1)), "sum_first": over(lambda x: x.sum(0)), "embedding": embedding, "attention": attention,
    "attention_causal": lambda *sizes: attention(*sizes, causal=True), "cat": cat, "gpt2_prefill": gpt2_prefill, "gpt2_decode": gpt2_decode,
    "vit_base": image(vit_base), "resnet50": image(resnet50),
}


def measure(made, seconds=0.3):
    """Least seconds of a call."""
    call, prepare = made if isinstance(made, tuple) else (made, None)
    best, spent, rounds = float("inf"), 0.0, 0
    while spent < seconds or rounds < 3:
        arguments = (prepare(),) if prepare else ()
        start = time.thread_time()
        call(*arguments)
        took = time.thread_time() - start
        best, spent, rounds = min(best, took), spent + took, rounds + 1
    return best


def ours(binary, pattern):
    """Seconds by benchmark name."""
    command = [str(binary), "--benchmark_format=json", f"--benchmark_filter={pattern}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if not done.stdout.strip():
        return {}
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}
    times = {}
    for one in json.loads(done.stdout)["benchmarks"]:
        if one.get("error_occurred"):
            print(f"{one['name']}: {one['error_message']}", file=sys.stderr)
            continue
        times[one["name"]] = one["cpu_time"] * scale[one["time_unit"]]
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--filter", default=".")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    mine, theirs, makers = {}, {}, {}
    with torch.inference_mode():
        for _ in range(arguments.repetitions):
            for name in ("op_bench", "model_bench"):
                for key, seconds in ours(arguments.build / "bench" / name, arguments.filter).items():
                    mine[key] = min(seconds, mine.get(key, seconds))
            for key in mine:
                op, *sizes = key.split("/")
                if key not in makers:
                    makers[key] = PEERS[op](*map(int, sizes))
                theirs[key] = min(measure(makers[key]), theirs.get(key, float("inf")))
    print(f"{'benchmark':36} {'ours':>11} {'PyTorch':>11} {'ratio':>6}   (PyTorch {torch.__version__}, one thread)")
    for key in mine:
        print(f"{key:36} {mine[key] * 1e6:9.1f}us {theirs[key] * 1e6:9.1f}us {theirs[key] / mine[key]:6.2f}")
    if arguments.json:
        rows = {key: {"ours": mine[key], "pytorch": theirs[key], "ratio": theirs[key] / mine[key]} for key in mine}
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
