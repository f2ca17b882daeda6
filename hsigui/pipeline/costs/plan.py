"""A plan: which scenes, what they take, and by how many workers. Loads no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import registry, run_record
from hsigui.pipeline.costs import measuring
from hsigui.pipeline.costs.course import course_of
from hsigui.pipeline.costs.estimate import TRAINED, Asked, Estimate, estimate
from hsigui.pipeline.costs.figures import Measured
from hsigui.pipeline.costs.found import FoundScene, LeftOut, scenes_under
from hsigui.pipeline.costs.measuring import Launch, Trial
from hsigui.report.table import map_suffixes
from hsigui.specs import MapSpec, PretrainSpec
from hsigui.texts import say

BUSY = 0.75  # waiting processes a core, from which the clock cannot be trusted
MOST_WORKERS = 1_000_000


@dataclass(frozen=True)
class Wish:
    """How the scenes are to be worked on.

    Attributes:
        spec: of the training.
        run: folder of a finished run whose encoder is used; None to train.
        trained: "once" (on the largest scene; its classifier maps the others), "each" scene by itself; "never" with a
            run, and only then.
        map_spec: what is asked for of the maps, by the names of `MapSpec`.
        classes, labels: of a scene with labels, and labels of each.
        format: suffix of the maps.
        workers: numbers of workers.
        per_machine: workers on one machine; None for all on one.
        price: of an hour of one machine, in `currency`; None for none.
        read_speed: bytes a second of the disk of the scenes; None to measure it.
        rounds: how often everything is measured.
        sides: of the crops, pixels.
    """

    spec: PretrainSpec
    run: Path | None = None
    trained: str = "once"
    map_spec: Mapping[str, Any] | None = None
    classes: int = 10
    labels: int = 10
    format: str = ".tif"
    workers: tuple[int, ...] = (1,)
    per_machine: int | None = None
    price: float | None = None
    currency: str = ""
    read_speed: float | None = None
    rounds: int = 2
    sides: tuple[int, int] = measuring.SIDES


@dataclass(frozen=True)
class Plan:
    """What is known before anything is worked on.

    Attributes:
        scenes: the largest first.
        left_out: files that look like scenes and are not reckoned with.
        measured: what the estimate goes by.
        estimate: hours, memory, disk, money.
        notes: what to know of these figures, one sentence each.
    """

    wish: Wish
    scenes: tuple[FoundScene, ...]
    left_out: tuple[LeftOut, ...]
    measured: Measured
    estimate: Estimate
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it for programs: sizes in bytes, times in seconds or hours as their names say."""
        found, measured = self.estimate, self.measured
        return {
            "scenes": [
                {"path": str(one.scene.path), "rows": one.scene.rows, "cols": one.scene.cols, "bands": one.scene.bands,
                 "stored_bytes": one.scene.stored, "trains": one.trains, "seconds": one.seconds, "terms": one.terms,
                 "memory_bytes": one.memory, "disk_bytes": one.disk}
                for one in found.scenes
            ],
            "left_out": [{"path": str(each.path), "why": each.why} for each in self.left_out],
            "pixels": sum(one.pixels for one in self.scenes),
            "shares": found.shares,
            "workers": [asdict(one) for one in found.workers],
            "currency": self.wish.currency,
            "saturates_at_workers": found.saturates,
            "saturates_first": found.first,
            "disk_bytes": found.disk, "scratch_bytes": found.scratch,
            "machine": asdict(measured.machine),
            "measured": {
                "seconds": measured.seconds, "load": measured.busy, "rounds": measured.rounds,
                "whole_processor": [each.to_json() for each in measured.whole],
                "one_core": [each.to_json() for each in measured.single], "facts": measured.facts.to_json(),
            },
            "notes": list(self.notes),
        }  # fmt: skip


