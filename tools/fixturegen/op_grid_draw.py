"""What op_grid.py calls: for each op how its arguments are drawn, and how far an answer may be off from PyTorch's.

Bounds are in ULPs of the declared type and have these sources. PyTorch's vectorised transcendentals are SLEEF's of 1.0 ULP (u10; sleef.org,
"Math Library"), ours are within 2 ULPs of the exact answer (references/eager/isa/isa_test.cc), so that two answers lie within 4. What is one
IEEE operation on both sides is exact. Halves are computed in f32 and rounded once on both sides: 1 ULP where the f32 answers straddle a
midpoint. Sums of n terms are in another order on both sides: bounded in ULPs of the sum of magnitudes (scale "condition"), which grows with
log n on both sides; 16 is what n <= 1000 needs by Higham, Accuracy and Stability of Numerical Algorithms, 4.2, for blocked summation.
"""
import math
import random
import zlib
from dataclasses import dataclass, field

import torch

NAMES = {torch.float64: "f64", torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16", torch.int64: "i64",
         torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8", torch.bool: "bool",
         torch.complex64: "complex64", torch.complex128: "complex128"}
F64, F32, F16, BF16, I64, BOOL = torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.bool
FLOATS = [F32, F64, F16, BF16]
INTS = [I64, torch.int32, torch.int16, torch.int8, torch.uint8]
NUMBERS = FLOATS + INTS
ALL = NUMBERS + [BOOL]
INF, NAN = math.inf, math.nan


