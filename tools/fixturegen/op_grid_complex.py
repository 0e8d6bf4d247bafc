"""Specs of complex numbers: of the ops that are theirs, and of those of reals that take them ("TARGET complex").

Errors are measured by the modulus: a product's parts cancel, so that a part alone may have no digit left. One product is three roundings on
both sides in another order (fused or not): within 4 ULPs of the modulus; a quotient is scaled by another algorithm on both sides (Smith's here, a
vectorised one there): 8. A Fourier transform of n numbers errs by c·log2 n roundings of the largest output in the mean (Gentleman & Sande 1966):
8 ULPs of it for the n <= 600 that are drawn, on both sides by other factors.
"""
import torch
from op_grid_draw import BOOL, F32, F64, FLOATS, I64, NUMBERS, SPECS, Spec, call

C64, C128 = torch.complex64, torch.complex128
COMPLEX = [C64, C64, C128]
PARTS = {C64: F32, C128: F64}


def z(d, shape=None, dtype=None, kind="plain"):
    """A complex tensor; strided in some calls, as views are."""
    dtype = dtype or d.dtype(COMPLEX)
    shape = d.shape() if shape is None else tuple(shape)
    x = torch.view_as_complex(d.tensor(PARTS[dtype], shape + (2,), kind, strided=False))
    if len(shape) > 1 and not d.small and d.chance(0.3):
        order = list(range(len(shape)))
        d.random.shuffle(order)
        return x.permute(order).contiguous().permute([order.index(i) for i in range(len(shape))])
    return x


def spec(targets, make, bound=None, **more):
    for target in targets.split():
        SPECS["aten." + target] = Spec(make, bound, table="op_grid_complex", **more)


def complex_spec(targets, make, bound=None, **more):
    """Beside the spec of reals."""
    for target in targets.split():
        SPECS["aten." + target + " complex"] = Spec(make, bound, table="op_grid_complex", **more)


def one(d):
    return call(z(d))


spec("view_as_real.default imag.default", one)
spec("_conj.default", one)
spec("real.default conj.default conj_physical.default resolve_conj.default resolve_neg.default _neg_view.default",
     lambda d: call(z(d) if d.chance(0.7) else d.tensor(FLOATS, kind="plain")))
spec("view_as_complex.default", lambda d: call(d.tensor([F32, F64], d.shape(0, 3) + (2,), "plain", strided=False)))
spec("angle.default", lambda d: call(z(d) if d.chance(0.6) else d.tensor([F32, F64, I64], kind="plain")), 4)


def of_two(d):
    dtype, shape = d.dtype([F32, F64]), d.shape()
    return call(d.tensor(dtype, shape, "plain"), d.tensor(dtype, d.broadcasting(shape), "plain"))


spec("complex.default", of_two)
spec("polar.default", of_two, 4)
complex_spec("neg.default clone.default alias.default contiguous.default detach.default", one)
complex_spec("abs.default", one, 2)
complex_spec("reciprocal.default", one, 8)
complex_spec("square.default", one, 4)
complex_spec("exp.default", lambda d: call(z(d, kind="unit")), 8)


def operands(d):
    shape = d.shape()
    a = z(d, shape)
    b = d.broadcasting(shape)
    other = z(d, b) if d.chance(0.6) else d.tensor([F32, F64, I64, torch.int32, BOOL], b, "plain")
    return (a, other) if d.chance(0.7) else (other, a)


def number(d):
    return d.one_of(2, -3, 0.5, 1j, 2 - 1j, True)


complex_spec("add.Tensor sub.Tensor rsub.Tensor",
             lambda d: call(*operands(d), alpha=d.one_of(1, 1, 2, -1)) if d.chance(0.8) else call(*operands(d)), 4, scale="condition")
complex_spec("add.Scalar sub.Scalar rsub.Scalar", lambda d: call(z(d), number(d)), 4, scale="condition")
complex_spec("mul.Tensor", lambda d: call(*operands(d)), 4)
complex_spec("mul.Scalar", lambda d: call(z(d), number(d)), 4)
complex_spec("div.Tensor", lambda d: call(z(d), z(d, ())) if d.chance(0.3) else call(*(lambda s: (z(d, s), z(d, s)))(d.shape())), 8)
complex_spec("div.Scalar", lambda d: call(z(d), number(d)), 8)


def pair(d):
    a = z(d, d.shape(), kind="unit")
    b = torch.where(torch.rand(a.shape, generator=d.generator) < 0.5, a, z(d, a.shape, a.dtype))
    return call(a, b)


complex_spec("eq.Tensor ne.Tensor", pair)
complex_spec("eq.Scalar ne.Scalar", lambda d: call(z(d), number(d)))


def chosen(d):
    shape = d.shape()
    other = z(d, shape) if d.chance(0.6) else d.tensor([F32, F64], shape, "plain")
    return call(torch.rand(shape, generator=d.generator) < 0.5, z(d, shape), other)


complex_spec("where.self", chosen)


def reduced(d):
    x = z(d)
    return call(x, d.axes(x.dim()) if d.chance(0.8) else None, d.chance(0.5))


complex_spec("sum.default", one, 16, scale="condition")
complex_spec("sum.dim_IntList", reduced, 16, scale="condition")
complex_spec("mean.default", lambda d: call(z(d, d.shape(empty=False))), 16, scale="condition")
complex_spec("mean.dim", lambda d: (lambda x: call(x, d.axes(x.dim(), 1), d.chance(0.5)))(z(d, d.shape(1, 4, empty=False))), 16, scale="condition")


