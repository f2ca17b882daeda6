"""Whether maps are as often right as they say: confidence, accuracy and calibration error before and after calibration.

    python tests/benchmarks/reliability.py --json [--scenes salinas_a,jasper,pavia,demo] [--draws 5] [--first 0]
        [--methods random-encoder,svm-spatial] [--cells random:10,random:5,block:5,strokes:1,strokes:3]
        [--seed 0] [--threads 1] [--runs DIR]

Prints one JSON object with `rows`: `scene`, `method`, `cell`, `draws`, and means over the draws, as fractions: `oa`,
`confidence_before` and `confidence` (of the test pixels), `ece_before` and `ece` (ten bins, `report.reliability`), and
`worse`, in how many draws the error grew; `temperature`, its mean; `uncalibrated`, in how many draws the labels did not
suffice to calibrate by. Rows of a method with several levels of context have `at_once` too: the same figures of the map
of the closed form that a stroke is answered with. The scenes are those of `scenes.py`.

Before: the same probe with a temperature of 1, whose classes are the same. Training and test pixels are disjoint in
every draw. The temperature sees no test label: it is found when the probe is fitted to the training labels.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scenes import load  # beside this script
from threadpoolctl import threadpool_limits

from hsigui.cube.cube import Cube
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint
from hsigui.methods.probe import Probe
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.features import Features
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import AT_ONCE, fit_mixture, fit_probe
from hsigui.pipeline.split import draw_split
from hsigui.report.reliability import counted
from hsigui.specs import PretrainSpec, SplitSpec

CTX = SilentContext()
CELLS = ("random:10", "random:5", "block:5", "strokes:1", "strokes:3")


def spec_of(cell: str, seed: int) -> SplitSpec:
    """The draw of a cell, such as "block:5" (labels a class) or "strokes:3" (strokes a class)."""
    kind, _, count = cell.partition(":")
    if kind == "strokes":
        return SplitSpec(kind=kind, strokes=int(count), seed=seed)
    return SplitSpec(kind=kind, per_class=int(count), seed=seed)


def made(cube: Cube, name: str, method: str, seed: int, runs: Path | None) -> Features:
    """The features, kept in the folder of the run where one is given."""
    folder = None if runs is None else runs / f"{name.replace(':', '-')}-{method}-{seed}"
    if folder is not None and (folder / "run.json").exists():
        encoder = checkpoint.load(folder)
    else:
        encoder = pretrain(cube, PretrainSpec(method=method, seed=seed, device="cpu"), CTX, folder)
    return embed(cube, encoder, CTX, folder, device="cpu")


def measured(features: Features, probe: Probe, test: NDArray[np.integer]) -> dict[str, Any]:
    """The figures of one map, before and after."""
    assert probe.calibration is not None
    after = classify(features, probe, None, CTX)
    before = classify(features, probe.calibrated(replace(probe.calibration, temperature=1.0)), None, CTX)
    assert np.array_equal(after.classes, before.classes)
    tested = test > 0
    right = after.classes[tested] == test[tested]
    first, then = (counted(one.confidence[tested], right) for one in (before, after))
    return {
        "oa": then.all.accuracy,
        "confidence_before": first.all.confidence,
        "confidence": then.all.confidence,
        "ece_before": first.ece,
        "ece": then.ece,
        "temperature": probe.calibration.temperature,
        "worse": float(then.ece > first.ece + 1e-9),
        "uncalibrated": float(bool(probe.calibration.why)),
    }


def row_of(features: Features, truth: NDArray[np.uint16], cell: str, seeds: Sequence[int]) -> dict[str, Any]:
    settled, at_once = [], []
    for seed in seeds:
        split = draw_split(truth, spec_of(cell, seed), features.valid)
        assert not ((split.train > 0) & (split.test > 0)).any()
        settled.append(measured(features, fit_probe(features, split.train, None, CTX), split.test))
        if features.levels is not None:
            fitted = fit_mixture(features, split.train, AT_ONCE, None, CTX, brief=True)
            at_once.append(measured(features, fitted.probe, split.test))
    return {**averaged(settled), **({"at_once": averaged(at_once)} if at_once else {})}


def averaged(found: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Means over the draws, but for how many grew worse or were not calibrated."""
    means = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    counts = {name: int(sum(one[name] for one in found)) for name in ("worse", "uncalibrated")}
    return {name: round(value, 4) for name, value in means.items()} | counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scenes", default="salinas_a,jasper,pavia,demo")
    parser.add_argument("--methods", default="random-encoder,svm-spatial")
    parser.add_argument("--cells", default=",".join(CELLS))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="seed of the first draw")
    parser.add_argument("--seed", type=int, default=0, help="of pretraining")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=Path, help="folder to keep encoders in and take them from")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    seeds = range(asked.first, asked.first + asked.draws)
    rows = []
    with threadpool_limits(asked.threads):
        for name in asked.scenes.split(","):
            cube, reference = load(name)
            for method in asked.methods.split(","):
                features = made(cube, name, method, asked.seed, asked.runs)
                for cell in asked.cells.split(","):
                    found = row_of(features, reference.truth, cell, seeds)
                    rows.append({"scene": name, "method": method, "cell": cell, "draws": len(seeds), **found})
    about = {"machine": platform.machine(), "threads": asked.threads, "torch": torch.__version__, "seed": asked.seed}
    print(json.dumps({**about, "first": asked.first, "rows": rows}))


if __name__ == "__main__":
    main()
