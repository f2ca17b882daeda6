"""What the command palette finds: every action, class, band, recent file and page of help; what fits words best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from hsigui.cube.remote.address import name_and_place
from hsigui.document.session import Session
from hsigui.texts import say
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.labels.classes_panel import swatch
from hsigui.ui.shell.help_contents import found_pages, title_of


@dataclass(frozen=True)
class Entry:
    """Something that can be asked for by name.

    Attributes:
        text: what it is called, and first searched.
        detail: where it stands else, and by which keys; searched after the text.
        more: searched after that, and not shown.
        enabled: whether it can be asked for now; what cannot is shown below what can.
    """

    text: str
    detail: str
    do: Callable[[], object]
    more: str = ""
    enabled: bool = True
    icon: QIcon | None = None


def action_entries(bar: QMenuBar, others: Iterable[QMenu] = ()) -> Iterator[Entry]:
    """The actions of all menus, with the menus they stand in and their keys.

    Args:
        others: menus of the right button whose actions stand in no menu of the bar.
    """
    beside = (found for menu in others for found in _actions(menu.actions(), (plain(menu.title()),)))
    for action, where in (*_actions(bar.actions(), ()), *beside):
        keys = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
        yield Entry(
            plain(action.text()), "   ".join(filter(None, (" › ".join(where), keys))), action.trigger,
            action.whatsThis() or action.toolTip(), action.isEnabled(),
            None if action.icon().isNull() else action.icon(),
        )  # fmt: skip


def class_entries(session: Session) -> Iterator[Entry]:
    """The classes of the scene: asked for, they are painted."""
    for info in session.classes if session.shown is not None else ():
        yield Entry(
            info.name or say("Class {number}", number=info.number), say("Class {number}", number=info.number),
            partial(session.choose_class, info.number), icon=swatch(info.color),
        )  # fmt: skip


def band_entries(session: Session, unit: WavelengthUnit) -> Iterator[Entry]:
    """The bands of the scene, by number, wavelength and name: asked for, one is shown alone."""
    cube = session.cube
    for band in range(0 if cube is None else cube.bands):
        assert cube is not None
        wave = "" if cube.wavelengths is None else unit.written(float(cube.wavelengths[band]))
        name = cube.info.band_names[band] if cube.info.band_names else ""
        yield Entry(
            " · ".join(filter(None, (say("Band {number}", number=band + 1), wave, name))), say("One band alone"),
            partial(_show_alone, session, band),
        )  # fmt: skip


def recent_entries(recent: Sequence[str], open_path: Callable[[str], object]) -> Iterator[Entry]:
    """Scenes and projects that were open before."""
    for path in recent:
        name, place = name_and_place(path)
        yield Entry(name, say("Open recent") + f" › {place}", partial(open_path, path))


def help_entries(show: Callable[[str], object]) -> Iterator[Entry]:
    """The pages of the help."""
    for path in found_pages():
        yield Entry(title_of(path), say("Help"), partial(show, path.stem))


def best(entries: Iterable[Entry], query: str) -> list[Entry]:
    """The entries in which every word of a query occurs, those first that can be asked for and that it fits best.

    A word fits best where the text begins with it, then where a word of the text does, then anywhere in the text, then
    in where the entry stands, then in its tooltip. What fits alike keeps its order.
    """
    words = query.casefold().split()
    ranks = [(_rank(entry, words), entry) for entry in entries]
    found = [(rank, entry) for rank, entry in ranks if rank is not None]
    return [entry for _, entry in sorted(found, key=lambda pair: (not pair[1].enabled, pair[0]))]


def _show_alone(session: Session, band: int) -> None:
    if session.view is not None:
        session.set_view(replace(session.view, single=band))


def _rank(entry: Entry, words: Sequence[str]) -> int | None:
    text, detail, more = entry.text.casefold(), entry.detail.casefold(), entry.more.casefold()
    total = 0
    for word in words:
        if text.startswith(word):
            continue
        if any(part.startswith(word) for part in text.split()):
            total += 1
        elif word in text:
            total += 2
        elif word in detail:
            total += 4
        elif word in more:
            total += 6
        else:
            return None
    return total


def _actions(actions: Sequence[QAction], where: tuple[str, ...]) -> Iterator[tuple[QAction, tuple[str, ...]]]:
    for action in actions:
        menu = action.menu()
        if isinstance(menu, QMenu):
            yield from _actions(menu.actions(), (*where, plain(action.text())))
        elif not action.isSeparator() and action.text():
            yield action, where
