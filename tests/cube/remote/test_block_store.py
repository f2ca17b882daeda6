"""Pieces that are kept on the disk: whole, and within their room."""

from __future__ import annotations

import os
from pathlib import Path

from hsigui.cube.remote.block_store import BlockStore, cache_folder, cache_limit
from hsigui.settings import Settings, SettingsStore


def test_a_piece_comes_back_whole_or_not_at_all(tmp_path: Path) -> None:
    store = BlockStore(tmp_path, 10_000)
    store.put("ab", "0", b"x" * 100)
    assert store.get("ab", "0") == b"x" * 100
    assert store.get("ab", "0", 100) == b"x" * 100
    assert store.get("ab", "0", 99) is None
    assert store.get("ab", "1") is None
    piece = next(path for path in tmp_path.rglob("*") if path.is_file())
    piece.write_bytes(piece.read_bytes()[:50])
    assert store.get("ab", "0") is None
    piece.write_bytes(b"")
    assert store.get("ab", "0") is None


def test_what_was_used_longest_ago_goes_where_room_is_short(tmp_path: Path) -> None:
    store = BlockStore(tmp_path, 1000)
    for number in range(9):
        store.put("ab", str(number), bytes(100))
        path = next(path for path in tmp_path.rglob(str(number)) if path.is_file())
        os.utime(path, (1000 + number, 1000 + number))
    store.get("ab", "0")  # which counts as used now
    for number in range(9, 14):
        store.put("ab", str(number), bytes(100))
    assert store.size() <= 1000
    assert store.get("ab", "0") is not None
    assert store.get("ab", "1") is None
    assert store.get("ab", "13") is not None


def test_no_room_keeps_nothing(tmp_path: Path) -> None:
    store = BlockStore(tmp_path, 0)
    store.put("ab", "0", b"x")
    assert store.get("ab", "0") is None
    assert not any(tmp_path.iterdir())


def test_a_disk_that_takes_nothing_costs_no_more_than_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = BlockStore(tmp_path / "file" / "folder", 1000)
    store.put("ab", "0", b"x")
    assert store.get("ab", "0") is None


def test_all_pieces_can_be_removed(tmp_path: Path) -> None:
    store = BlockStore(tmp_path / "cache", 1000)
    store.put("ab", "0", b"x")
    store.clear()
    assert store.size() == 0
    assert not any((tmp_path / "cache").iterdir())


def test_folder_and_room_are_those_of_the_preferences(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delenv("HSIGUI_CACHE_DIR")
    SettingsStore().save(Settings(cache_folder=str(tmp_path / "mine"), cache_gib=0.5))
    assert cache_folder() == tmp_path / "mine" / "remote"
    assert cache_limit() == 2**29
