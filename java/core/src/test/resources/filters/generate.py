"""Makes the fixtures beside it: what SciPy's ndimage and Pillow answer.

Run `python generate.py` in this folder with numpy, scipy and pillow. in_NAME.npy are the inputs; out_NAME.npy holds the results of all cases of that input, in
float64 and stacked, in the order of their lines in cases.txt: the input's name, the filter, what it takes, and options as key=value.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

here = Path(__file__).parent
rng = np.random.default_rng(20240229)
MODES = ["reflect", "nearest", "mirror", "wrap", "constant"]


def integers(dtype, *shape):
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, endpoint=True)


FLAT = np.full((9, 10), 100, np.uint8)
FLAT[:, :3] = integers(np.uint8, 9, 3)
INPUTS = {
    "u8": integers(np.uint8, 9, 11),
    "flat": FLAT,
    "i16": integers(np.int16, 5, 6, 3),
    "u16": integers(np.uint16, 7, 6),
    "f32": rng.normal(size=(2, 5, 6, 3)).astype(np.float32),
    "f64": rng.normal(size=(8, 9)) * 100,
    "line": rng.normal(size=40),
    "short": rng.normal(size=(3, 2)),
    "pixel": rng.normal(size=(1, 1)),
}
KERNELS = {
    "square": np.array([[1.5, -2, 0.5], [0, 4, 1], [-1, 2.25, 3]]),
    "even": np.array([[0.5, 1, -2, 3], [1, 0, 2, -1]]),
    "wide": np.outer([1, 2, 3, 2, 1], np.arange(7) - 2.5) / 9,
    "five": np.array([1, -3, 0.25, 2, 1]),
    "four": np.array([1, -3, 0.25, 2]),
    "odd": np.array([-1.0, -2, 0, 2, 1]),
}

lines, results = [], {name: [] for name in INPUTS}


def add(name, what, takes, result, **options):
    text = " ".join(f"{k}={v}" for k, v in options.items())
    shown = ",".join(map(str, np.atleast_1d(takes).tolist())) if not isinstance(takes, str) else takes
    lines.append(f"{name} {what} {shown} {text}".strip())
    results[name].append(np.asarray(result, np.float64))


def modes(name, what, value, function, **options):
    for mode in MODES:
        cval = 7.0 if mode == "constant" else 0.0
        add(name, what, value, function(mode, cval), mode=mode, value=cval, **options)


def gaussian(name, sigma, order=0, truncate=4.0, axes=None, out=None):
    x = INPUTS[name]
    options = dict(order=",".join(map(str, np.atleast_1d(order))), truncate=truncate)
    if axes:
        options["axes"] = ",".join(map(str, axes))
    if out:
        options["to"] = out
    modes(name, "gaussian", sigma,
          lambda mode, cval: ndimage.gaussian_filter(x, sigma, order, np.dtype(out or x.dtype), mode, cval, truncate, axes=axes), **options)


def simple(name, what, function, value, axes=None):
    x = INPUTS[name]
    options = {"axes": ",".join(map(str, axes))} if axes else {}
    modes(name, what, value, lambda mode, cval: function(x, value, mode=mode, cval=cval, axes=axes), **options)


def kernel(name, what, function, which, axes=None, **options):
    x, weights = INPUTS[name], KERNELS[which]
    if axes:
        options["axes"] = ",".join(map(str, axes))
    modes(name, what, which, lambda mode, cval: function(x, weights, mode=mode, cval=cval, **({"axes": axes} if axes else {})), **options)


for name in ["u8", "u16", "f64", "flat"]:
    gaussian(name, 1.3)
    gaussian(name, (0.6, 4.0))
    simple(name, "box", ndimage.uniform_filter, (3, 4))
    simple(name, "minimum", ndimage.minimum_filter, (3, 4))
    simple(name, "maximum", ndimage.maximum_filter, (2, 5))
    simple(name, "median", ndimage.median_filter, (3, 3))
    simple(name, "median", ndimage.median_filter, (4, 2))
for order in (1, 2, (0, 1), (2, 1)):
    gaussian("f64", 1.1, order)
gaussian("f64", 0.0)
gaussian("f64", 0.1)
gaussian("f64", 2.0, truncate=1.5)
gaussian("u8", 1.3, out="float32")
gaussian("f64", 30.0, truncate=1.0)
gaussian("i16", 1.0, axes=(0, 1))
gaussian("i16", 2.0)
gaussian("f32", 1.5, axes=(1, 2))
gaussian("f32", (1.0, 2.0), axes=(2, 1))
simple("i16", "box", ndimage.uniform_filter, (3, 3), axes=(1, 0))
simple("f32", "box", ndimage.uniform_filter, (5, 4), axes=(1, 2))
simple("f32", "median", ndimage.median_filter, (3, 5), axes=(1, 2))
simple("f32", "maximum", ndimage.maximum_filter, (3, 3, 3), axes=(1, 2, 3))
simple("f64", "box", ndimage.uniform_filter, (40, 21))
simple("f64", "minimum", ndimage.minimum_filter, (30, 19))
for name in ["short", "pixel"]:
    gaussian(name, 3.0)
    gaussian(name, 1.0, 1)
    simple(name, "box", ndimage.uniform_filter, (5, 4))
    simple(name, "minimum", ndimage.minimum_filter, (4, 5))
    simple(name, "median", ndimage.median_filter, (3, 5))
    kernel(name, "correlate", ndimage.correlate, "wide")
    kernel(name, "convolve", ndimage.convolve, "even")
gaussian("line", 2.5)
simple("line", "box", ndimage.uniform_filter, 7)
simple("line", "median", ndimage.median_filter, 6)
for which in ("five", "four", "odd"):
    kernel("line", "correlate", ndimage.correlate1d, which)
    kernel("line", "convolve", ndimage.convolve1d, which)
for name in ("u8", "f64"):
    for which in ("square", "even", "wide"):
        kernel(name, "correlate", ndimage.correlate, which)
        kernel(name, "convolve", ndimage.convolve, which)
kernel("f32", "correlate", ndimage.correlate, "even", axes=(1, 2))
for name in ("u8", "f64", "i16"):
    for axis in (0, 1):
        modes(name, "sobel", axis, lambda mode, cval: ndimage.sobel(INPUTS[name], axis, mode=mode, cval=cval))

IMAGES = {"rgb": integers(np.uint8, 13, 17, 3), "grey": integers(np.uint8, 12, 33), "row": integers(np.uint8, 1, 9), "dot": integers(np.uint8, 1, 1, 3)}
for name, x in IMAGES.items():
    INPUTS[name] = x
    results[name] = []
    image = Image.fromarray(x)
    for radius in (0.0, 0.3, 1.0, 2.5, 10.0, 40.0, 1000.0):
        add(name, "pillowGaussian", radius, image.filter(ImageFilter.GaussianBlur(radius)))
        add(name, "pillowBox", radius, image.filter(ImageFilter.BoxBlur(radius)))
    # Pillow's pair is (x, y).
    add(name, "pillowGaussian", (3.0, 0.7), image.filter(ImageFilter.GaussianBlur((0.7, 3.0))))
    add(name, "pillowBox", (0.0, 2.2), image.filter(ImageFilter.BoxBlur((2.2, 0.0))))

for name, x in INPUTS.items():
    np.save(here / f"in_{name}.npy", x)
    stacked = np.stack(results[name])
    exact = stacked.astype(np.uint8 if name in IMAGES else np.float64)
    np.save(here / f"out_{name}.npy", exact)
for name, weights in KERNELS.items():
    np.save(here / f"kernel_{name}.npy", weights)
(here / "cases.txt").write_text("\n".join(lines) + "\n")
