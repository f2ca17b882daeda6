"""Preferences of the user, kept as JSON in the platform's configuration folder.

Reading is tolerant: a file that cannot be understood is kept aside and the defaults are used, because no preference is
worth a program that does not start.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import locale
import os
import plistlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import platformdirs

from hsigui import texts
from hsigui.saving import write_bytes
from hsigui.texts import say

RECENT_LIMIT = 10
PRESET_LIMIT = 50  # of the user's own composites
THEMES = ("system", "light", "dark")
DEVICES = ("auto", "cpu", "cuda", "mps")
WAVELENGTH_UNITS = ("nm", "um")
MOTIONS = ("system", "little")
NETWORKS = ("typed", "never")
TRAINING_GPUS = ("all", "one")
_COORDINATES = re.compile(r"pixel|map|lonlat|[A-Za-z0-9_]{1,16}:[A-Za-z0-9_.]{1,16}")


@dataclass(frozen=True)
class BandPreset:
    """A composite of the user's own: its name, and the wavelengths in nm of red, green and blue."""

    name: str
    red: float
    green: float
    blue: float

    @property
    def nm(self) -> tuple[float, float, float]:
        return self.red, self.green, self.blue


@dataclass(frozen=True)
class Settings:
    """What is remembered from one start of the window to the next.

    Attributes:
        recent: scenes opened last, newest first, as absolute paths, or as addresses without secrets.
        theme: "system", "light" or "dark".
        geometry, layout: the window's place and its docks, as Qt wrote them, in base64.
        last_folder: where a file was chosen last.
        device: "auto", "cpu", "cuda" or "mps".
        memory_gib: memory that files may ask for, in GiB; 0 for all that the machine has.
        work_gib: memory that the window's work may take, in GiB; 0 for no limit.
        threads: of the processor that trainings of the window take; 0 for all but one.
        training_gpus: "all" for trainings of the window on every GPU where there are several, "one" for on one.
        runs_folder: where the window keeps runs; empty for the platform's folder.
        wavelength_unit: "nm" or "um", in which the window writes wavelengths; files are in nm always.
        language: of the sentences, such as "de", from the next start on; empty for that of the system.
        network: "typed" to open the addresses that the user names, "never" to open none.
        cache_folder: where parts of remote scenes are kept; empty for the platform's folder.
        cache_gib: room that they may take, in GiB; 0 to keep none.
        band_presets: composites of the user's own, in the order in which they were kept.
        coordinates: in which places are told: "pixel", "map", "lonlat", or the code of a system, "EPSG:25832".
        over_image: names of what is switched on over the image.
        motion: "system", or "little" for as little that moves by itself as can be.
        tour_offered: whether the tour was taken, or was not wanted.
        first_steps: of the list on the start page, those that were done once.
        first_steps_hidden: whether that list was closed.
    """

    recent: tuple[str, ...] = ()
    theme: str = "system"
    geometry: str = ""
    layout: str = ""
    last_folder: str = ""
    device: str = "auto"
    memory_gib: float = 0.0
    work_gib: float = 0.0
    threads: int = 0
    training_gpus: str = "all"
    runs_folder: str = ""
    wavelength_unit: str = "nm"
    language: str = ""
    network: str = "typed"
    cache_folder: str = ""
    cache_gib: float = 5.0
    band_presets: tuple[BandPreset, ...] = ()
    coordinates: str = "map"
    over_image: tuple[str, ...] = ()
    motion: str = "system"
    tour_offered: bool = False
    first_steps: tuple[str, ...] = ()
    first_steps_hidden: bool = False

    def with_recent(self, path: str) -> Settings:
        """These settings with a path in front of the recent ones, named once."""
        others = tuple(p for p in self.recent if p != path)
        return dataclasses.replace(self, recent=(path, *others)[:RECENT_LIMIT])

    def with_band_preset(self, kept: BandPreset) -> Settings:
        """These settings with a composite behind the others, or in place of the one of its name."""
        others = self.without_band_preset(kept.name).band_presets
        return dataclasses.replace(self, band_presets=(*others, kept)[-PRESET_LIMIT:])

    def without_band_preset(self, name: str) -> Settings:
        left = tuple(preset for preset in self.band_presets if preset.name != name)
        return dataclasses.replace(self, band_presets=left)

    def without_recent(self, path: str) -> Settings:
        return dataclasses.replace(self, recent=tuple(p for p in self.recent if p != path))


def config_folder() -> Path:
    """The folder of the settings: HSIGUI_CONFIG_DIR when set, else the platform's own."""
    return Path(os.environ.get("HSIGUI_CONFIG_DIR") or platformdirs.user_config_dir("hsigui", appauthor=False))


