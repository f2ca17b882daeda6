"""What the window shows looks as it did: its pictures beside those that are kept.

Where it is meant to look otherwise now: `python -m tests.pictures.renew` makes them anew and says what changed. All of
them, as fine as two kinds of screens are, are compared where HSIGUI_ALL_PICTURES is set.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.pictures import comparing
from tests.pictures.renew import KEPT, kept_at, taken
from tests.pictures.stages import SIZE, STAGES, Stage
from tests.pictures.studio import Studio, one_font, themed

BOTH = ("map", "four-views")  # of the quick ones, in dark colours, too


@pytest.fixture
def written_alike(qapp: QApplication):
    with one_font(qapp):
        yield


@pytest.fixture
def studio(written_alike, mapped) -> Studio:
    mapped.resize(*SIZE)
    return Studio(mapped, bare=True)


def _slips(studio: Studio, scheme: str, stages: list[Stage], told: Path) -> list[str]:
    found = []
    for name, cells, image in taken(studio, stages):
        kept = comparing.read(kept_at(name, scheme, image.devicePixelRatio()))
        if kept.shape != cells.shape:
            found.append(f"{scheme} {name}: {cells.shape} cells in place of {kept.shape}")
            continue
        difference = comparing.difference(kept, cells)
        if difference.is_slip:
            comparing.beside(kept, cells, difference.apart).save(told / f"{name}-{scheme}.png")
            found.append(f"{scheme} {name}: {difference}; see {told}")
    return found


def test_the_window_looks_as_it_did(qapp, studio, tmp_path) -> None:
    quick = [stage for stage in STAGES if stage.quick]
    slips = _slips(studio, "light", quick, tmp_path)
    themed(qapp, "dark")
    slips += _slips(studio, "dark", [stage for stage in quick if stage.name in BOTH], tmp_path)
    assert not slips


@pytest.mark.slow
@pytest.mark.skipif("HSIGUI_ALL_PICTURES" not in os.environ, reason="asked for by HSIGUI_ALL_PICTURES")
@pytest.mark.parametrize("factor", ["1", "2"])
def test_all_of_it_looks_as_it_did_on_coarse_and_on_fine_screens(factor) -> None:
    given = [sys.executable, "-m", "tests.pictures.renew", "--check"]
    environment = {**os.environ, "QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(given, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout


def test_each_kept_picture_is_of_a_stage_and_each_stage_has_four() -> None:
    kept = {path.relative_to(KEPT).with_suffix("").as_posix() for path in KEPT.rglob("*.png")}
    looks = ("light-1x", "light-2x", "dark-1x", "dark-2x")
    assert kept == {f"{look}/{stage.name}" for look in looks for stage in STAGES}
    assert sum(path.stat().st_size for path in KEPT.rglob("*.png")) < 1_500_000
