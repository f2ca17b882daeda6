import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.masked import MaskedCube


def test_masked_pixels_read_as_without_data_whatever_is_read():
    values = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    cube = Cube(ArraySource(values), CubeInfo(nodata=7), name="x")
    mask = np.zeros((3, 4), dtype=bool)
    mask[1, 2:] = True
    masked = MaskedCube(cube, mask)
    wanted = cube.read()
    wanted[mask] = np.nan
    np.testing.assert_array_equal(masked.read(), wanted)
    np.testing.assert_array_equal(masked.read(slice(1, 3), slice(1, 4), [0, 3]), wanted[1:3, 1:4, [0, 3]])
    np.testing.assert_array_equal(masked.band(2, step=2), wanted[::2, ::2, 2])
    assert np.isnan(masked.spectrum(1, 2)).all()
    np.testing.assert_array_equal(masked.valid_mask(), cube.valid_mask() & ~mask)
    renamed = masked.with_info(CubeInfo())
    assert np.isnan(renamed.spectrum(1, 3)).all()
    assert not np.isnan(cube.spectrum(1, 3)).any(), "the scene itself is as it was"


def test_a_mask_of_another_size_is_a_mistake():
    with pytest.raises(ValueError, match="a mask of"):
        MaskedCube(Cube(ArraySource(np.zeros((3, 4, 5)))), np.zeros((3, 3), dtype=bool))
