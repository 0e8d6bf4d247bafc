"""Modules of programs.py whose operators are others put together: losses, layers and functions of elements, what moves and places."""

import torch
import torch.nn.functional as F
from torch.export import Dim


class Losses(torch.nn.Module):
    """Losses of x and y [batch, 4], classes [batch] of which one is ignored, and signs [batch]."""

    def forward(self, x, y, classes, signs):
        log_p, share, weight = F.log_softmax(x, -1), F.softmax(y, -1), torch.tensor([0.5, 1.0, 2.0, 0.25])
        picture, labels = x.reshape(-1, 2, 2).mT.contiguous(), (classes % 2)[:, None].expand(-1, 2)
        return {
            "l1": F.l1_loss(x, y), "mse": F.mse_loss(x, y, reduction="sum"), "smooth": F.smooth_l1_loss(x, y, beta=0.5), "smooth_0": F.smooth_l1_loss(x, y, beta=0.0),
            "huber": F.huber_loss(x, y, reduction="none", delta=0.3), "soft": F.soft_margin_loss(x, signs[:, None].expand(-1, 4)),
            "bce": F.binary_cross_entropy(torch.sigmoid(x), share), "bce_certain": F.binary_cross_entropy((x > 0).float(), share, weight=weight),
            "logits": F.binary_cross_entropy_with_logits(x, share), "logits_positive": F.binary_cross_entropy_with_logits(x, share, weight, pos_weight=weight * 2),
            "entropy": F.cross_entropy(x, classes), "entropy_sum": F.cross_entropy(x, classes, reduction="sum", ignore_index=2),
            "entropy_none": F.cross_entropy(x, classes, weight, reduction="none", ignore_index=2, label_smoothing=0.1),
            "entropy_smooth": F.cross_entropy(x, classes, weight, ignore_index=2, label_smoothing=0.1),
            "entropy_plain_smooth": F.cross_entropy(x, classes, ignore_index=2, label_smoothing=0.3), "entropy_share": F.cross_entropy(x, share, weight, label_smoothing=0.2),
            "entropy_picture": F.cross_entropy(picture, labels), "entropy_one": F.cross_entropy(x[0], classes[0]),
            "nll": F.nll_loss(log_p, classes, weight), "nll_none": F.nll_loss(log_p, classes, ignore_index=1, reduction="none"),
            "kl": F.kl_div(log_p, share, reduction="batchmean"), "kl_log": F.kl_div(log_p, torch.log(share), log_target=True, reduction="sum"),
            "poisson": F.poisson_nll_loss(x, y.abs() * 3), "poisson_full": F.poisson_nll_loss(x.abs(), y.abs() * 3, log_input=False, full=True),
            "hinge": F.hinge_embedding_loss(x, signs[:, None].expand(-1, 4), margin=0.7), "cosine": F.cosine_embedding_loss(x, y, signs, margin=0.2),
            "ranking": F.margin_ranking_loss(x[:, 0], y[:, 0], signs, margin=0.1), "triplet": F.triplet_margin_loss(x, y, -y, swap=True),
            "triplet_1": F.triplet_margin_loss(x, y, -y, p=1.0, reduction="none"), "margin": F.multi_margin_loss(x, classes),
            "margin_2": F.multi_margin_loss(x, classes, p=2, margin=0.5, weight=weight, reduction="none"),
        }


