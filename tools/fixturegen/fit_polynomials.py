"""Prints the polynomials of references/eager/isa/real_math.inc with their largest errors.

Usage: python fit_polynomials.py   (numpy, mpmath)

Weighted least squares on Chebyshev nodes, reweighted (Lawson) until the errors level out near the minimax polynomial. Errors are given
in units of 2^-24 of the function that each polynomial is a part of.
"""

import numpy as np
from mpmath import mp, mpf

mp.dps = 40


def fit(function, low, high, degree, weight=None, nodes=400, rounds=300):
    """Coefficients, constant first, and the largest weighted error."""
    k = np.arange(nodes)
    x = 0.5 * (low + high) + 0.5 * (high - low) * np.cos(np.pi * (k + 0.5) / nodes)
    y = np.array([float(function(mpf(float(v)))) for v in x])
    scale = np.array([1 / abs(float(weight(v))) if weight else 1.0 for v in x])
    powers = np.vander(x, degree + 1, increasing=True)
    lawson, best = np.ones(nodes), None
    for _ in range(rounds):
        w = np.sqrt(lawson) * scale
        coefficients = np.linalg.lstsq(powers * w[:, None], y * w, rcond=None)[0]
        error = np.abs(powers @ coefficients - y) * scale
        if best is None or error.max() < best[0]:
            best = error.max(), coefficients
        lawson *= error / error.max() + 1e-3
        lawson /= lawson.sum()
    return best


def show(name, error, coefficients):
    print(f"{name}: error {error * 2**24:.3f}, constant first:", ", ".join(f"{c:.9e}" for c in coefficients))


half = float(mp.log(2) / 2) * 1.001
error, c = fit(lambda r: (mp.expm1(r) - r) / r**2 if abs(r) > 1e-9 else mpf(1) / 2, -half, half, 5)
show("exp: (e^r - 1 - r) / r^2, |r| <= ln 2 / 2", error * half * half, c)


def tanh_part(z):
    x = mp.sqrt(z)
    return (mp.tanh(x) - x) / x**3 if z > 1e-12 else -mpf(1) / 3


error, c = fit(tanh_part, 0, 0.626**2, 5)
show("tanh: (tanh x - x) / x^3 in x^2, |x| < 0.625", error * 0.626**2, c)


def erf_part(z):
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1 if z > 1e-14 else 2 / mp.sqrt(mp.pi) - 1


error, c = fit(erf_part, 0, 0.93**2, 6)
show("erf: erf(x) / x - 1 in x^2, |x| < 0.92", error, c)
# The relative error of erf = 1 - e^-(t + q) is that of q times erfc / erf.
error, c = fit(lambda t: -mp.log(mp.erfc(t)) - t, 0.92, 4.0, 6, weight=lambda t: mp.erf(t) / mp.erfc(t))
show("erf: -ln erfc(t) - t, 0.92 <= t <= 4", error, c)
