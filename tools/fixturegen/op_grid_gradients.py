"""The grid's specs of gradients, bags of rows, and what asks for or changes the layout of a tensor (see op_grid_draw.py for the bounds).

Gradients are drawn in the sizes of PyTorch's own forward pass, and in one of twenty calls in others. PyTorch adds up the halves of pooling's
gradients and of tables in halves, ours in f32; statistics of normalisations are those that the forward pass gives.
"""
import torch

from op_grid_draw import ALL, BOOL, FLOATS, I64, call, spec
from op_grid_sums import group_norm, layer_norm
from op_grid_windows import adaptive, avg_pool, conv, each, max_pool

I32 = torch.int32
aten = torch.ops.aten


def gradient(d, like):
    """Of an answer of that shape; one of twenty is longer."""
    shape = list(like.shape)
    if shape and d.chance(0.05):
        shape[-1] += 1
    return d.tensor(like.dtype, shape, "plain")


def last(args):
    return args[-1]


def mask(d):
    return [d.chance(0.8) for _ in range(3)]


def convolution_backward(d):
    axes, transposed = d.int(1, 3), d.chance(0.5)
    rest = lambda d, s: (s["stride"], s["padding"], s["dilation"], transposed, s["more"], s["groups"])
    (x, weight, bias, *rest), _ = conv(axes, transposed, rest)(d)
    try:
        like = aten.convolution(x, weight, None, *rest)
    except RuntimeError:  # a kernel that does not fit
        like = x
    like = d.tensor(x.dtype, like.shape, "plain")  # PyTorch does not look whether another one fits
    return call(like, x, weight, [d.int(1, 3)] if bias is not None else None, *rest, mask(d))


spec("convolution_backward.default", convolution_backward, 16, half=2, scale="condition", asked=last)


def pool_backward(forward, pool):
    def make(d):
        args, _ = pool(d)
        try:
            like = forward(*args)
        except RuntimeError:
            like = args[0]
        return call(gradient(d, like), *args)
    return make


def with_all(make, defaults):
    """The pooling's arguments with those that were left out."""
    def made(d):
        args, keyword = make(d)
        return args + list(defaults[len(args) - 1:]), keyword
    return made


# Zeros of the padding count or not; rounded at each step by PyTorch where halves overlap.
spec("avg_pool2d_backward.default", pool_backward(aten.avg_pool2d, avg_pool(2)), 8, half=8, scale="condition")
spec("_adaptive_avg_pool2d_backward.default",
     lambda d: (lambda args: call(gradient(d, aten._adaptive_avg_pool2d(*args[0])), args[0][0]))(adaptive(2)(d)), 8, half=16, scale="condition")


def max_pool_backward(d):
    args, _ = max_pool(2)(d)
    x = args[0].clone()
    x[~torch.isfinite(x)] = 1
    try:
        like, indices = aten.max_pool2d_with_indices(x, *args[1:])
    except RuntimeError:
        like, indices = x, torch.zeros(x.shape, dtype=I64)
    return call(gradient(d, like), x, *args[1:], indices)


spec("max_pool2d_with_indices_backward.default", max_pool_backward, 4, half=8, scale="condition")


def parameters(d, x, count):
    """Weight and bias of a normalisation: of x's type, or f32 beside halves."""
    dtype = torch.float32 if x.dtype in (torch.float16, torch.bfloat16) and d.chance(0.3) else x.dtype
    return d.tensor(dtype, count, "plain", strided=False)


def of_input(args):
    return args[1].dtype


def layer_norm_backward(d):
    # Of one or two elements the gradient is 0 but for rounding. PyTorch does not look whether the gradient has the input's sizes.
    shape = ()
    while torch.Size(shape).numel() < 4:
        (x, shape, *_, eps), _ = layer_norm(d)
    weight = parameters(d, x, shape) if d.chance(0.7) else None
    bias = torch.zeros_like(weight) if weight is not None and d.chance(0.7) else None
    _, mean, rstd = aten.native_layer_norm(x, shape, weight, bias, max(eps, 1e-5))
    asked = [d.chance(0.8), weight is not None and d.chance(0.8), bias is not None and d.chance(0.8)]
    return call(d.tensor(x.dtype, x.shape, "plain"), x, shape, mean, rstd, weight, bias, asked)


spec("native_layer_norm_backward.default", layer_norm_backward, 64, half=16, scale="largest", asked=last, unit=of_input)


