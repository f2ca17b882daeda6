"""Files that hold several arrays (MATLAB, HDF5, NumPy archives): which of them is the scene, and what belongs to it.

Nothing here depends on the format: each reader gives the arrays with their shapes, and a source for one of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Geo, Source
from hsigui.cube.empty_bands import checked_cube
from hsigui.cube.formats.arrays import (
    AmbiguousCube,
    ArrayInfo,
    axis_note,
    depth_of,
    is_solid,
    listed,
    require_solid,
    squeezed,
    told_axis,
)
from hsigui.cube.formats.axis_by_values import untold
from hsigui.cube.formats.candidates import FEW, Candidate, chosen, order
from hsigui.cube.formats.choice import ImportChoice, Layout, axes_in_words, layout_of
from hsigui.cube.wavelengths import Wavelengths, is_wavelength_unit, to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

WAVELENGTH_NAMES = {
    "wl", "wls", "wvl", "wave", "waves", "wavelength", "wavelengths", "lambda", "lambdas", "band_centers",
    "bandcenters", "centers", "center_wavelengths", "center_wavelength", "wavelength_nm", "wavelengths_nm",
    "wavelength_um", "band_centres", "centres", "central_wavelength", "central_wavelengths",
    "wavelength_3d", "wavenumber", "wavenumbers", "lambda_nm", "lambda_um", "centre_wavelength", "centre_wavelengths",
    "band_wavelength", "band_wavelengths",
}  # fmt: skip
WIDTH_NAMES = {"fwhm", "fwhms", "bandwidth", "bandwidths", "band_width"}
_GOOD_NAMES = {"bbl", "good_wavelengths", "good_bands", "goodbands"}
_ROW_NAMES = {"rows", "nrow", "nrows", "n_rows", "row", "lines", "nlines", "height", "h", "m"}
_COL_NAMES = {"cols", "ncol", "ncols", "n_cols", "col", "columns", "samples", "nsamples", "width", "w", "n"}
_SIZE_NAMES = {"imagesize", "image_size", "imgsize", "im_size", "sz", "size", "dims"}
_AXES_BY_BAND = {2: "rows,cols,bands", 0: "bands,rows,cols", 1: "rows,bands,cols"}
_MOST_SUGGESTIONS = 12


@dataclass(frozen=True)
class BandLists:
    """Lists with one entry a band that a file has for one of its arrays."""

    centers: tuple[float, ...]
    units: str = ""
    fwhm: tuple[float, ...] = ()
    bad: tuple[bool, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What a file says of one of its arrays."""

    nodata: float | None = None
    never_written: float | None = None  # no data, where neither the file nor its product names a value
    scale: float = 1.0
    offset: float = 0.0
    valid_range: tuple[float, float] | None = None
    gains: tuple[float, ...] = ()  # one a band, told and not applied, as the offsets
    offsets: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    lists: BandLists | None = None
    band_names: tuple[str, ...] = ()
    default_bands: tuple[int, ...] = ()  # from 0
    history: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where an array lies, and what is to be said of it."""

    geo: Geo = field(default_factory=Geo)
    notes: tuple[str, ...] = ()


@runtime_checkable
class Placing(Protocol):
    """A file that can say where its arrays lie."""

    def place(self, name: str, layout: Layout) -> Place:
        """Where an array lies whose rows and columns a layout names."""


@runtime_checkable
class Proposing(Protocol):
    """A file that is known to be some product, and so says which of its arrays is the scene."""

    product: str  # what it is distributed as

    def proposals(self) -> tuple[ImportChoice, ...]:
        """Ways to read it, the usual one first; none where it is no product."""

    def reading(self, name: str) -> ImportChoice | None:
        """How one of its arrays is read; None where the product says nothing of it."""


@runtime_checkable
class FarAway(Protocol):
    """A file that may lie on a server, and so looks at its scenes itself."""

    def checked(self, source: Source, info: CubeInfo) -> Cube | None:
        """The scene; None where it lies on this machine."""


class ArrayFile(Protocol):
    """A file of several arrays, opened but not read."""

    path: Path
    kind: str
    arrays: tuple[ArrayInfo, ...]
    other: tuple[str, ...]  # what is no numeric array, with its kind

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory; HsiError when it cannot be read. Its shape is the one that is listed, such as rows x
        cols x bands."""

    def source(self, name: str, layout: Layout) -> Source:
        """A source over one array; HsiError when it cannot be read."""

    def beside(self, name: str, bands: int) -> Beside:
        """What the file says of an array that has so many bands."""

    def unit(self, name: str) -> str:
        """The unit that the file names for an array; empty when it names none."""


