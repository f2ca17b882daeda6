"""Maps by tiles that were begun in the window and are not written yet: what is kept beside their tiles, so that they
are gone on with as they were begun. Loads no torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hsigui import saving, untrusted
from hsigui.methods.model_card import PROBE
from hsigui.pipeline.tiling.run import ASKED, folder_of, tiles_in

FORMAT = 1


@dataclass(frozen=True)
class Pending:
    """A map that is not written yet.

    Attributes:
        scene: the file, or the address, of its scene.
        labels: what its classifier was fitted to, in words.
        side: of a tile in pixels.
        tiles: how many there are.
        layers: that are written beside the classes.
        cloud: whether a GeoTIFF is cloud-optimised.
        device: that it was begun for.
        finished: how many tiles are there.
    """

    scene: str
    labels: str
    side: int
    tiles: int
    layers: tuple[str, ...]
    cloud: bool
    device: str
    finished: int = 0


def run_of(out: Path) -> Path:
    """The folder of the run that a map of the window is made by: its encoder, and its classifier as it was then."""
    return out.with_name(f"{out.name}.run")


def note(out: Path, pending: Pending) -> None:
    """Keeps how a map is gone on with.

    Raises:
        OSError: it cannot be written.
    """
    about = {"format": FORMAT, **asdict(pending)}
    saving.write_bytes(folder_of(out) / ASKED, json.dumps(about, ensure_ascii=False).encode())


def found(out: Path) -> Pending | None:
    """What there is to go on from; None where nothing is, or it is of another version or damaged."""
    try:
        about = untrusted.json_of((folder_of(out) / ASKED).read_text(encoding="utf-8"))
        if about["format"] != FORMAT or not (run_of(out) / PROBE).is_file():
            return None
        kept = Pending(
            str(about["scene"]), str(about["labels"]), int(about["side"]), int(about["tiles"]),
            tuple(map(str, about["layers"])), bool(about["cloud"]), str(about["device"]), len(tiles_in(folder_of(out))),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if kept.finished else None
