"""Times the blurs of FilterBenchmark in Pillow and SciPy (and OpenCV where it is installed), one JSON line each.

Run `python filters.py [--java COMMAND ...]`: with commands of programs that print JSON lines of their own, all take turns.
"""

import argparse
import json
import statistics
import subprocess
import time

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

SIZE, SIGMA, TIMES = 512, 10.0, 15

random = np.random.default_rng(1)
floats = random.random((SIZE, SIZE), np.float32)
levels = random.integers(0, 256, (SIZE, SIZE, 3), np.uint8)
image = Image.fromarray(levels)
work = {
    "pillow GaussianBlur(10), 512x512x3": lambda: image.filter(ImageFilter.GaussianBlur(SIGMA)),
    "scipy gaussian_filter(10), 512x512 float32": lambda: ndimage.gaussian_filter(floats, SIGMA),
    "scipy gaussian_filter(10), 512x512x3 uint8": lambda: ndimage.gaussian_filter(levels, SIGMA, axes=(0, 1)),
    "scipy uniform_filter(21), 512x512x3 uint8": lambda: ndimage.uniform_filter(levels, 21, axes=(0, 1)),
    "scipy median_filter(5), 512x512x3 uint8": lambda: ndimage.median_filter(levels, 5, axes=(0, 1)),
}
try:
    import cv2

    cv2.setNumThreads(1)
    work["opencv GaussianBlur(10), 512x512 float32"] = lambda: cv2.GaussianBlur(floats, (81, 81), SIGMA)
    work["opencv GaussianBlur(10), 512x512x3 uint8"] = lambda: cv2.GaussianBlur(levels, (81, 81), SIGMA)
except ImportError:
    pass


def milliseconds(run, times):
    run()
    wall, processor = [], []
    for _ in range(times):
        start, cpu = time.perf_counter(), time.thread_time()
        run()
        wall.append((time.perf_counter() - start) * 1e3)
        processor.append((time.thread_time() - cpu) * 1e3)
    return {"ms": round(statistics.median(wall), 3), "cpu_ms": round(statistics.median(processor), 3)}


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--java", action="append", default=[], help="command to run between the rounds; its lines are passed on")
parser.add_argument("--rounds", type=int, default=3)
arguments = parser.parse_args()
for turn in range(arguments.rounds):
    for name, run in work.items():
        times = 3 if "median" in name else TIMES
        print(json.dumps({"round": turn, "what": name, **milliseconds(run, times)}), flush=True)
    for command in arguments.java:
        print(subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout, end="", flush=True)
