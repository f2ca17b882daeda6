"""Which public scenes can be fetched: a row each, from `resources/sample_scenes.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hsigui.assets import resource
from hsigui.errors import HsiError
from hsigui.texts import say

SCENE, TRUTH, DATA = "scene", "truth", "data"
ABOUT = {
    "indian-pines": say("Fields and woods in Indiana, 1992"),
    "salinas": say("Vegetables, fallow and vineyards in California, 1998"),
    "pavia-university": say("Roofs, asphalt, meadows and trees in Pavia, Italy"),
    "pavia-centre": say("The town of Pavia, Italy, on its river"),
    "ksc": say("Marshes and woods on the coast of Florida, 1996"),
    "botswana": say("Flood plains of the Okavango from space, 2001"),
    "jasper-ridge": say("Trees, water, soil and roads, for unmixing"),
    "samson": say("Trees, water and soil, for unmixing"),
}
TERMS = {
    "cc-by-3": say("Creative Commons Attribution 3.0: name the source."),
    "gamba": say("No licence is stated. It was given for research: name Paolo Gamba, University of Pavia."),
    "none": say("No licence is stated on its page. Name the source, and ask before you pass it on."),
}


@dataclass(frozen=True)
class SampleFile:
    """One file of a scene.

    Attributes:
        kind: SCENE, which is opened; TRUTH; or DATA that lies beside the scene's header.
        addresses: the first is the provider's; others are copies.
        sha256: 64 hexadecimal digits, as published; empty where none is known.
        size: bytes; 0 where it is not known.
    """

    name: str
    kind: str
    addresses: tuple[str, ...]
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class SampleScene:
    """One scene.

    Attributes:
        id: by which commands name it.
        title: its name in the literature.
        classes: number of classes of its ground truth; 0 where it has none.
        terms: under which it is given, a key of `TERMS`.
        cite: who is to be named.
        page: where its providers tell of it.
        depth: bytes of a number at most, before it is packed.
    """

    id: str
    title: str
    sensor: str
    rows: int
    cols: int
    bands: int
    classes: int
    terms: str
    cite: str
    page: str
    depth: int
    files: tuple[SampleFile, ...]

    @property
    def about(self) -> str:
        """What is seen there, in words."""
        return ABOUT[self.id]

    @property
    def licence(self) -> str:
        """Under which terms it is given, in a sentence."""
        return TERMS[self.terms]

    @property
    def checked(self) -> bool:
        """Whether the checksums of all its files are known beforehand."""
        return all(file.sha256 for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all its files; 0 where that is not known."""
        sizes = [file.size for file in self.files]
        return sum(sizes) if all(sizes) else 0

    @property
    def most(self) -> int:
        """Bytes that it takes at most; most come packed."""
        return self.size or self.rows * self.cols * self.bands * self.depth

    def file(self, kind: str) -> SampleFile | None:
        """Its file of a kind; None where it has none."""
        return next((file for file in self.files if file.kind == kind), None)


@cache
def sample_scenes() -> tuple[SampleScene, ...]:
    """All scenes that can be fetched, in the order in which they are listed."""
    rows = json.loads(resource("sample_scenes.json").read_text(encoding="utf-8"))["scenes"]
    return tuple(_scene(row) for row in rows)


def sample_named(name: str, scenes: Sequence[SampleScene] | None = None) -> SampleScene:
    """The scene of an id or a title, in upper or lower case.

    Raises:
        HsiError: there is none.
    """
    wanted = _plain(name)
    listed = sample_scenes() if scenes is None else scenes
    for scene in listed:
        if wanted in (_plain(scene.id), _plain(scene.title)):
            return scene
    raise HsiError(
        say("There is no sample scene “{name}”.", name=name),
        say("There are: {names}.", names=", ".join(scene.id for scene in listed)),
    )


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _scene(row: dict[str, Any]) -> SampleScene:
    files = tuple(
        SampleFile(one["name"], one["kind"], tuple(one["addresses"]), one["sha256"] or "", one["bytes"])
        for one in row["files"]
    )
    return SampleScene(**{**row, "files": files})
