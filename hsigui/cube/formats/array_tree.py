"""Arrays in groups, with attributes: what zarr and HDF5 have in common, for those who read CF's conventions.

The readers of attributes and places were written for h5py; they take these in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class TreeArray(Protocol):
    """An array that is read by slices. Axes in the order in which the file lists them.

    Attributes:
        name: with the groups around it, such as "/products/reflectance".
        dimensions: names of its axes; empty where it names none.
        chunks: entries along each axis that can only be read together.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunks: tuple[int, ...]
    dimensions: tuple[str, ...]
    attrs: Mapping[str, Any]

    @property
    def ndim(self) -> int:
        """How many axes there are."""

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """The samples of a window, as many axes as slices."""


@dataclass(frozen=True, eq=False)
class TreeGroup:
    """A group of arrays and groups by their names."""

    name: str = "/"
    attrs: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(self.items)

    def keys(self) -> Iterator[str]:
        """Names of what is in it."""
        return iter(self.items)

    def get(self, name: str, default: Any = None, getlink: bool = False) -> Any:
        """What is under a name, or under names with slashes between; `default` for nothing. There are no links."""
        del getlink
        found: Any = self
        for part in [part for part in name.split("/") if part]:
            if not isinstance(found, TreeGroup) or part not in found.items:
                return default
            found = found.items[part]
        return found
