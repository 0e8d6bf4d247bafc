"""The grid's specs of recurrences (see op_grid_draw.py for the bounds)."""
from op_grid_draw import FLOATS, call, spec


def recurrent(gates, has_cell=False):
    def make(d):
        dtype, layers, directions, biases = d.dtype(FLOATS), d.int(1, 2), d.int(1, 2), d.chance(0.7)
        if d.small:
            layers = 1
        most = 2 if d.small else 7
        length, batch, wide, hidden = d.int(1, 3 if d.small else 9), d.int(1, 3), d.int(1, most), d.int(1, most)
        kept = d.int(1, hidden) if has_cell and d.chance(0.3) else hidden
        drawn = lambda *shape: d.tensor(dtype, shape, "unit")
        params = []
        for cell in range(layers * directions):
            params += [drawn(gates * hidden, wide if cell < directions else kept * directions), drawn(gates * hidden, kept)]
            params += [drawn(gates * hidden), drawn(gates * hidden)] if biases else []
            params += [drawn(kept, hidden)] if kept != hidden else []
        if d.chance(0.04):
            params.pop()
        batch_first = d.chance(0.5)
        # Not of an LSTM: PyTorch's oneDNN takes an input of any width, and reads past its end.
        wrong = 1 if d.chance(0.03) and not has_cell else 0
        x = drawn(*((batch, length) if batch_first else (length, batch)), wide + wrong)
        states = [drawn(layers * directions, batch, n) for n in ((kept, hidden) if has_cell else (hidden,))]
        return call(x, states if has_cell else states[0], params, biases, layers, 0.5 if d.chance(0.2) else 0.0, False, directions == 2, batch_first)
    return make


# An error goes from step to step; gates below 1 keep it from growing. PyTorch's LSTM of f32 is oneDNN's, with polynomials for its activations.
spec("lstm.input", recurrent(4, True), 64, half=16, scale="largest")
spec("gru.input", recurrent(3), 64, half=16, scale="largest")
spec("rnn_tanh.input", recurrent(1), 64, half=16, scale="largest")
spec("rnn_relu.input", recurrent(1), 64, half=16, scale="largest")  # nothing holds what this one keeps: it may grow
