"""Makes fixtures/programs: small programs exported by PyTorch that hold what the golden ones do not (nested graphs, data-dependent
sizes, floats and conditions over sizes, constant inputs, mutations, objects of odd dtypes).

    tools/python transformers tools/fixturegen/programs.py fixtures/programs [NAME...]

Beside each program stands NAME.safetensors: its inputs and PyTorch's outputs by dotted name, after "input." and "output.", at other
sizes than the traced ones where the program is dynamic.
"""

import dataclasses
import pathlib
import sys
import typing
import zipfile

import programs_composites
import torch
from safetensors.torch import save_file
from torch.export import Dim, export, save
from torch.utils import _pytree as pytree
from transformers import DynamicCache
from transformers.exporters.exporter_dynamo import register_pytree_node


class Cond(torch.nn.Module):
    """Higher-order op with nested graphs, on a condition over a size and on one over data."""

    def forward(self, x):
        y = torch.cond(x.shape[0] > 4, lambda t: t.sin() + t.shape[0], lambda t: t.cos(), (x,))
        return torch.cond(x.sum() > 0, lambda t: (t + 1, t.relu()), lambda t: (t - 1, t.neg()), (y,))


class DataDependent(torch.nn.Module):
    """Unbacked sizes, assertions about them, item, sizes as outputs."""

    def forward(self, x, n):
        count = n.item()
        torch._check(count >= 2)
        torch._check(count <= 64)
        rows = torch.nonzero(x)
        return torch.zeros(count, 3) + 1, rows, rows.shape[0] * 2, x.new_ones(count + 1)


class Positions(torch.nn.Module):
    """Where a condition holds, axis by axis; a range whose end is a float over a size."""

    def forward(self, x):
        rows, columns = torch.where(x > 1)
        return x[rows, columns] + rows * columns, torch.linspace(0.5, x.shape[0] - 0.5, 5)


class FloatsAndBools(torch.nn.Module):
    """Floats over sizes."""

    def forward(self, x):
        scale = x.shape[0] / 3
        return x * scale, x * (x.shape[1] ** 0.5), torch.full((2,), float(x.shape[0]))


class Mutations(torch.nn.Module):
    """Buffers that persist and that do not, written in place; an input written in place; a lifted constant."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.register_buffer("state", torch.ones(3), persistent=False)

    def forward(self, x):
        self.count.add_(1)
        self.state.mul_(2)
        x.add_(1)
        return x @ self.weight.t() + self.state.sum() + torch.tensor([1.0, 2.0])


class ConstantInputs(torch.nn.Module):
    """None, int, float, bool and string among the inputs; None and int among the outputs; lists and dicts."""

    def forward(self, x, nothing, number, real, flag, word, pair, table):
        y = x * number + real if flag and word == "add" else x
        return {"y": y + pair[0] + table["k"], "none": nothing, "number": number, "pair": [pair[1], x.shape[0]]}


class Kinds(torch.nn.Module):
    """Optional tensors in lists, lists of ints, floats and strings, devices, dtypes, memory formats, complex numbers."""

    def forward(self, x, index):
        a = x[:, index]
        b = torch.nn.functional.interpolate(x[None, None], scale_factor=[2.0, 3.0], mode="nearest")
        c = x.to(torch.float8_e4m3fn).to(torch.float32).to(memory_format=torch.contiguous_format)
        d = torch.view_as_real(torch.view_as_complex(x.reshape(3, 2, 2).contiguous()) * (1 + 2j))
        e = torch.einsum("ij,kj->ik", x, x)
        f, g = torch.split(x, [1, 2], dim=0)
        return a, b, c, d, e, f, g, torch.meshgrid(index, index, indexing="ij")[0]


class GradModes(torch.nn.Module):
    """no_grad and autocast inside forward: higher-order ops that wrap a graph."""

    def forward(self, x):
        with torch.no_grad():
            y = x.sin()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            z = x @ x.t()
        return y, z


@dataclasses.dataclass
class Answer:
    """A user's own type, of which a reader knows the name and the fields only."""

    half: torch.Tensor
    total: torch.Tensor
    rest: list


