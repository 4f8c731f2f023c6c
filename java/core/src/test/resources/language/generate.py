"""Makes the fixtures beside it: what NumPy answers to the texts below, over six kinds and several mixes of arrays and scalars.

Run `python generate.py` in this folder with numpy 2.4 and mpmath. A new case is one line in TEXTS: the text, or the text and what to ask
NumPy where Python reads it otherwise. operands_KIND.npy holds the rows a, b, c. expected.txt has a line per text: the text, the
ULP by which functions may differ, of floats and of complex numbers, and a word per case: letter of the kind, mix, letter of the result's kind, shape, and behind ~
the departure from NumPy that was applied (the table in docs/language.md). The values lie in expected_KIND.npy, in that order.
"""

import ast
import operator
import re
import warnings
from pathlib import Path

import mpmath
import numpy as np

warnings.simplefilter("ignore")
here = Path(__file__).parent

OPERANDS = {
    "b": np.array([[1, 0, 1, 1, 0, 0, 1], [1, 1, 0, 1, 0, 1, 0], [0, 1, 1, 1, 0, 0, 0]], bool),
    "i": np.array([[3, -7, 12, 0, 5, -1, 2**31 - 1], [2, -4, 3, 0, 7, -1, 33], [1, 4, 5, 0, 2, 9, 6]], np.int32),
    "l": np.array([[3, -7, 12, 0, 2**53 + 1, -1, 2**63 - 1], [2, -4, 3, 0, 7, -1, 65], [1, 4, 5, 0, 2, 9, 2**40]], np.int64),
    "f": np.array([[0.5, -1.25, 3.5, np.nan, np.inf, -0.0, 100.25], [2, -0.75, 0.3, 0, 7, -1, 1e-3], [1, 0.25, 4, 9, 2.5, 0.1, 6]], np.float32),
    "d": np.array([[0.5, -1.25, 3.5, np.nan, np.inf, -0.0, 1e100], [2, -0.75, 0.3, 0, 7, -1, 1e-3], [1, 0.25, 4, 9, 2.5, 0.1, 6]], np.float64),
    "c": np.array([[0.5 + 1j, -1.25 - 0.5j, 3.5, complex(np.nan, 1), complex(np.inf, -2), complex(-0.0, 0), 40j],
                   [2 - 1j, -0.75j, 0.3 + 0.5j, 0, 7, -1 + 1j, 1e-3 - 1j], [1 + 0.5j, 0.25 - 2j, 4, 9j, 2.5 - 2.5j, 0.1 + 0.1j, 6 + 1j]]),
}
NEXT = {"b": "i", "i": "f", "l": "f", "f": "l", "d": "i", "c": "f"}  # what b is made of where kinds are mixed
SCALAR = 2  # the element of a row that stands for it as a scalar

OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "<", "<=", ">", ">=", "==", "!="]
FUNCTIONS = ["sqrt", "exp", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "exp2", "expm1", "log1p", "log10", "cbrt", "log2",
             "arcsinh", "arctanh", "signbit", "deg2rad", "degrees", "rad2deg", "radians"]
PAIRS = ["arctan2", "hypot", "copysign", "nextafter"]
REDUCTIONS = ["sum", "prod", "min", "max", "mean", "var", "std", "any", "all", "count_nonzero", "argmin", "argmax",
              "nansum", "nanprod", "nanmin", "nanmax", "nanmean", "nanvar", "nanstd"]
ROUNDING = ["floor", "ceil", "trunc", "round", "sign", "isnan", "isinf", "isfinite", "abs", "square"]

TEXTS = [f"a {op} b" for op in OPERATORS]
TEXTS += [f"a {op} 3" for op in OPERATORS]
TEXTS += [f"5 {op} a" for op in OPERATORS]
TEXTS += [f"a {op} 2.5" for op in ["+", "-", "*", "/", "//", "%", "**", "<", "=="]]
TEXTS += [f"0.5 {op} b" for op in ["+", "-", "*", "/", "//", "%", "**", ">=", "!="]]
TEXTS += [f"a {op} True" for op in ["+", "*", "/", "&", "|", "^", "<", "=="]]
TEXTS += [f"{f}({x})" for f in FUNCTIONS for x in ("c", "b / 8")]
TEXTS += [f"{f}({x})" for f in ROUNDING for x in ("a", "2*a")]
TEXTS += [f"{f}(a, b)" for f in ["minimum", "maximum", "fmin", "fmax", "fmod"] + PAIRS]
TEXTS += ["clip(a, -1, 5)", "clip(b, c, 3.5)", "isclose(a, b)", "isclose(c, c * 1.000001)", "isclose(a, b, rtol=0.5)", "isclose(b, c, 0.1, 2)",
          "isclose(b, b + c * 1e-7, atol=0.0, rtol=1e-6)", "isclose(a, a * 1.0, equal_nan=True)", "isclose(a, b, rtol=1, equal_nan=False, atol=abs(c))", "arccosh(c + 1)", ("reciprocal(c)", "1 / c")]
