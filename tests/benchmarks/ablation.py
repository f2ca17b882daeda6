"""What each part of the recipe gives: encoder, features beside it, smoothing of the map, kind of probe.

    python tests/benchmarks/ablation.py --json [--scenes indian_pines,salinas_a,demo] [--labels 10] [--draws 10]
        [--methods lscosa,purified,contrastdm,random-encoder] [--seed 0] [--threads 2] [--runs DIR]

Prints one JSON object with `rows`: `scene`, `method`, `part`, `labels`, `draws`, `oa_mean` and `oa_sd` as fractions,
on random draws of so many labels a class; train and test are disjoint in every draw. Parts: `default` (the method's
recipe), `no-map-smoothing`, `encoder-alone` (its features without those beside them), `plain-smoothing` (the encoder's
features as they are, beside Gaussian-smoothed components), and `svm` (the recipe's features, an RBF support vector
machine in place of the linear probe). The rows of `spatial-only` say what the same probes reach without any encoder.
With --runs, encoders are kept there and taken from there.
"""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scenes import load  # beside this script
from threadpoolctl import threadpool_limits

from hsigui.cube.cube import Cube
from hsigui.jobs import SilentContext
from hsigui.labels.sampling import draw
from hsigui.methods import checkpoint
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.evaluate import evaluate
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.pipeline.study.plan import StudyTruth
from hsigui.specs import FeatureSpec, MapSpec, PretrainSpec, ProbeSpec, Recipe

CTX = SilentContext()
NO_CONTEXT = {"smoothed": (), "edge_aware": (), "superpixels": ()}


def parts(recipe: Recipe) -> dict[str, Recipe]:
    """The recipes that are compared, by name."""
    found = {
        "default": recipe,
        "no-map-smoothing": replace(recipe, map=MapSpec(0.0, 0.0)),
        "svm": replace(recipe, probe=ProbeSpec(classifier="svm")),
    }
    if recipe.features.encoder:
        plain = FeatureSpec(components=32, smoothed=(2.0,), edge_aware=(), pooled=0.0)
        found["encoder-alone"] = replace(recipe, features=replace(recipe.features, **NO_CONTEXT))
        found["plain-smoothing"] = replace(recipe, features=plain, map=MapSpec(0.0, 0.0))
    return found


def trained(cube: Cube, name: str, method: str, seed: int, runs: Path | None) -> Encoder:
    folder = None if runs is None else runs / f"{name}-{method}-{seed}"
    if folder is not None and (folder / "run.json").exists():
        return checkpoint.load(folder)
    return pretrain(cube, PretrainSpec(method=method, seed=seed, device="cpu"), CTX, folder)


def measured(cube: Cube, encoder: Encoder, reference: StudyTruth, labels: int, draws: int) -> tuple[float, float]:
    """Mean and standard deviation of OA over the draws."""
    features = embed(cube, encoder, CTX, device="cpu")
    found = []
    for seed in range(draws):
        split = draw(reference.truth, labels, seed, features.valid)
        drawn = classify(features, fit_probe(features, split.train, None, CTX), None, CTX)
        found.append(evaluate(drawn.classes, split.test, reference.classes, split.train).oa)
    return float(np.mean(found)), float(np.std(found, ddof=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scenes", default="indian_pines,salinas_a,demo")
    parser.add_argument("--methods", default="lscosa,purified,contrastdm,random-encoder")
    parser.add_argument("--labels", type=int, default=10)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0, help="of pretraining")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=Path, help="folder to keep encoders in and take them from")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    rows = []
    with threadpool_limits(asked.threads):
        for name in asked.scenes.split(","):
            cube, reference = load(name)
            for method in (*asked.methods.split(","), "spatial-only"):
                encoder = trained(cube, name, method, asked.seed, asked.runs)
                for part, recipe in parts(encoder.recipe).items():
                    mean, sd = measured(cube, replace(encoder, recipe=recipe), reference, asked.labels, asked.draws)
                    row = {"scene": name, "method": method, "part": part, "labels": asked.labels}
                    rows.append({**row, "draws": asked.draws, "oa_mean": round(mean, 4), "oa_sd": round(sd, 4)})
    about = {"machine": platform.machine(), "threads": asked.threads, "torch": torch.__version__, "seed": asked.seed}
    print(json.dumps({**about, "rows": rows}))


if __name__ == "__main__":
    main()
