"""Labels parted into training and test, and how right a map is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsigui.api.given import LabelsLike, PathLike, TruthLike, paths, spread
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.labels.formats.files import ClassRaster
from hsigui.labels.sampling import NothingToTestError
from hsigui.pipeline import verbs
from hsigui.pipeline.influence import guard_of, way_out
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Labels, LabelSplit
from hsigui.specs import SplitSpec, split_of
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.pipeline.evaluation import Evaluation


def sample(
    truth: LabelsLike, per_class: int = 10, *, percent: float | None = None, seed: int = 0, split: str = "random",
    block: int = 16, guard: int | str = 8, strokes: int | None = None, pixels: int | None = None,
    cube: Cube | None = None, encoder: Encoder | None = None, command: str = "", ctx: Context | None = None,
) -> LabelSplit:  # fmt: skip
    """Draws labels to train on from a ground truth; the rest is for testing.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        per_class: pixels a class; `percent` of each class's pixels instead, where that is given.
        seed: the same seed draws the same pixels.
        split: "random" (anywhere), "block" (in squares apart from the test), "region" (in other regions than it) or
            "strokes" (as people paint); "strokes:2x12" for 2 strokes a class of at most 12 pixels.
        block: side of the squares in pixels.
        guard: unused pixels between training blocks or regions and test; "full" for as many as a map looks far, in its
            widest level of context.
        strokes: strokes a class (1), in place of `per_class`.
        pixels: of one stroke at most (25).
        cube: the scene; its pixels without data are then in neither part.
        encoder: whose maps a full guard is for; None for what is trained where nothing else is asked for.
        command: the command line that draws them, for the record.

    Returns:
        `LabelSplit`: `train` and `test` are `Labels`; never a pixel in both.

    Raises:
        HsiError: there is nothing to draw or to test, or a number is out of range.
    """
    context = ctx or quiet()
    named = split_of(split, strokes, pixels)
    seen = verbs.seen_by(encoder) if isinstance(guard, str) else {}
    spec = SplitSpec(
        per_class, seed, named.kind, percent, block, guard_of(guard, seen), named.strokes, named.pixels
    )  # fmt: skip
    valid = None if cube is None else cube.valid_mask(context.check)
    try:
        return verbs.sample(Labels.of(truth), spec, context, valid=valid, command=command)[1]
    except NothingToTestError as error:
        if isinstance(guard, int):
            raise
        raise HsiError(error.message, way_out(seen)) from error


def evaluate(
    maps: Result | PathLike | Sequence[Result | PathLike], truth: TruthLike | Sequence[TruthLike], *,
    labels: PathLike | Sequence[PathLike] | None = None, match: Mapping[str, str] | None = None,
    resample: bool = False, against: PathLike | Sequence[PathLike] = (), design: str = "", cube: Cube | None = None,
    spectra: bool = False, map_variable: str | None = None, truth_variable: str | None = None,
    labels_variable: str | None = None, map_background: str | float | None = None,
    truth_background: str | float | None = None, labels_background: str | float | None = None,
    truth_buffer: str | float | None = None, labels_buffer: str | float | None = None, command: str = "",
    ctx: Context | None = None,
) -> Evaluation:  # fmt: skip
    """How right a map is on labelled pixels; those that it was trained on are left out.

    Args:
        maps: a result, or the file of a map, made here or elsewhere; several are draws of one experiment.
        truth: class numbers, rows x cols, 0 for unknown, or their file; one for all maps or one for each.
        labels: files of the training labels of maps in files; None for those that the map's record names.
        match: name or number of a class of the map -> of the truth, where names differ.
        resample: a map of other pixels is read at the place of each pixel of the truth.
        against: other maps, tested on the same pixels: which is better.
        design: "stratified" (in each class of the map) or "random", where the test pixels are such a sample: areas are
            then estimated.
        cube: the scene, for the spectra of the classes in the report; that of a result is known.
        spectra: look for the scene of a map in a file, too, where its record names one.
        map_variable, truth_variable, labels_variable: name of the array, where a file holds several.
        map_background, truth_background, labels_background: numbers of a raster that mean no label; see `read_labels`.
        truth_buffer, labels_buffer: distance within which points and lines of a file label; likewise.
        command: the command line that evaluates, for the report.

    Returns:
        `Evaluation`: `oa`, `aa` and `kappa` (0 to 1), `accuracy` with the confusion matrix and the figures by class,
        `context` with the split, areas, draws and comparison. `save` writes it as a report.

    Raises:
        HsiError: a file cannot be read, map and truth do not fit, or no test pixel is left.
    """
    from hsigui.pipeline.evaluation import Asked, evaluate_maps
    from hsigui.pipeline.scoring import HowRead

    results = [maps] if isinstance(maps, Result | str | Path) else list(maps)
    references = [truth] if isinstance(truth, ClassRaster | np.ndarray | str | Path) else list(truth)
    wanted = [one if isinstance(one, Result) else Path(one) for one in results]
    truths = [Path(one) if isinstance(one, str | Path) else Labels.of(one, say("The truth")) for one in references]
    given: list[Path | None] = [None] if labels is None else [*paths(labels)]
    others = paths(against)
    asked = Asked(
        match, resample, spread(others, len(wanted), say("maps to compare with")) if others else (), design, cube,
        spectra,
        command,
    )  # fmt: skip
    return evaluate_maps(
        wanted, spread(truths, len(wanted), say("truth files")), spread(given, len(wanted), say("files of labels")),
        asked,
        ctx or quiet(),
        as_read=HowRead(
            map_variable, truth_variable, labels_variable, map_background, truth_background, labels_background,
            truth_buffer, labels_buffer,
        ),
    )  # fmt: skip
