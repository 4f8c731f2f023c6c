"""Makes the fixtures beside it: functions computed by mpmath with 600 bits, over the whole of their domains.

Run `python generate.py` in this folder with numpy 2 and mpmath. functions_d.npy and functions_f.npy are float64 arrays [function][4][value] in the order of
functions.txt: first argument, second argument, result rounded to float64, what that
rounding left over in units of its last place. Arguments in functions_f.npy are float32 numbers.
NaN and infinities follow NumPy and SciPy.
"""

from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpf

mp.prec = 600
here = Path(__file__).parent
random = np.random.default_rng(20261121)
COUNT = 384
INF = mpf("inf")
NAN = mpf("nan")


def sinpi(x):
    return mpmath.sinpi(mpmath.fmod(x, 2) if abs(x) > 2 else x)


def gamma(x):
    if x == 0:
        return INF
    if x <= 0 and x == mpmath.floor(x):
        return NAN
    return mpmath.gamma(x) if x > -1000 else mpf(0)


def lgamma(x):
    return mpmath.log(abs(mpmath.gamma(x))) if x < 1e5 and (x > 0 or x != mpmath.floor(x)) else INF if x <= 0 else mpmath.loggamma(x)


def power(x, y):
    if x < 0 and y != mpmath.floor(y):
        return NAN
    if x == 0:
        odd = y == mpmath.floor(y) and mpmath.fmod(y, 2) == 1
        return mpf(1) if y == 0 else INF if y < 0 else mpf(0)
    if abs(y * mpmath.log(abs(x))) > 1e6:
        large = (abs(x) > 1) == (y > 0)
        return INF if large else mpf(0)
    return mpmath.re(mpmath.power(x, y))


def bounded(f, limit, below, above):
    """Beyond the limit every dtype overflows or the result has its last value."""
    return lambda x: below if x < -limit else above if x > limit else f(x)


# name: function, intervals to draw from, values at -infinity and infinity
ONE = {
    "exp": (bounded(mpmath.exp, 1e4, mpf(0), INF), [(-104, 89), (-1, 1), (-746, 710)], 0, INF),
    "exp2": (bounded(lambda x: mpmath.power(2, x), 1e4, mpf(0), INF), [(-150, 128), (-1, 1), (-1075, 1024)], 0, INF),
    "expm1": (bounded(mpmath.expm1, 1e4, mpf(-1), INF), [(-40, 89), (-1, 1), (-1e-3, 710)], -1, INF),
    "log": (lambda x: mpmath.log(x) if x > 0 else NAN if x < 0 else -INF, [(0, 1e3), (0.9, 1.1), (0.999, 1.001)], NAN, INF),
    "log2": (lambda x: mpmath.log(x, 2) if x > 0 else NAN if x < 0 else -INF, [(0, 1e3), (0.9, 1.1), (0.999, 1.001)], NAN, INF),
    "log10": (lambda x: mpmath.log10(x) if x > 0 else NAN if x < 0 else -INF, [(0, 1e3), (0.9, 1.1), (0.999, 1.001)], NAN, INF),
    "log1p": (lambda x: mpmath.log1p(x) if x > -1 else NAN if x < -1 else -INF, [(-1, 1), (-0.01, 0.01), (0, 1e3)], NAN, INF),
    "sin": (mpmath.sin, [(-4, 4), (-100, 100), (-1e6, 1e6)], NAN, NAN),
    "cos": (mpmath.cos, [(-4, 4), (-100, 100), (-1e6, 1e6)], NAN, NAN),
    "tan": (mpmath.tan, [(-4, 4), (-100, 100), (-1e6, 1e6)], NAN, NAN),
    "sinpi": (sinpi, [(-1, 1), (-10, 10), (-1e6, 1e6)], NAN, NAN),
    "cospi": (lambda x: mpmath.cospi(mpmath.fmod(x, 2)), [(-1, 1), (-10, 10), (-1e6, 1e6)], NAN, NAN),
    "arcsin": (lambda x: mpmath.asin(x) if abs(x) <= 1 else NAN, [(-1, 1), (0.99, 1), (-1.01, -0.4)], NAN, NAN),
    "arccos": (lambda x: mpmath.acos(x) if abs(x) <= 1 else NAN, [(-1, 1), (0.99, 1), (-1.01, -0.4)], NAN, NAN),
    "arctan": (mpmath.atan, [(-2, 2), (-20, 20), (-1e6, 1e6)], -mpmath.pi / 2, mpmath.pi / 2),
    "sinh": (bounded(mpmath.sinh, 1e4, -INF, INF), [(-1, 1), (-89, 89), (-711, 711)], -INF, INF),
    "cosh": (bounded(mpmath.cosh, 1e4, INF, INF), [(-1, 1), (-89, 89), (-711, 711)], INF, INF),
    "tanh": (bounded(mpmath.tanh, 1e3, mpf(-1), mpf(1)), [(-1, 1), (-10, 10), (-20, 20)], -1, 1),
    "arcsinh": (mpmath.asinh, [(-1, 1), (-10, 10), (-1e6, 1e6)], -INF, INF),
    "arccosh": (lambda x: mpmath.acosh(x) if x >= 1 else NAN, [(0.9, 1.1), (1, 10), (1, 1e6)], NAN, INF),
    "arctanh": (lambda x: mpmath.atanh(x) if abs(x) < 1 else NAN if abs(x) > 1 else INF * x, [(-1, 1), (0.99, 1), (-0.01, 0.01)], NAN, NAN),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), [(-2, 2), (-100, 100), (-1e6, 1e6)], -INF, INF),
    "erf": (bounded(mpmath.erf, 100, mpf(-1), mpf(1)), [(-1, 1), (-4, 4), (-6.1, 6.1)], -1, 1),
    "erfc": (bounded(mpmath.erfc, 100, mpf(2), mpf(0)), [(-1, 1), (-6, 10), (3.5, 27.3)], 2, 0),
    "gamma": (lambda x: gamma(x) if x < 1000 else INF, [(0, 3), (-10, 35), (-180, 172)], NAN, INF),
    "lgamma": (lgamma, [(0, 3), (-10, 100), (0.99, 1.01), (1.99, 2.01)], INF, INF),
}
TWO = {
    "arctan2": (mpmath.atan2, [(-1, 1), (-100, 100)]),
    "hypot": (mpmath.hypot, [(-1, 1), (-100, 100)]),
    "power": (power, [(0, 4), (-20, 20)]),
}
EXACT = [0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 8.0, 10.0, 100.0, 1024.0, 1e22, np.pi, np.pi / 2, -np.pi, 22.0, 1e300, -1e300, 1e-300, 5e-324, 1e-310]


