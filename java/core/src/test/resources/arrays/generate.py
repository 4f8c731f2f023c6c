"""Makes the fixtures beside it: what NumPy answers for scans, histograms and shape operations, and mpmath for normal quantiles.

Run `python generate.py` in this folder with numpy 2 and mpmath. cases.txt has one line per case: the operation, its inputs (files without
.npy), its parameters, and after `->` the files with the expected arrays.
"""

import warnings
from pathlib import Path

import mpmath
import numpy as np

warnings.simplefilter("ignore")
here = Path(__file__).parent
rng = np.random.default_rng(20240607)
lines = []


def save(name, array):
    np.save(here / f"{name}.npy", array)


def case(text, *expected):
    names = []
    for array in expected:
        names.append(f"e{len(lines)}" + "abc"[len(names)])
        save(names[-1], array.astype(np.int64) if array.dtype == np.uint64 else array)
    lines.append(f"{text} -> {' '.join(names)}")


specials = np.array([0.0, -0.0, 1.5, -2.25, np.inf, -np.inf, np.nan, 1e300, -1e-300, 3.0])
X = {
    "bool": rng.random((5, 61)) < 0.4,
    "int8": rng.integers(-128, 128, (5, 61)).astype(np.int8),
    "uint8": rng.integers(0, 256, (5, 61)).astype(np.uint8),
    "int16": rng.integers(-(2**15), 2**15, (5, 61)).astype(np.int16),
    "int32": rng.integers(-(2**31), 2**31, (5, 61)).astype(np.int32),
    "int64": rng.integers(-(2**62), 2**62, (5, 61)),
    "float32": rng.normal(size=(3, 300)).astype(np.float32),
    "float64": rng.normal(size=(3, 300)),
    "long": rng.normal(size=5000),
    "special": specials[rng.integers(0, 10, (6, 8))],
}
for name, x in X.items():
    save(name, x)

# ---- Scans ----
SCANS = {"cumsum": np.cumsum, "cumprod": np.cumprod, "cummax": np.maximum.accumulate, "cummin": np.minimum.accumulate}
for name, x in X.items():
    for scan, f in SCANS.items():
        for axis in range(x.ndim):
            case(f"{scan} {name} {axis}", f(x, axis=axis))
    for order in (1, 2):
        case(f"diff {name} {order} {x.ndim - 1}", np.diff(x, order, x.ndim - 1))

# ---- Histograms: values on the edges themselves above all ----
for name, low, high, bins in (("thirds", 0.1, 0.7, 6), ("decimals", -3.3, 8.8, 121), ("tiny", 1e-300, 7e-300, 7)):
    edges = np.linspace(low, high, bins + 1)
    x = np.concatenate([edges, np.nextafter(edges, np.inf)[:-1], np.nextafter(edges, -np.inf)[1:], rng.uniform(low, high, 500)])
    for dtype in ("float64", "float32") if name != "tiny" else ("float64",):
        save(f"{name}_{dtype}", x.astype(dtype))
        case(f"histogram {name}_{dtype} {bins}", *np.histogram(x.astype(dtype), bins))
        case(f"range {name}_{dtype} {bins} {low} {high}", *np.histogram(x.astype(dtype), bins, range=(low, high)))
with_nan = np.concatenate([rng.normal(size=1000), [np.nan, np.inf, -np.inf, -1.0, 1.0]])
save("with_nan", with_nan)
case("range with_nan 8 -1.0 1.0", *np.histogram(with_nan, 8, range=(-1.0, 1.0)))
for name in ("uint8", "int16", "int32", "bool"):
    case(f"histogram {name} 10", *np.histogram(X[name].astype(np.uint8) if name == "bool" else X[name], 10))
save("same", np.full(9, 4.0))
case("histogram same 4", *np.histogram(np.full(9, 4.0), 4))
save("none", np.zeros(0))
case("histogram none 3", *np.histogram(np.zeros(0), 3))
save("edges", np.array([-2.0, -0.5, 0.0, 0.0, 0.25, 3.0, 3.0]))
save("on_edges", np.concatenate([rng.uniform(-4, 4, 300), np.repeat(np.array([-2.0, -0.5, 0.0, 0.25, 3.0]), 3)]))
case("edges on_edges edges", *np.histogram(np.load(here / "on_edges.npy"), np.load(here / "edges.npy")))
many = rng.normal(size=70_000).astype(np.float16).astype(np.float64)
weights = rng.normal(size=70_000)
save("many", many.astype(np.float16))
save("weights", weights.astype(np.float16))
case("weighted many weights 50", *np.histogram(many, 50, weights=weights.astype(np.float16).astype(np.float64)))
case("density many 50", np.histogram(many, 50, density=True)[0])
save("counts", rng.integers(0, 40, 300).astype(np.int16))
case("bincount counts 0", np.bincount(np.load(here / "counts.npy")))
case("bincount counts 64", np.bincount(np.load(here / "counts.npy"), minlength=64))

# ---- Shape ----
a = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
save("a", a)
for axis in range(3):
    case(f"concatenate a {axis}", np.concatenate([a, a[::-1], a], axis))
    case(f"roll a 5 {axis}", np.roll(a, 5, axis))
    case(f"roll a -2 {axis}", np.roll(a, -2, axis))
    case(f"repeat a 3 {axis}", np.repeat(a, 3, axis))
    index = np.array([[0, -1], [1, 0]])
    save("index", index)
    case(f"take a index {axis}", np.take(a, index, axis))
for axis in range(4):
    case(f"stack a {axis}", np.stack([a, -a], axis))
case("tile a 2,3", np.tile(a, (2, 3)))
case("tile a 2,1,2,3", np.tile(a, (2, 1, 2, 3)))
for name in ("bool", "float64", "special"):
    case(f"nonzero {name}", np.array(np.nonzero(X[name]), np.int64))
case("compress float64", X["float64"][X["float64"] > 0])
for mode in ("edge", "reflect", "symmetric", "wrap"):
    case(f"pad a {mode} 1,0,2,7,9,5", np.pad(a, ((1, 0), (2, 7), (9, 5)), mode))
case("pad a constant 1,0,2,7,9,5", np.pad(a, ((1, 0), (2, 7), (9, 5)), constant_values=7))

# ---- Normal quantiles of words: the upper 52 bits of a probability below a half, the lowest bit the sign ----
mpmath.mp.prec = 200
words = rng.integers(-(2**63), 2**63 - 1, 400, endpoint=True)
words[:51] = [(1 << (12 + k)) + k % 2 for k in range(51)]
words[51:55] = [0, 1, -1, -4096]
quantiles = []
for word in words:
    h = (mpmath.mpf(int(word) % 2**64 >> 12) + mpmath.mpf(1) / 2) / mpmath.mpf(2) ** 53
    z = mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * h)
    quantiles.append(float(-z if int(word) & 1 else z))
save("words", words)
save("quantiles", np.array(quantiles))

(here / "cases.txt").write_text("\n".join(lines) + "\n")
