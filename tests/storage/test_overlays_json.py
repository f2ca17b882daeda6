"""What lies over the composite, kept in a project and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsigui.document.overlays import Overlay
from hsigui.document.scene_state import SceneState
from hsigui.storage.overlays_json import overlay_from_json, overlay_to_json
from hsigui.storage.state_json import entries_of, state_from

PLAIN = Overlay("map", "Map", visible=False, opacity=0.25)


def _lines(path: Path) -> Overlay:
    return Overlay("lines 1", "Parcels", True, 0.5, path, "parcels", (1, 2, 3), 2.5)


def test_a_layer_without_a_file_comes_back(tmp_path: Path) -> None:
    assert overlay_from_json(overlay_to_json(PLAIN, tmp_path), tmp_path) == PLAIN


def test_a_file_of_lines_comes_back_by_its_path_and_beside_a_project_that_was_moved(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / "parcels.gpkg").write_bytes(b"")
    values = overlay_to_json(_lines(here / "parcels.gpkg"), here)
    assert overlay_from_json(values, here) == _lines(here / "parcels.gpkg")
    assert overlay_from_json(values, there) == _lines(there / "parcels.gpkg")
    (there / "parcels.gpkg").unlink()
    assert overlay_from_json(values, there) == _lines(here / "parcels.gpkg")


@pytest.mark.parametrize(
    "wrong", [{"opacity": 2}, {"opacity": "much"}, {"color": [1, 2]}, {"width": 0}, {"width": None}]
)
def test_values_that_mean_nothing_are_refused(tmp_path: Path, wrong: dict) -> None:
    values = overlay_to_json(_lines(tmp_path / "parcels.gpkg"), tmp_path) | wrong
    with pytest.raises((KeyError, TypeError, ValueError)):
        overlay_from_json(values, tmp_path)


def test_a_state_keeps_its_layers_and_one_of_an_earlier_version_has_none(tmp_path: Path) -> None:
    state = SceneState(overlays=(PLAIN, _lines(tmp_path / "parcels.gpkg")))
    entries = entries_of(state, tmp_path)
    assert state_from(entries, (4, 5), tmp_path).overlays == state.overlays
    del entries["view", "overlays"]
    earlier = state_from(entries, (4, 5), tmp_path)
    assert earlier.overlays == ()
    assert earlier.lost == ()


def test_layers_of_a_version_that_says_them_otherwise_are_named_as_lost(tmp_path: Path) -> None:
    entries = {("view", "overlays"): '[{"id": "map"}]'}
    assert state_from(entries, (4, 5), tmp_path).lost == ("view",)
