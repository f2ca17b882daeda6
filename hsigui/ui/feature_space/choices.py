"""What of a scene can be an axis of the feature space, and what gives its pixels classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.feature_space import Axis, Read
from hsigui.cube.cube import Cube
from hsigui.document.derived import title_of
from hsigui.document.scene import Scene
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import VALIDATION
from hsigui.texts import say
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.feature_space.learned import KINDS, PCA, PLANES, Learned

Numbers = Callable[[], NDArray[np.integer]]
MAP_LAYERS = (("confidence", say("Confidence of the map")), ("entropy", say("Entropy of the map")),
              ("margin", say("Margin of the map")))  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen.

    Attributes:
        id: never translated.
        begins: whether it is the first of its kind.
    """

    id: str
    title: str
    begins: bool = False


@dataclass(frozen=True, eq=False)
class Classes:
    """What gives pixels classes.

    Attributes:
        numbers: rows x cols of the scene, 0 for none. Labels may change meanwhile.
    """

    id: str
    title: str
    numbers: NDArray[np.integer]
    table: ClassTable


def band_title(cube: Cube, band: int, unit: WavelengthUnit) -> str:
    """Such as "Band 12, 652.3 nm"; with its name where it has no wavelength."""
    number = say("Band {number}", number=band + 1)
    waves = cube.wavelengths
    names = cube.info.band_names
    more = names[band].strip() if waves is None and names else ""
    if waves is not None and np.isfinite(waves[band]):
        more = unit.written(float(waves[band]))
    text = ", ".join(filter(None, (number, more)))
    return say("{band} (bad)", band=text) if cube.is_bad[band] else text


def choices(scene: Scene, unit: WavelengthUnit) -> list[Choice]:
    """All that can be an axis now: derived layers and what is known of the map first, as they are few."""
    found: list[Choice] = []
    if scene.features is not None:
        for kind in KINDS:
            if kind.there:
                found += [Choice(f"{kind.id} {place}", kind.titles[place], place == 0) for place in range(kind.count)]
    for each in scene.derived:
        if each.layer is not None and each.layer.classes is None:
            for place in range(len(each.layer.names)):
                found.append(Choice(f"layer {each.number} {place}", title_of(each, place), place == 0))
    if scene.map is not None:
        found += [Choice(name, title, name == "confidence") for name, title in MAP_LAYERS]
    found += [Choice(f"band {band}", band_title(scene.cube, band, unit), band == 0) for band in range(scene.cube.bands)]
    return found


def axis_of(scene: Scene, name: str, unit: WavelengthUnit, learned: Learned) -> Axis | None:
    """What a choice is; None where the scene has it no more, or it is not made yet."""
    kind, _, rest = name.partition(" ")
    if kind == "band" and rest.isdecimal() and int(rest) < scene.cube.bands:
        return Axis(name, band_title(scene.cube, int(rest), unit), _band(scene.cube, int(rest)))
    if kind == "layer":
        return _layer_axis(scene, name, rest)
    title = next((title for own, title in MAP_LAYERS if own == name), "")
    if title and scene.map is not None:
        return Axis(name, title, _plane(getattr(scene.map.class_map, name)))
    return learned.axis(scene, name)


def first_axes(scene: Scene) -> tuple[str, str]:
    """What is shown of a scene at first: red and near infrared where there are such bands, else two bands that are
    good and far apart."""
    cube = scene.cube
    good = cube.good_bands if len(cube.good_bands) else np.arange(cube.bands)
    waves = cube.wavelengths
    if waves is not None and np.isfinite(waves[good]).all() and waves[good].min() < 680 and waves[good].max() > 840:
        red, infrared = (f"band {good[int(np.abs(waves[good] - nm).argmin())]}" for nm in (670, 860))
        return red, infrared
    return f"band {good[len(good) // 3]}", f"band {good[2 * len(good) // 3]}"


def class_choices(scene: Scene) -> list[Choice]:
    """What can give pixels classes now."""
    found = [Choice("labels", say("Labels"))]
    if scene.labels.labelled(VALIDATION):
        found.append(Choice("validation", say("Validation labels")))
    if scene.truth is not None:
        found.append(Choice("truth", say("Ground truth")))
    if scene.map is not None:
        found.append(Choice("map", say("Map")))
    found += [
        Choice(f"layer {each.number}", each.name)
        for each in scene.derived if each.layer is not None and each.layer.classes is not None
    ]  # fmt: skip
    return found


def classes_of(scene: Scene, name: str) -> Classes | None:
    """What a choice is; None where the scene has it no more."""
    title = next((choice.title for choice in class_choices(scene) if choice.id == name), "")
    if not title:
        return None
    if name == "truth" and scene.truth is not None:
        return Classes(name, title, scene.truth.array, scene.classes)
    if name == "map" and scene.map is not None:
        return Classes(name, title, scene.map.class_map.classes, scene.classes)
    if name.startswith("layer "):
        found = scene.derived.get(int(name.removeprefix("layer ")))
        if found is None or found.layer is None or found.layer.classes is None:
            return None
        return Classes(name, title, found.layer.array, found.layer.classes)
    return Classes(name, title, scene.labels.validation if name == "validation" else scene.labels.array, scene.classes)


def of_one_kind(
    wanted: tuple[str, str], before: tuple[str, str], instead: tuple[str, str]
) -> tuple[str, str]:  # fmt: skip
    """Axes of a plane that is made of a sample go together: one that is chosen brings its partner along, and one that
    is left lets its partner go.

    Args:
        instead: what takes the place of a partner that goes.
    """
    kinds = [name.partition(" ")[0] for name in wanted]
    changed = 0 if wanted[0] != before[0] else 1
    kind, other = kinds[changed], kinds[1 - changed]
    if kind == other or not {kind, other} & set(PLANES):
        return wanted
    partner = instead[1 - changed]
    if kind in (*PLANES, PCA):
        partner = f"{kind} {1 if wanted[changed].endswith('0') else 0}"
    return (wanted[0], partner) if changed == 0 else (partner, wanted[1])


def _layer_axis(scene: Scene, name: str, rest: str) -> Axis | None:
    number, _, place = rest.partition(" ")
    found = scene.derived.get(int(number)) if number.isdecimal() else None
    layer = None if found is None else found.layer
    if found is None or layer is None or layer.classes is not None or not place.isdecimal():
        return None
    if int(place) >= len(layer.names):
        return None
    title = title_of(found, int(place)) + (f" ({layer.units})" if layer.units else "")
    return Axis(name, title, _plane(layer.stack[:, :, int(place)]))


def _band(cube: Cube, band: int) -> Read:
    def read(rows: slice, cols: slice) -> NDArray[np.float32]:
        return cube.read(rows, cols, [band])[:, :, 0]

    return read


def _plane(values: NDArray[np.float32]) -> Read:
    def read(rows: slice, cols: slice) -> NDArray[np.float32]:
        return values[rows, cols]

    return read