class SettingsStore:
    """Reads and writes the settings of one folder.

    Attributes:
        problem: one sentence about what went wrong in the last call; empty when nothing did.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or config_folder()
        self.problem = ""

    @property
    def path(self) -> Path:
        return self.folder / "settings.json"

    def load(self, *, keep_broken: bool = True) -> Settings:
        """The stored settings; the defaults when there are none or they cannot be read.

        Args:
            keep_broken: whether a file that cannot be understood is put aside, which `problem` then tells.
        """
        self.problem = ""
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            self.problem = say(
                "The settings {path} could not be read ({strerror}).", path=self.path, strerror=error.strerror or error
            )
            return Settings()
        except (ValueError, RecursionError):
            if keep_broken:
                self._keep_aside()
            return Settings()
        return _from_json(values)

    def save(self, settings: Settings) -> bool:
        """Writes beside and renames, so that a crash leaves the old file whole. Returns whether it worked."""
        self.problem = ""
        try:
            write_bytes(self.path, (json.dumps(dataclasses.asdict(settings), indent=2) + "\n").encode())
        except OSError as error:
            self.problem = say(
                "The settings could not be written to {path} ({strerror}).",
                path=self.path,
                strerror=error.strerror or error,
            )
            return False
        return True

    def _keep_aside(self) -> None:
        aside = self.path.with_name("settings.broken.json")
        self.problem = say(
            "The settings could not be understood; they were kept as {aside} and the defaults are used.", aside=aside
        )
        try:
            self.path.replace(aside)
        except OSError as error:
            self.problem = say(
                "The settings {path} could not be understood ({strerror}).",
                path=self.path,
                strerror=error.strerror or error,
            )


def _from_json(values: dict[str, Any]) -> Settings:
    """Takes each value that has the right type and drops the others, so that one odd entry costs only itself."""
    taken: dict[str, Any] = {}
    for spec in dataclasses.fields(Settings):
        value = values.get(spec.name)
        if spec.name == "recent":
            if isinstance(value, list):
                taken["recent"] = tuple(v for v in value if isinstance(v, str) and v)[:RECENT_LIMIT]
        elif spec.name == "band_presets":
            if isinstance(value, list):
                taken[spec.name] = tuple(filter(None, map(_band_preset, value)))[:PRESET_LIMIT]
        elif spec.name in ("over_image", "first_steps"):
            if isinstance(value, list):
                taken[spec.name] = tuple(v for v in value if isinstance(v, str) and v)[:RECENT_LIMIT]
        elif spec.name in ("memory_gib", "work_gib", "cache_gib"):
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**20:
                taken[spec.name] = float(value)
        elif spec.name in ("tour_offered", "first_steps_hidden"):
            if isinstance(value, bool):
                taken[spec.name] = value
        elif spec.name == "threads":
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**16:
                taken[spec.name] = value
        elif isinstance(value, str):
            taken[spec.name] = value
    for name, known in (
        ("theme", THEMES), ("device", DEVICES), ("wavelength_unit", WAVELENGTH_UNITS), ("network", NETWORKS),
        ("motion", MOTIONS),
        ("training_gpus", TRAINING_GPUS),
    ):  # fmt: skip
        if taken.get(name) not in known:
            taken.pop(name, None)
    if not _COORDINATES.fullmatch(taken.get("coordinates", "")):
        taken.pop("coordinates", None)
    return Settings(**taken)


def _band_preset(value: Any) -> BandPreset | None:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"].strip():
        return None
    nm = [
        float(one)
        for one in (value.get(channel) for channel in ("red", "green", "blue"))
        if isinstance(one, int | float) and not isinstance(one, bool) and 0 < one < 1e6
    ]
    return BandPreset(value["name"].strip(), *nm) if len(nm) == 3 else None


def put_language_in(folder: Path) -> str:
    """Puts in the user's language from a folder of languages: that of the environment or of the preferences.

    Returns:
        What is wrong with it, in words; empty when nothing is.
    """
    chosen = SettingsStore().load(keep_broken=False).language
    return texts.install_from(folder, texts.wanted_languages(os.environ, chosen) or languages_of_system())


def languages_of_system() -> list[str]:
    """The languages of the user's account, best first, such as `["de_DE"]`, on systems that tell them by no variable
    of the environment: Windows, and macOS for programs that are begun from its desktop. Empty elsewhere."""
    if sys.platform.startswith("win"):
        ask = getattr(ctypes, "windll").kernel32.GetUserDefaultUILanguage  # noqa: B009 - there on Windows alone
        named = locale.windows_locale.get(ask())
        return [named] if named else []
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, ValueError, ExpatError):  # no file, or none of preferences: English
            kept = plistlib.loads((Path.home() / "Library/Preferences/.GlobalPreferences.plist").read_bytes())
            told = kept.get("AppleLanguages") if isinstance(kept, dict) else None
            # "zh-Hans-CN" is zh_CN to gettext, "de-DE" is de_DE
            parts = (each.split("-") for each in told or () if isinstance(each, str))
            return ["_".join(dict.fromkeys((each[0], each[-1]))) for each in parts]
    return []
