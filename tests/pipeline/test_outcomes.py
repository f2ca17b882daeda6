"""Many cubes by several processes into one folder."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hsigui.claims import Claims
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.pipeline import batch
from hsigui.pipeline.batch import Order
from hsigui.pipeline.outcomes import FAILED, MADE, UNCHANGED, CubeOutcome, Outcomes, read_table, write_table
from hsigui.saving import others_kept

MANY = """
import sys, time
from pathlib import Path
from hsigui.jobs import SilentContext
from hsigui.pipeline import batch
from hsigui.pipeline.outcomes import MADE, CubeOutcome

folder, slow = Path(sys.argv[1]), float(sys.argv[2])

def make(order, ctx):
    with (folder / "made.log").open("a") as log:
        log.write(order.map.name + "\\n")
    time.sleep(slow)
    order.map.write_bytes(b"map of " + order.cube.name.encode())
    return CubeOutcome(str(order.cube), MADE, str(order.map), 3, 4, 5, 12, 2)

cubes = sorted(folder.glob("*.mat"))
print(len(batch.run(batch.orders(cubes, folder, ".tif"), make, "s", folder / "t.csv", SilentContext())))
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "Flüge über Land"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.mat").write_bytes(b"cube")
    return folder


def process(folder: Path, slow: float) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", MANY, str(folder), str(slow)], stdout=subprocess.PIPE, text=True)


def test_three_processes_in_one_folder_make_each_map_once_and_one_table_of_all(folder):
    processes = [process(folder, 0.02) for _ in range(3)]
    assert [p.communicate(timeout=60)[0].strip() for p in processes] == ["12"] * 3, "each knows of all in the end"
    assert [p.returncode for p in processes] == [0, 0, 0]
    made = (folder / "made.log").read_text().split()
    assert sorted(made) == sorted(f"{number:02}-map.tif" for number in range(12))
    assert [Path(line.map).name for line in read_table(folder / "t.csv")] == sorted(made)
    assert list((folder / "t-cubes").glob("*.claim")) == []


def test_what_a_killed_process_had_in_work_is_made_by_another(folder):
    killed = process(folder, 60)
    log = folder / "made.log"
    end = time.monotonic() + 30
    while not log.exists() or not log.read_text():
        assert time.monotonic() < end
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    killed.communicate()
    other = process(folder, 0)
    assert other.communicate(timeout=60)[0].strip() == "12"
    made = log.read_text().split()
    assert made.count("00-map.tif") == 2, "once in vain"
    assert len(set(made)) == 12
    assert len(read_table(folder / "t.csv")) == 12


def make(order: Order, ctx) -> CubeOutcome:
    order.map.write_bytes(b"map")
    return CubeOutcome(str(order.cube), MADE, str(order.map), 3, 4, 5, 12, 2)


def orders(folder: Path, first: int, last: int) -> tuple[Order, ...]:
    return batch.orders(sorted(folder.glob("*.mat"))[first:last], folder, ".tif")


def test_cubes_that_are_not_in_the_present_call_stay_in_the_table(folder):
    table = folder / "t.csv"
    batch.run(orders(folder, 0, 3), make, "s", table, SilentContext())
    found = batch.run(orders(folder, 2, 5), make, "s", table, SilentContext())
    assert [line.outcome for line in found] == [UNCHANGED, MADE, MADE]
    assert [line.outcome for line in read_table(table)] == [MADE, MADE, UNCHANGED, MADE, MADE]


def test_a_table_of_an_earlier_version_is_gone_on_with(folder):
    table = folder / "t.csv"
    first, second, third = orders(folder, 0, 3)
    batch.run([first, second], make, "s", folder / "other.csv", SilentContext())
    earlier = [*read_table(folder / "other.csv"), CubeOutcome(str(third.cube), FAILED, "", message="it was broken")]
    write_table(table, earlier)  # all that there was
    found = batch.run([second, third], make, "s", table, SilentContext())
    assert [line.outcome for line in found] == [UNCHANGED, MADE]
    assert [(Path(line.cube).name, line.outcome) for line in read_table(table)] == [
        ("00.mat", MADE), ("01.mat", UNCHANGED), ("02.mat", MADE),
    ]  # fmt: skip


def test_a_failure_of_another_process_in_the_same_call_is_taken_for_ours(folder):
    (order,) = orders(folder, 0, 1)
    table = folder / "t.csv"
    outcomes = Outcomes(table)
    claim = outcomes.claim(order.map)
    looked = []

    class Company(SilentContext):
        def progress(self, done, total, text=""):
            looked.append(text)
            if "in work by" in text:  # the other fails while we wait
                batch.run([order], broken, "s", table, SilentContext(), claims=Free())
                claim.release()

    class Free(Claims):
        """As a process that has the claim already."""

        def take(self, place):
            return super().take(place.with_name("free"))

    def broken(order, ctx):
        raise HsiError("it is broken", "mend it")

    (line,) = batch.run([order], make, "s", table, Company())
    assert (line.outcome, line.message) == (FAILED, "it is broken")
    assert any("00.mat is in work by process" in text for text in looked)
    assert [line.outcome for line in batch.run([order], make, "s", table, SilentContext())] == [MADE]


def test_who_waits_for_another_can_be_cancelled(folder):
    (order,) = orders(folder, 0, 1)
    claim = Outcomes(folder / "t.csv").claim(order.map)

    class Cancelling(SilentContext):
        def progress(self, done, total, text=""):
            if "in work by" in text:
                raise Cancelled

    with claim, pytest.raises(Cancelled):
        batch.run([order], make, "s", folder / "t.csv", Cancelling())


def test_maps_of_one_name_in_two_folders_have_outcomes_of_their_own(folder):
    table = folder / "t.csv"
    for name in ("a", "b"):
        (folder / name).mkdir()
    here = [Order(folder / "00.mat", folder / name / "map.tif") for name in ("a", "b")]
    batch.run(here, make, "s", table, SilentContext())
    assert sorted(line.map for line in read_table(table)) == [str(order.map) for order in here]


def test_an_outcome_that_cannot_be_read_is_no_hindrance(folder):
    (order,) = orders(folder, 0, 1)
    table = folder / "t.csv"
    batch.run([order], make, "s", table, SilentContext())
    (path,) = (folder / "t-cubes").glob("*.json")
    assert json.loads(path.read_text())["outcome"] == MADE
    path.write_text('{"outcome": "ma')
    assert [line.outcome for line in batch.run([order], make, "s", table, SilentContext())] == [MADE]
    assert len(read_table(table)) == 1


def test_a_folder_that_cannot_be_made_is_told(folder):
    (folder / "t-cubes").write_text("a file stands here")
    with pytest.raises(HsiError) as refused:
        batch.run(orders(folder, 0, 1), make, "s", folder / "t.csv", SilentContext())
    assert "t-cubes" in refused.value.message
    assert refused.value.hint


def test_a_command_that_saw_the_table_of_another_makes_it_anew_all_the_same(folder):
    table = folder / "t.csv"
    one, two = orders(folder, 0, 1), orders(folder, 1, 2)
    batch.run(one, make, "s", table, SilentContext())
    with others_kept() as seen:
        seen.note([table])
        outcomes = Outcomes(table)
        batch.run(two, make, "s", table, SilentContext())  # what another process does meanwhile
        table.write_text("of another process")
        outcomes.write_table()
    assert len(read_table(table)) == 2
