"""Makes fixtures/malformed: small broken and hostile files for every parser of framework/formats.

Needs nothing but Python's own library; the same bytes every time. Run from the root of the checkout:
python tools/fixturegen/malformed.py. What each file must lead to stands in framework/formats/malformed_test.cc, which fails for a
file that is not listed there.
"""

import json
import pathlib
import shutil
import struct
import zlib

ROOT = pathlib.Path("fixtures/malformed")


def write(path, data):
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data if isinstance(data, bytes) else data.encode())


def make_json():
    write("json/empty.json", "")
    write("json/truncated.json", '{\n  "a": [1, 2')
    write("json/trailing_text.json", "{} x")
    write("json/trailing_comma.json", "[1, 2,]")
    write("json/duplicate_key.json", '{"a": 1,\n "b": {"a": 2},\n "a": 3}')
    write("json/duplicate_key_of_many.json", json.dumps({f"k{i}": i for i in range(40)})[:-1] + ', "k7": 0}')
    write("json/deep_arrays.json", "[" * 5000)
    write("json/deep_objects.json", '{"a":' * 5000)
    write("json/bad_escape.json", '["\\x41"]')
    write("json/lone_surrogate.json", '["\\ud800"]')
    write("json/bad_utf8.json", b'["\xc0\x80"]')
    write("json/control_character.json", b'["a\nb"]')
    write("json/number_overflow.json", "[1e999]")
    write("json/leading_zero.json", "[01]")
    write("json/nonfinite.json", "[NaN]")
    write("json/zero_byte.json", b"{}\0{}")
    write("json/bare_key.json", "{a: 1}")
    write("json/comment.json", "{} // no")
    write("json/cut_literal.json", "[tru]")
    write("json/cut_string.json", '["never ends')


