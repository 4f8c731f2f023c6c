"""Writes the .npy files beside this script with NumPy: python make.py. NpyTest knows their values."""

import os

import numpy as np
from numpy.lib import format as npy

os.chdir(os.path.dirname(os.path.abspath(__file__)))

GRID = np.arange(6).reshape(2, 3)


def write(name, array, version=None):
    with open(name + ".npy", "wb") as file:
        npy.write_array(file, array, version=version, allow_pickle=True)


for dtype in "i1 u1 i2 u2 i4 u4 i8 f2 f4 f8 c8 c16".split():
    values = GRID.astype(dtype)
    if dtype[0] in "if":
        values -= np.array(2, dtype)  # some below zero
    elif dtype[0] == "u":
        values[0, 0] = np.iinfo(dtype).max
    else:
        values += np.array(0.5j, dtype)
    write(dtype, values.astype("<" + dtype))
    write(dtype + "_big_fortran", np.asfortranarray(values.astype(">" + dtype)))

write("f8_fortran", np.asfortranarray(GRID.astype("<f8")))
write("bool", GRID % 2 == 1)
write("bytes5", np.array([b"", b"ab", b"hello"]))
write("bfloat16", np.array([0x3F80, 0xC000, 0x7F80], "<u2").view("V2"))  # 1, -2, infinity

write("rank0", np.array(2.5))
write("empty", np.zeros((0, 3)))
write("empty_fortran", np.zeros((3, 0), order="F"))
write("rank32", np.array(7.0).reshape((1,) * 32))
write("version2", GRID.astype("<f8"), (2, 0))
write("version3", GRID.astype("<f8"), (3, 0))

write("refused_uint64", GRID.astype("<u8"))
write("refused_unicode", np.array(["a", "bc"]))
write("refused_date", np.array(["2020-01-01"], "M8[D]"))
write("refused_span", np.array([1], "m8[s]"))
write("refused_object", np.array([None], object))
write("refused_structured", np.array([(1, 2.0)], [("a", "<i4"), ("b", "<f8")]))
write("refused_extended", np.array([1], np.longdouble))
write("refused_void", np.zeros(2, "V7"))
