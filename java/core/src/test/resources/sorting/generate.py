"""Writes what NumPy makes of small arrays of every dtype, for SortingTest.

Run here: python generate.py (NumPy 2.4). For each dtype there are three files: the operand, all results that are
integers one after the other, and all that are elements or means of them, as float64. SortingTest reads them in the same
order. Of equal zeros -0.0 is put first when sorting and elsewhere made 0.0, since NumPy leaves that open; linear and midpoint quantiles and medians are computed
in float64 and rounded to the dtype; quantiles are those of the first five rows, which have no infinities.
"""

import numpy as np

ROWS, COLUMNS = 9, 13
Q = np.array([0.0, 0.3, 0.5, 0.875, 1.0])


def operand(dtype):
    random = np.random.default_rng(17)
    if dtype == np.bool_:
        return random.integers(0, 2, (ROWS, COLUMNS)).astype(dtype)
    if np.issubdtype(dtype, np.integer):
        info = np.iinfo(dtype)
        x = random.integers(max(info.min, -60), 60, (ROWS, COLUMNS)).astype(dtype)
        x[1, 4], x[7, 2] = info.min, info.max
        if dtype == np.int64:
            x[1, 4], x[7, 2] = -(2**52), 2**52
        return x
    x = (random.standard_normal((ROWS, COLUMNS)) * 8).round(1).astype(dtype)
    x[0, 3], x[0, 9], x[2, 2], x[2, 8], x[2, 12] = 0.0, -0.0, -0.0, 0.0, -0.0
    x[4, 1], x[4, 11] = np.nan, -np.nan
    x[5, 0], x[5, 6] = np.inf, -np.inf
    return x


def sort(x, axis):
    s = np.sort(x, axis=axis)
    if np.issubdtype(x.dtype, np.floating):
        for lane, out in zip(np.moveaxis(x, axis, -1), np.moveaxis(s, axis, -1)):
            minus = np.count_nonzero((lane == 0) & np.signbit(lane))
            at = np.flatnonzero(out == 0)
            out[at[:minus]], out[at[minus:]] = -0.0, 0.0
    return s


def wide(x):
    return x.astype(np.float64)


def write(name, dtype):
    x = operand(dtype)
    rounded = x.dtype if np.issubdtype(dtype, np.floating) else np.float64
    u = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    line = np.sort(x[0])
    longs = [np.argsort(x, axis=a, kind="stable") for a in (0, 1)]
    longs += [np.searchsorted(line, x, side=s) for s in ("left", "right")]
    longs += [u[1], u[2], u[3]]
    doubles = [sort(x, 0), sort(x, 1)]
    doubles += [np.median(wide(x), axis=a).astype(rounded) + 0 for a in (0, 1)]
    doubles += [np.quantile(wide(x[:5]), Q, axis=1, method=m).astype(rounded) + 0 for m in ("linear", "midpoint")]
    doubles += [np.quantile(wide(x[:5]), Q, axis=1, method=m) + 0 for m in ("lower", "higher", "nearest")]
    doubles += [u[0] + 0]
    np.save(f"{name}_x.npy", x)
    np.save(f"{name}_longs.npy", np.concatenate([np.ravel(v).astype(np.int64) for v in longs]))
    np.save(f"{name}_doubles.npy", np.concatenate([wide(np.ravel(v)) for v in doubles]))


for each in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float16", "float32", "float64"):
    write(each, np.dtype(each).type if each != "bool" else np.bool_)