class Layers(torch.nn.Module):
    """Distances and layers without weights, functions of elements, statistics, windows."""

    def __init__(self):
        super().__init__()
        self.bilinear = torch.nn.Bilinear(4, 3, 2)
        self.instance = torch.nn.InstanceNorm1d(4, affine=True, track_running_stats=True)
        self.instance.running_mean.copy_(torch.linspace(-1, 1, 4))
        self.instance.running_var.copy_(torch.linspace(0.5, 2, 4))

    def forward(self, x, y):
        holes = torch.where(x > 1, float("nan"), x)
        images = x.reshape(-1, 4, 1, 1) * torch.arange(1.0, 17.0).reshape(4, 4) / 16
        pooled, places = F.max_pool2d(images, 2, return_indices=True)
        small, large = torch.aminmax(x, dim=1)
        deviation, mean = torch.std_mean(x, 1, keepdim=True)
        middle, at = torch.median(x, 1)
        middle_nan, third = torch.median(holes, 1, keepdim=True)[0], torch.kthvalue(x, 3, 1)
        return {
            "pairwise": F.pairwise_distance(x, y), "cosine": F.cosine_similarity(x, y), "dist": torch.dist(x, y, 3), "bilinear": self.bilinear(x, y[:, :3]),
            "instance": self.instance(x[:, :, None] * torch.arange(1.0, 6.0)), "dropout": F.feature_alpha_dropout(x, 0.5, False), "rrelu": F.rrelu(x), "shrunk": F.softshrink(x, 0.25), "shuffled": F.channel_shuffle(images, 2),
            "grid": F.affine_grid(x.repeat(1, 2)[:, :6].reshape(-1, 2, 3), [x.shape[0], 1, 3, 2], align_corners=False),
            "grid_corners": F.affine_grid(x.repeat(1, 2)[:, :6].reshape(-1, 2, 3), [x.shape[0], 1, 3, 2], align_corners=True),
            "grid_3d": F.affine_grid(x.repeat(1, 3).reshape(-1, 3, 4), [x.shape[0], 1, 2, 3, 2], align_corners=False),
            "unpooled": F.max_unpool2d(pooled, places, 2),
            "frac": torch.frac(x * 3), "deg": torch.deg2rad(x), "rad": torch.rad2deg(x), "sgn": torch.sgn(x), "signbit": torch.signbit(x), "sinc": torch.sinc(x),
            "entr": torch.special.entr(x), "expit": torch.special.expit(x), "xlogy": torch.xlogy(x * (x > 0), y.abs()), "xlog1py": torch.special.xlog1py(x, y.abs()),
            "hypot": torch.hypot(x, y * 1e20), "logaddexp": torch.logaddexp(x, y), "logaddexp2": torch.logaddexp2(x, y),
            "fmax": torch.fmax(holes, y), "fmin": torch.fmin(y, holes), "close": torch.isclose(x, x + 1e-6 * y), "copysign": torch.copysign(x, y),
            "power": torch.float_power(x.abs(), 1.5), "powers": torch.float_power(x.abs(), y), "heaviside": torch.heaviside(x - x[:, :1], y),
            "ldexp": torch.ldexp(x, torch.arange(4)), "nansum": torch.nansum(holes, 1), "nanmean": torch.nanmean(holes), "count": torch.count_nonzero(x > 0, 1),
            "small": small, "large": large, "deviation": deviation, "mean": mean, "middle": middle, "middle_at": at, "middle_nan": middle_nan,
            "third": third[0], "third_at": third[1], "pdist": F.pdist(torch.stack([x[0], y[0], x[1] * 2])), "deviation_all": torch.std_mean(x)[0],
            "arcs": torch.arctan2(torch.arcsinh(x), torch.arctan(y)), "compared": torch.greater_equal(torch.negative(x), torch.absolute(y)), "logcumsumexp": torch.logcumsumexp(x, 1), "quantile": torch.quantile(x, 0.3, 1),
            "quantile_kept": torch.quantile(x, 0.8, 1, keepdim=True), "hann": torch.hann_window(8), "hann_symmetric": torch.hann_window(7, periodic=False),
            "hamming": torch.hamming_window(6), "blackman": torch.blackman_window(9),
        }


