"""Makes suites/catalogue/transformers.json: a row for each class of Transformers that can be built without the hub.

    python tools/fixturegen/catalogue.py SOURCE OUTPUT [--only PATTERN[,PATTERN]...] [--jobs N]

SOURCE is a catalogue of tiny configs (JSON: {"classes": [{"class", "model_type", "overrides", "inputs", …}]}, one shape and range for each
input). Every row is built and run in a process of its own, at the traced sizes and at the unseen ones that the suite will ask for; a
dimension that the class's own forward refuses to have changed stays as it is in its row, and a class whose forward draws random numbers
has its row as well (the reference will say so). With --only, the other rows of OUTPUT stay. Needs `tools/setup --with transformers`.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import multiprocessing
import pathlib
import signal
import sys
import traceback

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "workers"))
from conformance_worker import Message, Tensor

DTYPES = {"int64": "i64", "float32": "f32", "bool": "bool", "int32": "i32"}
TEXT = {"input_ids", "attention_mask", "token_type_ids", "bbox", "position_ids", "inputs_embeds", "hidden_states", "inputs", "decoder_input_ids",
        "global_attention_mask"}
BATCH = 2  # traced with: a size of one would be fixed by the trace
SECONDS = 600


# --- sizes: the same rules as framework/engine/class_inputs.cc ------------------------------------------------------------------------

def next_prime(n: int) -> int:
    while True:
        n += 1
        if n > 1 and all(n % d for d in range(2, int(n**0.5) + 1)):
            return n


def unseen(sizes: dict[str, int]) -> list[dict[str, int]]:
    """Three assignments that the trace has not seen: other batch, other lengths, both."""
    lengths = [name for name in sizes if name != "batch"]
    longer = {name: next_prime(sizes[name]) for name in lengths}
    longest = {name: next_prime(longer[name]) for name in lengths}
    if "batch" not in sizes:
        return [longer, longest, {name: next_prime(longest[name]) for name in lengths}] if lengths else []
    if not lengths:
        return [{"batch": size} for size in (3, 5, 7)]
    return [{**sizes, "batch": 3}, {**longer, "batch": sizes["batch"]}, {**longest, "batch": 5}]


def evaluate(dim, sizes):
    if isinstance(dim, int):
        return dim
    factor, _, symbol = dim.rpartition("*")
    return int(factor or 1) * sizes[symbol]


def make(entry, sizes, rng):
    shape = [evaluate(dim, sizes) for dim in entry["shape"]]
    if "values" in entry:
        values = np.array(entry["values"])
        rows = int(np.prod(shape))
        array = np.tile(values.reshape(-1), -(-rows // values.size))[:rows].reshape(shape)
    elif entry.get("fill") == "padding":
        array = np.ones(shape)
        array[1:, shape[1] - shape[1] // 4:] = 0
    elif entry["dtype"] == "f32":
        array = rng.uniform(*entry["range"], shape)
    else:
        array = rng.integers(entry["range"][0], entry["range"][1] + 1, shape)
    return Tensor.of(array.astype({"i64": "int64", "f32": "float32", "bool": "bool", "i32": "int32"}[entry["dtype"]]))


# --- rows ---------------------------------------------------------------------------------------------------------------------------

def plain_range(entry):
    """(range, values) of an input of the source."""
    given = entry["range"]
    if isinstance(given, dict):
        if "values" in given:
            return None, given["values"]
        for name in ("text", "range"):
            if name in given:
                return given[name], None
    if isinstance(given, list) and len(given) == 2 and all(isinstance(x, (int, float)) for x in given):
        return given, None
    raise ValueError(f"no range: {given}")


def inputs_of(source):
    """The row's inputs with named dimensions, and the traced size of each name."""
    sizes: dict[str, int] = {}
    inputs = {}
    given = source["inputs"]
    text = given.get("input_ids", {}).get("shape", [])
    fixed_text = any(isinstance(given[name]["range"], dict) for name in ("input_ids", "mm_token_type_ids") if name in given)
    option = source.get("input_option", {})
    for name, entry in given.items():
        shape = list(entry["shape"])
        limits, values = plain_range(entry)
        dims = list(shape)
        if shape and shape[0] == 1:
            dims[0] = "batch"
        elif shape and name in ("pixel_values", "hidden_states", "pixel_position_ids", "image_grid_thw", "grid_thw", "input_features", "seq_lens",
                                "pixel_values_videos"):
            dims[0] = f"{shape[0]}*batch"
        symbol, axis = None, 1
        if len(shape) > 1:
            if name == "decoder_input_ids":
                symbol = "target"
            elif name in TEXT and not fixed_text and values is None and (not text or shape[1] == text[1]):
                symbol = "sequence"
            elif name in ("input_features", "input_features_mask", "feature_attention_mask") and option.get("feat") in ("TM", "MT"):
                symbol, axis = "frames", 2 if option["feat"] == "MT" and len(shape) > 2 else 1
            elif name in ("input_values",) and len(shape) == 2:
                symbol = "samples"
        if symbol and sizes.get(symbol, shape[axis]) == shape[axis]:
            sizes[symbol] = shape[axis]
            dims[axis] = symbol
        row = {"dtype": DTYPES[entry["dtype"]], "shape": dims}
        if values is not None:
            row["values"] = np.array(values).reshape(-1).tolist()
        elif name == "attention_mask" and limits == [1, 1] and dims == ["batch", "sequence"]:
            row["fill"] = "padding"
        else:
            row["range"] = limits
        inputs[name] = row
    if any(isinstance(dim, str) and dim.endswith("batch") for row in inputs.values() for dim in row["shape"]):
        sizes["batch"] = BATCH
    return inputs, sizes


