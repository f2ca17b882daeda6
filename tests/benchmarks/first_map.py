"""How right the first map is: few random labels a class, the Quick preset, and the baselines on the same draws.

    python tests/benchmarks/first_map.py --json [--scenes demo,indian_pines,salinas_a] [--labels 10] [--draws 5]

Prints one JSON object: for each scene the seconds of pretraining and, for each row, the mean and standard deviation of
OA, AA and kappa over the draws. Rows: `lscosa` (what the program does by default), `lscosa-encoder-only`,
`spatial-only` (the same probe on the smoothed components, no encoder), `random-encoder` (untrained, with the smoothed
components), `svm-raw` and `svm-pca-smooth` (RBF, C by 3-fold cross-validation on the labels). Training and test pixels
are disjoint in every draw: the split refuses to exist otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from hsigui.cube.cube import Cube
from hsigui.cube.demo import demo_scene
from hsigui.cube.open import open_cube
from hsigui.cube.transform import fit_transform
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.files import read_classes
from hsigui.labels.sampling import Split, draw
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.features import Features, finished
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.report.metrics import accuracy
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec

FILES = {
    "indian_pines": ("indian_pines/IP_200_M.mat", "indian_pines/Indian_pines_gt.mat"),
    "salinas_a": ("salinas_a/SalinasA_corrected.mat", "salinas_a/SalinasA_gt.mat"),
}
Mapper = Callable[[Split], NDArray[np.uint16]]


def load(name: str) -> tuple[Cube, NDArray[np.uint16]]:
    if name == "demo":
        scene = demo_scene()
        return scene.cube, scene.truth
    folder = Path(os.environ.get("HSIGUI_DATA") or Path(__file__).parents[3] / "shared" / "data")
    cube, truth = FILES[name]
    return open_cube(folder / cube), read_classes(folder / truth).array


def probed(features: Features) -> Mapper:
    """Maps by the program's own probe."""
    ctx = SilentContext()
    return lambda split: classify(features, fit_probe(features, split.train, ProbeSpec(), ctx), MapSpec(), ctx).classes


def svm(values: NDArray[np.float32]) -> Mapper:
    """Maps by a support vector machine on the given vectors of every pixel."""

    def mapper(split: Split) -> NDArray[np.uint16]:
        mask = split.train > 0
        labels = split.train[mask]
        smallest = np.unique(labels, return_counts=True)[1].min()
        model = make_pipeline(StandardScaler(), SVC(C=100.0))
        if smallest >= 3:
            folds = StratifiedKFold(3, shuffle=True, random_state=0)
            model = GridSearchCV(model, {"svc__C": [1, 10, 100, 1000]}, cv=folds)
        found = model.fit(values[mask], labels).predict(values.reshape(-1, values.shape[-1]))
        return found.reshape(split.train.shape).astype(np.uint16)

    return mapper


def part(features: Features, columns: slice) -> Features:
    return finished(np.asarray(features.array[..., columns]), features.valid, "")


def mappers(cube: Cube, seed: int) -> tuple[dict[str, Mapper], float]:
    """All rows of a scene, and the seconds of pretraining."""
    ctx = SilentContext()
    encoder = pretrain(cube, PretrainSpec(seed=seed, device="cpu"), ctx)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        untrained = replace(encoder, network=encoder.plan.network(encoder.transform.channels).eval())
    features = embed(cube, encoder, ctx, device="cpu")
    components = fit_transform(cube, 30).apply_to_cube(cube)
    smooth = np.stack([gaussian_filter(components[..., n], 2.0) for n in range(components.shape[2])], axis=-1)
    rows = {
        "lscosa": probed(features),
        "lscosa-encoder-only": probed(part(features, slice(0, encoder.width))),
        "spatial-only": probed(part(features, slice(encoder.width, None))),
        "random-encoder": probed(embed(cube, untrained, ctx, device="cpu")),
        "svm-raw": svm(np.nan_to_num(cube.read()[..., cube.good_bands])),
        "svm-pca-smooth": svm(smooth),
    }
    return rows, encoder.seconds


def measure(name: str, labels: int, draws: int, seed: int) -> dict[str, object]:
    cube, truth = load(name)
    rows, seconds = mappers(cube, seed)
    classes = ClassTable.for_numbers(np.unique(truth).tolist())
    table: dict[str, dict[str, float]] = {}
    for row, mapper in rows.items():
        figures = []
        for number in range(draws):
            split = draw(truth, labels, number, cube.valid_mask())
            measured = accuracy(mapper(split), split.test, classes, split.train)
            figures.append((measured.oa, measured.aa, measured.kappa))
        mean, sd = np.mean(figures, axis=0), np.std(figures, axis=0, ddof=1)
        names = ("oa", "aa", "kappa")
        table[row] = {
            f"{n}_{k}": round(float(v), 4)
            for k, vs in (("mean", mean), ("sd", sd))
            for n, v in zip(names, vs, strict=True)
        }
    return {"pretrain_s": round(seconds, 1), "labels": labels, "draws": draws, "rows": table}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scenes", default="demo,indian_pines,salinas_a")
    parser.add_argument("--labels", type=int, default=10)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0, help="of pretraining")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    started = time.perf_counter()
    scenes = {
        name: measure(name, arguments.labels, arguments.draws, arguments.seed) for name in arguments.scenes.split(",")
    }
    about = {"machine": platform.machine(), "threads": arguments.threads, "torch": torch.__version__}
    print(json.dumps({**about, "seconds": round(time.perf_counter() - started, 1), "scenes": scenes}))


if __name__ == "__main__":
    main()