def safetensors(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(begin, end, dtype="F32", shape=None):
    return {"dtype": dtype, "shape": [(end - begin) // 4] if shape is None else shape, "data_offsets": [begin, end]}


def make_safetensors():
    def put(name, *args, **kwargs):
        write(f"safetensors/{name}.safetensors", safetensors(*args, **kwargs))

    write("safetensors/empty.safetensors", b"")
    write("safetensors/seven_bytes.safetensors", b"\1\0\0\0\0\0\0")
    put("header_of_no_bytes", b"")
    put("header_beyond_file", {"a": entry(0, 4)}, b"abcd", length=1 << 20)
    put("header_of_2_63_bytes", "{}", length=1 << 63)
    put("header_of_all_ones", "{}", length=(1 << 64) - 1)
    put("header_over_100_mb", "{}", length=100_000_001)
    put("header_is_array", "[]")
    put("header_is_cut", '{"a": {"dtype": "F32"')
    put("header_not_utf8", b'{"\xff": 1}')
    put("header_too_deep", '{"a":' * 50 + "1" + "}" * 50)
    put("name_twice", '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8))
    put("entry_is_number", {"a": 7})
    put("no_dtype", {"a": {"shape": [1], "data_offsets": [0, 4]}}, bytes(4))
    put("dtype_is_number", {"a": {"dtype": 7, "shape": [1], "data_offsets": [0, 4]}}, bytes(4))
    put("unknown_dtype", {"a": entry(0, 4, "F7")}, bytes(4))
    put("no_shape", {"a": {"dtype": "F32", "data_offsets": [0, 4]}}, bytes(4))
    put("negative_size", {"a": entry(0, 4, shape=[-1])}, bytes(4))
    put("size_is_float", {"a": entry(0, 4, shape=[1.0])}, bytes(4))
    put("size_beyond_int64", {"a": entry(0, 4, shape=[1 << 63])}, bytes(4))
    put("elements_overflow", {"a": entry(0, 4, shape=[1 << 32, 1 << 32])}, bytes(4))
    put("bytes_overflow", {"a": entry(0, 4, "F64", shape=[1 << 61])}, bytes(4))
    put("half_a_byte", {"a": entry(0, 2, "F4", shape=[3])}, bytes(2))
    put("no_offsets", {"a": {"dtype": "F32", "shape": [1]}}, bytes(4))
    put("three_offsets", {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}}, bytes(4))
    put("offset_is_string", {"a": {"dtype": "F32", "shape": [1], "data_offsets": ["0", 4]}}, bytes(4))
    put("offsets_reversed", {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}, bytes(4))
    put("negative_offset", {"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}, bytes(4))
    put("offsets_beyond_file", {"a": entry(0, 400)}, bytes(4))
    put("offsets_do_not_fit_shape", {"a": entry(0, 8, shape=[1])}, bytes(8))
    put("tensors_overlap", {"a": entry(0, 8), "b": entry(4, 12)}, bytes(12))
    put("hole", {"a": entry(0, 4), "b": entry(8, 12)}, bytes(12))
    put("bytes_at_the_end", {"a": entry(0, 4)}, bytes(8))
    put("data_cut", {"a": entry(0, 8)}, bytes(5))
    put("metadata_is_string", {"__metadata__": "pt"})
    put("metadata_of_numbers", {"__metadata__": {"format": 1}})
    put("bool_of_two", {"a": entry(0, 3, "BOOL", shape=[3])}, b"\0\1\2")


def make_checkpoints():
    def put(case, weight_map, shard=None):
        write(f"checkpoint/{case}/model.safetensors.index.json", json.dumps({"weight_map": weight_map}))
        if shard:
            write(f"checkpoint/{case}/{shard}", safetensors({"a": entry(0, 4)}, bytes(4)))

    put("parent_folder", {"a": "../parent_folder/shard.safetensors"}, "shard.safetensors")
    put("absolute_path", {"a": "/shard.safetensors"})
    put("sub_folder", {"a": "sub/shard.safetensors"}, "sub/shard.safetensors")
    put("dot_dot", {"a": ".."})
    put("empty_name", {"a": ""})
    put("missing_shard", {"a": "shard.safetensors"})
    put("missing_tensor", {"a": "shard.safetensors", "b": "shard.safetensors"}, "shard.safetensors")
    put("shard_is_number", {"a": 1})
    put("map_is_array", ["shard.safetensors"])
    put("empty_map", {})
    put("tensor_in_two_shards", {"a": "one.safetensors", "b": "two.safetensors"})
    for shard in ("one", "two"):
        write(f"checkpoint/tensor_in_two_shards/{shard}.safetensors", safetensors({"a": entry(0, 4)}, bytes(4)))


def npy(header, data=b"", version=(1, 0), length=None):
    text = header.encode() + b"\n"
    size = len(text) if length is None else length
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version[0] == 1 else "<I", size) + text + data


def make_npy():
    def put(name, *args, **kwargs):
        write(f"npy/{name}.npy", npy(*args, **kwargs))

    def header(descr="'<f4'", order="False", shape="(2,)"):
        return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"

    write("npy/empty.npy", b"")
    write("npy/not_numpy.npy", b"PK\3\4 not an array")
    write("npy/no_version.npy", b"\x93NUMPY\1")
    write("npy/no_length.npy", b"\x93NUMPY\1\0\5")
    put("version_9", header(), bytes(8), version=(9, 0))
    put("header_beyond_file", header(), bytes(8), length=60000)
    put("header_of_4_gb", header(), bytes(8), version=(2, 0), length=(1 << 32) - 1)
    put("no_braces", "'descr'", bytes(8))
    put("cut_dict", "{'descr': '<f4', ", bytes(8))
    put("cut_string", "{'descr", bytes(8))
    put("no_shape", "{'descr': '<f4', 'fortran_order': False}", bytes(8))
    put("unknown_key", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", bytes(8))
    put("key_twice", "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", bytes(8))
    put("text_after_dict", header() + " + 1", bytes(8))
    put("negative_size", header(shape="(-2,)"), bytes(8))
    put("size_beyond_int64", header(shape="(99999999999999999999,)"), bytes(8))
    put("elements_overflow", header(shape="(4294967296, 4294967296)"), bytes(8))
    put("strides_overflow", header(shape="(0, 4294967296, 4294967296)"))
    put("bytes_overflow", header(descr="'<f8'", shape="(2305843009213693952,)"), bytes(8))
    put("axes_100", header(shape="(" + "1, " * 100 + ")"), bytes(4))
    put("shape_is_number", header(shape="2"), bytes(8))
    put("shape_is_no_tuple", header(shape="(2)"), bytes(8))
    put("order_is_number", header(order="0"), bytes(8))
    put("escape", header(descr="'<f\\x34'"), bytes(8))
    put("big_endian", header(descr="'>f4'"), bytes(8))
    put("objects", header(descr="'|O'"), bytes(8))
    put("records", header(descr="[('a', '<f4')]"), bytes(8))
    put("data_cut", header(), bytes(7))
    put("bytes_at_the_end", header(), bytes(9))
    put("bool_of_two", header(descr="'|b1'"), b"\1\2")


class Zip:
    """A zip archive whose every field can be made to lie."""

    def __init__(self):
        self.data = b""
        self.directory = b""
        self.count = 0

    def add(self, name, content, *, method=0, flags=0, crc=None, size=None, packed=None, local_name=None, local_size=None,
            local_method=None, offset=None, extra=b"", central_extra=b"", disk=0, local=True):
        name = name if isinstance(name, bytes) else name.encode()
        local_name = name if local_name is None else local_name.encode()
        stored = content
        if method == 8:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            stored = deflate.compress(content) + deflate.flush()
        crc = zlib.crc32(content) if crc is None else crc
        size = len(content) if size is None else size
        packed = len(stored) if packed is None else packed
        at = len(self.data) if offset is None else offset
        if local:
            self.data += struct.pack(
                "<IHHHHHIIIHH", 0x04034B50, 20, flags, method if local_method is None else local_method, 0, 0x21, crc, packed,
                size if local_size is None else local_size, len(local_name), len(extra)) + local_name + extra + stored
        self.directory += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, flags, method, 0, 0x21, crc, packed, size, len(name), len(central_extra), 0,
            disk, 0, 0, at) + name + central_extra
        self.count += 1
        return self

    def end(self, *, count=None, size=None, offset=None, disk=0, comment=b"", tail=b"", zip64=None, locator=True):
        count = self.count if count is None else count
        size = len(self.directory) if size is None else size
        offset = len(self.data) if offset is None else offset
        out = self.data + self.directory
        if zip64 is not None:
            at = len(out)
            out += struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, zip64, zip64, size, offset)
            if locator:
                out += struct.pack("<IIQI", 0x07064B50, 0, at, 1)
            count, size, offset = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
        return out + struct.pack("<IHHHHIIH", 0x06054B50, disk, disk, count, count, size, offset, len(comment)) + comment + tail


def make_zip():
    def put(name, data):
        write(f"zip/{name}.zip", data)

    def one(**kwargs):
        return Zip().add("a.txt", b"hello", **kwargs).end()

    put("empty", b"")
    put("not_a_zip", b"this is no archive, and too short for it")
    put("cut", one()[:-10])
    put("comment", Zip().add("a.txt", b"hello").end(comment=b"hidden"))
    put("bytes_at_the_end", Zip().add("a.txt", b"hello").end(tail=b"\0\0\0"))
    put("bytes_in_front", b"MZ" + one())
    put("more_entries_than_directory", Zip().add("a.txt", b"hello").end(count=60000))
    put("fewer_entries_than_directory", Zip().add("a", b"1").add("b", b"2").end(count=1))
    put("entries_2_40", Zip().add("a.txt", b"hello").end(zip64=1 << 40))
    put("entries_2_63", Zip().add("a.txt", b"hello").end(zip64=1 << 63))
    put("zip64_without_locator", Zip().add("a.txt", b"hello").end(zip64=1, locator=False))
    put("directory_beyond_file", Zip().add("a.txt", b"hello").end(offset=1 << 30))
    put("directory_too_long", Zip().add("a.txt", b"hello").end(size=1 << 30))
    put("directory_too_short", Zip().add("a.txt", b"hello").end(size=10))
    put("disk_7", Zip().add("a.txt", b"hello").end(disk=7))
    put("entry_on_disk_7", one(disk=7))
    put("local_header_beyond_directory", one(offset=5000))
    put("local_header_elsewhere", one(offset=3))
    put("name_absolute", Zip().add("/etc/passwd", b"x").end())
    put("name_parent", Zip().add("a/../../b", b"x").end())
    put("name_backslash", Zip().add("..\\b", b"x").end())
    put("name_drive", Zip().add("c:b", b"x").end())
    put("name_empty", Zip().add("", b"x").end())
    put("name_control_character", Zip().add("a\nb", b"x").end())
    put("name_zero_byte", Zip().add(b"a\0b", b"x").end())
    put("name_twice", Zip().add("a", b"1").add("a", b"2").end())
    put("name_differs", one(local_name="b.txt"))
    put("size_differs", one(local_size=4))
    put("method_differs", one(local_method=8))
    put("two_entries_one_header", Zip().add("a", b"1" * 100).add("b", b"1" * 100, offset=0, local=False).end())
    inner = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 0x21, zlib.crc32(b"xy"), 2, 2, 1, 0) + b"b" + b"xy"
    put("entry_inside_entry", Zip().add("a", inner).add("b", b"xy", offset=31, local=False).end())
    put("encrypted", one(flags=1))
    put("method_12", one(method=12))
    put("stored_in_two_sizes", one(size=6))
    put("entry_into_directory", one(size=500, packed=500))
    put("extra_field_cut", one(central_extra=struct.pack("<HH", 1, 400)))
    put("zip64_field_cut", one(size=0xFFFFFFFF, packed=0xFFFFFFFF, central_extra=struct.pack("<HHQ", 1, 8, 5)))
    put("zip64_size_2_63", one(size=0xFFFFFFFF, packed=0xFFFFFFFF, central_extra=struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63)))
    put("bomb", Zip().add("a.txt", bytes(1 << 20), method=8).end())
    put("bomb_of_4_gb", Zip().add("a.txt", bytes(1 << 10), method=8, size=0xFFFFFFFE).end())
    put("wrong_checksum", one(crc=0x12345678))
    put("unpacks_to_less", Zip().add("a.txt", b"hello hello", method=8, size=12).end())
    put("unpacks_to_more", Zip().add("a.txt", b"hello hello", method=8, size=10).end())
    put("does_not_unpack", Zip().add("a.txt", b"\7garbage", method=0).end().replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x08\0"))


def make_pt2():
    meta = {"dtype": 7, "sizes": [{"as_int": 2}, {"as_int": 3}], "requires_grad": True, "device": {"type": "cpu", "index": None},
            "strides": [{"as_int": 3}, {"as_int": 1}], "storage_offset": {"as_int": 0}, "layout": 7}

    def weight(**changes):
        about = {"path_name": "weight_0", "is_param": True, "use_pickle": False, "tensor_meta": dict(meta)}
        for key, value in changes.items():
            (about if key in about else about["tensor_meta"])[key] = value
        return {"config": {"w": about}}

    def put(name, weights=None, drop=(), root="p", replace=None, extra=()):
        parts = {
            "archive_format": b"pt2",
            "archive_version": b"0",
            "byteorder": b"little",
            "models/model.json": b"{}",
            "data/weights/model_weights_config.json": json.dumps(weight() if weights is None else weights).encode(),
            "data/weights/weight_0": struct.pack("<6f", *range(6)),
            "data/constants/model_constants_config.json": b'{"config": {}}',
        }
        parts.update(replace or {})
        archive = Zip()
        for part, content in parts.items():
            if part not in drop:
                archive.add(f"{root}/{part}", content)
        for path, content in extra:
            archive.add(path, content)
        write(f"pt2/{name}.pt2", archive.end())

    put("good")  # what the others change one thing of
    write("pt2/not_a_zip.pt2", b"this is no archive, and long enough for one")
    write("pt2/no_entries.pt2", Zip().end())
    write("pt2/no_folder.pt2", Zip().add("archive_format", b"pt2").end())
    put("two_folders", extra=[("q/x", b"")])
    put("another_format", replace={"archive_format": b"pt3"})
    put("another_version", replace={"archive_version": b"17"})
    put("big_endian", replace={"byteorder": b"big"})
    put("no_version", drop=["archive_version"])
    put("no_model", drop=["models/model.json"])
    put("two_models", drop=["models/model.json"], replace={"models/a.json": b"{}", "models/b.json": b"{}"})
    put("model_is_array", replace={"models/model.json": b"[]"})
    put("model_is_cut", replace={"models/model.json": b'{"graph_module": {'})
    put("model_too_deep", replace={"models/model.json": b"[" * 1000})
    put("no_weights_config", drop=["data/weights/model_weights_config.json"])
    put("no_constants_config", drop=["data/constants/model_constants_config.json"])
    put("config_is_array", weights=[])
    put("no_config_key", weights={})
    put("entry_is_number", weights={"config": {"w": 1}})
    put("storage_missing", drop=["data/weights/weight_0"])
    put("storage_outside", weights=weight(path_name="../../weight_0"))
    put("path_is_number", weights=weight(path_name=1))
    put("flag_is_string", weights=weight(is_param="yes"))
    put("no_meta", weights=weight(tensor_meta=None))
    put("dtype_is_string", weights=weight(dtype="float"))
    put("sparse_layout", weights=weight(layout=1))
    put("size_is_symbol", weights=weight(sizes=[{"as_expr": {"expr_str": "s0"}}, {"as_int": 3}]))
    put("negative_size", weights=weight(sizes=[{"as_int": -2}, {"as_int": 3}]))
    put("negative_stride", weights=weight(strides=[{"as_int": -3}, {"as_int": 1}]))
    put("negative_offset", weights=weight(storage_offset={"as_int": -1}))
    put("strides_too_few", weights=weight(strides=[{"as_int": 3}]))
    put("axes_100", weights=weight(sizes=[{"as_int": 1}] * 100, strides=[{"as_int": 1}] * 100))
    put("view_beyond_storage", weights=weight(storage_offset={"as_int": 1}))
    put("stride_beyond_storage", weights=weight(strides=[{"as_int": 4}, {"as_int": 1}]))
    put("extent_overflows", weights=weight(strides=[{"as_int": 2**62}, {"as_int": 2**62}]))
    put("elements_overflow", weights=weight(sizes=[{"as_int": 2**32}, {"as_int": 2**32}], strides=[{"as_int": 0}] * 2))
    put("repeats_for_ever", weights=weight(sizes=[{"as_int": 2**20}, {"as_int": 2**20}], strides=[{"as_int": 0}] * 2))
    put("pickle", weights=weight(use_pickle=True))
    put("unknown_dtype", weights=weight(dtype=29))


def varint(value):
    out = b""
    value &= (1 << 64) - 1
    while True:
        byte = value & 0x7F
        value >>= 7
        out += bytes([byte | (0x80 if value else 0)])
        if not value:
            return out


def field(number, value):
    """One protobuf field: an int as a varint, anything else with its length in front."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


# Field numbers of onnx.proto.
def tensor(*, dims=(2,), elem=1, raw=bytes(8), name="w", extra=b""):
    return b"".join(field(1, d) for d in dims) + field(2, elem) + field(8, name) + (b"" if raw is None else field(9, raw)) + extra


def external(**entries):
    return b"".join(field(13, field(1, k) + field(2, v)) for k, v in entries.items()) + field(14, 1)


def make_onnx():
    def graph(*, initializer=None, extra=b""):
        return field(2, "g") + (b"" if initializer is None else field(5, initializer)) + extra

    def model(body=None, extra=b""):
        return field(1, 10) + field(8, field(2, 20)) + (b"" if body is None else field(7, body)) + extra

    def put(name, data):
        write(f"onnx/{name}.onnx", data)

    def weights(name, **kwargs):
        put(name, model(graph(initializer=tensor(**kwargs))))

    put("empty", b"")
    put("garbage", b"\xff\xfe\xfd this is no message")
    put("cut", model(graph(initializer=tensor()))[:-3])
    put("length_of_2_gb", model() + varint(7 << 3 | 2) + varint((1 << 31) - 1) + b"x")
    put("length_of_2_63", model() + varint(7 << 3 | 2) + varint(1 << 63) + b"x")
    put("wrong_wire_type", field(1, 10) + field(7, 5) + b"\x0f")
    put("no_graph", model())
    deep = graph()
    for _ in range(100):
        deep = graph(extra=field(1, field(4, "If") + field(5, field(1, "then") + field(20, 5) + field(6, deep))))
    put("deep_graphs", model(deep))
    weights("negative_size", dims=(-2,))
    weights("elements_overflow", dims=(1 << 32, 1 << 32))
    weights("bytes_overflow", dims=(1 << 62,), elem=11)
    weights("raw_too_short", raw=bytes(7))
    weights("raw_too_long", raw=bytes(9))
    weights("no_data", raw=None)
    weights("two_kinds_of_data", extra=field(4, bytes(8)))
    weights("field_of_another_type", raw=None, extra=field(7, b"\1\2"))
    weights("unknown_type", elem=99)
    weights("undefined_type", elem=0)
    weights("strings_missing", elem=8, raw=None, extra=field(6, "a"))
    weights("strings_for_floats", extra=field(6, "a"))
    weights("segments", extra=field(3, field(1, 0) + field(2, 1)))
    weights("newer_tensor_field", extra=field(99, "new"))
    weights("external_parent_folder", raw=None, extra=external(location="../weights.bin"))
    weights("external_hidden_parent", raw=None, extra=external(location="a/../../weights.bin"))
    weights("external_absolute", raw=None, extra=external(location="/etc/passwd"))
    weights("external_backslash", raw=None, extra=external(location="..\\weights.bin"))
    weights("external_without_location", raw=None, extra=external(offset="0"))
    weights("external_bad_offset", raw=None, extra=external(location="w.bin", offset="0x10"))
    weights("external_negative_length", raw=None, extra=external(location="w.bin", length="-8"))
    weights("external_other_length", raw=None, extra=external(location="w.bin", length="4"))
    weights("external_offset_overflow", raw=None, extra=external(location="w.bin", offset=str((1 << 63) - 1)))
    put("newer_model_field", model(graph(), field(99, "new")))
    put("training", model(graph(), field(20, field(1, graph()))))
    put("sparse_initializer", model(graph(extra=field(15, field(3, 1)))))
    put("quantization_annotation", model(graph(extra=field(14, field(1, "w")))))
    attribute = field(1, "a")
    put("attribute_without_type", model(graph(extra=field(1, field(4, "Op") + field(5, attribute)))))
    put("sparse_attribute", model(graph(extra=field(1, field(4, "Op") + field(5, attribute + field(20, 11))))))
    deep_type = field(1, field(1, 1))
    for _ in range(20):
        deep_type = field(4, field(1, deep_type))
    put("deep_type", model(graph(extra=field(11, field(1, "x") + field(2, deep_type)))))
    put("map_type", model(graph(extra=field(11, field(1, "x") + field(2, field(5, field(1, 7)))))))


def make_onnx_tensor():
    def put(name, data):
        write(f"onnx_tensor/{name}.pb", data)

    put("good", tensor())
    put("empty", b"")
    put("garbage", b"\xff\xfe\xfd this is no message")
    put("cut", tensor()[:-3])
    put("length_of_2_gb", field(2, 1) + varint(9 << 3 | 2) + varint((1 << 31) - 1) + b"x")
    put("negative_size", tensor(dims=(-2,)))
    put("elements_overflow", tensor(dims=(1 << 32, 1 << 32)))
    put("strides_overflow", tensor(dims=(0, 1 << 32, 1 << 32), raw=b""))
    put("raw_too_short", tensor(raw=bytes(7)))
    put("undefined_type", tensor(elem=0))
    put("external", tensor(raw=None, extra=external(location="w.bin")))
    put("external_parent_folder", tensor(raw=None, extra=external(location="../w.bin")))


def main():
    for folder in ("json", "safetensors", "checkpoint", "npy", "zip", "pt2", "onnx", "onnx_tensor"):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    make_json()
    make_safetensors()
    make_checkpoints()
    make_npy()
    make_zip()
    make_pt2()
    make_onnx()
    make_onnx_tensor()
    write(
        "ORIGIN.md",
        "# Broken and hostile files\n\n"
        "Made by `tools/fixturegen/malformed.py`, by hand as it were: no library writes such files. What each one must lead to stands\n"
        "in `framework/formats/malformed_test.cc`. The folders are also the fuzzers' first inputs.\n",
    )


if __name__ == "__main__":
    main()
