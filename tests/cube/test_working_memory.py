"""The memory limit: how it is typed, where it holds, and what it is shared out into."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from hsigui.cube import working_memory
from hsigui.cube.working_memory import LEAST, PROGRAM, VARIABLE, limit, limited, room, size_of, within
from hsigui.errors import HsiError

GB = 10**9


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine of 16 GB whose user has set nothing."""
    monkeypatch.setattr(working_memory, "machine_memory", lambda: 16 * GB)
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(working_memory, "_of_window", False)
    return tmp_path / "settings.json"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2 * GB), ("2 gb", 2 * GB), (" 1.5GiB ", 3 * 2**29), ("900MB", 900 * 10**6), ("1000000KB", GB),
        ("1024MiB", 2**30), ("0.01TB", 10 * GB), ("50%", 8 * GB), ("12.5 %", 2 * GB), ("2000000000B", 2 * GB),
        ("2000000KiB", 2_048_000_000), (".9GB", 900_000_000),
    ],
)  # fmt: skip
def test_a_limit_is_typed_with_its_unit_or_as_a_part_of_the_machine(text, size):
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "2", "2G", "two GB", "-2GB", "2GBs", "1,5GB", "GB", "50 percent", "1e9B"])
def test_what_is_no_amount_of_memory_is_told_with_examples(text):
    with pytest.raises(HsiError, match="is no amount of memory") as caught:
        size_of(text)
    assert "2GB" in caught.value.hint


def test_a_limit_below_what_the_program_takes_and_one_beyond_the_machine_are_refused():
    with pytest.raises(HsiError, match=r"200 MB is too small: the program and its libraries alone take 600 MB"):
        size_of("200MB")
    with pytest.raises(HsiError, match=r"64 GB is more than the 16 GB"):
        size_of("64GB")
    with pytest.raises(HsiError, match="too small"):
        size_of("0%")
    assert size_of("100%") == 16 * GB


def test_a_limit_holds_within_its_block_alone_and_for_the_processes_begun_there():
    assert limit() is None
    with limited("2GB"):
        assert limit() == 2 * GB
        with limited("3GB"), limited(None):
            assert limit() == 3 * GB
        told = "from hsigui.cube.working_memory import limit; print(limit())"
        child = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=os.environ)
        assert int(child.stdout) == 2 * GB
    assert limit() is None
    assert VARIABLE not in os.environ


def test_a_variable_that_makes_no_sense_is_named(monkeypatch):
    monkeypatch.setenv(VARIABLE, "much")
    with pytest.raises(HsiError, match="HSIGUI_MEMORY_LIMIT is not usable: “much”"):
        limit()


def test_the_setting_of_the_window_is_the_windows_alone(machine, monkeypatch):
    machine.write_text(json.dumps({"work_gib": 2}))
    assert limit() is None
    working_memory.heed_setting()
    assert limit() == 2**31
    machine.write_text(json.dumps({"work_gib": 0.1}))
    assert limit() == LEAST
    machine.write_text(json.dumps({"work_gib": 4000}))
    assert limit() == 16 * GB
    monkeypatch.setenv(VARIABLE, "3GB")
    assert limit() == 3 * GB
    machine.write_text("{")
    monkeypatch.delenv(VARIABLE)
    assert limit() is None


def test_a_limit_never_lets_more_be_held_than_without_one():
    assert within(1000, 0.01) == 1000
    assert room() is None
    with limited("2GB"):
        assert room() == 2 * GB - PROGRAM
        assert within(1000, 0.01) == 1000
        assert within(10**9, 0.5) == (2 * GB - PROGRAM) // 8
        assert within(10**9, 0.5, each=20) == (2 * GB - PROGRAM) // 40
        assert within(10**9, 0.0) == 1