def open_arrays(file: ArrayFile, variable: str | None, choice: ImportChoice | None) -> Cube:
    """The scene of a file.

    Args:
        variable: name of the array; None chooses by shape.
        choice: how an array becomes the scene; None guesses, with a note.

    Raises:
        AmbiguousCube: several arrays fit and none is named.
        HsiError: no array fits, or the choice does not fit its array.
    """
    notes: tuple[str, ...] = ()
    if choice is None:
        choice, notes = guess(file, variable)
    array = _named(file, variable or choice.variable)
    choice = replace(choice, variable=array.name)
    layout = layout_of(array.shape, choice)
    bands = layout.shape[2]
    beside = file.beside(array.name, bands)
    waves, waves_from, unit = _wavelengths(file, choice, bands, beside.lists)
    bad, bad_from = _bad_bands(file, choice, bands, beside.lists)
    place = file.place(array.name, layout) if isinstance(file, Placing) else Place()
    info = CubeInfo(
        wavelengths=waves.nm,
        fwhm=waves.fwhm,
        wavelength_units=unit,
        units_guessed=waves.guessed,
        band_names=beside.band_names if len(beside.band_names) == bands else (),
        bad_bands=bad,
        default_bands=beside.default_bands if all(0 <= band < bands for band in beside.default_bands) else (),
        nodata=beside.never_written if beside.nodata is None else beside.nodata,
        scale=beside.scale,
        offset=beside.offset,
        valid_range=beside.valid_range,
        gains=beside.gains,
        offsets=beside.offsets,
        geo=place.geo,
        axis_order=choice.axes,
        variable=array.name,
        product=file.product if isinstance(file, Proposing) else "",
        origins={k: v for k, v in (("wavelengths", waves_from if waves.nm else ""), ("bad_bands", bad_from)) if v},
        notes=(*notes, *beside.notes, *waves.notes, *(beside.lists.notes if beside.lists else ()), *place.notes),
        history=beside.history,
        metadata=beside.metadata,
    )
    source = file.source(array.name, layout)
    if isinstance(file, FarAway) and (cube := file.checked(source, info)) is not None:
        return cube
    return checked_cube(source, info, file.path.stem, file.path)


def guess(file: ArrayFile, variable: str | None = None) -> tuple[ImportChoice, tuple[str, ...]]:
    """What the file most likely means, with notes on what was guessed.

    Raises:
        AmbiguousCube: several arrays fit and `variable` is None.
        HsiError: no array fits.
    """
    own = file.proposals() if isinstance(file, Proposing) else ()
    if variable is not None:
        array = _named(file, variable)
        if isinstance(file, Proposing) and len(array.shape) == 3 and (known := file.reading(variable)):
            return known, ()
        if len(squeezed(array.shape)) == 2 and (flat := _flat_by_size(file, array)):
            return flat
        require_solid(array, file.arrays, file.path.name)
        return _as_cube(file, array)
    if own:
        return own[0], ()
    found = _candidates(file)
    if not found:
        _refuse(file)
    best = chosen(found, file.path.name)
    if not best.flat:
        return _as_cube(file, best.array)
    if flat := _flat_by_size(file, best.array):
        return flat
    # Its size is a guess: that is no reading to be taken unasked.
    raise AmbiguousCube(
        say("{file_name} holds several arrays that can be the scene", file_name=file.path.name),
        tuple(one.array for one in order(found)),
    )


