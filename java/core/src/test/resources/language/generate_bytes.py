"""Makes the fixtures of bytes beside it: what NumPy answers to the texts below, over arrays of three widths and over scalars.

Run `python generate_bytes.py` in this folder with numpy 2.4. A new case is one line in TEXTS: the text, or the text and what to ask
NumPy where Python reads it otherwise. bytes_a.npy, bytes_b.npy and bytes_c.npy hold the operands. bytes.txt has a line per text: the
text, and a word per case: mix, dtype and shape of the result. The bytes of all results lie in bytes_expected.npy, in that order.
"""

import re
from pathlib import Path

import numpy as np

here = Path(__file__).parent

A = np.array([b"", b"a", b"ab", b"abc", b"b", b"\xff\xfe", b"a\0b", b"abcab", b"\x7f", b"ba", b"abd", b"zz"], "S5")
B = np.array([b"", b"a", b"abc", b"ab", b"a", b"\xff", b"a", b"abc", b"\x80", b"ab", b"abc", b"\0b"], "S3")
C = np.array([b"", b"b", b"ab and more", b"abcd", b"b\0", b"\xff\xfe\xfd", b"a\0b\0c", b"abcab\0x", b"\x7f", b"ba", b"abc", b"zzzzzzzzzzzz"], "S12")
SCALAR = 2  # the element that stands for an operand as a scalar
LITERALS = ["b''", "b'a'", "b'ab'", "b'abcab'", "b'abc and more than they are wide'", "'ab'", "b'a\\0b'", "b'ab\\0\\0'", "b'\\xff'", "b'\\x80'", "\"b\""]
COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]

TEXTS = [f"{x} {op} {y}" for op in COMPARISONS for x, y in ("ab", "ac", "cb", "aa")]
TEXTS += [f"a {op} {literal}" for op in COMPARISONS for literal in LITERALS]
TEXTS += [f"{literal} {op} c" for op in COMPARISONS for literal in LITERALS[:3]]
TEXTS += [f"b'ab' {op} {literal}" for op in COMPARISONS for literal in LITERALS]
TEXTS += ["contains(a, b)", "contains(c, a)", "contains(b, c)", "contains(a, a)", "contains(b'the abc of it', a)", "contains(b'abc', b'bc')", "contains(b'', b'')", "contains(b'b', b'ab')"]
TEXTS += [f"contains({x}, {literal})" for x in ("a", "c") for literal in LITERALS]
TEXTS += [
    "(a == b) & (b < c)", "(a == b) | contains(c, b)", "~(a == b)", "(a < b) == (b < c)", "(a == b) ^ (a == c)", "(a < b) < (b < c)",
    ("a in (b'ab', b'b', c)", "(a == b'ab') | (a == b'b') | (a == c)"), ("a not in ('', 'zz')", "~((a == b'') | (a == b'zz'))"), ("isin(c, [a, b])", "(c == a) | (c == b)"),
    "where(a == b, 1.5, 2)", "where(contains(c, b), a < b, a == c)",
    "sum(a == b)", "count_nonzero(contains(c, b))", "any(a == b'ba')", "all(a <= b'zz')", "sum(a == b) + sum(a == c)", "sum((a == b) * 2.5)",
    "a", "copy(b)", "b'ab'", "copy(b'a\\0')", "where(a < b, a, b)", "where(a == b, a, b'none')", "where(contains(c, b), c, b'')", "where(a < c, where(a < b, a, b), c)",
    "where(True, b'a', b'bcd')", "where(a == b, b'yes', b'no') == b'no'", "contains(where(a < c, a, c), b)",
    ("low(x, y) = where(x < y, x, y); low(a, low(b, c))", "where(a < where(b < c, b, c), a, where(b < c, b, c))"), ("less(a, b)", "a < b"), ("not_equal(a, c)", "a != c"),
]


def literals(text):
    """Byte literals as NumPy's strings, whose NULs at the end do not count."""
    return re.sub(r"b?('(?:[^'\\]|\\.)*'|\"[^\"]*\")", r"np.array(b\1)", text)


def count(x):
    return np.asarray(np.count_nonzero(x), np.int64)


def contains(x, y):
    return np.strings.find(x, y) >= 0


NAMES = {"np": np, "contains": contains, "where": np.where, "copy": np.copy, "sum": np.sum, "any": np.any, "all": np.all, "count_nonzero": count}
MIXES = {
    "arrays": {"a": A, "b": B, "c": C},
    "right": {"a": A, "b": B[SCALAR], "c": C[SCALAR]},
    "left": {"a": A[SCALAR], "b": B, "c": C},
    "grid": {"a": A[:3].reshape(3, 1), "b": B[:4], "c": np.asarray(C[3])},
}

lines, values = [], []
cases = 0
for entry in TEXTS:
    text, asked = entry if isinstance(entry, tuple) else (entry, entry)
    words = []
    for mix, operands in MIXES.items():
        if not re.search(r"\b[abc]\b(?!')", asked) and mix != "arrays":
            continue
        result = np.asarray(eval(literals(asked), NAMES | operands))
        dtype = f"bytes({result.dtype.itemsize})" if result.dtype.char == "S" else str(result.dtype)
        words.append(f"{mix} {dtype} {'x'.join(map(str, result.shape))}")
        values.append(np.frombuffer(np.ascontiguousarray(result).tobytes(), np.uint8))
        cases += 1
    lines.append("\t".join([text, *words]))

(here / "bytes.txt").write_text("\n".join(lines) + "\n")
for name, operand in (("a", A), ("b", B), ("c", C)):
    np.save(here / f"bytes_{name}.npy", operand)
np.save(here / "bytes_expected.npy", np.concatenate(values))
print(len(TEXTS), "texts,", cases, "cases")
