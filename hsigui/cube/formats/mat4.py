"""MATLAB files of version 4: full numeric matrices of two dimensions, one after the other.

Source: The MathWorks, "MAT-File Format" (R2019b), chapter 2.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np

from hsigui import stopping
from hsigui.cube.formats.mat5 import Damaged, Listing, StoredArray, StoredSamples, require_few
from hsigui.texts import say

_STORED = {0: "f8", 1: "f4", 2: "i4", 3: "i2", 4: "u2", 5: "u1"}
_HEAD = 20
_LONGEST_NAME = 4096


def looks_like_version_4(head: bytes) -> bool:
    """Whether the first four bytes are a type number of this version; later versions begin with a text."""
    return len(head) >= 4 and 0 in head[:4]


def list_arrays(path: Path) -> Listing:
    """Finds the arrays of a file.

    Raises:
        Damaged: the file is none of this kind, or damaged.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    arrays: list[StoredArray] = []
    other: list[str] = []
    with path.open("rb") as file:
        while (start := file.tell()) < size:
            stopping.check()
            require_few(len(arrays) + len(other))
            head = file.read(_HEAD)
            if len(head) < _HEAD:
                raise Damaged(say("the file ends within the head of a variable at byte {start}", start=start))
            order = "<" if struct.unpack("<i", head[:4])[0] in range(5000) else ">"
            mopt, rows, cols, complex_flag, name_length = struct.unpack(order + "5i", head)
            machine, zero, stored, kind = mopt // 1000, mopt // 100 % 10, mopt // 10 % 10, mopt % 10
            if machine not in (0, 1) or zero or stored not in _STORED or kind > 2 or mopt < 0:
                raise Damaged(say("the variable at byte {start} has the unknown type {mopt}", start=start, mopt=mopt))
            if min(rows, cols) < 0 or not 0 < name_length <= _LONGEST_NAME:
                raise Damaged(
                    say(
                        "the variable at byte {start} says that it is {rows} x {cols}",
                        start=start,
                        rows=rows,
                        cols=cols,
                    )
                )
            name = file.read(name_length).split(b"\0")[0].decode("latin-1")
            dtype = np.dtype(order + _STORED[stored])
            begin, length = file.tell(), rows * cols * dtype.itemsize
            parts = [StoredSamples(begin + n * length, dtype) for n in range(2 if complex_flag else 1)]
            end = begin + len(parts) * length
            if end > size:
                raise Damaged(
                    say(
                        "the array {name} of {rows} x {cols} ends at byte {end}, the file at {size}",
                        name=name,
                        rows=rows,
                        cols=cols,
                        end=end,
                        size=size,
                    )
                )
            if kind == 0:
                imaginary = parts[1] if complex_flag else None
                arrays.append(StoredArray(name, (rows, cols), dtype.newbyteorder("=").name, parts[0], imaginary))
            else:
                other.append(f"{name} ({'char' if kind == 1 else 'sparse'})")
            file.seek(end, os.SEEK_SET)
    if not arrays and not other:
        raise Damaged(say("it holds no variables"))
    return Listing(tuple(arrays), tuple(other))
