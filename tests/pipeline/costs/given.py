"""Measurements made up for tests: what each costs is known, so what all cost can be said by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hsigui.jobs import Context
from hsigui.pipeline.costs.course import Course, course_of
from hsigui.pipeline.costs.estimate import Asked
from hsigui.pipeline.costs.figures import Facts, Figures, Line, Machine, Measured
from hsigui.pipeline.costs.found import FoundScene
from hsigui.specs import PretrainSpec

MIB = 2**20
FIGURES = Figures(
    start_training=4.0, start_mapping=3.0, opening=0.5, preparing=Line(1.0, 1e-5), step=0.1, later_step=0.0,
    watching=0.2, finishing=2.0, embedding=Line(1.0, 6e-5), finding=Line(0.0, 1e-5), probe=Line(0.5, 1e-6),
    drawing=Line(0.1, 2e-6), writing=Line(0.05, 1e-7), loading=0.1, kept=Line(0.2, 4e-5),
)  # fmt: skip
FACTS = Facts(
    bands=100, channels=32, width=160, passes_training=4.0, passes_mapping=8.0, passes_kept=6.0, features_first=300.0,
    features_later=1100.0, run=200_000.0, map=Line(10_000.0, 0.5), memory_training=Line(500.0 * MIB, 2500.0),
    memory_mapping=Line(550.0 * MIB, 5000.0),
)  # fmt: skip
MACHINE = Machine(cores=4, memory=16 * 2**30, read_speed=200e6, write_speed=100e6)
MEASURED = Measured(MACHINE, (FIGURES,), (), FACTS)
QUICK = course_of(PretrainSpec())


def scene(side: int, name: str = "a", bands: int = 100) -> FoundScene:
    path = Path(f"{name}.hdr")
    return FoundScene(path, (path,), side, side, bands, side * side * bands * 2)


def times(figures: Figures, factor: float) -> Figures:
    """The same work on a machine that is so many times as slow."""
    values = {
        name: Line(value["fixed"] * factor, value["each"] * factor) if isinstance(value, dict) else value * factor
        for name, value in figures.to_json().items()
    }
    return replace(figures, **values)


def asked(trained: str = "once", course: Course = QUICK, workers: tuple[int, ...] = (1,), **more: Any) -> Asked:
    return Asked(trained, course, workers, **more)


class FakeTrials:
    """Trials that take what `FIGURES` say, to the digit, without a process or a clock.

    Attributes:
        requests: that were made, in their order.
    """

    def __init__(self, figures: Figures = FIGURES, course: Course = QUICK) -> None:
        self.figures, self.course, self.requests = figures, course, list[Mapping[str, Any]]()

    def __call__(self, request: Mapping[str, Any], folder: Path, ctx: Context) -> Mapping[str, Any]:
        del folder
        ctx.check()
        self.requests.append(request)
        found = self._training(request) if request["work"] == "training" else self._mapping(request)
        return {"threads": 4, **found}

    def _training(self, request: Mapping[str, Any]) -> dict[str, Any]:
        of = self.figures

        def short(epochs: int, path: str, readings: int = 0) -> dict[str, Any]:
            pixels = side_of(path) ** 2
            steps = epochs if self.course.counts_steps else epochs * max(1, pixels // 32)
            seconds = of.preparing.at(pixels) + of.finishing + steps * of.step + readings * of.watching
            return {"seconds": seconds, "steps": steps, "readings": readings, "pixels": pixels}

        first = []
        for path in request["crops"]:
            pixels = side_of(path) ** 2
            first.append({"seconds": of.preparing.at(pixels) + 3 * of.step, "made": 3, "steps": 600, "pixels": pixels,
                          "passes": FACTS.passes_training})  # fmt: skip
        one = {
            "opening": of.opening, "first": first, "short": [short(*each) for each in request["short"]],
            "watched": short(*request["short"][-1], readings=10),
            "peaks": [FACTS.memory_training.at(each["pixels"]) for each in first],
        }  # fmt: skip
        return {"start": of.start_training - 1.5, "cold": 1.0, "channels": FACTS.channels,
                "rounds": [one] * request["rounds"]}  # fmt: skip

    def _mapping(self, request: Mapping[str, Any]) -> dict[str, Any]:
        names, of = ("embedding", "finding", "probe", "drawing", "writing", "kept"), self.figures
        crops = []
        for path in request["crops"]:
            pixels = side_of(path) ** 2
            crops.append({
                "pixels": pixels, "opening": of.opening, "loading": of.loading, "width": FACTS.width,
                "map": FACTS.map.at(pixels), "passes": FACTS.passes_mapping, "passes_kept": FACTS.passes_kept,
                **{name: getattr(of, name).at(pixels) for name in names},
            })  # fmt: skip
        peaks = [FACTS.memory_mapping.at(each["pixels"]) for each in crops]
        return {
            "start": of.start_mapping - 0.5, "command": 0.5, "cold": 0.0,
            "rounds": [{"crops": crops, "peaks": peaks}] * request["rounds"],
            "features_first": FACTS.features_first, "features_later": FACTS.features_later, "run": FACTS.run,
            "bands": FACTS.bands, "channels": FACTS.channels,
        }  # fmt: skip


def side_of(path: str) -> int:
    return int(Path(path).stem.removeprefix("crop-"))
