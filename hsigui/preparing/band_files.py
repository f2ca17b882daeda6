"""Folders that hold a file for each band, as the archives of Sentinel-2 and Landsat deliver scenes; stacks of dates.

How satellites name their files stands in resources/band_files.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from hsigui.assets import resource
from hsigui.cube.cube import Cube
from hsigui.cube.formats.table import reader_of
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.texts import say

# What lies beside the bands and is none: classes, quality, angles, previews.
_NO_BANDS = re.compile(
    r"(?:.*[_.])?(?:SCL|AOT|WVP|TCI|PVI|CLD|SNW|BQA|Fmask|QA|QA_PIXEL|QA_RADSAT|(?:SR_)?QA_AEROSOL|SR_(?:CLOUD|ATMOS)\w*"
    r"|[VS][AZ]A|MSK_\w+|ST_(?:ATRAN|CDIST|DRAD|EMIS|EMSD|QA|TRAD|URAD))(?:_\d{2}m)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)")
_NAMED = 5  # files that a sentence names


@dataclass(frozen=True)
class Satellite:
    """How a satellite's files are named.

    Attributes:
        file: a regular expression for the name without its ending; its group `band` is a key of `bands`.
        bands: centre and width in nm by name.
    """

    name: str
    file: re.Pattern[str]
    bands: dict[str, tuple[float, float]]


@cache
def satellites() -> tuple[Satellite, ...]:
    """The satellites of the data file, in its order."""
    data = json.loads(resource("band_files.json").read_text(encoding="utf-8"))
    return tuple(
        Satellite(
            row["name"], re.compile(row["file"], re.IGNORECASE), {b: (c, w) for b, (c, w) in row["bands"].items()}
        )
        for row in data["satellites"]
    )


def is_folder_of_bands(path: Path) -> bool:
    """Whether a path is a folder, and of no format that is one."""
    return path.is_dir() and reader_of(path) is None


def open_bands(folder: Path, opened: Callable[[Path], Cube] = open_cube, but: Collection[Path] = ()) -> list[Cube]:
    """The files of a folder that hold one band each, as cubes in natural order (B2 before B10), with names that tell
    them apart, and wavelengths where all are of satellites that are known. What was left out is in the notes of the
    first.

    Args:
        opened: opens a file.
        but: files that are not looked at.

    Raises:
        HsiError: it holds none, or one cannot be read.
    """
    files, left = _files(folder, {path.resolve() for path in but})
    cubes = []
    for path in files:
        cube = opened(path)
        if cube.bands == 1:
            cubes.append(cube)
        else:
            left.append(path)
    if not cubes:
        raise HsiError(
            say("{name} holds no file of a single band that can be read.", name=folder.name or str(folder)),
            say("Name a folder with one file a band, such as B02.tif and B03.tif, or the scene's file itself."),
        )
    notes = [] if not left else [say("Left out, as they are no single bands: {names}.", names=_listed(left))]
    made, told = _named(cubes, [cube.path or Path(cube.name) for cube in cubes])
    first = made[0].info
    return [made[0].with_info(replace(first, notes=(*first.notes, *notes, *told))), *made[1:]]


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which names are sorted as people do: numbers by their value."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part)


def _files(folder: Path, but: Collection[Path]) -> tuple[list[Path], list[Path]]:
    """Rasters of a folder in natural order, and those that are known to be no bands."""
    try:
        names = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: natural(path.name))
    except OSError as error:
        raise HsiError(
            say("{name} cannot be read: {reason}.", name=folder, reason=error.strerror or error),
            say("Check the rights of the folder."),
        ) from error
    found: dict[Path, None] = {}
    left = []
    for path in names:
        row = None if path.name.startswith(".") or path.resolve() in but else reader_of(path)
        if row is None or row.arrays is not None:
            continue
        if _NO_BANDS.fullmatch(path.stem):
            left.append(path)
        else:
            found[row.files_of(path)[0]] = None  # a header and its data are one
    return list(found), left


def _named(cubes: Sequence[Cube], paths: Sequence[Path]) -> tuple[list[Cube], tuple[str, ...]]:
    """Single bands with names of their own, and wavelengths where those of all are known."""
    known = [_band_of(path.stem) for path in paths]
    dates = [found.group(1) if (found := _DATE.search(path.stem)) else "" for path in paths]
    several = len({date for date in dates if date}) > 1
    names = []
    for cube, path, band, date in zip(cubes, paths, known, dates, strict=True):
        own = band[1] if band is not None else path.stem if several else (cube.info.band_names or (path.stem,))[0]
        names.append(f"{date} {own}" if several and band is not None else own)
    if len(set(names)) < len(names):
        names = [path.stem for path in paths]
    waves = [band[0].bands[band[1]] for band in known if band is not None]
    bare = not any(cube.info.wavelengths for cube in cubes)
    all_known = bare and len(waves) == len(cubes)
    made = []
    for n, (cube, name) in enumerate(zip(cubes, names, strict=True)):
        info = replace(cube.info, band_names=(name,))
        if all_known:
            centre, width = waves[n]
            info = replace(info, wavelengths=(centre,), fwhm=(width,), wavelength_units="nm")
        made.append(cube.with_info(info))
    if not all_known:
        return made, ()
    whose = ", ".join(dict.fromkeys(band[0].name for band in known if band is not None))
    return made, (say("Wavelengths are those of {name}, by the names of the files.", name=whose),)


def _band_of(stem: str) -> tuple[Satellite, str] | None:
    """The satellite and the band that a file is named for; None for none known."""
    for satellite in satellites():
        found = satellite.file.fullmatch(stem)
        if found is not None and found.group("band").upper() in satellite.bands:
            return satellite, found.group("band").upper()
    return None


def _listed(paths: Sequence[Path]) -> str:
    names = [path.name for path in paths[:_NAMED]]
    return ", ".join(names) + (f", … ({len(paths)})" if len(paths) > _NAMED else "")
