"""The files that the pages of the help speak of, small: scenes, labels, libraries, polygons, flight lines, runs.

`SmallWorld(folder).make(names)` makes those of some names, and what they are made from.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pyogrio

import hsigui
from hsigui.cli import run as main
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.writing import write_library
from tests.preparing.raw_lab_scene import write_raw_lab_scene

SHORT = ("--epochs", "3", "--device", "cpu")  # what makes a training one for tests


class SmallWorld:
    """Files in a folder.

    Args:
        side: rows and columns of scenes.
    """

    def __init__(self, folder: Path, side: int = 64) -> None:
        self.folder, self.side = folder, side

    def make(self, names: Iterable[str]) -> None:
        """Makes what is of these names, where it is not there yet.

        Raises:
            KeyError: it is not known how one is made.
        """
        for name in names:
            if not (self.folder / name).exists():
                MAKERS[name](self, name)

    def scene(self, name: str, seed: int = 0, rows: slice = slice(None), bands: slice = slice(None)) -> None:
        """A demo scene, or some of its rows and bands."""
        scratch = self.folder / "made" / f"{Path(name).stem}-{seed}"
        written, _ = hsigui.write_demo(scratch, seed=seed, rows=self.side, cols=self.side)
        cube = hsigui.open(written)
        first, last, _ = rows.indices(cube.rows)
        from_, to, _ = bands.indices(cube.bands)
        part = hsigui.prepare(cube, hsigui.Crop(rows=(first, last)), hsigui.Bands((f"{from_ + 1}-{to}",)))
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        hsigui.save_cube(part, path)

    def truth(self, name: str, seed: int = 0) -> None:
        """The ground truth of the demo scene."""
        scratch = self.folder / "made" / f"truth-{seed}"
        _, written = hsigui.write_demo(scratch, seed=seed, rows=self.side, cols=self.side)
        self.make(["scene.hdr"])
        hsigui.save(hsigui.read_labels(written, hsigui.open(self.folder / "scene.hdr")), self.folder / name)

    def labels(self, name: str) -> None:
        """Five labels of each class of the ground truth, and the others."""
        self.make(["truth.tif"])
        split = hsigui.sample(hsigui.read_labels(self.folder / "truth.tif"), per_class=5, seed=0)
        for here, what in (("labels.tif", split.train), ("labels.gpkg", split.train), ("test.tif", split.test)):
            hsigui.save(what, self.folder / here)

    def polygons(self, name: str) -> None:
        """Squares inside the fields of the ground truth, with the class in a field of the name `class`."""
        self.make(["truth.tif"])
        cube = hsigui.open(self.folder / "scene.hdr")
        truth = hsigui.read_labels(self.folder / "truth.tif", cube)
        names = {info.number: info.name for info in truth.classes}
        shapes, classes = [], []
        for row in range(0, cube.rows - 2, 3):
            for col in range(0, cube.cols - 2, 3):
                found = np.unique(truth.array[row : row + 2, col : col + 2])
                if len(found) == 1 and found[0]:
                    around = ((row, col), (row, col + 2), (row + 2, col + 2), (row + 2, col), (row, col))
                    shapes.append(_wkb([cube.geo.to_map(*corner) for corner in around]))
                    classes.append(names[int(found[0])])
        text = np.array(classes, dtype=object)
        fields = ["class"] if name == "fields.gpkg" else ["parcel"] if name == "parcels.gpkg" else ["name"]
        if name == "panels.gpkg":
            text[:] = "grey"
        pyogrio.raw.write(
            self.folder / name, np.array(shapes, dtype=object), [text], fields, crs=cube.geo.crs_wkt,
            geometry_type="Polygon", driver="GPKG",
        )  # fmt: skip

    def library(self, name: str) -> None:
        """The mean spectra of classes, under the names of minerals and surfaces."""
        self.make(["truth.tif"])
        cube = hsigui.open(self.folder / "scene.hdr")
        truth = hsigui.read_labels(self.folder / "truth.tif", cube)
        values = cube.read()
        numbers = [info.number for info in truth.classes if (truth.array == info.number).any()][:4]
        means = np.stack([np.nanmean(values[truth.array == number], axis=0) for number in numbers]).astype(np.float32)
        called = ("kaolinite", "alunite", "Kaolinite", "Alunite")[: len(numbers)]
        kinds = {"Class": tuple(word.lower() for word in called)}
        wavelengths = np.array(cube.info.wavelengths)
        made = SpectralLibrary(self.folder / name, called, np.nan_to_num(means), wavelengths, columns=kinds)
        if name.endswith(".csv"):  # one that was measured in the field
            made = made.taken([0])
        write_library(made, self.folder / name)

    def layer(self, name: str) -> None:
        """An index of the scene, called as the file is."""
        self.make(["scene.hdr"])
        hsigui.save(hsigui.derive(hsigui.open(self.folder / "scene.hdr"), Path(name).stem), self.folder / name)

    def raw(self, name: str) -> None:
        """Counts of a lab camera with their references; and labels of the scene that is made of them."""
        made = write_raw_lab_scene(self.folder / "made" / name, Path(name).stem, self.side, self.side, 40)
        for path in made.raw.parent.iterdir():
            shutil.copy(path, self.folder / path.name)

    def trained(self, name: str) -> None:
        """A run whose training was short, with its classifier, and a map of it."""
        self.make(["scene.hdr", "labels.tif"])
        here = {key: str(self.folder / key) for key in ("scene.hdr", "labels.tif", "run", "map.tif", "confidence.tif")}
        _done(["pretrain", here["scene.hdr"], "--out", here["run"], *SHORT])
        words = ["--run", here["run"], "--labels", here["labels.tif"], "--out", here["map.tif"]]
        _done(["classify", here["scene.hdr"], *words, "--confidence", here["confidence.tif"], "--device", "cpu"])


def _wkb(ring: list[tuple[float, float]]) -> bytes:
    """A polygon of one ring, as databases hold it."""
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + b"".join(struct.pack("<dd", *point) for point in ring)


def _done(words: list[str]) -> None:
    if code := main(words):
        raise AssertionError(f"{words} ended with {code}")


def _line(number: int) -> Callable[[SmallWorld, str], None]:
    return lambda world, name: world.scene(name, number)


MAKERS: Mapping[str, Callable[[SmallWorld, str], None]] = {
    **{name: _line(0) for name in ("scene.hdr", "flight.hdr", "A.hdr", "flights/line1.hdr", "line1.dat")},
    **{name: _line(1) for name in ("other.hdr", "B.hdr", "flights/line2.hdr", "line2.dat")},
    **{name: _line(2) for name in ("C.hdr", "D.hdr", "line3.dat")},
    "vnir.hdr": lambda world, name: world.scene(name, bands=slice(0, 40)),
    "swir.hdr": lambda world, name: world.scene(name, bands=slice(40, None)),
    "truth.tif": SmallWorld.truth,
    **dict.fromkeys(("labels.tif", "labels.gpkg", "test.tif"), SmallWorld.labels),
    **dict.fromkeys(("fields.gpkg", "parcels.gpkg", "lake.gpkg"), SmallWorld.polygons),
    **dict.fromkeys(("minerals.sli", "surfaces.sli"), SmallWorld.library),
    **dict.fromkeys(("raw.hdr", "raw2.hdr"), SmallWorld.raw),
    **dict.fromkeys(("run", "map.tif", "confidence.tif"), SmallWorld.trained),
    "ndvi.tif": SmallWorld.layer,
    "panels.gpkg": SmallWorld.polygons,
    "grey.csv": SmallWorld.library,
}
