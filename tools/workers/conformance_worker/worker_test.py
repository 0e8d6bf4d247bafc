"""A worker in a process of its own, with a backend that behaves and one that does not."""

import os
import pathlib
import sys
import tempfile
import unittest

try:
    import numpy as np
except ImportError:
    print("skipped: numpy is not there")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from conformance_worker import Backend, Exporter, Message, Session, Tensor, Worker, WorkerError, installed_version, refused
from conformance_worker.testing import Client, WorkerFailed, f32, main


class Echo(Session):
    def __init__(self, factor):
        self.factor = factor

    def run(self, inputs):
        print("a library that prints")
        os.system("echo a library in C that prints")
        if sys.stdin.read():
            raise WorkerError("internal", "standard input was not empty")
        return {"out." + name: Tensor(x.dtype, x.array * self.factor) for name, x in inputs.items()}

    def run_capturing(self, inputs, values):
        return self.run(inputs), {value: f32(len(value)) for value in values}


class Times(Backend):
    name = "times"
    formats = ("test",)

    def version(self):
        return "1"

    def prepare(self, artifact, options):
        return Echo(options.extra.get("factor", options.threads))


class Identity(Backend):
    """What `conformance worker-test` sends tensors through."""

    name = "identity"
    formats = ("identity",)

    def version(self):
        return "1"

    def prepare(self, artifact, options):
        return Given()


class Given(Session):
    def run(self, inputs):
        return inputs


class Absent(Backend):
    name = "absent"
    formats = ("test",)

    def version(self):
        return installed_version("a-library-of-no-such-name", "nothing")

    def prepare(self, artifact, options):
        raise AssertionError("must not be reached")


class Broken(Backend):
    name = "broken"
    formats = ("test",)

    def version(self):
        return "1"

    def prepare(self, artifact, options):
        how = options.extra["how"]
        if how == "raise":
            raise KeyError("inside")
        if how == "refuse":
            raise refused("broken", "load it", RuntimeError("for no reason"))
        if how == "memory":
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes")
        if how == "unsupported":
            raise WorkerError("unsupported", "not this one", {"op": "aten.nothing"})
        os._exit(3)


class Folder(Exporter):
    name = "folder"

    def export(self, request):
        return {"format": "test", "path": request.get("folder", str), "names": list(request.tensors)}


def serve():
    worker = Worker([Times(), Absent(), Broken(), Identity()], [Folder()])
    worker.add_handler("sum", lambda request: Message({"type": "total"}, {"y": f32(sum(x.array.sum() for x in request.tensors.values()))}))
    worker.add_handler("nonsense", lambda request: Message({"type": "answer", "x": object()}))
    return worker.main()


class WorkerTest(unittest.TestCase):
    def setUp(self):
        self.client = Client([sys.executable, __file__, "serve"])
        self.addCleanup(self.client.close)
        file = tempfile.NamedTemporaryFile()
        self.addCleanup(file.close)
        self.file = file.name

    def prepare(self, backend, **options):
        return self.client.prepare(backend, "test", self.file, **options)

    def fails(self, kind, *args, **fields):
        with self.assertRaises(WorkerFailed) as caught:
            self.client.ask(*args, **fields)
        self.assertEqual(caught.exception.kind, kind)
        return caught.exception

    def test_hello(self):
        hello = self.client.hello().header
        self.assertEqual((hello["protocol"], hello["exporters"]), (1, ["folder"]))
        times, absent, *_ = hello["backends"]
        self.assertEqual(times, {"name": "times", "formats": ["test"], "version": "1"})
        self.assertEqual(absent["unavailable"], {"kind": "unavailable", "message": "a-library-of-no-such-name is not installed",
                                                 "facts": [["python", sys.executable]], "trail": []})
        self.assertNotIn("version", absent)
        self.assertEqual(self.fails("unsupported", "hello", protocol=2).facts, {"found": "2", "wanted": "1"})

    def test_many_sessions_of_one_process(self):
        two, three = self.prepare("times", threads=2), self.prepare("times", extra={"factor": 3})
        for _ in range(2):
            np.testing.assert_array_equal(self.client.run(two, {"x": f32([1, 2])})["out.x"].array, [2, 4])
            np.testing.assert_array_equal(self.client.run(three, {"x": f32([1, 2])})["out.x"].array, [3, 6])
        outputs = self.client.run(two, {"x": f32(1)}, capture=["inside", "out.x"])
        self.assertEqual(list(outputs), ["out.x", "captured.inside", "captured.out.x"])
        self.client.ask("release", session=two)
        self.assertIn("no such session", self.fails("not found", "run", session=two).message)
        self.client.run(three, {})

    def test_errors_keep_their_kind_and_the_process_goes_on(self):
        for how, kind, words in [("raise", "internal", "KeyError"), ("refuse", "invalid", "broken refuses to load it: RuntimeError: for"),
                                 ("memory", "out of memory", "allocate"), ("unsupported", "unsupported", "not this one")]:
            with self.assertRaises(WorkerFailed) as caught:
                self.prepare("broken", extra={"how": how})
            self.assertEqual(caught.exception.kind, kind)
            self.assertIn(words, caught.exception.message)
        with self.assertRaises(WorkerFailed) as caught:
            self.prepare("absent")
        self.assertEqual(caught.exception.kind, "unavailable")
        self.assertEqual(caught.exception.facts, {"python": sys.executable, "add it with": "tools/setup --with nothing"})
        self.client.hello()

    def test_requests_that_do_not_fit(self):
        artifact = {"format": "test", "path": self.file}
        self.fails("unsupported", "nothing of that type")
        self.fails("not found", "prepare", backend="nobody", artifact=artifact)
        self.fails("invalid", "prepare", backend="times")
        self.fails("invalid", "prepare", backend="times", artifact={"format": "test"})
        self.fails("invalid", "prepare", backend="times", artifact={"format": "other", "path": self.file})
        self.fails("invalid", "prepare", backend="times", artifact=artifact, options={"threads": 0})
        self.assertEqual(self.fails("not found", "prepare", backend="times", artifact={"format": "test", "path": "/nowhere"}).facts,
                         {"file": "/nowhere"})
        self.fails("invalid", "run", session="1")
        self.fails("invalid", "run", session=True)
        self.fails("invalid", "run", session=self.prepare("times"), capture=[1])
        self.fails("not found", "export", exporter="nobody")
        self.fails("internal", "nonsense")
        self.assertEqual(self.client.ask("hello", protocol=1, id=17).header["id"], 17)

    def test_export_and_further_types(self):
        artifact = self.client.ask("export", {"x": f32(1)}, exporter="folder", folder="here").header["artifact"]
        self.assertEqual(artifact, {"format": "test", "path": "here", "names": ["x"]})
        self.assertEqual(self.client.ask("sum", {"x": f32([1, 2])}).tensors["y"].array, 3)

    def test_how_it_ends(self):
        self.assertEqual(self.client.ask("shutdown").type, "bye")
        self.assertEqual(self.client.process.wait(timeout=20), 0)

    def test_the_end_of_input_is_the_end(self):
        self.client.hello()
        self.client.sink.close()
        self.assertEqual(self.client.process.wait(timeout=20), 0)

    def test_garbage_is_the_end(self):
        self.client.sink.write(b"\xff\xff\xff\xff")
        self.client.sink.flush()
        self.assertEqual(self.client.process.wait(timeout=20), 2)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        sys.exit(serve())
    main()