TEXTS += ["minimum(a, 2)", "maximum(a, 0.5)", "arctan2(b, 1)", "arctan2(1, c)"]
TEXTS += [
    # signs, precedence, associativity
    "-a", "+a", "~a", "- -b", "-a ** 2", "2 ** -c", "(-c) ** 2", "b ** 2 ** 2", "a - b - c", "a - (b - c)", "a / 4 / c", "a // b % 5",
    "a + b * c", "(a + b) * c", "a * b + c * 2", "-a * b", "~a & b | c ^ a", "a | b ^ c & a", "a << 2 + 1", "1 + a >> 1", "a & b == c",
    "a * 2 ** 3", "a ** -1", "a < b | True", "(a < b) | (b < c)", "(a < b) & (b >= c) ^ (a == c)", "~(a < b)",
    # powers
    "b ** 0", "b ** 1", "b ** 2", "b ** 3", "b ** 4", "b ** 7", "c ** 0.5", "c ** -1.0", "c ** 1.5", "b ** 2.0", "b ** -2.0", "2 ** 10 + c", "2.0 ** c",
    # constants
    "a + 1_000", "a + 0xff", "a + 0b101", "a + 0o17", "a * 1e3", "a * .5", "a + 1.", "b * 1E-2", "a + 2147483647", "a + 2147483648", "b * 2**40", "b - 2**62",
    "a * pi", "b + e", "c < inf", "b == nan", "-inf < a", "True", "1 + 1", "7 // 2", "7 / 2", "-7 % 3", "2 ** 0.5", "cos(1 + 1)", "1 << 40", "True & False", "1.5 < 2",
    # choices
    "where(a < b, a, b)", "where(a > b, a, 0)", "where(a > b, 1, 0)", "where(a > b, 1.5, a)", "where(a == a, b, c)", "where(b > c, b, c) * 2",
    "where(a, b, c)", "where(a > 1, sqrt(c), -c)", "where(True, a, b)", "where(a > b, True, False)",
    # polynomials and formulas as people write them
    "2*a + 3*b", "a*a + b*b", "(a + b)*(a - b)", "a**2 + 2*a*b + b**2", "c**3 + 2*c**2 - 5*c + 7", "((c + 2)*c - 5)*c + 7", "(b + c) / 2", "a*0.5 + b*0.5",
    "sqrt(b*b + c*c)", "exp(-c*c/2)", "1/(1 + exp(-b))", "log(1 + c)", "sin(b)**2 + cos(b)**2", "tanh(b/4) + 1", "c*log(c + 1)", "exp(b/100)*cos(b)",
    "abs(b) + abs(c)", "abs(a - b)", "floor(b / 2) * 2", "round(c * 10) / 10", "a // 2 * 2 + a % 2", "a - a // b * b", "(a > 0) & (b > 0)", "(a > 0) == (b > 0)",
    "minimum(maximum(a, 0), 5)", "sign(b) * abs(b)", "b / c / 3", "100 * (b + 1) / 3", "a*b/b", "(a != 0) * b", "isnan(a) | isinf(a)", "where(isnan(a), 0, a)",
    # conversions
    ("float64(a)", "asfloat64(a)"), ("float32(a)", "asfloat32(a)"), ("int64(b)", "asint64(b)"), ("int32(b)", "asint32(b)"), ("bool(a)", "asbool(a)"),
    ("float64(1) * a", "asfloat64(1) * a"), ("float32(c) / 3", "asfloat32(c) / 3"), ("int64(c) // 2", "asint64(c) // 2"), ("float64(a) + float32(b)", "asfloat64(a) + asfloat32(b)"),
    ("int32(b) << 3", "asint32(b) << 3"), ("bool(b) & bool(c)", "asbool(b) & asbool(c)"), ("~bool(a)", "~asbool(a)"),
    # other names
    ("power(b, 2)", "b ** 2"), ("absolute(a)", "abs(a)"), ("mod(a, b)", "a % b"), ("asin(b / 8)", "arcsin(b / 8)"), ("atan2(a, b)", "arctan2(a, b)"),
    "logical_and(a, b)", "logical_or(a, c)", "logical_xor(a, b)", "logical_not(a)", ("add(a, multiply(b, c))", "a + b * c"), ("true_divide(a, b)", "a / b"),
    ("floor_divide(a, b)", "a // b"), ("greater_equal(a, b)", "a >= b"), ("left_shift(a, 2)", "a << 2"), ("invert(a)", "~a"), ("negative(b)", "-b"),
    # membership
    ("a in (1, 3)", "(a == 1) | (a == 3)"), ("a not in (0, 5)", "~((a == 0) | (a == 5))"), ("isin(a, [1, 2.5, b])", "(a == 1) | (a == 2.5) | (a == b)"),
    ("(b in (1, c)) & (a > 0)", "((b == 1) | (b == c)) & (a > 0)"), ("where(a in (3, 12), b, c)", "where((a == 3) | (a == 12), b, c)"),
    # reductions
    "sum(b)", "min(b)", "max(b)", "sum(b * c)", "max(a)", "min(a)", "sum(b) * 2", "-max(b)", "b - min(b)", "(b - min(b)) / (max(b) - min(b))", "sum(b > 0)", "b / sum(c)",
    "sum(c) + b", "sum(b) // 2", "max(b) > min(c)", "sqrt(sum(c * c))", "sum(where(b > 0, b, 0))",
    "prod(b)", "prod(c) / 2", "mean(b)", "b - mean(c)", "var(c)", "std(b, ddof=1)", "(c - mean(c)) / std(c)", "any(b)", "all(a)", "any(b * c) & all(c)",
    "count_nonzero(b)", "argmin(b)", "argmax(c) + argmin(a)", "nansum(a)", "nanmean(a * 0)", "nanmin(a)", "nanmax(b)", "nanprod(c)", "nanvar(c, ddof=1)", "nanstd(b)",
    # along axes
    "sum(b, axis=0)", "sum(a * b, axis=-1)", "sum(a + b, axis=(0, -1))", "prod(b + c, axis=0)", "prod(a * b, axis=-1, keepdims=True)", "mean(b - a, axis=-1)",
    "mean(b * c, axis=0, keepdims=True) * 2", "min(a * b, axis=0)", "max(a - b * 2, axis=-1, keepdims=True)", "var(b * c, axis=0)", "std(a * 2 + b, axis=-1, ddof=1)",
    "any(a * b, axis=0)", "all(a + b, axis=-1, keepdims=True)", "count_nonzero(a * b, axis=0)", "argmin(a + b * 2, axis=-1)", "argmax(b * c, axis=0, keepdims=True)",
    "b / sum(b, axis=0)", "(b - mean(b, axis=0, keepdims=True)) / 4", "a * b - sum(a * b, axis=-1, keepdims=True)", "sum(b, axis=1)", "nansum(a * b, axis=0)",
    "nanmean(a + b, axis=-1, keepdims=True)", "nanmax(a * b, axis=-1)", "nanvar(b + c, axis=0)", "sum(sum(a * b, axis=0))", "max(sum(b * 3, axis=0))", "sum(a == b, axis=-1)",
    # complex numbers
    "a + 2j", "2j - a", "a * 2j", "a * (1 + 2j)", "b / 2j", "3j / b", "b * 1j + c", "a ** 2j", "a == 1j", "a != 0j", "a < 2j", "a % 2j", "where(a == b, 1j, c)",
    "a.real", "b.imag + 1", "(b * 1j).imag", "(c + 2j).real", ("real(b)", "b.real"), ("imag(b)", "b.imag"), "conj(c)", "conj(c + 1j) * c", "complex(b, c)", "abs(complex(b, c))",
    "complex(b, 1) * complex(1, c)", "abs(c + 1j * b)", "sqrt(-1j * c)", "sqrt(c + 0j) ** 2", "exp(1j * c)", "exp(1j * c).real", "log(c * 1j)", "sin(b + 1j)", "cosh(c * 1j)",
    "arctan(c / 4 + 1j / 2)", "tanh(b + 1j)", "log10(c + 1j)", "expm1(c * 1e-3j)", "log1p(c * 1j)", "(b + 1j) ** 3", "(c + 1j) ** 0.5", "(b + 2j) ** -1", "sign(c + 1j)",
    "isnan(a * 1j)", "isfinite(a + 1j)", "square(c + 1j)", "round(b * 2.4 + 0.6j)", "c * 1j * c - 5j * c + 7", "sum(b * 1j)", "sum(complex(b, c))", "prod(c + 1j)", "mean(b - 2j)",
    "var(c * 1j + b)", "std(complex(c, b), ddof=1)", "any(b * 1j)", "all(b * 1j)", "count_nonzero(a + 1j)", "sum(a * 1j, axis=0)", "mean(b * 1j * c, axis=-1, keepdims=True)",
    "prod(b + 1j, axis=0)", "var(c + 1j, axis=-1)", "nansum(a * 1j)", "nanmean(c * 1j)", "nanprod(c + 1j, axis=0)", "nanstd(b + c * 1j)", "max(b + 1j)", "argmin(c * 1j)", "minimum(b, 2j)",
    "z = b + 1j * c; abs(z) ** 2 + (z * conj(z)).real", "z = complex(b, c); (z - mean(z)) / std(z)", "f(z) = z * 1j * z + 1; f(b)",
    # programs and functions
    "d = a - b; d * d", "d = b * 2; g = d + 1; d * g", "f(x) = x * x + 1; f(b)", "f(x, y) = x - 2 * y; f(a, f(b, c))", "sigmoid(x) = 1 / (1 + exp(-x)); sigmoid(2 * b)",
    "f(a) = a + 1; f(b) * a", "m = sum(c); f(x) = x / m; f(b) + f(c)",
]


