"""Orders done by processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Workers, each_tried_again
from hsigui.pipeline.executors.serial import Serial
from hsigui.saving import is_alive
from tests.pipeline.executors import work


class Hearing(SilentContext):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def progress(self, done, total, text=""):
        self.told.append(text)

    def warn(self, message):
        self.told.append(message)


def quiet(number: int) -> SilentContext:
    return SilentContext()


@pytest.mark.parametrize("executor", [Serial(), Processes(Workers(2))], ids=["serial", "processes"])
def test_every_order_ends_once_and_what_is_told_is_heard_by_its_own_context(executor):
    heard = [Hearing() for _ in range(6)]
    with executor:
        ended = list(executor.map(work.doubled, range(6), heard.__getitem__))
    assert sorted((one.number, one.value[0]) for one in ended) == [(n, 2 * n) for n in range(6)]
    assert [hearing.told for hearing in heard] == [[f"doubling {n}", f"warned {n}"] for n in range(6)]
    doers = {one.value[1] for one in ended}
    assert doers == {os.getpid()} if isinstance(executor, Serial) else len(doers) == 2, "a process does many"
    assert not any(is_alive(pid) for pid in doers - {os.getpid()})


def test_what_an_order_raises_is_raised_with_where_it_was():
    with Processes(Workers(1)) as executor, pytest.raises(HsiError) as raised:
        list(executor.map(work.refused, range(4), quiet))
    assert (raised.value.message, raised.value.hint) == ("the third is wrong", "leave it out")
    assert "work.py" in raised.value.__notes__[0]


def test_an_order_whose_process_is_killed_is_done_once_more_and_the_others_go_on(tmp_path):
    hearing = Hearing()
    with Processes(Workers(2)) as executor:
        orders = [(tmp_path, n) for n in range(4)]
        ended = list(each_tried_again(executor, work.dies_once, orders, lambda _: hearing))
    assert [one.number for one in ended][-1] == 1, "after the others"
    assert sorted((one.number, one.value) for one in ended) == [(n, n) for n in range(4)]
    assert len(hearing.told) == 1
    assert "SIGKILL" in hearing.told[0] or sys.platform == "win32"


def test_an_order_that_kills_its_process_again_is_told_as_lost_and_the_others_are_done():
    with Processes(Workers(2)) as executor:
        ended = {one.number: one for one in each_tried_again(executor, work.dies, range(4), quiet)}
    assert {n: one.value for n, one in ended.items()} == {0: 0, 1: None, 2: 2, 3: 3}
    assert ended[1].lost
    assert not ended[0].lost


def waited_for(path: Path) -> None:
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_when_the_user_cancels_all_processes_stop_at_once(tmp_path):
    class Cancelling(SilentContext):
        def check(self):
            if (tmp_path / "a").exists() and (tmp_path / "b").exists():
                raise Cancelled

        def progress(self, done, total, text=""):
            self.check()

    with Processes(Workers(2)) as executor:
        with pytest.raises(Cancelled):
            list(executor.map(work.sleeps, [tmp_path / "a", tmp_path / "b"], lambda _: Cancelling()))
        assert (tmp_path / "a.stopped").exists(), "the work was asked to stop, and swept up"
        assert not is_alive(int((tmp_path / "a").read_text()))
        assert [one.value for one in executor.map(work.refused, [7], quiet)] == [7], "others can be begun"


PARENT = """
import sys
from pathlib import Path
from hsigui.jobs import SilentContext
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Workers
from tests.pipeline.executors import work
with Processes(Workers(2)) as executor:
    list(executor.map(work.sleeps, [Path(p) for p in sys.argv[1:]], lambda _: SilentContext()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_processes_end_with_their_parent_whatever_ends_it(tmp_path, name):
    import signal

    marks = [tmp_path / "a", tmp_path / "b"]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *map(str, marks)], cwd=Path(__file__).parents[3])
    for mark in marks:
        waited_for(mark)
    parent.send_signal(getattr(signal, name))
    parent.wait()
    for mark in marks:
        waited_for(mark.with_suffix(".stopped"))
    pids = [int(mark.read_text()) for mark in marks]
    end = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_process_has_the_threads_that_it_is_given(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    with Processes(Workers(1, threads=1)) as executor:
        ((found),) = [one.value for one in executor.map(work.threads, [0], quiet)]
    assert set(found.values()) == {1}, found


def test_processes_that_cannot_begin_are_told(monkeypatch):
    monkeypatch.setattr("hsigui.pipeline.executors.processes._START", "import sys; sys.exit(3)")
    with Processes(Workers(2)) as executor, pytest.raises(HsiError, match="exit code 3 while it began") as refused:
        list(executor.map(work.refused, range(3), quiet))
    assert refused.value.hint
