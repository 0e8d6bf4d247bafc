#!/usr/bin/env python3
"""Drives a seeded grid of op calls through PyTorch and through ours.

Usage: op_grid.py run DRIVER [--cases N] [--ops PATTERN] [--measured FILE]   N calls of each op, live; fails where one differs
       op_grid.py record FOLDER                                             a few small calls of each op, for tests without Python

Needs torch (CPU; one thread); exits with 77 without it. DRIVER is suites_ops_op_driver. The specs (what is called, and how far an answer
may be off) are in op_grid_specs.py. The same torch gives the same grid: call i of an op is drawn from a seed of its name and i.

Answers of ops that move elements, compare or count must be the same bits. The others may be off by the ULPs that their spec allows, of
the wanted element, or of a scale beside it: "largest" of all outputs, or "condition", the op over the magnitudes of its inputs.
"""
import argparse
import ctypes
import fnmatch
import json
import math
import pathlib
import subprocess
import sys
import threading

try:
    import torch
except ImportError:
    print("PyTorch is not installed: tools/setup --with pytorch")
    sys.exit(77)

import op_grid_specs
from op_grid_specs import NAMES, SPECS, Draw

torch.set_num_threads(1)
DTYPES = {name: dtype for dtype, name in NAMES.items()}


def find(target):
    op = torch.ops
    for part in target.split("."):
        op = getattr(op, part)
    return op


# Arguments as the driver and the recorded tables have them.
def raw(tensor):
    flat = torch.empty(tensor.numel(), dtype=tensor.dtype).copy_(tensor.reshape(-1))
    return ctypes.string_at(flat.data_ptr(), flat.numel() * flat.element_size()) if tensor.numel() else b""


def encode_tensor(tensor):
    if tensor.numel() == 0:
        return {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "strides": list(torch.empty(tensor.shape).stride()), "offset": 0, "data": ""}
    size = tensor.storage_offset() + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride())) + 1
    flat = torch.as_strided(tensor, (size,), (1,), 0)
    return {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "strides": list(tensor.stride()), "offset": tensor.storage_offset(),
            "data": raw(flat).hex()}


def encode(value, of_tensor):
    if isinstance(value, torch.Tensor):
        return {"tensor": of_tensor(value)}
    if value is None:
        return {"none": True}
    if isinstance(value, torch.dtype):
        return {"dtype": NAMES[value]}
    if isinstance(value, torch.memory_format):
        return {"memory_format": str(value).removeprefix("torch.")}
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, int):
        return {"int": value}
    if isinstance(value, float):
        return {"float": value if math.isfinite(value) else repr(value)}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, str):
        return {"string": value}
    if any(isinstance(v, torch.Tensor) for v in value):
        return {"list": [encode(v, of_tensor) for v in value]}
    if any(isinstance(v, bool) for v in value):
        return {"bools": list(value)}
    if any(isinstance(v, float) for v in value):
        return {"floats": list(value)}
    return {"ints": list(value)}


def line_of(target, args, keyword, seed, of_tensor=encode_tensor):
    line = {"target": target, "args": [encode(a, of_tensor) for a in args]}
    if SPECS[target].draws:
        line["seed"] = seed
    if keyword:
        line["keyword"] = {k: encode(v, of_tensor) for k, v in keyword.items()}
    return line


REFUSALS = (RuntimeError, IndexError, NotImplementedError, ValueError, TypeError)


def answer_of(target, args, keyword, seed=0):
    """PyTorch's answer as a list of tensors (those that it makes), or of one number; None where it refuses."""
    writes = target.split(".")[1].endswith("_") or "out" in keyword
    fresh = lambda v: same_layout(v) if isinstance(v, torch.Tensor) and writes else v  # strides tell what draws in which order
    torch.manual_seed(seed)
    try:
        out = find(target)(*[fresh(a) for a in args], **{k: fresh(v) for k, v in keyword.items()})
    except REFUSALS:
        return None
    if isinstance(out, (torch.Tensor, int)):
        return [out]
    asked = SPECS[target].asked
    return [o for o, wanted in zip(out, asked(args) if asked else [True] * len(out)) if wanted]