class Refused(Exception):
    pass


def is_weak(x):
    return isinstance(x, (int, float)) and not isinstance(x, (bool, np.generic))


departed = set()  # departures met while a text was evaluated


def bools_as(dtype, x):
    if not isinstance(x, bool) and np.asarray(x).dtype != bool:
        return x
    departed.add("bools-count")
    return np.asarray(x).astype(dtype)[()]


def float_function(f):
    """Functions of bools give float64, and functions of constants stay weak, as those of Python's math module do."""
    def call(*arguments):
        result = f(*(bools_as(np.float64, x) for x in arguments))
        return result.item() if all(is_weak(x) for x in arguments) else result
    return call


def weak_function(f):
    def call(*arguments, **options):
        result = f(*arguments, **options)
        return result.item() if all(is_weak(x) for x in arguments) and result.dtype != bool else result
    return call


def counting(f):
    return lambda x: weak_function(f)(bools_as(np.int32, x))


def rounding(f):
    def call(x):
        x = bools_as(np.int32, x)
        return x if np.asarray(x).dtype.kind == "i" else weak_function(f)(x)
    return call


def where(condition, x, y):
    if np.asarray(condition).dtype != bool:
        raise Refused("where-condition")
    if all(isinstance(v, int) and not isinstance(v, bool) and abs(v) < 2**31 for v in (x, y)):
        departed.add("small-constants")
        x, y = np.int32(x), np.int32(y)
    return np.where(condition, x, y)


