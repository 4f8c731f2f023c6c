"""Makes the fixtures beside it: what NumPy (operators) and mpmath (functions) answer on awkward values.

Run `python generate.py` in this folder with numpy 2 and mpmath. For each kind there are the values v_KIND.npy; binary_KIND_RESULT.npy and compare_KIND_b.npy
hold one table per operator named in operators.txt (axis 0), row a, column b. unary_KIND_RESULT.npy likewise with one row each.
functions_KIND.npy holds correctly rounded results, computed with 400 bits.
"""

import warnings
from pathlib import Path

import mpmath
import numpy as np

warnings.simplefilter("ignore")
mpmath.mp.prec = 400
here = Path(__file__).parent

INTEGERS = [0, 1, -1, 2, -2, 3, -3, 5, 7, -7, 10, 31, 32, 33, 63, 64, 100, -100, 46341, 65536, -65537]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -2.5, 3.0, -3.0, 0.1, -0.3, 7.25, 100.0, -1000.5, 1e-30, -1e30, 16777217.0,
          np.inf, -np.inf, np.nan]

VALUES = {
    "b": np.array([False, True]),
    "i": np.array(INTEGERS + [2**31 - 1, -(2**31), -(2**31) + 1], np.int32),
    "l": np.array(INTEGERS + [2**31, 2**53 + 1, 2**63 - 1, -(2**63), -(2**63) + 1], np.int64),
    "f": np.array(FLOATS + [3.4e38, 1e-45, -1e-40, 1.1754944e-38], np.float32),
    "d": np.array(FLOATS + [1.7e308, 5e-324, -1e-310, 2.2250738585072014e-308, 2.0**53 + 2], np.float64),
}

SAME = [("+", np.add, "bilfd"), ("-", np.subtract, "ilfd"), ("*", np.multiply, "bilfd"), ("/", np.true_divide, "fd"),
        ("//", np.floor_divide, "ilfd"), ("%", np.remainder, "ilfd"), ("&", np.bitwise_and, "bil"), ("|", np.bitwise_or, "bil"),
        ("^", np.bitwise_xor, "bil"), ("<<", np.left_shift, "il"), (">>", np.right_shift, "il"), ("minimum", np.minimum, "bilfd"), ("maximum", np.maximum, "bilfd")]
COMPARE = [("<", np.less), ("<=", np.less_equal), (">", np.greater), (">=", np.greater_equal), ("==", np.equal), ("!=", np.not_equal)]
UNARY = [("-", np.negative, "ilfd"), ("~", np.invert, "bil"), ("abs", np.absolute, "bilfd"), ("square", np.square, "ilfd"),
         ("sqrt", np.sqrt, "fd"), ("floor", np.floor, "fd"), ("ceil", np.ceil, "fd"), ("trunc", np.trunc, "fd"), ("round", np.rint, "fd"),
         ("sign", np.sign, "ilfd")]
TESTS = [("isnan", np.isnan), ("isinf", np.isinf), ("isfinite", np.isfinite)]

names = []


def save(name, tables, operators):
    if tables:
        np.save(here / f"{name}.npy", np.stack(tables))
        names.append(f"{name} {' '.join(operators)}")


for kind, v in VALUES.items():
    np.save(here / f"v_{kind}.npy", v)
    a, b = v[:, None], v[None, :]
    rows = [(s, f(a, b)) for s, f, kinds in SAME if kind in kinds]
    save(f"binary_{kind}_{kind}", [t for _, t in rows], [s for s, _ in rows])
    save(f"compare_{kind}_b", [f(a, b) for _, f in COMPARE], [s for s, _ in COMPARE])
    save(f"unary_{kind}_b", [f(v) for _, f in TESTS] if kind in "fd" else [], [s for s, _ in TESTS])
    rows = [(s, f(v)) for s, f, kinds in UNARY if kind in kinds]
    save(f"unary_{kind}_{kind}", [t for _, t in rows], [s for s, _ in rows])


def rounded(value, dtype):
    """The nearest value of the dtype, subnormals included, ties to even."""
    if mpmath.isnan(value) or mpmath.isinf(value) or value == 0:
        return dtype(float(value))
    bits, low, high = (24, -149, 128) if dtype is np.float32 else (53, -1074, 1024)
    unit = max(mpmath.floor(mpmath.log(abs(value), 2)) - bits + 1, low)
    scaled = mpmath.nint(mpmath.ldexp(value, -int(unit)))
    result = mpmath.ldexp(scaled, int(unit))
    return dtype(np.inf) * dtype(mpmath.sign(value)) if abs(result) >= mpmath.ldexp(1, high) else dtype(float(result))


AT_INFINITY = {"exp": (np.inf, 0), "exp2": (np.inf, 0), "expm1": (np.inf, -1), "log": (np.inf, np.nan), "log10": (np.inf, np.nan), "log1p": (np.inf, np.nan),
               "arctan": (mpmath.pi / 2, -mpmath.pi / 2), "sinh": (np.inf, -np.inf), "cosh": (np.inf, np.inf), "tanh": (1, -1),
               "cbrt": (np.inf, -np.inf)}
EXACT = {"exp2": lambda v: mpmath.power(2, v), "arcsin": mpmath.asin, "arccos": mpmath.acos, "arctan": mpmath.atan, "log1p": mpmath.log1p, "expm1": mpmath.expm1,
         "log10": lambda v: mpmath.log(v, 10), "cbrt": lambda v: mpmath.sign(v) * mpmath.cbrt(abs(v))}


def evaluate(name, x):
    if np.isnan(x):
        return mpmath.nan
    if np.isinf(x):
        return mpmath.mpf(AT_INFINITY.get(name, (np.nan, np.nan))[0 if x > 0 else 1])
    if name.startswith("log") and x <= (-1 if name == "log1p" else 0):
        return -mpmath.inf if x == (-1 if name == "log1p" else 0) else mpmath.nan
    if name in ("arcsin", "arccos") and abs(x) > 1:
        return mpmath.nan
    if name in ("sinh", "cosh", "exp", "exp2", "expm1") and abs(x) > 1e6:
        return evaluate(name, np.copysign(np.inf, x))
    if name == "tanh" and abs(x) > 1e3:
        return mpmath.mpf(1 if x > 0 else -1)
    return EXACT.get(name, getattr(mpmath, name, None))(mpmath.mpf(float(x)))


FUNCTIONS = ["exp", "exp2", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "expm1", "log1p", "log10", "cbrt"]
random = np.random.default_rng(20261121)
for kind, dtype, limit in (("f", np.float32, 88), ("d", np.float64, 709)):
    spread = np.concatenate([random.uniform(-limit, limit, 200), random.uniform(-4, 4, 100), random.uniform(-1, 1, 100), np.ldexp(random.uniform(1, 2, 100), random.integers(-140, 120, 100))])
    special = [0.0, 1.0, np.inf, -np.inf, np.nan, 709.78, -745.2, 88.72, -103.9, 1e22, 3e37, np.pi, np.pi / 2, 22.0, 1e-300, 5e-324]
    x = np.concatenate([spread, special]).astype(dtype)
    np.save(here / f"x_{kind}.npy", x)
    save(f"functions_{kind}", [np.array([rounded(evaluate(name, value), dtype) for value in x], dtype) for name in FUNCTIONS], FUNCTIONS)

(here / "operators.txt").write_text("\n".join(names) + "\n")
