"""The list of public scenes: whole, and honest about what is not known."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.sample_scenes.keeping import AWAY, HERE, PARTLY, folder_of, path_of, scenes_folder, state_of
from hsigui.sample_scenes.table import ABOUT, SCENE, TERMS, TRUTH, sample_named, sample_scenes
from hsigui.sample_scenes.words import facts, state_in_words

SCENES = sample_scenes()


def test_the_scenes_of_the_literature_are_listed_once() -> None:
    names = ["Indian Pines", "Salinas", "Pavia University", "Pavia Centre", "Kennedy Space Center", "Botswana",
             "Jasper Ridge", "Samson"]  # fmt: skip
    assert [scene.title for scene in SCENES] == names
    assert set(ABOUT) == {scene.id for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_a_row_is_whole(scene) -> None:
    kinds = Counter(file.kind for file in scene.files)
    assert kinds[SCENE] == 1
    assert kinds[TRUTH] == (scene.classes > 0)
    assert min(scene.rows, scene.cols, scene.bands) > 0
    assert scene.terms in TERMS
    assert scene.cite
    for address in (scene.page, *(address for file in scene.files for address in file.addresses)):
        assert address.startswith("https://"), address
    for file in scene.files:
        assert Path(file.name).name == file.name
        assert re.fullmatch("([0-9a-f]{64})?", file.sha256)
        assert all(file.name in address for address in file.addresses)
        # Copies by others are asked only where it can be told whether they are the same file.
        assert file.sha256 or len(file.addresses) == 1


def test_published_checksums_are_those_of_the_files_at_hand(data_dir) -> None:
    from hsigui.sample_scenes.keeping import checksum

    at_hand = {"indian-pines": "indian_pines/Indian_pines_gt.mat", "pavia-university": "pavia_university/PaviaU_gt.mat"}
    for name, path in at_hand.items():
        file = sample_named(name).file(TRUTH)
        assert checksum(data_dir / path) == file.sha256
        assert (data_dir / path).stat().st_size == file.size


@pytest.mark.parametrize("name", ["indian-pines", "Indian Pines", "INDIAN_PINES"])
def test_a_scene_is_found_by_id_and_title(name) -> None:
    assert sample_named(name).id == "indian-pines"


def test_a_scene_that_there_is_not_is_refused_with_the_list() -> None:
    with pytest.raises(HsiError, match=r"no sample scene .* There are: indian-pines, salinas"):
        sample_named("houston")


def test_what_is_here_is_told_by_the_files(tmp_path: Path) -> None:
    scene = sample_named("indian-pines")
    assert state_of(scene, tmp_path).where == AWAY
    own = folder_of(scene, tmp_path)
    own.mkdir()
    (own / "Indian_pines_corrected.mat.part").write_bytes(b"x" * 3_000_000)
    state = state_of(scene, tmp_path)
    assert (state.where, state.got) == (PARTLY, 3_000_000)
    assert state_in_words(state) == "3 MB of it is here"
    (own / "Indian_pines_corrected.mat.part").rename(path_of(scene, tmp_path))
    assert state_of(scene, tmp_path).where == PARTLY
    (own / "Indian_pines_gt.mat").write_bytes(b"x")
    assert state_of(scene, tmp_path).where == HERE


def test_a_size_that_is_not_known_is_told_as_the_most() -> None:
    assert facts(sample_named("indian-pines")).endswith("16 classes, 5.95 MB")
    assert facts(sample_named("salinas")).endswith("at most 45.3 MB")
    assert "no ground truth" in facts(sample_named("samson"))


def test_scenes_lie_where_the_program_keeps_its_own(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path))
    assert scenes_folder() == tmp_path / "scenes"
