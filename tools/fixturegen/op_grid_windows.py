"""The grid's specs of convolutions, pooling, interpolation, scatters, and what came after (see op_grid_draw.py for the bounds)."""
import math

import torch

from op_grid_draw import ALL, BOOL, F64, FLOATS, I64, INF, INTS, NAN, NUMBERS, SPECS, call, spec
from op_grid_elements import END, along, factors, shaped, unary
from op_grid_sums import batch_norm, channels, group_norm, layer_norm, typed


# Convolutions: sums of products, measured by their magnitudes.
def each(d, axes, low, high):
    return [d.int(low, high) for _ in range(axes)]


def conv(axes, transposed=False, rest=lambda d, s: s):
    def make(d):
        dtype, groups = d.dtype(FLOATS), d.one_of(1, 1, 2, 3)
        a, b = d.int(1, 3), d.int(1, 3)
        batch = (d.int(1, 2),)
        kernel = tuple(each(d, axes, 1, 3))
        x = d.tensor(dtype, batch + (groups * a,) + tuple(each(d, axes, 3, 7)), "plain")
        weight = d.tensor(dtype, ((groups * a, b) if transposed else (groups * b, a)) + kernel, "plain")
        bias = d.tensor(dtype, (groups * b,), "plain") if d.chance(0.5) else None
        stride, padding, dilation = each(d, axes, 1, 3), each(d, axes, 0, 1 if transposed else 2), each(d, axes, 1, 2)
        more = [d.int(0, max(s, k) - 1) for s, k in zip(stride, dilation)] if transposed else [0] * axes
        return call(x, weight, bias, *rest(d, dict(stride=stride, padding=padding, dilation=dilation, more=more, groups=groups)))
    return make


plain_conv = lambda d, s: (s["stride"], s["padding"], s["dilation"], s["groups"])
for axes in (1, 2, 3):
    spec(f"conv{axes}d.default", conv(axes, rest=plain_conv), 16, half=2, scale="condition")
    spec(f"conv{axes}d.padding", conv(axes, rest=lambda d, s: ([1] * len(s["stride"]), d.one_of("same", "valid"), s["dilation"], s["groups"])),
         16, half=2, scale="condition")
    spec(f"conv_transpose{axes}d." + ("default" if axes == 1 else "input"),
         conv(axes, True, lambda d, s: (s["stride"], s["padding"], s["more"], s["groups"], s["dilation"])), 16, half=2, scale="condition")


def convolution(d):
    axes, transposed = d.int(1, 3), d.chance(0.5)
    return conv(axes, transposed, lambda d, s: (s["stride"], s["padding"], s["dilation"], transposed, s["more"], s["groups"]))(d)


spec("convolution.default", convolution, 16, half=2, scale="condition")


def plane(d, axes, dtypes, kind="plain", low=1, high=8):
    lead = (d.int(1, 3),) * d.int(0, 1) + (d.int(1, 3),)
    return d.tensor(dtypes, lead + tuple(each(d, axes, low, high)), kind)


