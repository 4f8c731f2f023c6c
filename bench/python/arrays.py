"""What NumPy takes for the operations of ArrayBenchmark, as JSON lines: operation, n, milliseconds (median).

Run `python bench/python/arrays.py [n ...]` with numpy 2; n are square numbers, 10000 and 9000000 by default.
"""

import json
import math
import statistics
import sys
import time

import numpy as np


def median(work, seconds=1.0):
    work()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


for n in map(int, sys.argv[1:] or ["10000", "9000000"]):
    side = math.isqrt(n)
    pcg = np.random.Generator(np.random.PCG64(1))
    philox = np.random.Generator(np.random.Philox(1))
    x = pcg.random((side, side))
    out = np.zeros((side, side))
    flat, flat_out = x.reshape(-1), out.reshape(-1)
    for operation, work in {
        "CUMSUM": lambda: np.cumsum(flat, out=flat_out),
        "HISTOGRAM": lambda: np.histogram(x, 100, range=(0, 1)),
        "COPY": lambda: np.copyto(out, x),
        "TRANSPOSE": lambda: np.copyto(out, x.T),
        "UNIFORM": lambda: pcg.random(out=out),
        "UNIFORM Philox": lambda: philox.random(out=out),
        "NORMAL": lambda: pcg.standard_normal(out=out),
        "NORMAL Philox": lambda: philox.standard_normal(out=out),
    }.items():
        print(json.dumps({"operation": operation, "n": n, "milliseconds": round(median(work), 4)}), flush=True)
