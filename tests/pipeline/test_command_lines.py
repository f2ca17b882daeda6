"""Command lines that are written into reports do on the command line what was done in the window."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from hsigui.analysis.layer import Target
from hsigui.analysis.references import Matching, Reference
from hsigui.cli import build_parser
from hsigui.commands.demo_parser import chosen_demo
from hsigui.commands.reading import reading
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.formats.choice import ImportChoice
from hsigui.pipeline import command_lines
from hsigui.pipeline.command_lines import CubeArgument, LabelsArgument
from hsigui.pipeline.values import Filters
from hsigui.specs import MapSpec, PretrainSpec, SplitSpec

SCENE = CubeArgument(Path("/data/a scene.mat"), variable="cube")


def parsed(line: str):
    program, *words = shlex.split(line)
    assert program == "hsigui"
    return build_parser().parse_args(words)


@pytest.mark.parametrize(
    "spec",
    [SplitSpec(7, 3), SplitSpec(seed=1, percent=100 / 3), SplitSpec(4, 0, "block", block=9, guard=0),
     SplitSpec(seed=2, kind="region", percent=40.0, guard=5), SplitSpec(seed=6, kind="strokes", strokes=2, pixels=12)],
)  # fmt: skip
def test_a_draw_is_asked_for_as_it_was(spec):
    found = parsed(command_lines.sample(spec, Path("/data/truth.tif")))
    assert (found.split, found.seed, found.percent) == (spec.kind, spec.seed, spec.percent)
    if spec.kind == "strokes":
        assert (found.strokes, found.pixels, found.per_class) == (2, 12, None)
    else:
        assert spec.percent is not None or found.per_class == spec.per_class
        assert not spec.is_guarded or found.guard == spec.guard
    assert spec.kind != "block" or found.block == spec.block


def test_a_pretraining_has_all_its_settings():
    spec = PretrainSpec("contrastdm", "paper", 5, "cuda", 12, start="/runs/one", mask_out="/data/test.tif", threads=3)
    found = parsed(command_lines.pretrain(SCENE, spec))
    given = PretrainSpec(found.method, found.preset, found.seed, found.device, found.epochs, threads=found.threads)
    assert given == replace(spec, start="", mask_out="")
    assert (found.start, found.mask_out) == (Path(spec.start), Path(spec.mask_out))
    assert reading(found) == {"variable": "cube"}


@pytest.mark.parametrize(
    "choice",
    [ImportChoice("cube", "bands,rows,cols"), ImportChoice("", "bands,pixels", 7, 9, "rows"),
     ImportChoice("a", "rows,cols,bands", wavelengths="", bad_bands="bbl", units="um")],
)  # fmt: skip
def test_an_array_is_read_as_it_was_chosen(choice):
    scene = replace(SCENE, choice=choice)
    assert reading(parsed(command_lines.pretrain(scene, PretrainSpec()))) == {"choice": choice}


def test_a_map_is_drawn_as_it_was_and_measured():
    spec, filters = MapSpec(0.1, 2.5), Filters(5, 8, 8)
    line = command_lines.classify(SCENE, "labels of mine.tif", spec, filters=filters, device="cpu")
    found = parsed(line)
    assert (found.smooth, found.edges, found.majority, found.sieve, found.connectivity) == (0.1, 2.5, 5, 8, 8)
    assert found.labels == Path("labels of mine.tif")
    assert (found.run_folder, found.out) == (Path(command_lines.RUN), Path(command_lines.MAP))
    measured = parsed(command_lines.evaluate("/data/truth.tif"))
    assert measured.map == [found.out]
    assert measured.truth == [Path("/data/truth.tif")]


def test_the_demo_scene_is_written_first():
    assert parsed(command_lines.demo()).out == Path(command_lines.DEMO)
    other = DemoSpec("trees", 2.0, 0.05, 3, 64, 80)
    assert chosen_demo(parsed(command_lines.demo(other.name))) == other
    assert chosen_demo(parsed(command_lines.demo(DemoSpec("farmland").name))) == DemoSpec("farmland")
    (cube,) = parsed(command_lines.pretrain(CubeArgument(None), PretrainSpec())).cubes
    assert cube.parent == Path(command_lines.DEMO)


def drawn(*spectra: tuple[str, str]) -> str:
    """The line of a map by spectra of a library, each a name and a class."""
    references = tuple(Reference(Target(name, (1.0, 2.0)), group, "/a/lib.csv") for name, group in spectra)
    return command_lines.classify_by(CubeArgument("a.hdr"), Matching(references), LabelsArgument(None))


def test_names_of_spectra_that_begin_as_options_are_read_as_names():
    asked = build_parser().parse_args(shlex.split(drawn(("-x", "-y"), ("b, c", "d")))[1:])
    assert asked.spectrum == ["-x", "b, c"]
    assert [tuple(each) for each in asked.of_class] == [("-y", "-x"), ("d", "b, c")]


def test_what_no_options_name_has_no_line():
    assert drawn(("a", "one"), ("a", "two")) == ""  # the name stands for both
    assert drawn(("a", "x=y")) == ""
    assert drawn(("a", "one"), ("a", "one"))
