"""Fetches a scene: each of its files from the first address that gives it, checked, through pooch."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hsigui.cube.remote.permission import require_allowed
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.locking import alone
from hsigui.sample_scenes import faults
from hsigui.sample_scenes.downloading import ResumingDownloader
from hsigui.sample_scenes.keeping import checksum, folder_of, note, noted, path_of, put_aside, truth_of
from hsigui.sample_scenes.table import SampleFile, SampleScene
from hsigui.saving import what_to_do
from hsigui.texts import say

PAUSES = (0.5, 2.0)  # seconds before another try at an address that broke off


@dataclass(frozen=True)
class Fetched:
    """A scene that is here.

    Attributes:
        path: the file to open.
        truth: the file of its ground truth; None where it has none.
        told: what is worth knowing, in sentences.
    """

    path: Path
    truth: Path | None
    told: tuple[str, ...] = ()


def fetch(ctx: Context, scene: SampleScene, folder: Path) -> Fetched:
    """Fetches what is missing of a scene into its own folder in `folder`, and checks all of it.

    What has come stays when it is cancelled or fails; the next call goes on from there. A file that is not what its
    checksum says is put aside, never written over.

    Raises:
        HsiError: the preferences forbid the network, no address gives a file, or it cannot be written.
    """
    own, told = folder_of(scene, folder), []
    try:
        own.mkdir(parents=True, exist_ok=True)
        for file in scene.files:
            with alone([own / f"{file.name}.lock"]) as held:
                if not held and (own / f"{file.name}.lock").exists():
                    raise faults.in_use(file.name)
                told += _fetch_file(ctx, file, own, scene.page)
    except OSError as error:
        raise HsiError(
            say("{folder} cannot be written to ({reason}).", folder=own, reason=error.strerror or error),
            what_to_do(own, error),
        ) from error
    return Fetched(path_of(scene, folder), truth_of(scene, folder), tuple(told))


def _fetch_file(ctx: Context, file: SampleFile, folder: Path, page: str) -> list[str]:
    """Fetches a file unless it is here; what is worth knowing of it."""
    path, told = folder / file.name, []
    ctx.check()
    if path.is_file():
        known = file.sha256 or noted(path)
        if not known:
            note(path, checksum(path))
            return [say("The checksum of {name} is not known, and it was here already: it was taken as it is.",
                        name=file.name)]  # fmt: skip
        if checksum(path) == known:
            return []
        aside = put_aside(path)
        told.append(
            say("{name} was not the file that was meant; it was kept as {aside}.", name=file.name, aside=aside.name)
        )
    told += _from_first(ctx, file, path, page)
    if not file.sha256:
        digest = checksum(path)
        note(path, digest)
        told.append(say("The checksum of {name} was not known beforehand, so what came could not be compared. It is "
                        "noted beside the file: {digest}", name=file.name, digest=digest))  # fmt: skip
    return told


def _from_first(ctx: Context, file: SampleFile, path: Path, page: str) -> list[str]:
    """Fetches a file from the first address that gives it."""
    reasons: list[tuple[str, faults.NotHad]] = []
    for address in file.addresses:
        require_allowed(address)
        host = urlsplit(address).netloc
        try:
            _from(ctx, file, path, address)
        except faults.NotHad as found:
            reasons.append((host, found))
            continue
        return [say("{host} did not give {name} ({why}); it came from {other}.", host=reasons[0][0], name=file.name,
                    why=reasons[0][1].why, other=host)] if reasons else []  # fmt: skip
    raise faults.not_had(file.name, reasons, page, path.parent)


def _from(ctx: Context, file: SampleFile, path: Path, address: str) -> None:
    pooch = _pooch()
    known = f"sha256:{file.sha256}" if file.sha256 else None
    for pause in (*PAUSES, None):
        try:
            pooch.retrieve(address, known, fname=file.name, path=path.parent,
                           downloader=ResumingDownloader(file, path, ctx))  # fmt: skip
        except faults.NotHad as found:
            if not found.again or pause is None:
                raise
            _wait(ctx, pause)
        else:
            return


def _wait(ctx: Context, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ctx.check()
        time.sleep(0.05)


def _pooch() -> Any:
    try:
        import pooch
    except ImportError:
        raise faults.without_package("pooch") from None
    pooch.get_logger().setLevel(logging.WARNING)  # it writes to the terminal, over the bar of progress
    return pooch
