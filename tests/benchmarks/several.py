"""What other scenes of a sensor give: an encoder of one scene, of another, of both, gone on with, and an untrained one.

    python tests/benchmarks/several.py --json [--pairs indian_pines,demo] [--method lscosa] [--labels 5] [--strokes 1]
        [--draws 5] [--seeds 1] [--epochs N] [--threads 2] [--runs DIR]

Pairs: `indian_pines` is the left and the right half of that scene (HSIGUI_DATA), `demo` two simulated scenes of
different seeds. The second of each pair is classified with labels of its own. Prints one JSON object with `rows`:
`pair`, `encoder`, `split` ("random 5", "strokes 1"), `draws` (pretrainings times draws of labels), `oa_mean` and
`oa_sd` as fractions, and `gain`, the mean of the paired differences to the untrained network, with `gain_se`, its
standard error over the draws. Encoders: `own` (trained on the scene that is classified), `other` (on the first of the
pair alone), `both`, `from` (on the other, then on its own), `untrained` (the method's own network with random
weights, on the own scene). All but `from` take the same number of steps; `from` takes twice as many. Train and test
are disjoint.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from study import load  # beside this script
from threadpoolctl import threadpool_limits

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.demo import demo_scene
from hsigui.jobs import SilentContext
from hsigui.labels.sampling import Split, draw
from hsigui.methods import checkpoint
from hsigui.methods.balance import DENSE_SAMPLE, learn
from hsigui.methods.chance import Chance
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.encoders import channels_last
from hsigui.methods.scene import SceneValues
from hsigui.methods.scene_features import features_of_scene
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.evaluate import evaluate
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.pipeline.study.plan import StudyTruth
from hsigui.specs import PretrainSpec

try:
    from hsigui.labels.stroke_split import draw_strokes
except ImportError:  # of a version without strokes: their rows are left out
    draw_strokes = None

CTX = SilentContext()
CPU = torch.device("cpu")


@dataclasses.dataclass(frozen=True)
class Pair:
    """Another scene of the sensor, and the one that is classified, with its truth."""

    other: Cube
    own: Cube
    truth: StudyTruth


def pair_of(name: str) -> Pair:
    if name == "demo":
        first, second = demo_scene(1), demo_scene(2)
        reference = load("demo")[1]
        return Pair(
            named(first.cube, "demo 1"), named(second.cube, "demo 2"),
            StudyTruth(second.truth, reference.classes, second.cube.valid_mask()),
        )  # fmt: skip
    cube, reference = load(name)
    middle = cube.cols // 2
    left, right = (part(cube, cols) for cols in (slice(0, middle), slice(middle, cube.cols)))
    truth = np.ascontiguousarray(reference.truth[:, middle:])
    return Pair(named(left, "left"), named(right, "right"), StudyTruth(truth, reference.classes, right.valid_mask()))


def part(cube: Cube, cols: slice) -> Cube:
    return Cube(ArraySource(cube.stored_window(slice(None), cols, range(cube.bands))), cube.info)


def named(cube: Cube, name: str) -> Cube:
    return Cube(ArraySource(cube.stored_window(slice(None), slice(None), range(cube.bands))), cube.info, name=name)


def encoders(pair: Pair, spec: PretrainSpec, runs: Path) -> dict[str, Encoder]:
    """All encoders of a pair, by name."""

    def trained(name: str, cubes: list[Cube], **change: str) -> Encoder:
        folder = runs / f"{name}-{spec.method}-{spec.seed}"
        if (folder / "run.json").exists():
            return checkpoint.load(folder)
        print(f"{folder.name} …", file=sys.stderr, flush=True)
        return pretrain(cubes, dataclasses.replace(spec, **change), CTX, folder)

    found = {name: trained(name, cubes) for name, cubes in (
        ("own", [pair.own]), ("other", [pair.other]), ("both", [pair.own, pair.other]),
    )}  # fmt: skip
    found["from"] = trained("from", [pair.own], begin_from=str(runs / f"other-{spec.method}-{spec.seed}"))
    found["untrained"] = untrained(found["own"], pair.own)
    return found


def untrained(own: Encoder, cube: Cube) -> Encoder:
    """The same network with random weights, its features evened out as those of the trained one are."""
    with Chance(own.spec.seed).building():
        network = own.plan.network(own.transform.channels)
    channels_last(network)
    network.eval()
    balance = own.balance
    if balance is not None:
        scene = SceneValues(cube, own.transform)
        balance = learn(features_of_scene(network, scene, CPU, DENSE_SAMPLE, own.spec.seed, CTX.check))
    return dataclasses.replace(own, network=network, epochs=0, losses=(), balance=balance)


def splits(truth: StudyTruth, kind: str, count: int, draws: int, valid: NDArray[np.bool_]) -> list[Split]:
    if kind == "strokes":
        return [draw_strokes(truth.truth, count, seed, valid) for seed in range(draws)]
    return [draw(truth.truth, count, seed, valid) for seed in range(draws)]


def accuracies(pair: Pair, encoder: Encoder, wanted: list[tuple[str, int]], draws: int) -> dict[str, list[float]]:
    """OA of each draw, by the split's name."""
    features = embed(pair.own, encoder, CTX, device="cpu")
    found: dict[str, list[float]] = {}
    for kind, count in wanted:
        for split in splits(pair.truth, kind, count, draws, features.valid):
            drawn = classify(features, fit_probe(features, split.train, None, CTX), None, CTX)
            oa = evaluate(drawn.classes, split.test, pair.truth.classes, split.train).oa
            found.setdefault(f"{kind} {count}", []).append(oa)
    return found


