"""Samples in the order of a file, and a file that takes every write."""

from __future__ import annotations

import errno
import itertools

import numpy as np
import pytest

from hsigui.preparing import turned
from hsigui.preparing.turned import AXES, in_order
from hsigui.preparing.unfailing import UnfailingFile


@pytest.mark.parametrize("cached", [1, 40, 2**18])
@pytest.mark.parametrize("shape", [(4, 5, 6), (1, 7, 3), (9, 1, 2), (3, 4, 1), (1, 1, 1)])
def test_samples_stand_as_in_the_file_however_they_lay_in_memory(monkeypatch, shape, cached):
    monkeypatch.setattr(turned, "_CACHED_BYTES", cached)
    array = np.arange(np.prod(shape)).reshape(shape).astype(np.int16)
    for read, order, dtype in itertools.product(AXES.values(), AXES, ("<i2", ">i2", "<f4")):
        block = np.ascontiguousarray(array.transpose(read)).transpose(np.argsort(read))
        found = in_order(block, order, np.dtype(dtype))
        assert found.dtype == dtype
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, array.transpose(AXES[order]))
    assert np.shares_memory(in_order(array, "bip"), array)


def test_what_a_full_disk_does_not_take_is_read_back_all_the_same_and_told(tmp_path, monkeypatch):
    file = UnfailingFile(tmp_path / "x")
    file.write(b"0123456789")
    file.require_written()

    class Full:
        def __getattr__(self, name):
            return getattr(inner, name)

        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    inner = file._file
    monkeypatch.setattr(file, "_file", Full())
    file.seek(8)
    assert file.write(b"abcd") == 4
    file.seek(2)
    file.write(b"__")
    assert file.seek(0, 2) == 12
    file.seek(0)
    assert file.read(12) == b"01__4567abcd"
    with pytest.raises(OSError, match="No space left"):
        file.require_written()
    file.close()
