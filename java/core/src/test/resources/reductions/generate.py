"""Makes the fixtures beside it: what NumPy answers for reductions of small arrays along every choice of axes.

Run `python generate.py` in this folder with numpy 2. For each kind and shape there is x_KIND_SHAPE.npy; expected.txt has a line per call: operand,
expression in x, dtype and shape of the result, whose numbers are the next ones of results_DTYPE.npy; or that NumPy refuses it.
"""

import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
here = Path(__file__).parent
random = np.random.default_rng(20261121)

DTYPES = {"b": np.bool_, "i": np.int32, "l": np.int64, "f": np.float32, "d": np.float64, "c": np.complex128}
SHAPES = [(), (1,), (40,), (0,), (3, 0), (5, 3), (3, 40), (70, 4), (2, 3, 4), (4, 1, 33)]
AXES = {0: ["None"], 1: ["None", "-1"], 2: ["None", "0", "1", "(0, -1)"],
        3: ["None", "0", "1", "-1", "(0, 2)", "(2, 1)", "(-3, 1)"]}
ANY = ["sum", "prod", "min", "max", "any", "all", "mean", "count_nonzero", "nansum", "nanprod", "nanmin", "nanmax", "nanmean"]
POSITIONS = ["argmin", "argmax", "nanargmin", "nanargmax"]
DIVIDED = ["var", "std", "nanvar", "nanstd"]
ORDERED = ["min", "max", "nanmin", "nanmax"] + POSITIONS  # which Lanes refuses of complex numbers


def values(kind, shape):
    if kind == "b":
        return random.random(shape) < 0.6
    if kind in "il":
        return random.integers(-4, 5, shape).astype(DTYPES[kind])
    x = (random.normal(size=shape) * 3 + 1).astype(DTYPES[kind])
    if kind == "c":
        x += random.normal(size=shape) * 1j - 2j
    if x.ndim == 2 and x.size > 20:
        x[random.random(shape) < 0.05] = np.nan
        x[:, 0] = np.round(x[:, 0])
    return x


def evaluate(function, x, axis, keepdims, ddof):
    # float32 in float64, rounded once.
    options = {"axis": axis, "keepdims": keepdims}
    if function in DIVIDED:
        options["ddof"] = ddof
    wide = x.astype(np.float64) if x.dtype == np.float32 and function not in POSITIONS else x
    result = np.asarray(getattr(np, function)(wide, **options))
    if x.dtype == np.float32 and result.dtype == np.float64:
        result = result.astype(np.float32)
    return result


lines, results = [], {}
for kind in DTYPES:
    for shape in SHAPES:
        x = values(kind, shape)
        name = f"x_{kind}_{'x'.join(map(str, shape)) or 'scalar'}"
        np.save(here / f"{name}.npy", x)
        for function in ANY + POSITIONS + DIVIDED:
            if kind == "c" and function in ORDERED:
                continue
            for axis in AXES[len(shape)]:
                if function in POSITIONS and axis.startswith("("):
                    continue
                keepdims = len(lines) % 5 < 2
                ddof = len(lines) % 3 if function in DIVIDED else 0
                try:
                    result = evaluate(function, x, eval(axis), keepdims, ddof)
                except ValueError as e:  # of nothing, or of NaN alone
                    if "All-NaN" not in str(e):
                        lines.append(f"{name};{function}(x, axis={axis});refused")
                    continue
                text = f"{function}(x, axis={axis}{', keepdims=True' if keepdims else ''}{f', ddof={ddof}' if ddof else ''})"
                results.setdefault(result.dtype.name, []).append(result.ravel())
                lines.append(f"{name};{text};{result.dtype.name};{'x'.join(map(str, result.shape)) or 'scalar'}")

for dtype, arrays in results.items():
    np.save(here / f"results_{dtype}.npy", np.concatenate(arrays))
(here / "expected.txt").write_text("\n".join(lines) + "\n")
print(len(lines))
