"""Makes the kept pictures anew, and says which of them changed and where.

    python -m tests.pictures.renew [NAME ...] [--look FOLDER] [--check]

`--look` writes the pictures as they are, not reduced, to be looked at. `--check` keeps nothing: the exit code is 1
where a picture differs. With QT_SCALE_FACTOR=2 they are those of a screen that is twice as fine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from hsigui.settings import SettingsStore
from hsigui.specs import SplitSpec
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.shell.main_window import MainWindow
from tests.pictures import comparing
from tests.pictures.stages import SIZE, STAGES, Stage
from tests.pictures.studio import Studio, one_font, picture_of, themed
from tests.ui.windows import Answers, FakeEncoder, features_of

KEPT = Path(__file__).parent / "kept"
THEMES = ("light", "dark")


@contextmanager
def demo_window(folder: Path, size: tuple[int, int]) -> Iterator[Studio]:
    """A window with the demo scene, three labels a class and a map, which keeps what it keeps in a folder."""
    os.environ["HSIGUI_CONFIG_DIR"] = os.environ["HSIGUI_STATE_DIR"] = str(folder)
    answers = Answers(unsaved="discard", at_exit="stop")
    projects = Projects(folder / "projects", folder / "recovery")
    window = MainWindow(SettingsStore(folder / "config"), answers, projects, Runs(folder / "runs"))
    window.resize(*size)
    window.show()
    studio = Studio(window, bare=True)
    try:
        studio.trigger("open_demo")
        window.sampler.sample(SplitSpec(3, 0))
        studio.settle()
        window.session.set_trained(FakeEncoder(), features_of(window.session.cube))
        studio.settle()
        yield studio
    finally:
        window.close()
        window.deleteLater()


def taken(studio: Studio, stages: Sequence[Stage]) -> Iterator[tuple[str, comparing.Cells, QImage]]:
    """Each stage: its name, its picture reduced (rows x cols x 3), and as it is."""
    for stage in stages:
        studio.reset()
        image = picture_of(stage.show(studio))
        yield stage.name, comparing.reduced(image), image
    studio.reset()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of pictures; all of them where none is named")
    parser.add_argument("--look", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    stages = [stage for stage in STAGES if not given.names or stage.name in given.names]
    app = QApplication([])
    slips = 0
    with one_font(app), tempfile.TemporaryDirectory() as scratch, demo_window(Path(scratch), SIZE) as studio:
        for scheme in THEMES:
            themed(app, scheme)
            for name, cells, image in taken(studio, stages):
                slips += _keep(name, kept_at(name, scheme, image.devicePixelRatio()), cells, not given.check)
                if given.look is not None:
                    given.look.mkdir(parents=True, exist_ok=True)
                    image.save(str(given.look / f"{name}-{scheme}.png"))
    return 1 if given.check and slips else 0


def kept_at(name: str, scheme: str, ratio: float) -> Path:
    """Where a picture is kept.

    Args:
        ratio: device pixels of the screen a logical pixel.
    """
    return KEPT / f"{scheme}-{ratio:g}x" / f"{name}.png"


def _keep(name: str, path: Path, cells: comparing.Cells, keep: bool) -> bool:
    """Says what changed of a picture, and keeps it; whether it is another than before."""
    said = f"{path.parent.name} {name}"
    if not path.is_file():
        print(f"{said}: new")
        slip = True
    else:
        try:
            found = comparing.difference(comparing.read(path), cells)
        except ValueError as error:
            print(f"{said}: {error}")
            slip = True
        else:
            slip = found.is_slip
            print(f"{said}: {'CHANGED, ' if slip else ''}{found}")
    if keep and slip:
        comparing.write(cells, path)
    return slip


if __name__ == "__main__":
    sys.exit(main())