class Point(typing.NamedTuple):
    """Likewise."""

    x: torch.Tensor
    y: torch.Tensor


class Types(torch.nn.Module):
    """Dataclasses and named tuples around the tensors; bfloat16, float16; a number that is an input."""

    def forward(self, point, half, times):
        return Answer(half * 2, point.x + point.y * times, [point, half.to(torch.float16)])


class Composites(torch.nn.Module):
    """Ops that are others put together; a check of a tensor, which is settled (sym_ite) and asserted."""

    def forward(self, x, ids):
        torch._check_tensor_all(ids >= 0, lambda: "an id below 0")
        rows, columns = torch.meshgrid(torch.arange(3.0), torch.linspace(0, 1, 4), indexing="xy")
        edges = torch.tensor([0.0, 0.5, 1.0])
        return {
            "einsum": torch.einsum("bij,bkj->bik", x, x * 2), "einsum_sum": torch.einsum("bij,jk->k", x, x[0].mT @ x[0]),
            "einsum_dots": torch.einsum("...ij,...j->...i", x, x[:, 0]), "einsum_order": torch.einsum("bij->jbi", x),
            "einsum_three": torch.einsum("bi,bj,ij->b", x[:, 0, :3], x[:, 1], x[0]),
            "histc": torch.histc(ids.float(), bins=6, min=0, max=5), "true": torch.ops.aten._is_all_true(ids >= 0),
            "rows": rows, "columns": columns, "isin": torch.isin(ids, torch.tensor([1, 4])),
            "bucketize": torch.bucketize(x, edges), "bucketize_right": torch.bucketize(x, edges, right=True, out_int32=True),
            "eye": torch.eye(3), "eye_m": torch.eye(2, 3, dtype=torch.int64), "line": torch.linspace(-1, 2, 7),
            "norm": torch.linalg.norm(x, dim=-1, keepdim=True), "norm_all": torch.linalg.norm(x), "t": ids.T,
            "like": x.ravel().reshape_as(x), "repeated": torch.repeat_interleave(x[0], torch.tensor([2, 0, 1]), dim=0, output_size=3),
            "swapped": x.swapaxes(0, 2), "clipped": torch.clip(x, 0.1, 0.7), "joined": torch.concat([ids, ids], 1),
        }


class MoreComposites(torch.nn.Module):
    """Diagonals, norms of matrices, lines of integers, searches for and among numbers."""

    def forward(self, x, ids):
        edges = torch.tensor([0.0, 0.5, 1.0])
        order = torch.tensor([2, 0, 1])
        square = x[:, :, :3]
        return {
            "diagonal": torch.einsum("bii->bi", square), "trace": torch.einsum("bii->b", square), "trace_joined": torch.einsum("bii,ij->jb", square, x[0]),
            "ints": torch.linspace(-3, 8, 6, dtype=torch.int64), "ints_down": torch.linspace(7.9, -2, 5, dtype=torch.int32), "no_line": torch.linspace(0, 1, 0),
            "isin_number": torch.isin(ids, 4), "not_isin_number": torch.isin(ids, 4, invert=True), "number_isin": torch.isin(4, ids),
            "bucketize_number": torch.bucketize(0.5, edges), "bucketize_number_right": torch.bucketize(0.5, edges, right=True, out_int32=True),
            "search": torch.searchsorted(edges, x), "search_right": torch.searchsorted(edges[order], x, side="right", sorter=torch.tensor([1, 2, 0])),
            "search_rows": torch.searchsorted(x.sort(-1).values, x.flip(1)), "search_number": torch.searchsorted(edges, 0.5, right=True),
            "norm_fro": torch.linalg.matrix_norm(x), "norm_fro_by_name": torch.linalg.norm(x[0], "fro"), "norm_1": torch.linalg.matrix_norm(x, 1),
            "norm_least": torch.linalg.norm(x, -1, dim=(2, 0), keepdim=True), "norm_inf": torch.linalg.norm(x[0], float("inf")),
            "norm_least_inf": torch.linalg.matrix_norm(x, -float("inf"), dim=(0, 1), dtype=torch.float64),
        }