def complex_parts(*values):
    return [np.asarray(x, np.complex128) for x in values]


def times(x, y):
    """Each step rounded, where NumPy fuses some of them on some machines."""
    if not (np.iscomplexobj(x) or np.iscomplexobj(y)):
        return x * y
    x, y = complex_parts(x, y)
    return complex_of(x.real * y.real - x.imag * y.imag, x.real * y.imag + x.imag * y.real)


def exact(f, result, *arguments):
    """Complex results to all digits where NumPy's lose some; NumPy's at infinities, NaNs and zeros."""
    if not np.iscomplexobj(result):
        return result
    arguments = np.broadcast_arrays(*complex_parts(*arguments))
    result = np.array(result, np.complex128)
    with mpmath.workdps(150):
        for i in np.ndindex(result.shape):
            values = [x[i] for x in arguments]
            if np.all(np.isfinite(values)) and values[0] != 0:
                result[i] = complex(f(*map(mpmath.mpc, values)))
    return result


def power(x, y):
    return exact(mpmath.power, x ** y, x, y)


def exact_function(name, f):
    call = float_function(getattr(np, name))
    return lambda x: exact(f, call(x), x)


def ordered(f):
    def call(*arguments):
        if any(np.iscomplexobj(x) for x in arguments):
            raise Refused("complex-order")
        return f(*arguments)
    return call