def arguments(intervals, dtype):
    """A quarter random bits, a quarter of all magnitudes, the rest from the intervals."""
    bits = np.dtype(dtype).itemsize * 8
    special = np.array(EXACT, np.float64)
    quarter = (COUNT - len(special)) // 4
    with np.errstate(invalid="ignore"):
        any_bits = random.integers(0, 2**bits, quarter, dtype=f"u{bits // 8}").view(dtype).astype(np.float64)
    any_bits[~np.isfinite(any_bits)] = 1.5
    low, high = (-149, 127) if bits == 32 else (-1074, 1023)
    spread = random.choice([-1, 1], quarter) * np.exp2(random.uniform(low, high, quarter))
    near = [random.uniform(a, b, COUNT) for a, b in intervals]
    rest = COUNT - len(special) - 2 * quarter
    drawn = np.concatenate([near[i][i * rest // len(near):(i + 1) * rest // len(near)] for i in range(len(near))])
    with np.errstate(over="ignore"):
        return np.concatenate([special, any_bits, spread, drawn]).astype(dtype).astype(np.float64)


def parts(value):
    """The nearest float64, and the rest in units of its last place."""
    if mpmath.isnan(value) or mpmath.isinf(value):
        return float(value), 0.0
    if abs(value) >= mpmath.ldexp(1, 1024) - mpmath.ldexp(1, 970):
        return float(mpmath.sign(value)) * np.inf, 0.0
    unit = max(mpmath.floor(mpmath.log(abs(value), 2)) - 52, -1074) if value != 0 else 0
    head = mpmath.ldexp(mpmath.nint(mpmath.ldexp(value, -int(unit))), int(unit))
    last = max(mpmath.floor(mpmath.log(abs(head), 2)) - 52, -1074) if head != 0 else -1074
    return float(head), float(mpmath.ldexp(value - head, -int(last)))


def table(function, a, b=None, ends=None):
    rows = np.zeros((4, len(a)))
    for i, x in enumerate(a):
        if ends is not None and np.isinf(x):
            value = mpf(ends[0 if x < 0 else 1])
        else:
            value = function(mpf(x)) if b is None else function(mpf(x), mpf(b[i]))
        head, rest = parts(value)
        rows[:, i] = x, 0 if b is None else b[i], head, rest
    return rows


for letter, dtype in (("d", np.float64), ("f", np.float32)):
    tables = []
    for name, (function, intervals, low, high) in ONE.items():
        a = arguments(intervals, dtype)
        a[-2:] = -np.inf, np.inf
        tables.append(table(function, a, ends=(low, high)))
    for name, (function, intervals) in TWO.items():
        a, b = arguments(intervals, dtype), arguments(intervals, dtype)
        a[np.isinf(a)], b[np.isinf(b)] = 7, 7
        random.shuffle(b)
        tables.append(table(function, a, b))
    np.save(here / f"functions_{letter}.npy", np.stack(tables))
(here / "functions.txt").write_text("\n".join([*ONE, *TWO]) + "\n")
