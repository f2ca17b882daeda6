"""HDF5 files whose arrays lie in other files, or that announce more than they hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube import limits, outside
from hsigui.cube.open import list_arrays, open_cube
from hsigui.errors import HsiError

SAMPLES = np.arange(5 * 6 * 4, dtype=np.uint16).reshape(5, 6, 4)
Write = Callable[[Path, Path], None]


@pytest.fixture(autouse=True)
def config(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))


def plain(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file["x"] = SAMPLES
    return path


def external(path: Path, source: Path) -> None:
    SAMPLES.tofile(source)
    with h5py.File(path, "w") as file:
        file.create_dataset("cube", shape=SAMPLES.shape, dtype=np.uint16, external=[(str(source), 0, SAMPLES.nbytes)])


def virtual(path: Path, source: Path) -> None:
    plain(source)
    layout = h5py.VirtualLayout(shape=SAMPLES.shape, dtype=np.uint16)
    layout[...] = h5py.VirtualSource(str(source), "x", shape=SAMPLES.shape)
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("cube", layout)


def linked(path: Path, source: Path) -> None:
    plain(source)
    with h5py.File(path, "w") as file:
        file["cube"] = h5py.ExternalLink(str(source), "/x")


def linked_softly(path: Path, source: Path) -> None:
    plain(source)
    with h5py.File(path, "w") as file:
        file["far"] = h5py.ExternalLink(str(source), "/")
        file["cube"] = h5py.SoftLink("/far/x")


def virtual_of_a_link(path: Path, source: Path) -> None:
    linked(path.with_name("between.h5"), source)
    layout = h5py.VirtualLayout(shape=SAMPLES.shape, dtype=np.uint16)
    layout[...] = h5py.VirtualSource("between.h5", "cube", shape=SAMPLES.shape)
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("cube", layout)


def numbered(path: Path, source: bytes, array: bytes) -> Path:
    """An array of as many others as there are, whose names are numbered."""
    endless = h5py.h5s.UNLIMITED
    space = h5py.h5s.create_simple(SAMPLES.shape, (endless, *SAMPLES.shape[1:]))
    space.select_hyperslab((0, 0, 0), (endless, 1, 1), SAMPLES.shape, SAMPLES.shape)
    how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    how.set_virtual(space, source, array, h5py.h5s.create_simple(SAMPLES.shape))
    with h5py.File(path, "w", libver="latest") as file:
        whole = h5py.h5s.create_simple(SAMPLES.shape, (endless, *SAMPLES.shape[1:]))
        h5py.h5d.create(file.id, b"cube", h5py.h5t.NATIVE_UINT16, whole, how)
    return path


WAYS = (external, virtual, linked, linked_softly, virtual_of_a_link)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "scene").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "scene"


@pytest.mark.parametrize("write", WAYS)
def test_arrays_in_files_outside_the_folder_are_read_only_where_the_user_says_so(folder: Path, write: Write) -> None:
    path = folder / "a.h5"
    write(path, folder.parent / "secret.bin")
    with pytest.raises(outside.LeadsOutside, match=r"names .*secret\.bin, a file outside its folder") as caught:
        open_cube(path)
    assert caught.value.path == path
    assert "--outside-files" in caught.value.hint
    outside.allow(path)
    assert np.array_equal(open_cube(path).read(), SAMPLES)


@pytest.mark.parametrize("write", WAYS)
def test_a_link_in_the_folder_to_a_file_outside_is_outside(folder: Path, write: Write) -> None:
    write(folder / "a.h5", folder / "link.bin")
    (folder / "link.bin").replace(folder.parent / "secret.bin")
    (folder / "link.bin").symlink_to(folder.parent / "secret.bin")
    with pytest.raises(HsiError, match="outside its folder"):
        open_cube(folder / "a.h5")


@pytest.mark.parametrize("write", WAYS)
def test_arrays_in_files_of_the_folder_are_read_wherever_the_program_was_started(folder: Path, write: Write) -> None:
    write(folder / "a.h5", folder / "beside.bin")
    assert np.array_equal(open_cube(folder / "a.h5").read(), SAMPLES)
    with h5py.File(folder / "b.h5", "w") as file:
        file.create_dataset("cube", shape=(5, 6, 4), dtype=np.uint16, external=[("raw.bin", 0, SAMPLES.nbytes)])
    SAMPLES.tofile(folder / "raw.bin")
    cube = open_cube(folder / "b.h5")
    assert np.array_equal(cube.read(), SAMPLES)
    assert [a.name for a in list_arrays(folder / "b.h5")] == ["cube"]  # while it is open


def test_sources_that_are_not_there_or_not_named_one_by_one_are_refused(folder: Path) -> None:
    virtual(folder / "a.h5", folder / "beside.bin")
    (folder / "beside.bin").unlink()
    with pytest.raises(HsiError, match=r"names .*beside\.bin, which is not there"):
        open_cube(folder / "a.h5")
    with h5py.File(folder / "part.h5", "w") as file:
        file["x0"] = SAMPLES
    plain(folder.parent / "part0.h5")
    with pytest.raises(HsiError, match="does not name one by one"):
        open_cube(numbered(folder / "b.h5", b"part.h5", b"x%b"))
    with pytest.raises(HsiError, match="outside its folder"):
        open_cube(numbered(folder / "c.h5", b"../part%b.h5", b"x"))
    plain(folder / "part0.h5")
    assert np.array_equal(open_cube(numbered(folder / "d.h5", b"part%b.h5", b"x")).read(), SAMPLES)


def test_links_in_circles_end(folder: Path) -> None:
    with h5py.File(folder / "a.h5", "w") as file:
        file["one"] = h5py.SoftLink("/two/x")
        file["two"] = h5py.SoftLink("/one")
        file["cube"] = SAMPLES
        group = file.create_group("group")
        group["self"] = h5py.SoftLink("/group")
    cube = open_cube(folder / "a.h5", variable="cube")
    assert np.array_equal(cube.read(), SAMPLES)


def test_a_choice_is_forgotten_when_the_file_changes(folder: Path) -> None:
    path = folder / "a.h5"
    external(path, folder.parent / "secret.bin")
    outside.allow(path)
    assert outside.allowed(path)
    path.unlink()
    external(path, folder.parent / "other.bin")
    assert not outside.allowed(path)
    with pytest.raises(outside.LeadsOutside):
        open_cube(path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1, "files": []}', '{"format": 1, "files": {"a": 1}}'])
def test_a_damaged_list_of_choices_allows_nothing(folder: Path, content: str) -> None:
    path = folder / "a.h5"
    external(path, folder.parent / "secret.bin")
    outside.store_path().parent.mkdir(exist_ok=True)
    outside.store_path().write_text(content)
    assert not outside.allowed(path)
    outside.allow(path)
    assert outside.allowed(path)


def test_sizes_that_an_array_announces_are_held_against_the_memory(folder: Path, monkeypatch) -> None:
    def write(name: str, **how: object) -> Path:
        with h5py.File(folder / name, "w") as file:
            file.create_dataset("cube", data=np.zeros((64, 64, 64), np.uint8), **how)
        return folder / name

    packed = write("a.h5", chunks=(64, 64, 64), compression="gzip")
    assert packed.stat().st_size < 10_000
    assert open_cube(packed).shape == (64, 64, 64)
    monkeypatch.setattr(limits, "machine_memory", lambda: 2**19)
    with pytest.raises(HsiError, match="stored in pieces"):
        open_cube(packed)
    layout = h5py.VirtualLayout(shape=(2**20, 2**20, 4), dtype=np.uint16)  # all of it is filled
    with h5py.File(folder / "b.h5", "w") as file:
        file.create_virtual_dataset("cube", layout)
    with pytest.raises(HsiError, match="announces 1048576 x 1048576 pixels"):
        open_cube(folder / "b.h5")


def test_a_command_lets_files_lead_outside_once_it_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "a.h5"
    external(path, folder.parent / "secret.bin")
    assert main(["info", str(path)]) == 1
    assert "a file outside its folder" in capsys.readouterr().err
    assert main(["info", str(path), "--outside-files"]) == 0
    assert main(["info", str(path)]) == 0  # it is remembered
    other = folder / "b.h5"
    virtual(other, folder.parent / "more.bin")
    assert main(["info", str(other)]) == 1
    assert hsigui.open(other, outside_files=True).shape == SAMPLES.shape
    assert hsigui.open(other).shape == SAMPLES.shape


@pytest.mark.parametrize("shape", [(3, 4, 5), (20, 30, 40)])
def test_an_array_that_a_link_names_in_another_file_has_its_attributes_and_its_size(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    values = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    with h5py.File(tmp_path / "part.h5", "w") as file:
        file["x"] = values
        file["x"].attrs["units"] = "reflectance"
        file["x"].attrs["scale_factor"] = 10.0
    with h5py.File(tmp_path / "whole.h5", "w") as file:
        file["cube"] = h5py.ExternalLink("part.h5", "/x")
    for _ in range(2):  # also while the first one is still open
        cube = open_cube(tmp_path / "whole.h5")
        assert cube.shape == shape
        np.testing.assert_array_equal(cube.read(), values * np.float32(10))
