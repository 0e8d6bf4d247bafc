"""The grid's specs of ops that work element by element, and of those that move elements (see op_grid_draw.py for the bounds)."""
import math

import torch

from op_grid_draw import ALL, BOOL, F64, FLOATS, I64, INF, INTS, NAN, NUMBERS, SPECS, call, spec


# One tensor, element by element.
def unary(dtypes, kind="special"):
    return lambda d: call(d.tensor(dtypes, kind=kind))


spec("neg.default abs.default relu.default sign.default floor.default ceil.default round.default trunc.default clone.default "
     "square.default", unary(ALL), 0)
spec("isnan.default isinf.default logical_not.default bitwise_not.default", unary(ALL))
spec("exp.default log.default sin.default cos.default sigmoid.default erf.default tanh.default rsqrt.default tan.default "
     "acos.default asin.default atan.default cosh.default sinh.default acosh.default asinh.default atanh.default expm1.default "
     "log1p.default log2.default log10.default exp2.default", unary(ALL), 4)
spec("erfc.default", unary(ALL), 16)  # PyTorch's own vectorised erfc: SLEEF u15, 1.5 ULP and more in the tail
spec("sqrt.default reciprocal.default", unary(ALL), 1)
spec("silu.default mish.default hardsigmoid.default hardswish.default relu6.default selu.default", unary(FLOATS), 6)
spec("gelu.default", lambda d: call(d.tensor(FLOATS, kind="plain"), approximate=d.one_of("none", "tanh")), 8, scale="largest")
spec("leaky_relu.default", lambda d: call(d.tensor(FLOATS), d.one_of(0.01, 0.2, -0.5)), 1)
spec("elu.default", lambda d: call(d.tensor(FLOATS), d.one_of(1.0, 1.5, 0.3), d.one_of(1.0, 2.0), 1.0), 6)
spec("softplus.default", lambda d: call(d.tensor(FLOATS), d.one_of(1, 2.0, 0.5), d.one_of(20, 5.0)), 6)
# Of two zeros either may be the larger.
spec("hardtanh.default", lambda d: call(d.tensor(FLOATS), -1.5, d.one_of(2.25, 1)), 0)


def clamp(d):
    x = d.tensor(ALL)
    low, high = d.one_of(None, -1, 0, 0.5, True), d.one_of(None, 2, 1.5, -2)
    return call(x, low, high)


spec("clamp.default", clamp, 0)
spec("clamp_min.default clamp_max.default", lambda d: call(d.tensor(ALL), d.number()), 0)


def clamp_tensor(d):
    x = d.tensor(ALL)
    bound = lambda: None if d.chance(0.3) else d.tensor(ALL, d.broadcasting(x.shape))
    return call(x, bound(), bound())


spec("clamp.Tensor", clamp_tensor, 0)


# Two operands.
def binary(dtypes=ALL, kind="special"):
    def make(d):
        a = d.tensor(dtypes, kind=kind)
        b = d.tensor(a.dtype if d.chance(0.6) else dtypes, d.broadcasting(a.shape), kind)
        return call(*((a, b) if d.chance(0.5) else (b, a)))
    return make


def with_number(dtypes=ALL):
    return lambda d: call(d.tensor(dtypes), d.number())


def with_alpha(second):
    def make(d):
        args, _ = second(d)
        return call(*args, alpha=d.one_of(1, 1, 2, -1, 0.5, True))
    return make


spec("add.Tensor sub.Tensor rsub.Tensor", with_alpha(binary()), 1, scale="condition")
spec("add.Scalar sub.Scalar", lambda d: call(d.tensor(ALL), d.number(), d.one_of(1, 2, 0.5)), 1)
spec("rsub.Scalar", lambda d: call(d.tensor(ALL), d.number(), d.one_of(1, 2, 0.5)), 1)
spec("mul.Tensor div.Tensor", binary(), 1)
spec("mul.Scalar div.Scalar", with_number(), 1)
spec("maximum.default minimum.default max.other min.other", binary(), 0)
spec("eq.Tensor ne.Tensor lt.Tensor le.Tensor gt.Tensor ge.Tensor logical_and.default logical_or.default logical_xor.default "
     "bitwise_and.Tensor bitwise_or.Tensor bitwise_xor.Tensor __and__.Tensor __or__.Tensor", binary())
