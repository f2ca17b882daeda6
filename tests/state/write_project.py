"""Wrote `v1/`: a project file of version 1, with labels of the scene of `v0/`. Run once, with the code of then.

    python -m tests.state.write_project

The file stays as it is for good; what every later version must read of it stands in `v1/expected.npz` and `.json`.
"""

from __future__ import annotations

import json
import lzma
import tempfile
from pathlib import Path

import numpy as np

from hsigui.cube.open import open_cube
from hsigui.cube.render import ViewState
from hsigui.document.scene import Scene
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.label_map import VALIDATION, Edit
from hsigui.storage.journal import Journal
from hsigui.storage.project_content import read_project
from hsigui.storage.projects import Projects
from hsigui.storage.tracker import Tracker
from tests.state.home import STATE, Home, unpack

CLASSES = ClassTable(
    (
        ClassInfo(2, "Wiese", (40, 160, 60), locked=True),
        ClassInfo(5, "水", (30, 90, 200), hidden=True),
        ClassInfo(65_535, "Last", (1, 2, 3)),
    )
)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        home = Home(unpack("v0", folder / "v0"), folder / "home")
        scene = Scene(open_cube(home.scene), ViewState(0, 1, 2))
        journal = Journal(Projects(folder / "projects", folder / "none"))
        tracker = Tracker(scene, journal)
        draw(scene)
        assert tracker.changed
        assert journal.settle()
        path = journal.own_file(scene.id)
        assert path is not None
        journal.close()
        (kept,) = read_project(path)
        target = STATE / "v1"
        target.mkdir(exist_ok=True)
        (target / f"{path.name}.xz").write_bytes(lzma.compress(path.read_bytes()))
        np.savez_compressed(target / "expected.npz", labels=kept.labels, validation=kept.validation)
        about = {
            "texts": [step.text for step in kept.steps], "place": kept.place, "name": kept.facts.name,
            "classes": [[c.number, c.name, list(c.color), c.locked, c.hidden] for c in kept.classes],
            "current_class": kept.condition.current_class, "saved_at": kept.condition.saved_at,
        }  # fmt: skip
        (target / "expected.json").write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")


def draw(scene: Scene) -> None:
    """Edits of every kind."""
    scene.set_classes(CLASSES, "Classes")
    scene.choose_class(5)
    scene.edit(Edit(2, 3, np.ones((4, 5), bool), 5), "One number")
    ragged = np.eye(6, dtype=bool)
    scene.edit(Edit(8, 8, ragged, np.array([2, 5, 65_535, 2, 5, 2], np.uint16)), "Several numbers")
    scene.begin_stroke("Pieces")
    for number in range(4):
        scene.edit(Edit(12 + number, 2 * number, np.ones((2, 3), bool), 2), "piece")
    scene.end_stroke()
    scene.edit(Edit(0, 15, np.ones((3, 3), bool), 2, None, VALIDATION), "Validation")
    scene.edit(Edit(2, 3, np.ones((1, 2), bool), 0), "Erased")
    scene.edit(Edit(20, 1, np.ones((2, 2), bool), 5), "Taken back")
    scene.undo()


if __name__ == "__main__":
    main()
