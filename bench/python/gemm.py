"""NumPy's side of GemmBenchmark: medians in milliseconds of float64 products into an existing matrix, one JSON line each.

Run `python gemm.py [--threads N] [--java COMMAND] [n ...]`: with a command both take turns; it is given the threads and the sizes,
as `java -cp bench/target/benchmarks.jar dev.lanes.bench.GemmBenchmark` takes them.
"""

import argparse
import json
import os
import statistics
import subprocess
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
parser.add_argument("--java", help="command to run between the rounds; its lines are passed on")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("sizes", type=int, nargs="*", default=[32, 256, 1024, 4096])
arguments = parser.parse_args()
for name in [name for name in os.environ if name.startswith("OPENBLAS_")]:
    del os.environ[name]  # such as a processor type that is not this one's
os.environ["OPENBLAS_NUM_THREADS"] = str(arguments.threads)

import numpy as np


def milliseconds(n):
    random = np.random.default_rng(1)
    a, b = random.random((2, n, n))
    out = np.empty((n, n))
    rounds, times = (3, 1) if n > 2048 else (40, max(1, int(2e8 / n**3)))
    taken = []
    for turn in range(rounds + rounds // 4):
        start = time.perf_counter()
        for _ in range(times):
            np.matmul(a, b, out=out)
        taken.append((time.perf_counter() - start) * 1e3 / times)
    return statistics.median(taken[rounds // 4 :])


for turn in range(arguments.rounds):
    for n in arguments.sizes:
        line = {"peer": "numpy " + np.__version__, "n": n, "threads": arguments.threads, "ms": round(milliseconds(n), 5)}
        print(json.dumps(line), flush=True)
        if arguments.java:
            command = f"{arguments.java} {arguments.threads} {n}"
            print(subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout, end="", flush=True)
