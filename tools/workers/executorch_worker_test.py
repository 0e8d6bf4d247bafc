"""The executorch backend on files that ExecuTorch itself wrote (fixtures/pte)."""

import tempfile

import numpy as np

from conformance_worker import Tensor
from conformance_worker.testing import FIXTURES, WorkerTestCase, f32, i64, main, read_safetensors

FOLDER = FIXTURES / "pte"


def recorded(name):
    """Inputs and outputs by position, as a .pte has no other names."""
    return (read_safetensors(FOLDER / f"{name}.{kind}.safetensors") for kind in ("inputs", "expected"))


class ExecutorchWorker(WorkerTestCase):
    script = "executorch_worker.py"

    def prepare(self, name, **options):
        return self.client.prepare("executorch", "pte", FOLDER / name, **options)

    def test_hello(self):
        backend, = self.client.hello().header["backends"]
        self.assertEqual((backend["name"], backend["formats"]), ("executorch", ["pte"]))
        self.assertRegex(backend["version"], r"^\d+\.\d+\.\d+$")

    def test_programs(self):
        files = sorted(FOLDER.glob("*.pte"))
        self.assertEqual([file.stem for file in files], ["portable", "state", "xnnpack"])
        for file in files:
            with self.subTest(file.stem):
                inputs, outputs = recorded(file.stem)
                session = self.prepare(file.name)
                for _ in range(3):  # state starts from the file each time
                    self.assert_near(self.client.run(session, inputs), outputs, 1e-6, 1e-5)

    def test_names_are_the_artifacts(self):
        inputs, outputs = recorded("portable")
        artifact = {"format": "pte", "path": str(FOLDER / "portable.pte"), "inputs": [{"name": "x"}, {"name": "ids"}],
                    "outputs": [{"name": name} for name in ("y.0", "n", "m")]}
        session = self.client.ask("prepare", backend="executorch", artifact=artifact, options={}).header["session"]
        found = self.client.run(session, {"ids": inputs["1"], "x": inputs["0"]})
        self.assertEqual(list(found), ["y.0", "n", "m"])
        np.testing.assert_array_equal(found["n"].array, outputs["1"].array)
        del artifact["inputs"][0]
        self.fails("invalid", "another number of inputs", self.client.ask, "prepare", backend="executorch", artifact=artifact, options={})

    def test_inputs_that_do_not_fit(self):
        session, ids = self.prepare("portable.pte"), i64([1, 2, 3])
        run = self.client.run
        self.fails("invalid", "input '1' is missing", run, session, {"0": f32(np.ones((2, 4)))})
        self.fails("invalid", "no input '2'", run, session, {"0": f32(np.ones((2, 4))), "1": ids, "2": ids})
        self.fails("type", "f32[8, 4] or less", run, session, {"0": Tensor("f64", np.ones((2, 4))), "1": ids})
        self.fails("shape", "f32[8, 4] or less", run, session, {"0": f32(np.ones(4)), "1": ids})
        self.fails("invalid", "NotSupported", run, session, {"0": f32(np.ones((9, 4))), "1": ids})
        run(session, {"0": f32(np.ones((8, 4))), "1": ids})

    def test_files_that_do_not_load(self):
        self.fails("not found", "wanted", self.prepare, "portable.pte", extra={"method": "backward"})
        self.fails("invalid", "no option 'fast'", self.prepare, "portable.pte", extra={"fast": 1})
        whole = (FOLDER / "portable.pte").read_bytes()
        for data in [b"", b"junk" * 100, whole[:300], whole[:-16]]:
            with tempfile.NamedTemporaryFile(suffix=".pte") as file:
                file.write(data)
                file.flush()
                self.fails("invalid", "executorch refuses to load", self.client.prepare, "executorch", "pte", file.name)


if __name__ == "__main__":
    main("torch", "executorch")