def measured(name: str, spec: PretrainSpec, seeds: range, wanted: list[tuple[str, int]], draws: int, runs: Path):
    pair = pair_of(name)
    found: dict[tuple[str, str], list[float]] = {}
    for seed in seeds:
        for which, encoder in encoders(pair, dataclasses.replace(spec, seed=seed), runs / name).items():
            for split, values in accuracies(pair, encoder, wanted, draws).items():
                found.setdefault((which, split), []).extend(values)
    rows = []
    for (which, split), values in found.items():
        gain = np.array(values) - np.array(found["untrained", split])
        rows.append({
            "pair": name, "encoder": which, "split": split, "draws": len(values), "oa_mean": float(np.mean(values)),
            "oa_sd": float(np.std(values, ddof=1)), "gain": float(gain.mean()),
            "gain_se": float(gain.std(ddof=1) / np.sqrt(len(gain))),
        })  # fmt: skip
    print(json.dumps(rows), file=sys.stderr, flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--pairs", default="indian_pines,demo")
    parser.add_argument("--method", default="lscosa")
    parser.add_argument("--labels", type=int, default=5, help="random labels a class")
    parser.add_argument("--strokes", type=int, default=1, help="strokes a class; 0 for none")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=1, help="how many pretrainings")
    parser.add_argument("--epochs", type=int, help="steps of pretraining; the preset's own when left out")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=Path, help="folder to keep encoders in; takes those that are there")
    given = parser.parse_args()
    spec = PretrainSpec(given.method, device="cpu", epochs=given.epochs, monitor=False)
    wanted = [("random", given.labels)]
    if given.strokes and draw_strokes is not None:
        wanted.append(("strokes", given.strokes))
    torch.set_num_threads(given.threads)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch, threadpool_limits(given.threads):
        runs = given.runs or Path(scratch)
        rows = [
            row
            for name in given.pairs.split(",")
            for row in measured(name, spec, range(given.seeds), wanted, given.draws, runs)
        ]
    about = {
        "machine": platform.machine(), "threads": given.threads, "torch": torch.__version__, "method": given.method,
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    print(json.dumps({**about, "rows": rows}))


if __name__ == "__main__":
    main()
