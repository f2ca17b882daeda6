"""Wavelengths and bad bands that the user gave to scenes: kept in the user's configuration, never in the files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.cube.sensors import with_bands
from hsigui.settings import config_folder
from hsigui.storage import kept
from hsigui.texts import say

KEPT = 500  # edits; the ones used longest ago are dropped


@dataclass(frozen=True)
class BandEdit:
    """What the user says of the bands of a scene.

    Attributes:
        wavelengths: band centres in nm, empty for none; None for those of the file.
        fwhm: band widths in nm that belong to `wavelengths`.
        bad_bands: numbers of all bad bands, counted from 0; None for those of the file.
        note: where the wavelengths come from, as a sentence.
    """

    wavelengths: tuple[float, ...] | None = None
    fwhm: tuple[float, ...] = ()
    bad_bands: tuple[int, ...] | None = None
    note: str = ""

    @property
    def changes_nothing(self) -> bool:
        return self.wavelengths is None and self.bad_bands is None

    def applied_to(self, cube: Cube) -> Cube:
        """The scene with these bands, and a note that says so.

        Raises:
            HsiError: the edit does not fit the bands of the scene.
        """
        if self.changes_nothing:
            return cube
        notes = [self.note or say("The wavelengths were set by the user.")] if self.wavelengths is not None else []
        if self.bad_bands is not None:
            notes.append(say("The bad bands ({count}) were marked by the user.", count=len(self.bad_bands)))
        return with_bands(
            cube,
            wavelengths=self.wavelengths,
            fwhm=self.fwhm or None,
            bad_bands=self.bad_bands,
            note=" ".join(notes),
        )


def store_path() -> Path:
    """The file of the edits, in the folder of the settings."""
    return config_folder() / "bands.json"


def remember(cube: Cube, edit: BandEdit) -> None:
    """Keeps an edit for the next time the scene is opened; one that changes nothing is forgotten.

    Raises:
        HsiError: the configuration cannot be written.
    """
    if cube.path is None:
        return
    entries = kept.load(store_path(), "edits")
    entries.pop(scene_key(cube), None)
    if not edit.changes_nothing:
        entries[scene_key(cube)] = {
            "bands": cube.bands,
            "wavelengths": edit.wavelengths,
            "fwhm": edit.fwhm,
            "bad_bands": edit.bad_bands,
            "note": edit.note,
            "used": time.time(),
        }
    kept.save(store_path(), "edits", entries, KEPT)


def recall(cube: Cube) -> BandEdit:
    """What is kept for a scene; an edit that changes nothing when that is nothing, or cannot be understood."""
    entry = kept.load(store_path(), "edits").get(scene_key(cube)) if cube.path is not None else None
    if not isinstance(entry, dict) or entry.get("bands") != cube.bands:
        return BandEdit()
    try:
        waves, bad = entry.get("wavelengths"), entry.get("bad_bands")
        return BandEdit(
            None if waves is None else tuple(float(w) for w in waves),
            tuple(float(w) for w in entry.get("fwhm") or ()),
            None if bad is None else tuple(int(b) for b in bad),
            str(entry.get("note", "")),
        )
    except (TypeError, ValueError):  # edited by hand: the user sets the bands again
        return BandEdit()


def scene_key(cube: Cube) -> str:
    """Under what something is kept of a scene: a file of several scenes has several entries."""
    return f"{Path(cube.path or '').expanduser().resolve()}\n{cube.info.variable}"
