from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube import limits
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes

GIB = 2**30


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine of 16 GiB whose user has set nothing."""
    monkeypatch.setattr(limits, "machine_memory", lambda: 16 * GIB)
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("HSIGUI_MEMORY_GIB", raising=False)
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "settings.json"


def test_the_limit_is_the_memory_of_the_machine_unless_less_is_set(machine, monkeypatch):
    assert limits.memory_limit() == 16 * GIB
    machine.write_text(json.dumps({"memory_gib": 4}))
    assert limits.memory_limit() == 4 * GIB
    machine.write_text(json.dumps({"memory_gib": 0.5}))
    assert limits.memory_limit() == GIB // 2
    monkeypatch.setenv("HSIGUI_MEMORY_GIB", "2.5")
    assert limits.memory_limit() == int(2.5 * GIB)
    monkeypatch.setenv("HSIGUI_MEMORY_GIB", "9999")
    assert limits.memory_limit() == 16 * GIB


@pytest.mark.parametrize("content", ["{", '{"memory_gib": "much"}', '{"memory_gib": -1}', '{"memory_gib": true}'])
def test_settings_that_make_no_sense_set_no_limit_and_stay_where_they_are(machine, content):
    machine.write_text(content)
    assert limits.memory_limit() == 16 * GIB
    assert machine.read_text() == content


def test_a_limit_that_is_no_number_is_told(monkeypatch):
    monkeypatch.setenv("HSIGUI_MEMORY_GIB", "much")
    with pytest.raises(HsiError, match="HSIGUI_MEMORY_GIB is “much”"):
        limits.memory_limit()


def test_what_is_announced_is_held_against_the_limit_before_it_is_made(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "x.npz", cube=np.zeros((200, 200, 100)), wl=np.arange(100.0))
    assert (tmp_path / "x.npz").stat().st_size < 100_000
    np.save(tmp_path / "y.npy", np.zeros((3000, 3000), np.uint16))
    monkeypatch.setenv("HSIGUI_MEMORY_GIB", "0.01")
    with pytest.raises(HsiError, match=r"x\.npz announces \d\d\.\d MiB, more than the 10\.2 MiB"):
        open_cube(tmp_path / "x.npz")
    with pytest.raises(HsiError, match=r"y\.npy announces"):
        read_classes(tmp_path / "y.npy")
    (tmp_path / "z.geojson").write_text(" " * 600_000)
    with pytest.raises(HsiError, match=r"z\.geojson is a text of 586 KiB, too much"):
        read_classes(tmp_path / "z.geojson")


def test_the_cases_of_huge_arrays_are_refused_in_words(cases):
    for name in ("n03_huge.npy", "n05_huge.npy", "n08_bigint.npy"):
        for by in (open_cube, read_classes):
            with pytest.raises(HsiError, match=name.replace(".", r"\.")) as caught:
                by(cases / "hostile" / name)
            assert len(str(caught.value)) < 500
