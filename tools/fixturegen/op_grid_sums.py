"""The grid's specs of reductions, normalisations and products (see op_grid_draw.py for the bounds)."""
import math

import torch

from op_grid_draw import ALL, BOOL, F64, FLOATS, I64, INF, INTS, NAN, NUMBERS, SPECS, call, spec
from op_grid_elements import made, shaped, unary


# Reductions.
def reduced(dtypes=ALL, least=0, kind="special", more=lambda d: {}, empty=True):
    def make(d):
        x = d.tensor(dtypes, d.shape(empty=empty), kind)
        return call(x, d.axes(x.dim(), least), d.chance(0.4), **more(d))
    return make


def one_axis(dtypes=ALL, kind="special", rest=lambda d: ()):
    def make(d):
        x = d.tensor(dtypes, kind=kind)
        return call(x, d.axis(x.dim()), *rest(d))
    return make


keep = lambda d: (d.chance(0.4),)
typed = lambda d: {"dtype": d.dtype(FLOATS)} if d.chance(0.2) else {}
spec("sum.default", lambda d: call(d.tensor(ALL, kind="summed"), **typed(d)), 16, scale="condition")
spec("sum.dim_IntList", reduced(more=typed, kind="summed"), 16, scale="condition")
spec("mean.default", lambda d: call(d.tensor(FLOATS, kind="summed")), 16, scale="condition")
spec("mean.dim", reduced(FLOATS, kind="summed"), 16, scale="condition")
spec("amax.default amin.default", reduced(), 0)
spec("max.default min.default any.default all.default", unary(ALL), 0)
spec("max.dim min.dim", one_axis(rest=keep), 0)
spec("argmax.default argmin.default", lambda d: (lambda x: call(x, d.one_of(None, d.axis(x.dim())), d.chance(0.3)))(d.tensor(NUMBERS)))
spec("any.dim all.dim", one_axis(rest=keep))
spec("any.dims all.dims", reduced())
spec("var.default", lambda d: call(d.tensor(FLOATS, kind="plain"), d.chance(0.5)), 16, scale="largest")
spec("var.dim", lambda d: (lambda x: call(x, d.axes(x.dim()), d.chance(0.5), d.chance(0.4)))(d.tensor(FLOATS, kind="plain")), 16, scale="largest")
spec("var.correction", lambda d: (lambda x: call(x, d.axes(x.dim()), correction=d.one_of(0, 1, 2, 0.5, None), keepdim=d.chance(0.4)))(d.tensor(FLOATS, kind="plain")), 16, scale="largest")
spec("cumsum.default", one_axis(kind="summed"), 1, scale="condition")
spec("softmax.int log_softmax.int", lambda d: (lambda x: call(x, d.axis(x.dim()), *((d.dtype(FLOATS[:2]),) if d.chance(0.1) else ())))(d.tensor(FLOATS)), 8, scale="largest", half=2)
spec("_softmax.default _log_softmax.default", lambda d: (lambda x: call(x, d.axis(x.dim()), False))(d.tensor(FLOATS)), 8, scale="largest", half=2)
spec("_safe_softmax.default", lambda d: (lambda x: call(x, d.axis(x.dim())))(d.tensor(FLOATS)), 8, scale="largest", half=2)
# Equal elements may come in any order: the positions of plain sort and topk are PyTorch's own affair.
spec("sort.default", one_axis(rest=lambda d: (d.chance(0.5),)), 0, ignored={1})
spec("sort.stable", lambda d: (lambda x: call(x, stable=True, dim=d.axis(x.dim()), descending=d.chance(0.5)))(d.tensor(ALL)), 0)
spec("topk.default", lambda d: (lambda x: call(x, d.int(0, 4), d.axis(x.dim()), d.chance(0.5), True))(d.tensor(NUMBERS)), 0, ignored={1})


# Normalisations.
def layer_norm(d, args=lambda w, b, eps: (w, b, eps)):
    dtype = d.dtype(FLOATS)
    x = d.tensor(dtype, d.shape(0, 3, empty=False) + (d.int(2, 9),), "plain")  # one element is its own mean: 0 but for rounding
    shape = list(x.shape[d.int(0, x.dim() - 1):])
    weight = lambda: d.tensor(dtype, shape, "plain") if d.chance(0.6) else None
    return call(x, shape, *args(weight(), weight(), d.one_of(1e-5, 1e-12, 0.1)))


spec("layer_norm.default", layer_norm, 16, half=2, scale="largest")
spec("rms_norm.default", lambda d: layer_norm(d, lambda w, b, eps: (w, eps if d.chance(0.8) else None)), 16, half=3, scale="largest")


