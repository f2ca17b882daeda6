"""Damaged files of every kind that is read: nothing but an HsiError comes out (`fuzz_files.py` does it for longer)."""

from __future__ import annotations

from pathlib import Path

from tests.faults import fuzz_files
from tests.faults.samples import samples

COUNT = 350


def test_a_damaged_file_of_any_kind_is_read_or_refused_in_words(tmp_path: Path) -> None:
    tried, wrong, _ = fuzz_files.run(0, COUNT, "", tmp_path)
    assert not wrong, "\n\n".join(wrong)
    assert tried == COUNT


def test_every_kind_of_file_is_among_the_samples() -> None:
    from hsigui.cube.formats.table import available as scenes
    from hsigui.labels.formats.table import CLASS_TABLES
    from hsigui.labels.formats.table import available as labels

    opened = {sample.opened.rpartition(".")[2] for sample in samples()}
    missing = {row.name for row in (*scenes(), *labels(), *CLASS_TABLES) if not {s[1:] for s in row.suffixes} & opened}
    # Formats of others that GDAL alone reads; and folders, which tests/cube/remote/test_zarr.py damages.
    assert missing <= {"jpeg2000", "bsb", "zarr"}


def test_a_fault_is_found_and_told_with_what_makes_it_again(tmp_path: Path) -> None:
    """The tool tells what it is for: a reader that lets something through."""
    sample = next(s for s in samples() if s.name == "npy")

    def broken(_path: Path) -> None:
        raise IndexError("let through")

    found = fuzz_files.problem_of(sample, tmp_path / "x.npy", [broken])
    assert "IndexError: let through" in found