class Draw:
    """Seeded arguments of one call."""

    def __init__(self, target, index, small=False):
        self.random = random.Random(zlib.crc32(f"{target} {index}".encode()))
        self.generator = torch.Generator().manual_seed(self.random.getrandbits(40))
        self.small = small
        self.seed = zlib.crc32(f"seed of {target} {index}".encode())  # of the generator that the op draws from

    def one_of(self, *choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def int(self, low, high):
        return self.random.randint(low, high)

    def shape(self, low=0, high=4, empty=True, largest=7):
        rank = self.int(low, max(low, min(high, 3)) if self.small else high)
        largest = min(largest, 3) if self.small else largest
        sizes = [self.int(1, largest) for _ in range(rank)]
        if rank and self.chance(0.2):
            sizes[self.int(0, rank - 1)] = 1
        if rank and empty and self.chance(0.06):
            sizes[self.int(0, rank - 1)] = 0
        if 0 < rank <= 2 and not self.small and self.chance(0.08):
            sizes[-1] = self.int(60, 600)
        return tuple(sizes)

    def dtype(self, dtypes):
        return self.random.choice(dtypes)

    def values(self, dtype, count, kind):
        g = self.generator
        if dtype == BOOL:
            return torch.rand(count, generator=g) < 0.5
        if not dtype.is_floating_point:
            low, high = (0 if dtype == torch.uint8 else -9), 9
            x = torch.randint(low, high + 1, (count,), generator=g)
            if kind == "special" and self.chance(0.4):
                info = torch.iinfo(dtype)
                edges = torch.tensor([info.min, info.max, 0, 1], dtype=dtype)
                picked = edges[torch.randint(0, 4, (count,), generator=g)]
                return torch.where(torch.rand(count, generator=g) < 0.3, picked, x.to(dtype))
            return x.to(dtype)
        x = torch.randn(count, generator=g, dtype=F64) * (3 if kind != "unit" else 1)
        if kind == "positive":
            x = x.abs() + 0.1
        if kind == "unit":
            x = torch.rand(count, generator=g, dtype=F64) * 2 - 1
        x = x.to(dtype)
        if kind in ("special", "summed") and self.chance(0.5):
            info = torch.finfo(dtype)
            edges = torch.tensor([0.0, -0.0, INF, -INF, NAN, info.tiny, -info.tiny / 4, info.max, info.min, 1.0, -1.0, 0.5, 1e-3, 20.0, -88.0],
                                 dtype=F64).to(dtype)
            if kind == "summed":  # two of the largest overflow in one order and not in another
                edges = edges[edges.abs() != info.max]
            picked = edges[torch.randint(0, len(edges), (count,), generator=g)]
            x = torch.where(torch.rand(count, generator=g) < 0.4, picked, x)
        return x

    def tensor(self, dtypes, shape=None, kind="special", strided=True):
        """kind: "special" (edge values among others), "summed" (without the largest numbers), "plain", "positive", "unit" (in [-1, 1])."""
        dtype = dtypes if isinstance(dtypes, torch.dtype) else self.dtype(dtypes)
        shape = self.shape() if shape is None else tuple(shape)
        rank = len(shape)
        if strided and rank and not self.small and self.chance(0.35):
            way = self.one_of("permute", "step", "offset")
            if way == "permute":
                order = list(range(rank))
                self.random.shuffle(order)
                stored = self.values(dtype, math.prod(shape), kind).reshape([shape[i] for i in order])
                return stored.permute([order.index(i) for i in range(rank)])
            if way == "step":
                wide = list(shape)
                axis = self.int(0, rank - 1)
                wide[axis] = 2 * wide[axis]
                return self.values(dtype, math.prod(wide), kind).reshape(wide)[(slice(None),) * axis + (slice(None, None, 2),)]
            return self.values(dtype, math.prod(shape) + 3, kind)[3:].reshape(shape)
        return self.values(dtype, math.prod(shape), kind).reshape(shape)

    def broadcasting(self, shape):
        """A shape that broadcasts with `shape`, and in one of twenty calls one that may not."""
        if self.chance(0.05):
            return self.shape()
        kept = list(shape[self.int(0, len(shape)):])
        return tuple(1 if self.chance(0.25) else n for n in kept)

    def axis(self, rank, wrong=0.05):
        rank = max(rank, 1)
        return self.int(rank, rank + 1) if self.chance(wrong) else self.int(-rank, rank - 1)

    def axes(self, rank, least=0):
        if rank == 0:
            return [0] if self.chance(0.3) else []
        picked = self.random.sample(range(rank), self.int(min(least, rank), rank))
        return [a - rank if self.chance(0.4) else a for a in picked]

    def index(self, shape, size, wrong=0.04, dtypes=(I64,), negative=False):
        low = -size if negative else 0
        if size == 0:
            shape = tuple(0 for _ in shape) or (0,)
        x = torch.randint(low, max(size, low + 1), shape, generator=self.generator)
        if x.numel() and self.chance(wrong):
            x.view(-1)[self.int(0, x.numel() - 1)] = size + self.int(0, 3)
        return x.to(self.dtype(list(dtypes)))

    def number(self, floats=True):
        return self.one_of(0, 1, 2, -3, True, *((0.5, -1.5, 2.5, 1e-3) if floats else ()))


@dataclass
class Spec:
    make: object
    bound: object = None          # ULPs of f64 and f32 (or a dict by dtype); None: the same bits
    half: float = 1
    scale: str = None             # None, "largest", "condition"
    recorded: int = 2
    may_refuse: str = ""          # why ours may refuse by name what PyTorch answers
    table: str = "op_grid"        # the recording that its cases go into
    ignored: set = field(default_factory=set)  # outputs that PyTorch leaves unspecified
    draws: bool = False           # by the generator: each call has a seed of its own
    unit: object = None           # of the arguments: the type whose last place counts, where PyTorch adds up in a narrower one than it answers
    asked: object = None          # of the arguments: for each output whether it was asked for; PyTorch may make others too
    defined: object = None        # of the arguments: how many elements, in order, PyTorch defines; None: all

    def allowed(self, dtype):
        if self.bound is None:
            return 0
        if isinstance(self.bound, dict):
            return self.bound[dtype]
        return self.half if dtype in (F16, BF16) else self.bound


SPECS = {}


def spec(targets, make, bound=None, **more):
    for target in targets.split():
        SPECS["aten." + target] = Spec(make, bound, **more)


def unknown(find):
    found = []
    for target in SPECS:
        try:
            find(target.split()[0])
        except (AttributeError, RuntimeError):
            found.append(target)
    return found


def call(*args, **keyword):
    return list(args), keyword
