"""What else is at work in a training, in the panel and over the scene; and the curves of other runs."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.document.course import TrainingCurves
from hsigui.document.scene import Scene
from hsigui.methods.insight import Insight
from hsigui.ui.image.subjects import Subject
from hsigui.ui.training.insight_view import KINDS, MEMORY, NOT_KNOWN, PROTOTYPES, RATE
from hsigui.ui.training.subject import EDGE, END, PAIRS, SUPERPIXELS, subjects
from hsigui.ui.training.view import OtherRun, TrainingView
from tests.document.scenes import make_scene

COURSE = [
    Insight(1, 0.1, 500.0, 20.0, np.array([5, 0, 3])),
    Insight(9, 0.2, 700.0, 90.0, np.array([8, 0, 0])),
    Insight(20, 0.05, 600.0, 40.0, np.array([4, 4, 0])),
]


@pytest.fixture
def view(qtbot) -> TrainingView:
    view = TrainingView()
    qtbot.addWidget(view)
    view.resize(360, 420)
    view.show()
    qtbot.waitExposed(view)
    view.start("LSCoSa", 20)
    view.add("loss", 1, 3.0)
    view.add("loss", 2, 2.0)
    return view


def choose(view: TrainingView, kind: str) -> None:
    view.what.setCurrentIndex(view.what.findData(kind))


def test_rate_memory_and_prototypes_are_drawn_and_told(view):
    view.set_insights(COURSE)
    choose(view, RATE)
    assert view.insight.points() == [[(1.0, 0.1), (9.0, 0.2), (20.0, 0.05)]]
    assert view.insight.words.text() == "Now 0.05"
    assert not view._plots.isVisible()
    choose(view, MEMORY)
    assert [len(curve) for curve in view.insight.points()] == [3, 3]
    assert view.insight.words.text().splitlines() == [
        "Process: 600 MiB now, 700 MiB at most", "GPU: 40 MiB now, 90 MiB at most",
    ]  # fmt: skip
    choose(view, PROTOTYPES)
    assert view.insight.bars.isVisible()
    assert not view.insight.plot.isVisible()
    assert view.insight.words.text().startswith("2 of 3 prototypes are the nearest to some pixel of the last step, as "
                                                "evenly as 2 alike would be.")  # fmt: skip
    choose(view, "")
    assert view._plots.isVisible()
    assert not view.insight.isVisible()


def test_a_run_of_an_earlier_version_says_that_nothing_is_known(view):
    view.set_insights([])
    for kind in KINDS:
        choose(view, kind)
        assert view.insight.words.text() == NOT_KNOWN[kind]
        assert not view.insight.plot.isVisible()
        assert not view.insight.bars.isVisible()


def test_the_losses_of_other_runs_are_drawn_as_they_are_chosen(view):
    told: list = []
    view.others_chosen.connect(told.append)
    view.offer_runs([("a", "seed 0"), ("b", "seed 1")])
    assert view.other_runs.isEnabled()
    first, second = view._run_menu.actions()
    first.trigger()
    second.trigger()
    assert told[-1] == ["a", "b"]
    view.show_others([OtherRun("seed 0", (4.0, 3.0, 2.5)), OtherRun("seed 1", (5.0, 4.0))])
    view._draw()
    curves = view._plot.curves()
    assert [(x.tolist(), y.tolist()) for x, y in curves][1:] == [([1, 2, 3], [4.0, 3.0, 2.5]), ([1, 2], [5.0, 4.0])]
    assert view._plots.widget.key.text() == "loss\nseed 0\nseed 1"
    view.offer_runs([("b", "seed 1")])
    assert told[-1] == ["b"]
    view.show_others([])
    assert len(view._plot.curves()) == 1


def scene_with(**course) -> Scene:
    scene = make_scene()
    scene.course = TrainingCurves("LSCoSa", **course)
    return scene


def named(scene: Scene, name: str) -> Subject:
    return next(subject for subject in subjects(scene) if subject.id == name)


def test_superpixels_are_drawn_by_their_borders():
    labels = np.zeros((5, 6), dtype=np.int64)
    labels[:, 3:] = 1
    scene = scene_with(superpixels=labels)
    picture = named(scene, SUPERPIXELS).draw((0, 0, 5, 6), 1)
    assert (picture[:, 2] == EDGE).all()
    assert not picture[:, [0, 1, 3, 4, 5]].any()
    part = named(scene, SUPERPIXELS).draw((1, 2, 4, 6), 1)
    np.testing.assert_array_equal(part, picture[1:4, 2:6])
    assert named(scene, SUPERPIXELS).draw((0, 0, 5, 6), 2).shape == (3, 3, 4)


def test_pairs_are_lines_between_their_pixels_in_every_part_of_the_scene():
    scene = scene_with(pairs=np.array([[0, 0, 0, 4], [4, 5, 2, 5]]))
    picture = named(scene, PAIRS).draw((0, 0, 5, 6), 1)
    assert [tuple(picture[place].tolist()) for place in ((0, 0), (0, 4), (4, 5), (2, 5))] == [END] * 4
    assert picture[0, 1:4, 3].all()
    assert picture[3, 5, 3]
    assert np.count_nonzero(picture[..., 3]) == 8
    np.testing.assert_array_equal(named(scene, PAIRS).draw((0, 2, 3, 6), 1), picture[:3, 2:6])


def test_a_course_keeps_what_is_large_once_and_an_empty_one_offers_nothing():
    course = TrainingCurves("LSCoSa")
    course.note(Insight(1, 0.1, pairs=np.zeros((1, 4), dtype=np.int64), superpixels=np.zeros((5, 6), dtype=np.int64)))
    course.note(Insight(2, 0.1))
    assert course.pairs.shape == (1, 4)
    assert all(each.pairs is None and each.superpixels is None for each in course.insights)
    assert subjects(make_scene()) == ()
    assert subjects(scene_with(superpixels=np.zeros((2, 2), dtype=np.int64))) == ()
