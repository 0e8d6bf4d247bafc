"""The grid's specs of ops that draw: after torch.manual_seed of each call's seed, ours must give the same bits.

One thing depends on the machine: normals in sixteens of f32 and halves (references/eager/torch_random.h). Under
ATEN_CPU_CAPABILITY=default, and on processors without AVX2, PyTorch's differ in the last digits from what is wanted here. That `bernoulli_` and
`exponential_` drew by MKL is over since PyTorch 2.5 (github.com/pytorch/pytorch/issues/132395).
"""
import math

import torch

from op_grid_draw import ALL, BF16, BOOL, F16, F32, F64, FLOATS, I64, INTS, call, spec


def drawing(targets, make, **more):
    spec(targets, make, draws=True, **more)


def sizes(d):
    """Of few elements, of sixteen and a little more, and of hundreds: normals are drawn in sixteens."""
    if d.small:
        return [d.one_of(3, 5, 16, 18, 21)] if d.chance(0.5) else list(d.shape())
    return [d.int(14, 40)] if d.chance(0.3) else list(d.shape(largest=9))


def like(d, dtypes):
    return d.tensor(dtypes, shape=sizes(d), kind="plain")


def typed(d, dtypes):
    return {} if d.chance(0.3) else {"dtype": d.dtype(dtypes)}


drawing("rand.default randn.default", lambda d: call(sizes(d), **typed(d, FLOATS)))
drawing("rand_like.default randn_like.default", lambda d: call(like(d, FLOATS), **typed(d, FLOATS)))
drawing("uniform.default", lambda d: call(like(d, FLOATS), d.one_of(0.0, -2.0, 0.125, 3.0), d.one_of(1.0, 0.7, 3.0)))
drawing("normal_functional.default", lambda d: call(like(d, FLOATS), d.one_of(0.0, 0.3, -5.0), d.one_of(1.0, 2.7, 0.01, 0.0)))
drawing("exponential.default", lambda d: call(like(d, FLOATS), d.one_of(1.0, 2.5, 0.3, 0.0)))

# The range of each type that randint takes without a warning.
HIGHEST = {F32: 1 << 24, F64: 1 << 53, F16: 1 << 11, BF16: 1 << 8, BOOL: 2, torch.uint8: 256, torch.int8: 128, torch.int16: 1 << 15,
           torch.int32: 1 << 31, I64: 1 << 62}


def interval(d, dtype):
    highest = HIGHEST[dtype]
    high = d.one_of(1, 2, 10, highest // 2 + 1, highest, min(highest, 1 << 28), min(highest, (1 << 28) - 1), min(highest, (1 << 40) + 3))
    low = d.one_of(0, 0, 1, -3, high // 3)
    return low, high


def randint(d):
    keyword = typed(d, ALL)
    return call(interval(d, keyword.get("dtype", I64))[1], sizes(d), **keyword)


def randint_low(d):
    keyword = typed(d, ALL)
    return call(*interval(d, keyword.get("dtype", I64)), sizes(d), **keyword)


def randint_like(d):
    x = like(d, ALL)
    return call(x, interval(d, x.dtype)[1])


def randint_like_low(d):
    x = like(d, ALL)
    return call(x, *interval(d, x.dtype))


drawing("randint.default", randint)
drawing("randint.low", randint_low)
drawing("randint_like.default", randint_like)
drawing("randint_like.low_dtype", randint_like_low)
drawing("randperm.default", lambda d: call(d.one_of(0, 1, 2, 7, 100 if d.small else 300), **typed(d, FLOATS + INTS)),
        may_refuse="more numbers than bf16 has digits for: two of them are one")


def chances(d, shape=None):
    x = d.tensor(FLOATS, shape=sizes(d) if shape is None else shape, kind="unit").abs()
    return -x if d.chance(0.05) else x


def broadcast_chances(d):
    x = like(d, ALL)
    return call(x, chances(d, d.broadcasting(x.shape)))


drawing("bernoulli.default", lambda d: call(chances(d)))
drawing("bernoulli.p", lambda d: call(like(d, ALL), d.one_of(0.0, 0.3, 0.5, 0.9, 1.0, 1.5)))
drawing("bernoulli.Tensor", broadcast_chances)


def multinomial(d):
    # Of halves many quotients are equal, and which of them comes first among several is PyTorch's own affair.
    replacement = d.chance(0.5)
    samples = d.one_of(1, 2, 5)
    dtypes = FLOATS if replacement or samples == 1 else [F32, F64]
    count = d.int(1, 12)
    shape = (count,) if d.chance(0.5) else (d.int(1, 4), count)
    return call(d.tensor(dtypes, shape=shape, kind="positive"), samples, replacement)


drawing("multinomial.default", multinomial)


def dropout(d):
    # Without elements native_dropout's mask has the type of x, which is PyTorch's slip.
    shape = [max(size, 1) for size in sizes(d)]
    return call(d.tensor(FLOATS, shape=shape), d.one_of(0.0, 0.1, 0.5, 0.75, 1.0), d.chance(0.8))


drawing("dropout.default native_dropout.default", dropout)


# In place by name: memory is filled in the order in which it lies, and a strided tensor is no contiguous one.
drawing("uniform_.default", lambda d: call(like(d, FLOATS), -1.0, d.one_of(1.0, 3.0)), recorded=0)
drawing("normal_.default", lambda d: call(like(d, FLOATS), d.one_of(0.0, 1.5), d.one_of(1.0, math.pi)), recorded=0)
drawing("exponential_.default", lambda d: call(like(d, FLOATS), d.one_of(1.0, 2.5)), recorded=0)
drawing("bernoulli_.float", lambda d: call(like(d, ALL), d.one_of(0.3, 0.5)), recorded=0)
drawing("bernoulli_.Tensor", broadcast_chances, recorded=0)
