"""No label may be lost: copies of unsaved labels, through crashes, damage and two windows at once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.storage.recovery import KEPT_OLD, Recovery, scene_key, state_folder

TABLE = ClassTable((ClassInfo(1, "Wiese über “x”", (1, 2, 3)), ClassInfo(7, "Water", (4, 5, 6))))
SHAPE = (6, 5)
KEY = "scene-0123"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def labels() -> np.ndarray:
    array = np.zeros(SHAPE, dtype=np.uint16)
    array[1, 2], array[3, 3] = 1, 7
    return array


def test_labels_come_back_as_they_were_in_the_next_window(folder, labels):
    Recovery(folder).save(KEY, labels, TABLE)
    (found,) = Recovery(folder).waiting(KEY, SHAPE)
    assert np.array_equal(found.array, labels)
    assert found.array.dtype == np.uint16
    assert found.classes == TABLE
    assert found.labelled == 2


def test_a_window_is_not_offered_its_own_copy(folder, labels):
    recovery = Recovery(folder)
    recovery.save(KEY, labels, TABLE)
    assert recovery.waiting(KEY, SHAPE) == []


def test_two_windows_on_one_scene_do_not_overwrite_each_other(folder, labels):
    first, second = Recovery(folder), Recovery(folder)
    first.save(KEY, labels, TABLE)
    second.save(KEY, labels * 0 + 7, TABLE)
    found = Recovery(folder).waiting(KEY, SHAPE)
    assert sorted(f.labelled for f in found) == [2, 30]


def test_the_newest_copy_is_offered_first(folder, labels):
    for number in (1, 2, 3):
        Recovery(folder).save(KEY, np.full(SHAPE, number, np.uint16), TABLE)
    found = Recovery(folder).waiting(KEY, SHAPE)
    assert [int(f.array[0, 0]) for f in found] == [3, 2, 1]


def test_another_scene_another_size_and_empty_labels_are_not_offered_and_stay(folder, labels):
    Recovery(folder).save("other-9", labels, TABLE)
    Recovery(folder).save(KEY, labels[:2], TABLE)
    Recovery(folder).save(KEY, labels * 0, TABLE)
    assert Recovery(folder).waiting(KEY, SHAPE) == []
    assert len(list(folder.glob("*.npz"))) == 3


def test_a_damaged_copy_is_kept_and_told_and_the_good_one_is_still_found(folder, labels):
    Recovery(folder).save(KEY, labels, TABLE)
    whole = Recovery(folder).save(KEY, labels, TABLE)
    content = whole.read_bytes()
    (folder / f"{KEY}.aaaa.npz").write_bytes(content[: len(content) // 2])
    (folder / f"{KEY}.bbbb.npz").write_bytes(b"")
    recovery = Recovery(folder)
    assert len(recovery.waiting(KEY, SHAPE)) == 2
    assert len(recovery.problems) == 2
    assert (folder / f"{KEY}.aaaa.damaged").read_bytes() == content[: len(content) // 2]


def test_a_failed_write_leaves_the_copy_before_whole(folder, labels, monkeypatch):
    recovery = Recovery(folder)
    recovery.save(KEY, labels, TABLE)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        recovery.save(KEY, labels * 0, TABLE)
    monkeypatch.undo()
    (found,) = Recovery(folder).waiting(KEY, SHAPE)
    assert found.labelled == 2
    assert len(list(folder.iterdir())) == 1


def test_a_retired_copy_is_not_offered_and_not_deleted(folder, labels):
    recovery = Recovery(folder)
    path = recovery.save(KEY, labels, TABLE)
    recovery.retire(path)
    recovery.retire(path)  # a second time does nothing
    assert Recovery(folder).waiting(KEY, SHAPE) == []
    (old,) = folder.glob("*.old")
    with np.load(old) as stored:
        assert np.array_equal(stored["labels"], labels)


def test_only_the_last_retired_copies_of_a_scene_are_kept(folder, labels):
    for number in range(KEPT_OLD + 3):
        recovery = Recovery(folder)
        path = recovery.save(KEY, labels, TABLE)
        os.utime(path, (number, number))
        recovery.retire(path)
    assert len(list(folder.glob("*.old"))) == KEPT_OLD


def test_the_key_tells_files_and_variables_apart_and_is_a_file_name(tmp_path):
    def cube(path, variable="", name="a/b: c"):
        return Cube(ArraySource(np.zeros((2, 2, 2))), CubeInfo(variable=variable), name=name, path=path)

    keys = {
        scene_key(cube(tmp_path / "a.mat", "x")),
        scene_key(cube(tmp_path / "a.mat", "y")),
        scene_key(cube(tmp_path / "b.mat", "x")),
        scene_key(cube(None)),
    }
    assert len(keys) == 4
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") for key in keys)
    assert scene_key(cube(tmp_path / "a.mat", "x")) == scene_key(cube(tmp_path / "." / "a.mat", "x"))


def test_the_environment_says_where_the_copies_lie(tmp_path, monkeypatch):
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path))
    assert state_folder() == tmp_path / "recovery"


def test_validation_labels_come_back_too_and_count(folder, labels):
    array, classes = labels, TABLE
    validation = np.where(array == 0, 1, 0).astype(np.uint16)
    Recovery(folder).save("scene", array, classes, validation)
    (found,) = Recovery(folder).waiting("scene", array.shape)
    np.testing.assert_array_equal(found.validation, validation)
    assert found.labelled == array.size
    only = Recovery(folder)
    only.save("other", np.zeros_like(array), classes, validation)
    assert len(Recovery(folder).waiting("other", array.shape)) == 1, "validation labels alone are worth keeping"
