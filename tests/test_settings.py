"""Preferences: what is kept, and what happens when the file is not what it should be."""

from __future__ import annotations

import json
import plistlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from hsigui import settings as preferences
from hsigui.settings import RECENT_LIMIT, BandPreset, Settings, SettingsStore


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "config")


def test_what_was_saved_is_loaded_again(store):
    settings = Settings(("/a.hdr", "/b.mat"), "dark", "Z2Vv", "bGF5", "/data", "cpu")
    assert store.save(settings)
    assert SettingsStore(store.folder).load() == settings


def test_composites_of_the_users_own_are_kept_and_odd_ones_cost_only_themselves(store):
    snow = BandPreset("Snow", 1610.0, 860.0, 550.0)
    kept = Settings().with_band_preset(BandPreset("Ash", 700, 600, 500)).with_band_preset(snow)
    assert store.save(kept)
    assert store.load() == kept
    again = BandPreset("Ash", 710, 600, 500)
    assert [p.red for p in kept.with_band_preset(again).band_presets] == [1610, 710]
    assert kept.without_band_preset("Ash").band_presets == (snow,)
    values = json.loads(store.path.read_text())
    values["band_presets"] += [
        {"name": "x"},
        5,
        {"name": " ", "red": 1, "green": 1, "blue": 1},
        {"name": "y", "red": -1},
    ]
    store.path.write_text(json.dumps(values))
    assert store.load() == kept


def test_without_a_file_the_defaults_are_used_silently(store):
    assert store.load() == Settings()
    assert store.problem == ""


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '"text"', "\x00\x01"])
def test_a_broken_file_is_kept_aside_and_the_defaults_are_used(store, content):
    store.folder.mkdir()
    store.path.write_text(content)
    assert store.load() == Settings()
    aside = store.folder / "settings.broken.json"
    assert aside.read_text() == content
    assert str(aside) in store.problem
    assert not store.path.exists()


def test_bytes_that_are_no_text_are_a_broken_file_too(store):
    store.folder.mkdir()
    store.path.write_bytes(b"\xff\xfe\x00{")
    assert store.load() == Settings()
    assert (store.folder / "settings.broken.json").exists()


def test_one_odd_value_costs_only_itself(store):
    store.folder.mkdir()
    store.path.write_text(
        json.dumps({"theme": "pink", "device": 7, "recent": ["/a", 3, "", "/b"], "last_folder": "/d", "unknown": 1})
    )
    assert store.load() == Settings(recent=("/a", "/b"), last_folder="/d")


def test_a_failed_save_leaves_the_old_file_whole_and_says_so(store, monkeypatch):
    store.save(Settings(theme="light"))

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert not store.save(Settings(theme="dark"))
    assert "No space left" in store.problem
    monkeypatch.undo()
    assert store.load().theme == "light"
    assert [p.name for p in store.folder.iterdir()] == ["settings.json"]


def test_a_folder_that_cannot_be_made_is_a_problem_and_no_crash(tmp_path):
    (tmp_path / "file").write_text("")
    store = SettingsStore(tmp_path / "file" / "config")
    assert not store.save(Settings())
    assert "could not be written" in store.problem


def test_the_newest_recent_comes_first_and_once(store):
    settings = Settings()
    for name in ("a", "b", "a", "c"):
        settings = settings.with_recent(name)
    assert settings.recent == ("c", "a", "b")
    for number in range(20):
        settings = settings.with_recent(str(number))
    assert len(settings.recent) == RECENT_LIMIT
    assert settings.without_recent("19").recent[0] == "18"


def test_the_environment_says_where_the_settings_lie(tmp_path, monkeypatch):
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "mine"))
    store = SettingsStore()
    store.save(Settings(theme="dark"))
    assert (tmp_path / "mine" / "settings.json").is_file()


@pytest.mark.parametrize("odd", [-1, True, "two", 1.5, 2**16])
def test_an_odd_number_of_threads_is_none(store, odd):
    store.folder.mkdir()
    store.path.write_text(json.dumps({"threads": odd, "runs_folder": "/runs"}))
    assert store.load() == Settings(runs_folder="/runs")


@pytest.mark.parametrize("odd", ["m", "NM", 7, None])
def test_an_unknown_unit_of_wavelengths_is_nanometres(store, odd):
    store.folder.mkdir()
    store.path.write_text(json.dumps({"wavelength_unit": odd, "language": "de"}))
    assert store.load() == Settings(language="de")


def test_what_names_no_coordinates_is_dropped_and_names_of_things_over_the_image_are_kept(tmp_path):
    store = SettingsStore(tmp_path)
    for written, read in (
        ("EPSG:25832", "EPSG:25832"),
        ("lonlat", "lonlat"),
        ("", "map"),
        ("x" * 99, "map"),
        (3, "map"),
    ):
        values = {"coordinates": written, "over_image": ["scale_bar", 3, ""]}
        store.path.write_text(json.dumps(values), encoding="utf-8")
        assert store.load() == Settings(coordinates=read, over_image=("scale_bar",))


def test_the_language_of_an_account_on_windows_is_asked_for(monkeypatch):
    monkeypatch.setattr(preferences.sys, "platform", "win32")
    for number, expected in ((0x0407, ["de_DE"]), (0x0804, ["zh_CN"]), (0xFFFF, [])):
        kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda number=number: number)
        monkeypatch.setattr(preferences.ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
        assert preferences.languages_of_system() == expected


def test_the_languages_of_an_account_on_macos_are_read(monkeypatch, tmp_path):
    monkeypatch.setattr(preferences.sys, "platform", "darwin")
    monkeypatch.setattr(preferences.Path, "home", lambda: tmp_path)
    assert preferences.languages_of_system() == []
    kept = tmp_path / "Library/Preferences/.GlobalPreferences.plist"
    kept.parent.mkdir(parents=True)
    for form in (plistlib.FMT_BINARY, plistlib.FMT_XML):
        kept.write_bytes(plistlib.dumps({"AppleLanguages": ["de-DE", "zh-Hans-CN", "fr"]}, fmt=form))
        assert preferences.languages_of_system() == ["de_DE", "zh_CN", "fr"]
    for damaged in (b"<plist>", b"bplist00 and no more", plistlib.dumps(["de"])):
        kept.write_bytes(damaged)
        assert preferences.languages_of_system() == []


def test_a_language_of_the_environment_or_chosen_is_not_asked_of_the_system(monkeypatch, tmp_path):
    monkeypatch.setattr(preferences, "languages_of_system", lambda: pytest.fail("asked"))
    monkeypatch.setenv("HSIGUI_LANGUAGE", "xx")
    assert preferences.put_language_in(tmp_path) == ""
