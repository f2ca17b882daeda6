"""What labels that "Ask me" asks for are worth against as many random ones.

    python tests/benchmarks/active_learning.py --json [--scenes indian_pines,demo] [--budgets 5,7,10,15,20]
        [--draws 10] [--first 0] [--start 3] [--batch 1] [--seed 0] [--threads 2] [--runs DIR]

Prints one JSON object with `rows`: `scene`, `rule`, `labels` (a class), `total` (labels, mean over the draws), `draws`,
and mean and standard deviation of OA and AA as fractions, measured twice: `oa`, `aa` on all labelled pixels that are
not among the rule's own labels, and `oa_common`, `aa_common` on the pixels that no rule of the draw has for a label, so
that nobody gains by taking the difficult pixels out of the test. `higher` says for each scene whether the asked labels
are above both others at every budget, on both measures of OA.

Rules, all with the same number of labels in all at each budget, and the same encoder (LSCoSa, quick) and recipe:

- `asked`: --start random labels of each class, then one spot after the other by `pipeline.active.next_spots` from the
  map of the moment; the ground truth answers. --batch spots are asked between two maps.
- `random`: the same start, then random pixels, as a user gets them who labels here and there.
- `stratified`: so many random labels of each class, which takes knowing the classes beforehand.

All rules draw from the pixels of the ground truth only. With --runs, encoders are kept there and taken from there.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ablation import trained  # beside this script
from numpy.typing import NDArray
from scenes import load
from threadpoolctl import threadpool_limits

from hsigui.jobs import SilentContext
from hsigui.labels.sampling import draw
from hsigui.pipeline.active import next_spots
from hsigui.pipeline.classify import ClassMap, classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.evaluate import evaluate
from hsigui.pipeline.features import Features
from hsigui.pipeline.probe import fit_probe
from hsigui.pipeline.study.plan import StudyTruth

CTX = SilentContext()
RULES = ("asked", "random", "stratified")
Labels = NDArray[np.uint16]
Drawn = dict[tuple[str, int], Labels]


def mapped(features: Features, labels: Labels) -> ClassMap:
    return classify(features, fit_probe(features, labels, None, CTX), None, CTX)


def asked(features: Features, truth: Labels, labels: Labels, total: int, batch: int) -> Labels:
    """Labels until there are so many in all."""
    labels = labels.copy()
    while (missing := total - np.count_nonzero(labels)) > 0:
        margin = mapped(features, labels).margin
        for spot in next_spots(features, margin, labels, min(batch, missing), allowed=truth > 0):
            labels[spot.row, spot.col] = truth[spot.row, spot.col]
    return labels


def drawn(features: Features, truth: Labels, budgets: Sequence[int], start: int, batch: int, seed: int) -> Drawn:
    """The labels of every rule at every budget."""
    first = draw(truth, start, seed).train
    now, found = first, {}
    order = np.random.default_rng(seed).permutation(np.flatnonzero((truth > 0) & (first == 0)))
    for budget in budgets:
        found["stratified", budget] = draw(truth, budget, seed).train
        total = np.count_nonzero(found["stratified", budget])
        found["asked", budget] = now = asked(features, truth, now, total, batch)
        chance = first.copy()
        more = order[: total - np.count_nonzero(first)]
        chance.flat[more] = truth.flat[more]
        found["random", budget] = chance
    return found


def measured(features: Features, reference: StudyTruth, truth: Labels, labels: Drawn, budget: int) -> dict[str, Any]:
    """Figures of every rule at a budget of one draw."""
    taken = np.any([labels[rule, budget] > 0 for rule in RULES], axis=0)
    found = {}
    for rule in RULES:
        train = labels[rule, budget]
        predicted = mapped(features, train).classes
        own = evaluate(predicted, np.where(train > 0, 0, truth), reference.classes, train)
        common = evaluate(predicted, np.where(taken, 0, truth), reference.classes, train)
        found[rule] = {
            "total": int(np.count_nonzero(train)),
            "oa": own.oa, "aa": own.aa, "oa_common": common.oa, "aa_common": common.aa,
        }  # fmt: skip
    return found


def rows_of(scene: str, budget: int, figures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for rule in RULES:
        values = {key: [f[rule][key] for f in figures] for key in figures[0][rule]}
        row = {"scene": scene, "rule": rule, "labels": budget, "total": float(np.mean(values.pop("total")))}
        row["draws"] = len(figures)
        for key, of_draws in values.items():
            row[f"{key}_mean"] = round(float(np.mean(of_draws)), 4)
            row[f"{key}_sd"] = round(float(np.std(of_draws, ddof=1)), 4) if len(of_draws) > 1 else None
        rows.append(row)
    return rows


def is_higher(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether `asked` is above the others at every budget."""
    best = {(row["labels"], row["rule"]): row for row in rows}
    return all(
        best[budget, "asked"][key] > best[budget, other][key]
        for budget in {row["labels"] for row in rows}
        for other in RULES[1:]
        for key in ("oa_mean", "oa_common_mean")
    )


def curve(name: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    cube, reference = load(name)
    encoder = trained(cube, name, "lscosa", arguments.seed, arguments.runs)
    features = embed(cube, encoder, CTX, device="cpu")
    truth = np.where(features.valid, reference.truth, 0).astype(np.uint16)
    budgets = [int(word) for word in arguments.budgets.split(",")]
    figures: dict[int, list[dict[str, Any]]] = {budget: [] for budget in budgets}
    for seed in range(arguments.first, arguments.first + arguments.draws):
        labels = drawn(features, truth, budgets, arguments.start, arguments.batch, seed)
        for budget in budgets:
            figures[budget].append(measured(features, reference, truth, labels, budget))
        print(f"{name}: draw {seed}", file=sys.stderr, flush=True)
    return [row for budget in budgets for row in rows_of(name, budget, figures[budget])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scenes", default="indian_pines,demo")
    parser.add_argument("--budgets", default="5,7,10,15,20", help="labels a class, rising")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="number (seed) of the first draw")
    parser.add_argument("--start", type=int, default=3, help="random labels a class that all begin with")
    parser.add_argument("--batch", type=int, default=1, help="spots asked between two maps")
    parser.add_argument("--seed", type=int, default=0, help="of pretraining")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=Path, help="folder to keep encoders in and take them from")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows: list[dict[str, Any]] = []
    with threadpool_limits(1, user_api="blas"):  # small products only: a second thread has to be waited for
        for name in arguments.scenes.split(","):
            rows += curve(name, arguments)
    higher = {name: is_higher([r for r in rows if r["scene"] == name]) for name in arguments.scenes.split(",")}
    about = {"machine": platform.machine(), "threads": arguments.threads, "torch": torch.__version__}
    settings = {"first": arguments.first, "start": arguments.start, "batch": arguments.batch, "seed": arguments.seed}
    print(json.dumps({**about, **settings, "higher": higher, "rows": rows}))


if __name__ == "__main__":
    main()
