"""Writes cases.json: inputs, and what NumPy and SciPy make of them. Run it with both installed."""

import json
import pathlib

import numpy as np
import scipy.linalg

random = np.random.default_rng(20260101)
cases = []


def array(a):
    a = np.asarray(a)
    values = a.ravel()
    if a.dtype.kind == "c":
        values = values.view(a.real.dtype)
    return {"dtype": str(a.dtype), "shape": list(a.shape), "values": [float(v) for v in values]}


def case(operation, inputs, outputs, name=""):
    cases.append(
        {
            "operation": operation,
            "name": name,
            "inputs": [array(i) for i in inputs],
            "outputs": [array(o) for o in outputs],
        }
    )


def draw(dtype, *shape):
    dtype = np.dtype(dtype)
    if dtype.kind == "c":
        return (random.standard_normal(shape) + 1j * random.standard_normal(shape)).astype(dtype)
    if dtype.kind == "f":
        return random.standard_normal(shape).astype(dtype)
    return random.integers(-9, 10, shape).astype(dtype)


def matmul():
    for dtype in ("float64", "float32", "complex128", "complex64", "int32", "int8"):
        for a, b in (
            ((5, 7), (7, 3)),
            ((1, 1), (1, 1)),
            ((7,), (7,)),
            ((5, 7), (7,)),
            ((7,), (7, 3)),
            ((4, 3, 5), (4, 5, 2)),
            ((2, 1, 3, 4), (5, 4, 2)),
            ((2, 3, 4), (4, 5)),
            ((4,), (3, 4, 2)),
            ((3, 2, 4), (4,)),
        ):
            x, y = draw(dtype, *a), draw(dtype, *b)
            # int8 products of NumPy wrap, ours are float64.
            wide = [v.astype("float64") if v.dtype.kind == "i" else v for v in (x, y)]
            case("matmul", [x, y], [np.matmul(*wide)])
    for a, b in (("float32", "float64"), ("float32", "int32"), ("float64", "complex64"), ("bool", "float32")):
        x = draw("int8", 3, 4) > 0 if a == "bool" else draw(a, 3, 4)
        y = draw(b, 4, 2)
        wide = [v.astype("float64") if v.dtype.kind in "ib" else v for v in (x, y)]
        case("matmul", [x, y], [np.matmul(*wide)])


def equations(dtype):
    a = draw(dtype, 6, 6)
    case("solve", [a, draw(dtype, 6)], [])
    case("solve", [a, draw(dtype, 6, 3)], [])
    case("solve", [draw(dtype, 4, 3, 3), draw(dtype, 4, 3, 2)], [])
    case("solve", [draw(dtype, 4, 3, 3), draw(dtype, 3, 1)], [])
    for c in cases[-4:]:
        x, y = (restore(i) for i in c["inputs"])
        c["outputs"] = [array(np.linalg.solve(x, y))]
    stack = draw(dtype, 2, 5, 5)
    case("inverse", [stack], [np.linalg.inv(stack)])
    case("determinant", [stack], [np.linalg.det(stack)])
    case("determinant", [stack[0]], [np.linalg.det(stack[0])])
    positive = stack @ stack.conj().swapaxes(-1, -2) + np.eye(5, dtype=dtype)
    case("cholesky", [positive], [np.linalg.cholesky(positive)])
    values, _ = np.linalg.eigh(positive)
    case("eigh", [positive], [values])


def restore(stored):
    dtype = np.dtype(stored["dtype"])
    values = np.array(stored["values"])
    if dtype.kind == "c":
        values = values.view("complex128")
    return values.astype(dtype).reshape(stored["shape"])


def factors(dtype):
    for shape in ((6, 6), (7, 4), (4, 7), (1, 5), (5, 1), (2, 4, 3)):
        a = draw(dtype, *shape)
        # Of r only the magnitudes are defined.
        case("qr", [a], [np.abs(np.linalg.qr(a)[1])])
        case("svd", [a], [np.linalg.svd(a, compute_uv=False)])
    for a in (
        draw(dtype, 6, 6),
        np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype),
        np.array([[2, 1], [0, 2]], dtype),
        np.diag(np.arange(1, 6)).astype(dtype),
        scipy.linalg.companion([1, -6, 11, -6]).astype(dtype),
    ):
        case("eig", [a], [np.linalg.eigvals(a.astype(np.result_type(dtype, "float64")))])
    # Of small integers, so that the rank is beyond doubt in float32 too.
    low = (draw("int8", 8, 2) @ draw("int8", 2, 5)).astype(dtype)
    for a, b in (
        (draw(dtype, 8, 3), draw(dtype, 8)),
        (draw(dtype, 8, 3), draw(dtype, 8, 2)),
        (draw(dtype, 3, 6), draw(dtype, 3, 2)),
        (low, draw(dtype, 8, 2)),
        (draw(dtype, 4, 4), draw(dtype, 4)),
    ):
        x, residuals, rank, s = np.linalg.lstsq(a, b, rcond=None)
        case("leastSquares", [a, b], [x, residuals, np.float64(rank), s])


def norms(dtype):
    v, a = draw(dtype, 9), draw(dtype, 5, 5)
    for name, order in (("FROBENIUS", None), ("TWO", 2), ("ONE", 1), ("INFINITY", np.inf)):
        case("norm", [v], [np.float64(np.linalg.norm(v, order))], name)
    for name, order in (("FROBENIUS", "fro"), ("TWO", 2), ("ONE", 1), ("INFINITY", np.inf), ("NUCLEAR", "nuc")):
        for x in (a, a[:3]):
            case("norm", [x], [np.float64(np.linalg.norm(x, order))], name)
        case("conditionNumber", [a], [np.float64(np.linalg.cond(a, order))], name)


matmul()
for dtype in ("float64", "float32", "complex128"):
    equations(dtype)
    factors(dtype)
    norms(dtype)
lines = ",\n".join(json.dumps(c) for c in cases)
pathlib.Path(__file__).with_name("cases.json").write_text(f"[\n{lines}\n]\n")