spec("eq.Scalar ne.Scalar lt.Scalar le.Scalar gt.Scalar ge.Scalar", with_number())
spec("bitwise_and.Scalar bitwise_or.Scalar bitwise_xor.Scalar __and__.Scalar __or__.Scalar",
     lambda d: call(d.tensor(ALL), d.one_of(0, 1, 5, -3, True, 2.5)))
# A quotient that is a whole number to the last digit may fall to either side of it.
spec("remainder.Tensor fmod.Tensor floor_divide.default", binary(kind="plain"), 1, half=2, scale="largest")
# SLEEF's fmod answers NaN where the quotient overflows, and only in whole vectors: no edge values.
spec("remainder.Scalar fmod.Scalar", lambda d: call(d.tensor(ALL, kind="plain"), d.number()), 1, half=2, scale="largest")
# Floor division of halves rounds at each of its steps in PyTorch, in f32 here.
spec("div.Tensor_mode", lambda d: call(*binary(FLOATS[:2] + INTS, kind="plain")(d)[0], rounding_mode=d.one_of("floor", "trunc", None, "up")), 1)
spec("pow.Tensor_Tensor", binary(), 4)
# rsqrt of infinite halves is NaN in whole vectors of PyTorch's: no edge values.
spec("pow.Tensor_Scalar", lambda d: call(d.tensor(ALL, kind="plain"), d.one_of(0, 1, 2, 3, -1, 0.5, -0.5, 2.5, -2, True)), 4)
spec("pow.Scalar", lambda d: call(d.one_of(2, 1, 2.5, -2, 0, 1.0), d.tensor(ALL)), 4)
spec("atan2.default", binary(), 4)


def where(d):
    x = d.tensor(ALL)
    return call(d.tensor(BOOL, d.broadcasting(x.shape)), x, d.tensor(ALL, d.broadcasting(x.shape)))


spec("where.self", where)
spec("where.ScalarOther", lambda d: call(d.tensor(BOOL, (2, 3)), d.tensor(ALL, (3,)), d.number()))
spec("where.ScalarSelf", lambda d: call(d.tensor(BOOL, (2, 3)), d.number(), d.tensor(ALL, (3,))))
spec("where.Scalar", lambda d: call(d.tensor(BOOL), d.number(), d.number()))


def masked_fill(value):
    def make(d):
        x = d.tensor(ALL)
        return call(x, d.tensor(BOOL, d.broadcasting(x.shape)), value(d))
    return make


spec("masked_fill.Scalar", masked_fill(lambda d: d.number()))
spec("masked_fill.Tensor", masked_fill(lambda d: d.tensor(torch.uint8, ())))  # fits everywhere


# Shapes.
def shaped(d, rest, **more):
    x = d.tensor(ALL, **more)
    return call(x, *rest(x))


def factors(d, count):
    if count == 0:
        return [0, d.int(1, 3)]
    sizes, left = [], count
    while left > 1 and d.chance(0.7):
        n = d.one_of(*[k for k in range(1, left + 1) if left % k == 0])
        sizes.append(n)
        left //= n
    sizes.append(left)
    if d.chance(0.4):
        sizes[d.int(0, len(sizes) - 1)] = -1
    if d.chance(0.05):
        sizes.append(2)
    return sizes


spec("reshape.default", lambda d: shaped(d, lambda x: [factors(d, x.numel())]))
spec("view.default", lambda d: call(*shaped(d, lambda x: [factors(d, x.numel())])[0]) if False else
     (lambda x: call(x, factors(d, x.numel())))(d.tensor(ALL, strided=False)))
