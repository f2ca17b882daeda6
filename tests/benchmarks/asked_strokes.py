"""What strokes where "Ask me" asks are worth, against as many of the user's own and as many at random spots.

    python tests/benchmarks/asked_strokes.py --json [--scenes indian_pines,salinas_a,jasper,pavia,demo]
        [--budgets 2,3,4,5,6] [--draws 10] [--first 0] [--batch 0] [--method random-encoder] [--preset quick] [--seed 0]
        [--threads 1] [--runs DIR]

Prints one JSON object with `rows`: `scene`, `rule`, `strokes` (a class), `total` (strokes, mean over the draws),
`skipped` (spots without ground truth, which cost a key each), `draws`, and mean and standard deviation of OA and AA as
fractions, measured twice: `oa`, `aa` on all labelled pixels outside the rule's own strokes, and `oa_common`,
`aa_common` on those that no rule of the draw has stroked, so that nobody gains by taking the difficult pixels out of
the test. `minus` of every other rule: mean and standard error of the paired difference of `asked` to it, on the common
pixels. The scenes are those of `scenes.py`.

Rules, all with the same encoder and recipe, and as many strokes in all as classes times `strokes`:

- `own`: so many strokes of each class (`labels.stroke_split.draw_strokes`), as users label class by class.
- `asked`: one stroke of each class, drawn likewise, then what `pipeline.verbs.ask` asks for, --batch spots at a time
  (0: as many as there are classes), from the map of the moment. The ground truth answers with a stroke: a walk of a
  brush of 2 pixels from the spot, inside its region, 25 pixels at most. A spot without ground truth is passed over.
- `random`: the same first strokes, then strokes at random labelled pixels.
- `doubt`: as `asked`, by the rule for single pixels (`pipeline.active.next_spots`).
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scenes import load  # beside this script
from threadpoolctl import threadpool_limits

from hsigui.cube.cube import Cube
from hsigui.jobs import SilentContext
from hsigui.labels.regions import find_regions
from hsigui.labels.stroke_split import draw_strokes
from hsigui.methods import checkpoint
from hsigui.methods.probe import Probe
from hsigui.pipeline import verbs
from hsigui.pipeline.active import next_spots
from hsigui.pipeline.classify import ClassMap, classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.evaluate import evaluate
from hsigui.pipeline.features import Features
from hsigui.pipeline.grounds import Grounds
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import PretrainSpec

CTX = SilentContext()
RULES = ("own", "random", "doubt", "asked")
PIXELS = 25  # of a stroke at most
AROUND = [step for step in product((-1, 0, 1), repeat=2) if any(step)]

Labels = NDArray[np.uint16]
Spot = tuple[int, int]
Finder = Callable[[ClassMap, Probe, Labels, list[Spot], int], list[Spot]]


class Scene:
    """A scene with its features, and a ground truth that answers with strokes."""

    def __init__(self, name: str, method: str, preset: str, seed: int, runs: Path | None) -> None:
        cube, self.reference = load(name)
        self.features = made(cube, name, method, preset, seed, runs)
        self.truth = np.where(self.features.valid, self.reference.truth, 0).astype(np.uint16)
        self.classes = np.unique(self.truth[self.truth > 0])
        self.grounds = Grounds()
        self._region = np.zeros(self.truth.shape, dtype=np.int32)
        for number, region in enumerate(find_regions(self.truth), start=1):
            self._region.flat[region.pixels] = number

    def mapped(self, labels: Labels) -> tuple[ClassMap, Probe]:
        probe = fit_probe(self.features, labels, None, CTX)
        return classify(self.features, probe, None, CTX), probe

    def stroke(self, labels: Labels, spot: Spot, rng: np.random.Generator) -> None:
        """Paints from a spot inside its region; half of a class is always left to test, but for one pixel."""
        number = self.truth[spot]
        left = np.count_nonzero(self.truth == number) // 2 - np.count_nonzero(labels == number)
        room = np.pad((self._region == self._region[spot]) & (labels == 0), 1)
        for row, col in walked(room, (spot[0] + 1, spot[1] + 1), max(1, min(PIXELS, left)), rng):
            labels[row - 1, col - 1] = number


def walked(room: NDArray[np.bool_], at: Spot, most: int, rng: np.random.Generator) -> list[Spot]:
    """The pixels that a brush of 2 pixels paints on a random walk through a mask with an empty rim."""
    painted: dict[Spot, None] = {}
    for _ in range(100 * most):
        for down, right in product((0, 1), repeat=2):
            under = at[0] + down, at[1] + right
            if room[under]:
                painted[under] = None
            if len(painted) == most:
                return list(painted)
        ways = [(at[0] + down, at[1] + right) for down, right in AROUND if room[at[0] + down, at[1] + right]]
        if not ways:
            break
        at = ways[int(rng.integers(len(ways)))]
    return list(painted)


def made(cube: Cube, name: str, method: str, preset: str, seed: int, runs: Path | None) -> Features:
    """The features, kept in the folder of the run where one is given."""
    folder = None if runs is None else runs / f"{name.replace(':', '-')}-{method}-{preset}-{seed}"
    if folder is not None and (folder / "run.json").exists():
        encoder = checkpoint.load(folder)
    else:
        encoder = pretrain(cube, PretrainSpec(method=method, preset=preset, seed=seed, device="cpu"), CTX, folder)
    return embed(cube, encoder, CTX, folder, device="cpu")


def by_coverage(scene: Scene) -> Finder:
    def find(found: ClassMap, probe: Probe, labels: Labels, asked: list[Spot], count: int) -> list[Spot]:
        spots = verbs.ask(
            scene.features, found, labels, CTX, count=count, asked=tuple(asked), probe=probe, grounds=scene.grounds
        )
        return [(spot.row, spot.col) for spot in spots]

    return find


def by_doubt(scene: Scene) -> Finder:
    def find(found: ClassMap, _probe: Probe, labels: Labels, asked: list[Spot], count: int) -> list[Spot]:
        spots = next_spots(scene.features, found.margin, labels, count, asked=asked)
        return [(spot.row, spot.col) for spot in spots]

    return find


def asking(scene: Scene, find: Finder, budgets: Sequence[int], batch: int, seed: int) -> list[tuple[Labels, int, int]]:
    """Labels, strokes and spots passed over, at each budget."""
    rng, labels = np.random.default_rng([seed, 1]), draw_strokes(scene.truth, 1, seed).train
    strokes, skipped, asked, found = len(scene.classes), 0, [], []
    for budget in budgets:
        while (missing := budget * len(scene.classes) - strokes) > 0:
            spots = find(*scene.mapped(labels), labels, asked, min(batch or len(scene.classes), missing))
            if not spots:
                break
            for spot in spots:
                asked.append(spot)
                if scene.truth[spot] == 0 or labels[spot]:
                    skipped += 1
                else:
                    scene.stroke(labels, spot, rng)
                    strokes += 1
        found.append((labels.copy(), strokes, skipped))
    return found


def at_random(scene: Scene, budgets: Sequence[int], seed: int) -> list[tuple[Labels, int, int]]:
    rng, labels = np.random.default_rng([seed, 2]), draw_strokes(scene.truth, 1, seed).train
    strokes, found = len(scene.classes), []
    for budget in budgets:
        while strokes < budget * len(scene.classes):
            free = np.flatnonzero((scene.truth > 0) & (labels == 0))
            row, col = divmod(int(rng.choice(free)), labels.shape[1])
            scene.stroke(labels, (row, col), rng)
            strokes += 1
        found.append((labels.copy(), strokes, 0))
    return found


def drawn(
    scene: Scene, rules: Sequence[str], budgets: Sequence[int], batch: int, seed: int
) -> dict[str, list[tuple[Labels, int, int]]]:
    """Labels, strokes and spots passed over of every rule at every budget."""
    found = {}
    for rule in rules:
        if rule == "own":
            found[rule] = [(draw_strokes(scene.truth, n, seed).train, n * len(scene.classes), 0) for n in budgets]
        elif rule == "random":
            found[rule] = at_random(scene, budgets, seed)
        else:
            find = by_coverage(scene) if rule == "asked" else by_doubt(scene)
            found[rule] = asking(scene, find, budgets, batch, seed)
    return found


def measured(scene: Scene, labels: Mapping[str, tuple[Labels, int, int]]) -> dict[str, dict[str, float]]:
    """Figures of every rule at one budget of one draw."""
    taken = np.any([train > 0 for train, _, _ in labels.values()], axis=0)
    figures = {}
    for rule, (train, strokes, skipped) in labels.items():
        predicted, classes = scene.mapped(train)[0].classes, scene.reference.classes
        own = evaluate(predicted, np.where(train > 0, 0, scene.truth), classes, train)
        common = evaluate(predicted, np.where(taken, 0, scene.truth), classes, train)
        figures[rule] = {
            "total": strokes, "skipped": skipped, "oa": own.oa, "aa": own.aa, "oa_common": common.oa,
            "aa_common": common.aa,
        }  # fmt: skip
    return figures


def rows_of(scene: str, budget: int, figures: Sequence[Mapping[str, Mapping[str, float]]]) -> list[dict[str, Any]]:
    rows = []
    for rule in figures[0]:
        values = {key: np.array([f[rule][key] for f in figures]) for key in figures[0][rule]}
        row: dict[str, Any] = {"scene": scene, "rule": rule, "strokes": budget, "draws": len(figures)}
        row |= {key: round(float(values.pop(key).mean()), 1) for key in ("total", "skipped")}
        for key, of_draws in values.items():
            row[f"{key}_mean"] = round(float(of_draws.mean()), 4)
            row[f"{key}_sd"] = round(float(of_draws.std(ddof=1)), 4) if len(of_draws) > 1 else None
        if rule != "asked" and "asked" in figures[0] and len(figures) > 1:
            ahead = np.array([f["asked"]["oa_common"] for f in figures]) - values["oa_common"]
            row["minus"] = [round(float(ahead.mean()), 4), round(float(ahead.std(ddof=1) / len(ahead) ** 0.5), 4)]
        rows.append(row)
    return rows


def curves(name: str, given: argparse.Namespace) -> list[dict[str, Any]]:
    scene = Scene(name, given.method, given.preset, given.seed, given.runs)
    figures: dict[int, list[dict[str, dict[str, float]]]] = {budget: [] for budget in given.budgets}
    for seed in range(given.first, given.first + given.draws):
        labels = drawn(scene, given.rules, given.budgets, given.batch, seed)
        for place, budget in enumerate(given.budgets):
            figures[budget].append(measured(scene, {rule: labels[rule][place] for rule in given.rules}))
        told = {
            rule: [round(100 * figures[budget][-1][rule]["oa"], 1) for budget in given.budgets] for rule in given.rules
        }
        print(f"{name}: draw {seed}: {told}", file=sys.stderr, flush=True)
    return [row for budget in given.budgets for row in rows_of(name, budget, figures[budget])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scenes", default="indian_pines,salinas_a,jasper,pavia,demo")
    parser.add_argument("--rules", type=lambda text: tuple(text.split(",")), default=RULES)
    parser.add_argument(
        "--budgets", type=lambda text: tuple(map(int, text.split(","))), default=(2, 3, 4, 5, 6),
        help="strokes a class, rising",
    )  # fmt: skip
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="number (seed) of the first draw")
    parser.add_argument("--batch", type=int, default=0, help="spots asked between two maps; 0 for one a class")
    parser.add_argument("--method", default="random-encoder")
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--seed", type=int, default=0, help="of pretraining")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=Path, help="folder to keep encoders and features in and take them from")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    with threadpool_limits(given.threads):
        rows = [row for name in given.scenes.split(",") for row in curves(name, given)]
    about = {"machine": platform.machine(), "threads": given.threads, "torch": torch.__version__}
    print(json.dumps({**about, "method": given.method, "batch": given.batch, "seed": given.seed, "rows": rows}))


if __name__ == "__main__":
    main()
