"""What a project file holds of a scene as files: rasters of classes, tables, and all the rest as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.commands.console import tell
from hsigui.commands.project_about import all_about_scene, sample_of
from hsigui.cube.open import open_cube
from hsigui.labels.formats.class_tables import write_table
from hsigui.labels.formats.files import write_classes
from hsigui.pipeline import split
from hsigui.report.spectra_csv import spectra_csv
from hsigui.saving import written_beside
from hsigui.storage import imports
from hsigui.storage.kept_scene import KeptScene
from hsigui.storage.named import find_scene
from hsigui.texts import say

SCENE = "scene.json"
Write = Callable[[Path], list[Path]]


def parts_of(scene: KeptScene, project: Path) -> dict[str, Write]:
    """What is to be written of a scene beside its facts, by the names of the files. Each writes into the path that it
    is given, and gives back all files that it wrote."""
    state = scene.state
    parts: dict[str, Write] = {"labels.tif": partial(_write_labels, scene)}
    if scene.validation.any():
        parts["labels-validation.tif"] = partial(_write_raster, scene, scene.validation)
    if state.truth is not None:
        parts["ground-truth.tif"] = partial(_write_raster, scene, state.truth.array)
    if state.map is not None:
        parts["map-labels.tif"] = partial(_write_raster, scene, state.map.trained_on)
    if scene.classes:
        parts["classes.csv"] = partial(_write_classes, scene)
    if state.spectra:
        parts["spectra.csv"] = partial(_write_spectra, scene, project)
    return parts


def write_scene(folder: Path, scene: KeptScene, project: Path) -> list[str]:
    """Writes what there is of a scene into a folder of its own; gives back the names of the files.

    Raises:
        HsiError: the folder cannot be written to, or the scene's coordinate system is not understood.
    """
    files = [path.name for file, write in parts_of(scene, project).items() for path in write(folder / file)]
    files.append(SCENE)
    write_json(folder / SCENE, "hsigui-project-scene", {**all_about_scene(scene), "files": files})
    return files


def _write_raster(scene: KeptScene, array: NDArray[np.uint16], path: Path) -> list[Path]:
    return write_classes(path, array, scene.classes, scene.facts.geo)


def _write_labels(scene: KeptScene, path: Path) -> list[Path]:
    """With the record of the draw, as long as the labels are what was drawn."""
    sample = sample_of(scene)
    record = [] if sample is None else split.save_beside(sample.record, path, scene.labels)
    return [*_write_raster(scene, scene.labels, path), *record]


def _write_classes(scene: KeptScene, path: Path) -> list[Path]:
    return write_table(path, scene.classes)


def _write_spectra(scene: KeptScene, project: Path, path: Path) -> list[Path]:
    curves = [(spectrum.label, spectrum.values) for spectrum in scene.state.spectra]
    bands = max(len(values) for _, values in curves)
    padded = [(name, np.append(values, np.full(bands - len(values), np.nan, np.float32))) for name, values in curves]
    nm = _wavelengths(scene, project)
    return _write(path, spectra_csv(padded, bands, nm if nm is not None and len(nm) == bands else None))


def _wavelengths(scene: KeptScene, project: Path) -> Sequence[float] | NDArray[np.float64] | None:
    """In nm: those that the user gave the scene, else those of its file, which the project does not hold."""
    if scene.imported.bands.wavelengths is not None:
        return scene.imported.bands.wavelengths
    place = find_scene(scene.facts, project, scene.imported.choice)
    if place.path is None or not place.same:
        tell(say("{name}: its file is not there, so the spectra are without wavelengths", name=scene.facts.name))
        return None
    choice = scene.imported.choice or imports.recall(place.path)
    return open_cube(place.path, choice=choice, gaps=False).wavelengths


def write_json(path: Path, form: str, values: dict[str, Any]) -> None:
    """Writes values with the name of their form, and its version.

    Raises:
        HsiError: the file cannot be written.
    """
    _write(path, json.dumps({"format": form, "version": 1, **values}, indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> list[Path]:
    with written_beside(path) as (scratch,):
        # Names of files need not be text on every system; JSON reads what stands in their place as the same.
        scratch.write_bytes(text.encode("utf-8", "backslashreplace"))
    return [path]