class Steps(ast.NodeTransformer):
    """Products, powers and comparisons as calls."""
    NAMES = {ast.Mult: "times", ast.Pow: "power", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}

    def call(self, node, operator, left, right):
        self.generic_visit(node)
        if type(operator) not in self.NAMES:
            return node
        return ast.Call(ast.Name(self.NAMES[type(operator)], ast.Load()), [left(), right()], [])

    def visit_BinOp(self, node):
        return self.call(node, node.op, lambda: node.left, lambda: node.right)

    def visit_Compare(self, node):
        return self.call(node, node.ops[0], lambda: node.left, lambda: node.comparators[0])


def value(text, names):
    tree = ast.fix_missing_locations(Steps().visit(ast.parse(text.strip(), mode="eval")))
    return eval(compile(tree, text, "eval"), names)


def reduction(name):
    """float32 in float64 and rounded once; a number has no axis."""
    def call(x, **options):
        x = np.asarray(x)
        if x.ndim == 0 and options.get("axis") is not None:
            raise Refused("scalar-axis")
        if x.dtype.kind == "c" and re.search("min|max", name):
            raise Refused("complex-order")
        result = getattr(np, name)(x, **options)
        if name in ("mean", "nanmean") and x.dtype.kind == "c":
            skip = np.isnan(x) & (name == "nanmean")
            with_gaps = [np.where(skip, np.nan, part) for part in (x.real, x.imag)]
            parts = complex_of(*(getattr(np, name)(part, **options) for part in with_gaps))
            if not np.array_equal(np.isnan([parts.real, parts.imag]), np.isnan([result.real, result.imag])):
                departed.add("complex-means")
            return parts
        if x.dtype == np.float32 and result.dtype == np.float32:
            exact = np.asarray(getattr(np, name)(x.astype(np.float64), **options)).astype(np.float32)
            if not np.array_equal(exact, result, equal_nan=True):
                departed.add("float32-sums")
            result = exact[()]
        return result
    return call


def degrees(factor):
    function = {np.pi / 180: np.deg2rad, 180 / np.pi: np.rad2deg}[factor]

    def call(x):
        if np.iscomplexobj(x):
            departed.add("complex-degrees")
            return x * factor
        return float_function(function)(x)
    return call


def conversion(convert):
    def call(x):
        if np.iscomplexobj(x):
            raise Refused("complex-conversions")
        return convert(x)
    return call


def complex_of(x, y):
    if np.iscomplexobj(x) or np.iscomplexobj(y):
        raise TypeError
    result = np.empty(np.broadcast_shapes(np.shape(x), np.shape(y)), np.complex128)
    result.real, result.imag = x, y
    return result[()]


def conjugate(x):
    if np.asarray(x).dtype == bool:
        departed.add("bools-count")
        return x
    return weak_function(np.conj)(x)


def saturated(dtype):
    def convert(x):
        x = np.asarray(x)
        if x.dtype.kind != "f":
            return x.astype(dtype)[()]
        info = np.iinfo(dtype)
        whole = np.where(np.isnan(x), 0, np.trunc(x)).astype(np.longdouble)
        inside = (whole >= info.min) & (whole <= info.max)
        return np.where(inside, np.where(inside, whole, 0).astype(dtype), np.where(whole > 0, dtype(info.max), dtype(info.min)))[()]
    return convert