def same_layout(tensor):
    """A copy with a storage of its own that lies as the tensor's does."""
    return tensor.new_empty(0).set_(tensor.untyped_storage().clone(), tensor.storage_offset(), tensor.shape, tensor.stride())


# Differences in units of the last place of the declared type.
PARTS = {torch.complex64: torch.float32, torch.complex128: torch.float64}  # complex elements are measured by their moduli
DIGITS = {torch.float64: (52, -1022), torch.float32: (23, -126), torch.float16: (10, -14), torch.bfloat16: (7, -126)}


def inexact(tensor):
    return tensor.is_floating_point() or tensor.is_complex()


def wide(tensor):
    return tensor.to(torch.complex128) if tensor.is_complex() else tensor.double()


def spacing(values, dtype):
    digits, lowest = DIGITS[PARTS.get(dtype, dtype)]
    exponent = torch.frexp(values.abs())[1] - 1
    return torch.ldexp(torch.ones_like(values), exponent.clamp(min=lowest) - digits)


def magnitudes(target, args, keyword):
    """The op over the magnitudes of its tensors, in f64: what rounding errors of a linear op are measured by."""
    def size(v):
        if isinstance(v, torch.Tensor):
            return v.abs().double() if inexact(v) else v
        return abs(v) if isinstance(v, (float, complex)) else v

    each = lambda v: [size(x) for x in v] if isinstance(v, (list, tuple)) else size(v)
    keyword = {k: (torch.float64 if isinstance(v, torch.dtype) else v) for k, v in keyword.items()}
    out = answer_of(target, [each(a) for a in args], {k: each(v) for k, v in keyword.items()})
    return None if out is None else [o.double() for o in out]


def difference(found, wanted, scale, unit=None):
    """Largest difference in ULPs, or a string for what is no matter of digits."""
    if found.dtype != wanted.dtype or found.shape != wanted.shape:
        return f"found {NAMES[found.dtype]}{list(found.shape)}, wanted {NAMES[wanted.dtype]}{list(wanted.shape)}"
    if wanted.numel() == 0:
        return 0.0
    if not inexact(wanted):
        if torch.equal(found, wanted):
            return 0.0
        at = int((found != wanted).reshape(-1).nonzero()[0])
        return f"element {at}: found {found.reshape(-1)[at].item()}, wanted {wanted.reshape(-1)[at].item()}"
    f, w = wide(found).reshape(-1), wide(wanted).reshape(-1)
    special = ~(torch.isfinite(w) & torch.isfinite(f))
    wrong = special & ~((f == w) | (torch.isnan(f) & torch.isnan(w)))
    if wrong.any():
        # Overflow is a matter of the last digit of the largest number.
        at = int(wrong.nonzero()[0])
        return f"element {at}: found {f[at].item()}, wanted {w[at].item()}"
    scale = w.abs() if scale is None else torch.maximum(w.abs(), scale.double().reshape(-1).nan_to_num(posinf=1e300).expand_as(w))
    ulps = (f - w).abs() / spacing(torch.where(special, torch.ones_like(scale), scale), unit or wanted.dtype)
    return float(torch.where(special, torch.zeros_like(ulps), ulps).max())


