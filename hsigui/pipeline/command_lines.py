"""Command lines that do what was done in the window, so that its reports can be repeated and its maps made elsewhere.

What is read has its whole path; what the lines write goes to the folder in which they are run, under names that begin
with "repeated". Loads no torch.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsigui.analysis.layer import Between
from hsigui.analysis.references import Matching
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.formats.choice import ImportChoice
from hsigui.methods import asked
from hsigui.parameters import told
from hsigui.pipeline.values import Filters
from hsigui.specs import MapSpec, PretrainSpec, SplitSpec

RUN, MAP, REPORT = "repeated-run", "repeated-map.tif", "repeated-report"
CONFIDENCE = "repeated-confidence.tif"
FINISHED = "repeated-finished.tif"
LAYER, MASK = "repeated-layer.tif", "repeated-mask.tif"
LABELS, TEST, TRUTH = "repeated-labels.tif", "repeated-test.tif", "repeated-truth.tif"
DEMO, DEMO_SCENE = "repeated-demo", "repeated-demo/demo-scene.hdr"
DEMO_TRUTH = "repeated-demo/demo-truth.hdr"


@dataclass(frozen=True)
class CubeArgument:
    """The scene of the lines.

    Attributes:
        path: its file, or its address; None for the demo scene, which is then written first.
        choice, variable: how its array was read, where the file holds arrays.
        quality: quality masks of its product that were used.
        scale: what its values were divided by, where that was asked for.
        left_out, taken_in: numbers of bands, from 0, that are bad or good against the file.
    """

    path: Path | str | None
    choice: ImportChoice | None = None
    variable: str = ""
    quality: tuple[str, ...] = ()
    scale: str = ""
    left_out: tuple[int, ...] = ()
    taken_in: tuple[int, ...] = ()

    @property
    def words(self) -> list[str]:
        """The argument that names it."""
        if isinstance(self.path, Path):
            return [str(self.path.resolve())]
        return [self.path or DEMO_SCENE]

    @property
    def reading(self) -> list[str]:
        """The options that say how it is read."""
        more = ["--quality", ",".join(self.quality)] if self.quality else []
        more += ["--scale", self.scale] if self.scale else []
        for option, bands in (("--leave-out-bands", self.left_out), ("--take-in-bands", self.taken_in)):
            more += [option, _runs(bands)] if bands else []
        if self.choice is not None:
            return _of_choice(self.choice) + more
        return (["--variable", self.variable] if self.variable else []) + more


def demo(name: str = "") -> str:
    """Writes the demo scene of a name (and does the whole job on it)."""
    spec = DemoSpec.named(name) or DemoSpec()
    return _line("demo", "--headless", *spec.words(), "--out", DEMO)


def sample(spec: SplitSpec, truth: Path | str) -> str:
    """Draws the labels from a file, or from one that an earlier line writes under a name."""
    words: list[object]
    if spec.kind == "strokes":
        words = ["--split", "strokes", "--strokes", spec.strokes, "--pixels", spec.pixels]
    else:
        words = ["--per-class", spec.per_class] if spec.percent is None else ["--percent", spec.percent]
    if spec.is_guarded:
        words += ["--split", spec.kind, "--guard", spec.guard]
    if spec.kind == "block":
        words += ["--block", spec.block]
    where = truth.resolve() if isinstance(truth, Path) else truth
    return _line("sample", where, *words, "--seed", spec.seed, "--out", LABELS, "--rest", TEST)


def pretrain(
    scene: CubeArgument, spec: PretrainSpec, watched_by: Mapping[str, Any] | None = None, out: str | Path = RUN
) -> str:  # fmt: skip
    """Pretrains the encoder.

    Args:
        watched_by: the labels that the training was watched by, as `Encoder.watched_by` names them.
        out: the run folder.
    """
    words: list[object] = ["--method", spec.method, "--preset", spec.preset]
    words += [] if spec.epochs is None else ["--epochs", spec.epochs]
    words += ["--seed", spec.seed, "--device", spec.device]
    words += ["--start", spec.start] if spec.start else []
    words += ["--from", spec.begin_from] if spec.begin_from else []
    words += ["--normalise", spec.normalise] if spec.normalise else []
    words += ["--mask-out", spec.mask_out] if spec.mask_out else []
    words += [] if spec.monitor else ["--no-monitor"]
    for option, name in (("--monitor-labels", "file"), ("--monitor-labels-variable", "variable")):
        words += [option, watched_by[name]] if watched_by and name in watched_by else []
    for option in ("background", "buffer"):
        words += [f"--monitor-labels-{option}={watched_by[option]}"] if watched_by and option in watched_by else []
    words += [] if spec.patience is None else ["--patience", spec.patience]
    words += [] if spec.precision == "auto" else ["--precision", spec.precision]
    words += [] if spec.threads is None else ["--threads", spec.threads]
    words += [word for text in asked.words(spec.settings) for word in ("--set", text)]
    return _line("pretrain", *scene.words, *words, "--out", out, *scene.reading)


def classify(
    scene: CubeArgument, labels: str | Path | None, map_spec: MapSpec, *, run: str | Path = RUN, device: str = "auto",
    filters: Filters | None = None, labels_variable: str = "", labels_background: str = "", labels_buffer: str = "",
    confidence: bool = False,
) -> str:  # fmt: skip
    """Draws the map.

    Args:
        labels: path of their file; None for the classifier that the run keeps.
        run: the run folder.
        filters: of the map; None for none.
        labels_variable: array (layer, field) of the labels' file; empty where it holds one only.
        labels_background: its numbers that mean no label; empty for what the file itself says.
        labels_buffer: within which its points and lines label; empty for the pixels that they touch.
        confidence: write it beside the map, for the reliability in a report.
    """
    words: list[object] = ["--run", run, *(["--probe", "kept"] if labels is None else ["--labels", labels])]
    words += ["--labels-variable", labels_variable] if labels_variable and labels is not None else []
    for name, value in (("background", labels_background), ("buffer", labels_buffer)):
        words += [f"--labels-{name}={value}"] if value and labels is not None else []
    for option in dataclasses.fields(MapSpec):
        value = getattr(map_spec, option.name)
        words += [] if value in (None, "") else [f"--{option.name}", value]
    for name, value in dataclasses.asdict(filters or Filters()).items():
        words += [f"--{name}", value] if value != getattr(Filters(), name) else []
    beside = ["--confidence", CONFIDENCE] if confidence else []
    return _line("classify", *scene.words, *words, "--device", device, "--out", MAP, *beside, *scene.reading)


def edit(steps: Sequence[str], map_file: str = MAP, out: str = FINISHED) -> str:
    """Does steps on the map, each as an option that is quoted already."""
    unsure = ["--confidence", CONFIDENCE] if any(step.startswith("--below") for step in steps) else []
    return " ".join([_line("edit", map_file, out), *steps, *([shlex.join(unsure)] if unsure else [])])


@dataclass(frozen=True)
class LabelsArgument:
    """The labels of the lines: their file (None for none), which array of it, and how it is read; empty for as it
    says."""

    path: str | None = None
    variable: str = ""
    background: str = ""
    buffer: str = ""

    @property
    def words(self) -> list[str]:
        """The options that name them."""
        if self.path is None:
            return []
        more = ["--labels-variable", self.variable] if self.variable else []
        more += [f"--labels-background={self.background}"] if self.background else []
        more += [f"--labels-buffer={self.buffer}"] if self.buffer else []
        return ["--labels", self.path, *more]


def classify_by(
    scene: CubeArgument, matching: Matching, labels: LabelsArgument, filters: Filters | None = None
) -> str:  # fmt: skip
    """Draws a map by spectra; empty where these are in no file.

    Args:
        labels: that the spectra are means of, where they are.
    """
    words = _of_references(matching, labels)
    if not words:
        return ""
    words += [] if matching.threshold is None else ["--threshold", matching.threshold]
    for name, value in matching.thresholds.items():
        words += _option("--threshold-of", f"{name}={value}")
    words += ["--between", f"{matching.first:g},{matching.last:g}"] if matching.first or matching.last else []
    for name, value in dataclasses.asdict(filters or Filters()).items():
        words += [f"--{name}", value] if value != getattr(Filters(), name) else []
    return _line("classify", *scene.words, "--by", matching.by, *words, "--out", MAP, *scene.reading)


def _of_references(matching: Matching, labels: LabelsArgument) -> list[object]:
    """The options that name the spectra; none where no options do."""
    references = matching.references
    if all(each.of_labels for each in references):
        return list(labels.words)
    if all(each.place is not None for each in references):
        found: list[object] = []
        for each in references:
            assert each.place is not None
            found += _option("--pixel", f"{each.group}={each.place[0]},{each.place[1]}")
        return found
    sources = {each.source for each in references}
    if len(sources) != 1 or "" in sources:
        return []
    words: list[object] = ["--library", *sources]
    groups = dict.fromkeys((each.target.name, each.group) for each in references)
    if len(groups) > len({name for name, _ in groups}) or any("=" in group and group != name for name, group in groups):
        return []  # spectra of one name are of one class there, and an equals sign ends the name of a class
    for name, group in groups:
        words += _option("--spectrum", name)
        words += _option("--class", f"{group}={name}") if group != name else []
    return words


def _option(option: str, value: str) -> list[object]:
    """An option with a value that may begin as options do."""
    return [f"{option}={value}"] if value.startswith("-") else [option, value]


def derive(
    scene: CubeArgument, kind: str, settings: Mapping[str, Any], pixels: Sequence[tuple[int, int]] = (),
    between: Between | None = None,
) -> str:  # fmt: skip
    """Computes a derived layer, and a mask by a threshold of it.

    Args:
        kind: its name, or that of an index.
        settings: values that are not the usual ones, by name.
        pixels: whose spectra it is compared with, row and column from 0.
    """
    words: list[object] = [kind]
    words += [word for name, value in settings.items() for word in ("--set", f"{name}={told(value)}")]
    words += [word for row, col in pixels for word in ("--pixel", f"{row},{col}")]
    words += ["--out", LAYER]
    if between is not None:
        words += ["--mask", MASK]
        words += [] if between.low is None else ["--above", between.low]
        words += [] if between.high is None else ["--below", between.high]
        words += ["--measure", between.measure + 1] if between.measure else []
    return _line("derive", *scene.words, *words, *scene.reading)


def evaluate(truth: str | Path, *outputs: str, map_file: str = MAP) -> str:
    """Measures the map and writes the report, or what options with their files say instead."""
    return _line("evaluate", map_file, "--truth", truth, *(outputs or ("--report", REPORT)))


def _of_choice(choice: ImportChoice) -> list[str]:
    words = ["--variable", choice.variable] if choice.variable else []
    words += ["--axes", choice.axes]
    words += ["--size", f"{choice.rows}x{choice.cols}", "--order", choice.order] if choice.is_flat else []
    for option, name in (("--wavelengths", choice.wavelengths), ("--bad-bands", choice.bad_bands)):
        words += [] if name is None else [option, name or "none"]
    return words + (["--units", choice.units] if choice.units else [])


def _runs(bands: Sequence[int]) -> str:
    """Bands as people number them, from 1, neighbours together: "5,40-44"."""
    runs: list[list[int]] = []
    for number in sorted(band + 1 for band in bands):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _line(*words: object) -> str:
    return shlex.join(["hsigui", *map(str, words)])
