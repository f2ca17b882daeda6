"""Labels, classes and steps of the history as rows of a project file, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.history import Step, step_of
from hsigui.labels.label_map import PackedEdit
from hsigui.storage.kept_scene import TILE, Change, Pieces, TileKey
from hsigui.storage.packing import packed, unpacked
from hsigui.storage.schema import EDITS, STEPS, TILES, Rows

BATCH = 1_000_000  # more pieces of a stroke are never handed over at once


def write_labels(rows: Rows, scene: int, change: Change) -> None:
    """Writes tiles and steps of a change; within a transaction."""
    if change.whole:
        for key in rows.keys(TILES, scene):
            if key[1:] not in change.tiles:
                rows.drop(TILES, key)
        for _, number in rows.keys(STEPS, scene):
            if number not in change.steps:
                rows.drop(STEPS, (scene, number))
                rows.drop_all(EDITS, scene, number)
    for (layer, row, col), tile in change.tiles.items():
        key = (scene, layer, row, col)
        if tile.any():
            rows.put(TILES, key, (packed(tile),))
        else:
            rows.drop(TILES, key)
    for _, number in rows.keys(STEPS, scene):
        if not change.first <= int(str(number)) < change.end:
            rows.drop(STEPS, (scene, number))
            rows.drop_all(EDITS, scene, number)
    for number, (step, done) in change.steps.items():
        if change.first <= number < change.end:
            _write_step(rows, scene, number, step, done)
    for pieces in change.pieces:
        if pieces.step == change.end - 1:
            _write_pieces(rows, scene, pieces)


def filled_layer(shape: tuple[int, int], tiles: Iterable[tuple[int, int, bytes]]) -> NDArray[np.uint16]:
    """A layer, rows x cols, from its tiles (row and column in tiles, content); 0 where there is none.

    Raises:
        ValueError: a tile lies outside, or has another size than its place.
    """
    layer = np.zeros(shape, dtype=np.uint16)
    for row, col, content in tiles:
        if row < 0 or col < 0:
            raise ValueError(f"a tile at {row}, {col}")
        window = layer[row * TILE : (row + 1) * TILE, col * TILE : (col + 1) * TILE]
        if not window.size:
            raise ValueError(f"a tile at {row}, {col} of {shape} pixels")
        window[...] = unpacked(content, window.shape)
    return layer


def tiles_in(box: tuple[int, int, int, int], layer: int) -> Iterator[TileKey]:
    """The tiles that a box (top, left, bottom, right) touches."""
    top, left, bottom, right = box
    for row in range(top // TILE, -(-bottom // TILE)):
        for col in range(left // TILE, -(-right // TILE)):
            yield layer, row, col


def table_to_json(table: ClassTable) -> str:
    """A class table as text."""
    return json.dumps([[c.number, c.name, list(c.color), c.locked, c.hidden] for c in table])


def table_from_json(text: str) -> ClassTable:
    """A class table from text.

    Raises:
        ValueError, TypeError: it is none.
    """
    entries = json.loads(text)
    return ClassTable(
        tuple(
            ClassInfo(int(number), str(name), (int(color[0]), int(color[1]), int(color[2])), bool(locked), bool(hidden))
            for number, name, color, locked, hidden in entries
        )
    )


def read_steps(
    steps: Iterable[tuple[int, str, int]], edits: Iterable[tuple[int, PackedEdit]]
) -> tuple[tuple[Step, ...], int, int]:
    """The steps of a scene from their rows.

    Args:
        steps: number, text as JSON, and whether it is done; by their numbers.
        edits: the step that each belongs to; in the order in which they are applied.

    Returns:
        the steps, how many are done, and how many were forgotten before them.

    Raises:
        ValueError: a number is missing, or a step that is done follows one that is not.
    """
    known = list(steps)
    parts: dict[int, list[PackedEdit]] = {number: [] for number, _, _ in known}
    for number, edit in edits:
        parts[number].append(edit)
    first = known[0][0] if known else 0
    if [number for number, _, _ in known] != list(range(first, first + len(known))):
        raise ValueError("a step is missing")
    done = [bool(flag) for _, _, flag in known]
    if done != sorted(done, reverse=True):
        raise ValueError("a step is done after one that is not")
    return tuple(Step(str(json.loads(text)), tuple(parts[n])) for n, text, _ in known), sum(done), first


def edit_from_row(row: tuple[object, ...]) -> PackedEdit:
    """An edit from the values of its row.

    Raises:
        ValueError: it is none.
    """
    match row:
        case (
            int(layer),
            int(top),
            int(left),
            int(bottom),
            int(right),
            bytes(mask),
            (int() | bytes()) as value,
            classes,
        ):
            table = None if classes is None else table_from_json(str(classes))
            return PackedEdit((top, left, bottom, right), mask, value, table, layer)
    raise ValueError("a row that is no edit")


def _write_step(rows: Rows, scene: int, number: int, step: Step, done: bool) -> None:
    rows.put(STEPS, (scene, number), (json.dumps(step.text), int(done)))
    rows.drop_all(EDITS, scene, number)
    for place, edit in enumerate(step.edits):
        rows.put(EDITS, (scene, number, place), _edit_values(edit))


def _write_pieces(rows: Rows, scene: int, pieces: Pieces) -> None:
    """Later pieces stand before earlier ones: they are the first to be taken back."""
    if not pieces.batch:
        rows.drop_all(EDITS, scene, pieces.step)
    rows.put(STEPS, (scene, pieces.step), (json.dumps(pieces.text), 1))
    begin = -(pieces.batch + 1) * BATCH
    for place, edit in enumerate(step_of(pieces.text, pieces.inverses).edits):
        rows.put(EDITS, (scene, pieces.step, begin + place), _edit_values(edit))


def _edit_values(edit: PackedEdit) -> tuple[object, ...]:
    box = tuple(int(value) for value in edit.box)
    classes = None if edit.classes is None else table_to_json(edit.classes)
    return (int(edit.layer), *box, edit.mask, edit.new, classes)