def judge(spec, target, args, keyword, wanted, found):
    """(ULPs by dtype, complaint)."""
    measured = {}
    if isinstance(wanted[0] if wanted else None, int):
        return measured, None if found == wanted else f"found {found}, wanted {wanted}"
    if len(found) != len(wanted):
        return measured, f"found {len(found)} outputs, wanted {len(wanted)}"
    finite = [wide(w)[torch.isfinite(w)].abs() for w in wanted if inexact(w)]
    largest = max((x.max() for x in finite if x.numel()), default=torch.zeros(()))
    condition = magnitudes(target, args, keyword) if spec.scale == "condition" else None
    for k, (f, w) in enumerate(zip(found, wanted)):
        if k in spec.ignored:
            continue
        scale = None
        if spec.defined and f.shape == w.shape:
            f, w = (t.reshape(-1)[:spec.defined(args)] for t in (f, w))
        if inexact(w) and w.numel():
            if spec.scale == "largest":
                scale = largest
            elif condition is not None:
                scale = condition[k]
        if spec.bound is None and inexact(w):
            plain = lambda t: torch.where(torch.isnan(t), torch.full_like(t, math.nan), t)  # one NaN is as good as another
            same = f.dtype == w.dtype and f.shape == w.shape and raw(plain(f)) == raw(plain(w))
            off = 0.0 if same else difference(f, w, None) or "the same numbers, other bits"
            if isinstance(off, float):
                off = f"{off:.3g} ULPs off, wanted the same bits"
            if same:
                off = 0.0
        else:
            off = difference(f, w, scale, spec.unit(args) if spec.unit else None)
        if isinstance(off, str):
            return measured, f"output {k}: {off}"
        unit = spec.unit(args) if spec.unit and w.is_floating_point() else w.dtype
        name = NAMES[unit]
        measured[name] = max(measured.get(name, 0.0), off)
        allowed = spec.allowed(unit)
        if off > allowed:
            return measured, f"output {k}: {off:.3g} ULPs of {name} off, allowed {allowed}"
    return measured, None


class Driver:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answers(self, lines):
        """The answers to many calls: written by a thread, so that neither side waits for the other's pipe."""
        def write():
            for line in lines:
                self.process.stdin.write(json.dumps(line) + "\n")
            self.process.stdin.flush()

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        for line in lines:
            answer = self.process.stdout.readline()
            if not answer:
                raise SystemExit(f"the driver ended with {self.process.wait()} at {json.dumps(line)[:2000]}")
            yield json.loads(answer)
        writer.join()

    def __call__(self, line):
        return next(iter(self.answers([line])))


def decode(out):
    dtype = DTYPES[out["dtype"]]
    data = bytearray.fromhex(out["data"])
    tensor = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
    return tensor.reshape(out["shape"])


def run(options):
    driver = Driver(options.driver)
    measured, cases, refused, failures = {}, 0, 0, 0
    for key, spec in sorted(SPECS.items()):
        target = key.split()[0]
        if options.ops and not fnmatch.fnmatch(target, options.ops):
            continue
        shown = 0
        drawn = [Draw(key, i) for i in range(options.cases)]
        calls = [spec.make(d) for d in drawn]
        lines = [line_of(target, args, keyword, d.seed) for d, (args, keyword) in zip(drawn, calls)]
        for i, answer in enumerate(driver.answers(lines)):
            args, keyword = calls[i]
            wanted = answer_of(target, args, keyword, drawn[i].seed)
            cases += 1
            complaint = None
            if wanted is None:
                refused += 1
                if "error" not in answer:
                    complaint = "PyTorch refuses, ours answers"
            elif "error" in answer:
                if not (answer["kind"] == "unsupported" and spec.may_refuse):
                    complaint = "ours refuses: " + answer["error"]
            else:
                found = [decode(o) for o in answer["outs"]] if "outs" in answer else [answer["int"]]
                ulps, complaint = judge(spec, target, args, keyword, wanted, found)
                mine = measured.setdefault(target, {})
                for name, value in ulps.items():
                    mine[name] = max(mine.get(name, 0.0), value)
            if complaint:
                failures += 1
                shown += 1
                if shown <= options.show:
                    text = json.dumps(lines[i])
                    print(f"{key} #{i}: {complaint}\n    {text[:700]}")
    print(f"{cases} calls of {len(measured)} ops, {refused} refused by both, {failures} differ")
    if options.measured and not failures:
        lines = [f'"{t}":{json.dumps({k: round(v, 2) for k, v in sorted(m.items())})}' for t, m in sorted(measured.items())]
        pathlib.Path(options.measured).write_text(
            '{"made_by":"tools/fixturegen/op_grid.py run --cases %d --measured, PyTorch %s","calls":%d,"largest_ulps":{\n%s\n}}\n'
            % (options.cases, torch.__version__.split("+")[0], cases, ",\n".join(lines)))
    return 1 if failures else 0


