"""A method's Paper preset trained for as long as so many minutes of processor time allow, and what that gives.

    python tests/benchmarks/paper_presets.py --json --method lscosa [--core-minutes 80] [--threads 1] [--scene NAME]

Prints one JSON object. `step` says what a step costs: its FLOPs (counted by torch for forward and backward; what they
are without the optimizer), its seconds, and which share that is of what a plain matrix product in the same precision
reaches here on the same threads. Then as many epochs are trained as the minutes allow (the schedule knows of them: it
is a short training, not a piece of a long one), and `readings` gives the accuracy of a linear probe on 10 random
labels a class, of 5 draws, tested on other labelled pixels, by epoch; epoch 0 is the same network untrained. Minutes
are of processor time of all cores, so that other work on the machine costs time but no training; readings are not
counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch.utils.flop_counter import FlopCounterMode

from hsigui.cube.demo import demo_scene
from hsigui.cube.open import open_cube
from hsigui.cube.transform import fit_transform
from hsigui.jobs import SilentContext
from hsigui.labels.formats.files import read_classes
from hsigui.methods import devices, loop, registry
from hsigui.methods.chance import Chance
from hsigui.methods.contrastdm import training as contrastdm_training
from hsigui.methods.encoders import Network
from hsigui.methods.lscosa import training as lscosa_training
from hsigui.methods.patches import patches_of
from hsigui.methods.purified import training as purified_training
from hsigui.methods.scene import SceneValues

METHODS = {"lscosa": lscosa_training, "purified": purified_training, "contrastdm": contrastdm_training}
A_CLASS, DRAWS, TESTED = 10, 5, 4000
WARM, TIMED = 3, 8
READINGS = 12


def scene_and_labels(name: str) -> tuple[SceneValues, NDArray[np.uint16]]:
    """A scene as the Paper presets see it (every band, 0 to 1), and its ground truth."""
    if name == "demo":
        demo = demo_scene()
        return SceneValues(demo.cube, fit_transform(demo.cube, None, pixel_range=True)), demo.labels
    folder = Path(os.environ.get("HSIGUI_DATA") or Path(__file__).parents[3] / "shared" / "data") / "indian_pines"
    cube = open_cube(folder / "IP_200_M.mat")
    truth = read_classes(folder / "Indian_pines_gt.mat").array.astype(np.uint16)
    return SceneValues(cube, fit_transform(cube, None, pixel_range=True)), truth


class Probe:
    """Accuracy of a linear probe on a patch network's features, means and standard deviations of the draws.

    Args:
        labels: ground truth, rows x cols.
    """

    def __init__(self, scene: SceneValues, labels: NDArray[np.uint16]) -> None:
        rng = np.random.default_rng(11)
        flat = labels.ravel()
        known = np.flatnonzero(flat)
        draws = []
        for _ in range(DRAWS):
            draws.append(
                np.concatenate(
                    [
                        rng.permutation(which)[: min(A_CLASS, len(which) // 2)]
                        for which in (np.flatnonzero(flat == label) for label in np.unique(flat[known]))
                    ]
                )
            )
        tested = np.setdiff1d(rng.permutation(known)[:TESTED], np.concatenate(draws))
        self._pixels = np.concatenate([*draws, tested])
        self._classes = flat[self._pixels]
        self._bounds = np.cumsum([0, *(len(each) for each in draws)])
        self._bank = patches_of(scene, torch.device("cpu"), torch.Generator().manual_seed(0)).bank

    @torch.inference_mode()
    def __call__(self, network: Network) -> tuple[float, float]:
        was_training = network.training
        network.eval()
        found = []
        for batch in torch.split(torch.from_numpy(self._pixels), 256):
            patches = self._bank.gather(batch // self._bank.cols, batch % self._bank.cols)
            with devices.mixed_precision(torch.device("cpu")):
                found.append(network(patches).float())
        network.train(was_training)
        features = torch.cat(found).numpy()
        scores, first = [], self._bounds[-1]
        for one, end in zip(self._bounds[:-1], self._bounds[1:], strict=True):
            assert not np.intersect1d(self._pixels[one:end], self._pixels[first:]).size
            scaler = StandardScaler().fit(features[one:end])
            probe = LogisticRegression(max_iter=2000).fit(scaler.transform(features[one:end]), self._classes[one:end])
            scores.append(100 * probe.score(scaler.transform(features[first:]), self._classes[first:]))
        return round(statistics.mean(scores), 2), round(statistics.stdev(scores), 2)


def matmul_gflops(precision: str) -> float:
    """What a product of two 2048 x 2048 matrices reaches, the median of seven."""
    kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
    a, b = (torch.randn(2048, 2048).to(kind) for _ in range(2))
    a @ b
    seconds = []
    for _ in range(7):
        started = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - started)
    return 2 * 2048**3 / statistics.median(seconds) / 1e9


def cost(training: loop.Training, precision: str, first: int = 0) -> dict[str, float]:
    """FLOPs and processor seconds of a step, and the share of a plain product that is reached."""
    for number in range(first, first + WARM):
        training.step(number, lambda: None)
    counter = FlopCounterMode(display=False)
    with counter:
        training.step(first + WARM, lambda: None)
    flops = counter.get_total_flops()
    wall, cores = [], []
    for number in range(first + WARM + 1, first + WARM + 1 + TIMED):
        started, used = time.perf_counter(), time.process_time()
        training.step(number, lambda: None)
        wall.append(time.perf_counter() - started)
        cores.append(time.process_time() - used)
    peak = matmul_gflops(precision)
    seconds = statistics.median(wall)
    return {
        "gflop": round(flops / 1e9, 2), "seconds": round(seconds, 4),
        "core_seconds": round(statistics.median(cores), 4),
        "gflops": round(flops / seconds / 1e9, 1), "matmul_gflops": round(peak, 1),
        "least_seconds": round(flops / peak / 1e9, 4), "share_of_matmul": round(flops / seconds / 1e9 / peak, 3),
    }  # fmt: skip


class Curve:
    """Readings of a probe while a network is trained, and the processor seconds that the training itself took."""

    def __init__(self, probe: Probe, network: Network, each_epoch: int, say: Callable[[dict[str, Any]], None]) -> None:
        self._probe, self._network, self._each, self._say = probe, network, each_epoch, say
        self._used = 0.0
        self._since = time.process_time()
        self.readings: list[dict[str, float]] = []

    def read(self, step: int) -> float:
        self._used += time.process_time() - self._since
        mean, sd = self._probe(self._network)
        self.readings.append(
            {"epoch": round(step / self._each, 2), "oa": mean, "sd": sd, "core_minutes": round(self._used / 60, 2)}
        )
        self._say(self.readings[-1])
        self._since = time.process_time()
        return mean


def made(method: str, scene: SceneValues, epochs: int) -> tuple[Network, loop.Training, Chance]:
    """A method's Paper network and its training, as `pretrain` makes them with seed 0."""
    settings = registry.method(method).preset("paper").settings()
    module, device = METHODS[method], torch.device("cpu")
    chance = Chance(0, device)
    with chance.building():
        network = module.plan(settings).network(scene.channels)
        training = module.training(settings, network, scene, epochs, device, 0)
    chance.give_masks(network)
    return network, training, chance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--method", default="lscosa", choices=tuple(METHODS))
    parser.add_argument("--scene", default="indian_pines", choices=("indian_pines", "demo"))
    parser.add_argument("--core-minutes", type=float, default=80.0, help="0 for the cost of a step alone")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--log", type=Path, help="file that each reading is added to")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    scene, labels = scene_and_labels(arguments.scene)
    device = torch.device("cpu")
    precision = devices.precision(device)
    _, training, _ = made(arguments.method, scene, 1000)
    step = cost(training, precision)
    del training
    batch = registry.method(arguments.method).preset("paper").settings().batch
    pixels = int(sum(valid.sum() for _, valid in [scene.whole or scene.window(0, 0, scene.rows, scene.cols)]))
    each = pixels // batch
    found: dict[str, Any] = {
        "benchmark": "paper_presets", "method": arguments.method, "scene": arguments.scene, "precision": precision,
        "threads": arguments.threads, "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "torch": torch.__version__, "batch": batch, "steps_an_epoch": each, "step": step,
    }  # fmt: skip
    if arguments.core_minutes:
        found |= trained(arguments, scene, labels, each, step["core_seconds"])
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(found, indent=1))