def frozen(inputs, sizes, symbol):
    """Without that name: its dimensions have the traced size."""
    one = {**sizes, "batch": 1}
    left = {name: size for name, size in sizes.items() if name != symbol}
    result = {}
    for name, row in inputs.items():
        dims = [evaluate(dim, one) if isinstance(dim, str) and dim.rpartition("*")[2] == symbol else dim for dim in row["shape"]]
        result[name] = {**row, "shape": dims}
    return result, left


class Refused(Exception):
    pass


def run(spec, inputs, sizes, eager, wide=False):
    rng = np.random.default_rng(0)
    tensors = {name: make(row, sizes, rng) for name, row in inputs.items()}
    outputs = eager.evaluate(Message({"type": "evaluate", "spec": spec, "kwargs": {}, "oracle": wide}, tensors))
    for name, tensor in outputs.items():
        if tensor.array.dtype.kind == "f" and not (np.isfinite(tensor.array) | np.isneginf(tensor.array)).all():
            raise Refused(f"{name} is not finite")
    return outputs


def holds(spec, inputs, sizes, eager):
    """Nothing, or why the class does not run on these sizes and the unseen ones."""
    try:
        run(spec, inputs, sizes, eager)
        for assignment in unseen(sizes):
            run(spec, inputs, assignment, eager)
        return None
    except Exception as cause:
        return str(cause).splitlines()[0][:200] if str(cause) else type(cause).__name__


def fit(spec, inputs, sizes, eager):
    """Inputs and sizes with as many named dimensions as the class bears; the reasons for those that went."""
    why = {}
    if holds(spec, inputs, sizes, eager) is None:
        return inputs, sizes, why
    padded = [name for name, row in inputs.items() if row.get("fill") == "padding"]
    attempts = [(inputs, sizes)]
    for symbol in [*sorted(set(sizes) - {"batch"}), "batch"]:
        if symbol not in sizes:
            continue
        alone_inputs, alone_sizes = inputs, sizes
        for other in list(sizes):
            if other != symbol:
                alone_inputs, alone_sizes = frozen(alone_inputs, alone_sizes, other)
        reason = holds(spec, alone_inputs, alone_sizes, eager)
        if reason:
            why[symbol] = reason
    for symbol in why:
        inputs, sizes = frozen(inputs, sizes, symbol)
    reason = holds(spec, inputs, sizes, eager)
    if reason is None:
        return inputs, sizes, why
    for symbol in ("target", "frames", "samples", "sequence", "batch"):
        if symbol in sizes:
            why[symbol] = reason
            inputs, sizes = frozen(inputs, sizes, symbol)
            reason = holds(spec, inputs, sizes, eager)
            if reason is None:
                return inputs, sizes, why
    raise Refused(reason)


def row_of(source):
    from conformance_transformers.reference import Eager

    config = dict(source["overrides"])
    spec = {"class": source["class"], "model_type": source["model_type"], "config": config}
    settings = config.pop("_set_after_init", None)
    if settings:
        spec["set"] = settings
    if "config_part" in source:
        spec["config_part"] = source["config_part"]
    inputs, sizes = inputs_of(source)
    cached = json.loads(json.dumps(spec))
    for node in (cached["config"], *(value for value in cached["config"].values() if isinstance(value, dict))):
        node.pop("use_cache", None)
    if "set" in cached:
        cached["set"] = {name: value for name, value in cached["set"].items() if not name.endswith("use_cache")}
        if not cached["set"]:
            del cached["set"]
    ones = {name: ({"dtype": row["dtype"], "shape": row["shape"], "range": [1, 1]} if row.get("fill") else row) for name, row in inputs.items()}
    reasons = []
    # As the class comes, with its cache and padded rows; then with less.
    for form, form_inputs in ((cached, inputs), (cached, ones), (spec, inputs), (spec, ones), ({**spec, "init": "library"}, ones)):
        eager = Eager()
        try:
            found, left, why = fit(form, form_inputs, sizes, eager)
            if form.get("init") != "library":
                settled(form, found, left, eager)
            return {"spec": form, "inputs": found, "sizes": left, "why": why, "tried": reasons}
        except Exception as cause:
            reasons.append(f"{str(cause)[:150]}")
            if "draws random numbers" in str(cause):
                return {"spec": spec, "inputs": ones, "sizes": sizes, "why": {}, "tried": reasons}
    raise Refused("; ".join(dict.fromkeys(reasons)))


