"""Repeats one failure with NumPy and the runtime alone: python repro.py

Exit code 1 while it fails, 0 once it does not. bundle.json says what was found, with which versions, and what each output may be off.
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def run_onnxruntime(model, inputs, optimize):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimize else level.ORT_DISABLE_ALL
    print("onnxruntime", onnxruntime.__version__)
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def run_openvino(model, inputs, optimize):
    import openvino

    print("openvino", openvino.__version__)
    core = openvino.Core()
    compiled = core.compile_model(str(model), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
    results = compiled(inputs)
    return {name: results[port] for port in compiled.outputs for name in port.get_names()}


def run_onnx_reference(model, inputs, optimize):
    import onnx
    from onnx.reference import ReferenceEvaluator

    print("onnx", onnx.__version__)
    evaluator = ReferenceEvaluator(str(model))
    return dict(zip(evaluator.output_names, evaluator.run(None, inputs)))


def run_pytorch(model, inputs, optimize):
    import torch

    print("torch", torch.__version__)
    program = torch.export.load(str(model)).module()
    made = program(**{name: torch.from_numpy(array) for name, array in inputs.items()})
    leaves = torch.utils._pytree.tree_leaves(made)
    return [leaf.numpy() if isinstance(leaf, torch.Tensor) else np.asarray(leaf) for leaf in leaves]


def run_executorch(model, inputs, optimize):
    import torch
    from executorch.runtime import Runtime

    method = Runtime.get().load_program(str(model)).load_method("forward")
    made = method.execute([torch.from_numpy(array) for array in inputs.values()])
    return [leaf.numpy() if isinstance(leaf, torch.Tensor) else np.asarray(leaf) for leaf in made]


RUNTIMES = {
    "onnxruntime": run_onnxruntime,
    "openvino": run_openvino,
    "onnx-reference": run_onnx_reference,
    "pytorch": run_pytorch,
    "executorch": run_executorch,
}


def differs(name, found, wanted, bound):
    """In words, or nothing."""
    if found is None:
        return f"{name}: not among the outputs"
    if found.shape != wanted.shape:
        return f"{name}: shape {list(found.shape)}, wanted {list(wanted.shape)}"
    if found.size == 0:
        return ""
    found, exact = found.astype(np.float64), wanted.astype(np.float64)
    same = (found == exact) | (np.isnan(found) & np.isnan(exact))
    with np.errstate(invalid="ignore"):
        error = np.where(same, 0.0, np.abs(found - exact))
    error = np.where(np.isnan(error), np.inf, error)
    worst = np.unravel_index(np.argmax(error), error.shape)
    place = "[" + ", ".join(str(int(i)) for i in worst) + "]"
    words = f"{name}: largest error {error[worst]:.6g} at {place} (found {found[worst]:.9g}, wanted {exact[worst]:.9g}), allowed {bound:.6g}"
    print(words)
    return words if error[worst] > bound else ""


def main():
    bundle = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    print(f"{bundle['cell']}: {bundle['outcome']} at {bundle['stage']}: {bundle['reason']}")
    inputs = {entry["name"]: np.load(HERE / entry["file"]) for entry in bundle["inputs"]}
    try:
        outputs = RUNTIMES[bundle["runtime"]](HERE / bundle["model"], inputs, bundle["optimize"])
    except ImportError as cause:
        print(f"the runtime is not installed: {cause}", file=sys.stderr)
        return 2
    except Exception as cause:  # noqa: BLE001: whatever the runtime raises is the failure
        print(f"FAILS: {type(cause).__name__}: {cause}")
        return 1
    found = []
    for i, entry in enumerate(bundle["expected"]):
        wanted = np.load(HERE / entry["file"])
        output = outputs.get(entry["name"]) if isinstance(outputs, dict) else outputs[i] if i < len(outputs) else None
        text = differs(entry["name"], None if output is None else np.asarray(output), wanted, entry.get("bound", 0.0))
        if text:
            found.append(text)
    print(f"FAILS: {len(found)} of {len(bundle['expected'])} outputs" if found else "passes: it does not fail here any more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
