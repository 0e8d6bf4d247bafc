#!/usr/bin/env python3
"""Makes fixtures/ops/op_rules.json: what PyTorch's CPU kernels answer, in shapes and dtypes, to a grid of op calls.

Usage: op_rules.py OUTPUT. Needs torch. The same version gives the same file. Read by framework/ops/op_rules_test.cc.

A case is [target, arguments, keywords, answer]. An argument is null, a bool, an int, a float, a string, a list of ints,
{"t": "f32[2,3]"} (a tensor; null for None), {"ts": [...]} (a list of them) or {"dtype": "f32"}. The answer is a list of tensors,
or null where PyTorch refuses. Left out is what PyTorch answers and we refuse on purpose: a float factor of an integer addmm (it
would be cut), attention whose key and value differ in length (it reads past the end), or with a mask beside is_causal.
"""
import itertools
import json
import sys
import warnings

import torch

warnings.filterwarnings("ignore")
torch.manual_seed(0)

NAMES = {torch.float64: "f64", torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16", torch.int64: "i64",
         torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8", torch.bool: "bool"}
DTYPES = {name: dtype for dtype, name in NAMES.items()}


class T:
    """A tensor argument: dtype, shape, and what fills it (indices must be 0, divisors 1)."""

    def __init__(self, dtype, *shape, fill=1):
        self.dtype, self.shape, self.fill = dtype, shape, fill

    def make(self):
        return torch.full(self.shape, self.fill, dtype=DTYPES[self.dtype])

    def text(self):
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"


def ids(*shape, dtype="i64"):
    return T(dtype, *shape, fill=0)


class D:
    def __init__(self, name):
        self.name = name


def make(arg):
    if isinstance(arg, T):
        return arg.make()
    if isinstance(arg, D):
        return DTYPES[arg.name]
    if isinstance(arg, tuple):  # a list of tensors
        return [make(a) for a in arg]
    return arg


def encode(arg):
    if isinstance(arg, T):
        return {"t": arg.text()}
    if isinstance(arg, D):
        return {"dtype": arg.name}
    if isinstance(arg, tuple):
        return {"ts": [None if a is None else a.text() for a in arg]}
    return arg


CASES = []


def case(target, *args, **keywords):
    op = torch.ops
    for part in target.split("."):
        op = getattr(op, part)
    try:
        out = op(*[make(a) for a in args], **{k: make(v) for k, v in keywords.items()})
        out = [out] if isinstance(out, torch.Tensor) else list(out)
        answer = [f"{NAMES[t.dtype]}[{','.join(map(str, t.shape))}]" for t in out]
    except (RuntimeError, IndexError, NotImplementedError, ValueError, TypeError):
        answer = None
    CASES.append([target, [encode(a) for a in args], {k: encode(v) for k, v in keywords.items()}, answer])


SHAPES = [(), (1,), (3,), (2, 3), (2, 1), (0,), (2, 0)]
FEW = ["f32", "f16", "i64", "u8", "bool"]


def pointwise():
    floats = ["neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "tanh", "sigmoid", "erf", "relu", "relu6",
              "silu", "mish", "hardswish", "hardsigmoid", "selu", "logical_not", "bitwise_not", "floor", "ceil", "round", "sign",
              "isnan", "isinf", "square", "gelu", "leaky_relu", "elu", "softplus", "hardtanh"]
    for name in floats:
        for dtype in ["f32", "bf16", "i64", "bool"]:
            case(f"aten.{name}.default", T(dtype, 2, 3))
        case(f"aten.{name}.default", T("f64"))
        case(f"aten.{name}.default", T("f16", 0, 2))
    case("aten.gelu.default", T("f32", 2), approximate="tanh")
    case("aten.gelu.default", T("f32", 2), approximate="sigmoid")
    for dtype, low, high in itertools.product(["f32", "i32", "bool"], [None, 0, 0.5], [None, 1, 1.5]):
        case("aten.clamp.default", T(dtype, 2), low, high)
    case("aten.clamp.Tensor", T("f32", 2, 1), T("f32", 3), None)
    case("aten.clamp.Tensor", T("i64", 2, 1), T("f32", 3), T("f32"))
    case("aten.clamp_min.default", T("f16", 2), 0.5)
    case("aten.clamp_max.default", T("i64", 2), 0.5)


def binary():
    types = ["f64", "f32", "f16", "bf16", "i64", "i32", "i8", "u8", "bool"]
    for a, b in itertools.product(types, types):
        case("aten.add.Tensor", T(a, 2, 3), T(b, 3))
        if a != b:
            case("aten.mul.Tensor", T(a, 2), T(b))
            case("aten.maximum.default", T(a), T(b))
    for a, b in itertools.product(types, [2, 2.5, True]):
        for name in ["add.Tensor", "mul.Tensor", "div.Tensor", "eq.Scalar"]:
            case(f"aten.{name}", T(a, 2), b)
        for name in ["sub.Tensor", "pow.Tensor_Scalar", "remainder.Scalar", "floor_divide.default", "rsub.Scalar"]:
            if a in FEW:
                case(f"aten.{name}", T(a), b)
        case("aten.add.Scalar", T(a), b)
    for a, b in itertools.product(SHAPES, SHAPES):
        case("aten.add.Tensor", T("f32", *a), T("f32", *b))
    case("aten.add.Tensor", T("f32", 4, 1, 3), T("f32", 5, 1))
    case("aten.add.Tensor", T("f32", 4, 2, 3), T("f32", 5, 1))
    for alpha in [2, 0.5, True]:
        for dtype in FEW:
            case("aten.add.Tensor", T(dtype, 2), T(dtype, 2), alpha=alpha)
    names = ["sub.Tensor", "div.Tensor", "pow.Tensor_Tensor", "remainder.Tensor", "floor_divide.default", "lt.Tensor", "eq.Tensor",
             "logical_and.default", "bitwise_and.Tensor", "__and__.Tensor", "__or__.Tensor", "bitwise_or.Tensor",
             "bitwise_xor.Tensor", "minimum.default", "max.other"]
    for name in names:
        for a, b in itertools.product(FEW, FEW):
            case(f"aten.{name}", T(a, 2, 1), T(b, 3))
    for mode in ["trunc", "floor", None, "round"]:
        for dtype in FEW:
            case("aten.div.Tensor_mode", T(dtype, 2), T(dtype, 2), rounding_mode=mode)
    case("aten.pow.Scalar", 2, T("i64", 2))
    case("aten.pow.Scalar", 2.5, T("i64", 2))
    case("aten.pow.Tensor_Scalar", T("i64", 2), -1)
    case("aten.pow.Tensor_Scalar", T("f32", 2), -1)
    case("aten.__and__.Scalar", T("i64", 2), 1)
    case("aten.bitwise_or.Scalar", T("i64", 2), True)
    case("aten.bitwise_or.Scalar", T("bool", 2), 1)
    for name in ["add_.Tensor", "mul_.Tensor", "div_.Tensor", "sub_.Tensor"]:
        for a, b in [("f32", "f32"), ("f32", "i64"), ("i64", "f32"), ("i64", "i32"), ("bool", "i64"), ("f16", "f32")]:
            case(f"aten.{name}", T(a, 2, 3), T(b, 3))
        case(f"aten.{name}", T("f32", 3), T("f32", 2, 3))
        case(f"aten.{name}", T("i64", 3), 0.5)
    for c, a, b in [("bool", "f32", "f32"), ("bool", "i64", "f16"), ("i64", "f32", "f32"), ("bool", "bool", "i8")]:
        case("aten.where.self", T(c, 2, 1), T(a, 3), T(b))
    case("aten.where.ScalarOther", T("bool", 2), T("f16", 2), 0.5)
    case("aten.where.ScalarOther", T("bool", 2), T("i64", 2), 0.5)
    case("aten.where.ScalarSelf", T("bool", 2), 1, T("i32"))
    case("aten.where.Scalar", T("bool", 2), 1, 0.5)
    case("aten.where.Scalar", T("bool", 2), True, False)
    for dtype, value in itertools.product(FEW, [0, 0.5, True]):
        case("aten.masked_fill.Scalar", T(dtype, 2, 3), T("bool", 3), value)
    case("aten.masked_fill.Scalar", T("f32", 3), T("bool", 2, 3), 0)
    case("aten.masked_fill.Scalar", T("f32", 3), T("i64", 3), 0)
    case("aten.masked_fill.Tensor", T("f32", 2), T("bool", 2), T("f32"))
    case("aten.masked_fill.Tensor", T("f32", 2), T("bool", 2), T("f32", 1))
    case("aten.masked_fill_.Scalar", T("f32", 2, 3), T("bool", 3), 0)
    case("aten.masked_fill_.Scalar", T("f32", 3), T("bool", 2, 3), 0)
    case("aten.masked_scatter.default", T("f32", 2, 3), T("bool", 3), T("f32", 6))
    case("aten.masked_scatter.default", T("f32", 2, 3), T("bool", 3), T("f16", 6))
    case("aten.copy_.default", T("i64", 2, 3), T("f32", 3))
    case("aten.copy_.default", T("i64", 3), T("f32", 2, 3))


def shapes():
    f = "f32"
    for name in ["view", "reshape"]:
        for shape, sizes in [((2, 3), [6]), ((2, 3), [-1]), ((2, 3), [3, -1]), ((2, 3), [4, -1]), ((2, 3), [-1, -1]), ((2, 3), [-2, 3]),
                             ((2, 3), []), ((), []), ((), [1, -1]), ((1,), []), ((0,), [0, -1]), ((0,), [-1]), ((0, 3), [0]), ((0, 3), [-1, 3]),
                             ((0, 3), [3, 0, 5]), ((2, 0), [-1, 2]), ((4, 6), [2, -1, 3, 2]), ((4, 6), [2, 3, 2]), ((2, 3), [1, 6, 1])]:
            case(f"aten.{name}.default", T(f, *shape), sizes)
    for shape, sizes in [((3, 1), [3, 4]), ((3, 1), [-1, 4]), ((3,), [2, 3]), ((3,), [2, -1]), ((3,), [-1, 3]), ((3, 1), [4]), ((3, 1), [2, 1]),
                         ((), [2, 3]), ((), []), ((1,), [0]), ((0,), [1]), ((0,), [0]), ((2, 1), [2, 0]), ((1, 3), [5, 2, 3]), ((3,), [-2])]:
        case("aten.expand.default", T(f, *shape), sizes)
    case("aten.expand_as.default", T(f, 3, 1), T(f, 2, 3, 4))
    case("aten.view_as.default", T(f, 3, 2), T(f, 6))
    for a, b in [(0, 1), (-1, -2), (0, 2), (0, -3), (1, 1)]:
        case("aten.transpose.int", T(f, 2, 3), a, b)
    case("aten.transpose.int", T(f), 0, -1)
    case("aten.transpose.int", T(f), 0, 1)
    for shape in [(), (3,), (2, 3), (2, 3, 4)]:
        case("aten.t.default", T(f, *shape))
    for dims in [[2, 0, 1], [-1, 0, 1], [0, 1], [0, 0, 1], [0, 1, 3], [0, 1, 2]]:
        case("aten.permute.default", T(f, 2, 3, 4), dims)
    case("aten.permute.default", T(f), [])
    for dim in [0, 2, -1, -3, 3, -4]:
        case("aten.unsqueeze.default", T(f, 2, 3), dim)
        case("aten.squeeze.dim", T(f, 1, 3, 1), dim)
    case("aten.unsqueeze.default", T(f), -1)
    case("aten.squeeze.dim", T(f), 0)
    case("aten.squeeze.default", T(f, 1, 3, 1))
    case("aten.squeeze.default", T(f))
    case("aten.squeeze.dims", T(f, 1, 3, 1), [0, -1])
    case("aten.squeeze.dims", T(f, 1, 3, 1), [0, 1])
    case("aten.squeeze.dims", T(f, 1, 3, 1), [0, 0])
    positions = [0, 2, 5, 9, -1, -3, -9, 9223372036854775807]
    for start, end in itertools.product(positions, positions):
        case("aten.slice.Tensor", T(f, 5, 2), 0, start, end)
    for start, step in [(0, 2), (1, 2), (4, 3), (0, 7), (0, 0), (0, -1)]:
        case("aten.slice.Tensor", T(f, 5, 2), -2, start, None, step)
    case("aten.slice.Tensor", T(f, 5, 2), 2, 0, 1)
    case("aten.slice.Tensor", T(f), 0, 0, 1)
    case("aten.slice.Tensor", T(f, 5))
    case("aten.slice.Tensor", T(f, 0, 2), 0, -3, 5)
    for dim, index in [(0, 0), (1, -1), (-1, 2), (1, 3), (1, -4), (2, 0)]:
        case("aten.select.int", T(f, 2, 3), dim, index)
    case("aten.select.int", T(f), 0, 0)
    case("aten.cat.default", (T(f, 2, 3), T(f, 4, 3)))
    case("aten.cat.default", (T(f, 2, 3), T("i64", 2, 1)), -1)
    case("aten.cat.default", (T("bool", 2), T("u8", 1), T("i8", 1)))
    case("aten.cat.default", (T(f, 2, 3), T(f, 2, 4)))
    case("aten.cat.default", (T(f, 2, 3), T(f, 2)))
    case("aten.cat.default", (T(f, 0), T(f, 2, 3)), 1)
    case("aten.cat.default", (T(f, 0), T(f, 0)))
    case("aten.cat.default", (T(f, 0), T("f64", 2, 3), T(f, 2, 1)), 1)
    case("aten.cat.default", (T(f, 2, 3),), 2)
    case("aten.cat.default", (T(f), T(f)))
    case("aten.cat.default", ())
    case("aten.cat.default", (T(f, 0, 3), T(f, 2, 3)))
    case("aten.cat.default", (T(f, 2, 0), T(f, 2, 3)), 1)
    for dim in [0, 1, -1, 2, -3]:
        case("aten.stack.default", (T(f, 3), T("f16", 3)), dim)
    case("aten.stack.default", (T(f), T(f)))
    case("aten.stack.default", (T(f, 3), T(f, 2)))
    case("aten.stack.default", (T(f, 3), T(f, 1)))
    for size, dim in [(2, 0), (5, 0), (9, 0), (1, 1), (0, 0), (-1, 0), (2, 2), (2, -2)]:
        case("aten.split.Tensor", T(f, 5, 2), size, dim)
        case("aten.chunk.default", T(f, 5, 2), size, dim)
    case("aten.split.Tensor", T(f, 0, 2), 0)
    case("aten.split.Tensor", T(f, 0, 2), 3)
    case("aten.split.Tensor", T(f), 1)
    case("aten.chunk.default", T(f, 0, 2), 3)
    case("aten.chunk.default", T(f, 6), 4)
    case("aten.chunk.default", T(f, 6), 3)
    for sizes in [[2, 3], [5], [2, 2], [0, 5], [-1, 6], []]:
        case("aten.split_with_sizes.default", T(f, 5, 2), sizes)
    case("aten.split_with_sizes.default", T(f, 2, 5), [1, 4], -1)
    for shape, dim in [((3, 2), 0), ((3, 2), -1), ((0, 2), 0), ((), 0), ((2,), 1)]:
        case("aten.unbind.int", T(f, *shape), dim)
    for name in ["contiguous", "clone", "alias", "detach", "lift_fresh_copy"]:
        case(f"aten.{name}.default", T("i32", 2, 3))
    for start, end in [(0, -1), (1, 2), (-2, -1), (1, 1), (2, 1), (0, 4), (1, 3)]:
        case("aten.flatten.using_ints", T(f, 2, 3, 4, 5), start, end)
    case("aten.flatten.using_ints", T(f))
    case("aten.flatten.using_ints", T(f, 2, 0, 3), 0, 1)
    for repeats in [[2], [2, 3], [1, 0], [4, 2, 1], [-1, 2], []]:
        case("aten.repeat.default", T(f, 2, 3), repeats)
    case("aten.repeat.default", T(f), [2])
    case("aten.repeat.default", T(f), [])
    for repeats, dim in [(2, None), (2, 0), (3, -1), (0, 0), (-1, 0), (2, 2)]:
        case("aten.repeat_interleave.self_int", T(f, 2, 3), repeats, dim)
    for size, step, dim in [(2, 1, 1), (3, 2, 1), (5, 1, 1), (6, 1, 1), (0, 1, 1), (2, 0, 1), (-1, 1, 0), (2, 1, 2), (2, 3, -1)]:
        case("aten.unfold.default", T(f, 2, 5), dim, size, step)
    case("aten.unfold.default", T(f), 0, 1, 1)
    for pad in [[1, 2], [1, 2, 3, 4], [-1, 0], [-3, 0], [1], [0, 0, 0, 0, 1, 1], [], [-2, -1]]:
        case("aten.pad.default", T(f, 2, 3), pad)
        case("aten.constant_pad_nd.default", T(f, 2, 3), pad, 0)
    case("aten.pad.default", T(f, 2, 3), [1, 1], "constant", 0.5)
    for mode in ["reflect", "replicate", "circular"]:
        for pad in [[1, 2], [3, 0], [4, 0], [1, 1, 1, 1]]:
            case("aten.pad.default", T(f, 1, 2, 3), pad, mode)
        case("aten.pad.default", T(f, 2, 3), [1, 1], mode)
        case("aten.pad.default", T(f, 3), [1, 1], mode)
    for shifts, dims in [([1], [0]), ([1, 2], [0, 1]), ([1], []), ([1, 2], [0]), ([1], [2]), ([], []), ([1, 1], [0, 0])]:
        case("aten.roll.default", T(f, 2, 3), shifts, dims)
    for dims in [[0], [0, -1], [0, 0], [2], []]:
        case("aten.flip.default", T(f, 2, 3), dims)
    for name in ["tril", "triu"]:
        for shape in [(2, 3), (3,), (), (2, 0, 3)]:
            case(f"aten.{name}.default", T("i64", *shape), 1)
    for shape, n, dim in [((2, 5), 1, -1), ((2, 5), 2, 0), ((2, 5), 3, 0), ((2, 5), 0, 0), ((2, 5), -1, 0), ((), 1, -1), ((2, 5), 1, 2), ((0,), 1, 0)]:
        case("aten.diff.default", T(f, *shape), n, dim)
    case("aten.diff.default", T("bool", 4))
    case("aten.diff.default", T(f, 2, 3), 1, 1, T(f, 2, 1), T(f, 2, 2))
    case("aten.diff.default", T(f, 2, 3), 1, 1, T(f, 1, 1))
    case("aten.diff.default", T(f, 2, 3), 1, 1, T(f, 2))
    for train, dtype in itertools.product([True, False], ["f32", "i64"]):
        case("aten.dropout.default", T(dtype, 2), 0.5, train)
    case("aten.dropout.default", T(f, 2), 1.5, True)


def creation():
    for end in [5, 0, -1, 4.5, 5.0]:
        case("aten.arange.default", end)
        case("aten.arange.default", end, dtype=D("f32"))
    for start, end in [(2, 5), (5, 2), (0.5, 4), (0, 2.25), (3, 3), (-2, 1.5)]:
        case("aten.arange.start", start, end)
        case("aten.arange.start", start, end, dtype=D("i64"))
    for start, end, step in [(0, 10, 3), (10, 0, -3), (0, 10, -1), (0, 10, 0), (0, 1, 0.25), (1, 0, -0.3), (0, 10, 2.5)]:
        case("aten.arange.start_step", start, end, step)
    case("aten.arange.start_step", 0, 64, 2, dtype=D("f16"))
    for value, dtype in itertools.product([1, 0.5, True], [None, "f16", "i64"]):
        case("aten.full.default", [2, 3], value, dtype=dtype and D(dtype))
        case("aten.full_like.default", T("i32", 2), value, dtype=dtype and D(dtype))
        case("aten.new_full.default", T("i32", 2), [3], value, dtype=dtype and D(dtype))
        case("aten.scalar_tensor.default", value, dtype=dtype and D(dtype))
    case("aten.full.default", [2, -1], 0)
    for name in ["zeros", "ones"]:
        case(f"aten.{name}.default", [2, 0])
        case(f"aten.{name}.default", [], dtype=D("bool"))
        case(f"aten.{name}.default", [-2])
        case(f"aten.{name}_like.default", T("f16", 2, 3))
        case(f"aten.{name}_like.default", T("f16", 2, 3), dtype=D("i64"))
        case(f"aten.new_{name}.default", T("u8", 2), [2, 3])
        case(f"aten.new_{name}.default", T("u8", 2), [], dtype=D("f64"))
    case("aten.empty_like.default", T("bf16", 2, 3))
    case("aten.empty.memory_format", [2, 3])
    for dtype in ["f16", "i64", "bool"]:
        case("aten.to.dtype", T(f"f32", 2), D(dtype))
        case("aten._to_copy.default", T("f32", 2), dtype=D(dtype))
        case("aten.type_as.default", T("f32", 2), T(dtype, 3))
        case("aten.to.dtype_layout", T("f32", 2), dtype=D(dtype))
    case("aten._to_copy.default", T("f32", 2))


def indexing():
    x = T("f32", 4, 5, 6)
    i = ids
    for indices in [(i(2),), (i(2, 3),), (None, i(2)), (i(2), i(2)), (i(2), i(3)), (i(2, 1), i(3)), (i(2), None, i(2)), (None, i(2), i(2)),
                    (i(2), None, i(3, 1)), (None, None, i()), (i(), None, i()), (i(),), (i(0),), (i(2), i(2), i(2)), (i(1), i(1), i(1), i(1)),
                    (i(2, dtype="i32"),), (T("f32", 2),), (None, i(2, 3), i(1, 3)), (i(2), i(1), None), (T("i16", 2, fill=0),)]:
        case("aten.index.Tensor", x, indices)
        case("aten.index_put.default", x, indices, T("f32"))
    case("aten.index_put.default", x, (i(2),), T("f32", 2, 5, 6))
    case("aten.index_put.default", x, (i(2),), T("f32", 3, 5, 6))
    case("aten.index_put.default", x, (i(2),), T("f32", 6), True)
    case("aten.index_put.default", x, (i(2),), T("f16", 6))
    case("aten.index_put_.default", x, (i(2),), T("f32", 6))
    for index, dim in [(i(7), 1), (i(7, dtype="i32"), -1), (i(2, 2), 0), (i(), 0), (i(2), 3), (T("f32", 2, fill=0), 0), (i(0), 0)]:
        case("aten.index_select.default", x, dim, index)
    case("aten.index_select.default", T("f32"), 0, i(1))
    y = T("f32", 3, 4)
    for index, dim in [(i(3, 2), 1), (i(2, 2), 1), (i(5, 4), 0), (i(5, 4), 1), (i(3,), 1), (i(3, 9), 1), (i(0, 9), 0), (i(3, 2), 2), (i(3, 2, dtype="i32"), 1)]:
        case("aten.gather.default", y, dim, index)
        case("aten.scatter.value", y, dim, index, 1)
        case("aten.scatter.src", y, dim, index, T("f32", 5, 4))
    case("aten.gather.default", T("f32"), 0, i())
    case("aten.gather.default", T("f32"), 0, i(1))
    case("aten.scatter.src", y, 1, i(2, 2), T("f16", 2, 2))
    case("aten.scatter.src", y, 1, i(2, 2), T("f32", 2, 1))
    case("aten.scatter.value", y, 1, i(2, 2), 0.5)
    for w, index in [(T("f32", 10, 4), i(2, 3)), (T("f16", 10, 4), i()), (T("f32", 10, 4), i(2, dtype="i32")), (T("f32", 10), i(2)),
                     (T("f32", 10, 4), T("f32", 2, fill=0)), (T("f32", 10, 4), i(0, 3))]:
        case("aten.embedding.default", w, index)
    for classes in [3, 0, 1]:
        case("aten.one_hot.default", i(2, 3), classes)
    case("aten.one_hot.default", i(2, dtype="i32"), 3)
    case("aten.one_hot.default", T("f32", 2, fill=0), 3)


def reductions():
    for dtype in ["f32", "bf16", "i64", "i32", "u8", "bool"]:
        x = T(dtype, 2, 3)
        for name in ["sum", "mean", "any", "all", "max", "min", "argmax", "argmin", "var"]:
            case(f"aten.{name}.default", x)
        case("aten.sum.dim_IntList", x, [1])
        case("aten.mean.dim", x, [1])
        case("aten.amax.default", x, [1])
        case("aten.amin.default", x, [0, 1], True)
        case("aten.max.dim", x, -1)
        case("aten.min.dim", x, 0, True)
        case("aten.argmax.default", x, 1)
        case("aten.any.dim", x, 1, True)
        case("aten.all.dim", x, -1)
        case("aten.any.dims", x, [0, 1])
        case("aten.cumsum.default", x, 1)
        case("aten.softmax.int", x, -1)
        case("aten.softmax.int", x, -1, D("f32"))
        case("aten.log_softmax.int", x, 0)
        case("aten.var.dim", x, [1], False, True)
        case("aten.var.correction", x, [1], correction=0)
        case("aten.topk.default", x, 2)
        case("aten.sort.default", x, 0, True)
        case("aten.sort.stable", x, stable=True)
    x = T("f32", 2, 3, 4)
    for dims in [[0], [-1], [0, 2], [2, 0], [], [0, 0], [3], [-4], [0, -3]]:
        for keep in [False, True]:
            case("aten.sum.dim_IntList", x, dims, keep)
            case("aten.mean.dim", x, dims, keep)
            case("aten.amax.default", x, dims, keep)
            case("aten.var.dim", x, dims, True, keep)
    case("aten.sum.dim_IntList", x, None)
    case("aten.sum.dim_IntList", x, [1], dtype=D("f64"))
    case("aten.sum.dim_IntList", T("i32", 2), [0], dtype=D("f16"))
    case("aten.mean.dim", T("i64", 2), [0], dtype=D("f32"))
    case("aten.mean.dim", x, [0], dtype=D("i64"))
    case("aten.cumsum.default", x, 1, dtype=D("f64"))
    for shape in [(0,), (2, 0), (0, 3)]:
        for dim in [0, -1]:
            case("aten.sum.dim_IntList", T("f32", *shape), [dim])
            case("aten.amax.default", T("f32", *shape), [dim])
            case("aten.max.dim", T("f32", *shape), dim)
            case("aten.argmax.default", T("f32", *shape), dim)
            case("aten.any.dim", T("f32", *shape), dim)
            case("aten.softmax.int", T("f32", *shape), dim)
        case("aten.max.default", T("f32", *shape))
        case("aten.argmax.default", T("f32", *shape))
        case("aten.amax.default", T("f32", *shape))
    s = T("f32")
    case("aten.sum.dim_IntList", s, [0], True)
    case("aten.sum.dim_IntList", s, [1])
    case("aten.max.dim", s, 0)
    case("aten.max.dim", s, -1, True)
    case("aten.argmax.default", s, 0)
    case("aten.softmax.int", s, 0)
    case("aten.softmax.int", s, 1)
    case("aten.cumsum.default", s, 0)
    case("aten.topk.default", s, 1)
    case("aten.sort.default", s)
    for k, dim in [(0, 0), (2, 0), (3, 0), (-1, 0), (4, -1), (1, 3)]:
        case("aten.topk.default", x, k, dim)
    case("aten._softmax.default", x, 1, False)
    case("aten._log_softmax.default", x, 1, False)
    case("aten._safe_softmax.default", x, -1)


def norms():
    x = T("f32", 2, 3, 4)
    for shape, w, b in [([4], (4,), (4,)), ([4], (4,), None), ([4], None, None), ([3, 4], (3, 4), (3, 4)), ([4], (3,), None), ([3], (3,), None),
                        ([4], (1, 4), None), ([], None, None), ([4], (4,), (3,)), ([2, 3, 4], None, None), ([1, 2, 3, 4], None, None)]:
        weight, bias = w and T("f32", *w), b and T("f32", *b)
        case("aten.layer_norm.default", x, shape, weight, bias)
        if b is None:
            case("aten.rms_norm.default", x, shape, weight, 1e-6)
    case("aten.layer_norm.default", T("i64", 2, 4), [4])
    case("aten.layer_norm.default", T("bf16", 2, 4), [4], T("bf16", 4), T("bf16", 4))
    case("aten.layer_norm.default", T("f32", 0, 4), [4])
    case("aten.rms_norm.default", T("f16", 2, 4), [4], T("f16", 4))
    case("aten.rms_norm.default", T("bf16", 2, 4), [4], None, 1e-5)
    y = T("f32", 2, 6, 5)
    for groups, w in [(2, (6,)), (3, None), (6, (6,)), (4, None), (0, None), (2, (5,)), (2, (1, 6))]:
        case("aten.group_norm.default", y, groups, w and T("f32", *w))
    case("aten.group_norm.default", T("f32", 6), 2)
    case("aten.group_norm.default", T("f32", 2, 6), 2)
    for shape, c in [((2, 6, 5), 6), ((2, 6, 4, 4), 6), ((2, 6), 6), ((6,), 6), ((2, 6, 5), 5)]:
        p = T("f32", c)
        case("aten.batch_norm.default", T("f32", *shape), p, p, p, p, False, 0.1, 1e-5, True)
    case("aten.batch_norm.default", y, None, None, T("f32", 6), T("f32", 6), False, 0.1, 1e-5, True)
    case("aten._weight_norm.default", T("f32", 4, 3, 2), T("f32", 4, 1, 1), 0)
    case("aten._weight_norm.default", T("f32", 4, 3, 2), T("f32", 1, 1, 2), 2)


def products():
    dims = [(), (3,), (2, 3), (3, 2), (5, 2, 3), (5, 3, 2), (1, 3, 4), (7, 1, 2, 3), (0, 3), (3, 0)]
    for a, b in itertools.product(dims, dims):
        case("aten.matmul.default", T("f32", *a), T("f32", *b))
    for a, b in [("f32", "f16"), ("i64", "i64"), ("i64", "f32"), ("bf16", "bf16")]:
        case("aten.matmul.default", T(a, 2, 3), T(b, 3, 2))
        case("aten.linear.default", T(a, 2, 3), T(b, 4, 3))
        case("aten.mm.default", T(a, 2, 3), T(b, 3, 2))
    for x, w, b in [((2, 3), (4, 3), None), ((2, 3), (4, 3), (4,)), ((3,), (4, 3), (4,)), ((5, 2, 3), (4, 3), (4,)), ((2, 3), (4, 2), None), ((2, 3), (4, 3), (3,)),
                    ((2, 3), (3,), None), ((3,), (3,), None), ((), (4, 3), None), ((0, 3), (4, 3), (4,)), ((2, 0), (4, 0), (4,)), ((2, 3), (1, 4, 3), None)]:
        case("aten.linear.default", T("f32", *x), T("f32", *w), b and T("f32", *b))
    for a, b in [((2, 3), (3, 4)), ((2, 3), (4, 3)), ((3,), (3, 4)), ((2, 3, 4), (2, 4, 5))]:
        case("aten.mm.default", T("f32", *a), T("f32", *b))
    for a, b in [((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (1, 4, 5)), ((2, 3, 4), (2, 5, 4)), ((3, 4), (4, 5))]:
        case("aten.bmm.default", T("f32", *a), T("f32", *b))
        case("aten.baddbmm.default", T("f32", 5), T("f32", *a), T("f32", *b))
    for bias in [(4,), (), (2, 4), (2, 1), (3,), (1, 2, 4)]:
        case("aten.addmm.default", T("f32", *bias), T("f32", 2, 3), T("f32", 3, 4))
    case("aten.addmm.default", T("f32", 4), T("f32", 2, 3), T("f32", 3, 4), beta=0.5, alpha=2)
    case("aten.addmm.default", T("i64", 4), T("i64", 2, 3), T("i64", 3, 4), beta=2)
    f = lambda *s: T("f32", *s)
    sdpa = "aten.scaled_dot_product_attention.default"
    case(sdpa, f(2, 4, 5, 8), f(2, 4, 7, 8), f(2, 4, 7, 6))
    case(sdpa, f(4, 5, 8), f(4, 7, 8), f(4, 7, 8))
    case(sdpa, f(5, 8), f(7, 8), f(7, 8))
    case(sdpa, f(2, 4, 5, 8), f(2, 4, 7, 6), f(2, 4, 7, 6))
    case(sdpa, f(2, 4, 5, 8), f(2, 2, 7, 8), f(2, 2, 7, 8))
    case(sdpa, f(2, 4, 5, 8), f(2, 2, 7, 8), f(2, 2, 7, 8), enable_gqa=True)
    case(sdpa, f(2, 4, 5, 8), f(2, 3, 7, 8), f(2, 3, 7, 8), enable_gqa=True)
    case(sdpa, f(2, 4, 5, 8), f(1, 4, 7, 8), f(1, 4, 7, 8))
    for mask in [T("bool", 5, 7), T("f32", 2, 1, 5, 7), T("f32", 1, 1, 1, 7), T("bool", 2, 4, 5, 7), T("f32", 5, 6), T("i64", 5, 7), T("bool", 3, 1, 5, 7)]:
        case(sdpa, f(2, 4, 5, 8), f(2, 4, 7, 8), f(2, 4, 7, 8), mask)
    case(sdpa, f(2, 4, 5, 8), f(2, 4, 5, 8), f(2, 4, 5, 8), None, 0.0, True, scale=0.5)
    case(sdpa, f(2, 4, 5, 8), T("f16", 2, 4, 5, 8), T("f16", 2, 4, 5, 8))
    case(sdpa, T("i64", 2, 4, 5, 8), T("i64", 2, 4, 5, 8), T("i64", 2, 4, 5, 8))


def windows():
    f = lambda *s: T("f32", *s)
    for stride, padding, dilation, groups in [([1], [0], [1], 1), ([2], [1], [1], 1), ([1], [2], [2], 2), ([3], [0], [3], 1), ([0], [0], [1], 1), ([1], [-1], [1], 1),
                                              ([1], [0], [5], 1), ([1], [0], [1], 3)]:
        case("aten.conv1d.default", f(2, 4, 9), f(6, 4 // groups if groups < 3 else 1, 3), None, stride, padding, dilation, groups)
    case("aten.conv1d.default", f(4, 9), f(6, 4, 3), f(6))
    case("aten.conv1d.default", f(2, 4, 9), f(6, 4, 3), f(5))
    case("aten.conv1d.default", f(2, 3, 9), f(6, 4, 3))
    case("aten.conv1d.default", f(2, 4, 2), f(6, 4, 3))
    case("aten.conv1d.default", f(4, 9), f(6, 4))
    case("aten.conv1d.default", f(2, 4, 9), T("f16", 6, 4, 3))
    case("aten.conv1d.padding", f(2, 4, 9), f(6, 4, 4), None, [1], "same")
    case("aten.conv1d.padding", f(2, 4, 9), f(6, 4, 4), None, [1], "valid")
    case("aten.conv1d.padding", f(2, 4, 9), f(6, 4, 4), None, [2], "same")
    for stride, padding, dilation in [([1, 1], [0, 0], [1, 1]), ([2, 3], [1, 2], [1, 1]), ([2], [1], [2]), ([1, 1, 1], [0, 0], [1, 1])]:
        case("aten.conv2d.default", f(2, 4, 9, 8), f(6, 4, 3, 2), f(6), stride, padding, dilation)
    case("aten.conv2d.default", f(4, 9, 8), f(4, 1, 3, 3), None, [1, 1], [1, 1], [1, 1], 4)
    case("aten.conv2d.default", f(9, 8), f(6, 4, 3, 2))
    case("aten.conv2d.default", f(0, 4, 9, 8), f(6, 4, 3, 2))
    for size in [[1, 1], [3, 2], [0, 1]]:
        case("aten.adaptive_avg_pool2d.default", f(2, 4, 5, 6), size)
    case("aten.adaptive_avg_pool2d.default", f(4, 5, 6), [2, 2])
    case("aten.adaptive_avg_pool2d.default", f(5, 6), [2, 2])
    case("aten.adaptive_avg_pool2d.default", T("i64", 1, 4, 5, 6), [2, 2])
    for kernel, stride, padding, dilation, ceil in [([3, 3], [2, 2], [1, 1], [1, 1], False), ([2], [], [0], [1], False), ([3, 2], [2, 2], [0, 0], [1, 1], True),
                                                    ([2, 2], [2, 2], [1, 1], [1, 1], True), ([2, 2], [1, 1], [2, 2], [1, 1], False), ([3, 3], [2, 2], [1, 1], [2, 2], True),
                                                    ([9, 9], [1, 1], [0, 0], [1, 1], False), ([0, 1], [1, 1], [0, 0], [1, 1], False), ([2, 2], [5, 5], [1, 1], [1, 1], True)]:
        case("aten.max_pool2d.default", f(2, 4, 7, 8), kernel, stride, padding, dilation, ceil)
    case("aten.max_pool2d.default", f(4, 7, 8), [2, 2])
    case("aten.max_pool2d.default", f(7, 8), [2, 2])
    case("aten.max_pool2d.default", T("bool", 1, 4, 7, 8), [2, 2])


def main():
    for group in [pointwise, binary, shapes, creation, indexing, reductions, norms, products, windows]:
        group()
    with open(sys.argv[1], "w") as out:
        out.write('{"made_by": "tools/fixturegen/op_rules.py, PyTorch %s", "cases": [\n' % torch.__version__.split("+")[0])
        out.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in CASES))
        out.write("\n]}\n")


main()
