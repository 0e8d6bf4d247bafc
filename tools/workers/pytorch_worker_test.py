"""The pytorch backend on every .pt2 file in fixtures/."""

import importlib.util
import json

import numpy as np

from conformance_worker import Tensor
from conformance_worker.testing import FIXTURES, WorkerFailed, WorkerTestCase, f32, i64, main, read_safetensors


def first_row_again(tensors):
    """Another batch than the traced one: a row more, equal to the first."""
    return {name: Tensor(x.dtype, np.concatenate([x.array, x.array[:1]])) for name, x in tensors.items()}


def recorded(name):
    """Inputs and outputs beside a program of fixtures/programs."""
    tensors = read_safetensors(FIXTURES / "programs" / f"{name}.safetensors")
    inputs, outputs = ({key.partition(".")[2]: x for key, x in tensors.items() if key.startswith(kind)} for kind in ("input", "output"))
    return inputs, outputs


class PytorchWorker(WorkerTestCase):
    script = "pytorch_worker.py"

    def prepare(self, path):
        return self.client.prepare("pytorch", "pt2", FIXTURES / path)

    def run_file(self, path, inputs, **fields):
        session = self.prepare(path)
        try:
            return self.client.run(session, inputs, **fields)
        finally:
            self.client.ask("release", session=session)

    def test_hello(self):
        backend, = self.client.hello().header["backends"]
        self.assertEqual((backend["name"], backend["formats"]), ("pytorch", ["pt2"]))
        self.assertRegex(backend["version"], r"^\d+\.\d+\.\d+$")

    def test_golden_programs(self):
        files = sorted((FIXTURES / "golden").glob("*/*.pt2"))
        self.assertEqual(len(files), 17)
        for file in files:
            with self.subTest(str(file)):
                case = file.parent / "case.json"
                atol = json.loads(case.read_text())["tolerance"]["atol"] if case.exists() else 3e-5
                inputs, expected = (read_safetensors(file.parent / f"{name}.safetensors") for name in ("inputs", "expected"))
                self.assert_near(self.run_file(file, inputs), expected, atol, 1e-4)

    def test_a_batch_that_was_not_traced(self):
        for model in ["bert", "resnet", "wav2vec2_ctc"]:
            folder = FIXTURES / "golden" / model
            inputs, expected = (first_row_again(read_safetensors(folder / f"{name}.safetensors")) for name in ("inputs", "expected"))
            self.assert_near(self.run_file(folder / "torch_export_dynamic.pt2", inputs), expected, 3e-5, 1e-4)
            self.fails("invalid", "pytorch refuses to run the program", self.run_file, folder / "torch_export.pt2", inputs)

    def test_small_programs(self):
        files = sorted((FIXTURES / "programs").glob("*.pt2"))
        self.assertEqual(len(files), 27)
        if importlib.util.find_spec("transformers") is None:
            files.remove(FIXTURES / "programs" / "cache.pt2")  # PyTorch unpickles its example inputs, which are transformers'
        for file in files:
            with self.subTest(file.stem):
                inputs, outputs = recorded(file.stem)
                outputs.pop("number", None)  # a constant among the outputs is no result
                if len(outputs) == 1:
                    outputs = {"output": next(iter(outputs.values()))}
                self.assert_near(self.run_file(file, inputs), outputs, 1e-6, 1e-5)

    def test_runs_do_not_see_each_other(self):
        session = self.prepare("programs/mutations.pt2")
        x = {"x": f32(np.ones((2, 3)))}
        first = self.client.run(session, x)["output"].array
        np.testing.assert_array_equal(self.client.run(session, x)["output"].array, first)

    def test_each_run_draws_by_the_sessions_seed(self):
        inputs, outputs = recorded("draws")
        for seed in (0, 5):
            session = self.client.prepare("pytorch", "pt2", FIXTURES / "programs/draws.pt2", seed=seed)
            for _ in range(2):
                same = np.array_equal(self.client.run(session, inputs)["normals"].array, outputs["normals"].array)
                self.assertEqual(same, seed == 0)

    def test_values_inside(self):
        inputs, outputs = recorded("derived")
        found = self.run_file("programs/derived.pt2", inputs, capture=["sum_1", "add", "mul"])
        self.assertEqual(list(found), ["0", "1", "captured.sum_1", "captured.add", "captured.mul"])
        np.testing.assert_array_equal(found["captured.add"].array, outputs["0"].array)
        self.assertEqual(found["captured.mul"].array, 2 * inputs["x"].array.shape[0])
        # Before it is written in place, and without a trace in the next run.
        session = self.prepare("programs/mutations.pt2")
        for _ in range(2):
            found = self.client.run(session, {"x": f32(np.ones((2, 3)))}, capture=["mul_"])
            np.testing.assert_array_equal(found["captured.mul_"].array, [2, 2, 2])
        self.fails("not found", "nothing", self.run_file, "programs/derived.pt2", inputs, capture=["nothing"])

    def test_inputs_that_do_not_fit(self):
        x, y = f32(np.ones((5, 4))), f32(np.ones((11, 4)))
        run = self.client.run
        session = self.prepare("programs/derived.pt2")
        self.fails("invalid", "input 'y' is missing", run, session, {"x": x})
        self.fails("invalid", "no input 'z'", run, session, {"x": x, "y": y, "z": x})
        self.fails("type", "f64[5, 4]", run, session, {"x": Tensor("f64", x.array.astype("f8")), "y": y})
        self.fails("invalid", "refuses to run", run, session, {"x": x, "y": f32(np.ones((10, 4)))})
        self.fails("invalid", "refuses to run", run, session, {"x": f32(np.ones(5)), "y": y})
        run(session, {"x": x, "y": y})
        # A runtime assertion of the program.
        session = self.prepare("programs/data_dependent.pt2")
        self.fails("invalid", "refuses to run", run, session, {"x": f32([1, 0, 2]), "n": i64(1)})

    def test_files_that_are_no_programs(self):
        self.fails("not found", "nowhere.pt2", self.prepare, "nowhere.pt2")
        self.fails("invalid", "refuses to load", self.prepare, "golden/bert/case.json")
        self.fails("invalid", "no option 'fast'", self.client.prepare, "pytorch", "pt2", FIXTURES / "programs/derived.pt2",
                   extra={"fast": True})
        refused = 0
        for file in sorted((FIXTURES / "malformed/pt2").glob("*.pt2")):
            try:
                session = self.prepare(file)
                self.client.ask("release", session=session)
            except WorkerFailed as error:
                self.assertIn(error.kind, ("invalid", "unsupported"), f"{file}: {error}")
                refused += 1
        self.assertGreater(refused, 20)


if __name__ == "__main__":
    main("torch")