def suggest(file: ArrayFile) -> tuple[ImportChoice, ...]:
    """Ways to read the file, the likeliest first; sizes of flattened arrays can be guesses."""
    own = file.proposals() if isinstance(file, Proposing) else ()
    ranked = order(_candidates(file))
    flats = [a for a in file.arrays if len(a.shape) == 2 and min(a.shape) > 1]
    flats.sort(key=lambda a: (depth_of(a.name), -math.prod(a.shape)))
    found = list(own)
    for one in ranked:
        if one.flat:
            found += _flat_choices(file, one.array, certain=True) or _flat_choices(file, one.array, certain=False)
            continue
        first = _band_axis(file, one.array)
        found += [ImportChoice(one.array.name, _AXES_BY_BAND[axis]) for axis in (first, *({2, 0, 1} - {first}))]
    found += [choice for a in flats for choice in _flat_choices(file, a, certain=True)]
    found += [choice for a in flats for choice in _flat_choices(file, a, certain=False)]
    return tuple(dict.fromkeys(found))[:_MOST_SUGGESTIONS]


def _as_cube(file: ArrayFile, array: ArrayInfo) -> tuple[ImportChoice, tuple[str, ...]]:
    if isinstance(file, Proposing) and (known := file.reading(array.name)):
        return known, ()
    axis = _told_axis(file, array)
    if axis is None:
        return ImportChoice(array.name, _AXES_BY_BAND[2]), untold(file, array)
    return ImportChoice(array.name, _AXES_BY_BAND[axis]), axis_note(squeezed(array.shape), axis)


def _candidates(file: ArrayFile) -> list[Candidate]:
    """All arrays that can be the scene: those of three axes, and flattened ones where none of these has many bands."""
    lengths = _list_lengths(file)
    solid = []
    for array in filter(is_solid, file.arrays):
        bands = squeezed(array.shape)[_band_axis(file, array)]
        solid.append(Candidate(array, bands, bands in lengths))
    most = max((one.bands for one in solid), default=0)
    if most > FEW:
        return solid
    sizes = {squeezed(one.array.shape)[0] * squeezed(one.array.shape)[1] for one in solid}
    return solid + [flat for a in file.arrays if (flat := _flat_candidate(file, a, sizes)) and flat.bands > most]


def _flat_candidate(file: ArrayFile, array: ArrayInfo, sizes: Collection[int]) -> Candidate | None:
    """A flattened array, where the file names its size, or where it has as many pixels as others have."""
    if len(array.shape) != 2 or min(array.shape) < 2:
        return None
    if choices := _flat_choices(file, array, certain=True):
        bands = array.shape[choices[0].axes.split(",").index("bands")]
    elif axis := [axis for axis in (0, 1) if array.shape[axis] in sizes]:
        bands = array.shape[1 - axis[0]]
    else:
        return None
    return Candidate(array, bands, bands in _list_lengths(file), flat=True)


def _list_lengths(file: ArrayFile) -> set[int]:
    """Lengths of the lists of wavelengths in a file."""
    return {vector_length(a) for a in file.arrays if _last(a.name) in WAVELENGTH_NAMES} - {0, 1}


def vector_length(array: ArrayInfo) -> int:
    """Entries of a one-dimensional array (MATLAB: 1 x n or n x 1), 0 for any other."""
    return max(array.shape) if array.shape and sum(n != 1 for n in array.shape) == 1 else 0


def _named(file: ArrayFile, name: str) -> ArrayInfo:
    if not name and len(file.arrays) == 1:
        return file.arrays[0]
    found = next((a for a in file.arrays if a.name == name), None)
    if found is None:
        raise HsiError(
            say("{name} holds no numeric array “{name2}”.", name=file.path.name, name2=name),
            say("Its arrays: {listed}.", listed=listed(file.arrays)),
        )
    return found


