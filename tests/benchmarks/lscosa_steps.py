"""Steps a second of LSCoSa's Paper preset against a loop written the straightforward way, on one device.

    python tests/benchmarks/lscosa_steps.py --json [--steps 12] [--threads 2] [--scene indian_pines]

Prints one JSON object. Rows: `ours` (the device's own precision), `ours-float32`, and `straightforward`: a loop with
the same networks and the same published mathematics as one would write it down, in float32: patches cut one by one from
an array by a data loader on the cpu, noise drawn by numpy for each item and view, the top-k positives, the targets and
the dictionary in Python loops, LARS tensor by tensor, the loss read at every step. All three start from one seed.
`step_s` is the median; `seconds_200_epochs` is extrapolated from it, not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from hsigui.cube.demo import demo_scene
from hsigui.cube.open import open_cube
from hsigui.cube.transform import fit_transform
from hsigui.methods import devices
from hsigui.methods.encoders import Network, PatchEncoder, Projector, copy_without_gradient
from hsigui.methods.lscosa import training as lscosa
from hsigui.methods.lscosa.row import Paper
from hsigui.methods.patches import PATCH, reflected
from hsigui.methods.scene import SceneValues

EPOCHS = 200
WARM = 4  # steps before the clock starts; on a CUDA device the graph is captured in them


def prepared(name: str) -> SceneValues:
    """A scene as the Paper preset sees it."""
    if name == "demo":
        cube = demo_scene().cube
    else:
        folder = Path(os.environ.get("HSIGUI_DATA") or Path(__file__).parents[3] / "shared" / "data")
        cube = open_cube(folder / "indian_pines" / "IP_200_M.mat")
    return SceneValues(cube, fit_transform(cube, None, pixel_range=True))


class PatchItems(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Both noisy views of one patch an item, made by numpy."""

    def __init__(self, padded: NDArray[np.float32], pixels: list[tuple[int, int]]) -> None:
        self._padded, self._pixels = padded, pixels

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        row, col = self._pixels[index]
        patch = self._padded[row : row + PATCH, col : col + PATCH].transpose(2, 0, 1)
        one, two = (patch * np.random.normal(1.0, 0.5, patch.shape) for _ in range(2))  # noqa: NPY002 - as it is done
        return torch.from_numpy(one.astype(np.float32)), torch.from_numpy(two.astype(np.float32))