class Recurrent(torch.nn.Module):
    """LSTM, GRU and RNN in layers, directions and layouts, and their cells; PyTorch fixes the number of steps. Weights as they are drawn."""

    keeps_weights = True

    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.lstm = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
        self.projected = torch.nn.LSTM(3, 4, proj_size=2, batch_first=True)
        self.gru = torch.nn.GRU(3, 4, bidirectional=True, batch_first=True, dropout=0.0)
        self.tanh = torch.nn.RNN(3, 4, bias=False)
        self.relu = torch.nn.RNN(3, 4, num_layers=2, nonlinearity="relu", batch_first=True)
        self.lstm_cell, self.gru_cell = torch.nn.LSTMCell(3, 4), torch.nn.GRUCell(3, 4, bias=False)
        self.tanh_cell, self.relu_cell = torch.nn.RNNCell(3, 4), torch.nn.RNNCell(3, 4, nonlinearity="relu")

    def forward(self, x, state):
        one = x[:, 0]
        return {
            "lstm": self.lstm(x), "projected": self.projected(x), "gru": self.gru(x), "tanh": self.tanh(x.transpose(0, 1)), "relu": self.relu(x),
            "lstm_cell": self.lstm_cell(one, (state, state * 2)), "gru_cell": self.gru_cell(one, state), "tanh_cell": self.tanh_cell(one),
            "relu_cell": self.relu_cell(one, state),
        }


class Writes(torch.nn.Module):
    """Slices, rows and views of views written in place, and read through what they are views of: labels moved by one, masks."""

    def forward(self, ids, mask):
        moved = ids.new_zeros(ids.shape)
        moved[:, 1:] = ids[:, :-1].clone()
        moved[:, 0] = 7
        moved.masked_fill_(moved == 3, 0)
        causal = torch.triu(torch.full((ids.shape[1], ids.shape[1]), -1e9), diagonal=1)
        causal = causal[None, None].expand(ids.shape[0], 1, -1, -1).clone()
        causal[:, :, :, : mask.shape[-1]] = causal[:, :, :, : mask.shape[-1]].masked_fill(mask[:, None, None, :] == 0, -5.0)
        causal.view(ids.shape[0], -1)[:, 2].mul_(2.0)
        table = torch.zeros(4, 3)
        table.t()[1].add_(1.0)
        table[1:3].zero_()
        return moved, causal, table


class ByData(torch.nn.Module):
    """Sizes that depend on data: repeats, positions, what a mask picks."""

    def forward(self, x, repeats):
        rows, columns = torch.nonzero(x > 0.3, as_tuple=True)
        return {"rows": torch.repeat_interleave(x, repeats, dim=0), "places": torch.repeat_interleave(repeats), "sum": rows * 2 + columns,
                "where": torch.argwhere(x > 1), "picked": torch.masked_select(x, x < 0.5) * 2, "whole": x[(x > 0).all(1)]}


