"""Makes the fixtures beside it: what NumPy answers on awkward values.

Run `python generate.py` in this folder with numpy 2 and mpmath. For each kind there are the values v_KIND.npy; binary_KIND_RESULT.npy and compare_KIND_b.npy
hold one table per operator named in operators.txt (axis 0), row a, column b. unary_KIND_RESULT.npy likewise with one row each.
"""

import warnings
from pathlib import Path

import mpmath
import numpy as np

warnings.simplefilter("ignore")
mpmath.mp.prec = 2400
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
    "c": np.array([complex(a, b) for a in (0.0, -0.0, 1.0, -0.75, 30.5, -800.0, 1e-9, np.inf, -np.inf, np.nan) for b in (0.0, -0.0, 1.0, -2.25, 300.0, np.inf, np.nan)]
                  + [1 + 1e-12j, 0.6 + 0.8j, -0.6 - 0.8j, 1e200 + 1e200j, 1e-200 - 3e-200j, 2 + 0j, -2 - 0.0j, 1j, -1j, 1 + 1e-300j, 0.99999999 + 1e-9j, 3e10 - 2e10j], np.complex128),
}


def product(a, b):
    """Each step rounded; NumPy itself fuses some of them on some machines."""
    a, b = np.broadcast_arrays(a, b)
    result = np.empty(a.shape, np.complex128)
    result.real = a.real * b.real - a.imag * b.imag
    result.imag = a.real * b.imag + a.imag * b.real
    return result


def by_mpmath(function, otherwise):
    """For functions in which NumPy loses digits; infinities and NaNs by a formula."""

    def apply(v):
        result = otherwise(v)
        for i, z in enumerate(v):
            if np.isfinite(z) and abs(z.real) < 1e15:
                exact = function(mpmath.mpc(z))
                exact = complex(float(exact.real), float(exact.imag))
                # mpmath has no signed zeros, which decide on the side of a cut.
                result[i] = complex(exact.real, np.copysign(exact.imag, z.imag) if z.imag == 0 else exact.imag)
        return result

    return apply


MPMATH = {"exp2": by_mpmath(lambda z: mpmath.power(2, z), lambda v: np.array([complex(np.exp2(z.real), z.imag) if z.imag == 0 else np.exp(complex(z.real, z.imag * np.log(2))) for z in v])), "expm1": by_mpmath(mpmath.expm1, lambda v: np.exp(v) - 1),
          "log1p": by_mpmath(lambda z: mpmath.log(1 + z) if z != -1 else mpmath.mpc(-mpmath.inf, 0), np.log)}


def BIT_COUNT(v):
    return np.bitwise_count(v).astype(np.int32)


SAME = [("+", np.add, "bilfdc"), ("-", np.subtract, "ilfdc"), ("*", np.multiply, "bilfd"), ("*", product, "c"), ("/", np.true_divide, "fdc"),
        ("//", np.floor_divide, "ilfd"), ("%", np.remainder, "ilfd"), ("&", np.bitwise_and, "bil"), ("|", np.bitwise_or, "bil"),
        ("^", np.bitwise_xor, "bil"), ("<<", np.left_shift, "il"), (">>", np.right_shift, "il"), ("minimum", np.minimum, "bilfd"), ("maximum", np.maximum, "bilfd"),
        ("fmod", np.fmod, "ilfd"), ("copysign", np.copysign, "fd"), ("nextafter", np.nextafter, "fd")]
COMPARE = [("<", np.less), ("<=", np.less_equal), (">", np.greater), (">=", np.greater_equal), ("==", np.equal), ("!=", np.not_equal)]
UNARY = [("-", np.negative, "ilfdc"), ("~", np.invert, "bil"), ("abs", np.absolute, "bilfd"), ("square", np.square, "ilfd"), ("square", lambda v: product(v, v), "c"),
         ("sqrt", np.sqrt, "fdc"), ("floor", np.floor, "fd"), ("ceil", np.ceil, "fd"), ("trunc", np.trunc, "fd"), ("round", np.rint, "fdc"),
         ("sign", np.sign, "ilfd"),
         ("bitwise_count", BIT_COUNT, "i"), ("copy", np.copy, "bilfdc"), ("ones_like", np.ones_like, "bilfdc"), ("conj", np.conj, "ilfdc"), ("real", np.real, "bilfd"), ("imag", np.imag, "bilfd"),
         ("sign", np.sign, "c"), *[(name, MPMATH.get(name, getattr(np, name)), "c") for name in
          ("exp expm1 exp2 log log1p log10 log2 sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh").split()]]
TESTS = [("isnan", np.isnan), ("isinf", np.isinf), ("isfinite", np.isfinite), ("signbit", np.signbit)]

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
    compare = COMPARE[4:] if kind == "c" else COMPARE  # NumPy orders complex numbers, which have no order
    save(f"compare_{kind}_b", [f(a, b) for _, f in compare], [s for s, _ in compare])
    save(f"unary_{kind}_b", [f(v) for _, f in TESTS] if kind in "fd" else [f(v) for _, f in TESTS[:3]] if kind == "c" else [], [s for s, _ in (TESTS[:3] if kind == "c" else TESTS)])
    save(f"unary_{kind}_d", [np.abs(v), np.real(v), np.imag(v)] if kind == "c" else [], ["abs", "real", "imag"])
    save(f"unary_{kind}_i", [BIT_COUNT(v)] if kind == "l" else [], ["bitwise_count"])
    rows = [(s, f(v)) for s, f, kinds in UNARY if kind in kinds]
    save(f"unary_{kind}_{kind}", [t for _, t in rows], [s for s, _ in rows])


(here / "operators.txt").write_text("\n".join(names) + "\n")