spec("view_as.default", lambda d: (lambda x: call(x, torch.empty([n for n in factors(d, x.numel()) if n != -1])))(d.tensor(ALL, strided=False)))
spec("flatten.using_ints", lambda d: shaped(d, lambda x: [d.axis(x.dim()), d.axis(x.dim())]))
spec("permute.default", lambda d: shaped(d, lambda x: [d.random.sample([a - (x.dim() if d.chance(0.3) else 0) for a in range(x.dim())], x.dim())]))
spec("transpose.int", lambda d: shaped(d, lambda x: [d.axis(x.dim()), d.axis(x.dim())]))
spec("t.default", lambda d: call(d.tensor(ALL, d.shape(0, 3))))
spec("unsqueeze.default", lambda d: shaped(d, lambda x: [d.axis(x.dim() + 1)]))
spec("squeeze.default contiguous.default alias.default detach.default lift_fresh_copy.default", unary(ALL))
spec("squeeze.dim", lambda d: shaped(d, lambda x: [d.axis(x.dim())]))
spec("squeeze.dims", lambda d: shaped(d, lambda x: [d.axes(x.dim())]))
spec("expand.default", lambda d: shaped(d, lambda x: [[d.int(0, 3)] * d.int(0, 1) + [d.one_of(-1, n) if n != 1 else d.one_of(1, 4, 0) for n in x.shape]]))
spec("expand_as.default", lambda d: (lambda x: call(d.tensor(ALL, d.broadcasting(x.shape)), x))(d.tensor(ALL)))
END = 9223372036854775807
spec("slice.Tensor", lambda d: shaped(d, lambda x: [d.axis(x.dim()), d.one_of(None, 0, 1, -2, 3, -9, 9), d.one_of(None, END, 2, -1, 0, 5), d.one_of(1, 1, 2, 3, 0)]))
spec("select.int", lambda d: shaped(d, lambda x: [d.axis(x.dim()), d.int(-4, 4)]))
spec("flip.default", lambda d: shaped(d, lambda x: [d.axes(x.dim())]))
spec("roll.default", lambda d: shaped(d, lambda x: (lambda axes: [[d.int(-9, 9) for _ in axes or [0]], axes])(d.axes(x.dim()) if x.dim() else [])))
spec("tril.default triu.default", lambda d: call(d.tensor(ALL, d.shape(1, 4)), d.int(-4, 4)))
spec("repeat.default", lambda d: shaped(d, lambda x: [[d.int(0 if d.chance(0.1) else 1, 3) for _ in range(x.dim() + d.int(0, 1))]]))
spec("repeat_interleave.self_int", lambda d: shaped(d, lambda x: [d.int(0, 3), d.one_of(None, d.axis(x.dim()))]))
spec("unfold.default", lambda d: shaped(d, lambda x: [d.axis(x.dim()), d.int(0, 3), d.int(1, 3)]))
spec("diff.default", lambda d: call(d.tensor(ALL, d.shape(1, 3)), d.int(0, 3), d.int(-1, 0)), 2, half=3, scale="largest")


def pads(d, rank, pairs=None):
    pairs = d.int(0, rank) if pairs is None else pairs
    return [d.int(-1 if d.chance(0.3) else 0, 3) for _ in range(2 * pairs)]


spec("constant_pad_nd.default", lambda d: shaped(d, lambda x: [pads(d, x.dim()), d.number()]))


def pad(d):
    mode = d.one_of("constant", "reflect", "replicate", "circular")
    if mode == "constant":
        x = d.tensor(ALL)
        return call(x, pads(d, x.dim()), mode, d.one_of(None, 0.5, 2.0))
    pairs = d.int(1, 3)
    x = d.tensor(FLOATS, d.shape(pairs + 1, pairs + 2, empty=False))
    return call(x, [d.int(0, 2) for _ in range(2 * pairs)], mode)


spec("pad.default", pad)


