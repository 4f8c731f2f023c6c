"""NumPy, numexpr, numba and JAX as peers of the benchmark: takes turns when asked over its pipes.

A line of fields between tabs asks for one thing and is answered by one line that begins with "ok" or "no":
    prepare KEY PEER WORKLOAD TYPE N OPERANDS REDUCTION SEED SHAPE TEXT
    run KEY CALLS WARM        nanoseconds of so many calls, after an untimed one if WARM is 1
    values KEY FROM TO        elements of the last result
"""

import os
import sys
import time

# What libraries print must not mix with the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy as np  # noqa: E402

FUNCTIONS = "sin cos exp log tanh sqrt where abs sum max mean std dot".split()
NAMES = "abcdf"
MASK = (1 << 64) - 1


def operand(seed, array, n, dtype):
    """The operands of all peers: see Precision.java."""
    out = np.empty(n, dtype)
    step = 1 << 20
    for first in range(0, n, step):
        index = np.arange(first, min(n, first + step), dtype=np.uint64)
        z = index * np.uint64(0x9E3779B97F4A7C15) + np.uint64((seed + (array << 40)) & MASK)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
        out[first : first + step] = 0.01 + 20 * ((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)
    return out


def function(text, operands, module, out=False):
    """Compiles statements of which the last is the result, with the functions of a module."""
    *statements, result = [part.strip() for part in text.split(";")]
    lines = [f"def workload({', '.join(NAMES[:operands])}{', out' if out else ''}):"]
    lines += [f"    {statement}" for statement in statements]
    lines += [f"    out[:] = {result}" if out else f"    return {result}"]
    scope = {name: getattr(module, name) for name in FUNCTIONS}
    exec("\n".join(lines), scope)
    return scope["workload"]


def with_numpy(arrays, text, is_reduction):
    f = function(text, len(arrays), np)
    return lambda: f(*arrays)


def with_numexpr(arrays, text, is_reduction):
    import numexpr

    # Compiled once, which spares the search for the expression that evaluate() begins with.
    # Its name for float32 is float.
    dtype = float if arrays[0].dtype == np.float32 else np.float64
    compiled = numexpr.NumExpr(text, [(name, dtype) for name, _ in zip(NAMES, arrays)])
    if is_reduction:
        return lambda: compiled(*arrays, ex_uses_vml=False)
    out = np.empty_like(arrays[0])
    return lambda: compiled(*arrays, out=out, casting="unsafe", ex_uses_vml=False)


def with_numba(arrays, text, is_reduction):
    import numba

    if is_reduction:
        f = numba.njit(parallel=True)(function(text, len(arrays), np))
        return lambda: f(*arrays)
    f = numba.njit(parallel=True)(function(text, len(arrays), np, out=True))
    out = np.empty_like(arrays[0])

    def call():
        f(*arrays, out)
        return out

    return call


def with_jax(arrays, text, is_reduction):
    import jax

    jax.config.update("jax_enable_x64", True)
    f = jax.jit(function(text, len(arrays), jax.numpy))
    on_device = [jax.numpy.asarray(array) for array in arrays]
    return lambda: jax.block_until_ready(f(*on_device))


PEERS = {"NUMPY": with_numpy, "NUMEXPR": with_numexpr, "NUMBA": with_numba, "JAX": with_jax}
operands = {}
calls = {}
results = {}


def prepare(key, peer, workload, dtype, n, count, is_reduction, seed, shape, text):
    n, count, seed = int(n), int(count), int(seed)
    for array in range(count):
        if (n, array) not in operands:
            operands[n, array] = operand(seed, array, n, dtype.lower()).reshape([int(part) for part in shape.split("x")])
    arrays = [operands[n, array] for array in range(count)]
    calls[key] = PEERS[peer](arrays, text, is_reduction == "1")
    results[key] = calls[key]()
    return ""


def run(key, count, warm):
    call = calls[key]
    results.pop(key, None)
    if warm == "1":
        call()
    start = time.perf_counter_ns()
    for _ in range(int(count)):
        result = call()
    nanos = time.perf_counter_ns() - start
    results[key] = result
    return nanos


def values(key, first, last):
    result = results[key]
    flat = np.atleast_1d(np.asarray(result)).reshape(-1)
    return "\t".join(repr(float(value)) for value in flat[int(first) : int(last)])


COMMANDS = {"prepare": prepare, "run": run, "values": values}
for line in sys.stdin:
    command, *fields = line.rstrip("\n").split("\t")
    try:
        answer = f"ok\t{COMMANDS[command](*fields)}"
    except Exception as error:  # one peer that fails must not end the others
        answer = f"no\t{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    print(answer, file=answers, flush=True)
