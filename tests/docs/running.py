"""Runs what the pages of the help say is to be typed, each page in a folder of its own.

    python -m tests.docs.running [PAGE ...] [--folder FOLDER]

runs all of them, which takes some minutes; tests run the how-tos. Trainings have three steps, as their accuracy is not
what is looked at here.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

from hsigui.cli import run as main
from tests.docs.pages import Command, commands_of, page_names
from tests.docs.scripts import BEFORE, run_scripts
from tests.docs.world import SHORT, SmallWorld

# What is there before the first command of a page.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "first-steps": (),
    "howto-polygons": ("scene.hdr", "fields.gpkg"),
    "howto-library": ("scene.hdr", "minerals.sli"),
    "howto-raw": ("raw.hdr", "raw2.hdr", "labels.tif"),
    "howto-cluster": ("flights/line1.hdr", "flights/line2.hdr", "labels.tif"),
    "howto-accuracy": ("scene.hdr", "truth.tif"),
    "howto-methods": ("scene.hdr", "truth.tif"),
    "clusters": ("scene.hdr", "run", "labels.tif", "maps", "study-a", "study-b"),
    "confidence": ("scene.hdr", "run", "labels.tif", "test.tif"),
    "evaluate": ("truth.tif", "map.tif", "test.tif"),
    "feature-space": ("scene.hdr", "labels.tif", "map.tif"),
    "finishing": ("map.tif", "truth.tif"),
    "huge": ("flight.hdr", "labels.gpkg", "part.gpkg"),
    "layers": ("scene.hdr", "minerals.sli"),
    "maps": ("scene.hdr", "run", "labels.tif", "flights/line1.hdr", "flights/line2.hdr", "flight.hdr"),
    "masks": ("scene.hdr", "labels.tif", "lake.gpkg"),
    "matching": ("scene.hdr", "minerals.sli", "minerals.gpkg", "labels.tif", "fields.gpkg"),
    "planning": ("flights/line1.hdr", "flights/line2.hdr", "run"),
    "prepare": (
        "scene.hdr",
        "vnir.hdr",
        "swir.hdr",
        "targets.csv",
        "B02.tif",
        "B03.tif",
        "B04.tif",
        "line1.dat",
        "line2.dat",
        "line3.dat",
        "LC09_L2SP_193023_20220101_20220103_02_T1",
        "S2B_T32UQD/IMG_DATA",
    ),
    "projects": ("fields.hsigui",),
    "scenes": (),
    "several": ("A.hdr", "B.hdr", "C.hdr", "D.hdr", "labels.tif", "scenes.csv"),
    "study": ("scene.hdr", "truth.tif", "suite.toml"),
    "tables": ("scene.hdr", "map.tif", "parcels.gpkg", "test.tif", "ndvi.tif"),
    "unmixing": ("scene.hdr", "surfaces.sli", "minerals.sli", "targets.tif"),
    "README": (
        "scene.hdr",
        "truth.tif",
        "vnir.hdr",
        "swir.hdr",
        "polygons.gpkg",
        "parcels.gpkg",
        "minerals.sli",
        "flights/line1.hdr",
        "flights/line2.hdr",
    ),
}
# Command lines that are not run here, by how they begin, with the reason. Each stands on a page, which a test sees to.
NOT_RUN: Mapping[str, str] = {
    "hsigui classify 'flights/*.hdr' --run RUN --out-dir MAPS --scheduler dask:": "a cluster of Dask that runs already",
    "hsigui classify flight.hdr --run RUN --out map.zarr --scheduler dask:": "a cluster of Dask that runs already",
    "hsigui info EMIT": "a product of some gigabytes; tests of products make small ones",
    "hsigui pretrain EMIT": "a product of some gigabytes; tests of products make small ones",
    "hsigui info https:": "a server; tests of addresses have one",
    "hsigui samples get": "a server; tests of sample scenes have one",
    "hsigui pretrain s3:": "a server; tests of addresses have one",
    "hsigui plan flights --method contrastdm": "its trial trains by a Paper preset: many minutes on a processor",
    "hsigui demo --fields plots": "the window stays open; tests of the start page open such scenes",
}
# What stands in the place of words of some command lines, by how these begin: files here are small, and nobody waits
# for hours.
INSTEAD: Mapping[str, Mapping[str, str]] = {
    "hsigui prepare flight.hdr --rows 40000:": {"40000:42000": "10:60", "3000:5000": "5:55"},
    "hsigui study CUBE": {"all": "sid,sam", "10": "2"},
    "hsigui study --suite": {"report": "suite"},
    "hsigui demo --fields trees": {"224": "64"},
    "hsigui prepare vnir.hdr swir.hdr new.tif": {"0:900": "0:60"},
}


@contextlib.contextmanager
def within(folder: Path) -> Iterator[None]:
    """Names of files begin in a folder inside the block."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def reason_not_to_run(command: Command) -> str:
    """Why a command line of a page is not run; "" where it is."""
    if not command.by_hsigui:
        return "several processes of torchrun; tests of shared trainings begin them"
    return next((why for begin, why in NOT_RUN.items() if command.text.startswith(begin)), "")


def words_of(command: Command) -> list[str]:
    """What is given to the program: trainings are made short, and what is there already is written over."""
    other = next((words for begin, words in INSTEAD.items() if command.text.startswith(begin)), {})
    words = [other.get(word, word) for word in command.words]
    if words[0] == "pretrain":
        words += SHORT if "--epochs" not in words else ()
        words += ["--replace"] if Path(words[words.index("--out") + 1], "run.json").exists() else []
    elif words[0] == "prepare":
        words += ["--overwrite"]
    elif words[0] == "classify" and "--by" not in words:
        words += ["--device", "cpu"]
    return words


def run_page(page: str, folder: Path, side: int = 64) -> list[str]:
    """Runs the commands of a page in their order; those that were run, as they stand on the page.

    Raises:
        AssertionError: one ended with an error.
    """
    SmallWorld(folder, side).make(NEEDS.get(page, ()))
    done = []
    with within(folder):
        for command in commands_of(page):
            if reason_not_to_run(command):
                continue
            code = main(words_of(command))
            assert code == 0, f"{page}.md, line {command.line}: {command.text} ended with {code}"
            done.append(command.text)
    return done


def _told(page: str, folder: Path) -> bool:
    began = time.perf_counter()
    try:
        done = run_page(page, folder / "commands", side=128)
        scripts = run_scripts(page, folder / "scripts") if page in BEFORE else []
    except (Exception, SystemExit):  # noqa: BLE001 - whatever is wrong with a page, the others are run
        traceback.print_exc()
        print(f"{page}: FAILED", flush=True)
        return False
    seconds = time.perf_counter() - began
    print(
        f"{page}: {len(done)} of {len(commands_of(page))} commands, {len(scripts)} scripts in {seconds:.1f} s",
        flush=True,
    )
    return True


def command_line() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    pages = given.pages or [page for page in page_names() if commands_of(page) or page in BEFORE]
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        well = []
        for page in pages:
            for part in ("commands", "scripts"):
                (folder / page / part).mkdir(parents=True, exist_ok=True)
            well.append(_told(page, folder / page))
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(command_line())
