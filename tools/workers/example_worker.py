#!/usr/bin/env python3
"""A whole worker on nothing but Python itself, to be read beside docs/worker_protocol.md.

Its backend takes two formats: `scale`, a JSON file {"scale": 3} that multiplies every f32 input, and `identity`, which
`conformance worker-test` uses to see how tensors cross. A runtime of your own goes where `prepare` and the sessions it makes are.
"""
import array, json, math, os, struct, sys  # noqa: E401

SIZES = {"f64": 8, "f32": 4, "f16": 2, "bf16": 2, "i64": 8, "i32": 4, "i16": 2, "i8": 1, "u8": 1, "bool": 1, "complex64": 8, "complex128": 16}
# Standard output is for frames alone: they get a copy, and what anything else prints goes to standard error.
source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
sessions = {}


def take(size):
    data = source.read(size)
    if len(data) < size:  # nobody will ask again; inside a frame that is no clean end
        sys.exit(2 if data or size != 4 else 0)
    return data


def read():
    """A frame: header, and tensors as (name, dtype, shape, bytes). What is no frame raises: there is no place to go on from."""
    (length,) = struct.unpack("<I", take(4))
    assert 2 <= length <= 64 << 20, "a message's length is out of range"
    header, tensors = json.loads(take(length).decode()), []
    for entry in header.pop("tensors", []):
        size = math.prod(entry["shape"]) * SIZES[entry["dtype"]]
        assert min(entry["shape"], default=0) >= 0 and size <= 1 << 40, "a tensor's shape is out of range"
        tensors.append((entry["name"], entry["dtype"], entry["shape"], take(size)))
    return header, tensors


def write(header, tensors=()):
    if tensors:
        header["tensors"] = [{"name": name, "dtype": dtype, "shape": shape} for name, dtype, shape, _ in tensors]
    text = json.dumps(header).encode()
    sink.write(struct.pack("<I", len(text)) + text + b"".join(data for *_, data in tensors))
    sink.flush()


def prepare(artifact):
    """An artifact's session: a function from inputs to outputs."""
    def scaled(name, dtype, shape, data):
        assert dtype == "f32", f"{name} is {dtype}, want f32"
        return name, dtype, shape, array.array("f", [factor * value for value in array.array("f", data)]).tobytes()

    if artifact["format"] == "identity":
        return lambda tensors: tensors
    assert artifact["format"] == "scale", f"the format is {artifact['format']}, want scale or identity"
    factor = json.load(open(artifact["path"]))["scale"]
    return lambda tensors: [scaled(*tensor) for tensor in tensors]


def answer(request, inputs):
    match request:
        case {"type": "hello", "protocol": 1}:
            backends = [{"name": "example", "formats": ["scale", "identity"], "version": "1.0"}]
            return {"type": "hello", "protocol": 1, "backends": backends, "exporters": []}, ()
        case {"type": "prepare", "backend": "example", "artifact": artifact}:
            number = max(sessions, default=0) + 1
            sessions[number] = prepare(artifact)
            return {"type": "prepared", "session": number}, ()
        case {"type": "run", "session": number}:
            return {"type": "outputs"}, sessions[number](inputs)
        case {"type": "release", "session": number}:
            sessions.pop(number, None)
            return {"type": "released"}, ()
        case {"type": "shutdown"}:
            return {"type": "bye"}, ()
    raise ValueError(f"no such request: {request}")


while True:
    request, inputs = read()
    try:
        header, outputs = answer(request, inputs)
    except Exception as error:  # the process is there for the next cells as well
        header, outputs = {"type": "error", "error": {"kind": "invalid", "message": f"{type(error).__name__}: {error}"}}, ()
    write(header | ({"id": request["id"]} if "id" in request else {}), outputs)
    if header["type"] == "bye":
        sys.exit(0)
