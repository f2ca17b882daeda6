"""The work itself on crops of a scene, timed part by part: run as a process of its own, so that the start of a process
and its memory are measured too, and nothing of it stays.

    python -m hsigui.pipeline.costs.trial REQUEST.json ANSWER.json

One process trains (`work` "training"), another draws maps by what that one wrote ("mapping"), as the commands do.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

if __name__ == "__main__":  # before the libraries: they count the cores as they are loaded
    _request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if _request["cores"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: _request["cores"]])
    _clock = time.process_time if _request["clock"] == "processor" else time.perf_counter
    _begun = _clock()

import contextlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from hsigui.cube.cube import Cube, Source
from hsigui.cube.open import open_cube
from hsigui.jobs import Cancelled, SilentContext, quiet
from hsigui.methods import checkpoint
from hsigui.pipeline import disk, kept_probe, verbs, writing
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.values import Labels, SceneFeatures
from hsigui.specs import MapSpec, PretrainSpec

Clock = Callable[[], float]
PATCH = 9  # pixels, the side of the surroundings by which made-up labels go


class Counted:
    """A source that counts the samples that are read from it; in all else the one it stands before."""

    def __init__(self, source: Source) -> None:
        self._source, self.samples = source, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._source, name)
        return self._reading(found) if name in ("read", "shared") else found

    def _reading(self, read: Callable[..., NDArray[Any]]) -> Callable[..., NDArray[Any]]:
        def counted(rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
            found = read(rows, cols, bands)
            self.samples += found.size
            return found

        return counted


class Stops(SilentContext):
    """A context that ends a training once its first steps are told.

    Attributes:
        made, steps: that were made until then, and that there would be.
    """

    def __init__(self) -> None:
        self.made, self.steps, self._seen = 0, 0, False

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Ends the training where this tells of steps."""
        del text
        if self._seen:
            self.made, self.steps = int(done), int(total)
            raise Cancelled

    def metric(self, name: str, value: float, step: int) -> None:
        """Notes that a step was made."""
        del value, step
        self._seen = self._seen or name == "loss"


def opened(path: str) -> tuple[Cube, Counted]:
    """A crop, and what counts how much of it is read."""
    counters: list[Counted] = []

    def counting(source: Source) -> Source:
        counters.append(Counted(source))
        return counters[-1]

    cube = open_cube(path)
    return cube.over(counting, cube.info), counters[0]


class Timing:
    """Times calls by a clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def of(self, work: Callable[[], Any]) -> tuple[float, Any]:
        """Seconds that a call took, and what it gave."""
        begun = self._clock()
        found = work()
        return self._clock() - begun, found


def training(request: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """Trainings of a few steps on the crops.

    Args:
        request: `spec`; `crops`, the small and the large one; `short`, two numbers of epochs or steps, each with the
            crop that it is made on; `rounds`; `run`, the folder to write to.

    Returns:
        `cold`, seconds that the first call took longer than the next like it; `rounds`, of each the seconds of its
        parts; and what does not depend on the clock.
    """
    spec = PretrainSpec.from_json(request["spec"])
    learns, timing, run = request["learns"], Timing(clock), Path(request["run"])
    short, small = request["short"], request["crops"][0]

    def first_steps(path: str) -> dict[str, Any]:
        cube, counter = opened(path)
        stop = Stops()

        def begin() -> None:
            with contextlib.suppress(Cancelled):  # that is what it was begun for
                pretrain(cube, replace(spec, monitor=False), stop)

        seconds, _ = timing.of(begin)
        passes = counter.samples / (cube.rows * cube.cols * cube.bands)
        return {"seconds": seconds, "made": stop.made, "steps": stop.steps, "pixels": cube.rows * cube.cols,
                "passes": passes}  # fmt: skip

    def trained(which: int, monitor: bool) -> dict[str, Any]:
        epochs, path = short[which]
        cube, _ = opened(path)
        shutil.rmtree(run, ignore_errors=True)
        asked = replace(spec, monitor=monitor, epochs=epochs if learns else spec.epochs)
        seconds, encoder = timing.of(lambda: pretrain(cube, asked, quiet(), run))
        return {"seconds": seconds, "steps": len(encoder.losses), "readings": len(encoder.readings),
                "pixels": cube.rows * cube.cols}  # fmt: skip

    def one_round() -> dict[str, Any]:
        opening, _ = timing.of(lambda: opened(small))
        found: dict[str, Any] = {"opening": opening}
        found["first"], peaks = [], []
        for path in request["crops"]:
            found["first"].append(first_steps(path))
            peaks.append(peak())
        found["peaks"] = peaks
        found["short"] = [trained(number, False) for number in range(len(short) if learns else 1)]
        if learns and spec.monitor:
            found["watched"] = trained(len(short) - 1, True)
        return found

    before = first_steps(small)["seconds"]
    rounds = [one_round() for _ in range(request["rounds"])]
    encoder = checkpoint.load(run)
    return {
        "cold": max(0.0, before - rounds[0]["first"][0]["seconds"]), "rounds": rounds,
        "channels": encoder.transform.channels,
    }  # fmt: skip


def mapping(request: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """Features, classifier, map and files of the crops by a run, with labels and by the kept classifier.

    Args:
        request: `crops`; `run`; `scratch`, a folder; `classes` and `labels`, how many, and labels of each; `format` of
            maps; `map_spec`, what is asked for of them; `rounds`.

    Returns:
        As `training`.
    """
    timing, scratch = Timing(clock), Path(request["scratch"])
    asked = {name: value for name, value in request["map_spec"].items() if value is not None}

    def one(path: str) -> dict[str, Any]:
        folder = _copied(Path(request["run"]), scratch / "copy")
        return _mapped(path, folder, request, asked, timing)

    before = one(request["crops"][0])
    rounds: list[dict[str, Any]] = []
    for _ in range(request["rounds"]):
        found, peaks = list[dict[str, Any]](), list[int]()
        for path in request["crops"]:
            found.append(one(path))
            peaks.append(peak())
        rounds.append({"crops": found, "peaks": peaks})
    cold = sum(max(0.0, before[name] - rounds[0]["crops"][0][name]) for name in PARTS)
    return {"cold": cold, "rounds": rounds, **_facts(request)}


PARTS = ("opening", "embedding", "finding", "probe", "drawing", "writing", "loading", "kept")


def _mapped(
    path: str, folder: Path, request: Mapping[str, Any], asked: Mapping[str, Any], timing: Timing
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["opening"], (cube, counter) = timing.of(lambda: opened(path))
    size, ctx = cube.rows * cube.cols * cube.bands, quiet()
    _, encoder = timing.of(lambda: checkpoint.load(folder))
    spec = replace(encoder.recipe.map, **asked)

    def embed() -> SceneFeatures:
        return verbs.embed(cube, encoder, ctx, folder)

    found["embedding"], features = timing.of(embed)
    found["passes"] = counter.samples / size
    found["finding"], features = timing.of(embed)
    labels = few_labels(features.features.valid, request["classes"], request["labels"], cube)

    def fitted() -> Any:
        return verbs.fit(features, labels, None, ctx, map_spec=spec)

    found["probe"], classifier = timing.of(fitted)
    found["drawing"], result = timing.of(lambda: verbs.classify(features, classifier, spec, ctx))
    keeping, _ = timing.of(
        lambda: kept_probe.save(writing.kept_of(result, result.label_files(), ctx, "hsigui plan"), folder)
    )
    found["probe"] += keeping
    to = folder / "written"
    to.mkdir()
    found["writing"], _ = timing.of(lambda: writing.save_map(result, to / f"map{request['format']}"))
    found["map"] = sum(each.stat().st_size for each in to.iterdir())
    found["loading"], kept = timing.of(lambda: verbs.load_classifier(folder))
    again, counter = opened(path)
    drawn = MapSpec(**{**kept.kept.map_spec.to_json(), **asked})
    found["kept"], _ = timing.of(lambda: verbs.classify_other(again, kept, drawn, ctx))
    found["passes_kept"] = counter.samples / size
    found["pixels"], found["width"] = cube.rows * cube.cols, len(kept.kept.mean)
    return found


def _copied(run: Path, to: Path) -> Path:
    """The run without features: those of a crop that was embedded before would be found again."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(run, to, ignore=shutil.ignore_patterns("features-*"))
    return to