def trained(
    arguments: argparse.Namespace, scene: SceneValues, labels: NDArray[np.uint16], each: int, core_seconds: float
) -> dict[str, Any]:
    """Trains for the minutes asked for, and reads the probe on the way."""
    epochs = max(1, int(arguments.core_minutes * 60 / core_seconds / each))
    network, training, chance = made(arguments.method, scene, epochs)
    inner: Network = getattr(network, "encoder", network)  # of two stages, the first alone: the second refines it

    def told(reading: dict[str, Any]) -> None:
        if arguments.log:
            with arguments.log.open("a") as file:
                file.write(json.dumps({"method": arguments.method, "epochs": epochs, **reading}) + "\n")

    curve = Curve(Probe(scene, labels), inner, each, told)
    curve.read(0)
    every = max(1, epochs * each // READINGS)
    first = epochs * each
    watch = loop.Watch(
        "probe", lambda _: curve.read(min(step_of(curve, every), first)), lambda n: n <= first and n % every == 0
    )
    result = loop.run(training, SilentContext(), "Pretraining", device=torch.device("cpu"), watch=watch, chance=chance)
    if curve.readings[-1]["epoch"] < epochs:
        curve.read(first)
    return {
        "epochs": epochs, "steps": training.steps, "readings": curve.readings, "stopped": result.stopped,
        "loss_first": round(result.losses[0], 4), "loss_last": round(result.losses[first - 1], 4),
    }  # fmt: skip


def step_of(curve: Curve, every: int) -> int:
    """The step of the next reading: the first was before any."""
    return len(curve.readings) * every


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=FutureWarning, module="sklearn")
    main()
