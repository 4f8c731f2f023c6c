"""NumPy's side of SortingBenchmark: medians in milliseconds, one JSON line each.

Usage: python sorting.py [n ...]
"""

import json
import statistics
import sys
import time

import numpy as np


def measure(function, seconds=1.5):
    function()
    times = []
    while len(times) < 3 or sum(times) < seconds:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def run(n):
    x = np.random.default_rng(1).standard_normal(n)
    queries = np.random.default_rng(2).standard_normal(1_000_000)
    ordered = np.sort(x)
    quartiles = [0.25, 0.5, 0.75]
    cases = {
        "sort": lambda: np.sort(x),
        "argsort": lambda: np.argsort(x),
        "argsort stable": lambda: np.argsort(x, kind="stable"),
        "partition": lambda: np.partition(x, n // 2),
        "top100": lambda: np.sort(np.partition(x, n - 100)[-100:])[::-1],
        "median": lambda: np.median(x),
        "quartiles": lambda: np.quantile(x, quartiles),
        "unique": lambda: np.unique(x),
        "uniqueAll": lambda: np.unique_all(x),
        "searchSorted": lambda: np.searchsorted(ordered, queries),
    }
    for name, function in cases.items():
        line = {"peer": "numpy " + np.__version__, "case": name, "n": n, "ms": round(measure(function), 3)}
        print(json.dumps(line), flush=True)


for size in [int(argument) for argument in sys.argv[1:]] or [1_000_000, 10_000_000]:
    run(size)