def group_norm_backward(d):
    # PyTorch reads a gradient, input or weight that is not contiguous as if it were.
    (x, groups, *_, eps), _ = group_norm(d)
    x, n, c, places = x.contiguous(), *x.shape[:2], torch.Size(x.shape[2:]).numel()
    weight = parameters(d, x, (c,)) if d.chance(0.7) else None
    _, mean, rstd = aten.native_group_norm(x, weight, None, n, c, places, groups, max(eps, 1e-5))
    asked = [d.chance(0.8), weight is not None and d.chance(0.8), weight is not None and d.chance(0.8)]
    return call(d.tensor(x.dtype, x.shape, "plain", strided=False), x, mean, rstd, weight, n, c, places, groups, asked)


spec("native_group_norm_backward.default", group_norm_backward, 64, half=16, scale="largest", asked=last, unit=of_input)


def embedding_dense_backward(d):
    rows, width, shape = d.int(1, 9), d.int(1, 7), d.shape(0, 2)
    indices = d.index(shape, rows, wrong=0, dtypes=(I64, I32))
    padding = d.one_of(-1, -1, 0, rows - 1)
    return call(d.tensor(FLOATS, tuple(indices.shape) + (width,), "plain"), indices, rows, padding, d.chance(0.4))


spec("embedding_dense_backward.default", embedding_dense_backward, 8, half=16, scale="condition")


def embedding_bag(d):
    rows, width, count, bags = d.int(1, 9), d.int(1, 7), d.int(0 if d.chance(0.1) else 1, 12), d.int(1, 5)
    weight = d.tensor(FLOATS, (rows, width), "plain")
    indices = d.index((count,), rows, wrong=0.04, dtypes=(I64, I32))
    offsets = sorted(d.int(0, count) for _ in range(bags))
    offsets[0] = 0 if not d.chance(0.04) else 1
    last = d.chance(0.4)
    offsets = torch.tensor(offsets + [count] * last, dtype=indices.dtype if d.chance(0.7) else I64)
    mode = d.int(0, 2)
    factors = d.tensor(weight.dtype, (count,), "plain") if d.chance(0.3 if mode == 0 else 0.05) else None
    return call(weight, indices, offsets, d.chance(0.3), mode, False, factors, last, d.one_of(-1, -1, 0, rows - 1))


# The fast path of f32 sums keeps f32; halves are added up in halves elsewhere.
spec("_embedding_bag.default", embedding_bag, 16, half=16, scale="condition")


def atan2_out(d):
    a = d.tensor(FLOATS, kind="plain")
    b = d.tensor(a.dtype, d.broadcasting(a.shape), "plain")
    out = d.one_of(a.dtype, a.dtype, torch.bfloat16, I64)  # no wider: both compute in a's type
    shape = torch.broadcast_shapes(a.shape, b.shape) if d.chance(0.8) else (0,)
    return call(a, b, out=d.tensor(out, shape, "plain"))


def fitting(make):
    """Calls whose operands broadcast: what `out` must be is not drawn for others."""
    def made(d):
        while True:
            try:
                return make(d)
            except RuntimeError:
                continue
    return made


# What writes into its arguments is held against its twin by the tests without Python.
spec("atan2.out", fitting(atan2_out), 4, half=1, recorded=0)


# Layouts. Elements beyond what was stored are unspecified in PyTorch.
def stored(args):
    x = args[0]
    return 0 if x.numel() == 0 else sum((n - 1) * s for n, s in zip(x.shape, x.stride())) + 1


def resize(d):
    x = d.tensor(ALL, d.shape(empty=False))
    size = list(x.shape)
    way = d.one_of("same", "flat", "shorter", "any")
    if way == "flat":
        size = [x.numel()]
    elif way == "shorter" and size:
        size[d.int(0, len(size) - 1)] = d.int(0, 3)
    elif way == "any":
        size = list(d.shape())
    keyword = {}
    if len(size) == 4 and stored([x]) >= torch.Size(size).numel() and d.chance(0.5):
        keyword["memory_format"] = torch.channels_last
    return call(x, size, **keyword)


spec("resize_.default", resize, defined=stored, recorded=0)
spec("resize.default", resize, defined=lambda args: args[0].numel())
spec("sym_stride.int", lambda d: (lambda x: call(x, d.axis(x.dim())))(d.tensor(ALL, d.shape(empty=False))), recorded=0)
spec("sym_storage_offset.default", lambda d: call(d.tensor(ALL, d.shape(empty=False))), recorded=0)


def contiguous(d):
    x = d.tensor(ALL, d.shape(3, 4, empty=False))
    if x.dim() == 4 and d.chance(0.5):
        x = x.contiguous(memory_format=torch.channels_last)
    return call(x, memory_format=d.one_of(torch.contiguous_format, torch.channels_last))


spec("sym_is_contiguous.default", contiguous, recorded=0)
