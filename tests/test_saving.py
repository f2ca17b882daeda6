from __future__ import annotations

from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.saving import written_beside


def test_files_appear_together_and_only_at_the_end(tmp_path: Path) -> None:
    targets = tmp_path / "new" / "a.txt", tmp_path / "new" / "b.txt"
    with written_beside(*targets) as scratch:
        for path in scratch:
            path.write_text("done")
        assert not any(t.exists() for t in targets)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["a.txt", "b.txt"]


def test_a_failure_leaves_the_old_file_and_no_scratch_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail_halfway() -> None:
        with written_beside(target) as (scratch,):
            scratch.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HsiError, match="cannot be written"), written_beside(tmp_path / "file" / "a.txt") as (scratch,):
        scratch.write_text("never")
