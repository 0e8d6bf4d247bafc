"""Makes fixtures/ops/op_values.{json,safetensors}: what PyTorch answers for each op, on seeded and on special values.

Usage: python op_values.py OUTPUT_FOLDER   (torch, safetensors; one thread, CPU)

The JSON lists cases: op target, arguments in schema order (tensors by their name in the safetensors file), names of the answers,
and how far another implementation may be off: "ulps" of each element, or "scaled": ulps of the largest; neither: the same numbers.
"""

import json
import math
import pathlib
import sys

import torch
from safetensors.torch import save_file

torch.manual_seed(20240607)
torch.set_num_threads(1)

INF, NAN = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1.5, 2.5, 3.25, -7.0, 20.5, -20.5, 88.0, -104.0, 1e-3, 6.0, INF, -INF, NAN]
FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
INTS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]
NAMES = {torch.float32: "f32", torch.float64: "f64", torch.float16: "f16", torch.bfloat16: "bf16", torch.int64: "i64",
         torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8", torch.bool: "bool"}

tensors, cases = {}, []
stored = {}  # equal tensors are kept once


def store(tensor):
    tensor = tensor.contiguous().clone()
    key = (tensor.dtype, tuple(tensor.shape), bytes(tensor.view(-1).view(torch.uint8).tolist()) if tensor.numel() else b"")
    if key not in stored:
        stored[key] = f"t{len(tensors)}"
        tensors[stored[key]] = tensor
    return stored[key]


def randn(*shape, dtype=torch.float32):
    return torch.randn(shape, dtype=torch.float64).to(dtype)


def randint(low, high, shape, dtype=torch.int64):
    return torch.randint(low, high, shape).to(dtype)


def special(dtype=torch.float32):
    return torch.tensor(SPECIAL, dtype=torch.float64).to(dtype)


class Strided:
    """A tensor stored contiguously and handed over with its axes permuted."""

    def __init__(self, tensor, order):
        self.tensor, self.order = tensor, order


def encode(value):
    if isinstance(value, Strided):
        return {"tensor": store(value.tensor), "permute": value.order}, value.tensor.permute(value.order)
    if isinstance(value, torch.Tensor):
        return {"tensor": store(value)}, value.clone()
    if value is None:
        return {"none": True}, None
    if isinstance(value, torch.dtype):
        return {"dtype": NAMES[value]}, value
    if isinstance(value, torch.device):
        return {"device": value.type}, value
    if isinstance(value, bool):
        return {"bool": value}, value
    if isinstance(value, int):
        return {"int": value}, value
    if isinstance(value, float):
        return {"float": value if math.isfinite(value) else repr(value)}, value
    if isinstance(value, str):
        return {"string": value}, value
    if isinstance(value, (list, tuple)):
        if any(isinstance(v, (torch.Tensor, Strided)) for v in value):
            pairs = [encode(v) for v in value]
            return {"list": [p[0] for p in pairs]}, [p[1] for p in pairs]
        return {"ints": list(value)}, list(value)
    raise TypeError(value)


def case(target, *args, ulps=0, scaled=False, **keyword):
    _, op_name, overload = target.split(".")
    op = getattr(getattr(torch.ops.aten, op_name), overload)
    encoded = [encode(value) for value in args]
    named = {key: encode(value) for key, value in keyword.items()}
    answers = op(*(value for _, value in encoded), **{key: value for key, (_, value) in named.items()})
    if not isinstance(answers, (list, tuple)):
        answers = [answers]
    made = {"target": target, "args": [code for code, _ in encoded], "outs": [store(answer) for answer in answers]}
    if named:
        made["keyword"] = {key: code for key, (code, _) in named.items()}
    if ulps:
        made["scaled" if scaled else "ulps"] = ulps
    cases.append(made)


def unary():
    exact = "neg abs relu floor ceil round sign square hardswish hardsigmoid relu6 sqrt reciprocal".split()
    near = "exp log sin cos tanh sigmoid erf silu rsqrt mish".split()
    for op in exact + near:
        for dtype in FLOATS:
            limit = 0 if op in exact and dtype.itemsize >= 4 else (1 if dtype.itemsize == 2 else 4)
            if op in ("hardswish", "hardsigmoid", "reciprocal", "sqrt"):
                limit = 1
            case(f"aten.{op}.default", torch.cat([special(dtype), 3 * randn(13, dtype=dtype)]), ulps=limit)
    for op in "neg abs relu floor ceil round sign square".split():
        for dtype in INTS:
            if op == "neg" or dtype != torch.uint8:
                case(f"aten.{op}.default", torch.tensor([0, 1, 7, 100], dtype=dtype))
    for op in "exp sqrt sigmoid reciprocal".split():
        case(f"aten.{op}.default", torch.tensor([0, 1, 2, 3]), ulps=4)
        case(f"aten.{op}.default", torch.tensor([True, False]), ulps=4)
    for op in "exp tanh abs".split():
        case(f"aten.{op}.default", Strided(randn(3, 4), [1, 0]), ulps=4)
        case(f"aten.{op}.default", randn(0, 4), ulps=4)
        case(f"aten.{op}.default", randn(), ulps=4)
    for dtype in FLOATS:
        limit = 1 if dtype.itemsize == 2 else 6
        x = torch.cat([special(dtype), 3 * randn(13, dtype=dtype)])
        for approximate in ("none", "tanh"):
            case("aten.gelu.default", 2 * randn(40, dtype=dtype), approximate=approximate, ulps=limit, scaled=True)
        case("aten.leaky_relu.default", x, 0.2, ulps=1)
        case("aten.elu.default", x, 1.5, ulps=limit)
        case("aten.selu.default", x, ulps=limit)
        case("aten.hardtanh.default", x, -1.5, 2.25)
        case("aten.softplus.default", x, 2.0, 15.0, ulps=limit)
        case("aten.clamp.default", x, -1.5, 2.5)
        case("aten.isnan.default", x)
        case("aten.isinf.default", x)
        case("aten.logical_not.default", x)
    case("aten.clamp.default", randn(5), None, 0.25)
    case("aten.clamp.default", randn(5), 2.0, -1.0)
    case("aten.clamp.default", torch.tensor([-5, 0, 9]), -2, 3)
    case("aten.clamp.default", torch.tensor([-5, 0, 9]), -2.5, 3.5)
    case("aten.clamp_min.default", randn(5), 0.1)
    case("aten.clamp_max.default", randn(5), 0.1)
    case("aten.clamp.Tensor", randn(2, 3), randn(3), None)
    case("aten.clamp.Tensor", randn(2, 3), randn(3), randn(2, 1))
    case("aten.bitwise_not.default", torch.tensor([0, 5, -3]))
    case("aten.bitwise_not.default", torch.tensor([True, False]))
    case("aten.isnan.default", torch.tensor([1, 2]))
    case("aten.logical_not.default", torch.tensor([0, 2]))


def binary():
    pairs = torch.cartesian_prod(special().double(), torch.tensor([0.0, 1.0, -2.0, 2.5, INF, -INF, NAN, 0.3]).double())
    for op, limit in (("add", 0), ("sub", 0), ("mul", 0), ("div", 0), ("remainder", 1), ("pow", 4), ("eq", 0), ("ne", 0), ("lt", 0),
                      ("le", 0), ("gt", 0), ("ge", 0)):
        overload = "Tensor_Tensor" if op == "pow" else "Tensor"
        for dtype in FLOATS:
            a, b = pairs[:, 0].to(dtype), pairs[:, 1].to(dtype)
            case(f"aten.{op}.{overload}", a, b, ulps=max(limit, 0 if dtype.itemsize > 2 or limit == 0 else 1))
    for op in ("maximum", "minimum", "floor_divide"):
        for dtype in FLOATS:
            if op == "floor_divide" and dtype.itemsize == 2:
                continue
            case(f"aten.{op}.default", pairs[:, 0].to(dtype), pairs[:, 1].to(dtype))
    case("aten.max.other", randn(3), randn(3))
    case("aten.min.other", randn(3), randn(3))
    for dtype in INTS:
        a = torch.tensor([0, 1, 7, 9, 100, 120]).to(dtype)
        b = torch.tensor([3, 2, 2, 4, 7, 9]).to(dtype)
        if dtype != torch.uint8:
            a, b = torch.cat([a, -a]), torch.cat([b, b])
            b[::3] *= -1
        for op in ("add", "sub", "mul", "div", "remainder", "eq", "lt", "ge"):
            case(f"aten.{op}.Tensor", a, b)
        case("aten.floor_divide.default", a, b)
        case("aten.maximum.default", a, b)
        for op in ("bitwise_and", "bitwise_or", "bitwise_xor", "__and__", "__or__"):
            case(f"aten.{op}.Tensor", a, b)
        case("aten.pow.Tensor_Scalar", a, 3)
        case("aten.pow.Tensor_Tensor", a, b.abs())
    t, f = torch.tensor([True, True, False, False]), torch.tensor([True, False, True, False])
    for op in ("add", "mul", "__and__", "__or__", "bitwise_xor", "eq", "lt"):
        case(f"aten.{op}.Tensor", t, f)
    case("aten.logical_and.default", torch.tensor([0, 2, 3, 0]), torch.tensor([1.0, 0.0, 2.0, 0.0]))
    case("aten.logical_or.default", torch.tensor([0, 2, 3, 0]), torch.tensor([1.0, 0.0, 2.0, 0.0]))
    case("aten.maximum.default", t, f)
    # broadcasting, strides, sizes 0 and 1
    case("aten.add.Tensor", randn(2, 3, 4), randn(4))
    case("aten.add.Tensor", randn(2, 1, 4), randn(3, 1))
    case("aten.mul.Tensor", Strided(randn(3, 5), [1, 0]), randn(5, 3))
    case("aten.mul.Tensor", Strided(randn(2, 3, 5), [2, 0, 1]), randn(1, 2, 1))
    case("aten.sub.Tensor", randn(0, 3), randn(1, 3))
    case("aten.add.Tensor", randn(), randn())
    case("aten.add.Tensor", randn(2, 300), randn(2, 1))
    case("aten.add.Tensor", Strided(randn(300, 2), [1, 0]), randn(300))
    # numbers and promotion
    for x in (randn(4), randint(-9, 9, (4,)), randint(0, 2, (4,)).bool(), randn(4, dtype=torch.float16), randint(0, 9, (4,), torch.int8)):
        for number in (2, 2.5, True):
            if x.dtype == torch.bool and number is True:
                continue
            case("aten.add.Tensor", x, number)
            case("aten.mul.Tensor", x, number)
            case("aten.div.Tensor", x, number, ulps=1)
            case("aten.gt.Scalar", x, number)
        case("aten.eq.Scalar", x, 2)
    for a in (randn(3), randn(3, dtype=torch.float64), randn(3, dtype=torch.bfloat16), randint(-9, 9, (3,)), randint(-9, 9, (3,), torch.int8),
              randint(0, 9, (3,), torch.uint8), randint(0, 2, (3,)).bool()):
        for b in (randn(), randn(3, dtype=torch.float16), randint(-9, 9, ()), randint(-9, 9, (3,), torch.int32), randint(0, 2, (3,)).bool()):
            case("aten.add.Tensor", a, b, ulps=1)
            case("aten.lt.Tensor", a, b)
            case("aten.where.self", torch.tensor([True, False, True]), a, b)
    case("aten.add.Tensor", randn(4), randn(4), alpha=2.5, ulps=1)
    case("aten.sub.Tensor", randint(-9, 9, (4,)), randint(-9, 9, (4,)), alpha=3)
    case("aten.rsub.Scalar", randn(4), 1.0)
    case("aten.rsub.Scalar", randint(-9, 9, (4,)), 3, 2)
    case("aten.rsub.Tensor", randn(4), randn(4))
    case("aten.add.Scalar", randn(3), 2, 0.5, ulps=1)
    case("aten.sub.Scalar", randint(-9, 9, (3,)), 2, 3)
    case("aten.mul.Scalar", randn(3), 2.5)
    case("aten.maximum.default", torch.tensor([1, 200], dtype=torch.uint8), torch.tensor(-1))
    case("aten.floor_divide.default", torch.tensor([1, 100], dtype=torch.int8), torch.tensor(300))
    case("aten.div.Scalar", randn(3), 3)
    case("aten.remainder.Scalar", torch.tensor([-5, 5, 7, -7]), 3)
    case("aten.remainder.Scalar", torch.tensor([-5, 5, 7, -7]), -3)
    case("aten.remainder.Scalar", randn(5), 0.7, ulps=4)
    case("aten.__and__.Scalar", torch.tensor([5, 6, 7]), 3)
    case("aten.__or__.Scalar", torch.tensor([5, 6, 8]), 3)
    case("aten.bitwise_and.Scalar", torch.tensor([5, 6, 7]), 3)
    case("aten.bitwise_or.Scalar", torch.tensor([5, 6, 8]), 3)
    case("aten.bitwise_xor.Scalar", torch.tensor([5, 6, 8]), 3)
    for op in ("ne", "lt", "le", "ge"):
        case(f"aten.{op}.Scalar", torch.tensor([1, 2, 3]), 2)
        case(f"aten.{op}.Scalar", randn(4, dtype=torch.float16), 0.1)
    for mode in ("floor", "trunc"):
        case("aten.div.Tensor_mode", torch.tensor([-7, 7, 8]), torch.tensor([2, -2, 3]), rounding_mode=mode)
        case("aten.div.Tensor_mode", torch.tensor([-7.5, 7.5, 8, NAN, INF]), torch.tensor([2.0, -2, 0, 1, 2]), rounding_mode=mode)
    case("aten.div.Tensor_mode", torch.tensor([-7, 7, 8]), torch.tensor([2, -2, 3]), rounding_mode=None)
    for exponent in (0, 1, 2, 3, 0.5, -0.5, -1, -2, 2.7, -3, 4):
        for dtype in (torch.float32, torch.float64, torch.float16):
            case("aten.pow.Tensor_Scalar", torch.cat([special(dtype), randn(5, dtype=dtype)]), exponent, ulps=4 if dtype.itemsize > 2 else 1)
    case("aten.pow.Tensor_Scalar", torch.tensor([0, 1, -2, 3]), 0)
    case("aten.pow.Tensor_Scalar", torch.tensor([0, 1, -2, 3]), 2.5, ulps=4)
    case("aten.pow.Scalar", 2.5, randn(5), ulps=4)
    case("aten.pow.Scalar", 2, torch.tensor([0, 1, 5]))
    case("aten.pow.Scalar", 1.0, special())
    for dtype in FLOATS[:3]:
        case("aten.where.self", torch.tensor([[True], [False]]), special(dtype), randn(19, dtype=dtype))
    case("aten.where.ScalarOther", torch.tensor([True, False]), randn(2), -INF)
    case("aten.where.ScalarSelf", torch.tensor([True, False]), 2.5, randn(2))
    case("aten.where.Scalar", torch.tensor([True, False]), 1, 0)
    case("aten.masked_fill.Scalar", randn(2, 3), torch.tensor([True, False, True]), -INF)
    case("aten.masked_fill.Scalar", randn(2, 3, dtype=torch.float16), torch.tensor([[True], [False]]), -65504.0)
    case("aten.masked_fill.Scalar", randint(0, 9, (2, 3)), torch.tensor([True, False, True]), -100)
    case("aten.masked_fill.Tensor", randn(2, 3), torch.tensor([True, False, True]), torch.tensor(7.0))


def shapes():
    x = randn(2, 3, 4)
    s = Strided(randn(4, 2, 3), [1, 2, 0])
    for v in (x, s):
        case("aten.view.default", x, [6, -1])
        case("aten.reshape.default", v, [3, 8])
        case("aten.flatten.using_ints", v, 1)
        case("aten.permute.default", v, [2, 0, -2])
        case("aten.transpose.int", v, -1, 0)
        case("aten.unsqueeze.default", v, -1)
        case("aten.slice.Tensor", v, 1, 1, 9223372036854775807)
        case("aten.slice.Tensor", v, -1, -3, 4, 2)
        case("aten.select.int", v, 1, -1)
        case("aten.clone.default", v)
        case("aten.contiguous.default", v)
        case("aten.flip.default", v, [0, -1])
        case("aten.roll.default", v, [1, -1], [0, 2])
        case("aten.roll.default", v, [5])
        case("aten.tril.default", v, -1)
        case("aten.triu.default", v, 1)
        case("aten.repeat.default", v, [2, 1, 3, 2])
        case("aten.repeat_interleave.self_int", v, 3, 1)
        case("aten.repeat_interleave.self_int", v, 2)
        case("aten.constant_pad_nd.default", v, [1, -1, 0, 2], 2.5)
        case("aten.pad.default", v, [1, 2], "constant", None)
        for mode in ("reflect", "replicate", "circular"):
            case("aten.pad.default", v, [2, 1], mode)
        case("aten.cat.default", [v, x, s], -1)
        case("aten.stack.default", [v, x, s], 1)
        case("aten.unfold.default", v, 2, 2, 1)
        case("aten.split.Tensor", v, 2, 1)
        case("aten.split_with_sizes.default", v, [1, 3], 2)
        case("aten.split.sizes", v, [1, 2], 1)
        case("aten.chunk.default", v, 3, 2)
        case("aten.unbind.int", v, 1)
        case("aten.diff.default", v, 2, -1)
        case("aten.alias.default", v)
        case("aten.detach.default", v)
        case("aten.dropout.default", v, 0.5, False)
        case("aten.to.dtype", v, torch.float16)
        case("aten.to.dtype", v, torch.int32)
        case("aten.to.dtype", v, torch.bool)
        case("aten.expand_as.default", randn(3, 1), x)
        case("aten.view_as.default", x, randn(4, 6))
    case("aten.cat.default", [randn(0), randn(2, 3)], 0)
    case("aten.cat.default", [randn(2), randint(0, 9, (2,))], 0)
    case("aten.t.default", randn(2, 3))
    case("aten.t.default", randn(3))
    case("aten.expand.default", randn(3, 1), [2, -1, 4])
    case("aten.squeeze.default", randn(1, 3, 1))
    case("aten.squeeze.dim", randn(1, 3, 1), -1)
    case("aten.squeeze.dims", randn(1, 3, 1), [0, 1])
    case("aten.diff.default", torch.tensor([True, True, False]))
    case("aten.diff.default", torch.tensor([1, 4, 9]), prepend=torch.tensor([0]))
    case("aten.type_as.default", randn(3), torch.tensor([1]))
    case("aten.to.other", torch.tensor([True, False]), randn(2))
    case("aten._to_copy.default", special(), dtype=torch.float16)
    case("aten.to.dtype_layout", special(torch.float64), dtype=torch.bfloat16)
    case("aten.to.dtype", torch.tensor([0.5, -1.5, 200.7]), torch.uint8)
    case("aten.lift_fresh_copy.default", randn(2))
    case("aten.to.device", randn(2), torch.device("cpu"), torch.float64)
    case("aten.arange.default", 5)
    case("aten.arange.default", 4, dtype=torch.float32)
    case("aten.arange.start", 2, 6)
    case("aten.arange.start_step", 1.0, 2.0, 0.3)
    case("aten.arange.start_step", 9, 1, -3)
    case("aten.arange.start_step", 0, 16, 2, dtype=torch.float32)
    case("aten.full.default", [2, 2], 2.5)
    case("aten.full.default", [2], True)
    case("aten.full.default", [2], -INF, dtype=torch.float16)
    case("aten.full_like.default", randn(2, dtype=torch.float64), 3)
    case("aten.new_full.default", randint(0, 2, (2,)), [3], 7)
    case("aten.new_ones.default", randn(2), [], dtype=torch.bool)
    case("aten.new_zeros.default", randn(2, dtype=torch.bfloat16), [2])
    case("aten.ones.default", [2, 1])
    case("aten.ones_like.default", randint(0, 2, (2,)))
    case("aten.zeros.default", [2], dtype=torch.int64)
    case("aten.zeros_like.default", randn(2))
    case("aten.scalar_tensor.default", 2.5)
    case("aten.scalar_tensor.default", 3, dtype=torch.int64)


def indexing():
    x = randn(4, 3, 5)
    s = Strided(randn(5, 4, 3), [1, 2, 0])
    i, j = torch.tensor([[0, -1], [2, 1]]), torch.tensor([1, 2])
    for v in (x, s):
        case("aten.index.Tensor", v, [i])
        case("aten.index_select.default", v, 1, torch.tensor([2, 0, 0]))
        case("aten.gather.default", v, 1, randint(0, 3, (4, 2, 5)))
        case("aten.scatter.src", v, 0, randint(0, 4, (2, 3, 5)), randn(3, 3, 5))
        case("aten.scatter.value", v, 2, randint(0, 5, (4, 3, 1)), 7.0)
        case("aten.nonzero.default", v)
        case("aten.masked_scatter.default", v, torch.tensor([True, False, True, False, False]), randn(30))
    cases_before = len(cases)
    for indices in ([i, j], [torch.tensor([True, False, True, True])], [torch.tensor(2), torch.tensor([0, 2]), torch.tensor([[1], [4]])]):
        case("aten.index.Tensor", x, indices)
        case("aten.index_put.default", x, indices, torch.tensor(9.0))
    assert len(cases) == cases_before + 6
    case("aten.index_put.default", torch.zeros(4), [torch.tensor([1, 1, 3])], torch.tensor([1.0, 2.0, 3.0]), True)
    case("aten.index_put.default", torch.zeros(4, dtype=torch.int64), [torch.tensor([1, 1, 3])], torch.tensor([1, 2, 3]), True)
    case("aten.embedding.default", randn(7, 3), torch.tensor([[0, 6], [3, 3]]))
    case("aten.embedding.default", Strided(randn(3, 7), [1, 0]), torch.tensor([[0, 6], [3, 3]], dtype=torch.int32))
    case("aten.embedding.default", randn(7, 3, dtype=torch.bfloat16), torch.tensor([5]))
    case("aten.one_hot.default", torch.tensor([0, 2, 1]), 4)
    case("aten.nonzero.default", torch.tensor([[0, 3], [5, 0]]))


def reductions():
    x = randn(3, 4, 5)
    s = Strided(randn(5, 3, 4), [1, 2, 0])
    for v in (x, s):
        for axes in ([0], [-1], [0, 2], [1], []):
            case("aten.sum.dim_IntList", v, axes, ulps=16, scaled=True)
            case("aten.mean.dim", v, axes, True, ulps=16, scaled=True)
            case("aten.amax.default", v, axes)
            case("aten.amin.default", v, axes, True)
        for axis in (0, 1, -1):
            case("aten.max.dim", v, axis)
            case("aten.min.dim", v, axis, True)
            case("aten.argmax.default", v, axis)
            case("aten.argmin.default", v, axis, True)
            case("aten.cumsum.default", v, axis, ulps=1, scaled=True)
            case("aten.softmax.int", v, axis, ulps=4, scaled=True)
            case("aten.log_softmax.int", v, axis, ulps=8, scaled=True)
            case("aten.var.dim", v, [axis], ulps=8, scaled=True)
            case("aten.var.correction", v, [axis], correction=0, keepdim=True, ulps=8, scaled=True)
            case("aten.sort.default", v, axis, True)
            case("aten.sort.stable", v, stable=True, dim=axis)
            case("aten.topk.default", v, 2, axis)
            case("aten.any.dim", v, axis)
            case("aten.all.dim", v, axis, True)
        for op in ("sum", "mean", "max", "min", "any", "all", "argmax", "argmin", "var"):
            case(f"aten.{op}.default", v, ulps=8, scaled=True)
    case("aten.any.dims", x > 1, [0, 1])
    case("aten.all.dims", x > -1, [0, 1])
    for dtype in FLOATS:
        y = randn(3, 17, dtype=dtype)
        limit = 1 if dtype.itemsize == 2 else 6
        for op in ("sum.dim_IntList", "mean.dim"):
            case(f"aten.{op}", y, [1], ulps=limit, scaled=True)
        case("aten.softmax.int", y, 1, ulps=limit, scaled=True)
        case("aten.log_softmax.int", y, 1, ulps=limit, scaled=True)
        case("aten.cumsum.default", y, 1, ulps=limit, scaled=True)
        case("aten.var.dim", y, [1], ulps=limit, scaled=True)
    case("aten.softmax.int", randn(2, 3, dtype=torch.float16), 1, torch.float32, ulps=4, scaled=True)
    case("aten.sum.dim_IntList", torch.tensor([[1, 2], [3, 4]]), [0])
    case("aten.sum.dim_IntList", torch.tensor([[True, True], [False, True]]), [1])
    case("aten.sum.default", torch.tensor([1, 2], dtype=torch.uint8))
    case("aten.sum.dim_IntList", randn(2, 3), [0], dtype=torch.float64, ulps=4)
    case("aten.cumsum.default", torch.tensor([1, 0, 1, 1], dtype=torch.int32), 0)
    case("aten.cumsum.default", torch.tensor([True, True, False]), 0)
    case("aten.mean.default", randn(0))
    case("aten.sum.default", randn(0))
    case("aten.sum.dim_IntList", randn(0, 3), [0])
    case("aten.argmax.default", torch.tensor([1.0, NAN, 3.0, NAN]))
    case("aten.argmax.default", torch.tensor([3, 1, 3]))
    case("aten.argmin.default", torch.tensor([INF, -INF, -INF]))
    case("aten.max.dim", torch.tensor([[1.0, NAN], [INF, 2.0]]), 1)
    case("aten.amax.default", torch.tensor([[1.0, NAN], [INF, 2.0]]), [1])
    case("aten.amax.default", torch.tensor([3, 9, -4]))
    case("aten.softmax.int", torch.tensor([[-INF, -INF], [1.0, -INF], [INF, 1.0], [NAN, 0.0]]), 1, ulps=2)
    case("aten._safe_softmax.default", torch.tensor([[-INF, -INF], [1.0, -INF], [2.0, 1.0]]), 1, ulps=2)
    case("aten._softmax.default", randn(2, 5), 1, False, ulps=4, scaled=True)
    case("aten._log_softmax.default", randn(2, 5), 0, False, ulps=8, scaled=True)
    case("aten.log_softmax.int", torch.tensor([[1000.0, 0.0], [-INF, 2.0]]), 1, ulps=4)
    case("aten.sort.default", torch.tensor([2.0, NAN, -INF, 1.0]))
    case("aten.topk.default", torch.tensor([5, 9, 1, 7]), 3, 0, False, True)
    case("aten.var.default", randn(1))
    case("aten.var.default", randn(5), False, ulps=4)


def norms():
    for dtype in FLOATS:
        limit = 1 if dtype.itemsize == 2 else 8
        x, w, b = randn(2, 3, 40, dtype=dtype), randn(40, dtype=dtype), randn(40, dtype=dtype)
        case("aten.layer_norm.default", x, [40], w, b, 1e-5, ulps=limit, scaled=True)
        case("aten.layer_norm.default", x, [3, 40], None, None, 1e-12, ulps=limit, scaled=True)
        case("aten.rms_norm.default", x, [40], w, 1e-6, ulps=2 if limit == 1 else limit, scaled=True)
        case("aten.rms_norm.default", x, [40], None, None, ulps=2 if limit == 1 else limit, scaled=True)
        y = randn(2, 4, 5, dtype=dtype)
        case("aten.group_norm.default", y, 2, randn(4, dtype=dtype), randn(4, dtype=dtype), 1e-5, ulps=2 * limit, scaled=True)
        case("aten.batch_norm.default", y, randn(4, dtype=dtype), randn(4, dtype=dtype), randn(4, dtype=dtype), randn(4, dtype=dtype).abs(),
             False, 0.1, 1e-5, True, ulps=2 * limit, scaled=True)
    case("aten.layer_norm.default", Strided(randn(40, 3), [1, 0]), [40], randn(40), None, 1e-5, ulps=8, scaled=True)
    case("aten.layer_norm.default", randn(0, 4), [4])
    case("aten.group_norm.default", randn(1, 6, 2, 3), 3, None, None, 1e-6, ulps=8, scaled=True)
    case("aten.batch_norm.default", randn(3, 2), None, None, randn(2), randn(2).abs(), False, 0.1, 1e-3, False, ulps=8, scaled=True)
    case("aten._weight_norm.default", randn(4, 3, 5), randn(1, 1, 5), 2, ulps=4, scaled=True)
    case("aten._weight_norm.default", randn(4, 3), randn(4, 1), 0, ulps=4, scaled=True)


def products():
    for dtype in FLOATS:
        limit = 2 if dtype.itemsize == 2 else 16
        case("aten.linear.default", randn(2, 3, 24, dtype=dtype), randn(10, 24, dtype=dtype), randn(10, dtype=dtype), ulps=limit, scaled=True)
        case("aten.linear.default", randn(24, dtype=dtype), randn(10, 24, dtype=dtype), ulps=limit, scaled=True)
        case("aten.addmm.default", randn(10, dtype=dtype), randn(5, 24, dtype=dtype), randn(24, 10, dtype=dtype), ulps=limit, scaled=True)
        case("aten.matmul.default", randn(2, 3, 24, dtype=dtype), randn(2, 24, 7, dtype=dtype), ulps=limit, scaled=True)
    case("aten.linear.default", Strided(randn(24, 5), [1, 0]), Strided(randn(24, 10), [1, 0]), randn(10), ulps=16, scaled=True)
    case("aten.linear.default", randn(0, 24), randn(10, 24))
    case("aten.linear.default", randn(3, 0), randn(4, 0), randn(4))
    case("aten.addmm.default", randn(5, 10), randn(5, 24), Strided(randn(10, 24), [1, 0]), beta=0.5, alpha=2, ulps=16, scaled=True)
    case("aten.addmm.default", torch.full((10,), NAN), randn(5, 24), randn(24, 10), beta=0, ulps=16, scaled=True)
    case("aten.addmm.default", randn(10), randn(1, 24), randn(24, 10), ulps=16, scaled=True)
    case("aten.mm.default", randn(6, 24), randn(24, 1), ulps=16, scaled=True)
    case("aten.mm.default", randint(-9, 9, (3, 4)), randint(-9, 9, (4, 2)))
    case("aten.bmm.default", randn(3, 4, 24), Strided(randn(3, 5, 24), [0, 2, 1]), ulps=16, scaled=True)
    case("aten.baddbmm.default", randn(3, 4, 5), randn(3, 4, 24), randn(3, 24, 5), beta=2.0, alpha=0.5, ulps=16, scaled=True)
    case("aten.matmul.default", randn(24), randn(24), ulps=16, scaled=True)
    case("aten.matmul.default", randn(24), randn(2, 24, 3), ulps=16, scaled=True)
    case("aten.matmul.default", randn(2, 1, 4, 24), randn(3, 24, 5), ulps=16, scaled=True)
    case("aten.matmul.default", randn(2, 3, 24), randn(24), ulps=16, scaled=True)
    case("aten.matmul.default", Strided(randn(2, 24, 3), [0, 2, 1]), randn(24, 5), ulps=16, scaled=True)
    case("aten.conv1d.default", randn(2, 4, 11), randn(6, 4, 3), randn(6), [2], [1], [1], 1, ulps=16, scaled=True)
    case("aten.conv1d.default", randn(2, 4, 11), randn(4, 2, 3), None, [1], [2], [2], 2, ulps=16, scaled=True)
    case("aten.conv1d.default", randn(4, 11), randn(6, 4, 1), ulps=16, scaled=True)
    case("aten.conv1d.padding", randn(2, 4, 11), randn(6, 4, 4), None, [1], "same", ulps=16, scaled=True)
    case("aten.conv2d.default", randn(2, 3, 8, 9), randn(5, 3, 3, 2), randn(5), [2, 1], [1, 0], [1, 2], 1, ulps=16, scaled=True)
    case("aten.conv2d.default", randn(2, 6, 5, 5), randn(6, 1, 3, 3), randn(6), [1, 1], [1, 1], [1, 1], 6, ulps=16, scaled=True)
    case("aten.conv2d.default", randn(1, 3, 8, 8), randn(5, 3, 4, 4), None, [4, 4], ulps=16, scaled=True)
    case("aten.conv2d.padding", randn(1, 3, 6, 6), randn(5, 3, 3, 3), None, [1, 1], "valid", ulps=16, scaled=True)
    case("aten.conv2d.default", randn(1, 3, 6, 6, dtype=torch.float64), randn(5, 3, 3, 3, dtype=torch.float64), ulps=16, scaled=True)
    case("aten.max_pool2d.default", randn(1, 2, 7, 7), [3, 3], [2, 2], [1, 1])
    case("aten.max_pool2d.default", torch.tensor([[[1.0, NAN], [2.0, -INF]]]), [2, 1])
    case("aten.max_pool2d.default", randn(2, 5, 6), [2], [2], [0], [2], True)
    case("aten.adaptive_avg_pool2d.default", randn(1, 2, 7, 5), [3, 2], ulps=4, scaled=True)
    case("aten.adaptive_avg_pool2d.default", randn(2, 4, 4), [1, 1], ulps=4, scaled=True)


def attention():
    sdpa = "aten.scaled_dot_product_attention.default"
    for dtype in FLOATS:
        limit = 3 if dtype.itemsize == 2 else 16
        q, k, v = (randn(2, 4, n, 8, dtype=dtype) for n in (5, 7, 7))
        case(sdpa, q, k, v, ulps=limit, scaled=True)
        case(sdpa, q, k, v, scale=0.2, ulps=limit, scaled=True)
        case(sdpa, q, k, v, randn(2, 1, 5, 7, dtype=dtype), ulps=limit, scaled=True)
        case(sdpa, q, k, v, None, 0.0, True, ulps=limit, scaled=True)
    q, k, v = randn(2, 4, 5, 8), randn(2, 2, 7, 8), randn(2, 2, 7, 6)
    case(sdpa, q, k, v, None, 0.0, False, enable_gqa=True, ulps=16, scaled=True)
    case(sdpa, q, k, randn(2, 2, 7, 8), None, 0.0, True, enable_gqa=True, ulps=16, scaled=True)
    k, v = randn(2, 4, 7, 8), randn(2, 4, 7, 8)
    mask = torch.rand(2, 1, 5, 7) > 0.4
    mask[0, 0, 2] = False  # a query without any key
    case(sdpa, q, k, v, mask, ulps=16, scaled=True)
    case(sdpa, q, k, v, mask[:1, 0], ulps=16, scaled=True)
    additive = torch.zeros(5, 7).masked_fill(~mask[0, 0], -INF)
    case(sdpa, q, k, v, additive, ulps=16, scaled=True)
    case(sdpa, q, k, v, torch.zeros(2, 4, 5, 7).masked_fill(~mask, torch.finfo(torch.float32).min), ulps=16, scaled=True)
    case(sdpa, randn(5, 8), randn(7, 8), randn(7, 8), mask[0, 0], ulps=16, scaled=True)
    case(sdpa, randn(3, 5, 8), randn(3, 7, 8), randn(3, 7, 4), ulps=16, scaled=True)
    case(sdpa, Strided(randn(2, 5, 4, 8), [0, 2, 1, 3]), Strided(randn(2, 7, 4, 8), [0, 2, 1, 3]), Strided(randn(2, 7, 4, 8), [0, 2, 1, 3]),
         ulps=16, scaled=True)
    case(sdpa, randn(1, 2, 90, 4), randn(1, 2, 90, 4), randn(1, 2, 90, 4), None, 0.0, True, ulps=16, scaled=True)
    case(sdpa, randn(1, 2, 1, 4), randn(1, 2, 9, 4), randn(1, 2, 9, 4), ulps=16, scaled=True)


for make in (unary, binary, shapes, indexing, reductions, norms, products, attention):
    make()

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
save_file(tensors, folder / "op_values.safetensors", metadata={"origin": f"tools/fixturegen/op_values.py, torch {torch.__version__}"})
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
(folder / "op_values.json").write_text('{"torch":"%s","cases":[\n%s\n]}\n' % (torch.__version__, lines))
print(len(cases), "cases,", len({c["target"] for c in cases}), "ops")
