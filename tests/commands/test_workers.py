"""`--jobs` and `--scheduler`: how many work, and with which share of the machine."""

from __future__ import annotations

import argparse

import pytest

from hsigui.__main__ import main
from hsigui.commands import workers
from hsigui.errors import HsiError
from hsigui.pipeline import cores, fitting
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.serial import Serial

GB = 10**9


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """One of eight cores and 16 GB."""
    monkeypatch.setattr(cores, "count", lambda: 8)
    monkeypatch.setattr(fitting, "free_memory", lambda: 16 * GB)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


def asked(jobs=None, scheduler=None, pieces=100, need=GB):
    options = argparse.Namespace(jobs=jobs, scheduler=scheduler)
    return workers.workers_of(options, pieces, lambda: [need] * pieces)


def test_without_the_options_and_for_one_piece_this_process_works():
    assert isinstance(asked(), Serial)
    assert isinstance(asked(jobs=1), Serial)
    assert isinstance(asked(jobs=4, pieces=1), Serial)


@pytest.mark.parametrize(("jobs", "count", "threads"), [(2, 2, 4), (3, 3, 2), ("auto", 8, 1), (12, 12, 1)])
def test_the_cores_are_shared_out(jobs, count, threads):
    executor = asked(jobs)
    assert isinstance(executor, Processes)
    assert (executor.workers.count, executor.workers.threads) == (count, threads)


def test_fewer_threads_than_the_share_stay_as_the_user_has_set_them(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert asked(2).workers.threads == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    assert asked(2).workers.threads == 4


def test_no_more_are_begun_than_memory_bears_and_that_is_said(capsys):
    assert asked(8, need=5 * GB).workers.count == 3
    said = capsys.readouterr().err
    assert "3 work at once instead of 8: the largest takes about 5 GB, and 16 GB of memory are free" in said
    assert isinstance(asked("auto", need=20 * GB), Serial), "one is always begun: what does not fit it tells itself"
    assert "1 works instead of 8" in capsys.readouterr().err
    assert asked(2, need=5 * GB).workers.count == 2
    assert capsys.readouterr().err == ""


def test_a_limit_of_memory_is_what_a_process_takes_at_most(monkeypatch):
    monkeypatch.setenv("HSIGUI_MEMORY_LIMIT", "1GB")
    monkeypatch.setattr("hsigui.cube.working_memory.machine_memory", lambda: 64 * GB)
    executor = asked(8, need=5 * GB)
    assert (executor.workers.count, executor.workers.memory) == (8, GB)


def test_of_cubes_of_many_sizes_the_largest_must_fit_together():
    needs = [GB] * 50 + [9 * GB] * 2
    assert fitting.fitting(needs, 8) == fitting.Fitting(1, 9 * GB, 16 * GB)
    assert fitting.fitting([GB] * 50 + [9 * GB], 8).count == 8
    assert fitting.fitting([], 8).count == 1


def test_memory_of_this_machine_is_known():
    assert fitting._available() is None or 0 < fitting._available() < 2**50


def test_the_memory_of_a_container_is_what_its_group_leaves(tmp_path, monkeypatch):
    group = tmp_path / "job" / "step"
    group.mkdir(parents=True)
    (tmp_path / "job" / "memory.max").write_text("3000000000\n")
    (tmp_path / "job" / "memory.current").write_text("1000000000\n")
    (tmp_path / "job" / "memory.stat").write_text("anon 5\ninactive_file 400000000\n")
    (group / "memory.max").write_text("max\n")
    (group / "memory.current").write_text("7\n")
    own = tmp_path / "cgroup"
    own.write_text("0::/job/step\n")
    assert fitting._of_container(tmp_path, own) == 2_400_000_000
    own.write_text("0::/\n")
    assert fitting._of_container(tmp_path, own) is None
    assert fitting._of_container(tmp_path, tmp_path / "nothing") is None


def test_a_cluster_has_its_own_number_of_workers():
    with pytest.raises(HsiError, match="the engine's to say"):
        asked(2, "dask:tcp://127.0.0.1:8786")


@pytest.mark.parametrize("words", ["0", "-1", "many", "1.5"])
def test_a_number_of_jobs_that_is_none_is_refused(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["classify", "a.hdr", "--run", "r", "--out-dir", "o", f"--jobs={words}"])
    assert ended.value.code == 2
    assert "--jobs" in capsys.readouterr().err


def test_maps_by_spectra_are_of_one_process(tmp_path, capsys):
    words = ["classify", str(tmp_path / "a.hdr"), "--out", str(tmp_path / "m.tif")]
    assert main([*words, "--by", "sam", "--jobs", "2"]) == 1
    assert "--jobs" in capsys.readouterr().err
