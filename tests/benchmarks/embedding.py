"""Pixels a second of embedding and of mapping on the cpu: the dense encoder, the patch encoder, and the classifier.

    python tests/benchmarks/embedding.py --json [--scene indian_pines] [--threads 2] [--patch-pixels 4000]

Prints one JSON object. `dense` and `patch` are the networks of LSCoSa's two presets on a whole scene, without the
blocks that a recipe puts beside them; they are untrained, which changes no time. The patch encoder is timed on a part
of the scene of about `--patch-pixels` pixels. `embed` is the program's own call with everything in it, `classify` the
map of all its features by logistic regression. Medians of three, seconds of a first call left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.demo import demo_scene
from hsigui.cube.open import open_cube
from hsigui.cube.transform import fit_transform
from hsigui.jobs import SilentContext
from hsigui.labels.formats.files import read_classes
from hsigui.labels.sampling import draw
from hsigui.methods.encoders import Network
from hsigui.methods.lscosa import training as lscosa
from hsigui.methods.patches import PatchBank, reflected
from hsigui.methods.registry import method
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.embed_tiles import BATCH
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec


def load(name: str) -> tuple[Cube, NDArray[np.uint16]]:
    if name == "demo":
        scene = demo_scene()
        return scene.cube, scene.truth
    folder = Path(os.environ.get("HSIGUI_DATA") or Path(__file__).parents[3] / "shared" / "data") / "indian_pines"
    return open_cube(folder / "IP_200_M.mat"), read_classes(folder / "Indian_pines_gt.mat").array


def median_s(work: Callable[[], object], times: int = 3) -> float:
    work()
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def network(cube: Cube, preset: str) -> tuple[Network, NDArray[np.float32]]:
    """The network of a preset, and the cube as it sees it."""
    plan = lscosa.plan(method("lscosa").preset(preset).settings())
    transform = fit_transform(cube, plan.components, pixel_range=plan.pixel_range)
    return plan.network(transform.channels).eval(), transform.apply_to_cube(cube)


def dense_row(cube: Cube) -> dict[str, float]:
    made, values = network(cube, "quick")
    tile = torch.from_numpy(values).permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        return row(cube.rows * cube.cols, median_s(lambda: made(tile)))


def patch_row(cube: Cube, pixels: int) -> dict[str, float]:
    made, values = network(cube, "paper")
    rows = max(1, min(cube.rows, pixels // cube.cols))
    bank = PatchBank(reflected(values, 7))
    flat = torch.arange(rows * cube.cols)

    def work() -> None:
        for part in flat.split(BATCH):
            made(bank.gather(part // cube.cols, part % cube.cols))

    with torch.inference_mode():
        return row(len(flat), median_s(work, 1))


def row(pixels: int, seconds: float) -> dict[str, float]:
    return {"pixels": pixels, "seconds": round(seconds, 4), "pixels_per_s": round(pixels / seconds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scene", default="indian_pines", choices=("indian_pines", "demo"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--patch-pixels", type=int, default=4000)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    cube, truth = load(arguments.scene)
    ctx, pixels = SilentContext(), cube.rows * cube.cols
    # Two steps are enough of a training here: its time does not depend on what was learned.
    encoder = pretrain(cube, PretrainSpec(device="cpu", epochs=2, monitor=False), ctx)
    features = embed(cube, encoder, ctx, device="cpu")
    probe = fit_probe(features, draw(truth, 10, 0, cube.valid_mask()).train, ProbeSpec(), ctx)
    rows = {
        "dense": dense_row(cube),
        "patch": patch_row(cube, arguments.patch_pixels),
        "embed": row(pixels, median_s(lambda: embed(cube, replace(encoder), ctx, device="cpu"))),
        "classify": row(pixels, median_s(lambda: classify(features, probe, MapSpec(), ctx))),
    }
    about = {
        "machine": platform.machine(), "threads": arguments.threads, "torch": torch.__version__,
        "scene": arguments.scene, "size": list(cube.shape), "features": int(features.array.shape[2]),
    }  # fmt: skip
    print(json.dumps({**about, "rows": rows}))


if __name__ == "__main__":
    main()
