"""hsigui demo: the whole job on the embedded scene, by the commands that a user would type."""

from __future__ import annotations

import argparse
import json
import shlex
from dataclasses import asdict
from pathlib import Path

from hsigui.commands.demo_parser import chosen_demo
from hsigui.commands.parser import build_parser
from hsigui.cube.demo_spec import DemoSpec
from hsigui.labels.formats.files import read_classes
from hsigui.methods.resume_header import FILE
from hsigui.report.maps import export_map
from hsigui.texts import say


def demo(arguments: argparse.Namespace) -> None:
    """The whole job on the demo scene, by the same commands that a user would type, each of which is shown."""
    if not arguments.headless:
        print(say("No display found: running without a window."))
    for words in _steps(arguments.out, arguments.seed, arguments.device, chosen_demo(arguments)):
        print(f"$ {shlex.join(['hsigui', *words])}", flush=True)
        parsed = build_parser().parse_args(words, argparse.Namespace(words=words))
        parsed.work(parsed)
    _finish(arguments.out)


def _steps(out: Path, seed: int, device: str, scene: DemoSpec | None = None) -> list[list[str]]:
    """Writes the demo scene and returns the command lines that do the whole job on it."""
    from hsigui.cube.demo import write_demo

    out.mkdir(parents=True, exist_ok=True)
    cube, truth = write_demo(out, **asdict(scene or DemoSpec(seed=seed)))
    labels, test, run, drawn = out / "labels.tif", out / "test.tif", out / "run", out / "map.tif"
    with_seed = ["--seed", str(seed)]
    again = ["--replace"] if any((run / name).exists() for name in ("run.json", FILE)) else []
    steps: list[list[str | Path]] = [
        ["sample", truth, "--per-class", "10", *with_seed, "--out", labels, "--rest", test],
        ["pretrain", cube, *with_seed, "--device", device, "--out", run, *again],
        ["classify", cube, "--run", run, "--labels", labels, "--device", device, "--out", drawn],
        ["evaluate", drawn, "--truth", test, "--report", out / "report"],
    ]
    return [[str(word) for word in step] for step in steps]


def _finish(out: Path) -> None:
    """Exports the map in the other formats and says where everything is."""
    drawn = read_classes(out / "map.tif")
    for name in ("map.hdr", "map.png"):
        export_map(out / name, drawn.array, drawn.classes, drawn.geo, title=say("hsigui demo scene"))
    report = json.loads((out / "report" / "report.json").read_text(encoding="utf-8"))
    print(say("\nOutputs: {out}", out=out.resolve()))
    print(say("Report:  {out}", out=(out / "report" / "report.html").resolve()))
    print(say("OA:      {oa:.1f} %", oa=100 * report["accuracy"]["oa"]))
