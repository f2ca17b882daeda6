import sys
from pathlib import Path

import pytest

import hsigui.assets
from hsigui.assets import languages_folder, resource


@pytest.fixture
def module_at(monkeypatch):
    """Pretends that the module lies somewhere else."""

    def move(package: Path) -> None:
        package.mkdir(parents=True)
        monkeypatch.setattr(hsigui.assets, "__file__", str(package / "assets.py"))

    return move


def put(folder: Path) -> Path:
    path = folder / "report" / "page.txt"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_the_report_template_is_found_here():
    assert resource("report", "report.html.j2").is_file()


def test_folders_are_found_too():
    assert resource("report").is_dir()


def test_in_a_checkout_resources_lie_beside_the_package(tmp_path, module_at):
    module_at(tmp_path / "hsigui")
    path = put(tmp_path / "resources")
    assert resource("report", "page.txt") == path


def test_in_a_wheel_resources_lie_inside_the_package(tmp_path, module_at):
    module_at(tmp_path / "site-packages" / "hsigui")
    inside = put(tmp_path / "site-packages" / "hsigui" / "resources")
    put(tmp_path / "site-packages" / "resources")  # of another package
    assert resource("report", "page.txt") == inside


@pytest.mark.parametrize("place", ["resources", "hsigui/resources"])
def test_in_a_frozen_bundle_resources_lie_below_its_folder(tmp_path, module_at, monkeypatch, place):
    module_at(tmp_path / "elsewhere" / "hsigui")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    path = put(tmp_path / "bundle" / place)
    assert resource("report", "page.txt") == path


def test_a_missing_resource_is_named_with_the_places_searched(tmp_path, module_at):
    module_at(tmp_path / "hsigui")
    with pytest.raises(FileNotFoundError, match=r"resource icons/none\.svg in none of") as caught:
        resource("icons", "none.svg")
    assert str(tmp_path / "resources" / "icons" / "none.svg") in str(caught.value)


def test_a_folder_of_languages_is_found_where_one_is_put_among_the_resources(tmp_path, module_at):
    module_at(tmp_path / "hsigui")
    put(tmp_path / "resources")
    assert languages_folder() is None
    (tmp_path / "resources" / "locale").mkdir()
    assert languages_folder() == tmp_path / "resources" / "locale"
