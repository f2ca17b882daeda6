"""The steps that can be asked for by a word and a text: one row each, in the order in which help lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hsigui.cube.formats.table import reader_of
from hsigui.cube.open import open_cube
from hsigui.cube.responses import Responses, read_responses
from hsigui.cube.sensor_tables import sensors
from hsigui.errors import HsiError
from hsigui.preparing import words
from hsigui.preparing.area import ends_of, polygons_of, window_of
from hsigui.preparing.block_mean import BlockMean
from hsigui.preparing.calibrate import FlatField, InternalAverage
from hsigui.preparing.cut import Bands, Box, Crop
from hsigui.preparing.denoise import denoising_of
from hsigui.preparing.despike import Despike
from hsigui.preparing.destripe import destriping_of
from hsigui.preparing.empirical_line import EmpiricalLine
from hsigui.preparing.field_targets import targets_of
from hsigui.preparing.fields import Form
from hsigui.preparing.fill_columns import FillColumns
from hsigui.preparing.forms import FORMS
from hsigui.preparing.grids import grid_named
from hsigui.preparing.inside import Inside
from hsigui.preparing.log_residuals import LogResiduals
from hsigui.preparing.marks import DropBad, marks_of
from hsigui.preparing.normalise import Continuum, Normalise
from hsigui.preparing.onto import Onto
from hsigui.preparing.other_sensor import Like
from hsigui.preparing.smooth import smoothing_of
from hsigui.preparing.step import Step
from hsigui.preparing.white import white_of
from hsigui.texts import say


@dataclass(frozen=True)
class StepRow:
    """A step.

    Attributes:
        option: its word, that of the command line without dashes.
        form: what is given with it, as help writes it; empty for nothing.
        title: what it does, in half a sentence.
        step: makes it of the text.
        fields: what the text is made of; None where it is not told, or there is none.
    """

    option: str
    form: str
    title: str
    step: Callable[[str], Step]
    fields: Form | None = None


def _box(text: str) -> Step:
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise HsiError(
            say("“{text}” is no box.", text=text), say("Write least x, least y, largest x, largest y with commas.")
        ) from None
    return Box((west, south, east, north))


def _block_mean(text: str) -> Step:
    try:
        return BlockMean(int(text))
    except ValueError:
        raise HsiError(say("“{text}” is no whole number.", text=text), say("Write one, such as 4.")) from None


def _despike(text: str) -> Step:
    try:
        return Despike(float(text))
    except ValueError:
        raise HsiError(say("“{text}” is no number.", text=text), say("Write one, such as 8.")) from None


def _like(text: str) -> Step:
    return Like(responses_of(text), text.strip())


def responses_of(text: str) -> Responses:
    """The bands of a sensor by its name, of a table of responses or widths (.csv, .txt), or of another scene.

    Raises:
        HsiError: it is none of them, or the scene knows no wavelengths.
    """
    named = text.strip()
    known = next((sensor for sensor in sensors() if sensor.name.casefold() == named.casefold()), None)
    if known is not None:
        return Responses.of_sensor(known)
    path = Path(named).expanduser()
    if not path.exists():
        raise HsiError(
            say("“{text}” is neither a file nor a sensor that is known.", text=named),
            say("Known are {names}.", names="; ".join(sensor.name for sensor in sensors())),
        )
    if reader_of(path) is None:  # no scene, and so a table
        return read_responses(path)
    cube = open_cube(path, gaps=False)
    if cube.wavelengths is None:
        raise HsiError(
            say("{name} knows no wavelengths.", name=cube.name), say("Name a sensor, or a table of its bands.")
        )
    order = cube.wavelengths.argsort(kind="stable")
    widths = tuple(cube.info.fwhm[n] for n in order.tolist()) if cube.info.fwhm else ()
    return Responses(cube.name, cube.wavelengths[order], widths)


def _grid(text: str) -> Step:
    """The resampling may stand behind it, as in the history."""
    named, _, resampling = text.partition(" --resampling ")
    return Onto(grid_named(named), resampling.strip() or "nearest", named.strip())


def _flat_field(text: str) -> Step:
    area = window_of(text)
    return FlatField(area.rows, area.cols)


_MAKERS: dict[str, Callable[[str], Step]] = {
    "rows": lambda text: Crop(rows=ends_of(text)),
    "cols": lambda text: Crop(cols=ends_of(text)),
    "box": _box,
    "inside": lambda text: Inside(polygons_of(text)),
    "grid": _grid,
    "bands": lambda text: Bands(tuple(part.strip() for part in text.split(","))),
    "block-mean": _block_mean,
    "like": _like,
    "flat-field": _flat_field,
    "internal-average": lambda text: InternalAverage(),
    "empirical-line": lambda text: EmpiricalLine(targets_of(text)),
    "log-residuals": lambda text: LogResiduals(),
    "mark-bad": marks_of,
    "drop-bad": lambda text: DropBad(),
    "fill-columns": lambda text: FillColumns(),
    "despike": _despike,
    "destripe": destriping_of,
    "denoise": denoising_of,
    "smooth": smoothing_of,
    "normalise": lambda text: Normalise(text.strip()),
    "continuum": lambda text: Continuum(),
}
STEPS = tuple(StepRow(option, form, title, _MAKERS[option], FORMS.get(option)) for option, form, title in words.STEPS)


WHITE = StepRow("white", words.WHITE_FORM, words.WHITE, white_of, FORMS["white"])
"""White and dark reference: on a command line its parts are options of their own."""

_PLACE = next(place for place, row in enumerate(STEPS) if row.option == "flat-field")
OFFERED = (*STEPS[:_PLACE], WHITE, *STEPS[_PLACE:])
"""All steps, with `WHITE` where help has it."""


def step_of(option: str, text: str = "", scene: Path | str | None = None) -> Step:
    """The step of a word and a text.

    Args:
        scene: the file of the scene, for references that lie beside it.

    Raises:
        HsiError: there is no such step, or the text does not say it.
    """
    row = next((row for row in OFFERED if row.option == option), None)
    if row is None:
        raise HsiError(
            say("There is no step {option}.", option=option),
            say("Choose from: {all}.", all=", ".join(row.option for row in OFFERED)),
        )
    return white_of(text, scene) if row is WHITE else row.step(text)