def several(d):
    first = d.tensor(ALL, d.shape(1, 4))
    axis = d.axis(first.dim())
    parts = [first]
    for _ in range(d.int(0, 3)):
        shape = list(first.shape)
        if -first.dim() <= axis < first.dim():
            shape[axis] = d.int(0, 4)
        parts.append(d.tensor(first.dtype if d.chance(0.7) else ALL, shape))
    return parts, axis


spec("cat.default", lambda d: call(*several(d)))
spec("stack.default", lambda d: (lambda x: call([x] + [d.tensor(x.dtype if d.chance(0.7) else ALL, x.shape) for _ in range(d.int(0, 3))], d.axis(x.dim() + 1)))(d.tensor(ALL)))
spec("split.Tensor", lambda d: shaped(d, lambda x: [d.int(0, 4), d.axis(x.dim())]))
spec("chunk.default", lambda d: shaped(d, lambda x: [d.int(0, 4), d.axis(x.dim())]))
spec("unbind.int", lambda d: shaped(d, lambda x: [d.axis(x.dim())]))


def split_sizes(d):
    x = d.tensor(ALL, d.shape(1, 4))
    axis = d.int(-x.dim(), x.dim() - 1)
    left, sizes = x.shape[axis], []
    while left > 0:
        sizes.append(d.int(0, left))
        left -= sizes[-1]
    return call(x, sizes + ([1] if d.chance(0.05) else []), axis)


spec("split.sizes split_with_sizes.default", split_sizes)
spec("to.dtype", lambda d: call(d.tensor(ALL, kind="plain"), d.dtype(ALL)), 0)
spec("_to_copy.default", lambda d: call(d.tensor(FLOATS), dtype=d.dtype(FLOATS)), 0)
spec("to.dtype_layout", lambda d: call(d.tensor(FLOATS), dtype=d.dtype(FLOATS)), 0)
spec("to.other type_as.default", lambda d: call(d.tensor(ALL, kind="plain"), d.tensor(ALL, (1,))), 0)

# New tensors.
spec("arange.default", lambda d: call(d.one_of(0, 5, 4.5, -1, 17), **({"dtype": d.dtype(NUMBERS)} if d.chance(0.5) else {})), 0)
spec("arange.start", lambda d: call(d.one_of(0, 2, 0.5, -3), d.one_of(9, 4.25, 3, -4), **({"dtype": d.dtype(NUMBERS)} if d.chance(0.5) else {})), 0)
spec("arange.start_step", lambda d: call(d.one_of(0, 2, 0.5), d.one_of(9, 4.25, -3), d.one_of(1, 2, 0.3, -1, -0.7, 0), **({"dtype": d.dtype(NUMBERS)} if d.chance(0.5) else {})), 1)
made = lambda d: {"dtype": d.dtype(ALL)} if d.chance(0.6) else {}
sizes = lambda d: list(d.shape())
spec("linspace.default", lambda d: call(d.one_of(0, 0.5, -3, -1.25, 2), d.one_of(9, 3.5, 1, 2, 7.75), d.one_of(0, 1, 2, 5, 8, 33),
                                        **({"dtype": d.dtype(FLOATS + [I64, torch.int32, torch.int16])} if d.chance(0.7) else {})), 2, scale="largest")
spec("full.default", lambda d: call(sizes(d), d.number(), **made(d)))
spec("ones.default zeros.default", lambda d: call(sizes(d), **made(d)))
spec("full_like.default", lambda d: call(d.tensor(ALL), d.number(), **made(d)))
spec("ones_like.default zeros_like.default", lambda d: call(d.tensor(ALL), **made(d)))
spec("new_full.default", lambda d: call(d.tensor(ALL), sizes(d), d.number(), **made(d)))
spec("new_ones.default new_zeros.default", lambda d: call(d.tensor(ALL), sizes(d), **made(d)))
spec("scalar_tensor.default", lambda d: call(d.number(), **made(d)))


