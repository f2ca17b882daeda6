"""The pictures of the help: each is made by the script, in both colours, shown somewhere, and of a sensible size."""

from __future__ import annotations

import re

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage

from hsigui.assets import resource
from hsigui.ui.shell.help_page import DARK
from tests.pictures.gallery import written
from tests.pictures.shots import SHOTS
from tests.pictures.tutorial import NAMES

MOST_BYTES = 4_200_000


def test_every_picture_is_made_by_the_script_in_both_colours_and_shown_in_the_gallery() -> None:
    folder = resource("help")
    names = {shot.name for shot in SHOTS}
    made = names | set(NAMES)
    assert {path.stem for path in folder.glob("*.png")} == made | {f"{name}{DARK}" for name in made}
    told = re.findall(r"\]\(([\w-]+)\.png\)", (folder / "gallery.md").read_text(encoding="utf-8"))
    assert sorted(told) == sorted(names)
    assert sum(path.stat().st_size for path in folder.glob("*.png")) < MOST_BYTES


def test_pictures_in_dark_colours_are_dark_and_as_large() -> None:
    folder = resource("help")
    for name in ("window", "properties", "export"):
        with Image.open(folder / f"{name}.png") as light, Image.open(folder / f"{name}{DARK}.png") as dark:
            assert light.size == dark.size, name
            one, other = (np.asarray(image.convert("L")).mean() for image in (light, dark))
        assert other < 110 < one, name


def test_a_picture_with_few_colours_keeps_them(tmp_path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0x1F66C7)
    image.setPixelColor(3, 4, "#f3f4f6")
    written(image, tmp_path / "a.png")
    back = QImage(str(tmp_path / "a.png"))
    assert [back.pixelColor(*at).name() for at in ((0, 0), (3, 4))] == ["#1f66c7", "#f3f4f6"]


def test_the_colours_of_classes_stay_beside_a_scene_of_many_colours(tmp_path) -> None:
    scene = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    scene[:8, :8] = (200, 150, 90)
    image = QImage(scene.data, 80, 60, 240, QImage.Format.Format_RGB888).convertToFormat(QImage.Format.Format_RGB32)
    written(image, tmp_path / "a.png")
    back = QImage(str(tmp_path / "a.png"))
    assert back.pixelColor(3, 4).getRgb()[:3] == (200, 150, 90)
    assert back.pixelColor(3, 4) != back.pixelColor(20, 20)