def channels(d, x, count, make):
    return [make(d.tensor(x.dtype, (count,), "plain")) if d.chance(0.7) else None for _ in range(2)]


def group_norm(d):
    groups, each = d.int(1, 3), d.int(1, 3)
    # Groups of one element are 0 but for rounding, so nothing to compare.
    x = d.tensor(FLOATS, (d.int(0 if d.chance(0.1) else 1, 3), groups * each, 4, *d.shape(0, 1, empty=False)), "plain")
    return call(x, groups, *channels(d, x, groups * each, lambda t: t), d.one_of(1e-5, 1e-12, 0.1))


spec("group_norm.default", group_norm, 32, half=4, scale="largest")


def batch_norm(d):
    x = d.tensor(FLOATS, d.shape(2, 4, empty=False), "plain")
    c = x.shape[1]
    return call(x, *channels(d, x, c, lambda t: t), d.tensor(x.dtype, (c,), "plain"), d.tensor(x.dtype, (c,), "positive"), False, 0.1,
                d.one_of(1e-5, 1e-3), True)


spec("batch_norm.default", batch_norm, 32, half=4, scale="largest")
spec("_weight_norm.default", lambda d: (lambda x, a: call(x, d.tensor(x.dtype, [n if i == a else 1 for i, n in enumerate(x.shape)], "plain"), a))(
    *(lambda x: (x, d.one_of(0, x.dim() - 1)))(d.tensor(FLOATS[:2], d.shape(2, 3, empty=False), "plain"))), 8, scale="largest")


# Products.
def linear(d):
    dtype, k, n = d.dtype(FLOATS), d.int(0 if d.chance(0.05) else 1, 40), d.int(1, 9)
    bias = d.tensor(dtype, (n,), "plain") if d.chance(0.6) else None
    return call(d.tensor(dtype, d.shape(0, 3) + (k + (1 if d.chance(0.03) else 0),), "plain"), d.tensor(dtype, (n, k), "plain"), bias)


spec("linear.default", linear, 16, half=2, scale="condition")


def matrices(batch, dtypes=FLOATS + [I64, torch.int32]):
    def make(d):
        dtype, m, k, n = d.dtype(dtypes), d.int(0 if d.chance(0.05) else 1, 9), d.int(1, 40), d.int(1, 9)
        lead = (d.int(1, 3),) * batch
        return call(d.tensor(dtype, lead + (m, k), "plain"), d.tensor(dtype, lead + (k, n), "plain"))
    return make


def matmul(d):
    dtype, k = d.dtype(FLOATS), d.int(1, 30)
    a, b = d.shape(0, 2, empty=False), d.int(0, 2)
    x = d.tensor(dtype, (k,) if d.chance(0.2) else a + (d.int(1, 5), k), "plain")
    y = (k,) if b == 0 else (k, d.int(1, 5)) if b == 1 else tuple(1 if d.chance(0.4) else n for n in a) + (k, d.int(1, 5))
    return call(x, d.tensor(dtype, y, "plain"))


spec("mm.default", matrices(0), 16, half=2, scale="condition")
spec("bmm.default", matrices(1), 16, half=2, scale="condition")
spec("matmul.default", matmul, 16, half=2, scale="condition")


def addmm(batch):
    def make(d):
        (a, b), _ = matrices(batch, FLOATS)(d)
        shape = tuple(a.shape[:-1]) + (b.shape[-1],)
        bias = d.tensor(a.dtype, shape if batch else d.one_of(shape, shape[-1:], (1, shape[-1])), "plain")
        return call(bias, a, b, beta=d.one_of(1, 0.5, 0), alpha=d.one_of(1, 2, -0.5))
    return make


spec("addmm.default", addmm(0), 16, half=2, scale="condition")
spec("baddbmm.default", addmm(1), 16, half=3, scale="condition")


def attention(d):
    dtype, lead = d.dtype(FLOATS), d.shape(2, 2, empty=False, largest=3)
    n, s, e = d.int(1, 7), d.int(1, 9), d.int(1, 9)
    q, k, v = (d.tensor(dtype, lead + (m, e), "plain") for m in (n, s, s))
    causal = d.chance(0.3)
    mask = None
    if not causal and d.chance(0.5):
        mask = d.tensor(d.one_of(BOOL, dtype), d.one_of((n, s), lead + (n, s)), "plain")
    return call(q, k, v, mask, 0.0, causal, **({"scale": 0.3} if d.chance(0.3) else {}))


spec("scaled_dot_product_attention.default", attention, 32, half=4, scale="largest")