def plan(places: Sequence[Path], wish: Wish, ctx: Context, *, launch: Launch | None = None) -> Plan:
    """What the scenes under some folders will take, measured by a trial of the method on a crop of the largest.

    Args:
        places: folders and files.
        launch: see `measuring.measure`.

    Raises:
        HsiError: there is no scene, or one place is missing; a value of the wish is out of range or does not go with
            the others; the method does not work on a crop of the scene.
        Cancelled: through the context.
    """
    _require_sound(wish)
    course = course_of(wish.spec)
    ctx.progress(0, 1, say("Looking for scenes"))
    scenes, left_out = scenes_under(places, ctx.check)
    trial = Trial(
        wish.spec, course, wish.run, wish.map_spec, wish.classes, wish.labels, wish.format, wish.rounds, wish.sides
    )
    shares = [min(count, wish.per_machine or count) for count in wish.workers]
    cores = measuring.allowed_cores()
    measured = measuring.measure(
        scenes[0], scenes, trial, ctx, whole=cores > 1 and (min(shares) < cores or wish.trained == "once"),
        single=cores == 1 or max(shares) > 1, read_speed=wish.read_speed, launch=launch,
    )  # fmt: skip
    found = estimate(
        scenes, measured, Asked(wish.trained, course, wish.workers, wish.per_machine, wish.price)
    )  # fmt: skip
    ctx.progress(1, 1, say("Reckoning"))
    return Plan(wish, scenes, left_out, measured, found, _notes(wish, scenes, measured))


def _require_sound(wish: Wish) -> None:
    info = registry.method(wish.spec.method)
    if info.matches:
        raise HsiError(
            say("{title} learns nothing, and makes no run.", title=info.title), say("Choose a method or a baseline.")
        )
    MapSpec(**{name: value for name, value in (wish.map_spec or {}).items() if value is not None})
    if wish.trained not in TRAINED:
        raise HsiError(
            say("“{trained}” does not say what is trained.", trained=wish.trained),
            say("Choose one of {names}.", names=", ".join(TRAINED)),
        )
    if (wish.run is not None) != (wish.trained == "never"):
        raise HsiError(
            say("Without a training a run is needed, and with a run nothing is trained."),
            say("Give a run that is finished and leave out the training, or neither."),
        )
    if wish.run is not None and not (wish.run / run_record.SETTINGS).is_file():
        raise HsiError(say("{run} holds no finished run.", run=wish.run), say("Name the folder that pretrain wrote."))
    if wish.format not in map_suffixes():
        raise HsiError(
            say("Maps cannot be written as {format}.", format=wish.format),
            say("Choose one of {maps}.", maps=", ".join(map_suffixes())),
        )
    if not wish.workers or any(not 1 <= count <= MOST_WORKERS for count in wish.workers):
        raise HsiError(
            say("Workers are counted from 1 to {most:,}.", most=MOST_WORKERS), say("Such as 1, 4 and 16.")
        )  # fmt: skip
    if wish.price is not None and not 0 <= wish.price < math.inf:
        raise HsiError(say("The price is no amount: {value}.", value=wish.price), say("Give a number of 0 or more."))
    if wish.read_speed is not None and not 0 < wish.read_speed < math.inf:
        raise HsiError(
            say("The reading speed is no amount: {value}.", value=wish.read_speed), say("Give a number above 0.")
        )
    if wish.classes < 2 or wish.labels < 1 or wish.rounds < 1 or (wish.per_machine or 1) < 1:
        raise HsiError(
            say("Two classes, one label of each, one round and one worker a machine are the least."),
            say("Choose larger numbers."),
        )


def _notes(wish: Wish, scenes: Sequence[FoundScene], measured: Measured) -> tuple[str, ...]:
    """What to know of the figures."""
    found, machine, pixels = list[str](), measured.machine, scenes[0].pixels
    if measured.whole and measured.busy > BUSY * measuring.allowed_cores():
        found.append(
            say("Other programs kept the machine busy while it was measured (load {load:.1f} on {cores} cores): hours "
                "of a worker with all cores are too high.", load=measured.busy, cores=measuring.allowed_cores())
        )  # fmt: skip
    if machine.read_speed is None:
        found.append(
            say("The files are too small to tell how fast their disk is: waiting for it is not reckoned with "
                "(--read-speed).")
        )  # fmt: skip
    times = pixels / wish.sides[1] ** 2
    if times > 100:
        found.append(
            say("The largest scene has {times:,.0f} times the pixels of the crop that was measured: what grows faster "
                "than the scene does not show.", times=times)
        )  # fmt: skip
    bands = {one.bands for one in scenes}
    if len(bands) > 1:
        found.append(
            say("The scenes have {few} to {many} good bands; one with {measured} was measured, and the time of the "
                "others taken in proportion.", few=min(bands), many=max(bands), measured=measured.facts.bands)
        )  # fmt: skip
    if course_of(wish.spec).counts_steps is False and wish.trained != "never":
        found.append(say("A training may end before its last epoch (--patience): its time is the longest."))
    return tuple(found)
