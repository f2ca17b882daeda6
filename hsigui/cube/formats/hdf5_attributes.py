"""Attributes of HDF5 and NetCDF files in any case and spelling: "_FillValue", "Data_Ignore_Value", "Scale Factor".

Producers write them to the array, to a group around it, or to the root of the file. What stands nearer to the array
counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from hsigui import untrusted
from hsigui.cube.formats.hdf5_links import item_of

_MOST_ENTRIES = 100_000  # of a list in an attribute
_MOST_ATTRIBUTES = 10_000
_MOST_BESIDE = 500  # items of a group that are looked at one by one


def spelled(name: str) -> str:
    """A name by its letters and digits alone: "_FillValue", "fill value" and "FILL-VALUE" are one."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def text_of(value: Any) -> str:
    """The text of an attribute or of an array of one text; empty for anything else."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip("\0 \n")
    return untrusted.plain(value).strip() if isinstance(value, str) else ""


class Attributes:
    """The attributes of an array and of all that is around it, by name in any spelling.

    Args:
        levels: attributes by their names, those of the array first.
    """

    def __init__(self, *levels: Mapping[str, Any]) -> None:
        self._levels = [{spelled(key): (key, level) for key in reversed(keys_of(level))} for level in levels]

    @classmethod
    def around(cls, file: Any, name: str) -> Attributes:
        """Those of an item of a file, of the groups around it and of the root.

        Raises:
            KeyError: there is no such item.
        """
        return cls(*(item.attrs for item in _outwards(file, name)))

    @property
    def own(self) -> Attributes:
        """Those of the array alone."""
        found = Attributes()
        found._levels = self._levels[:1]
        return found

    def get(self, *names: str) -> Any:
        """The nearest attribute of one of these names; of several there, the name that is given first. None for none.

        Raises:
            OSError, TypeError: it cannot be read.
        """
        for level in self._levels:
            for name in map(spelled, names):
                if name in level:
                    key, attributes = level[name]
                    return attributes[key]
        return None

    def key(self, *names: str) -> str:
        """How the attribute that `get` finds is spelled; empty for none."""
        return next((lv[n][0] for lv in self._levels for n in map(spelled, names) if n in lv), "")

    def number(self, *names: str) -> float | None:
        """The nearest of these attributes, where it is one number (or a text of one)."""
        values = self.numbers(*names)
        return float(values[0]) if values.size == 1 else None

    def numbers(self, *names: str) -> NDArray[np.float64]:
        """The nearest of these attributes as a list of numbers, 1-D; empty where it is none."""
        value = self.get(*names)
        if text := text_of(value):
            return numbers_in(text)
        values = np.ravel(value) if value is not None else np.empty(0)
        return values.astype(float) if values.dtype.kind in "iufb" and values.size <= _MOST_ENTRIES else np.empty(0)

    def text(self, *names: str) -> str:
        """The nearest of these attributes, where it is a text; else empty."""
        return text_of(self.get(*names))


def texts_of(value: Any) -> tuple[str, ...]:
    """The texts of an attribute that is a list of them, in their order; none where it is anything else."""
    if isinstance(value, np.ndarray):
        value = value.ravel().tolist()
    if not isinstance(value, list | tuple) or len(value) > _MOST_ENTRIES:
        return ()
    return tuple(map(text_of, value)) if all(isinstance(each, str | bytes) for each in value) else ()


def keys_of(attributes: Any) -> list[str]:
    """The names of attributes. Those of HDF5 are asked for one by one: listing them opens their dataset anew, which
    fails where it is open with another place of its external files (`hdf5_links.item_of`).

    Raises:
        OSError, RuntimeError: they cannot be read.
    """
    if not isinstance(attributes, h5py.AttributeManager):
        return list(attributes)
    count = min(h5py.h5a.get_num_attrs(attributes._id), _MOST_ATTRIBUTES)
    names = [h5py.h5a.open(attributes._id, index=number).name for number in range(count)]
    return [name.decode("utf-8", "replace") for name in names]


def numbers_in(text: str) -> NDArray[np.float64]:
    """The numbers of a text such as "400000.0 5.0 0.0" or "(1.5, 2)", 1-D; none where it holds anything else."""
    parts = [part for part in re.split(r"[,;\s]+", text.strip(" {}[]()")) if part]
    try:
        return np.array([float(part) for part in parts[:_MOST_ENTRIES]])
    except ValueError:
        return np.empty(0)


def nearby(file: Any, name: str, wanted: Iterable[str], deep: int = 0) -> Iterator[tuple[str, Any]]:
    """Items of these names (in any spelling) beside an item, then beside the groups around it, the nearest first.

    Args:
        deep: in how many groups below each of those they are looked for, too.
    """
    spellings = {spelled(word) for word in wanted}
    for group, around in _groups(file, name):
        yield from _below(group, around, spellings, deep)


def beside(file: Any, name: str) -> Iterator[tuple[str, Any]]:
    """All items beside an item, then all beside the groups around it, with their paths."""
    for group, around in _groups(file, name):
        for key in list(group)[:_MOST_BESIDE]:
            item = None if _leads_away(group, key) else item_of(group, key)
            if item is not None:
                yield f"{around}/{key}" if around else key, item


def _leads_away(group: Any, key: str) -> bool:
    return type(group.get(key, getlink=True)).__name__ == "ExternalLink"


def _below(group: Any, around: str, spellings: set[str], deep: int) -> Iterator[tuple[str, Any]]:
    for key in group:
        if _leads_away(group, key):
            continue
        path = f"{around}/{key}" if around else key
        wanted = spelled(key) in spellings
        if not wanted and not deep:
            continue
        item = item_of(group, key)
        if item is None:
            continue
        if wanted:
            yield path, item
        if deep and hasattr(item, "keys"):
            yield from _below(item, path, spellings, deep - 1)


def _groups(file: Any, name: str) -> Iterator[tuple[Any, str]]:
    """The groups around an item with their paths, the innermost first, the root last."""
    parts = name.strip("/").split("/")[:-1]
    while parts:
        path = "/".join(parts)
        yield item_of(file, path), path
        parts.pop()
    yield file, ""


def _outwards(file: Any, name: str) -> Iterator[Any]:
    item = item_of(file, name)
    if item is None:
        raise KeyError(name)
    yield item
    yield from (group for group, _ in _groups(file, name))


def text_in(item: Any) -> str:
    """The text of an array that holds one."""
    value = item[()]
    if isinstance(value, np.integer):
        return str(int(value))
    return text_of(value)