def max_pool(axes, dtypes=FLOATS):
    def make(d):
        kernel = each(d, axes, 1, 3)
        return call(plane(d, axes, dtypes, "special", 2), kernel, each(d, axes, 1, 3) if d.chance(0.7) else [],
                    [d.int(0, k // 2) for k in kernel], each(d, axes, 1, 2), d.chance(0.4))
    return make


for axes in (1, 2, 3):
    spec(f"max_pool{axes}d.default", max_pool(axes), 0)
    spec(f"max_pool{axes}d_with_indices.default", max_pool(axes), 0)


def avg_pool(axes):
    def make(d):
        kernel = each(d, axes, 1, 3)
        rest = (d.one_of(None, None, 3, -2),) if axes > 1 else ()
        return call(plane(d, axes, FLOATS[:2] if axes == 3 else FLOATS, low=2), kernel, each(d, axes, 1, 3) if d.chance(0.7) else [], [d.int(0, k // 2) for k in kernel],
                    d.chance(0.4), d.chance(0.5), *rest)
    return make


for axes in (1, 2, 3):
    spec(f"avg_pool{axes}d.default", avg_pool(axes), 8, half=2, scale="largest")
adaptive = lambda axes: lambda d: call(plane(d, axes, FLOATS, low=1), each(d, axes, 1, 4))
spec("adaptive_avg_pool1d.default", adaptive(1), 8, half=2, scale="largest")
spec("adaptive_avg_pool2d.default _adaptive_avg_pool2d.default", adaptive(2), 8, half=2, scale="largest")
# PyTorch adds up halves as halves here.
spec("adaptive_avg_pool3d.default _adaptive_avg_pool3d.default", adaptive(3), 8, half=16, scale="largest")
spec("adaptive_max_pool1d.default", adaptive(1), 0)
spec("adaptive_max_pool2d.default", adaptive(2), 0)


def im2col(d):
    return call(plane(d, 2, FLOATS, low=2), each(d, 2, 1, 3), each(d, 2, 1, 2), each(d, 2, 0, 2), each(d, 2, 1, 3))


def col2im(d):
    size, kernel, dilation, padding, stride = each(d, 2, 3, 7), each(d, 2, 1, 3), each(d, 2, 1, 2), each(d, 2, 0, 1), each(d, 2, 1, 2)
    places = math.prod((n + 2 * p - e * (k - 1) - 1) // s + 1 for n, p, e, k, s in zip(size, padding, dilation, kernel, stride))
    lead = (d.int(1, 2),) * d.int(0, 1)
    return call(d.tensor(FLOATS, lead + (d.int(1, 2) * math.prod(kernel), max(places, 1)), "plain"), size, kernel, dilation, padding, stride)


spec("im2col.default", im2col)
# Halves are added up in halves by PyTorch, in f32 here.
spec("col2im.default", col2im, 4, half=8, scale="condition")


# Interpolation: shares of up to 64 elements; the places are computed in f32 on both sides, but with other roundings.
def upsample(axes, dtypes, corners, vec, kind="plain"):
    def make(d):
        x = d.tensor(dtypes, (d.int(1, 2), d.int(1, 3)) + tuple(each(d, axes, 1, 6)), kind, strided=False)
        size = each(d, axes, 1, 9)
        align = (d.chance(0.4),) if corners else ()
        if not vec:
            return call(x, size, *align, *([None] * axes))
        if d.chance(0.5):
            return call(x, size, *align, None)
        factors = [d.one_of(2.0, 1.0, 3.0, 1.5, 0.5, 2.7) for _ in range(axes)]
        return call(x, None, *align, factors if all(int(n * f) > 0 for n, f in zip(x.shape[2:], factors)) else [2.0] * axes)
    return make


for axes in (1, 2, 3):
    for vec in (False, True):
        overload = "vec" if vec else "default"
        spec(f"upsample_nearest{axes}d.{overload} _upsample_nearest_exact{axes}d.{overload}",
             upsample(axes, FLOATS + [torch.uint8], False, vec, "special"))
for name, axes in (("upsample_linear1d", 1), ("upsample_bilinear2d", 2), ("upsample_trilinear3d", 3), ("upsample_bicubic2d", 2)):
    for vec in (False, True):
        spec(f"{name}.{'vec' if vec else 'default'}", upsample(axes, FLOATS, True, vec), 64, half=2, scale="largest")


def grid_sampler(d):
    dtype, n = d.dtype(FLOATS[:2]), d.int(1, 2)
    x = d.tensor(dtype, (n, d.int(1, 3), d.int(1, 5), d.int(1, 5)), "plain")
    # Beyond the image too, and never half-way between two pixels, where "nearest" is a matter of the last digit.
    grid = d.tensor(dtype, (n, d.int(1, 4), d.int(1, 4), 2), "unit") * 1.25
    return call(x, grid, d.int(0, 2), d.int(0, 2), d.chance(0.5))


spec("grid_sampler_2d.default grid_sampler.default", grid_sampler, 256, scale="largest")  # places are differences of near numbers


# Scatter.
def scatter_joined(rest=lambda d: ()):
    def make(d):
        x = d.tensor(NUMBERS, d.shape(empty=False), "plain", strided=False)
        axis = d.axis(x.dim())
        index = along(d, x, axis)
        return call(x, axis, index, d.tensor(x.dtype, [n + d.int(0, 1) for n in index.shape], "plain"), *rest(d))
    return make


spec("scatter_add.default", scatter_joined(), 8, half=4, scale="condition")


def scatter_reduce(d):
    args, _ = scatter_joined(lambda d: (d.one_of("sum", "prod", "mean", "amax", "amin"),))(d)
    return call(*args, include_self=d.chance(0.6))


spec("scatter_reduce.two", scatter_reduce, 8, half=6, scale="largest")


def index_add(alpha):
    def make(d):
        x = d.tensor(NUMBERS, d.shape(1, 3, empty=False), "plain", strided=False)
        axis = d.int(-x.dim(), x.dim() - 1)
        shape = list(x.shape)
        shape[axis] = d.int(0, 5)
        index = d.index((shape[axis],), x.shape[axis])
        if not alpha:
            index = torch.randperm(x.shape[axis], generator=d.generator)[:shape[axis]]
            shape[axis] = index.numel()
        source = d.tensor(x.dtype, shape, "plain")
        return (([x, axis, index, source]), {"alpha": d.one_of(1, 2, -1)} if alpha else {})
    return make


spec("index_add.default", index_add(True), 8, half=6, scale="condition")
spec("index_copy.default", index_add(False))


def part_scatter(select):
    def make(d):
        x = d.tensor(ALL, d.shape(1, 4))
        axis = d.int(-x.dim(), x.dim() - 1)
        where = (d.int(-4, 4),) if select else (d.one_of(None, 0, 1, -2), d.one_of(None, END, 2, -1), d.one_of(1, 1, 2))
        part = torch.ops.aten.select.int if select else torch.ops.aten.slice.Tensor
        try:
            shape = part(x, axis, *where).shape
        except (IndexError, RuntimeError):
            shape = x.shape
        return call(x, d.tensor(x.dtype if d.chance(0.8) else NUMBERS, shape, "plain"), axis, *where)
    return make


spec("slice_scatter.default", part_scatter(False), 0)
spec("select_scatter.default", part_scatter(True), 0)

# More reductions.
short = lambda d: d.shape(0, 3, largest=6)  # a product of many elements leaves the range
spec("prod.default", lambda d: call(d.tensor(ALL, d.shape(0, 2, largest=5), "unit"), **typed(d)), 32, half=2)
spec("prod.dim_int", lambda d: (lambda x: call(x, d.axis(x.dim()), d.chance(0.4), **typed(d)))(d.tensor(ALL, d.shape(0, 3, largest=5), "unit")), 32, half=2)
spec("cumprod.default", lambda d: (lambda x: call(x, d.axis(x.dim()), **typed(d)))(d.tensor(ALL, d.shape(0, 3, largest=5), "unit")), 1, half=2)
spec("logsumexp.default", lambda d: (lambda x: call(x, d.axes(x.dim(), 1), d.chance(0.4)))(d.tensor(ALL, kind="special")), 8, scale="largest", half=2)
for name in ("std", "var_mean"):
    spec(f"{name}.default", lambda d: call(d.tensor(FLOATS, kind="plain"), d.chance(0.5)), 16, scale="largest", half=2)
    spec(f"{name}.dim", lambda d: (lambda x: call(x, d.axes(x.dim()), d.chance(0.5), d.chance(0.4)))(d.tensor(FLOATS, kind="plain")), 16, scale="largest", half=2)
    spec(f"{name}.correction", lambda d: (lambda x: call(x, d.axes(x.dim()), correction=d.one_of(0, 1, 2, 0.5, None), keepdim=d.chance(0.4)))(
        d.tensor(FLOATS, kind="plain")), 16, scale="largest", half=2)
order = lambda d: d.one_of(2, 2.0, 1, 0, INF, -INF, 3, 0.5)
spec("linalg_vector_norm.default", lambda d: (lambda x: call(x, order(d), d.one_of(None, d.axes(x.dim())), d.chance(0.4)))(
    d.tensor(FLOATS, kind="plain")), 16, half=2)
spec("norm.Scalar", lambda d: call(d.tensor(FLOATS, kind="plain"), order(d)), 16, half=2)
spec("norm.ScalarOpt_dim", lambda d: (lambda x: call(x, d.one_of(None, order(d)), d.axes(x.dim()), d.chance(0.4)))(d.tensor(FLOATS, kind="plain")), 16, half=2)


# More views.
def as_strided(d):
    x = d.tensor(ALL)
    rank = d.int(0, 3)
    return call(x, [d.int(1, 3) for _ in range(rank)], [d.int(0, 4) for _ in range(rank)], d.one_of(None, 0, 1, 5))


spec("as_strided.default", as_strided)
spec("diagonal.default", lambda d: shaped(d, lambda x: [d.int(-4, 4), d.axis(x.dim()), d.axis(x.dim())]))
spec("movedim.int", lambda d: shaped(d, lambda x: [d.axis(x.dim()), d.axis(x.dim())]))
spec("movedim.intlist", lambda d: shaped(d, lambda x: (lambda n: [d.random.sample(range(x.dim()), n), d.random.sample(range(-x.dim(), 0), n)])(d.int(0, x.dim()))))
spec("narrow.default", lambda d: shaped(d, lambda x: [d.axis(x.dim()), d.int(-4, 4), d.int(0, 4)]))
spec("tile.default", lambda d: shaped(d, lambda x: [[d.int(0 if d.chance(0.1) else 1, 3) for _ in range(d.int(0, x.dim() + 1))]]))
spec("unflatten.int", lambda d: shaped(d, lambda x: (lambda a: [a, factors(d, x.shape[a] if -x.dim() <= a < x.dim() else 1)])(d.axis(x.dim()))))
spec("broadcast_to.default", lambda d: (lambda x: call(d.tensor(ALL, d.broadcasting(x.shape)), list(x.shape)))(d.tensor(ALL)))
spec("fill.Scalar", lambda d: call(d.tensor(ALL), d.number()))
spec("fill.Tensor", lambda d: call(d.tensor(ALL), d.tensor(torch.uint8, d.one_of((), (), (1,)))))
spec("copy.default", lambda d: (lambda x: call(x, d.tensor(ALL, d.broadcasting(x.shape), "plain")))(d.tensor(ALL)), 0)
spec("div.Scalar_mode", lambda d: call(d.tensor(FLOATS[:2] + INTS, kind="plain"), d.number(), rounding_mode=d.one_of("floor", "trunc", None)), 1)
for axes in (1, 2, 3):
    mirrored = lambda d, axes=axes: call(d.tensor(FLOATS, d.shape(axes + 1, axes + 2, empty=False)), [d.int(0, 2) for _ in range(2 * axes)])
    spec(f"reflection_pad{axes}d.default replication_pad{axes}d.default", mirrored)

# More normalisations.
def plain(make):
    """The native forms take weights for contiguous, whatever their strides."""
    def made(d):
        args, keyword = make(d)
        return [a.contiguous() if isinstance(a, torch.Tensor) else a for a in args], keyword
    return made


spec("native_layer_norm.default", plain(layer_norm), 16, half=2, scale="largest")


def native_group_norm(d):
    (x, groups, weight, bias, eps), _ = group_norm(d)
    n, c = x.shape[:2]
    return call(x, weight, bias, n, c, math.prod(x.shape[2:]), groups, eps)


spec("native_group_norm.default", plain(native_group_norm), 32, half=4, scale="largest")


def native_batch_norm(form):
    def make(d):
        (x, weight, bias, mean, var, *_), _ = batch_norm(d)
        eps = d.one_of(1e-5, 1e-3)
        return call(x, weight, bias, *{"no_training": (mean, var, 0.1, eps), "legit": (mean, var, False, 0.1, eps), "no_stats": (True, 0.1, eps)}[form])
    return make


spec("_native_batch_norm_legit_no_training.default", native_batch_norm("no_training"), 32, half=4, scale="largest")
spec("_native_batch_norm_legit.default", native_batch_norm("legit"), 32, half=4, scale="largest")


def batch_statistics(d):
    x = d.tensor(FLOATS, (d.int(2, 4), d.int(1, 4)) + d.shape(0, 2, empty=False), "plain")
    return call(x, *channels(d, x, x.shape[1], lambda t: t), True, 0.1, d.one_of(1e-5, 1e-3))


spec("_native_batch_norm_legit.no_stats", batch_statistics, 128, half=6, scale="largest")  # x·a + b cancels where the mean is large


def instance_norm(d):
    x = d.tensor(FLOATS, (d.int(1, 3), d.int(1, 4), d.int(3, 9)) + d.shape(0, 1, empty=False), "plain")
    return call(x, *channels(d, x, x.shape[1], lambda t: t), None, None, True, 0.1, 1e-5, True)


spec("instance_norm.default", instance_norm, 128, half=6, scale="largest")

# Element by element, of several steps.
spec("celu.default", lambda d: call(d.tensor(FLOATS), d.one_of(1.0, 0.5, 2.0)), 6)
spec("hardshrink.default", lambda d: call(d.tensor(FLOATS), d.one_of(0.5, 0.1, 2.0)))
spec("threshold.default", lambda d: call(d.tensor(FLOATS), d.one_of(0.5, -1.0), d.one_of(0.0, 7.0)))
spec("log_sigmoid.default", unary(FLOATS), 8)
spec("isfinite.default", unary(ALL))
spec("nan_to_num.default", lambda d: call(d.tensor(ALL), d.one_of(None, 1.5), d.one_of(None, 3.0), d.one_of(None, -3.0)), 0)


def prelu(d):
    x = d.tensor(FLOATS, d.shape(1, 4))
    return call(x, d.tensor(x.dtype, d.one_of((1,), (x.shape[1] if x.dim() > 1 else 1,), ()), "plain"))


spec("prelu.default", prelu, 0)


def glu(d):
    x = d.tensor(FLOATS, d.shape(1, 4), "plain")
    axis = d.axis(x.dim())
    if -x.dim() <= axis < x.dim() and d.chance(0.9):
        x = torch.cat([x, x + 1], axis)
    return call(x, axis)


spec("glu.default", glu, 6)


def lerp(scalar):
    def make(d):
        a = d.tensor(FLOATS, kind="plain")
        b = d.tensor(a.dtype, d.broadcasting(a.shape), "plain")
        return call(a, b, d.one_of(0.0, 0.3, 0.7, 1, 2.5) if scalar else d.tensor(a.dtype, d.broadcasting(a.shape), "unit"))
    return make


spec("lerp.Scalar", lerp(True), 4, half=2, scale="largest")
spec("lerp.Tensor", lerp(False), 4, half=2, scale="largest")


def addcmul(dtypes):
    def make(d):
        a = d.tensor(dtypes, kind="plain")
        b, c = d.tensor(a.dtype, d.broadcasting(a.shape), "plain"), d.tensor(a.dtype, d.broadcasting(a.shape), "positive")
        value = d.one_of(1, 2, -1)
        # A float where it may be one: `magnitudes` leaves ints as they are, and a scale with a negative factor would cancel.
        return call(a, b, c, value=float(value) if a.is_floating_point() else value)
    return make


spec("addcmul.default", addcmul(NUMBERS), 4, half=3, scale="condition")
spec("addcdiv.default", addcmul(FLOATS), 4, half=3, scale="condition")
spec("masked_select.default", lambda d: (lambda x: call(x, d.tensor(BOOL, d.broadcasting(x.shape))))(d.tensor(ALL)))


def vectors(matrix):
    def make(d):
        dtype, k = d.dtype(FLOATS + [I64, torch.int32]), d.int(1, 40)
        return call(d.tensor(dtype, (d.int(1, 9), k) if matrix else (k,), "plain"), d.tensor(dtype, (k + (1 if d.chance(0.05) else 0),), "plain"))
    return make


spec("dot.default", vectors(False), 16, half=2, scale="condition")
spec("mv.default", vectors(True), 16, half=2, scale="condition")
spec("outer.default", lambda d: call(d.tensor(ALL, (d.int(0, 5),)), d.tensor(ALL, (d.int(0, 5),))), 0)


def cdist(d):
    dtype, k = d.dtype(FLOATS[:2]), d.int(1, 9)
    lead = d.shape(0, 1, empty=False)
    a, b = (d.tensor(dtype, lead + (d.int(1, 5), k), "plain") for _ in range(2))
    return call(a, b, d.one_of(2.0, 1.0, 0.0, INF, 3.0), 2)  # 2: by differences, not by products of matrices


spec("_cdist_forward.default cdist.default", cdist, 32)
spec("_pdist_forward.default", lambda d: call(d.tensor(FLOATS[:2], (d.int(0, 5), d.int(1, 9)), "plain", strided=False), d.one_of(2.0, 1.0, 0.0, INF, 3.0)), 32)
spec("pixel_shuffle.default", lambda d: (lambda r: call(d.tensor(ALL, d.shape(0, 1, empty=False) + (d.int(1, 2) * r * r, d.int(1, 3), d.int(1, 3))), r))(d.int(1, 3)))
spec("pixel_unshuffle.default", lambda d: (lambda r: call(d.tensor(ALL, d.shape(0, 1, empty=False) + (d.int(1, 2), d.int(1, 3) * r, d.int(1, 3) * r)), r))(d.int(1, 3)))
