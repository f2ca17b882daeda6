"""Where the parts of an HDF5 file lie: in the file itself, or in files that it names.

HDF5 follows links into other files, takes samples from any file as they stand there ("external storage"), and puts
arrays together from those of others ("virtual datasets"). Here these are looked at before anything is read.

Source: The HDF Group, "HDF5 Reference Manual": H5Lcreate_external, H5Pset_external, H5Pset_virtual.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

from hsigui import stopping
from hsigui.cube.formats.array_tree import TreeGroup
from hsigui.cube.formats.hdf5_heaps import require_sound_heaps
from hsigui.cube.outside import allowed, require_inside
from hsigui.errors import HsiError
from hsigui.texts import say

_DEEPEST = 4  # an array of arrays of arrays of ...
_MOST_HOPS = 16  # from link to link
_MOST_SOURCES = 10_000
_HINT = say("Put the files that it is made of into its folder or below, or write it as one file.")


def dataset_of(path: Path, file: Any, name: str) -> Any:
    """A dataset of an open file, whose samples lie in the file or in others of its folder.

    Args:
        path: the file that the user opened; `file` is that.

    Raises:
        HsiError: samples lie elsewhere (`LeadsOutside`, which the user may allow), or in files that are not there.
        OSError, KeyError, ValueError: it cannot be opened.
    """
    dataset = item_of(file, name)
    if dataset is None:
        raise KeyError(name)
    _require_own(path, dataset, 0)
    return dataset


def item_of(group: Any, name: str) -> Any:
    """What a group holds under a name; None for nothing, as where a link leads to nothing.

    The external storage of a dataset is looked for beside its file, not where the program was started. All who have it
    open must have said so; hence none that has such storage is opened in another way, and no other dataset in this one:
    the library itself opens those that a link names in another file, when their attributes are listed.
    """
    if isinstance(group, TreeGroup):
        return group.get(name)
    try:
        if h5py.h5o.get_info(group.id, name.encode()).type != h5py.h5o.TYPE_DATASET:
            return group.get(name)
        return h5py.Dataset(_opened(group.id, name.encode()))
    except (KeyError, RuntimeError):
        return None


def _opened(group: Any, name: bytes) -> Any:
    """The identifier of a dataset. Raises KeyError or RuntimeError."""
    try:
        found = h5py.h5d.open(group, name)
        if not found.get_create_plist().get_external_count():
            return found
        del found  # closes it
    except (KeyError, RuntimeError):
        pass  # it may be open already, with what is said below
    access = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
    access.set_efile_prefix(b"${ORIGIN}")
    return h5py.h5d.open(group, name, access)


def is_array(item: Any) -> bool:
    """Whether what a group holds is an array, of numbers or of anything else."""
    return isinstance(item, h5py.Dataset) or (item is not None and not hasattr(item, "keys") and hasattr(item, "shape"))


def follows(path: Path, group: Any, key: str) -> str:
    """Whether a link of a group is to be followed: empty where it is, else the name of the file that it leads to.

    Links stay within the file, or lead to another of the folder of the file that the user opened.
    """
    return _leads_to(path, group, key, 0)


def _leads_to(path: Path, group: Any, name: str, hops: int) -> str:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    for number, part in enumerate(parts):
        try:
            link = group.get(part, getlink=True)
        except TypeError:  # of a kind that a program defines for itself
            return part
        rest = "/".join(parts[number + 1 :])
        if isinstance(link, h5py.ExternalLink):
            return _outside(path, group, link.filename)
        if isinstance(link, h5py.SoftLink):
            if hops == _MOST_HOPS:
                return part
            start = group.file if link.path.startswith("/") else group
            return _leads_to(path, start, f"{link.path}/{rest}", hops + 1)
        if rest:
            group = item_of(group, part)
            if not isinstance(group, h5py.Group):
                return ""  # it leads nowhere, which opening it tells
    return ""


def _outside(path: Path, group: Any, named: str) -> str:
    """Empty where a file that a link names is one to be read."""
    found = _found(group.file, named)
    try:
        require_inside(found, path, named)
    except HsiError:
        return named
    if h5py.is_hdf5(found):  # else the library says that it is none
        require_sound_heaps(found)
    return ""


def _require_own(path: Path, dataset: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise _refused(path, say("is made of arrays that are made of others without end"))
    for name in [entry[0] for entry in dataset.external or ()]:
        _require_file(path, dataset.file, name)
    if dataset.is_virtual and not allowed(path):
        _require_own_sources(path, dataset, depth)


def _require_own_sources(path: Path, dataset: Any, depth: int) -> None:
    sources = {(source.file_name, source.dset_name) for source in dataset.virtual_sources()}
    if len(sources) > _MOST_SOURCES:
        raise _refused(path, say("is made of more than {most:,} arrays", most=_MOST_SOURCES))
    for file_name, array in sorted(sources):
        stopping.check()
        if "%b" in array:
            raise _refused(path, say("is made of arrays that it does not name one by one, which is not read here"))
        if file_name == ".":
            _require_own_array(path, dataset.file, array, depth)
            continue
        for found in _matching(path, dataset.file, file_name):
            with h5py.File(found, "r") as file:
                require_sound_heaps(found, file)
                _require_own_array(path, file, array, depth)


def _require_own_array(path: Path, file: Any, array: str, depth: int) -> None:
    if named := follows(path, file, array):
        require_inside(_found(file, named), path, named)
    inner = item_of(file, array)
    if isinstance(inner, h5py.Dataset):
        _require_own(path, inner, depth + 1)


def _matching(path: Path, file: Any, named: str) -> Iterator[Path]:
    """The files that a source names, all of them where it numbers them ("%b")."""
    if "%b" not in named:
        yield _require_file(path, file, named)
        return
    pattern = Path(named.replace("%b", "*"))
    folder = Path(file.filename).parent / pattern.parent
    require_inside(folder.resolve() / "x", path, named)
    for found in sorted(folder.glob(pattern.name)):
        yield _require_file(path, file, str(found))


def _require_file(path: Path, file: Any, named: str) -> Path:
    found = _found(file, named)
    require_inside(found, path, named)
    if not found.is_file():
        raise _refused(path, say("names {named}, which is not there", named=named))
    return found


def _found(file: Any, named: str) -> Path:
    """The file of a name, beside the one that names it; without symbolic links."""
    return (Path(file.filename).parent / named).resolve()


def _refused(path: Path, what: str) -> HsiError:
    return HsiError(say("{name} {what}.", name=path.name, what=what), _HINT)
