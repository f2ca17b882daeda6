"""Methods and baselines on the same draws of labels, on several scenes: the rows of `hsigui study`.

    python tests/benchmarks/study.py --json [--scenes indian_pines,salinas_a,demo:plots] [--labels 5,10] [--draws 10]
        [--splits random,block,strokes:1] [--methods all] [--presets quick] [--contexts labels,wide] [--no-untrained]
        [--seed 0] [--threads 2] [--out DIR]

Prints one JSON object with `rows`: `scene`, `method`, `preset`, `untrained`, `context`, `labels`, `split`, `draws`,
mean and sd (n - 1) of OA, AA and kappa as fractions, `pretrain_s`, `features_s`, `map_s`, and the differences to the
method's own untrained network and to `spatial-only` on the same draws; resources/help/study.md tells what each means.
The scenes are those of `scenes.py`. With --out, a run that was stopped goes on from what is there; the report of each
scene is written there too.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from pathlib import Path

import torch
from scenes import load  # beside this script
from threadpoolctl import threadpool_limits

from hsigui.jobs import SilentContext
from hsigui.pipeline.study.about import context
from hsigui.pipeline.study.plan import StudySpec, chosen_methods
from hsigui.pipeline.study.study import run_study
from hsigui.report.study import Study
from hsigui.report.study_files import COLUMNS, differences, write_study


class Lines(SilentContext):
    """Tells each finished line on stderr."""

    def __init__(self, scene: str) -> None:
        self._scene = scene

    def partial(self, value: object) -> None:
        print(f"{self._scene}: {value}", file=sys.stderr, flush=True)

    def warn(self, message: str) -> None:
        print(f"{self._scene}: {message}", file=sys.stderr, flush=True)


def measure(name: str, spec: StudySpec, folder: Path) -> list[dict[str, object]]:
    cube, reference = load(name)
    found = run_study(cube, reference, spec, folder, Lines(name))
    report = Study(
        found.rows, found.samplings, context(cube, spec, found), spec.draw_seeds, found.threads, found.failures,
        found.comparisons, found.gains,
    )  # fmt: skip
    write_study(folder, report, reference.classes)
    return [
        {
            "scene": name,
            **{column: getattr(row, column) for column in COLUMNS},
            **differences(row, found.comparisons),
        }
        for row in found.rows
    ]


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scenes", type=words, default=("indian_pines", "salinas_a", "demo"))
    parser.add_argument("--labels", type=lambda text: tuple(map(int, words(text))), default=(5, 10))
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--splits", type=words, default=("random", "block"))
    parser.add_argument("--methods", default="all")
    parser.add_argument("--presets", type=words, default=("quick",))
    parser.add_argument("--epochs", type=int, help="steps of pretraining; the preset's own when left out")
    parser.add_argument("--contexts", type=words, default=("labels",), help="levels of context, a row each")
    parser.add_argument("--no-untrained", action="store_false", dest="untrained", help="leave out untrained networks")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder to keep results in; goes on from what is there")
    given = parser.parse_args()
    spec = StudySpec(
        chosen_methods(given.methods), given.presets, given.labels, given.draws, given.splits, given.seed,
        given.device, given.epochs, untrained=given.untrained, contexts=given.contexts,
    )  # fmt: skip
    torch.set_num_threads(given.threads)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch, threadpool_limits(given.threads):
        rows = [
            row
            for name in given.scenes
            for row in measure(name, spec, (given.out or Path(scratch)) / name.replace(":", "-"))
        ]
    about = {
        "machine": platform.machine(), "threads": given.threads, "torch": torch.__version__, "seed": given.seed,
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    print(json.dumps({**about, "rows": rows}))


if __name__ == "__main__":
    main()
