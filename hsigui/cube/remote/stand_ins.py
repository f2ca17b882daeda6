"""Small files here that stand for scenes at addresses: what is kept by the path of a scene is kept by theirs.

One is written when the user opens an address. It lies in a folder of the program and is looked for there only, under
the name that its address makes: so no file that comes from elsewhere can name an address that is then opened.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.cube.remote.address import Address, address_of
from hsigui.cube.remote.links import Facts
from hsigui.errors import HsiError
from hsigui.saving import write_bytes
from hsigui.settings import config_folder
from hsigui.texts import say

SUFFIX = ".address"
RASTER, ZARR = "raster", "zarr"
_FORMAT, _LARGEST = 1, 2**16

_typed: dict[str, Address] = {}  # by what is kept of them: their secrets, as long as the program runs


def stand_ins_folder() -> Path:
    """Where they lie: in the folder of the settings."""
    return config_folder() / "addresses"


def path_of(address: Address) -> Path:
    """Where the file of an address lies, whether it is there or not."""
    return stand_ins_folder() / _digest(address.plain) / f"{Path(address.name).stem}{SUFFIX}"


def remember(address: Address, kind: str, facts: Facts) -> Path:
    """Writes the file of an address that the user typed; the address itself is kept in memory.

    Args:
        kind: `RASTER` or `ZARR`.
        facts: what the server says of it now.

    Raises:
        HsiError: it cannot be written.
    """
    _typed[address.plain] = address
    path = path_of(address)
    about = {
        "format": _FORMAT, "address": address.plain, "partial": address.partial, "kind": kind, "size": facts.size,
        "version": facts.version,
    }  # fmt: skip
    content = json.dumps(about, indent=1).encode()
    try:
        if not path.is_file() or path.read_bytes() != content:  # its time of change is that of the scene
            write_bytes(path, content)
    except OSError as error:
        raise HsiError(
            say("{path} cannot be written: {reason}.", path=path, reason=error.strerror or error),
            say("Make room on that disk, or look whether you may write to that folder."),
        ) from error
    return path


def is_stand_in(path: Path) -> bool:
    """Whether a path is that of such a file."""
    return path.suffix == SUFFIX and bool(_read(path))


def kind_of(path: Path) -> str:
    """What lies at the address: `RASTER` or `ZARR`."""
    return ZARR if _read(path).get("kind") == ZARR else RASTER


def plain_address(path: Path | None) -> str:
    """The address that a file stands for, without secrets; empty where it stands for none."""
    return str(_read(path)["address"]) if path is not None and path.suffix == SUFFIX and _read(path) else ""


def address_at(path: Path) -> Address:
    """The address that a file stands for, with what was typed of it since the program was started.

    Raises:
        HsiError: it stands for none, or needs a secret that is not kept.
    """
    about = _read(path)
    if not about:
        raise HsiError(
            say("{name} stands for no address that was opened here.", name=path.name),
            say("Open the address: File > Open address…."),
        )
    plain = str(about["address"])
    if plain in _typed:
        return _typed[plain]
    if about.get("partial"):
        raise HsiError(
            say("{address} was opened with a password or a signed part, which is not kept.", address=plain),
            say("Give the whole address again: File > Open address…."),
        )
    return address_of(plain)


def forget_secrets() -> None:
    """Forgets what was typed, as the end of the program does."""
    _typed.clear()


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def _read(path: Path) -> dict[str, Any]:
    """What such a file holds; nothing where it is none, or lies elsewhere than its address says."""
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        about = untrusted.json_of(path.read_bytes())
        if not isinstance(about, dict) or not isinstance(about.get("address"), str):
            return {}
        expected = path_of(address_of(about["address"]))
        return about if path.resolve() == expected.resolve() else {}
    except (OSError, ValueError, HsiError):
        return {}