def _facts(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the run says of the features of a pixel, and how large it is."""
    run = Path(request["run"])
    encoder = checkpoint.load(run)
    many = 10_000_000  # as of a scene whose levels wait until labels ask for them
    room = disk.of_features([many], encoder.width, len(encoder.transform.good), encoder.recipe)
    size = sum(each.stat().st_size for each in run.iterdir() if not each.name.startswith("features-"))
    return {
        "features_first": room.first / many, "features_later": room.later / many, "run": size,
        "bands": len(encoder.transform.good), "channels": encoder.transform.channels,
    }  # fmt: skip


def few_labels(valid: NDArray[np.bool_], classes: int, each: int, cube: Cube) -> Labels:
    """Labels to fit a classifier to, where the scene has none: so many pixels of each of so many steps of brightness.

    The brightness is that of a pixel's surroundings, so that classes lie in patches as those of land do, and the
    classifier heeds several levels of context.

    Args:
        valid: rows x cols.
        each: labels a class.
    """
    brightness = np.nanmean(cube.read(bands=cube.good_bands[:: max(1, len(cube.good_bands) // 8)].tolist()), axis=2)
    brightness = uniform_filter(np.nan_to_num(brightness), PATCH)
    rank = np.full(valid.shape, -1)
    places = np.flatnonzero(valid)
    rank.ravel()[places[np.argsort(brightness.ravel()[places], kind="stable")]] = np.arange(len(places))
    chance, found = np.random.default_rng(0), np.zeros(valid.shape, dtype=np.uint16)
    for number in range(classes):
        begin, end = (len(places) * one // classes for one in (number, number + 1))
        inside = np.flatnonzero((rank >= begin) & (rank < end))
        found.ravel()[chance.choice(inside, min(each, len(inside)), replace=False)] = number + 1
    return Labels.of(found)


def peak() -> int:
    """Bytes of memory that this process has taken at most; 0 where the system does not say.

    On Linux of this program alone: what `getrusage` tells begins with the memory of the process that started it.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(text.partition("VmHWM:")[2].split()[0]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


def main(request: Mapping[str, Any], clock: Clock, begun: float, answer: Path) -> None:
    """Does what a request asks for and writes the answer, a JSON object."""
    loaded = clock() - begun
    found = {"training": training, "mapping": mapping}[request["work"]](request, clock)
    answer.write_text(json.dumps({"start": loaded, "threads": torch.get_num_threads(), **found}), encoding="utf-8")


if __name__ == "__main__":
    main(_request, _clock, _begun, Path(sys.argv[2]))