class Straightforward:
    """The step as one would write it from the paper, item by item."""

    def __init__(self, scene: SceneValues, device: torch.device) -> None:
        assert scene.whole is not None
        values, valid = scene.whole
        self.device = device
        pixels = [(int(r), int(c)) for r, c in np.argwhere(valid)]
        items = PatchItems(reflected(values, PATCH // 2), pixels)
        self.batches = iter(DataLoader(items, batch_size=Paper().batch, shuffle=True, drop_last=True))
        torch.manual_seed(0)
        encoder: Network = PatchEncoder(scene.channels)
        self.query = torch.nn.Sequential(encoder, Projector()).to(device).train()
        self.key = copy_without_gradient(self.query)
        self.velocity = {p: torch.zeros_like(p) for p in self.query.parameters()}
        # As if the dictionary were filled already: directions near each other, which keeps the logarithms finite.
        self.W = torch.randn(128, Paper().prototypes, device=device) + 1.0
        self.V = torch.zeros_like(self.W)

    def step(self) -> float:
        v1, v2 = (v.to(self.device) for v in next(self.batches))
        q1, q2 = (functional.normalize(self.query(v), dim=1) for v in (v1, v2))
        with torch.no_grad():
            for a, b in zip(self.key.parameters(), self.query.parameters(), strict=True):
                a.copy_(0.99 * a + 0.01 * b)
            k1, k2 = (functional.normalize(self.key(v), dim=1) for v in (v1, v2))
        D = functional.normalize(self.W, dim=0)
        logits = q1 @ D / 0.08
        positives = self.nearest(k2 @ D, 4)
        activation = functional.normalize(logits, dim=1).mean(dim=0).clamp(1e-4, 1 - 1e-4)
        kl = (activation * (activation / 0.4).log() + (1 - activation) * ((1 - activation) / 0.6).log()).sum()
        alpha = float(1 / (1 + torch.exp(-(activation * activation.log()).sum().detach())))
        loss = -(self.targets(positives, alpha) * torch.log(logits.softmax(dim=1) + 1e-7)).sum(dim=1).mean() + 1.6 * kl
        self.query.zero_grad()
        loss.backward()
        self.lars(0.3)
        self.update(((q1.detach(), k2), (q2.detach(), k1)), D, 0.3)
        return loss.item()

    def nearest(self, cosines: torch.Tensor, count: int) -> list[list[int]]:
        found = []
        for row in cosines:
            row, mine = row.clone(), []
            for _ in range(count):
                best = int(row.argmax())
                mine.append(best)
                row[best] = -torch.inf
            found.append(mine)
        return found

    def targets(self, positives: list[list[int]], alpha: float) -> torch.Tensor:
        y = torch.zeros(len(positives), Paper().prototypes, device=self.device)
        for i, mine in enumerate(positives):
            for place, k in enumerate(mine):
                y[i, k] = 1.0 if place == 0 else alpha
        return functional.normalize(y, dim=1)

    @torch.no_grad()
    def lars(self, lr: float) -> None:
        for p in self.query.parameters():
            g = p.grad
            assert g is not None
            if p.ndim > 1:
                g = g + 1.5e-6 * p
                g = g * (0.001 * p.norm() / g.norm())
            self.velocity[p] = 0.9 * self.velocity[p] + g
            p -= lr * self.velocity[p]

    @torch.no_grad()
    def update(self, views: tuple[tuple[torch.Tensor, torch.Tensor], ...], D: torch.Tensor, lr: float) -> None:
        push = torch.zeros_like(self.W)
        for q, k in views:
            cosines = q @ D
            p = (cosines / 0.08).softmax(dim=1)
            for i, (best,) in enumerate(self.nearest(k @ D, 1)):
                p[i, best] = 1 - p[i, best]
            push += (q.T @ p - (p * cosines).sum(dim=0) * D) / len(q)
        self.V = 0.9 * self.V - push / (self.W.norm(dim=0) * 0.08)
        self.W = self.W - lr * self.V


def ours(scene: SceneValues, device: torch.device) -> Callable[[int], float]:
    torch.manual_seed(0)
    training = lscosa.training(Paper(), PatchEncoder(scene.channels), scene, EPOCHS, device, 0)

    def step(number: int) -> float:
        # As in the loop, the loss is not waited for; the clock below waits.
        training.step(number, lambda: None)
        return 0.0

    return step


def timed(step: Callable[[int], float], count: int, device: torch.device) -> dict[str, float]:
    """Median seconds a step. On a device the steps are queued, so their times are of pieces of `PIECE` steps."""
    piece = 20 if device.type == "cuda" else 1
    for number in range(WARM):
        step(number)
    seconds = []
    for first in range(WARM, WARM + count, piece):
        wait(device)
        started = time.perf_counter()
        for number in range(first, first + piece):
            step(number)
        wait(device)
        seconds.append((time.perf_counter() - started) / piece)
    return {"step_s": round(statistics.median(seconds), 5), "slowest_s": round(max(seconds), 5)}


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def memory_mb(device: torch.device) -> float:
    """Peak so far: of the device, or of the process (which includes torch itself and the rows before)."""
    if device.type == "cuda":
        return round(torch.cuda.max_memory_allocated(device) / 2**20, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scene", default="indian_pines", choices=("indian_pines", "demo"))
    parser.add_argument("--steps", type=int, default=12, help="timed steps of each row")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = devices.choose("cuda" if torch.cuda.is_available() else "cpu")
    scene = prepared(arguments.scene)
    assert scene.whole is not None
    steps_an_epoch = int(scene.whole[1].sum()) // Paper().batch
    rows: dict[str, dict[str, object]] = {}
    for name, precision in (("ours", "auto"), ("ours-float32", "float32"), ("straightforward", "float32")):
        with devices.wanted_precision(precision):
            if name == "straightforward":
                plain = Straightforward(scene, device)
                row: dict[str, object] = {**timed(lambda _, p=plain: p.step(), arguments.steps, device)}
            else:
                row = {**timed(ours(scene, device), arguments.steps, device)}
            row["precision"] = devices.precision(device)
        median = float(str(row["step_s"]))
        row["steps_per_s"] = round(1 / median, 2)
        row["seconds_200_epochs"] = round(median * steps_an_epoch * EPOCHS)
        row["peak_memory_mb"] = memory_mb(device)
        rows[name] = row
    about = {
        "machine": platform.machine(), "device": devices.title(device), "threads": arguments.threads,
        "torch": torch.__version__, "scene": arguments.scene, "batch": Paper().batch, "timed_steps": arguments.steps,
        "steps_an_epoch": steps_an_epoch, "seconds_200_epochs_are": "extrapolated from the median step",
    }  # fmt: skip
    print(json.dumps({**about, "rows": rows}))


if __name__ == "__main__":
    main()
