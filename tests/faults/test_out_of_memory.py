"""A share of what `out_of_memory` does at length: stages of the program in small address spaces, a process each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("address spaces are limited and looked at on Linux", allow_module_level=True)

from tests.faults import out_of_memory

MIB = 2**20
TRIALS = [
    ("open", 0, False), ("open", 240, False), ("show", 40, True), ("pretrain", 60, True), ("pretrain", 230, True),
    ("embed", 160, True), ("map", 150, True),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("memory")
    out_of_memory.write_scene(made, 64)
    return made


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "extra", "warm"), TRIALS)
def test_want_of_memory_is_a_sentence_with_what_to_do_and_one_end(folder, stage, extra, warm):
    found = out_of_memory.trial(stage, folder, extra * MIB, warm)
    assert found["bad"] == "", found
    assert found["outcome"] in ("failed", "completed")
    if extra < 100:
        assert "memory" in found["said"]


@pytest.mark.slow
def test_with_room_a_stage_is_done(folder):
    found = out_of_memory.trial("show", folder, None, True)
    assert (found["bad"], found["outcome"]) == ("", "completed")


@pytest.mark.parametrize(
    ("found", "bad"),
    [
        ({"ends": 1, "outcome": "completed", "said": "", "hint": ""}, ""),
        ({"ends": 1, "outcome": "failed", "said": "No.", "hint": "Close."}, ""),
        ({"ends": 0, "outcome": "failed", "said": "No.", "hint": "Close."}, "ENDS"),
        ({"ends": 2, "outcome": "failed", "said": "No.", "hint": "Close."}, "ENDS"),
        ({"ends": 1, "outcome": "failed", "fault": "ValueError", "trace": ""}, "FAULT"),
        ({"ends": 1, "outcome": "failed", "said": "MemoryError: ", "hint": "Close."}, "FAULT"),
        ({"ends": 1, "outcome": "failed", "said": "No.", "hint": ""}, "ADVICE"),
        ({"ends": 1, "outcome": "failed", "said": "No.", "hint": "Train on the CPU."}, "ADVICE"),
    ],
)
def test_what_must_not_be_is_noticed(found, bad):
    found = {"said": "", "hint": "", **found}
    assert out_of_memory._bad(found).partition(" ")[0] == bad
