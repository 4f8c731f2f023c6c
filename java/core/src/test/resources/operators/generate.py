"""Makes the fixtures beside it: what NumPy answers on awkward values.

Run `python generate.py` in this folder with numpy 2. For each kind there are the values v_KIND.npy; binary_KIND_RESULT.npy and compare_KIND_b.npy
hold one table per operator named in operators.txt (axis 0), row a, column b. unary_KIND_RESULT.npy likewise with one row each.
"""

import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
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



def BIT_COUNT(v):
    return np.bitwise_count(v).astype(np.int32)


SAME = [("+", np.add, "bilfd"), ("-", np.subtract, "ilfd"), ("*", np.multiply, "bilfd"), ("/", np.true_divide, "fd"),
        ("//", np.floor_divide, "ilfd"), ("%", np.remainder, "ilfd"), ("&", np.bitwise_and, "bil"), ("|", np.bitwise_or, "bil"),
        ("^", np.bitwise_xor, "bil"), ("<<", np.left_shift, "il"), (">>", np.right_shift, "il"), ("minimum", np.minimum, "bilfd"), ("maximum", np.maximum, "bilfd"),
        ("fmod", np.fmod, "ilfd"), ("copysign", np.copysign, "fd"), ("nextafter", np.nextafter, "fd")]
COMPARE = [("<", np.less), ("<=", np.less_equal), (">", np.greater), (">=", np.greater_equal), ("==", np.equal), ("!=", np.not_equal)]
UNARY = [("-", np.negative, "ilfd"), ("~", np.invert, "bil"), ("abs", np.absolute, "bilfd"), ("square", np.square, "ilfd"),
         ("sqrt", np.sqrt, "fd"), ("floor", np.floor, "fd"), ("ceil", np.ceil, "fd"), ("trunc", np.trunc, "fd"), ("round", np.rint, "fd"),
         ("sign", np.sign, "ilfd"),
         ("bitwise_count", BIT_COUNT, "i"), ("copy", np.copy, "bilfd"), ("ones_like", np.ones_like, "bilfd")]
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
    save(f"compare_{kind}_b", [f(a, b) for _, f in COMPARE], [s for s, _ in COMPARE])
    save(f"unary_{kind}_b", [f(v) for _, f in TESTS] if kind in "fd" else [], [s for s, _ in TESTS])
    save(f"unary_{kind}_i", [BIT_COUNT(v)] if kind == "l" else [], ["bitwise_count"])
    rows = [(s, f(v)) for s, f, kinds in UNARY if kind in kinds]
    save(f"unary_{kind}_{kind}", [t for _, t in rows], [s for s, _ in rows])


(here / "operators.txt").write_text("\n".join(names) + "\n")