def _refuse(file: ArrayFile) -> NoReturn:
    if not file.other:
        raise HsiError(
            say(
                "{file_name} holds no scene: no numeric array of three dimensions. Arrays found: {listed}.",
                file_name=file.path.name,
                listed=listed(file.arrays),
            ),
            say("A scene is rows x columns x bands. If the file holds labels, open their scene first."),
        )
    arrays = say(" Its arrays: {listed}.", listed=listed(file.arrays)) if file.arrays else ""
    raise HsiError(
        say(
            "{name} holds no scene: no numeric array of three dimensions.{arrays} "
            "Also found, not readable as arrays: {other}.",
            name=file.path.name,
            arrays=arrays,
            other=", ".join(file.other[:6]),
        ),
        say("Save rows x columns x bands as a plain array of its own."),
    )


def _band_axis(file: ArrayFile, array: ArrayInfo) -> int:
    known = file.reading(array.name) if isinstance(file, Proposing) else None
    if known is not None and not known.is_flat and len(array.shape) == 3:
        return known.axes.split(",").index("bands")
    told = _told_axis(file, array)
    return 2 if told is None else told


def _told_axis(file: ArrayFile, array: ArrayInfo) -> int | None:
    """The axis that lists and planes beside an array, or its shape, tell to be the bands; None where they do not."""
    shape = squeezed(array.shape)
    planes = [a.shape for a in file.arrays if len(a.shape) == 2]
    return told_axis((shape[0], shape[1], shape[2]), _list_lengths(file), planes)


def _flat_by_size(file: ArrayFile, array: ArrayInfo) -> tuple[ImportChoice, tuple[str, ...]] | None:
    """A flattened scene, where the file itself gives the number of rows and columns."""
    for choice in _flat_choices(file, array, certain=True):
        size = " x ".join(map(str, array.shape))
        return choice, (
            say(
                "The array is {size}; it is read as {axes} of {rows} rows x "
                "{cols} columns, one column after the other.",
                size=size,
                axes=axes_in_words(choice.axes),
                rows=choice.rows,
                cols=choice.cols,
            ),
        )
    return None


def _flat_choices(file: ArrayFile, array: ArrayInfo, certain: bool) -> list[ImportChoice]:
    """Flattened readings of an array: by sizes that the file names, or by other hints."""
    if len(array.shape) != 2 or min(array.shape) < 2:
        return []
    sizes = named_sizes(file) if certain else _likely_sizes(file, array)
    found = []
    for axis, axes in ((1, "bands,pixels"), (0, "pixels,bands")):
        for rows, cols in sizes:
            if rows * cols == array.shape[axis]:
                orders = ("columns",) if certain else ("columns", "rows")
                found += [ImportChoice(array.name, axes, rows, cols, order) for order in orders]
    if not found and not certain:
        # Nothing speaks for a size: one column of pixels is right in any case.
        axis = int(array.shape[1] < array.shape[0]) ^ 1
        found = [ImportChoice(array.name, ("pixels,bands", "bands,pixels")[axis], array.shape[axis], 1)]
    lengths = _list_lengths(file)
    # The axis that has as many entries as there are wavelengths is the bands.
    return sorted(found, key=lambda c: array.shape[c.axes.split(",").index("bands")] not in lengths)


def named_sizes(file: ArrayFile) -> list[tuple[int, int]]:
    """Rows and columns of a scene by the numbers of a file that are called so ("nRow", "imagesize")."""
    rows = [_whole(file, a) for a in file.arrays if _last(a.name) in _ROW_NAMES and math.prod(a.shape) == 1]
    cols = [_whole(file, a) for a in file.arrays if _last(a.name) in _COL_NAMES and math.prod(a.shape) == 1]
    sizes = [(r, c) for r in rows for c in cols if r > 0 and c > 0]
    for array in file.arrays:
        if _last(array.name) in _SIZE_NAMES and math.prod(array.shape) in (2, 3):
            first, second, *_ = _numbers(file, array)
            if first >= 1 and second >= 1 and first == int(first) and second == int(second):
                sizes.append((int(first), int(second)))
    return sizes