def settled(spec, inputs, sizes, eager):
    """Refuses weights under which f32 says little about f64."""
    near = run(spec, inputs, sizes, eager)
    exact = run(spec, inputs, sizes, eager, wide=True)
    for name, tensor in near.items():
        if tensor.array.dtype.kind != "f" or name not in exact or tensor.array.shape != exact[name].array.shape:
            continue
        finite = np.isfinite(exact[name].array) & np.isfinite(tensor.array)
        if not finite.any():
            continue
        error = np.abs(tensor.array.astype("f8") - exact[name].array)[finite]
        scale = np.sqrt(np.mean(exact[name].array[finite] ** 2))
        if np.sqrt(np.mean(error**2)) > 1e-2 * (scale + 1e-6):
            raise Refused(f"{name}: f32 is {np.sqrt(np.mean(error ** 2)):.1e} from f64 at a scale of {scale:.1e}")


def child(source, connection):
    signal.alarm(SECONDS)
    import torch

    torch.set_num_threads(1)
    try:
        connection.send(row_of(source))
    except Exception as cause:
        connection.send({"refused": str(cause) or traceback.format_exc()[-300:]})


def compact(source, made):
    spec = made["spec"]
    row = {"name": f"{source['model_type']}/{source['class']}", **spec, "parameters": source["params"], "sizes": made["sizes"], "inputs": made["inputs"]}
    return json.dumps(row, separators=(",", ":"))


def merged(options, sources, made):
    """The rows of OUTPUT that were not made anew, and those that were, in SOURCE's order."""
    anew = {f"{source['model_type']}/{source['class']}" for source in sources}
    path = pathlib.Path(options.output)
    rows = {row["name"]: row for row in json.loads(path.read_text())["classes"] if row["name"] not in anew} if path.exists() else {}
    rows.update((row["name"], row) for row in map(json.loads, made))
    order = [f"{row['model_type']}/{row['class']}" for row in json.loads(pathlib.Path(options.source).read_text())["classes"]]
    return [json.dumps(rows[name], separators=(",", ":")) for name in order if name in rows]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("output")
    parser.add_argument("--only", default="*")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    sources = [row for row in json.loads(pathlib.Path(options.source).read_text())["classes"]
               if row.get("eager") == "ok" and any(fnmatch.fnmatch(row["class"], pattern) for pattern in options.only.split(","))]
    import transformers  # noqa: F401  the children are forks that have it
    import conformance_transformers.reference  # noqa: F401
    from conformance_transformers.sources import quiet
    import transformers.exporters.utils  # noqa: F401

    quiet()
    context = multiprocessing.get_context("fork")
    rows, log = [None] * len(sources), []
    running = {}
    waiting = list(enumerate(sources))
    while waiting or running:
        while waiting and len(running) < options.jobs:
            index, source = waiting.pop(0)
            receive, send = context.Pipe(duplex=False)
            process = context.Process(target=child, args=(source, send))
            process.start()
            send.close()
            running[index] = (process, receive)
        for index in list(running):
            process, receive = running[index]
            made = None
            try:
                if receive.poll(0.02):
                    made = receive.recv()
            except EOFError:
                process.join()
                made = {"refused": f"ended with {process.exitcode}"}
            if made is None:
                continue
            process.join()
            del running[index]
            source = sources[index]
            if "refused" in made:
                log.append(f"{source['class']} ({source['model_type']}): left out: {made['refused']}")
            else:
                rows[index] = compact(source, made)
                for symbol, reason in made["why"].items():
                    log.append(f"{source['class']} ({source['model_type']}): {symbol} stays: {reason}")
                if made["tried"]:
                    log.append(f"{source['class']} ({source['model_type']}): tried before: {made['tried']}")
            done = sum(row is not None for row in rows)
            print(f"\r{len(sources) - len(waiting) - len(running)} of {len(sources)}, {done} rows", end="", file=sys.stderr)
    kept = [row for row in rows if row]
    if options.only != "*":
        kept = merged(options, sources, kept)
    head = {"name": "transformers", "lists": ["../expectations/transformers"], "judge": "pytorch"}
    text = json.dumps(head, indent=1)[:-2] + ',\n "classes": [\n  ' + ",\n  ".join(kept) + "\n ]\n}\n"
    pathlib.Path(options.output).write_text(text)
    pathlib.Path(options.output + ".log").write_text("\n".join(log) + "\n")
    print(f"\n{len(kept)} rows", file=sys.stderr)


if __name__ == "__main__":
    main()
