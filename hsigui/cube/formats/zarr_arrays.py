"""The arrays of a zarr store as a tree: attributes as CF means them, samples read piece by piece.

Only codecs that make numbers of bytes are let in: zarr can name some that run what they read as a program (pickle).

Sources: Zarr core specification, version 3; Zarr storage specification, version 2; xarray, "Zarr Encoding
Specification" (`_ARRAY_DIMENSIONS`, fill values).
"""

from __future__ import annotations

import base64
import binascii
import struct
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.formats.array_tree import TreeGroup
from hsigui.cube.formats.zarr_store import PiecesStore
from hsigui.cube.remote.waiting import patiently
from hsigui.errors import HsiError
from hsigui.texts import say

_MOST_ARRAYS, _DEEPEST = 5000, 16
_CODECS = {
    "bytes", "endian", "transpose", "sharding_indexed", "crc32c", "crc32", "adler32", "fletcher32", "blosc", "gzip",
    "zlib", "zstd", "lz4", "lzma", "bz2", "shuffle", "delta", "fixedscaleoffset", "quantize", "bitround", "packbits",
    "astype", "scale_offset", "cast_value", "jenkins_lookup3",
}  # fmt: skip
_FILL = "_FillValue"


@dataclass(frozen=True, eq=False)
class ZarrArray:
    """An array of numbers, see `array_tree.TreeArray`."""

    name: str
    array: Any
    attrs: Mapping[str, Any]
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunks: tuple[int, ...]
    is_virtual = False
    external = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """The samples of a window, as many axes as slices; its reading can be cancelled."""
        return np.asarray(patiently(lambda: self.array[key]))


def tree_of(store: PiecesStore, name: str) -> tuple[TreeGroup, tuple[str, ...]]:
    """The arrays of a store, and the names of those that are no arrays of numbers, with their kinds.

    Args:
        name: of the store, as it is told.

    Raises:
        HsiError: its arrays cannot be listed, or one needs a codec that is not let in.
        ValueError, KeyError, TypeError: it is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on parts of the format that are not settled
        found = zarr.open(store, mode="r")
        if isinstance(found, zarr.Array):
            only = _array("/data", found)
            if only is None:
                return TreeGroup(attrs=dict(found.attrs)), (f"data ({found.dtype})",)
            return TreeGroup(attrs=dict(found.attrs), items={"data": only}), ()
        if not store.supports_listing and found.metadata.consolidated_metadata is None:
            raise HsiError(
                say("{name} does not list its arrays in one place, and its server cannot list them.", name=name),
                say("Write it with zarr.consolidate_metadata, or add the name of the array to the address."),
            )
        other: list[str] = []
        count = [0]
        return _group("", found, other, count, 0), tuple(other)


def _group(around: str, group: Any, other: list[str], count: list[int], depth: int) -> TreeGroup:
    items: dict[str, Any] = {}
    for key, member in _members(group):
        stopping.check()
        count[0] += 1
        if count[0] > _MOST_ARRAYS:
            raise ValueError(f"more than {_MOST_ARRAYS} arrays")
        path = f"{around}/{key}"
        if isinstance(member, zarr.Array):
            array = _array(path, member)
            if array is None:
                other.append(f"{path.lstrip('/')} ({member.dtype})")
            else:
                items[key] = array
        elif depth < _DEEPEST:
            items[key] = _group(path, member, other, count, depth + 1)
    return TreeGroup(around or "/", dict(group.attrs), items)


def _members(group: Any) -> Iterator[tuple[str, Any]]:
    yield from sorted(group.members(), key=lambda member: member[0])


def _array(path: str, array: Any) -> ZarrArray | None:
    """An array of numbers; None for one of anything else."""
    dtype = array.dtype
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biufc":
        return None
    version, attrs = int(array.metadata.zarr_format), dict(array.attrs)
    require_known_codecs(path, array.metadata)
    if version == 2:
        named = attrs.get("_ARRAY_DIMENSIONS")
        fill = array.metadata.fill_value
        if _FILL not in attrs and fill is not None:
            attrs[_FILL] = fill
    else:
        named = array.metadata.dimension_names
        if _FILL in attrs:
            attrs[_FILL] = fill_value(attrs[_FILL], dtype)
    dims = tuple(str(name or "") for name in named) if isinstance(named, list | tuple) else ()
    return ZarrArray(
        path, array, attrs, dims if len(dims) == len(array.shape) else (), tuple(map(int, array.shape)), dtype,
        tuple(map(int, array.chunks)),
    )  # fmt: skip


def fill_value(said: Any, dtype: np.dtype[Any]) -> Any:
    """A fill value as xarray writes it into attributes of version 3: floats as the bytes of a double, in base64."""
    if not isinstance(said, str) or dtype.kind != "f":
        return said
    try:
        raw = base64.standard_b64decode(said)
        return struct.unpack("<d", raw)[0] if len(raw) == 8 else said
    except (binascii.Error, ValueError):
        return said


def require_known_codecs(path: str, metadata: Any) -> None:
    """Refuses an array whose bytes become numbers by anything else than the codecs that are known.

    Raises:
        HsiError: that is so.
    """
    for name in codecs_of(metadata):
        if name.removeprefix("numcodecs.") not in _CODECS:
            raise HsiError(
                say("The array {path} is packed by “{codec}”, which is not read here.", path=path, codec=name),
                say("Write it anew with blosc, zstd or gzip."),
            )


def codecs_of(metadata: Any) -> list[str]:
    """The names of all codecs of an array, those inside of shards among them."""
    if metadata.zarr_format == 2:
        used = [*(metadata.filters or ()), *([metadata.compressor] if metadata.compressor is not None else [])]
        return [str(codec.codec_id) for codec in used]
    found: list[str] = []
    waiting = [codec.to_dict() for codec in metadata.codecs]
    while waiting:
        codec = waiting.pop()
        if not isinstance(codec, Mapping):
            found.append(str(codec))
            continue
        found.append(str(codec["name"]))
        inner = codec.get("configuration") or {}
        for key in ("codecs", "index_codecs"):
            waiting += [c.to_dict() if hasattr(c, "to_dict") else c for c in inner.get(key, ())]
    return found