def record(options):
    for table in sorted({spec.table for spec in SPECS.values()}):
        record_table(pathlib.Path(options.folder), table)
    return 0


def record_table(folder, table):
    from safetensors.torch import save_file
    tensors, stored = {}, {}

    def store(tensor):
        plain = tensor.contiguous().clone()
        key = (plain.dtype, tuple(plain.shape), raw(plain))
        if key not in stored:
            stored[key] = f"t{len(tensors)}"
            tensors[stored[key]] = plain
        return stored[key]

    cases = []
    for key, spec in sorted(SPECS.items()):
        target = key.split()[0]
        if not spec.recorded or spec.table != table:
            continue
        kept = i = 0
        seen = set()
        while kept < spec.recorded and i < 200:
            drawn = Draw(key, i, small=True)
            args, keyword = spec.make(drawn)
            i += 1
            wanted = answer_of(target, args, keyword, drawn.seed)
            flat = [a for a in args for a in (a if isinstance(a, list) else [a])]
            if wanted is None or sum(t.numel() for t in [*flat, *wanted] if isinstance(t, torch.Tensor)) > 200:
                continue
            if any(t.dtype == torch.complex128 for t in [*flat, *wanted] if isinstance(t, torch.Tensor)):
                continue  # safetensors has none
            if spec.defined and spec.defined(args) < wanted[0].numel():
                continue
            kinds = tuple(t.dtype for t in flat if isinstance(t, torch.Tensor))
            if kinds in seen and i < 30:  # other types first
                continue
            seen.add(kinds)
            line = line_of(target, args, keyword, drawn.seed, store)
            line["outs"] = [store(w) for w in wanted]
            if spec.may_refuse:
                line["may_refuse"] = True
            if spec.ignored:
                line["ignored"] = sorted(spec.ignored)
            # The recorded tests know one unit and the largest element; what is measured by magnitudes gets them as an absolute slack.
            floats = [w for w in wanted if inexact(w) and w.numel()]
            if spec.bound is not None and floats:
                line["ulps"] = spec.allowed(floats[0].dtype)
                if spec.unit:
                    unit = spec.unit(args)
                    line["ulps"] = spec.allowed(unit) * 2.0 ** (DIGITS[floats[0].dtype][0] - DIGITS[unit][0])
                if spec.scale:
                    line["scaled"] = line.pop("ulps")
                if spec.scale == "condition":
                    line["magnitude"] = max(float(m.nan_to_num(posinf=0).max()) for m in magnitudes(target, args, keyword) if m.numel())
            cases.append(line)
            kept += 1
    save_file(tensors, folder / f"{table}.safetensors", metadata={"origin": f"tools/fixturegen/op_grid.py record, torch {torch.__version__}"})
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    (folder / f"{table}.json").write_text('{"torch":"%s","cases":[\n%s\n]}\n' % (torch.__version__, lines))
    print(table, len(cases), "cases,", len({c["target"] for c in cases}), "ops")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    live = commands.add_parser("run")
    live.add_argument("driver")
    live.add_argument("--cases", type=int, default=40)
    live.add_argument("--ops")
    live.add_argument("--measured")
    live.add_argument("--show", type=int, default=3)
    live.set_defaults(do=run)
    kept = commands.add_parser("record")
    kept.add_argument("folder")
    kept.set_defaults(do=record)
    options = parser.parse_args()
    missing = op_grid_specs.unknown(find)
    if missing:
        print("specs of ops that PyTorch does not have:", *missing)
        return 1
    return options.do(options)


if __name__ == "__main__":
    sys.exit(main())
