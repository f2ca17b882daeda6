"""The files that the pages of the help speak of, small: scenes, labels, libraries, polygons, flight lines, runs.

`SmallWorld(folder).make(names)` makes those of some names, and what they are made from.
"""

from __future__ import annotations

import contextlib
import shutil
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio

import hsigui
from hsigui.cli import run as main
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.writing import write_library
from tests.commands.projects import write_project
from tests.preparing.raw_lab_scene import write_raw_lab_scene

SHORT = ("--epochs", "3", "--device", "cpu")  # what makes a training one for tests
TEXTS = {
    "scenes.csv": "path\nA.hdr\nB.hdr\nC.hdr\n",
    "suite.toml": """[study]
methods = ["sid"]
labels = [3]
draws = 2

[[scene]]
name = "Files"
cube = "scene.hdr"
truth = "truth.tif"

[[scene]]
name = "Simulated"
demo = { seed = 1, size = "64x64" }
""",
    "targets.csv": """rows,cols,polygons,reflectance,spectrum
10:20,30:40,,0.05,
,,"panels.gpkg,name=grey",field.csv,grey panel
""",
}


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
        for here in ("labels.tif", "labels.gpkg", "part.gpkg", "targets.tif"):
            hsigui.save(split.train, self.folder / here)
        hsigui.save(split.test, self.folder / "test.tif")

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
        fields = [{"fields.gpkg": "class", "polygons.gpkg": "class", "parcels.gpkg": "parcel"}.get(name, "name")]
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
            made = replace(made.taken([0]), names=("grey panel",))
        write_library(made, self.folder / name)

    def layer(self, name: str) -> None:
        """An index of the scene, called as the file is."""
        self.make(["scene.hdr"])
        hsigui.save(hsigui.derive(hsigui.open(self.folder / "scene.hdr"), Path(name).stem), self.folder / name)

    def single_bands(self, names: Iterable[str], name: str) -> None:
        """Files of one band each, in the folder of a name, or the one that has the name itself."""
        self.make(["scene.hdr"])
        cube = hsigui.open(self.folder / "scene.hdr")
        for number, file in enumerate(names, 1):
            path = self.folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            hsigui.save_cube(hsigui.prepare(cube, hsigui.Bands((f"{10 * number}",))), path)

    def text(self, name: str) -> None:
        """A table or a list, and the files that it names."""
        if name == "targets.csv":
            self.make(["grey.csv", "field.csv", "panels.gpkg"])
        (self.folder / name).write_text(TEXTS[name], encoding="utf-8")

    def study(self, name: str, method: str) -> None:
        """A study of one method."""
        self.make(["scene.hdr", "truth.tif"])
        words = ["--truth", str(self.folder / "truth.tif"), "--methods", method, "--labels", "3", "--draws", "2"]
        _done(["study", str(self.folder / "scene.hdr"), *words, "--out", str(self.folder / name)])

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

    def maps(self, name: str) -> None:
        """What the tasks of a job leave: maps of the flight lines, and their table."""
        self.make(["run", "flights/line1.hdr", "flights/line2.hdr"])
        with contextlib.chdir(self.folder):
            _done(["classify", "flights/*.hdr", "--run", "run", "--out-dir", name, "--device", "cpu"])


def _wkb(ring: list[tuple[float, float]]) -> bytes:
    """A polygon of one ring, as databases hold it."""
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + b"".join(struct.pack("<dd", *point) for point in ring)


def _done(words: list[str]) -> None:
    if code := main(words):
        raise AssertionError(f"{words} ended with {code}")


def _line(number: int) -> Callable[[SmallWorld, str], None]:
    return lambda world, name: world.scene(name, number)


def _strip(number: int) -> Callable[[SmallWorld, str], None]:
    """One of three flight lines, each of which overlaps the next."""
    return lambda world, name: world.scene(name, rows=slice(world.side * number // 4, world.side * (number + 2) // 4))


def _folder(*names: str) -> Callable[[SmallWorld, str], None]:
    return lambda world, name: world.single_bands(names, name)


MAKERS: Mapping[str, Callable[[SmallWorld, str], None]] = {
    **{name: _line(0) for name in ("scene.hdr", "flight.hdr", "A.hdr", "flights/line1.hdr")},
    **{name: _line(1) for name in ("other.hdr", "B.hdr", "flights/line2.hdr")},
    **{name: _line(2) for name in ("C.hdr", "D.hdr")},
    **{f"line{number + 1}.dat": _strip(number) for number in range(3)},
    "vnir.hdr": lambda world, name: world.scene(name, bands=slice(0, 40)),
    "swir.hdr": lambda world, name: world.scene(name, bands=slice(40, None)),
    "truth.tif": SmallWorld.truth,
    **dict.fromkeys(("labels.tif", "labels.gpkg", "part.gpkg", "targets.tif", "test.tif"), SmallWorld.labels),
    **dict.fromkeys(("fields.gpkg", "parcels.gpkg", "lake.gpkg", "polygons.gpkg", "panels.gpkg"), SmallWorld.polygons),
    **dict.fromkeys(("minerals.sli", "minerals.gpkg", "surfaces.sli", "grey.csv", "field.csv"), SmallWorld.library),
    **dict.fromkeys(("raw.hdr", "raw2.hdr"), SmallWorld.raw),
    **dict.fromkeys(("run", "map.tif", "confidence.tif"), SmallWorld.trained),
    "maps": SmallWorld.maps,
    **dict.fromkeys(TEXTS, SmallWorld.text),
    **{f"B0{number}.tif": lambda world, name: world.single_bands([""], name) for number in (2, 3, 4)},
    "LC09_L2SP_193023_20220101_20220103_02_T1": _folder(
        *(f"LC09_L2SP_193023_20220101_20220103_02_T1_SR_B{number}.TIF" for number in (2, 3, 4)),
    ),
    "S2B_T32UQD/IMG_DATA": _folder(*(f"T32UQD_20220101T101231_B0{number}.tif" for number in (2, 3, 4))),
    "study-a": lambda world, name: world.study(name, "sid"),
    "study-b": lambda world, name: world.study(name, "sam"),
    "fields.hsigui": lambda world, name: write_project(world.folder / name),
    "ndvi.tif": SmallWorld.layer,
}
