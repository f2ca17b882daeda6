"""From what was measured to hours, memory, disk and money: the model, term by term. Arithmetic alone.

A scene of P pixels takes, on one share of the processor,

    start + opening + reading + preparing(P) + steps x step + readings x watching + finishing   (a training)
    embedding(P) + probe(P) + drawing(P) + writing(P)                                           (its map)

where each f(P) = fixed + each x P was measured at two sizes. N workers share the scenes out, the longest first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from hsigui.pipeline.costs.course import Course, prepared_pixels
from hsigui.pipeline.costs.figures import Facts, Figures, Machine, Measured
from hsigui.pipeline.costs.found import FoundScene

TRAINED = ("once", "each", "never")
TERMS = ("start", "opening", "reading", "preparing", "training", "watching", "embedding", "probe", "drawing", "writing")
KNEE = 256 * 256  # pixels of a tile: beyond it memory grows by what is held of the whole scene alone
HELD_COPIES = 4  # of a training's input, float32, while superpixels are sought
HELD_FEATURES = 1_000_000_000  # bytes of the widest level's features that are held; more lie in a file
MAP_BYTES = 24  # a pixel: classes, confidence, entropy, margin, edges, validity
CACHED = 0.5  # of the memory may hold what was read before
LEAST_DOUBT = 0.1  # of a figure, however well the rounds agree

Seconds = dict[str, float]  # by the names of TERMS


@dataclass(frozen=True)
class Asked:
    """What is to be done.

    Attributes:
        trained: "once" on the largest scene, whose classifier then maps the others; "each" scene by itself; "never"
            where a run is there.
        course: of a training.
        workers: numbers of workers to reckon with.
        per_machine: workers on one machine; None for all on one.
        price: of an hour of one machine; None for none.
    """

    trained: str
    course: Course
    workers: tuple[int, ...] = (1,)
    per_machine: int | None = None
    price: float | None = None


@dataclass(frozen=True)
class SceneCost:
    """What one scene takes of one worker alone.

    Attributes:
        terms: seconds, by name.
        memory: bytes, at most at any time.
        disk: bytes that are kept of it.
    """

    scene: FoundScene
    trains: bool
    terms: Seconds
    memory: float
    disk: float

    @property
    def seconds(self) -> float:
        """Of all terms."""
        return sum(self.terms.values())


@dataclass(frozen=True)
class Reckoned:
    """What so many workers take.

    Attributes:
        at_once: how many are at work at the same time, as memory allows.
        hours: low, likely and high.
        limit: what keeps it from being faster: "workers", "processor", "memory", "disk", "largest scene" or "training".
        cost: low, likely and high, in the currency of the price; None without one.
        memory: bytes of all workers of a machine.
    """

    workers: int
    machines: int
    at_once: int
    hours: tuple[float, float, float]
    limit: str
    cost: tuple[float, float, float] | None
    memory: float


@dataclass(frozen=True)
class Estimate:
    """The answer.

    Attributes:
        scenes: the largest first.
        shares: of each term in the seconds of one worker, 0 to 1.
        saturates: the number of workers at which each is used up: "processor", "memory" and "disk"; those that are
            not known are left out.
        disk: bytes of all results, and `scratch` of features that lie there for a while only.
    """

    scenes: tuple[SceneCost, ...]
    shares: Seconds
    workers: tuple[Reckoned, ...]
    saturates: dict[str, int]
    disk: float
    scratch: float

    @property
    def first(self) -> str:
        """What saturates first; empty where nothing is known."""
        return min(self.saturates, key=lambda name: self.saturates[name], default="")


def estimate(scenes: Sequence[FoundScene], measured: Measured, asked: Asked) -> Estimate:
    """What the scenes take.

    Args:
        scenes: the largest first.
    """
    model = Model(measured, asked)
    alone = [model.likely(one, model.trains(number)) for number, one in enumerate(scenes)]
    total = {name: sum(one.terms[name] for one in alone) for name in TERMS}
    total["start"] += model.start_of_mapping(0, 1) if any(not one.trains for one in alone) else 0.0
    whole = sum(total.values()) or 1.0
    rooms = [one.memory for one in alone]
    return Estimate(
        tuple(alone), {name: seconds / whole for name, seconds in total.items()},
        tuple(model.reckoned(scenes, count, max(rooms)) for count in asked.workers),
        model.saturates(scenes, max(rooms)), sum(one.disk for one in alone), model.scratch(scenes),
    )  # fmt: skip


class Model:
    """The terms of one measurement and one wish."""

    def __init__(self, measured: Measured, asked: Asked) -> None:
        self._measured, self._asked, self._facts = measured, asked, measured.facts
        self._known = dict[tuple[object, ...], Seconds]()  # of scenes of one size, of which folders are full

    @property
    def machine(self) -> Machine:
        """That the scenes are worked on with."""
        return self._measured.machine

    def trains(self, number: int) -> bool:
        """Whether a training belongs to the scene of this number, counted from 0."""
        return self._asked.trained == "each" or (self._asked.trained == "once" and number == 0)

    def scene(self, scene: FoundScene, trains: bool, number: int, workers: int) -> SceneCost:
        """What a scene takes of a worker.

        Args:
            number: of the round of the measurement.
            workers: how many share the processor.
        """
        one = self._terms(scene, trains, number, workers)
        return SceneCost(scene, trains, one, memory_of(scene, trains, self._facts), self._disk(scene, trains))

    def likely(self, scene: FoundScene, trains: bool) -> SceneCost:
        """What a scene takes of a worker that has the machine for itself, each term the median of the rounds."""
        rounds = [self._terms(scene, trains, number, 1) for number in range(self._measured.rounds)]
        terms = {name: median(one[name] for one in rounds) for name in TERMS}
        return SceneCost(scene, trains, terms, memory_of(scene, trains, self._facts), self._disk(scene, trains))

    def start_of_mapping(self, number: int, workers: int) -> float:
        """Seconds that a worker takes to begin with maps by the kept classifier."""
        return self._shared(lambda of: of.start_mapping + of.loading, number, workers)

    def reckoned(self, scenes: Sequence[FoundScene], workers: int, memory: float) -> Reckoned:
        """What so many workers take.

        Args:
            memory: bytes that one worker takes at most.
        """
        each = min(workers, self._asked.per_machine or workers)
        machines = -(-workers // each)
        fits = max(1, int(self.machine.memory // memory)) if self.machine.memory and memory else each
        at_once = min(each, fits)
        rounds = [
            self._hours(scenes, min(workers, at_once * machines), at_once, machines, number)
            for number in range(self._measured.rounds)
        ]
        likely = median(hours for hours, _ in rounds)
        low = min(min(hours for hours, _ in rounds), likely * (1 - LEAST_DOUBT))
        high = max(max(hours for hours, _ in rounds), likely * (1 + LEAST_DOUBT))
        limit = rounds[0][1]
        if limit in ("workers", "processor") and at_once < each:
            limit = "memory"
        hours, price = (low, likely, high), self._asked.price
        cost = None if price is None else (low * machines * price, likely * machines * price, high * machines * price)
        return Reckoned(workers, machines, min(workers, at_once * machines), hours, limit, cost, memory * at_once)

    def saturates(self, scenes: Sequence[FoundScene], memory: float) -> dict[str, int]:
        """At how many workers on one machine each part of it is used up."""
        machine = self.machine
        found = {"processor": machine.cores}
        if machine.memory and memory:
            found["memory"] = max(1, int(machine.memory // memory))
        if machine.read_speed:
            reading = (
                sum(self._read(one, self.trains(number)) for number, one in enumerate(scenes)) / machine.read_speed
            )
            work = sum(
                self.scene(one, self.trains(number), 0, machine.cores).seconds for number, one in enumerate(scenes)
            )
            if reading:
                found["disk"] = max(1, int(work // reading))
        return found

    def scratch(self, scenes: Sequence[FoundScene]) -> float:
        """Bytes of features that lie on the disk while a map by the kept classifier is drawn, of the largest scene."""
        held = [self._facts.width * 2.0 * one.pixels for number, one in enumerate(scenes) if not self.trains(number)]
        return max((size for size in held if size > HELD_FEATURES), default=0.0)

    def _terms(self, scene: FoundScene, trains: bool, number: int, workers: int) -> Seconds:
        key = scene.pixels, scene.bands, scene.stored, trains, number, workers
        if key not in self._known:
            self._known[key] = self._reckoned_terms(scene, trains, number, workers)
        return self._known[key]

    def _reckoned_terms(self, scene: FoundScene, trains: bool, number: int, workers: int) -> Seconds:
        def part(name: str, pixels: float, by: float = 1.0) -> float:
            return self._shared(lambda of: getattr(of, name).at(pixels, by), number, workers)

        def once(name: str, times: float = 1.0) -> float:
            return self._shared(lambda of: times * getattr(of, name), number, workers)

        pixels, facts, course = scene.pixels, self._facts, self._asked.course
        by = scene.bands / max(1, facts.bands)
        found = dict.fromkeys(TERMS, 0.0)
        found["reading"] = self._waits(scene, trains)
        found["writing"] = part("writing", pixels) + self._writes(scene, trains)
        if not trains:
            found["opening"], found["drawing"] = once("opening"), part("drawing", pixels)
            # The classifier that was tried may heed fewer levels of context than that of real labels: all are planned.
            found["embedding"] = max(part("kept", pixels, by) - found["drawing"], part("embedding", pixels, by))
            return found
        prepared = prepared_pixels(pixels, facts.channels)
        found["start"] = once("start_training") + once("start_mapping")
        found["opening"] = 2 * once("opening")
        found["preparing"] = part("preparing", prepared, by) + once("finishing")
        found["training"] = once("step", course.steps(pixels)) + once("later_step", course.later_steps)
        found["watching"] = once("watching", course.readings)
        found["embedding"] = part("embedding", pixels, by) + part("finding", pixels)
        found["probe"], found["drawing"] = part("probe", pixels), part("drawing", pixels)
        return found

    def _shared(self, seconds: Callable[[Figures], float], number: int, workers: int) -> float:
        """Seconds of a share of the processor, between those of one core and of the whole by Amdahl's law: a part that
        cores share, and one that they cannot."""
        measured, cores = self._measured, self.machine.cores
        whole = seconds(measured.whole[number]) if measured.whole else None
        single = seconds(measured.single[number]) if measured.single else None
        if whole is None or single is None:
            return (single or 0.0) if whole is None else whole
        share = max(1.0, cores / workers)
        if cores == 1 or share >= cores:
            return whole
        spread = max(0.0, (single - whole) / (1 - 1 / cores))
        return single - spread * (1 - 1 / share)

    def _read(self, scene: FoundScene, trains: bool) -> float:
        """Bytes that come from the disk: all passes where the memory cannot hold the scene, else the first."""
        facts = self._facts
        passes = facts.passes_training + facts.passes_mapping if trains else facts.passes_kept
        fits = not self.machine.memory or scene.stored <= CACHED * self.machine.memory
        return scene.stored * (min(1.0, passes) if fits else passes)

    def _waits(self, scene: FoundScene, trains: bool) -> float:
        speed = self.machine.read_speed
        return self._read(scene, trains) / speed if speed else 0.0

    def _writes(self, scene: FoundScene, trains: bool) -> float:
        """Seconds that features wait for the disk, where the memory cannot hold them until later."""
        speed, facts = self.machine.write_speed, self._facts
        size = (facts.features_first + facts.features_later if trains else facts.width * 2.0) * scene.pixels
        if not speed or (self.machine.memory and size <= CACHED * self.machine.memory):
            return 0.0
        return size / speed

    def _disk(self, scene: FoundScene, trains: bool) -> float:
        facts = self._facts
        if not trains:
            return facts.map.at(scene.pixels)
        features = (facts.features_first + facts.features_later) * scene.pixels
        return facts.run + features + facts.map.at(scene.pixels)

    def _hours(
        self, scenes: Sequence[FoundScene], workers: int, each: int, machines: int, number: int
    ) -> tuple[float, str]:
        """Hours of some workers, and what keeps them from being faster.

        Args:
            each: workers of a machine that are at work at once.
        """
        slower = max(1.0, each / self.machine.cores)
        costs = [self.scene(one, self.trains(n), number, each) for n, one in enumerate(scenes)]
        first = 0.0
        if self._asked.trained == "once":  # the others wait for its encoder, and it has a machine for itself
            first, costs = self.scene(scenes[0], True, number, 1).seconds, costs[1:]
        lengths = [one.seconds * slower for one in costs]
        begin = self.start_of_mapping(number, each) * slower if any(not one.trains for one in costs) else 0.0
        busy = shared_out(lengths, workers)
        spent = begin + busy if lengths else 0.0
        disk = 0.0
        if self.machine.read_speed:
            disk = sum(self._read(one.scene, one.trains) for one in costs) / self.machine.read_speed
        total, limit = first + max(spent, disk), "workers"
        if disk > spent:
            limit = "disk"
        elif workers == 1 and each == 1:
            limit = "workers"
        elif first > spent:
            limit = "training"
        elif lengths and max(lengths) > 0.95 * busy and workers > 1:
            limit = "largest scene"
        elif each >= self.machine.cores:
            limit = "processor"
        return total / 3600, limit


def shared_out(lengths: Sequence[float], workers: int) -> float:
    """When the last of some workers is done, who take the longest piece of work that is left as soon as they are free
    (Graham 1969: at most a third above the shortest time)."""
    free = [0.0] * max(1, min(workers, len(lengths)))
    for length in sorted(lengths, reverse=True):
        heapq.heapreplace(free, free[0] + length)
    return max(free)


def memory_of(scene: FoundScene, trains: bool, facts: Facts) -> float:
    """Bytes of memory that a worker takes at most for a scene.

    Up to the pixels of a tile by the line that was measured; beyond, by what is held of the whole scene: the input of
    a training up to a limit, features up to a limit, and the arrays of the map.
    """
    beyond = max(0, scene.pixels - KNEE)
    few = min(scene.pixels, KNEE)
    held_pixels = min(beyond, HELD_FEATURES // max(1, 2 * facts.width))
    mapping = facts.memory_mapping.at(few) + beyond * MAP_BYTES
    mapping += held_pixels * (facts.features_first + facts.features_later)
    if not trains:
        return mapping
    held = HELD_COPIES * 4 * facts.channels * min(beyond, prepared_pixels(scene.pixels, facts.channels))
    training = facts.memory_training.at(few) + held
    return max(training, mapping)
