"""Copies of labels that earlier versions left still open, each by itself."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.demo import write_demo
from hsigui.cube.open import open_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.storage.kept_scene import SceneFacts
from hsigui.storage.projects import Projects
from hsigui.storage.recovery import KEPT_OLD, left_copies, retire, scene_key, state_folder
from tests.storage.earlier_copies import write_copy

TABLE = ClassTable((ClassInfo(1, "Wiese über “x”", (1, 2, 3)), ClassInfo(7, "Water", (4, 5, 6))))
SHAPE = (6, 5)
CUBE = Cube(ArraySource(np.zeros((*SHAPE, 2), np.float32)), name="scene")
FACTS, KEY = SceneFacts.of(CUBE), scene_key(CUBE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def labels() -> np.ndarray:
    array = np.zeros(SHAPE, dtype=np.uint16)
    array[1, 2], array[3, 3] = 1, 7
    return array


def found_in(folder: Path, facts: SceneFacts = FACTS):
    told: list[str] = []
    return [kept for _, kept in left_copies(folder, facts, told)], told


def test_labels_come_back_as_they_were(folder, labels):
    write_copy(folder, KEY, labels, TABLE, saved_at=12.0)
    (found,), told = found_in(folder)
    assert np.array_equal(found.labels, labels)
    assert not found.validation.any()
    assert found.classes == TABLE
    assert found.condition.saved_at == 12.0
    assert found.at_stake
    assert told == []


def test_validation_labels_come_back_too_and_count(folder, labels):
    validation = np.where(labels == 0, 1, 0).astype(np.uint16)
    write_copy(folder, KEY, np.zeros_like(labels), TABLE, validation)
    (found,), _ = found_in(folder)
    np.testing.assert_array_equal(found.validation, validation)
    assert found.labelled == 28, "validation labels alone are worth keeping"


def test_the_newest_copy_is_offered_first(folder, labels):
    for number in (2, 3, 1):
        write_copy(folder, KEY, np.full(SHAPE, number, np.uint16), TABLE, saved_at=float(number))
    found = Projects(folder / "projects", folder).look(FACTS)
    assert [int(left.scene.labels[0, 0]) for left in found.left] == [3, 2, 1]


def test_another_scene_another_size_and_empty_labels_are_not_offered_and_stay(folder, labels):
    write_copy(folder, "other-9", labels, TABLE)
    write_copy(folder, KEY, labels[:2], TABLE)
    write_copy(folder, KEY, labels * 0, TABLE)
    assert found_in(folder) == ([], [])
    assert len(list(folder.glob("*.npz"))) == 3


def test_a_damaged_copy_is_kept_and_told_and_the_good_one_is_still_found(folder, labels):
    whole = write_copy(folder, KEY, labels, TABLE)
    content = whole.read_bytes()
    (folder / f"{KEY}.aaaa.npz").write_bytes(content[: len(content) // 2])
    (folder / f"{KEY}.bbbb.npz").write_bytes(b"")
    (folder / f"{KEY}.cccc.npz").write_bytes(content[:200] + bytes(40) + content[240:])
    found, told = found_in(folder)
    assert len(found) == 1
    assert len(told) == 3
    assert (folder / f"{KEY}.aaaa.damaged").read_bytes() == content[: len(content) // 2]


def test_a_copy_whose_stream_is_damaged_does_not_hide_the_good_one(folder, labels, cases):
    shutil.copyfile(cases / "hostile" / "recovery-damaged-stream.npz", tmp := folder_of(folder) / f"{KEY}.aaaa.npz")
    write_copy(folder, KEY, labels, TABLE)
    found, told = found_in(folder)
    assert len(found) == 1
    assert len(told) == 1
    assert not tmp.exists()
    assert tmp.with_suffix(".damaged").exists()


def folder_of(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_any_single_changed_byte_raises_nothing(folder, labels):
    content = write_copy(folder, KEY, labels, TABLE).read_bytes()
    for place in range(0, len(content), 7):
        for old in folder.iterdir():
            old.unlink()
        (folder / f"{KEY}.aaaa.npz").write_bytes(
            content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        )
        found, told = found_in(folder)
        assert len(found) + len(told) <= 1


def test_a_damaged_copy_that_cannot_be_renamed_is_told_too(folder, labels, monkeypatch):
    folder_of(folder).joinpath(f"{KEY}.aaaa.npz").write_bytes(b"x")
    write_copy(folder, KEY, labels, TABLE)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "denied")))
    found, told = found_in(folder)
    assert (len(found), len(told)) == (1, 1)


def test_a_retired_copy_is_not_offered_and_not_deleted(folder, labels):
    path = write_copy(folder, KEY, labels, TABLE)
    Projects(folder / "projects", folder).retire(path)
    retire(path)  # a second time does nothing
    assert found_in(folder) == ([], [])
    (old,) = folder.glob("*.old")
    with np.load(old) as stored:
        assert np.array_equal(stored["labels"], labels)


def test_only_the_last_retired_copies_of_a_scene_are_kept(folder, labels):
    for number in range(KEPT_OLD + 3):
        path = write_copy(folder, KEY, labels, TABLE)
        os.utime(path, (number, number))
        retire(path)
    assert len(list(folder.glob("*.old"))) == KEPT_OLD


def test_a_copy_is_found_by_the_header_and_by_the_data(folder, tmp_path):
    header, _ = write_demo(tmp_path / "demo")
    data = next(path for path in header.parent.glob(f"{header.stem}*") if path.suffix in (".img", ".dat", ".raw", ""))
    cubes = open_cube(header), open_cube(data)
    for written, opened in (cubes, cubes[::-1]):
        array = np.ones((written.rows, written.cols), np.uint16)
        path = write_copy(folder, scene_key(written), array, TABLE)
        assert len(found_in(folder, SceneFacts.of(opened))[0]) == 1
        path.unlink()


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
    assert Projects().folder == tmp_path / "projects"