class Draws(torch.nn.Module):
    """Draws of every kind, one after the other from one generator; into memory that lies in another order; by data."""

    def forward(self, x):
        across = x.transpose(0, 1)
        gumbel = torch.empty_like(x).exponential_().log().neg()
        return {
            "dropped": torch.nn.functional.dropout(x, 0.4, True), "across": torch.nn.functional.dropout(across, 0.25, True),
            "uniform": torch.rand(x.shape[0], 5), "like": torch.rand_like(across), "normal": torch.randn(3), "normals": torch.randn(x.shape[0], 9),
            "normal_like": torch.randn_like(across), "rest": torch.randn(2, dtype=torch.float64), "picked": (x + gumbel).argmax(-1),
            "order": torch.randperm(11), "coins": torch.bernoulli(torch.sigmoid(x)), "samples": torch.multinomial(x.softmax(-1), 2),
            "again": torch.multinomial(x.softmax(-1), 6, replacement=True), "numbers": torch.randint(-3, x.shape[0] + 7, (8,)),
            "filled": x.new_empty(4, 6).uniform_(-1, 2), "noise": torch.zeros(20).normal_(1.0, 0.5), "half": torch.randn(18).half() + torch.rand(18).half(),
        }


class Gradients(torch.nn.Module):
    """Operators of a backward pass, some of whose outputs nobody asked for; bags of rows."""

    def __init__(self):
        super().__init__()
        self.largest = torch.nn.EmbeddingBag(8, 3, mode="max", padding_idx=2)
        self.sums = torch.nn.EmbeddingBag(8, 3, mode="sum")

    def forward(self, x, weight, ids):
        aten = torch.ops.aten
        y = torch.conv2d(x, weight, stride=2, padding=1)
        given = ([2, 2], [1, 1], [1, 1], False, [0, 0], 1)
        of_input, _, of_bias = aten.convolution_backward(y, x, weight, [2], *given, [True, False, True])
        normed, mean, rstd = aten.native_layer_norm(x, [6], None, None, 1e-5)
        of_norm = aten.native_layer_norm_backward(normed * x, x, [6], mean, rstd, None, None, [True, False, False])[0]
        return of_input, of_bias, of_norm, self.largest(ids), self.sums(ids)


