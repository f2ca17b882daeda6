"""Many cubes by several workers: what is made, and what is known where one of them is killed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hsigui.jobs import SilentContext
from hsigui.pipeline import batch
from hsigui.pipeline.executors import table
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Workers
from hsigui.pipeline.outcomes import FAILED, MADE, UNCHANGED, read_table
from tests.pipeline.maps_by_workers import MakeMap

NAMES = [f"{number:02}.mat" for number in range(8)]


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_bytes(f"cube {name}".encode())
    return tmp_path


class Hearing(SilentContext):
    def __init__(self) -> None:
        self.shares: list[float] = []
        self.told: list[str] = []

    def progress(self, done, total, text=""):
        self.shares.append(done / total)
        self.told.append(text)

    def partial(self, value):
        self.told.append(value)

    def warn(self, message):
        self.told.append(message)


def run(folder: Path, make: MakeMap, executor, ctx=None):
    orders = batch.orders(sorted(folder.glob("*.mat")), folder, ".tif")
    return batch.run(orders, make, "s", folder / "t.csv", ctx or SilentContext(), executor=executor)


def made(folder: Path) -> Counter[str]:
    return Counter((folder / "made.log").read_text().split())


def all_are_there(folder: Path) -> bool:
    maps = {name: (folder / f"{Path(name).stem}-map.tif").read_bytes() for name in NAMES}
    lines = read_table(folder / "t.csv")
    return (
        maps == {name: f"map of cube {name}".encode() for name in NAMES}
        and [Path(line.cube).name for line in lines] == NAMES
        and list((folder / "t-cubes").glob("*.claim")) == []
    )


def test_two_processes_make_every_map_once_and_all_is_told_in_one_place(folder):
    hearing = Hearing()
    with Processes(Workers(2)) as executor:
        found = run(folder, MakeMap(folder), executor, hearing)
        again = run(folder, MakeMap(folder), executor)
    assert [line.outcome for line in found] == [MADE] * 8
    assert [line.outcome for line in again] == [UNCHANGED] * 8
    assert all_are_there(folder)
    assert made(folder) == Counter(NAMES)
    assert all(0 <= share <= 1 for share in hearing.shares)
    assert sum("12 pixels of 2 classes" in text for text in hearing.told) == 8
    assert any("2 in work: " in text for text in hearing.told)


def test_a_process_that_is_killed_loses_nothing(folder):
    hearing = Hearing()
    with Processes(Workers(2)) as executor:
        found = run(folder, MakeMap(folder, once=("01.mat", "05.mat")), executor, hearing)
    assert [line.outcome for line in found] == [MADE] * 8
    assert all_are_there(folder)
    assert made(folder) == Counter(NAMES) + Counter(["01.mat", "05.mat"])
    assert any("01.mat: " in text and "tried once more" in text for text in hearing.told)


def test_a_cube_that_kills_every_process_has_failed_and_the_others_are_made(folder):
    with Processes(Workers(2)) as executor:
        found = run(folder, MakeMap(folder, always=("03.mat",)), executor)
    assert [line.outcome for line in found] == [MADE] * 3 + [FAILED] + [MADE] * 4
    assert "was at it" in found[3].message
    assert made(folder)["03.mat"] == 2
    assert read_table(folder / "t.csv") == found
    assert [line.outcome for line in run(folder, MakeMap(folder), None)] == [UNCHANGED] * 3 + [MADE] + [UNCHANGED] * 4


def test_a_worker_of_dask_that_is_killed_loses_nothing(folder):
    pytest.importorskip("distributed", reason="Dask is of the extra hsigui[cluster]")
    with table.started("dask", Workers(2)) as executor:
        found = run(folder, MakeMap(folder, once=("02.mat",)), executor)
    assert [line.outcome for line in found] == [MADE] * 8
    assert all_are_there(folder)
    assert made(folder) == Counter(NAMES) + Counter(["02.mat"])
