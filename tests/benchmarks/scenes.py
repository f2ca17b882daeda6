"""The scenes of the benchmarks with their ground truth, by name: files of the folder HSIGUI_DATA, and simulated ones.

`demo` is the embedded scene; `demo:plots`, `demo:trees:noise2`, `demo:mixed:white0.05:seed1:64px` and so on are the
others of its family (land, noise, white noise, seed, size; in this order, each may be left out).
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import scipy.io

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.demo import simulate
from hsigui.cube.demo_spec import FIELDS, DemoSpec
from hsigui.cube.open import open_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline.study.plan import StudyTruth

FILES = {
    "indian_pines": ("indian_pines/IP_200_M.mat", "indian_pines/Indian_pines_gt.mat"),
    "salinas_a": ("salinas_a/SalinasA_corrected.mat", "salinas_a/SalinasA_gt.mat"),
    "pavia": ("pavia_university/paviaU_subimg.mat", "pavia_university/paviaU_subimg_gt.mat"),
}
NAMES = (*FILES, "jasper", "demo", *(f"demo:{land}" for land in FIELDS))
PURE = 0.7  # abundance above which a pixel of Jasper Ridge counts as one class


def load(name: str) -> tuple[Cube, StudyTruth]:
    """A scene and what is known of it.

    Raises:
        SystemExit: there is no such scene.
        HsiError: its files cannot be read, or there is no such simulated scene.
    """
    demo = DemoSpec.named(name)
    if demo is not None:
        scene = simulate(demo)
        return scene.cube, _truth(scene.cube, scene.truth, ClassTable(tuple(ClassInfo(*c) for c in scene.classes)))
    if name == "jasper":
        return _jasper()
    if name not in FILES:
        raise SystemExit(f"There is no scene {name}; choose of {', '.join(NAMES)}.")
    cube, truth = (data_folder() / path for path in FILES[name])
    opened, labelled = open_cube(cube), read_classes(truth)
    return opened, _truth(opened, labelled.array, labelled.classes)


def data_folder() -> Path:
    return Path(os.environ.get("HSIGUI_DATA") or Path(__file__).parents[3] / "shared" / "data")


def _jasper() -> tuple[Cube, StudyTruth]:
    """Jasper Ridge: bands x pixels, pixels by columns, and abundances instead of labels."""
    held = scipy.io.loadmat(data_folder() / "jasper_ridge" / "jasperRidge2_R198.mat")
    rows, cols = int(held["nRow"].item()), int(held["nCol"].item())
    values = held["Y"].reshape(-1, rows, cols, order="F").transpose(1, 2, 0).astype(np.float32)
    shares = held["A"].reshape(-1, rows, cols, order="F")
    truth = np.where(shares.max(axis=0) > PURE, shares.argmax(axis=0) + 1, 0).astype(np.uint16)
    names = [str(name.item()).strip("#123456789 ") for name in held["cood"].ravel()]
    plain = ClassTable.for_numbers(range(1, len(names) + 1))
    classes = ClassTable(tuple(ClassInfo(c.number, n, c.color) for c, n in zip(plain, names, strict=True)))
    cube = Cube(ArraySource(np.ascontiguousarray(values)), CubeInfo(), name="jasper-ridge")
    return cube, _truth(cube, truth, classes)


def _truth(cube: Cube, truth: np.ndarray, classes: ClassTable) -> StudyTruth:
    return StudyTruth(truth, classes, cube.valid_mask())
