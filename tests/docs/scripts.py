"""Scripts of Python on the pages of the help: what is there before one runs, and those that are not run here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest import mock

import hsigui
from hsigui import api
from tests.docs.pages import Block, python_of
from tests.docs.world import SmallWorld

_CUBE = 'cube = hsigui.open("scene.hdr")\n'
_SPLIT = 'split = hsigui.sample(hsigui.read_labels("truth.tif", cube), per_class=5, seed=0)\n'


@dataclass(frozen=True)
class Before:
    """What is there before a script of a page runs.

    Attributes:
        files: of `world`.
        code: what the page takes for granted.
        words: what stands in the place of words of the page.
    """

    files: tuple[str, ...] = ()
    code: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


BEFORE: Mapping[str, Before] = {
    "api": Before(("scene.hdr", "truth.tif", "other.hdr"), f"{_CUBE}{_SPLIT}losses, enough = [], False\n"),
    "feature-space": Before(("scene.hdr", "labels.tif"), f'{_CUBE}labels = hsigui.read_labels("labels.tif", cube)\n'),
    "finishing": Before(("map.tif", "truth.tif"), words={'"Reed", "Meadow"': '"1", "2"'}),
    "layers": Before(("scene.hdr", "other.hdr"), _CUBE),
    "matching": Before(("scene.hdr", "minerals.sli"), words={"(120, 40)": "(20, 30)"}),
    "prepare": Before(("scene.hdr", "panels.gpkg", "grey.csv", "line1.dat", "line2.dat", "vnir.hdr", "swir.hdr")),
    "spectra": Before(("scene.hdr", "minerals.sli")),
    "tables": Before(("scene.hdr", "map.tif", "parcels.gpkg"), _CUBE),
    "unmixing": Before(("scene.hdr",), _CUBE),
    "README": Before(
        ("scene.hdr", "truth.tif"), words={"IP_200_M.mat": "scene.hdr", "Indian_pines_gt.mat": "truth.tif"}
    ),
}
ELSEWHERE: Mapping[str, str] = {
    "notebooks": "each is a file of resources/examples, which tests of their own run, but for xarray's two lines",
    "howto-add": "each is a file of resources/examples, which tests of their own run",
    "maps": "an engine for Ray, which the tests of engines run",
    "products": "a product of some gigabytes, which the tests of products make small",
}


@contextmanager
def at_work_in(folder: Path) -> Iterator[None]:
    """Names of files begin in a folder inside the block, and trainings are short."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with mock.patch.object(hsigui, "pretrain", partial(api.pretrain, epochs=3, device="cpu"), create=True):
            yield
    finally:
        os.chdir(before)


def run_scripts(page: str, folder: Path, side: int = 64) -> list[Block]:
    """Runs the scripts of a page, one after the other as in a notebook; those that were run.

    Raises:
        KeyError: it is not known what is there before them.
    """
    before = BEFORE[page]
    SmallWorld(folder, side).make(before.files)
    known: dict[str, object] = {}
    with at_work_in(folder):
        exec(f"import hsigui\n{before.code}", known)
        for block in python_of(page):
            text = block.text
            for old, new in before.words.items():
                text = text.replace(old, new)
            exec(compile("\n" * (block.line - 1) + text, f"{page}.md", "exec"), known)
    return python_of(page)
