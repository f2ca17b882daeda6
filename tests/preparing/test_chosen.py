"""Steps as they were chosen: as lines, in files, done one after the other as far as they go."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.errors import HsiError
from hsigui.pipeline.prepare_lines import prepare_lines, reading_words
from hsigui.pipeline.python_lines import python_of
from hsigui.preparing.chosen import ChosenStep, chosen_from, file_text, read_steps, steps_in, write_steps
from hsigui.preparing.table import save_cube
from hsigui.preparing.wish import Chain, Joined, Written
from tests.preparing.cubes import counts, cube_of

STEPS = (
    ChosenStep("white", "a white.hdr --dark 0:2 --panel 0.9"), ChosenStep("bands", "1-2,4"),
    ChosenStep("internal-average", on=False), ChosenStep("box", "-5,40,3,44"),
    ChosenStep("grid", "EPSG:32633,20 --resampling cubic"),
)  # fmt: skip


@pytest.fixture
def scene(tmp_path):
    return save_cube(cube_of(counts(), scale=1.0), tmp_path / "a b.hdr")[0]


def test_a_file_of_steps_gives_back_what_was_written(tmp_path):
    write_steps(tmp_path / "ö.txt", STEPS)
    assert read_steps(tmp_path / "ö.txt") == STEPS
    assert "# --internal-average\n" in file_text(STEPS)
    assert steps_in("\ufeff# what we do\n\n--rows 1:2\nrows 3:4\n"[1:]) == (
        ChosenStep("rows", "1:2"), ChosenStep("rows", "3:4")
    )  # fmt: skip
    with pytest.raises(HsiError, match="Line 2"):
        steps_in("--rows 1:2\n--cut 3")
    with pytest.raises(HsiError, match="cannot be read"):
        read_steps(tmp_path)
    for wrong in ("", '"', "--rows2 1"):
        with pytest.raises(HsiError):
            chosen_from(wrong)


def test_the_same_steps_by_file_by_words_and_by_texts_make_the_same_file(scene, tmp_path):
    steps = (ChosenStep("white", "0:2 --dark 2:3 --panel 0.9"), ChosenStep("bands", "4,1-2"), ChosenStep("rows", "3:"),
             ChosenStep("cols", ":2", on=False))  # fmt: skip
    write_steps(tmp_path / "steps.txt", steps)
    assert main(["prepare", str(scene), str(tmp_path / "a.tif"), "--steps", str(tmp_path / "steps.txt")]) == 0
    cube = hsigui.open(scene)
    lines = prepare_lines(cube, Joined(), steps, Written(dtype="float64"), tmp_path / "b.tif")
    assert len(lines) == 1
    words = [word for step in steps if step.on for word in step.words]
    assert main(["prepare", str(scene), str(tmp_path / "b.tif"), *words]) == 0
    made = hsigui.prepare(cube, *(step.line for step in steps if step.on))
    hsigui.save_cube(made, tmp_path / "c.tif")
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "c.tif").read_bytes()
    exec(python_of(lines), {})
    np.testing.assert_array_equal(hsigui.open(tmp_path / "b.tif").read(), made.read())
    assert hsigui.open(tmp_path / "b.tif").dtype == np.float64


def test_files_that_are_put_together_are_named_in_command_and_script(scene, tmp_path):
    two = save_cube(cube_of(counts() + 5, scale=1.0), tmp_path / "two.tif")[0]
    cube, joined = hsigui.open(scene), Joined((two,), by_wavelength=True)
    lines = prepare_lines(cube, joined, (ChosenStep("rows", "1:3"),), Written("bil"), tmp_path / "s.img")
    assert "--sort" in lines[0]
    exec(python_of(lines), {})
    made = joined.of(cube, [hsigui.open(two)])
    np.testing.assert_array_equal(hsigui.open(tmp_path / "s.hdr").read(), made.read(slice(1, 3)))
    left = hsigui.open(scene, leave_out=[0, 3, 4])
    assert reading_words(left) == "--leave-out-bands 1,4,5"
    with pytest.raises(HsiError, match="reads all its files alike"):
        prepare_lines(left, joined, (), Written(), tmp_path / "x.hdr")


def test_a_step_that_does_not_fit_leaves_those_before_it(scene):
    chain = Chain(hsigui.open(scene), scene)
    steps = [ChosenStep("rows", "2:8"), ChosenStep("cols", "0:900"), ChosenStep("bands", "1")]
    first = chain.outcome(steps)
    assert len(first.cubes) == 2
    assert first.told == ("--rows 2:8",)
    assert first.problem is not None
    second = chain.outcome([steps[0], ChosenStep("cols", "0:9", on=False), steps[2]])
    assert second.problem is None
    assert second.cube.bands == 1
    assert second.cubes[1] is first.cubes[1]
