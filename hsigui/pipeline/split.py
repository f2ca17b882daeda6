"""Drawing labels from a ground truth, and the record of a draw that is written beside the labels.

The record stands beside the labels' file, with its name and `.hsigui.json`: `"format": "hsigui-split"`, `kind` (words),
`seed`, `guard` (pixels; null for none), `truth_sha256`, `labels_sha256` and `test_sha256` (of the class
numbers: a record is never taken for other labels), `not_tested` (names of classes), `reached` (class -> per cent of its
pixels that whole training regions hold, where these were asked for) and `command`. Loads no torch.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui import untrusted
from hsigui.document.samples import SplitRecord
from hsigui.labels.blocks import draw_blocks
from hsigui.labels.classes import ClassTable
from hsigui.labels.region_split import draw_regions
from hsigui.labels.sampling import Split, draw, draw_percent
from hsigui.labels.stroke_split import draw_strokes
from hsigui.pipeline.provenance import Provenance, raster_hash, record_path
from hsigui.report.context import SplitFacts
from hsigui.saving import written_beside
from hsigui.specs import SplitSpec
from hsigui.texts import say, say_number

__all__ = ["SplitRecord", "describe", "draw_split", "in_words", "load", "save"]

FORMAT = "hsigui-split"


def draw_split(truth: NDArray[np.integer], spec: SplitSpec, valid: NDArray[np.bool_] | None = None) -> Split:
    """Draws labels as asked for; never a pixel in training and in test.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        valid: pixels with data; others are in neither part.

    Raises:
        HsiError: there is nothing to draw or to test.
    """
    if spec.kind == "block":
        share = spec.percent or 0.0
        count = None if share else spec.per_class
        return draw_blocks(truth, count, spec.seed, valid, block=spec.block, guard=spec.guard, percent=share)
    if spec.kind == "region":
        if spec.percent is None:
            return draw_regions(truth, spec.per_class, spec.seed, valid, guard=spec.guard)
        return draw_regions(truth, None, spec.seed, valid, guard=spec.guard, share=spec.percent / 100)
    if spec.kind == "strokes":
        return draw_strokes(truth, spec.strokes, spec.seed, valid, pixels=spec.pixels)
    if spec.percent is None:
        return draw(truth, spec.per_class, spec.seed, valid)
    return draw_percent(truth, spec.percent, spec.seed, valid)


def in_words(spec: SplitSpec) -> str:
    """How a draw is made, for a report."""
    if spec.kind == "strokes":
        return say_number(
            "{count} stroke a class, of at most {pixels} pixels in one region",
            "{count} strokes a class, each of at most {pixels} pixels in one region",
            spec.strokes,
            pixels=spec.pixels,
        )
    amount = (
        say("{per_class} pixels a class", per_class=spec.per_class)
        if spec.percent is None
        else say("{percent:g} % of each class", percent=spec.percent)
    )
    if spec.kind == "block":
        return say("{amount} at random in training blocks of {block} x {block} pixels", amount=amount, block=spec.block)
    if spec.kind == "region":
        where = say("at random in training regions") if spec.percent is None else say("in whole training regions")
        return say("{amount} {where}; no region in both parts", amount=amount, where=where)
    return say("{amount} at random over the scene", amount=amount)


def describe(
    split: Split, truth: NDArray[np.integer], classes: ClassTable, kind: str, *, seed: int | None = None,
    guard: int | None = None, command: str = "", whole_regions: bool = False,
) -> SplitRecord:  # fmt: skip
    """The record of a draw. `truth` is rows x cols; of whole regions it tells the share that they reached."""
    tested = set(np.unique(split.test).tolist())
    lost = tuple(classes.get(n).name for n in np.unique(truth).tolist() if n and n not in tested)
    of_truth, of_labels, of_test = (raster_hash(part) for part in (truth, split.train, split.test))
    reached = _reached(split, truth, classes) if whole_regions else {}
    return SplitRecord(kind, seed, guard, of_truth, of_labels, of_test, lost, command, reached)


def _reached(split: Split, truth: NDArray[np.integer], classes: ClassTable) -> dict[str, float]:
    """Per cent of the pixels of each class that are to be trained on."""
    numbers = [number for number in np.unique(truth).tolist() if number]
    counts = {n: (np.count_nonzero(split.train == n), np.count_nonzero(truth == n)) for n in numbers}
    return {classes.get(n).name: round(100 * train / all_, 2) for n, (train, all_) in counts.items()}


def facts(
    train: NDArray[np.integer] | None, test: NDArray[np.integer], made: Provenance | None, drawn: SplitRecord | None,
    masked: NDArray[np.bool_] | None,
) -> SplitFacts:  # fmt: skip
    """How the parts lie to each other, for a report. The test never holds a pixel of the training: `Split` refuses it.

    Args:
        train, test: class numbers, rows x cols, 0 for pixels in neither; no training pixels where they are not known.
        made, drawn: how the map came to be, and how its labels were drawn, where that is known.
        masked: pixels that pretraining did not see, where some were masked out and the mask is still there.
    """
    gap = None if train is None else Split(train.astype(np.uint16), test.astype(np.uint16)).gap
    seen = None
    if made is not None:
        known = not made.masked_out or masked is not None
        everywhere = made.transductive or masked is not None
        tested = test != 0
        shown = tested if masked is None else tested & ~masked
        seen = int(np.count_nonzero(shown)) * everywhere if known else None
    return SplitFacts(
        _kind(drawn) if drawn else "", gap, drawn.guard if drawn else None, made.reach if made else None,
        seen, 0 if masked is None else int(np.count_nonzero(masked)), drawn.not_tested if drawn else (),
        made.edge_reach if made else None, influence=made.influence if made else {},
    )  # fmt: skip


def _kind(drawn: SplitRecord) -> str:
    return f"{drawn.kind}; {drawn.reached_in_words}" if drawn.reached else drawn.kind


def save(record: SplitRecord, labels_path: Path) -> Path:
    """Writes the record beside the labels."""
    path = record_path(labels_path)
    with written_beside(path) as (beside,):
        beside.write_text(json.dumps({"format": FORMAT, **asdict(record)}, indent=1), encoding="utf-8")
    return path


def save_beside(record: SplitRecord, labels_path: Path, array: NDArray[np.integer]) -> list[Path]:
    """Writes the record beside labels that still are the sample of which it tells; of others it writes nothing.

    Args:
        array: the labels, rows x cols.

    Returns:
        the file written, if any.
    """
    return [save(record, labels_path)] if raster_hash(array) == record.labels_sha256 else []


@untrusted.reads
def load(labels_path: Path, array: NDArray[np.integer]) -> SplitRecord | None:
    """The record beside labels; None where there is none, or where it is of other labels than these class numbers.
    `array` is rows x cols."""
    try:
        values = untrusted.json_of(record_path(labels_path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        return None
    if values.get("labels_sha256") != raster_hash(array):
        return None
    known = {name: values[name] for name in SplitRecord.__dataclass_fields__ if name in values}
    return SplitRecord(**{**known, "not_tested": tuple(known.get("not_tested", ()))})