# Positions.
def index_list(d, x):
    joint = d.shape(0, 2, empty=False)
    indices, axis = [], 0
    while axis < x.dim():
        if d.chance(0.3):
            indices.append(None)
        elif d.chance(0.15):
            indices.append(d.tensor(BOOL, (x.shape[axis],)))
        else:
            indices.append(d.index(d.broadcasting(joint) if d.chance(0.3) else joint, x.shape[axis], negative=True))
        axis += 1
        if d.chance(0.3):
            break
    return indices if any(i is not None for i in indices) else [d.index((2,), x.shape[0], negative=True)]


def index(d):
    x = d.tensor(ALL, d.shape(1, 4, empty=False))  # of nothing, PyTorch does not look at the positions
    return call(x, index_list(d, x))


def index_put(d):
    x = d.tensor(ALL, d.shape(1, 3, empty=False), strided=False)
    indices = index_list(d, x)
    try:
        target = x[tuple(slice(None) if i is None else i for i in indices)].shape
    except (IndexError, RuntimeError):
        target = (2,)
    # Sums of halves are rounded after each addition: integers are exact in any order.
    accumulate = d.chance(0.4)
    values = d.tensor(x.dtype, d.broadcasting(target), "plain")
    if not accumulate:  # whichever of two values for one place comes last: one for all
        values = d.tensor(x.dtype, ())
    return call(x if not accumulate else x.nan_to_num(1, 1, 1), indices, values, accumulate)


spec("index.Tensor", index)
spec("index_put.default", index_put, 8, half=4, scale="condition")
spec("index_select.default", lambda d: (lambda x, a: call(x, a, d.index((d.int(0, 4),), x.shape[a] if x.dim() and -x.dim() <= a < x.dim() else 1, dtypes=(I64, torch.int32))))(
    *(lambda x: (x, d.axis(x.dim())))(d.tensor(ALL))))


def along(d, x, axis):
    """An index tensor for gather and scatter along an axis of x."""
    shape = [d.int(1, max(n, 1)) if n else 0 for n in x.shape]
    if x.dim() and -x.dim() <= axis < x.dim():
        shape[axis] = d.int(1, 5)
    size = x.shape[axis] if x.dim() and -x.dim() <= axis < x.dim() else 1
    return d.index(tuple(shape), size)


def gather(d):
    x = d.tensor(ALL)
    axis = d.axis(x.dim())
    return call(x, axis, along(d, x, axis))


def distinct(d, x, axis):
    """As `along`, but no position twice: which of two values wins is not defined."""
    index = along(d, x, axis)
    if index.dim() and -x.dim() <= axis < x.dim() and index.numel():
        n = min(index.shape[axis], x.shape[axis])
        index = index.narrow(axis, 0, n)
        order = torch.randperm(x.shape[axis], generator=d.generator)[:n]
        view = [1] * index.dim()
        view[axis] = n
        index = order.view(view).expand(index.shape).contiguous()
    return index


def scatter(source):
    def make(d):
        x = d.tensor(ALL)
        axis = d.axis(x.dim())
        index = distinct(d, x, axis)
        return call(x, axis, index, source(d, x, index))
    return make


spec("gather.default", gather)
spec("scatter.src", scatter(lambda d, x, i: d.tensor(x.dtype, [n + d.int(0, 1) for n in i.shape])))
spec("scatter.value", scatter(lambda d, x, i: d.number()))
spec("embedding.default", lambda d: (lambda w: call(w, d.index(d.shape(0, 3), w.shape[0], dtypes=(I64, torch.int32))))(d.tensor(ALL, d.shape(2, 2))))
spec("one_hot.default", lambda d: call(d.index(d.shape(0, 3, empty=False), 4), d.one_of(4, 6, 5)))
spec("nonzero.default", unary(ALL))


def masked_scatter(d):
    x = d.tensor(ALL, strided=False)
    mask = d.tensor(BOOL, d.broadcasting(x.shape))
    return call(x, mask, d.tensor(x.dtype, (x.numel() + d.int(0, 2),)))


spec("masked_scatter.default", masked_scatter)
