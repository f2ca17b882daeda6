"""What the record of a finished map says of its finishing, and back: for its accuracy, and for further steps.

`finishing` holds `steps` (each with `step`, as the option of `hsigui edit`, the pixels that it `changed` and, where it
read a file, `sha256` of what it read), `map_sha256` (of the class numbers after them), `model_sha256` (of those before
them; empty where they are not known), `classes` (number, name and colour of those before), `became` (number before ->
after, of those that have another; 0 for none), `painted` (pixels that a hand has painted, as bits like `no_data`) with
`painted_pixels`, `no_data_known`, and `confidence` with `confidence_sha256` (of the model's answer, as the record of
that had them). Loads no torch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import untrusted
from hsigui.cube.flips import Flip, flips
from hsigui.errors import HsiError
from hsigui.finishing.finished_map import Done, FinishedMap, renumbered
from hsigui.finishing.smoothing import Majority, Sieve
from hsigui.finishing.step import Step, finished
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.matching import is_default
from hsigui.labels.raster import ClassRaster
from hsigui.pipeline.map_confidence import confidence_of
from hsigui.pipeline.matched_record import valid_of
from hsigui.pipeline.packed_bits import packed, unpacked
from hsigui.pipeline.provenance import Provenance, raster_hash
from hsigui.pipeline.result import with_filters
from hsigui.pipeline.values import Filters
from hsigui.texts import say, say_number

SECTION = "Finishing"


def with_finishing(record: Provenance, made: FinishedMap) -> Provenance:
    """The record of a map after steps, from that of the model's answer, or of the same map after fewer steps.

    Args:
        record: of the map before; one that says nothing where that is not known.
    """
    if not made.steps:
        return record
    before, first = record.finishing, made.first or made.table
    model = before.get("model_sha256", "") if made.answer is None or before else raster_hash(made.answer)
    about = {
        "steps": [_of_step(done) for done in made.steps],
        "map_sha256": raster_hash(made.classes),
        "model_sha256": model,
        "classes": [[info.number, info.name, list(info.color)] for info in first],
        "became": {str(old): new for old, new in made.became.items()},
        "painted": "" if made.painted is None else packed(made.painted),
        "painted_pixels": made.painted_pixels,
        "no_data_known": made.valid is not None,
        "confidence": before.get("confidence", record.confidence),
        "confidence_sha256": before.get("confidence_sha256", record.confidence_sha256),
    }
    return dataclasses.replace(
        record, finishing=about, settings={**record.settings, SECTION: in_words(made)}, confidence="",
        confidence_sha256="", no_data="" if made.valid is None else packed(~made.valid),
    )  # fmt: skip


def _of_step(done: Done) -> dict[str, Any]:
    return {"step": done.told, "changed": done.changed, **({"sha256": done.sha256} if done.sha256 else {})}


def steps_of(filters: Filters) -> tuple[Step, ...]:
    """The steps that do the same as filters; none for none."""
    majority = [Majority(filters.majority)] if filters.majority else []
    sieve = [Sieve(str(filters.sieve), filters.connectivity)] if filters.sieve else []
    return (*majority, *sieve)


def filtered_record(record: Provenance, raster: ClassRaster, filters: Filters) -> Provenance:
    """The record of a map of a file that filters went over; of a finished map they are further steps.

    Args:
        record: of the map before; `raster`: that map.

    Raises:
        HsiError: the record says of its finishing what cannot be understood.
    """
    if not record.finishing or not filters.words:
        return with_filters(record, filters)
    made, _ = finished_of(record, raster)
    return with_finishing(record, finished(made, steps_of(filters)))


def in_words(made: FinishedMap) -> dict[str, str]:
    """The steps, for a report: number -> what was done."""
    told = {
        str(number): say_number(
            "{step} ({count:,} pixel changed)", "{step} ({count:,} pixels changed)", done.changed, step=done.told
        )
        for number, done in enumerate(made.steps, 1)
    }
    if made.painted_pixels:
        told["painted by hand"] = say_number("{count:,} pixel", "{count:,} pixels", made.painted_pixels)
    return told


def finished_of(
    record: Provenance | None, raster: ClassRaster, confidence: NDArray[np.float32] | None = None
) -> tuple[FinishedMap, tuple[str, ...]]:
    """The map of a file, with what is known of the steps that were done on it, and what to say of it.

    Args:
        record: that stands beside it; None where there is none.
        raster: as it was read.
        confidence: of the model, rows x cols; None for the one that the record names.

    Raises:
        HsiError: the record says of its finishing what cannot be understood.
    """
    notes: tuple[str, ...] = ()
    if confidence is None and record is not None:
        named, of = (record.finishing.get(name, getattr(record, name)) for name in ("confidence", "confidence_sha256"))
        model = dataclasses.replace(record, confidence=str(named), confidence_sha256=str(of))
        confidence, notes = confidence_of(model, raster)
    valid = valid_of(record, raster.array)
    plain = FinishedMap(raster.array, raster.classes, confidence, raster.geo, valid)
    if record is None or not record.finishing:
        return plain, notes
    about = record.finishing
    try:
        return _with_steps(plain, about), notes
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise HsiError(
            say("The record of the map does not say what was done with it: {reason}.",
                reason=untrusted.reason_of(error)),
            say("Another version of the program may have written it. Take the record away to go on without."),
        ) from error  # fmt: skip


def _with_steps(plain: FinishedMap, about: Mapping[str, Any]) -> FinishedMap:
    painted = None
    if about["painted_pixels"]:
        painted = _painted(plain.classes, str(about["painted"]), str(about["map_sha256"]))
        if painted is None or int(np.count_nonzero(painted)) != int(about["painted_pixels"]):
            raise ValueError(say("which pixels a hand has painted"))
    colors = ((int(n), str(name), [int(part) for part in color]) for n, name, color in about["classes"])
    first = ClassTable(tuple(ClassInfo(n, name, (rgb[0], rgb[1], rgb[2])) for n, name, rgb in colors))
    return dataclasses.replace(
        plain, painted=painted, steps=tuple(map(_step, about["steps"])),
        first=first, became={int(old): int(new) for old, new in about["became"].items()},
    )  # fmt: skip


def _step(one: Mapping[str, Any]) -> Done:
    return Done(str(one["step"]), int(one["changed"]), str(one.get("sha256", "")))


def _painted(array: NDArray[np.uint16], text: str, sha256: str) -> NDArray[np.bool_] | None:
    """Painted pixels of a map, which may have been written from its northern row on."""
    for flip in (Flip(), *flips()):
        there = flip.array(array)
        if raster_hash(there) == sha256:
            found = unpacked(text, there.shape)
            return None if found is None else np.asarray(flip.array(found))
    return None


def in_finished_classes(raster: ClassRaster, made: FinishedMap) -> tuple[ClassRaster, tuple[str, ...]]:
    """A reference, or labels, in the classes of a finished map, as far as steps made other classes of those that the
    model knew; and what to say of it. A class that the finished map still has stays what it is."""
    first = made.first or made.table
    if not made.became and first.numbers == made.table.numbers:
        names = {info.number: info.name.casefold() for info in first}
        if all(names[info.number] == info.name.casefold() for info in made.table):
            return raster, ()
    now = {info.name.casefold() for info in made.table}
    known = {info.name.casefold(): info.number for info in first}
    targets, infos, said = dict[int, int](), {info.number: info for info in made.table}, list[str]()
    left: list[ClassInfo] = []
    for info in raster.classes.merged_with(np.unique(raster.array).tolist()):
        word = info.name.casefold()
        number = None if word in now else known.get(word)
        if number is None and word not in now and info.number in first:  # as maps and references are matched
            number = info.number if is_default(info) or is_default(first.get(info.number)) else None
        if number is None:
            same = next((one.number for one in made.table if one.name.casefold() == word), None)
            left += [info] if same is None else []
            targets |= {} if same is None else {info.number: same}
            continue
        targets[info.number] = made.became.get(number, number)
        to = say("no class") if not targets[info.number] else made.table.get(targets[info.number]).name
        said.append(f"{info.name} = {to}")
    free = iter(number for number in range(1, 65_536) if number not in infos)
    for info in left:
        number = targets[info.number] = info.number if info.number not in infos else next(free)
        infos[number] = dataclasses.replace(info, number=number)
    array = renumbered(raster.array, targets)
    used = set(np.unique(array).tolist())
    table = ClassTable(tuple(info for number, info in infos.items() if number in used or number in made.table))
    told = (say("In the classes of the finished map: {pairs}.", pairs=", ".join(said)),) if said else ()
    return dataclasses.replace(raster, array=array, classes=table), told


def without_painted(
    array: NDArray[np.uint16], painted: NDArray[np.bool_] | None
) -> tuple[NDArray[np.uint16], int]:  # fmt: skip
    """A reference (rows x cols) without the pixels that a hand has painted (rows x cols), and how many it knows of
    these."""
    if painted is None:
        return array, 0
    count = int(np.count_nonzero(array[painted]))
    return np.where(painted, np.uint16(0), array), count


def measured_after(steps: Sequence[str], painted: int) -> tuple[str, ...]:
    """What is to be said of an accuracy of a finished map; nothing of one on which no step was done.

    Args:
        steps: as options of `hsigui edit`.
        painted: pixels of the reference that were left out because a hand has painted them.
    """
    if not steps:
        return ()
    told = ", ".join(step.removeprefix("--") for step in steps)
    found = [say("Measured after these steps: {steps}.", steps=told)]
    if painted or any(step.startswith("--paint") for step in steps):
        found.append(
            say_number(
                "{count:,} hand-painted pixel of the reference is left out of the test.",
                "{count:,} hand-painted pixels of the reference are left out of the test.",
                painted,
            )
        )
    return tuple(found)
