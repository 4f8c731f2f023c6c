"""Makes complex_functions.npy and complex_functions.txt: functions of complex numbers, computed by mpmath with 400 bits.

Run `python generate_complex.py` in this folder with numpy 2 and mpmath. The array is complex128 [function][4][value] in the order of
complex_functions.txt: first argument, second argument, result rounded to complex128, what that rounding left over.
Arguments keep away from branch cuts, singularities and overflow, which other tests look at.
"""

from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpc, mpf

mp.prec = 400
here = Path(__file__).parent
random = np.random.default_rng(20261121)
COUNT = 240


def plane(count):
    """Of all magnitudes."""
    r = 10.0 ** random.uniform(-8, 8, count)
    return r * np.exp(1j * random.uniform(-np.pi, np.pi, count))


def near(centre):
    return lambda count: centre + 10.0 ** random.uniform(-6, -0.5, count) * np.exp(1j * random.uniform(-np.pi, np.pi, count))


def strip(width, height):
    return lambda count: random.uniform(-width, width, count) + 1j * random.uniform(-height, height, count)


ANY = [plane, near(1), near(-1), near(1j), near(-1j), strip(3, 3)]
TALL = [strip(3, 3), strip(600, 100), strip(1e-3, 1e-3)]
WIDE = [strip(3, 3), strip(100, 600), strip(1e-3, 1e-3)]
FUNCTIONS = {
    "sqrt": (mpmath.sqrt, ANY),
    "exp": (mpmath.exp, TALL),
    "exp2": (lambda z: mpmath.power(2, z), TALL),
    "expm1": (lambda z: mpmath.exp(z) - 1, TALL),
    "log": (mpmath.log, ANY),
    "log2": (lambda z: mpmath.log(z) / mpmath.log(2), ANY),
    "log10": (lambda z: mpmath.log(z) / mpmath.log(10), ANY),
    "log1p": (lambda z: mpmath.log(1 + z), ANY),
    "sin": (mpmath.sin, WIDE),
    "cos": (mpmath.cos, WIDE),
    "tan": (mpmath.tan, WIDE),
    "sinh": (mpmath.sinh, TALL),
    "cosh": (mpmath.cosh, TALL),
    "tanh": (mpmath.tanh, TALL),
    "arcsin": (mpmath.asin, ANY),
    "arccos": (mpmath.acos, ANY),
    "arctan": (mpmath.atan, ANY),
    "arcsinh": (mpmath.asinh, ANY),
    "arccosh": (mpmath.acosh, ANY),
    "arctanh": (mpmath.atanh, ANY),
    "abs": (lambda z: mpc(abs(z)), ANY),
    "sign": (lambda z: z / abs(z), ANY),
}
TWO = {"power": lambda a, b: mpmath.exp(b * mpmath.log(a))}


def rounded(z):
    return complex(float(mpmath.re(z)), float(mpmath.im(z)))


rows = []
for name, (function, sources) in FUNCTIONS.items():
    a = np.concatenate([source(COUNT // len(sources) + 1) for source in sources])[:COUNT]
    exact = [function(mpc(z.real, z.imag)) for z in a]
    head = [rounded(z) for z in exact]
    rows.append([a, np.zeros(COUNT), head, [rounded(z - mpc(h.real, h.imag)) for z, h in zip(exact, head)]])
for name, function in TWO.items():
    a, b = strip(5, 5)(COUNT), strip(3, 3)(COUNT)
    exact = [function(mpc(x.real, x.imag), mpc(y.real, y.imag)) for x, y in zip(a, b)]
    head = [rounded(z) for z in exact]
    rows.append([a, b, head, [rounded(z - mpc(h.real, h.imag)) for z, h in zip(exact, head)]])
np.save(here / "complex_functions.npy", np.array(rows, np.complex128))
(here / "complex_functions.txt").write_text("".join(f"{name}\n" for name in [*FUNCTIONS, *TWO]))
