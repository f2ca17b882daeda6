"""Scenes, their quality masks, spectral libraries and labels, read from files."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hsigui.api.given import PathLike
from hsigui.cube import outside
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.table import read_library as find_library
from hsigui.cube.open import ImportChoice, open_cube
from hsigui.cube.quality import quality_layers as find_quality_layers
from hsigui.cube.remote.opening import is_address, typed_address
from hsigui.cube.xarrays import cube_of, is_xarray
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes
from hsigui.labels.on_scene import read_for
from hsigui.pipeline import verbs
from hsigui.pipeline.manifest import Manifest
from hsigui.pipeline.manifest import read_manifest as find_manifest
from hsigui.pipeline.values import Labels
from hsigui.texts import say

if TYPE_CHECKING:
    import xarray

    from hsigui.cube.formats.products.quality_layers import QualityLayer

XarrayLike: TypeAlias = "xarray.DataArray | xarray.Dataset"


def open(
    path: PathLike | XarrayLike, *, variable: str | None = None, choice: ImportChoice | None = None,
    quality: Sequence[str] = (), outside_files: bool = False, scale: float | None = None,
    leave_out: Collection[int] = (), take_in: Collection[int] = (),
) -> Cube:  # fmt: skip
    """Opens a hyperspectral scene without loading more than it must.

    Args:
        path: an ENVI header or its data file, a MATLAB, HDF5, NetCDF, GeoTIFF or NumPy file, a zarr folder, or the
            address of a GeoTIFF or of zarr: "https://…" or "s3://…" (needs `hsigui[cloud]`). Or an array or dataset of
            xarray, with its axes in any order: what dask would compute is computed by windows, when they are wanted.
        variable: name of the array in a file that holds several.
        choice: how an array becomes the scene, where its axes are not to be guessed.
        quality: quality masks of a product, such as `["cloud", "cirrus"]`: pixels that one of them marks have no data.
            `quality_layers(path)` names those that are there.
        outside_files: reads also what the file names outside its own folder (virtual rasters, HDF5), now and later:
            only for files that you trust.
        scale: what stored values are divided by, in place of the file's own scale factor.
        leave_out: numbers of bands, from 0, that are not used, besides those that the file marks bad.
        take_in: numbers of bands, from 0, that are used although the file marks them bad, or no pixel has a value in
            them.

    Returns:
        A `Cube`: `cube.shape` is (rows, cols, bands), `cube.read()` its values as float32 (NaN: no data),
        `cube.spectrum(row, col)` one spectrum, `cube.wavelengths` in nanometres where they are known.

    Raises:
        HsiError: the file cannot be read, holds no scene, or has no such band; `AmbiguousCube`, one of them, lists
            arrays that fit.
    """
    if isinstance(path, str | Path):
        if outside_files:
            outside.allow(Path(path).expanduser())
        found = typed_address(str(path)) if is_address(path) else path
        cube = open_cube(found, variable=variable, choice=choice, quality=quality, leave_out=leave_out, take_in=take_in)
    else:
        _require_xarray(path, quality)
        cube = cube_of(path, variable=variable, choice=choice, leave_out=leave_out, take_in=take_in)
    if scale is None:
        return cube
    origins = {**cube.info.origins, "scale": repr(scale)}
    return cube.with_info(dataclasses.replace(cube.info, origins=origins, scale=scale))


def _require_xarray(given: object, quality: Sequence[str]) -> None:
    if not is_xarray(given):
        raise HsiError(
            say("A scene cannot be opened from a {kind}.", kind=type(given).__name__),
            say('Give a path, or an array of xarray: xarray.DataArray(values, dims=("y", "x", "band")).'),
        )
    if quality:
        raise HsiError(
            say("Quality masks are of files, not of arrays."), say("Give the mask to pretrain, embed or classify.")
        )


def quality_layers(path: PathLike) -> tuple[QualityLayer, ...]:
    """The quality masks that a product brings along, in its file or beside it: `name` for `open`, `title`, `file`.

    Raises:
        HsiError: the file is missing or damaged.
    """
    return find_quality_layers(path)


def read_library(path: PathLike) -> SpectralLibrary:
    """Opens a spectral library: ENVI (.sli), USGS splib07, ECOSTRESS or ASTER text, EnMAP-Box GeoPackage, a table as
    CSV, or a folder of files of one spectrum each.

    Returns:
        `names`, `values` (spectra x bands, float32, NaN for no value), `wavelengths` in nm, `columns` with what is said
        of each spectrum; `taken([0, 3])` is some of them, `resampled_to(cube)` all at the bands of a scene.

    Raises:
        HsiError: the file is missing or damaged, or holds no spectra.
    """
    return find_library(path)


def read_manifest(path: PathLike) -> Manifest:
    """Reads a list of scenes, such as `pretrain` takes: .txt with a path or pattern a line, .csv or .json with `path`
    and, where they are wanted, `weight`, `mask` and `labels`. Paths are relative to the folder of the list.

    Returns:
        A `Manifest`: `entries` with `path`, `weight`, `mask`, `labels` and `line`; `open()` gives a `Cube` for each, of
        which only the header is read.

    Raises:
        HsiError: it cannot be read, names no scene or one twice, or has lines that mean nothing: all are told.
    """
    return find_manifest(path)


def read_labels(
    path: PathLike,
    cube: Cube | None = None,
    *,
    variable: str | None = None,
    background: str | float | None = None,
    buffer: str | float | None = None,
) -> Labels:
    """Reads class numbers of pixels: ground truth, training labels, or a map.

    Args:
        path: a GeoTIFF, ENVI, MATLAB, NumPy, HDF5 or PNG file, ENVI ROIs, shapes (GeoPackage, GeoJSON, Shapefile), CSV,
            or labels of ilastik, labelme, CVAT, Roboflow (COCO) or the Semi-Automatic Classification Plugin.
        cube: the scene, onto whose pixels shapes and tables are brought, and which rasters must fit; of several arrays
            in a file the only one of its size is taken.
        variable: name of the array (layer, field), where several fit.
        background: numbers of a raster that mean no label: 255, "-1,0", or "none" where each number is a class; None
            for what the file and its numbers say, which is in `notes`. Where 0 is a class, class numbers are one higher
            than in the file.
        buffer: distance within which points and lines label: 3 pixels, or "10m"; None for the pixels that they touch.

    Returns:
        `Labels`: `array` is rows x cols uint16, `classes` the table of numbers, names and colours.

    Raises:
        HsiError: the file cannot be read or holds no classes, or it lies on other pixels than the scene.
    """
    from hsigui.pipeline import split

    path = Path(path).expanduser()
    if cube is None:
        raster = read_classes(path, variable=variable, background=background, buffer=buffer)
    else:
        raster = verbs.on_scene(read_for(path, cube, variable, background, buffer), cube, say("labels"))
    drawn = split.load(path, raster.array)
    return dataclasses.replace(Labels.of(raster), path=path, drawn=drawn, variable=variable or raster.variable)