NAMES = {name: float_function(getattr(np, name)) for name in FUNCTIONS + PAIRS + ["arccosh"]}
NAMES |= {name: weak_function(getattr(np, name)) for name in ["abs", "minimum", "maximum", "fmin", "fmax", "fmod", "isnan", "isinf", "isfinite", "isclose"]}
NAMES |= {"clip": lambda x, low, high: NAMES["minimum"](NAMES["maximum"](x, low), high)}
NAMES |= {name: rounding(f) for name, f in (("floor", np.floor), ("ceil", np.ceil), ("trunc", np.trunc), ("round", np.rint))}
NAMES |= {"sign": counting(np.sign), "square": counting(lambda x: times(x, x) if np.iscomplexobj(x) else np.square(x))}
NAMES |= {f"logical_{name}": getattr(np, f"logical_{name}") for name in ("and", "or", "xor", "not")}
NAMES |= {"where": where, "pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan, "conj": conjugate, "complex": complex_of}
NAMES |= {"log1p": exact_function("log1p", lambda z: mpmath.log(1 + z)), "expm1": exact_function("expm1", lambda z: mpmath.exp(z) - 1)}
NAMES |= {"times": times, "power": power} | {name: ordered(getattr(operator, name)) for name in ("lt", "le", "gt", "ge")}
NAMES |= {name: ordered(NAMES[name]) for name in ("minimum", "maximum", "fmin", "fmax")}
NAMES |= {name: reduction(name) for name in REDUCTIONS}
NAMES |= {name: degrees(factor) for names, factor in ((("deg2rad", "radians"), np.pi / 180), (("rad2deg", "degrees"), 180 / np.pi)) for name in names}
NAMES |= {"asbool": lambda x: np.asarray(x).astype(bool)[()], "asint32": conversion(saturated(np.int32)), "asint64": conversion(saturated(np.int64)),
          "asfloat32": conversion(lambda x: np.asarray(x).astype(np.float32)[()]), "asfloat64": conversion(lambda x: np.asarray(x).astype(np.float64)[()])}


def run(text, operands):
    """Evaluates statements with Python."""
    names = dict(NAMES) | operands
    *statements, last = text.split(";")
    for statement in statements:
        definition = re.match(r"\s*(\w+)\((.*?)\) = (.*)", statement)
        if definition:
            names[definition[1]] = value(f"lambda {definition[2]}: {definition[3]}", names)
        else:
            name, text = statement.split("=", 1)
            names[name.strip()] = value(text, names)
    return np.asarray(value(last, names))


def as_int32(operands):
    return {name: x.astype(np.int32) if isinstance(x, (np.ndarray, np.bool_)) and x.dtype == bool else x for name, x in operands.items()}


def typed_constants(text, operands):
    """Integer constants and scalars as int32 where they fit: what they are in Lanes when nothing says otherwise."""
    typed = re.sub(r"(?<![\w.])(0[xob]\w+|[\d_]+)(?![\w.])", lambda match: f"int32({match[0]})" if eval(match[0]) < 2**31 else match[0], text)
    return run(typed, {n: np.int32(x) if is_weak(x) else x for n, x in operands.items()} | {"int32": np.int32})


def evaluate(text, operands):
    """What Lanes answers: NumPy's result, or what the departures make of it. The second value names the departure."""
    departed.clear()
    # A part that is real would be float32 in Lanes too: no text multiplies reals before it meets a complex number.
    if re.search(r"\dj", text) and any(getattr(x, "dtype", None) == np.float32 for x in operands.values()):
        operands = {n: x.astype(np.float64) if getattr(x, "dtype", None) == np.float32 else x for n, x in operands.items()}
        departed.add("complex64")
    try:
        result = run(text, operands)
    except Refused as refusal:
        return None, str(refusal)
    except OverflowError:  # a constant beyond int32 beside int32
        return run(text, {n: x.astype(np.int64) if getattr(x, "dtype", None) == np.int32 else x for n, x in operands.items()}), "wide-constants"
    except ValueError as error:
        if "negative integer powers" not in str(error) or re.search(r"\*\* -\d", text):
            return None, ""
        return np.asarray(run(text, {n: powerful(x) for n, x in operands.items()})), "negative-powers"
    except TypeError:
        return (operands["a"], "unary-plus") if text == "+a" else (None, "")
    if result.dtype == np.int8:
        return run(text, as_int32(operands)), "bools-count"
    if result.dtype == np.int64 and not re.search(r"2\*\*\d\d|<< 40", text):
        typed = typed_constants(text, operands)
        if typed.dtype == np.int32:
            return typed, "small-constants"
    return result, "+".join(sorted(departed))


class Powerful(np.ndarray):
    """Integers whose powers to negative exponents are the integer parts of the true ones."""

    def __pow__(self, other):
        return integer_power(self, other)

    def __rpow__(self, other):
        return integer_power(other, self)


def powerful(x):
    return np.asarray(x).view(Powerful) if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind == "i" else x


def integer_power(base, exponent):
    if any(np.asarray(x).dtype.kind == "f" for x in (base, exponent)):
        return np.power(np.asarray(base), np.asarray(exponent))
    dtype = np.result_type(*(x if isinstance(x, int) else x.dtype for x in (base, exponent)))
    base, exponent = np.broadcast_arrays(np.asarray(base, dtype), np.asarray(exponent, dtype))
    positive = np.power(base, np.maximum(exponent, 0))
    negative = np.where(base == 1, 1, np.where(base == -1, np.where(exponent % 2 == 0, 1, -1), 0)).astype(dtype)
    return np.where(exponent < 0, negative, positive).view(Powerful)


def mixes(kind):
    a, b, c = OPERANDS[kind]
    weak = np.asarray if kind == "c" else (lambda x: x) if kind == "b" else (lambda x: x.item())
    yield "arrays", {"a": a, "b": b, "c": c}
    yield "right", {"a": a, "b": weak(b[SCALAR]), "c": weak(c[SCALAR])}
    yield "left", {"a": weak(a[SCALAR]), "b": b, "c": c}
    yield "mixed", {"a": a, "b": OPERANDS[NEXT[kind]][1], "c": c}
    if kind != "c":
        yield "complex", {"a": a, "b": OPERANDS["c"][1], "c": c}
    yield "grid", {"a": a[:3].reshape(3, 1), "b": b[:4], "c": np.asarray(c[1])}


values = {kind: [] for kind in OPERANDS}
lines = []
used = set()
cases = 0
for entry in TEXTS:
    text, asked = entry if isinstance(entry, tuple) else (entry, entry)
    bounded = re.search(r"\b(" + "|".join(FUNCTIONS + PAIRS + ["arccosh", "sigmoid", "asin", "atan2"]) + r")\(|\*\*|power", text) or re.search("|".join(REDUCTIONS), text)
    bounded_complex = bounded or re.search(r"abs|sign|log|/|isclose", text)
    words = []
    for kind in OPERANDS:
        for mix, operands in mixes(kind):
            needed = {n: x for n, x in operands.items() if re.search(rf"\b{n}\b", asked)}
            if needed and all(not isinstance(x, np.ndarray) for x in needed.values()):
                continue  # Python's own arithmetic, which is not NumPy's
            if not needed and (kind, mix) != ("b", "arrays"):
                continue
            result, departure = evaluate(asked, needed)
            word = f"{kind} {mix} "
            if result is None:
                word += "!"
            else:
                letter = {"?": "b", "q": "l", "D": "c"}.get(result.dtype.char, result.dtype.char)
                assert letter in values, (text, kind, mix, result.dtype)
                values[letter].append(np.asarray(result).reshape(-1))
                word += letter + "x".join(map(str, result.shape))
            used.add(departure)
            words.append(word + (f" ~{departure}" if departure else ""))
            cases += 1
    powers = "**" in text or "power" in text
    lines.append("\t".join([text, "4" if bounded else "0", "32" if powers else "8" if bounded_complex else "0", *words]))

(here / "expected.txt").write_text("\n".join(lines) + "\n")
for kind, rows in OPERANDS.items():
    np.save(here / f"operands_{kind}.npy", rows)
    np.save(here / f"expected_{kind}.npy", np.concatenate(values[kind]))
print(len(TEXTS), "texts,", cases, "cases; departures:", sorted(used - {""}))

# Strides of results by order: operands as shape:permutation of the axes, then order and strides.
LAYOUTS = ["2x3:01", "3x2:10", "1x3:01", "2x1:10", "3:0", "2x3x4:012", "4x3x2:210", "3x2x4:102", "2x4x3:021", "3x4x2:201", "4x2x3:120", "3x1:01", "3x4:01", "4x3:10",
           "1x4x3:021", "4x1x2:210", "5x1x1:012"]


def laid(description):
    shape, permutation = description.split(":")
    return np.zeros([int(n) for n in shape.split("x")]).transpose([int(n) for n in permutation])


orders = []
for a in LAYOUTS:
    for b in LAYOUTS:
        try:
            np.broadcast(laid(a), laid(b))
        except ValueError:
            continue
        for order in "CFAK":
            result = np.add(laid(a), laid(b), order=order)
            if result.ndim > 1 and 1 not in result.shape:
                orders.append(f"{a} {b} {order} {'x'.join(map(str, result.strides))}")
(here / "orders.txt").write_text("\n".join(orders) + "\n")
