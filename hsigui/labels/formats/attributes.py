"""Which class each row of a table belongs to: fields and columns that others name in many ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.errors import HsiError
from hsigui.labels.background import is_no_class
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, Color, color_for, default_name
from hsigui.labels.raster import AmbiguousLabels
from hsigui.texts import say, say_number

Columns = Mapping[str, NDArray[Any]]

# In the order in which they are looked for: ours, those of QGIS's Semi-Automatic Classification Plugin, of
# gdal_polygonize (DN), of EnMAP-Box and of common data sets.
_NUMBERS = (
    "class_id", "classid", "c_id", "id_class", "class_number", "class_no", "class", "label", "code", "classvalue",
    "mc_id", "macroclass_id", "gt", "lc", "dn", "value", "level_1_id", "gridcode",
)  # fmt: skip
NAMES = (
    "class_name", "classname", "c_name", "c_info", "class", "label", "name", "category",
    "mc_name", "mc_info", "macroclass_name", "type", "species",
    "landcover", "level_1",
)  # fmt: skip
# Of programs that make shapes of the pixels of a raster, in which 0 is what lies between the classes.
_OF_RASTERS = {"dn", "value", "gridcode", "gt"}
# Of the Semi-Automatic Classification Plugin: classes lie in macroclasses, whose names are others.
_MACRO = ("mc_id", "macroclass_id")
_MACRO_NAMES = ("mc_name", "mc_info", "macroclass_name")
_COLORS = ("color", "colour", "class_color", "rgb")
_FEW_VALUES = 4  # of a field that are told where one is asked for


def shift_of(columns: Columns, count: int, file_name: str, field: str | None = None) -> tuple[int, tuple[str, ...]]:
    """By how much the class numbers of shapes are higher than those of the file, with a sentence where that is 1: what
    is drawn has a class, so 0 is one, unless its name says that it is none, or the shapes are those of a raster.

    Args:
        columns, field: as in `classes_of`.

    Raises:
        AmbiguousLabels, HsiError: as `classes_of` does.
    """
    numbers, names = _fields(columns, file_name, field) if count else (None, None)
    if numbers is None or numbers.casefold() in _OF_RASTERS:
        return 0, ()
    texts = _texts(columns[numbers])
    zero = np.array([bool(text) and text.strip("+-0.") == "" for text in texts.tolist()])
    called = set() if names is None else set(np.unique(_texts(columns[names])[zero]).tolist())
    if not zero.any() or any(map(is_no_class, called)):
        return 0, ()
    what = say_number("1 shape", "{count:,} shapes", int(zero.sum()))
    return 1, (say("0 is a class ({what}): class numbers are one higher than in the file.", what=what),)


def classes_of(
    columns: Columns, count: int, file_name: str, field: str | None = None, shift: int = 0
) -> tuple[NDArray[np.int64], ClassTable, tuple[str, ...]]:
    """The class number of every row, the classes that occur, and what was assumed. The numbers are one a row.

    Args:
        columns: values of each field, `count` each: numbers or text (None for none).
        field: the field that holds the class, where several could.
        shift: what is added to the numbers of the file (`shift_of`); without it 0 is no class.

    Raises:
        AmbiguousLabels: no field is known by its name and several could be the class.
        HsiError: no field can be the class, or a value is no class number.
    """
    if not count:
        return np.zeros(0, dtype=np.int64), ClassTable(), ()
    numbers, names = _fields(columns, file_name, field)
    texts = None if names is None else _texts(columns[names])
    if numbers is None:
        assert texts is not None
        found, index = np.unique(texts, return_inverse=True)
        _require_few(len(found), file_name)
        values = index.reshape(-1).astype(np.int64) + (0 if found[0] == "" else 1)
        notes: tuple[str, ...] = (
            say(
                "{file_name} names classes without numbers: they are numbered in the order of names.",
                file_name=file_name,
            ),
        )
    else:
        values, notes = _whole(columns[numbers], numbers, file_name, shift), ()
    macro = next((c for c in columns if c.casefold() in _MACRO and c != numbers), None)
    if numbers is not None and field is None and numbers.casefold() in ("c_id", "class_id") and macro is not None:
        said = say("{numbers} is read; macroclasses are in {macro}, which can be chosen.", numbers=numbers, macro=macro)
        notes += (said,)
    values, more = _told_apart(values, texts, file_name)
    colors = next((columns[c] for c in columns if c.casefold() in _COLORS), None)
    return values, _table(values, texts, colors, 0 if more else shift), notes + more


def _fields(columns: Columns, file_name: str, field: str | None) -> tuple[str | None, str | None]:
    """The fields of class numbers and of class names."""
    if field is not None:
        if field not in columns:
            raise HsiError(
                say("{file_name} has no field “{field}”.", file_name=file_name, field=field),
                say("Its fields: {columns}.", columns=", ".join(columns) or say("none")),
            )
        if not _is_whole(columns[field]):
            return None, field
        return field, _named(columns, _MACRO_NAMES if field.casefold() in _MACRO else NAMES, False)
    numbers, names = _named(columns, _NUMBERS, True), _named(columns, NAMES, False)
    if numbers is not None or names is not None:
        return numbers, names
    others = [c for c in columns if c.casefold() not in ("fid", "id", "objectid", "row", "col", "x", "y", *_COLORS)]
    whole = [c for c in others if _is_whole(columns[c])]
    text = [c for c in others if columns[c].dtype.kind == "O"]
    if len(whole) == 1:
        return whole[0], None
    if not whole and len(text) == 1:
        return None, text[0]
    if whole or text:
        message = say("{file_name} has several fields that can be the class", file_name=file_name)
        raise AmbiguousLabels(message, _listed({c: columns[c] for c in (*whole, *text)}), say("field"))
    raise HsiError(
        say(
            "{file_name} has no field with a class number or name. Its fields: {columns}.",
            file_name=file_name,
            columns=", ".join(columns) or say("none"),
        ),
        say("Call one of them class_id or class_name."),
    )


def _listed(columns: Columns) -> tuple[ArrayInfo, ...]:
    """Fields with what they hold, those first that tell shapes apart and are no numbering of them."""
    found = list[tuple[bool, ArrayInfo]]()
    for name, values in columns.items():
        numbers = values.dtype.kind in "iuf"
        different = np.unique(values if numbers else _texts(values)).tolist()
        texts = [text for value in different if (text := f"{value:.15g}" if numbers else value) not in ("", "nan")]
        few = ", ".join(texts[:_FEW_VALUES]) + (", …" if len(texts) > _FEW_VALUES else "")
        kind = say("whole numbers") if _is_whole(values) else say("text")
        about = say("{kind}, {count:,} different: {few}", kind=kind, count=len(texts), few=few)
        alike = len(texts) < 2 or (len(texts) > _FEW_VALUES and len(texts) == len(values))
        found.append((alike, ArrayInfo(name, values.shape, values.dtype.name, about)))
    return tuple(info for _, info in sorted(found, key=lambda one: one[0]))


def _named(columns: Columns, wanted: Iterable[str], whole: bool) -> str | None:
    by_name = {c.casefold(): c for c in columns}
    for name in wanted:
        column = by_name.get(name)
        if column is not None and (_is_whole(columns[column]) if whole else columns[column].dtype.kind == "O"):
            return column
    return None


def _is_whole(values: NDArray[Any]) -> bool:
    """Whether values are whole numbers, written as text or with missing ones included."""
    if values.dtype.kind in "iu":
        return True
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            return bool((~np.isnan(values)).any() and (np.isnan(values) | (values == np.floor(values))).all())
    texts = {str(v).strip() for v in np.unique(_texts(values)).tolist()} - {""}
    return bool(texts) and all(t.lstrip("+-").isdecimal() for t in texts)


def _texts(values: NDArray[Any]) -> NDArray[np.str_]:
    return np.array(["" if v is None else str(v).strip() for v in values.tolist()], dtype=np.str_)


def _whole(values: NDArray[Any], field: str, file_name: str, shift: int) -> NDArray[np.int64]:
    if values.dtype.kind == "O":
        values = np.array([float(t) if t else np.nan for t in _texts(values).tolist()])
    left_open = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, dtype=bool)
    values = np.where(left_open, 0, values)
    wrong = (values < 0) | (values > MAX_CLASS - shift)
    if wrong.any():
        raise HsiError(
            say(
                "{file_name} holds no labels: {first_value:g} in the field “{field}” is no class number.",
                file_name=file_name,
                first_value=values[wrong][0],
                field=field,
            ),
            say("Class numbers are whole, from 0 (unlabelled) to {max_class}.", max_class=MAX_CLASS),
        )
    return np.where(left_open, 0, values.astype(np.int64) + shift)


def _told_apart(
    values: NDArray[np.int64], texts: NDArray[np.str_] | None, file_name: str
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The numbers, or those of the names where one number stands for several names."""
    if texts is None:
        return values, ()
    found, index = np.unique(texts, return_inverse=True)
    index = index.reshape(-1)
    pairs = {(int(p) // len(found), int(p) % len(found)) for p in np.unique(values * len(found) + index)}
    pairs = {(n, i) for n, i in pairs if n and found[i]}
    if len({n for n, _ in pairs}) == len(pairs):
        return values, ()
    _require_few(len(found), file_name)
    renumbered = np.where(values == 0, 0, index.astype(np.int64) + (0 if found[0] == "" else 1))
    return renumbered, (
        say("A class number of {file_name} has several names: classes are told apart by name.", file_name=file_name),
    )


def _require_few(names: int, file_name: str) -> None:
    if names > MAX_CLASS:
        raise HsiError(
            say(
                "{file_name} names {names:,} different classes, more than {max_class:,}.",
                file_name=file_name,
                names=names,
                max_class=MAX_CLASS,
            ),
            say("Is it the field of the class that was read? Another can be chosen."),
        )


def _table(
    values: NDArray[np.int64], texts: NDArray[np.str_] | None, colors: NDArray[Any] | None, shift: int
) -> ClassTable:
    numbers, first = np.unique(values, return_index=True)
    classes = []
    for number, at in zip(numbers.tolist(), first.tolist(), strict=True):
        if number:
            name = str(texts[at]) if texts is not None else ""
            color = color_from(colors[at]) if colors is not None else None
            classes.append(ClassInfo(number, name or default_name(number - shift), color or color_for(number)))
    return ClassTable(tuple(classes))


def color_from(text: Any) -> Color | None:
    """A colour written as "#ff8000", "255,128,0" or "255 128 0"; None for anything else."""
    words = str(text).strip().strip("{}()[]")
    if words.startswith("#") and len(words) in (7, 9):
        try:
            red, green, blue = bytes.fromhex(words[1:7])
        except ValueError:
            return None
        return red, green, blue
    parts = words.replace(",", " ").replace(";", " ").split()
    if len(parts) not in (3, 4) or not all(p.isdecimal() and len(p) < 4 for p in parts):
        return None
    rgb = (int(parts[0]), int(parts[1]), int(parts[2]))
    return rgb if max(rgb) <= 255 else None


def color_text(color: Color) -> str:
    """A colour as others read it: "#ff8000"."""
    return "#{:02x}{:02x}{:02x}".format(*color)