class Moves(torch.nn.Module):
    """What joins, splits, turns, picks and places; products of reshaped tensors."""

    def forward(self, x, ids):
        row, square = x[0], x[:, :3].mT @ x[:, :3]
        wide, tall = torch.broadcast_tensors(x[:, :1], row)
        first, second, third = torch.tensor_split(x, 3, 1)
        left, middle, right = torch.tensor_split(x, (1, 3), 1)
        return {
            "wide": wide, "tall": tall, "first": first, "second": second, "third": third, "left": left, "middle": middle, "right": right,
            "hstack": torch.hstack([x, x]), "hstack_rows": torch.hstack([row, row]), "vstack": torch.vstack([x, row]), "dstack": torch.dstack([x, x]),
            "columns": torch.column_stack([row, row]), "at_least": torch.atleast_3d(row), "hsplit": torch.hsplit(x, 2)[1],
            "rot90": torch.rot90(x), "rot270": torch.rot90(x, 3, [1, 0]), "fliplr": torch.fliplr(x), "argsort": x.argsort(-1, descending=True),
            "msort": torch.msort(x), "take": torch.take(x, ids), "along_flat": torch.take_along_dim(x, ids.abs()),
            "put": x.put(ids[0], row), "put_more": x.put(ids[0], row, accumulate=True), "filled": x.index_fill(1, torch.tensor([0, -1]), 2.0),
            "trace": torch.trace(square), "diag": torch.diag(row, -1), "diag_of": torch.diag(square, 1), "embedded": torch.diag_embed(x, 1),
            "embedded_first": torch.diag_embed(x, -2, 0, 2), "lower": x[0][torch.tril_indices(3, 3, -1)[0]], "upper": torch.triu_indices(3, 4),
            "ger": torch.ger(row, row), "inner": torch.inner(x, x[:2]), "addmv": torch.addmv(row[:3], square, row[:3], beta=0.5, alpha=2), "addr": torch.addr(square, row[:3], row[1:]),
            "addbmm": torch.addbmm(square, x[:, :3, None], x[:, None, :3]), "vecdot": torch.linalg.vecdot(x, x * 2), "cross": torch.linalg.cross(x[:, :3], row[None, 1:]),
            "power": torch.linalg.matrix_power(square / 8, 5), "tensordot": torch.tensordot(x, x, ([0], [0])), "kron": torch.kron(square, row[None, :2]),
            "xor": ids ^ 5,
        }


class Wrapped(torch.nn.Module):
    """Graphs inside nodes: without gradients, with autocast that is off inside that, one of two by a tensor."""

    def angles(self, x):
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            angles = x[:, None] * torch.arange(1.0, 4.0)[:, None]
        return angles.cos(), angles.sin()

    def forward(self, x):
        cos, sin = self.angles(x)
        with torch.no_grad():
            scaled, same = x * 2, x
        larger, total = torch.cond(x.sum() > 0, lambda y: (y + 1, y.sum(-1)), lambda y: (y * 3 - 1, y.amax(-1)), (scaled,))
        return cos + sin, same.exp(), larger, total


def programs():
    """Name, module, example inputs, dynamic shapes, inputs to run at."""
    generator = torch.Generator().manual_seed(1)

    def normal(rows):
        return torch.randn(rows, 4, generator=generator)

    batch = {0: Dim("batch", min=2, max=16)}
    few, more = torch.tensor([0, 2, 3]), torch.tensor([1, 2, 0, 3, 1])
    yield "losses", Losses(), (normal(3), normal(3), few, torch.tensor([1.0, -1.0, 1.0])), (batch,) * 4, (normal(5), normal(5), more, torch.tensor([-1.0, 1.0, 1.0, -1.0, 1.0]))
    yield "layers", Layers(), (normal(3), normal(3)), (batch, batch), (normal(5), normal(5))
    ids = torch.tensor([[0, 7, -2, 5]])
    yield "moves", Moves(), (normal(3), ids.expand(3, -1) + torch.arange(3)[:, None]), (batch, batch), (normal(5), ids.expand(5, -1) + torch.arange(5)[:, None])
    yield "wrapped", Wrapped(), (normal(3),), (batch,), (-normal(5).abs(),)