class Layouts(torch.nn.Module):
    """Strides and offsets that depend on sizes; answers written into `out`."""

    def forward(self, x):
        rows = torch.as_strided(x, (x.shape[0], x.shape[1] // 2, 3), (x.stride(0), 2 * x.stride(1), 2), 1)
        count = torch.full((2,), x.transpose(0, 1).stride(1) + x[:, 1:].storage_offset())
        angle, other = torch.empty(0), torch.empty_like(x)
        torch.atan2(x, x + 1, out=angle)
        torch.atan2(x, x - 1, out=other)
        return rows, count, angle, other * 2


class Sizes(torch.nn.Module):
    """A size among the inputs, and one among the outputs."""

    def forward(self, x, size):
        return torch.nn.functional.interpolate(x, size=(size, size + 1), mode="nearest"), size * x.shape[1]


class CacheUser(torch.nn.Module):
    """A cache of transformers among inputs and outputs."""

    def forward(self, x, past_key_values):
        keys, values = past_key_values.update(x, x * 2, 0)
        return {"sum": (keys + values).sum(-2), "past_key_values": past_key_values}


def cache(length):
    """A cache of one layer with so many steps."""
    made = DynamicCache()
    made.update(torch.arange(2.0 * length).reshape(1, 1, length, 2), torch.ones(1, 1, length, 2), 0)
    return made


class Pair(torch.nn.Module):
    """A derived dimension: the second input has 2*seq + 1 rows."""

    def __init__(self, lines):
        super().__init__()
        self.lines = lines

    def forward(self, x, y):
        return self.lines(x).sum(0) + self.lines(y[1::2]).sum(0), y[: 2 * x.shape[0]]


class Fourier(torch.nn.Module):
    """Transforms of torch.fft over one axis and several, cut and padded, with each norm; a short-time one and its way back."""

    def forward(self, x):
        fft = torch.fft
        window = torch.hann_window(8)
        spectrum = torch.stft(x, 8, 4, 8, window, return_complex=True)
        short = torch.stft(x, 8, 2, 6, torch.hamming_window(6), center=False, normalized=True, return_complex=True)
        pair = x.reshape(x.shape[0], 4, 5)
        return (fft.fftn(pair, dim=(-1, -2)).real, fft.fft(x, norm="ortho").imag, fft.fft(x, n=24).abs(), (fft.ifft(x, n=15) + 2).angle(),
                fft.rfft(x, norm="forward").real, fft.irfft(fft.rfft(x)), fft.irfft(fft.rfft(x), n=19, norm="ortho"), fft.rfft2(pair).imag,
                fft.irfftn(fft.rfftn(pair, dim=(1, 2)), s=(4, 5), dim=(1, 2)), fft.hfft(fft.ihfft(x), n=20), fft.fftshift(fft.fft2(pair)).abs(),
                fft.ifftshift(x, dim=1), fft.ifftn(fft.fftn(pair, dim=(1, 2)), dim=(1, 2)).real, torch.view_as_real(short),
                torch.istft(spectrum, 8, 4, 8, window), torch.istft(spectrum, 8, 4, 8, window, length=18))


class Complex(torch.nn.Module):
    """Rotary embedding by complex numbers, as Llama 4 has it; arithmetic; what moves elements; a complex buffer, input and output."""

    def __init__(self):
        super().__init__()
        self.register_buffer("table", torch.polar(torch.ones(3, 2), torch.arange(6.0).reshape(3, 2) / 4), persistent=False)

    def forward(self, x, z):
        turn = torch.polar(torch.ones_like(x[0, :, :2]), x[0, :, 2:])
        y = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
        rotated = torch.view_as_real(y * turn[None]).flatten(2)
        w = y * self.table - z[:, None, :].conj() / (2 - 1j) + 0.5
        w = torch.cat([w, w.flip(1)[:, 1:].transpose(1, 2).reshape(-1, 2, 2) * 1j], 1)
        w = torch.where(w.real > 0, w, w.conj()).mul(x[:, :1, :2]).unsqueeze(-1).squeeze(-1)
        total = w.sum(1) @ self.table.mH
        return rotated, w, w.abs(), total, (w.exp().mean(-1) != 0).to(torch.float32), torch.complex(x, -x).reshape(x.shape[0], -1).roll(1, 1).to(torch.complex128).mul(2).to(torch.complex64)


class Rotary(torch.nn.Module):
    """Complex inside, real outside: for formats without complex numbers."""

    def __init__(self):
        super().__init__()
        self.complex = Complex()

    def forward(self, x, y):
        rotated, w, size, total, same, moved = self.complex(x, torch.complex(y, -y))
        return rotated, torch.view_as_real(w), size, total.imag, same, moved.real.float(), w.angle()


def programs():
    """Name, module, example inputs, dynamic shapes, inputs to run at."""
    x = torch.arange(12.0).reshape(3, 4)
    auto = Dim.AUTO
    yield "cond", Cond(), (torch.ones(6, 4),), {"x": {0: auto}}, (torch.ones(3, 4),)
    values = torch.tensor([1.0, 0.0, 2.0])
    yield "data_dependent", DataDependent(), (values, torch.tensor(5)), None, (torch.tensor([0.0, 0.0, 3.0]), torch.tensor(7))
    yield "positions", Positions(), (x,), {"x": {0: auto, 1: auto}}, (x[:, :3] / 4,)
    yield "floats", FloatsAndBools(), (x,), {"x": {0: auto, 1: auto}}, (x[:, :3] / 8,)
    yield "mutations", Mutations(), (torch.ones(2, 3),), None, (torch.ones(2, 3),)
    rest = (None, 3, 0.5, True, "add", [torch.ones(()), torch.zeros(2)], {"k": torch.ones(4)})
    batch = Dim("batch", min=2, max=16)
    shapes = ({0: batch}, None, None, None, None, None, [None, None], {"k": None})
    yield "constant_inputs", ConstantInputs(), (x, *rest), shapes, (torch.ones(5, 4), *rest)
    yield "kinds", Kinds(), (x, torch.tensor([0, 2])), None, (x / 4, torch.tensor([3, 1]))
    yield "grad_modes", GradModes(), (x,), None, (x / 16,)
    point, half = Point(x[:1], x[1:2]), torch.tensor([0.5, 3.0], dtype=torch.bfloat16)
    yield "types", Types(), (point, half, 5), (Point(None, None), None, Dim.DYNAMIC), (Point(x[2:], x[:1]), half + 1, 7)
    lengths = ({0: Dim("batch", min=2, max=16), 1: Dim("length", min=3, max=32)},) * 2
    ids, mask = torch.tensor([[1, 3, 2, 3, 8, 5], [3, 3, 0, 1, 4, 6]]), torch.ones(2, 6, dtype=torch.int64)
    few, part = torch.tensor([[3, 1, 4, 9], [2, 3, 3, 5], [8, 0, 3, 1]]), torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [0, 1, 1, 1]])
    steps, state = torch.linspace(-1, 1, 30).reshape(2, 5, 3).sin(), torch.linspace(-1, 1, 8).reshape(2, 4)
    batch = {0: Dim("batch", min=2, max=16)}
    more = (torch.linspace(2, 9, 45).reshape(3, 5, 3).sin(), torch.linspace(1, -1, 12).reshape(3, 4))
    yield "recurrent", Recurrent(), (steps, state), (batch, batch), more
    yield "writes", Writes(), (ids, mask), lengths, (few, part)
    cube, numbers = torch.linspace(-0.3, 1.7, 24).reshape(2, 3, 4), torch.tensor([[0, 3, 5], [1, 4, 4]])
    batch = {0: Dim("batch", min=2, max=16)}
    yield "composites", Composites(), (cube, numbers), (batch, batch), (torch.cat([cube, cube[:1] / 3]), torch.cat([numbers, numbers[:1] + 1]))
    wave, waves = torch.sin(torch.arange(40.0).reshape(2, 20) / 3), torch.cos(torch.arange(60.0).reshape(3, 20) / 7) + 0.25
    yield "fourier", Fourier(), (wave,), (batch,), (waves,)
    heads, few = torch.sin(torch.arange(48.0)).reshape(4, 3, 4), torch.cos(torch.arange(60.0)).reshape(5, 3, 4)
    pairs = torch.complex(few[:, 0, :2], few[:, 1, 2:])
    yield "complex", Complex(), (heads, pairs[:4].clone()), (batch, batch), (few, pairs)
    yield "rotary", Rotary(), (heads, pairs[:4].real.contiguous()), (batch, batch), (few, pairs.real.contiguous())
    yield "more_composites", MoreComposites(), (cube, numbers), None, (1 - cube * 2, numbers.flip(1))
    filters, bags = torch.linspace(-1, 1, 18).reshape(2, 1, 3, 3), torch.tensor([[0, 2, 5], [1, 2, 2]])
    shapes = ({0: Dim("batch", min=2, max=16), 2: Dim("height", min=3, max=32)}, None, {0: Dim("bags", min=2, max=16)})
    image = torch.sin(torch.arange(60.0)).reshape(2, 1, 5, 6)
    yield "gradients", Gradients(), (image, filters, bags), shapes, (torch.sin(torch.arange(144.0) / 2).reshape(3, 1, 8, 6), filters, bags[[1, 0, 1]] + 2)
    lengths = ({0: Dim("batch", min=2, max=16), 1: Dim("length", min=4, max=32)},)
    yield "layouts", Layouts(), (torch.arange(72.0).reshape(3, 4, 6) / 9,), lengths, (torch.arange(60.0).reshape(2, 5, 6) / 7 - 4,)
    grid = x[:2].reshape(1, 2, 2, 2)
    few, more = torch.tensor([2, 0, 1]), torch.tensor([0, 3, 1, 1, 0, 2])
    yield "by_data", ByData(), (cube[0], few), (batch, batch), (cube.reshape(6, 4), more)
    yield "draws", Draws(), (cube[0],), ({0: Dim("batch", min=2, max=16)},), (cube.reshape(6, 4),)
    yield "sizes", Sizes(), (grid, 5), (None, Dim.DYNAMIC(min=3, max=32)), (grid + 1, 7)
    shapes = (None, [{2: Dim.AUTO}, {2: Dim.AUTO}])
    yield "cache", CacheUser(), (torch.ones(1, 1, 1, 2), cache(3)), shapes, (torch.ones(1, 1, 1, 2) * 4, cache(5))
    seq = Dim("seq", max=32)
    shapes = ({0: seq}, {0: 2 * seq + 1})
    yield from programs_composites.programs()
    yield "derived", Pair(torch.nn.Linear(4, 2)), (torch.ones(3, 4), torch.ones(7, 4)), shapes, (x[:2] / 8, torch.ones(5, 4) / 4)