def _likely_sizes(file: ArrayFile, array: ArrayInfo) -> list[tuple[int, int]]:
    """Sizes of other arrays (ground truth, abundances), and squares."""
    planes = [(a.shape[0], a.shape[1]) for a in file.arrays if len(a.shape) == 2 and min(a.shape) > 1 and a != array]
    solid = [(squeezed(a.shape)[0], squeezed(a.shape)[1]) for a in filter(is_solid, file.arrays)]
    roots = [math.isqrt(n) for n in array.shape]
    squares = [(r, r) for r, n in zip(roots, array.shape, strict=True) if r > 1 and r * r == n]
    return list(dict.fromkeys([*planes, *solid, *squares]))


def _whole(file: ArrayFile, array: ArrayInfo) -> int:
    value = _numbers(file, array)[0]
    return int(value) if math.isfinite(value) and value == int(value) else 0


def _last(name: str) -> str:
    return name.replace("/", ".").rsplit(".", 1)[-1].casefold()


def _around(name: str) -> str:
    return name.replace("/", ".").rpartition(".")[0]


def _find(file: ArrayFile, names: set[str], length: int, near: str) -> ArrayInfo | None:
    """A list with one of these names and this length, or one number for one band: beside the scene first, then the
    least nested."""
    fitting = [
        a for a in file.arrays if _last(a.name) in names and (vector_length(a) or math.prod(a.shape)) == length > 0
    ]
    return min(fitting, key=lambda a: (_around(a.name) != _around(near), depth_of(a.name)), default=None)


def _by_unit(file: ArrayFile, bands: int) -> ArrayInfo | None:
    """The only list of that length whose unit is one of wavelengths, whatever it is called but by a word for widths."""
    lists = [
        a for a in file.arrays if bands > 1 and vector_length(a) == bands and a.dtype.startswith(("f", "int", "u"))
    ]
    named = [
        a for a in lists if not re.search("width|fwhm|err|unc", _last(a.name)) and is_wavelength_unit(file.unit(a.name))
    ]
    return named[0] if len(named) == 1 else None


def _wavelengths(
    file: ArrayFile, choice: ImportChoice, bands: int, own: BandLists | None
) -> tuple[Wavelengths, str, str]:
    """Band centres, the name of the variable they come from, and the file's word for their unit."""
    if choice.wavelengths == "":
        return Wavelengths(), "", ""
    if choice.wavelengths is None and own is not None:
        return to_nm(own.centers, choice.units or own.units, own.fwhm), "", own.units
    if choice.wavelengths is None:
        found = _find(file, WAVELENGTH_NAMES, bands, choice.variable) or _by_unit(file, bands)
    else:
        found = _list_named(file, choice.wavelengths, bands)
    if found is None:
        return Wavelengths(), "", ""
    widths = _find(file, WIDTH_NAMES, bands, found.name)
    fwhm = [] if widths is None else _numbers(file, widths)
    unit = file.unit(found.name)
    return to_nm(_numbers(file, found), choice.units or unit, fwhm), found.name, unit


def _numbers(file: ArrayFile, array: ArrayInfo) -> list[float]:
    values = file.load(array.name).ravel()
    return [float(v) for v in (np.abs(values) if np.iscomplexobj(values) else values)]


def _bad_bands(
    file: ArrayFile, choice: ImportChoice, bands: int, own: BandLists | None
) -> tuple[tuple[bool, ...], str]:
    if choice.bad_bands == "":
        return (), ""
    if choice.bad_bands is None:
        if own is not None:
            return own.bad, ""
        found = _find(file, _GOOD_NAMES, bands, choice.variable)
    else:
        found = _list_named(file, choice.bad_bands, bands)
    if found is None:
        return (), ""
    good = np.array(_numbers(file, found))
    if not np.isin(good, (0, 1)).all() or not good.any():
        if choice.bad_bands is not None:
            raise HsiError(
                say("{found} is no list of 1 (good) and 0 (bad).", found=found), say("Choose another variable.")
            )
        return (), ""
    return tuple((good == 0).tolist()), found.name


def _list_named(file: ArrayFile, name: str, bands: int) -> ArrayInfo:
    array = _named(file, name)
    if math.prod(array.shape) != bands:
        raise HsiError(
            say("{array} has not one entry for each of the {bands} bands.", array=array, bands=bands),
            say("Choose another variable."),
        )
    return array