def product(batch):
    def make(d):
        dtype, k = d.dtype(COMPLEX), d.int(1, 20)
        lead = tuple(d.int(1, 3) for _ in range(batch))
        return call(z(d, lead + (d.int(1, 5), k), dtype), z(d, lead + (k, d.int(1, 5)), dtype))
    return make


complex_spec("mm.default", product(0), 16, scale="condition")
complex_spec("bmm.default", product(1), 16, scale="condition")
complex_spec("matmul.default", lambda d: product(d.int(0, 2))(d), 16, scale="condition")


# What moves elements.
def axis_of(x, d):
    return d.int(-x.dim(), x.dim() - 1)


def some(d, least=1):
    return z(d, d.shape(least, 4, empty=False))


def views(make, targets):
    complex_spec(targets, make)


def reshaped(d):
    x = z(d).contiguous()  # view refuses strides that a copy would need, ours copies
    return call(x, d.one_of([x.numel()], [-1, 1], [1, x.numel()])) if x.numel() else call(x, list(x.shape))


views(reshaped, "view.default reshape.default")
views(lambda d: (lambda x: call(x, [3] + list(x.shape)))(some(d)), "expand.default")
views(lambda d: (lambda x: call(x, d.random.sample(range(x.dim()), x.dim())))(some(d)), "permute.default")
views(lambda d: (lambda x: call(x, axis_of(x, d), axis_of(x, d)))(some(d)), "transpose.int")
views(lambda d: call(z(d, d.shape(0, 2))), "t.default")
views(lambda d: (lambda x: call(x, d.int(-x.dim() - 1, x.dim())))(z(d)), "unsqueeze.default")
views(lambda d: (lambda x: call(x, axis_of(x, d)))(some(d)), "squeeze.dim unbind.int")
views(lambda d: call(z(d, (1,) + d.shape(0, 2))), "squeeze.default")
views(lambda d: (lambda x: call(x, axis_of(x, d), d.int(0, 2), d.int(1, 9), d.int(1, 2)))(some(d)), "slice.Tensor")
views(lambda d: (lambda x: call(x, axis_of(x, d), 0))(some(d)), "select.int")
views(lambda d: (lambda x: call(x, d.int(1, 3), axis_of(x, d)))(some(d)), "split.Tensor")
views(lambda d: (lambda x: call(x, [axis_of(x, d)]))(some(d)), "flip.default")
views(lambda d: (lambda x: call(x, [d.int(-2, 3)], [axis_of(x, d)]))(some(d)), "roll.default")
views(lambda d: (lambda x: call(x, [d.int(1, 2) for _ in range(x.dim())]))(some(d)), "repeat.default")
views(lambda d: (lambda x: call(x, axis_of(x, d), 1, 1))(some(d)), "unfold.default")
views(lambda d: call(z(d, d.shape(2, 3, empty=False))), "diagonal.default")


def joined(d):
    x = some(d)
    axis = axis_of(x, d)
    other = list(x.shape)
    other[axis] = d.int(1, 3)
    return call([x, z(d, other) if d.chance(0.7) else d.tensor(F32, other, "plain")], axis)


views(joined, "cat.default")
views(lambda d: (lambda x: call([x, z(d, x.shape, x.dtype)], d.int(-x.dim() - 1, x.dim())))(some(d)), "stack.default")
views(lambda d: (lambda x: call(x, [None] * d.int(0, x.dim() - 1) + [d.index((d.int(1, 3),), 1)]))(some(d)), "index.Tensor")
views(lambda d: (lambda x: (lambda a: call(x, a, d.index((2,), x.shape[a])))(axis_of(x, d)))(some(d)), "index_select.default")
views(lambda d: (lambda x: (lambda a: call(x, a, d.index(x.shape, x.shape[a])))(axis_of(x, d)))(some(d)), "gather.default")
views(lambda d: call(z(d) if d.chance(0.6) else d.tensor(NUMBERS, kind="plain"), dtype=d.dtype(COMPLEX)), "_to_copy.default")
views(lambda d: call(z(d), d.dtype([C64, C128, F32, F64, BOOL])), "to.dtype")


# Fourier transforms: lengths with small factors, primes, and primes that go by convolution.
def signal_shape(d):
    shape = list(d.shape(1, 3, empty=False, largest=6))
    if not d.small and d.chance(0.7):
        shape[d.int(0, len(shape) - 1)] = d.one_of(8, 12, 16, 30, 49, 64, 67, 100, 127, 134, 240, 256, 509)
    return tuple(shape)


def transform_axes(d, rank):
    return d.random.sample(range(rank), d.int(1, rank))  # callers have wrapped them: MKL's kernels assert where they are negative


def c2c(d):
    x = z(d, signal_shape(d))
    return call(x, transform_axes(d, x.dim()), d.int(0, 2), d.chance(0.5))


def r2c(d):
    x = d.tensor([F32, F64], signal_shape(d), "plain")
    return call(x, transform_axes(d, x.dim()), d.int(0, 2), d.chance(0.7))


def c2r(d):
    shape = signal_shape(d)
    axes = transform_axes(d, len(shape))
    last = 2 * (shape[axes[-1]] - 1) + d.int(0, 1) or 1
    x = z(d, shape)
    return call(x, axes, d.int(0, 2), last)


spec("_fft_c2c.default", c2c, 8, scale="largest", recorded=6)
spec("_fft_r2c.default", r2c, 8, scale="largest", recorded=6)
spec("_fft_c2r.default", c2r, 8, scale="largest", recorded=6)
