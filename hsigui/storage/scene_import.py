"""How the file of a scene is read, and what the user said of its bands and quality masks: kept with a project, so that
another machine reads the scene as this one did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hsigui.cube.cube import Cube
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import open_cube
from hsigui.storage import band_edits, chosen_masks, imports
from hsigui.storage.band_edits import BandEdit


@dataclass(frozen=True)
class SceneImport:
    """How a file is read.

    Attributes:
        choice: which array of it is the scene, and how; None where the file says so itself.
        quality: names of the quality masks whose pixels are left out; projects of earlier days know of none.
    """

    choice: ImportChoice | None = None
    bands: BandEdit = field(default_factory=BandEdit)
    quality: tuple[str, ...] = ()

    @classmethod
    def of(cls, plain: Cube) -> SceneImport:
        """How a scene is read now; what was said of its bands and masks is kept in the user's configuration."""
        return cls(plain.info.choice, band_edits.recall(plain), chosen_masks.recall(plain))

    def remember(self, path: Path) -> None:
        """Has a file read so from now on, where it is read otherwise.

        Raises:
            HsiError: it cannot be read so, or the configuration cannot be written.
        """
        if self.choice is not None and imports.recall(path) != self.choice:
            imports.remember(self.choice, path)
        cube = open_cube(path, choice=self.choice or imports.recall(path), gaps=False)
        if band_edits.recall(cube) != self.bands:
            self.bands.applied_to(cube)
            band_edits.remember(cube, self.bands)
        if chosen_masks.recall(cube) != self.quality:
            chosen_masks.remember(cube, self.quality)

    def to_json(self) -> str:
        return json.dumps(self.to_values())

    def to_values(self) -> dict[str, Any]:
        """The same as values of JSON."""
        choice = None if self.choice is None else asdict(self.choice)
        return {"choice": choice, "bands": asdict(self.bands), "quality": [*self.quality]}

    @classmethod
    def from_json(cls, text: str) -> SceneImport:
        """What `to_json` wrote.

        Raises:
            HsiError, ValueError, TypeError, KeyError: it is another text.
        """
        values: Mapping[str, Any] = json.loads(text)
        bands, choice = values["bands"], values["choice"]
        return cls(
            None if choice is None else ImportChoice.from_values(choice),
            BandEdit(
                _numbers(bands["wavelengths"], float), _numbers(bands["fwhm"], float) or (),
                _numbers(bands["bad_bands"], int), str(bands["note"]),
            ),
            tuple(str(name) for name in values.get("quality", ())),
        )  # fmt: skip


def _numbers(values: Any, kind: type) -> Any:
    return None if values is None else tuple(kind(value) for value in values)