def part_of(key):
    """Of a dotted path: keys, fields of dataclasses, positions; of named tuples the positions too, as no reader has their fields."""
    if isinstance(key, pytree.GetAttrKey):
        return str(Point._fields.index(key.name)) if key.name in Point._fields else key.name
    return str(getattr(key, "key", getattr(key, "idx", key)))


def named(tree, names=None):
    """Tensors and numbers of a tree by dotted path."""
    def plain(leaf):
        return {"layers": [{"keys": x.keys, "values": x.values} for x in leaf.layers]} if isinstance(leaf, DynamicCache) else leaf

    leaves = {}
    tree = pytree.tree_map(plain, tree, is_leaf=lambda node: isinstance(node, DynamicCache))
    for path, leaf in pytree.tree_flatten_with_path(tree)[0]:
        parts = [part_of(key) for key in path]
        if names:
            parts[0] = names[int(parts[0])]
        if isinstance(leaf, torch.Tensor):
            leaves[".".join(parts)] = leaf.detach().clone().contiguous()
        elif type(leaf) is int and (not names or parts[0] in ("times", "size")):
            leaves[".".join(parts)] = torch.tensor(leaf)
    return leaves


def write_program(program, path):
    save(program, path)
    if path.stem == "cache":
        return  # as PyTorch writes it: from example inputs that hold a type of another library, its guards come out wrong
    # The pickled example inputs are of no use to readers in other languages; PyTorch wants the entry, but not that it holds any.
    with zipfile.ZipFile(path) as archive:
        entries = [(info.filename, b"" if "/sample_inputs/" in info.filename else archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), data)


