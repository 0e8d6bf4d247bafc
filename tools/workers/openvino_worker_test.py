"""The openvino backend on an ONNX file and on OpenVINO's own IR of it."""

import pathlib
import tempfile

import numpy as np

from conformance_worker import Tensor
from conformance_worker.testing import WorkerTestCase, f32, i64, main


def write_models(folder):
    """A model as .onnx and as .xml: relu(x + y) of a dynamic batch, a cast to bool, and integers; names with dots."""
    import onnx
    import openvino
    from onnx import TensorProto, helper

    nodes = [helper.make_node("Add", ["a.x", "y"], ["sum"]), helper.make_node("Relu", ["sum"], ["out.0"]),
             helper.make_node("Cast", ["y"], ["out.1"], to=TensorProto.BOOL), helper.make_node("Add", ["n", "n"], ["twice"])]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "graph", [value("a.x", TensorProto.FLOAT, ["batch", 3]), value("y", TensorProto.FLOAT, [3]),
                                               value("n", TensorProto.INT64, [])],
                              [value("out.0", TensorProto.FLOAT, ["batch", 3]), value("out.1", TensorProto.BOOL, [3]),
                               value("twice", TensorProto.INT64, [])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    onnx.save(model, folder / "model.onnx")
    openvino.save_model(openvino.Core().read_model(folder / "model.onnx"), folder / "model.xml", compress_to_fp16=False)


class OpenvinoWorker(WorkerTestCase):
    script = "openvino_worker.py"
    inputs = {"a.x": f32([[1, -2, 3], [4, 5, -6]]), "y": f32([0, 1, 2]), "n": i64(21)}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        write_models(cls.folder)

    def prepare(self, name, **options):
        return self.client.prepare("openvino", "onnx" if name.endswith(".onnx") else "openvino", self.folder / name, **options)

    def test_hello(self):
        backend, = self.client.hello().header["backends"]
        self.assertEqual((backend["name"], backend["formats"]), ("openvino", ["onnx", "openvino"]))
        self.assertRegex(backend["version"], r"^\d+\.\d+\.\d+$")

    def test_both_formats(self):
        for name in ["model.onnx", "model.xml"]:
            session = self.prepare(name)
            for _ in range(2):
                found = self.client.run(session, self.inputs)
                self.assertEqual({name: x.describe() for name, x in found.items()},
                                 {"out.0": "f32[2, 3]", "out.1": "bool[3]", "twice": "i64[]"})
                np.testing.assert_array_equal(found["out.0"].array, [[1, 0, 5], [4, 6, 0]])
                np.testing.assert_array_equal(found["out.1"].array, [False, True, True])
                self.assertEqual(found["twice"].array, 42)
            found = self.client.run(session, self.inputs | {"a.x": f32(np.zeros((5, 3)))})
            self.assertEqual(found["out.0"].describe(), "f32[5, 3]")
            self.client.ask("release", session=session)

    def test_values_inside(self):
        session = self.prepare("model.onnx")
        found = self.client.run(session, self.inputs, capture=["sum"])
        self.assertEqual(list(found), ["out.0", "out.1", "twice", "sum"])
        np.testing.assert_array_equal(found["sum"].array, [[1, -1, 5], [4, 6, -4]])
        self.fails("not found", "nothing", self.client.run, session, self.inputs, capture=["nothing"])

    def test_inputs_that_do_not_fit(self):
        session, run = self.prepare("model.onnx"), self.client.run
        self.fails("invalid", "input 'y' is missing", run, session, {"a.x": self.inputs["a.x"]})
        self.fails("invalid", "no input 'z'", run, session, self.inputs | {"z": f32(1)})
        self.fails("type", "f32[?,3]", run, session, self.inputs | {"a.x": Tensor("f64", np.ones((2, 3)))})
        self.fails("shape", "f32[?,3]", run, session, self.inputs | {"a.x": f32(np.ones((2, 4)))})
        self.fails("shape", "f32[?,3]", run, session, self.inputs | {"a.x": f32(np.ones(3))})
        run(session, self.inputs)

    def test_what_does_not_load(self):
        for name in ["junk.onnx", "junk.xml"]:
            (self.folder / name).write_bytes(b"junk" * 100)
            self.fails("invalid", "openvino refuses to read", self.prepare, name)
        self.fails("not found", "nowhere.onnx", self.prepare, "nowhere.onnx")
        self.fails("invalid", "no option 'fast'", self.prepare, "model.onnx", extra={"fast": 1})
        self.fails("invalid", "refuses to compile", self.prepare, "model.onnx", extra={"config": {"NO_SUCH_KEY": "1"}})
        self.prepare("model.onnx", extra={"config": {"ENABLE_CPU_PINNING": False}})


if __name__ == "__main__":
    main("openvino", "onnx")
