"""What of a scene other views can show: offered by the rooms, drawn in parts."""

from __future__ import annotations

import numpy as np

from hsigui.labels.label_map import Edit
from hsigui.ui.shell.main_window import MainWindow


def _ids(window: MainWindow) -> list[str]:
    return [subject.id for subject in window.subjects.of(window.session.scene)]


def test_a_scene_offers_its_composite_and_its_labels_and_a_map_once_there_is_one(mapped: MainWindow) -> None:
    measures = ["map", "confidence", "entropy", "margin"]
    assert _ids(mapped) == ["composite", "labels", "truth", *measures, "error", "tested"]


def test_the_composite_is_drawn_as_the_image_shows_it(demo: MainWindow) -> None:
    scene = demo.session.scene
    subject = demo.subjects.named(scene, "composite")
    assert subject is not None
    whole = subject.draw((0, 0, scene.cube.rows, scene.cube.cols), 1)
    shown = demo.scene._picture
    assert shown is not None
    np.testing.assert_array_equal(whole[:, :, :3], shown.rgb)
    np.testing.assert_array_equal(subject.draw((10, 20, 40, 60), 3), whole[10:40:3, 20:60:3])


def test_labels_are_drawn_in_the_colours_of_their_classes_and_nothing_elsewhere(demo: MainWindow) -> None:
    scene = demo.session.scene
    told: list[str] = []
    demo.subjects.changed.connect(told.append)
    scene.edit(Edit(5, 6, np.ones((2, 3), dtype=bool), 1), "test")
    assert "labels" in told
    subject = demo.subjects.named(scene, "labels")
    assert subject is not None
    part = subject.draw((4, 5, 8, 10), 1)
    assert (part[1:3, 1:4] == (*scene.classes.get(1).color, 255)).all()
    assert not part[0].any()


def test_each_scale_of_the_map_is_the_picture_of_its_values(mapped: MainWindow) -> None:
    scene = mapped.session.scene
    made = mapped.session.class_map
    assert made is not None
    subject = mapped.subjects.named(scene, "confidence")
    assert subject is not None
    assert subject.key is not None
    part = subject.draw((0, 0, 30, 30), 1)
    sure, unsure = (
        np.unravel_index(made.confidence[:30, :30].argmax(), (30, 30)),
        np.unravel_index(made.confidence[:30, :30].argmin(), (30, 30)),
    )
    assert part[sure][1] > part[unsure][1]  # viridis goes from dark to bright
    classes = mapped.subjects.named(scene, "map")
    assert classes is not None
    assert (classes.draw((3, 4, 4, 5), 1)[0, 0, :3] == scene.classes.get(int(made.classes[3, 4])).color).all()