def main():
    register_pytree_node(DynamicCache)
    pytree.register_dataclass(Answer, serialized_type_name="fixtures.Answer")
    pytree._register_namedtuple(Point, serialized_type_name="fixtures.Point")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, module, example, shapes, inputs in programs():
        if sys.argv[2:] and name not in sys.argv[2:]:
            continue
        with torch.no_grad():
            for parameter in () if getattr(module, "keeps_weights", False) else module.parameters():
                parameter.copy_(torch.arange(parameter.numel(), dtype=torch.float32).reshape(parameter.shape) / 8)
        program = export(module.eval(), example, dynamic_shapes=shapes, strict=False)
        # Stack traces name the machine's folders; nested graphs have their own.
        for module_with_graph in program.graph_module.modules():
            for node in getattr(module_with_graph, "graph", torch.fx.Graph()).nodes:
                node.meta.pop("stack_trace", None)
        write_program(program, folder / f"{name}.pt2")
        forward_names = program.module_call_graph[0].signature.forward_arg_names
        tensors = {"input." + key: value for key, value in named(inputs, forward_names).items()}
        torch.manual_seed(0)
        with torch.no_grad():
            outputs = program.module()(*inputs)
        tensors |= {"output." + key: value for key, value in named(outputs).items()}
        save_file(tensors, folder / f"{name}.safetensors")
        print(name, len(program.graph.nodes), "nodes;", ", ".join(sorted(tensors)))


if __name__ == "__main__":
    main()
