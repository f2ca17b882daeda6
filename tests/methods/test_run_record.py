"""run.json knows the SHA-256 of every file of its run and its own; runs of earlier days have none and get them."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.methods import run_record

SETTINGS = {"format": 2, "program": "hsigui 1", "losses": [0.1, float("nan"), 2.5e-17], "scene": {"shape": (3, 4, 5)}}


def _run(folder, sealed=True):
    (folder / "weights.safetensors").write_bytes(b"weights")
    sums = {"weights.safetensors": run_record.sum_of(b"weights")}
    text = run_record.text_of(SETTINGS, sums) if sealed else json.dumps(SETTINGS, indent=1)
    (folder / run_record.SETTINGS).write_text(text, encoding="utf-8")
    return folder / run_record.SETTINGS


def test_settings_are_read_as_they_were_written_and_files_are_checked(tmp_path):
    _run(tmp_path)
    found = run_record.without_sums(run_record.read(tmp_path))
    assert json.dumps(found) == json.dumps(SETTINGS)
    assert run_record.checked(tmp_path, "weights.safetensors") == b"weights"
    assert run_record.note_unchecked(tmp_path) == ""


def test_a_changed_file_is_refused_with_its_name(tmp_path):
    _run(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"Weights")
    with pytest.raises(HsiError, match=r"weights\.safetensors is damaged: its SHA-256"):
        run_record.checked(tmp_path, "weights.safetensors")


@pytest.mark.parametrize("where", range(0, 400, 7))
def test_any_changed_word_of_the_record_itself_is_noticed(tmp_path, where):
    path = _run(tmp_path)
    content = bytearray(path.read_bytes())
    content[where % len(content)] ^= 0x04
    path.write_bytes(bytes(content))
    try:
        found = run_record.read(tmp_path)
    except HsiError:
        return
    assert json.dumps(run_record.without_sums(found)) == json.dumps(SETTINGS)  # a space between two words
    assert found[run_record.SUMS]["weights.safetensors"] == run_record.sum_of(b"weights")


@pytest.mark.parametrize("lost", [run_record.SUMS, run_record.SEALED])
def test_a_record_that_lost_its_sums_does_not_pass_for_one_of_earlier_days(tmp_path, lost):
    path = _run(tmp_path)
    path.write_text(path.read_text().replace(f'"{lost}"', f'"x{lost[1:]}"', 1))
    with pytest.raises(HsiError, match="damaged"):
        run_record.read(tmp_path)


def test_a_record_that_lost_both_marks_of_its_sums_is_refused_as_well(tmp_path):
    path = _run(tmp_path)
    path.write_text(path.read_text().replace('"sha256"', '"sha255"').replace('"sealed"', '"sealee"'))
    with pytest.raises(HsiError, match="damaged"):
        run_record.read(tmp_path)


def test_a_run_of_earlier_days_opens_and_says_that_it_was_not_checked(tmp_path):
    _run(tmp_path, sealed=False)
    (tmp_path / "weights.safetensors").write_bytes(b"changed")
    assert run_record.checked(tmp_path, "weights.safetensors") == b"changed"
    assert "not checked" in run_record.note_unchecked(tmp_path)


def test_a_run_of_earlier_days_gets_sums_of_all_files_when_one_is_written(tmp_path):
    path = _run(tmp_path, sealed=False)
    (tmp_path / "features-ab.npy").write_bytes(b"features")
    (tmp_path / "resume.safetensors").write_bytes(b"resume")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    run_record.put(tmp_path, {"probe.json": b"{}"})
    names = {"weights.safetensors", "features-ab.npy", "probe.json", run_record.SETTINGS}
    assert set(run_record.read(tmp_path)[run_record.SUMS]) == names
    assert path.stat().st_mtime == 1_700_000_000  # it says when the run was made
    assert run_record.checked(tmp_path, "features-ab.npy") == b"features"
    assert run_record.note_unchecked(tmp_path) == ""


def test_files_that_go_leave_the_record_and_are_removed(tmp_path):
    _run(tmp_path)
    run_record.put(tmp_path, {"accuracy.json": b"1"})
    run_record.put(tmp_path, {"probe.json": b"2"}, without=("accuracy.json",))
    assert not (tmp_path / "accuracy.json").exists()
    assert "accuracy.json" not in run_record.read(tmp_path)[run_record.SUMS]


def test_a_damaged_record_is_not_written_again(tmp_path):
    path = _run(tmp_path)
    path.write_text(path.read_text().replace("hsigui 1", "hsigui 2"))
    before = path.read_bytes()
    with pytest.raises(HsiError, match="damaged"):
        run_record.put(tmp_path, {"probe.json": b"{}"})
    assert path.read_bytes() == before
    assert not (tmp_path / "probe.json").exists()


def test_a_newer_version_is_told_as_such_whatever_it_holds(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"format": run_record.NEWEST_FORMAT + 1, "program": "hsigui 9"}))
    with pytest.raises(HsiError, match="newer version"):
        run_record.read(tmp_path)


def test_a_folder_that_is_no_run_keeps_the_sums_of_its_features_in_a_file_of_their_own(tmp_path):
    assert run_record.sums_of(tmp_path) is None
    run_record.put(tmp_path, {"features-ab.npy": b"features"})
    assert run_record.checked(tmp_path, "features-ab.npy") == b"features"
    (tmp_path / run_record.BESIDE).write_bytes(np.random.default_rng(0).bytes(40))
    with pytest.raises(HsiError, match="damaged"):
        run_record.checked(tmp_path, "features-ab.npy")
