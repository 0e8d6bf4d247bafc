"""Frames and tensors: what is written comes back, and what is no frame is refused by name."""

import io
import json
import pathlib
import sys
import unittest

try:
    import numpy as np
except ImportError:
    print("skipped: numpy is not there")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from conformance_worker import DTYPES, Message, Tensor, WorkerError, read_message, write_message
from conformance_worker.frames import EndOfStream
from conformance_worker.testing import main


def frame(header, data=b""):
    """A frame by hand; `header` may be text that is no JSON."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return len(text).to_bytes(4, "little") + text + data


def read(data):
    return read_message(io.BytesIO(data))


class Slowly(io.RawIOBase):
    """A pipe at its worst: a byte at a time, in both directions."""

    def __init__(self, data=b""):
        self.data = io.BytesIO(data)

    def read(self, size=-1):
        return self.data.read(min(size, 1))

    def write(self, data):
        return self.data.write(bytes(data[:1]))


class RoundTrip(unittest.TestCase):
    def test_every_dtype_and_rank(self):
        for name, dtype in DTYPES.items():
            for shape in [(), (0,), (1,), (2, 3), (2, 0, 3)]:
                values = np.arange(np.prod(shape, dtype=int)).reshape(shape) % 2
                given = Tensor(name, values.astype(dtype))
                stream = io.BytesIO()
                write_message(stream, Message({"type": "run", "session": 3}, {"x": given}))
                stream.seek(0)
                message = read_message(stream)
                self.assertEqual(message.header, {"type": "run", "session": 3})
                found = message.tensors["x"]
                self.assertEqual((found.dtype, found.array.dtype, found.array.shape), (name, dtype, shape))
                np.testing.assert_array_equal(found.array, given.array)
                self.assertEqual(stream.read(), b"")

    def test_bytes_are_those_of_the_documentation(self):
        stream = io.BytesIO()
        write_message(stream, Message({"type": "hello", "protocol": 1}))
        self.assertEqual(stream.getvalue(), b'\x1d\0\0\0{"type":"hello","protocol":1}')
        message = read(frame({"type": "t", "tensors": [{"name": "x", "dtype": "bf16", "shape": [2]}]}, b"\x80\x3f\x00\xc0"))
        self.assertEqual(message.tensors["x"].array.tolist(), [0x3f80, 0xc000])  # 1 and -2

    def test_views_go_row_major_and_little_endian(self):
        x = np.arange(6, dtype=">i4").reshape(2, 3).T
        stream = io.BytesIO()
        write_message(stream, Message({"type": "t"}, {"x": Tensor("i32", x)}))
        self.assertTrue(stream.getvalue().endswith(np.array([0, 3, 1, 4, 2, 5], "<i4").tobytes()))
        self.assertEqual(Tensor.of(x).dtype, "i32")

    def test_complex_numbers_are_pairs(self):
        stream = io.BytesIO()
        write_message(stream, Message({"type": "t"}, {"z": Tensor.of(np.array([1 - 2j], np.complex64)), "w": Tensor.of(np.array(3j))}))
        self.assertIn(np.array([1, -2], "<f4").tobytes() + np.array([0, 3], "<f8").tobytes(), stream.getvalue())
        stream.seek(0)
        tensors = read_message(stream).tensors
        self.assertEqual([(x.describe(), x.array.tolist()) for x in tensors.values()], [("complex64[1]", [1 - 2j]), ("complex128[]", 3j)])

    def test_names_in_any_language_and_order_is_kept(self):
        names = ["β", "a.b.0", "a"]
        stream = io.BytesIO()
        write_message(stream, Message({"type": "t"}, {name: Tensor.of(np.float32(1)) for name in names}))
        stream.seek(0)
        self.assertEqual(list(read_message(stream).tensors), names)

    def test_a_slow_pipe(self):
        stream = Slowly()
        write_message(stream, Message({"type": "t"}, {"x": Tensor.of(np.arange(5))}))
        np.testing.assert_array_equal(read_message(Slowly(stream.data.getvalue())).tensors["x"].array, np.arange(5))

    def test_what_was_read_can_be_written_to(self):
        message = read(frame({"type": "t", "tensors": [{"name": "x", "dtype": "f32", "shape": [1]}]}, b"\0\0\0\0"))
        message.tensors["x"].array[0] = 3


class Refusals(unittest.TestCase):
    def refuses(self, data, *words):
        with self.assertRaises(WorkerError) as caught:
            read(data)
        self.assertEqual(caught.exception.kind, "corrupt")
        text = caught.exception.message + str(caught.exception.facts)
        for word in words:
            self.assertIn(word, text)

    def test_headers(self):
        self.refuses(b"\1\0\0\0{", "out of range", "2 to")
        self.refuses(b"\xff\xff\xff\xff", "out of range")
        self.refuses(frame("[1]"), "no object", "list")
        self.refuses(frame("{nonsense}"), "no JSON")
        self.refuses(frame('{"x": NaN}'), "NaN")
        self.refuses(frame("[" * 100000), "no JSON")
        self.refuses(b"\2\0\0\0\xff\xff", "no JSON")

    def test_tensors(self):
        def tensors(*entries):
            return frame({"type": "t", "tensors": list(entries)}, b"\2" * 64)

        self.refuses(frame({"tensors": {}}), "no array")
        self.refuses(tensors(3), "no object")
        self.refuses(tensors({"dtype": "f32", "shape": []}), "no name")
        self.refuses(tensors({"name": "x", "dtype": "f8", "shape": []}), "'x'", "f8", "f64, f32")
        for shape in [None, 3, [1.5], [-1], [True], ["2"]]:
            self.refuses(tensors({"name": "x", "dtype": "f32", "shape": shape}), "'x'", "no shape")
        self.refuses(tensors({"name": "x", "dtype": "f32", "shape": [1 << 40, 1 << 40]}), "too large")
        self.refuses(tensors({"name": "x", "dtype": "f32", "shape": [0, 1 << 62, 1 << 62]}), "'x'", "refuses")
        self.refuses(tensors({"name": "x", "dtype": "u8", "shape": [1] * 70}), "'x'", "refuses")
        self.refuses(tensors({"name": "x", "dtype": "bool", "shape": [2]}), "bool", "2", "0 or 1")
        one = {"name": "x", "dtype": "u8", "shape": [1]}
        self.refuses(tensors(one, one), "one name")

    def test_bytes_at_random(self):
        """A few hundred seeded changes of a good frame: each is read or refused, and nothing else."""
        random = np.random.default_rng(0)
        good = frame({"type": "run", "tensors": [{"name": "x", "dtype": "bool", "shape": [2, 2]}, {"name": "y", "dtype": "f32", "shape": []}]},
                     b"\0\1\0\1" + b"\0" * 4)
        outcomes = set()
        for _ in range(600):
            data = bytearray(good)
            for _ in range(random.integers(1, 4)):
                place = random.integers(0, len(data))
                data[place:place + random.integers(0, 3)] = random.bytes(random.integers(0, 3))
            try:
                read(bytes(data))
                outcomes.add("read")
            except (WorkerError, EndOfStream) as error:
                outcomes.add(type(error).__name__)
        self.assertEqual(outcomes, {"read", "WorkerError", "EndOfStream"})

    def test_ends(self):
        whole = frame({"type": "t", "tensors": [{"name": "x", "dtype": "f32", "shape": [4]}]}, b"\0" * 16)
        for size in range(len(whole)):
            with self.assertRaises(EndOfStream) as caught:
                read(whole[:size])
            self.assertEqual(caught.exception.clean, size == 0)
        # A header that promises much: nothing is allocated for it.
        with self.assertRaises(EndOfStream):
            read(frame({"type": "t", "tensors": [{"name": "x", "dtype": "u8", "shape": [60 << 30]}]}))

    def test_what_cannot_be_written_writes_nothing(self):
        for message in [Message({"type": "t", "x": float("nan")}), Message({"type": "t", "x": object()}),
                        Message({"type": "t"}, {"x": Tensor("f8", np.zeros(1))})]:
            stream = io.BytesIO()
            with self.assertRaises(WorkerError):
                write_message(stream, message)
            self.assertEqual(stream.getvalue(), b"")
        with self.assertRaises(WorkerError):
            Tensor.of(np.zeros(1, dtype=np.uint64))


if __name__ == "__main__":
    main()
