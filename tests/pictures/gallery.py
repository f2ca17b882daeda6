"""Makes the pictures of the help anew, in light and in dark colours, from the window and the demo scene.

    python -m tests.pictures.gallery [NAME ...] [--folder FOLDER]

An encoder is trained on the scene first (Quick, half a minute on a laptop). `bash packaging/run pictures` sets up
what is needed and does the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from hsigui.assets import resource
from hsigui.cube.demo_spec import DemoSpec
from hsigui.settings import SettingsStore
from hsigui.specs import SplitSpec
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.image.pictures.body import pixels_of
from hsigui.ui.shell.help_page import DARK
from hsigui.ui.shell.main_window import MainWindow
from tests.pictures.shots import SHOTS, Shot
from tests.pictures.studio import Studio, picture_of, themed
from tests.ui.windows import Answers

SIZE = (1440, 900)
SCENE = DemoSpec("mixed", rows=180, cols=260)
LABELS = 5  # a class
COLORS = 256
FLAT = 128  # colours of most pixels, which stay as they are


@contextmanager
def trained_window(folder: Path) -> Iterator[Studio]:
    """A window with the demo scene, some labels of each class, an encoder and its map."""
    os.environ["HSIGUI_CONFIG_DIR"] = os.environ["HSIGUI_STATE_DIR"] = str(folder)
    answers = Answers(unsaved="discard", at_exit="stop")
    projects = Projects(folder / "projects", folder / "recovery")
    window = MainWindow(SettingsStore(folder / "config"), answers, projects, Runs(folder / "runs"))
    window.resize(*SIZE)
    window.show()
    studio = Studio(window)
    try:
        window.scene.open_simulated(SCENE)
        studio.settle()
        window.sampler.sample(SplitSpec(LABELS, 0))
        studio.settle()
        window.actions_["pretrain"].trigger()
        studio.settle(1800)
        if window.session.class_map is None:
            raise SystemExit("The training gave no map.")
        yield studio
    finally:
        window.close()
        window.deleteLater()


def written(image: QImage, path: Path) -> int:
    """Writes a picture as small as a picture of a window can be, and gives its bytes. The colours of most pixels stay
    as they are, those of classes and panels among them; the many of a scene become as few as there is room for."""
    pixels = np.ascontiguousarray(pixels_of(image)[:, :, :3]).astype(np.uint32)
    flat = ((pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]).ravel()
    colors, which, counts = np.unique(flat, return_inverse=True, return_counts=True)
    order = np.argsort(counts, kind="stable")[::-1]
    kept = order if len(order) <= COLORS else order[:FLAT]
    place = np.full(len(colors), -1)
    place[kept] = np.arange(len(kept))
    indices, palette = place[which], [_parts(colors[kept])]
    rest = indices < 0
    if rest.any():
        others = Image.fromarray(_parts(flat[rest])[None], "RGB").quantize(
            COLORS - FLAT, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE
        )
        indices[rest] = FLAT + np.asarray(others).ravel()
        palette.append(np.array(others.getpalette(), np.uint8).reshape(-1, 3))
    made = Image.fromarray(indices.reshape(pixels.shape[:2]).astype(np.uint8), "P")
    made.putpalette(np.concatenate(palette).tobytes())
    made.save(path, optimize=True)
    return path.stat().st_size


def _parts(colors: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Red, green and blue of colours that are one number each: n x 3."""
    return np.stack([(colors >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(np.uint8)


def take(studio: Studio, shot: Shot, folder: Path) -> QImage:
    """One picture."""
    studio.reset()
    shown = shot.show(studio, folder)
    return shown if isinstance(shown, QImage) else picture_of(shown)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of pictures; all of them where none is named")
    parser.add_argument("--folder", type=Path, default=resource("help"))
    given = parser.parse_args()
    app = QApplication([])
    app.setCursorFlashTime(0)
    given.folder.mkdir(parents=True, exist_ok=True)
    total = 0
    with tempfile.TemporaryDirectory() as scratch, trained_window(Path(scratch)) as studio:
        for scheme, suffix in (("light", ""), ("dark", DARK)):
            themed(app, scheme)
            for shot in SHOTS:
                if not given.names or shot.name in given.names:
                    size = written(take(studio, shot, Path(scratch)), given.folder / f"{shot.name}{suffix}.png")
                    total += size
                    print(f"{shot.name}{suffix}.png: {size:,} bytes")
        studio.reset()
    print(f"{total:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
