"""The backend test suite of the onnx package, on disk.

    tools/python transformers tools/fixturegen/onnx_suite.py FOLDER [--evaluator] [--faster FACTOR] [--run PROGRAM ARGUMENTS...]

Node cases are Python functions in onnx.backend.test.case.node: this runs them and writes what each expects, beside copies of the cases that
the package ships as files. FOLDER/<kind>/<case>/model.onnx with test_data_set_N/{input,output}_M.pb is the layout that
`conformance run --onnx-tests FOLDER` reads; FOLDER/suite.json says which version it is and the bounds of the cases that have their own. A folder
that already holds this version's suite is left alone. With --evaluator, the package's own ReferenceEvaluator runs over the folder
afterwards, and its figures are printed: cases that pass and processor seconds. With --run, that program runs afterwards, and its exit code is
ours; with --faster it is told to pass more cases than the evaluator did (--more-than) in so many times less processor time (--within).
"""

from __future__ import annotations

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
import onnx
import onnx.backend.test.loader
from onnx import numpy_helper

KINDS = ("simple", "pytorch-converted", "pytorch-operator")


def message_of(value: object, info: onnx.ValueInfoProto) -> object:
    """A value of a case as the message that its declared type wants."""
    if isinstance(value, (onnx.TensorProto, onnx.SequenceProto, onnx.OptionalProto, onnx.MapProto)):
        return value
    if info.type.HasField("map_type"):
        return numpy_helper.from_dict(value, info.name)
    if info.type.HasField("sequence_type"):
        return numpy_helper.from_list(value, info.name)
    if info.type.HasField("optional_type"):
        return numpy_helper.from_optional(value, info.name)
    return numpy_helper.from_array(value, info.name)


def write_node_cases(folder: pathlib.Path) -> dict[str, dict[str, float]]:
    bounds = {}
    np.random.seed(0)
    np.seterr(all="ignore")  # cases divide by zero on purpose
    for case in onnx.backend.test.loader.load_model_tests(kind="node"):
        where = folder / "node" / case.name
        where.mkdir(parents=True)
        (where / "model.onnx").write_bytes(case.model.SerializeToString(deterministic=True))
        if (case.rtol, case.atol) != (1e-3, 1e-7):
            bounds[f"node/{case.name}"] = {"rtol": case.rtol, "atol": case.atol}
        for number, (inputs, outputs) in enumerate(case.data_sets):
            data = where / f"test_data_set_{number}"
            data.mkdir()
            for prefix, values, infos in (("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)):
                for index, (value, info) in enumerate(zip(values, infos, strict=True)):
                    (data / f"{prefix}_{index}.pb").write_bytes(message_of(value, info).SerializeToString(deterministic=True))
    return bounds


def write(folder: pathlib.Path) -> None:
    stamp = folder / "suite.json"
    if stamp.is_file() and json.loads(stamp.read_text())["onnx"] == onnx.__version__:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    bounds = write_node_cases(folder)
    shipped = pathlib.Path(onnx.backend.test.loader.DATA_DIR)
    for kind in KINDS:
        for case in sorted((shipped / kind).iterdir()):
            if (case / "model.onnx").is_file():
                shutil.copytree(case, folder / kind / case.name)
    stamp.write_text(json.dumps({"onnx": onnx.__version__, "bounds": bounds}, indent=1, sort_keys=True) + "\n")


def load(file: pathlib.Path, info: onnx.ValueInfoProto) -> object:
    data = file.read_bytes()
    for field, kind, convert in (
        ("sequence_type", onnx.SequenceProto, numpy_helper.to_list),
        ("optional_type", onnx.OptionalProto, numpy_helper.to_optional),
        ("map_type", onnx.MapProto, numpy_helper.to_dict),
    ):
        if info.type.HasField(field):
            return convert(kind.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))


def same(got: object, want: object, bound: dict[str, float]) -> bool:
    if want is None or got is None:
        return want is None and got is None
    if isinstance(want, dict):
        return isinstance(got, dict) and got.keys() == want.keys() and all(same(got[k], want[k], bound) for k in want)
    if isinstance(want, (list, tuple)):
        return isinstance(got, (list, tuple)) and len(got) == len(want) and all(same(g, w, bound) for g, w in zip(got, want))
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape or (want.dtype.kind not in "OUS" and got.dtype != want.dtype):
        return False
    if want.dtype.kind in "OUS":
        return bool((got.astype(str) == want.astype(str)).all())
    if want.dtype.kind in "biu":
        return bool((got == want).all())
    wide = np.complex128 if want.dtype.kind == "c" else np.float64
    return bool(np.allclose(got.astype(wide), want.astype(wide), equal_nan=True, **bound))


def run_evaluator(folder: pathlib.Path) -> tuple[int, float]:
    from onnx.reference import ReferenceEvaluator

    own = json.loads((folder / "suite.json").read_text())["bounds"]
    passed = total = 0
    seconds = 0.0
    for model_file in sorted(folder.glob("*/*/model.onnx")):
        name = str(model_file.parent.relative_to(folder))
        bound = own.get(name, {"rtol": 1e-3, "atol": 1e-7})
        model = onnx.load(model_file)
        good = True
        for data in sorted(model_file.parent.glob("test_data_set_*")):
            inputs = {i.name: load(data / f"input_{n}.pb", i) for n, i in enumerate(model.graph.input) if (data / f"input_{n}.pb").exists()}
            wanted = [load(data / f"output_{n}.pb", o) for n, o in enumerate(model.graph.output)]
            start = time.process_time()
            try:
                got = ReferenceEvaluator(model).run(None, inputs)
            except Exception:  # noqa: BLE001: whatever it raises, the case did not pass
                got = None
            seconds += time.process_time() - start
            try:
                good = good and got is not None and same(list(got), wanted, bound)
            except Exception:  # noqa: BLE001: what cannot be compared is not the same
                good = False
        total += 1
        passed += good
    print(f"ReferenceEvaluator of onnx {onnx.__version__}: {passed} of {total} pass, {seconds:.1f} s of processor time", flush=True)
    return passed, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--evaluator", action="store_true")
    parser.add_argument("--faster", type=float)
    parser.add_argument("--run", nargs=argparse.REMAINDER, default=[])
    arguments = parser.parse_args()
    write(arguments.folder)
    if arguments.evaluator or arguments.faster:
        passed, seconds = run_evaluator(arguments.folder)
        if arguments.faster:
            arguments.run += ["--more-than", str(passed), "--within", str(seconds / arguments.faster)]
    return subprocess.run(arguments.run, check=False).returncode if arguments.run else 0


if __name__ == "__main__":
    sys.exit(main())
