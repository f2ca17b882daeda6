"""Cameras of the lab, of drones and of aircraft whose scenes come in ENVI's format, known by the keys of their headers
or by the names of their files.

What their headers leave unsaid is what their makers leave so: wavelengths are in nm. Scenes of Specim end with frames
that were taken behind a closed shutter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.products.quality_layers import QualityLayer, no_layer
from hsigui.cube.formats.products.rows import DOCUMENT, REAL_LISTING, Source
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.cube import Cube

DARK = "dark"
_DARK_START = "autodarkstartline"


@dataclass(frozen=True)
class Camera:
    """The headers of one maker's software, or of one instrument.

    Attributes:
        name: of the maker.
        title: for notes and help.
        keys: sets of keys; a header that has all of one set is of this maker.
        says: fields of a header, by key: a regular expression that their text must hold; one of them is enough.
        files: a regular expression for the name of the header's file, without its last ending.
        unit: of wavelengths where the header names none.
        rests_on, sources: as in other rows of products.
    """

    name: str
    title: str
    keys: tuple[frozenset[str], ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    files: str = ""
    unit: str = "nm"
    rests_on: str = DOCUMENT
    sources: tuple[Source, ...] = ()

    def wrote(self, fields: Mapping[str, str], name: str) -> bool:
        """Whether the fields of a header, by their keys in small letters, or its name are of this maker's."""
        if any(keys <= fields.keys() for keys in self.keys):
            return True
        if self.files and re.match(self.files, name, re.IGNORECASE):
            return True
        return any(re.search(text, fields.get(key, ""), re.IGNORECASE) for key, text in self.says.items())


def _keys(*keys: str) -> frozenset[str]:
    return frozenset(keys)


_AVIRIS_SOURCES = (
    Source("names of files, units", "hyperproc 0.1.2, readers/aviris.py, whose tests record "
           "AV320231005t181518_L2A_OE_main_98b13fff_RFL_ORT and ang20220224t210144_rfl_v2aa1; JPL, AVIRIS-NG Data "
           "Product Distribution Document"),
)  # fmt: skip


def _aviris(name: str, files: str, product: str) -> Camera:
    return Camera(name, say("{name} in ENVI's format, {product}", name=name, product=product), files=files,
                  rests_on=REAL_LISTING, sources=_AVIRIS_SOURCES)  # fmt: skip


CAMERAS = (
    _aviris("AVIRIS-3 L2A", r"AV3\d{8}t\d{6}.*_RFL(?:_ORT)?$", say("surface reflectance")),
    _aviris("AVIRIS-3 L1B", r"AV3\d{8}t\d{6}.*_RDN(?:_ORT)?$", say("radiance at the sensor")),
    _aviris("AVIRIS-NG L2A", r"ang\d{8}t\d{6}_(?:rfl|corr)_", say("surface reflectance")),
    _aviris("AVIRIS-NG L1B", r"ang\d{8}t\d{6}_rdn_", say("radiance at the sensor")),
    Camera(
        "Specim", say("a scene of a Specim camera"),
        (_keys(_DARK_START), _keys("tint", "fps", "binning"), _keys("himg", "vimg")), {"sensor type": r"\bspecim\b"},
        sources=(Source("keys, frames behind the shutter", "pmlrsg/arsf_tools and the Airborne Processing Library of "
                        "NERC-ARF, readers of raw files of Eagle, Hawk and Fenix: autodarkstartline counts from 0"),),
    ),
    Camera(
        "HySpex", say("a scene of a HySpex camera"), says={
            "description": r"\bhyspex\b|\bID\s*=\s*(?:VNIR|SWIR|Baldur|Mjolnir)", "sensor type": r"\bhyspex\b",
        },
        sources=(Source("keys", "hyperSpec, read.ENVI.HySpex: ENVI headers of HySpex with wavelengths in nm"),),
    ),
    Camera(
        "Headwall", say("a scene of a Headwall camera"),
        says={"description": r"\bheadwall\b|\bhyperspec\b", "sensor type": r"\bheadwall\b|\bhyperspec\b"},
        sources=(Source("keys", "PlantCV, header of its tests: description {[HEADWALL Hyperspec III]}, wavelength "
                        "units nm; hs_process, headers of Hyperspec Nano"),),
    ),
    Camera(
        "Resonon", say("a scene as Resonon's cameras record it"),
        (_keys("imager type"), _keys("imager serial number")), {"sensor type": r"\bresonon\b|\bpika\b"},
        sources=(Source("keys", "Spectronon User Manual, Resonon, on headers of data cubes; readers that rely on "
                        "imager type, imager serial number, framerate, shutter, gain, spectral binning"),),
    ),
)  # fmt: skip


def camera_of(fields: Mapping[str, str], name: str) -> Camera | None:
    """The camera that wrote a header of a name (without its last ending) with these fields; None for none known."""
    return next((camera for camera in CAMERAS if camera.wrote(fields, name)), None)


def dark_lines(fields: Mapping[str, str], rows: int) -> range:
    """The rows, from 0, that were taken behind a closed shutter: from one on they are all the rest."""
    text = fields.get(_DARK_START, "").strip()
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else rows
    return range(start, rows) if 0 < start < rows else range(0)


def notes_of(camera: Camera, fields: Mapping[str, str], rows: int) -> tuple[str, ...]:
    """What is to be said of a camera's scene."""
    dark = dark_lines(fields, rows)
    said = say(
        "Rows {first} to {last} were taken behind the closed shutter and show no scene.",
        first=dark.start + 1,
        last=dark.stop,
    )
    return say("The file is {product}.", product=camera.title), *([said] if dark else [])


class CameraMasks:
    """The rows that cameras took behind a closed shutter, as the quality mask “dark”."""

    def layers(self, path: Path) -> tuple[QualityLayer, ...]:
        """That mask, where a header tells of such rows.

        Raises:
            HsiError: there is no header, or it cannot be read.
        """
        header, rows = _fields_of(path)
        title = say("rows behind the closed shutter")
        return (QualityLayer(DARK, title, path),) if dark_lines(header, rows) else ()

    def marked(self, path: Path, cube: Cube, names: Sequence[str]) -> NDArray[np.bool_]:
        """The pixels of a scene in such rows, rows x cols.

        Raises:
            HsiError: there are none, or a mask of another name is asked for.
        """
        layers = self.layers(path)
        for name in names:
            if name not in {layer.name for layer in layers}:
                raise no_layer(path, name, layers)
        header, rows = _fields_of(path)
        mask = np.zeros((cube.rows, cube.cols), dtype=bool)
        dark = dark_lines(header, rows)
        mask[dark.start : dark.stop] = True
        return mask


def _fields_of(path: Path) -> tuple[Mapping[str, str], int]:
    from hsigui.cube.formats.envi import find_header, read_header  # that module reads this one

    header = read_header(find_header(path))
    return header.fields, header.rows
