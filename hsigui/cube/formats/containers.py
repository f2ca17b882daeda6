"""Files that hold several arrays (MATLAB, HDF5, NumPy archives): which of them is the scene, and what belongs to it.

Nothing here depends on the format: each reader gives the arrays with their shapes, and a source for one of them.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import NoReturn

from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.empty_bands import checked_cube
from hsigui.cube.formats.array_file import ArrayFile, FarAway, Place, Placing, Proposing
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
from hsigui.cube.formats.choice import ImportChoice, axes_in_words, layout_of
from hsigui.cube.formats.lists_beside import (
    WAVELENGTH_NAMES,
    array_named,
    bad_bands_beside,
    last_name,
    numbers_of,
    vector_length,
    wavelengths_beside,
)
from hsigui.errors import HsiError
from hsigui.texts import say

_ROW_NAMES = {"rows", "nrow", "nrows", "n_rows", "row", "lines", "nlines", "height", "h", "m"}
_COL_NAMES = {"cols", "ncol", "ncols", "n_cols", "col", "columns", "samples", "nsamples", "width", "w", "n"}
_SIZE_NAMES = {"imagesize", "image_size", "imgsize", "im_size", "sz", "size", "dims"}
_AXES_BY_BAND = {2: "rows,cols,bands", 0: "bands,rows,cols", 1: "rows,bands,cols"}
_MOST_SUGGESTIONS = 12


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
    array = array_named(file, variable or choice.variable)
    choice = replace(choice, variable=array.name)
    layout = layout_of(array.shape, choice)
    bands = layout.shape[2]
    beside = file.beside(array.name, bands)
    waves, waves_from, unit = wavelengths_beside(file, choice, bands, beside.lists)
    bad, bad_from = bad_bands_beside(file, choice, bands, beside.lists)
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
        array = array_named(file, variable)
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
    return {vector_length(a) for a in file.arrays if last_name(a.name) in WAVELENGTH_NAMES} - {0, 1}


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
    rows = [_whole(file, a) for a in file.arrays if last_name(a.name) in _ROW_NAMES and math.prod(a.shape) == 1]
    cols = [_whole(file, a) for a in file.arrays if last_name(a.name) in _COL_NAMES and math.prod(a.shape) == 1]
    sizes = [(r, c) for r in rows for c in cols if r > 0 and c > 0]
    for array in file.arrays:
        if last_name(array.name) in _SIZE_NAMES and math.prod(array.shape) in (2, 3):
            first, second, *_ = numbers_of(file, array)
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
    value = numbers_of(file, array)[0]
    return int(value) if math.isfinite(value) and value == int(value) else 0
