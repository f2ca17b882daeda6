"""The scenes under folders, by their headers alone. Loads no torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hsigui.cube.formats.table import reader_of
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.methods import run_record
from hsigui.texts import say

LEAST_BANDS = 4  # fewer are a picture or a map


@dataclass(frozen=True)
class FoundScene:
    """A scene and what its header says.

    Attributes:
        files: that its samples lie in, and others of it.
        bands: good ones.
        stored: bytes of its samples, of all bands.
    """

    path: Path
    files: tuple[Path, ...]
    rows: int
    cols: int
    bands: int
    stored: int

    @property
    def pixels(self) -> int:
        """Rows times columns, those without data too."""
        return self.rows * self.cols


@dataclass(frozen=True)
class LeftOut:
    """A file that looks like a scene and is not reckoned with, and why."""

    path: Path
    why: str


def scenes_under(
    places: Iterable[Path], check: Callable[[], None] = lambda: None
) -> tuple[tuple[FoundScene, ...], tuple[LeftOut, ...]]:
    """The scenes among some files and under some folders, each once, by size from the largest; and what was left out.

    Files that no format of the program knows are passed over in silence, as are the folders of runs; a map, labels, or
    a file that cannot be read is told.

    Args:
        check: called between files; may raise to stop.

    Raises:
        HsiError: a place does not exist, or there is no scene in any of them.
    """
    given = [place.expanduser() for place in places]
    for place in given:
        if not place.exists():
            raise HsiError(say("{place} does not exist.", place=place), say("Check the name of the folder."))
    found, out, seen = list[FoundScene](), list[LeftOut](), set[Path]()
    for path, named in _candidates(given):
        check()
        try:
            row = reader_of(path)
            if row is None:
                if named:
                    out.append(LeftOut(path, say("No format of the program knows it.")))
                continue
            files = row.files_of(path)
            first = files[0].resolve()
            if first in seen:
                continue
            seen.update(each.resolve() for each in files)
            scene = _opened(path, files)
        except (HsiError, OSError) as error:
            out.append(LeftOut(path, error.message if isinstance(error, HsiError) else str(error)))
            continue
        if scene.bands < LEAST_BANDS:
            out.append(
                LeftOut(path, say("It has too few bands for a hyperspectral scene ({bands}).", bands=scene.bands))
            )
            continue
        found.append(scene)
    if not found:
        raise HsiError(
            say("There is no scene to plan for in {places}.", places=", ".join(map(str, given))),
            " ".join(f"{each.path.name}: {each.why}" for each in out[:3]) or say("Check the name of the folder."),
        )
    return tuple(sorted(found, key=lambda each: (-each.pixels, str(each.path)))), tuple(out)


def _opened(path: Path, files: tuple[Path, ...]) -> FoundScene:
    cube = open_cube(path, gaps=False)
    stored = cube.rows * cube.cols * cube.bands * cube.dtype.itemsize
    return FoundScene(path, files, cube.rows, cube.cols, len(cube.good_bands), stored)


def _candidates(given: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Files and folders that may be scenes, and whether each was named itself."""
    for place in given:
        if place.is_file() or _is_scene_folder(place):
            yield place, True
            continue
        for folder, folders, files in os.walk(place):
            here = Path(folder)
            if (here / run_record.SETTINGS).is_file():  # what a run keeps is no scene
                folders.clear()
                continue
            scenes = [name for name in sorted(folders) if _is_scene_folder(here / name)]
            yield from ((here / name, False) for name in scenes)
            folders[:] = sorted(name for name in folders if name not in scenes and not name.startswith("."))
            # Headers first: what stands beside one is told by its name.
            names = sorted(files, key=lambda name: (not name.endswith(".hdr"), name))
            yield from ((here / name, False) for name in names if not name.startswith("."))


def _is_scene_folder(path: Path) -> bool:
    """Whether a folder is itself a scene, as those of zarr are."""
    if not path.is_dir():
        return False
    row = reader_of(path)
    return row is not None and row.folders
