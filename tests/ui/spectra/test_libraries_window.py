"""Spectral libraries in the window: opened, searched, kept on the plot, saved, and there again another day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.table import read_library
from hsigui.document.open_libraries import LibraryPlace, OpenLibraries, sum_of
from hsigui.document.scene_state import SceneState
from hsigui.document.values import Spectrum
from hsigui.jobs import quiet
from hsigui.storage.state_json import entries_of, state_from
from hsigui.ui.desk.wavelength_units import MICROMETRES
from hsigui.ui.spectra.libraries import Libraries
from hsigui.ui.spectra.libraries_window import MOST_KEPT, LibrariesWindow
from hsigui.ui.spectra.matches import MatchesController
from hsigui.ui.spectra.means import ClassMeansDialog
from hsigui.ui.spectra.profile import ProfileWindow, profile_of
from tests.cube.libraries.made import ecostress
from tests.ui.windows import click, idle, texts


def made(name: str, count: int) -> SpectralLibrary:
    names = tuple(f"{name} {n}" for n in range(count))
    values = np.linspace(0, 1, count * 30).reshape(count, 30).astype(np.float32)
    kinds = tuple("soil" if n % 2 else "plant" for n in range(count))
    return SpectralLibrary(Path(f"{name}.sli"), names, values, np.linspace(400, 900, 30), columns={"Type": kinds})


@pytest.fixture
def libraries(qtbot) -> LibrariesWindow:
    window = LibrariesWindow()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_open_libraries_are_listed_and_searched_by_all_that_is_said(libraries, qtbot) -> None:
    assert "Open a library" in libraries.told.text()
    assert not libraries.keep.isEnabled()
    libraries.show_libraries([made("a", 4)], MICROMETRES)
    libraries.show_libraries([libraries._libraries[0], made("b", 60)], MICROMETRES)
    libraries.list.selectAll()
    assert libraries.table.rowCount() == 64
    headers = [libraries.table.headerData(n, Qt.Orientation.Horizontal) for n in range(3)]
    assert headers == ["Name", "Library", "Type"]
    QTest.keyClicks(libraries.search, "A SOIL")
    assert [libraries.table.data(libraries.table.index(n, 0)) for n in range(2)] == ["a 1", "a 3"]
    libraries.search.setText("b soil")
    assert libraries.table.rowCount() == 30
    libraries.view.selectRow(0)
    assert libraries.about.toPlainText() == "b 1\nType: soil"
    (line,) = libraries.plot.curves()
    assert line[0] == pytest.approx(np.linspace(400, 900, 30))
    with qtbot.waitSignal(libraries.keep_asked) as asked:
        QTest.mouseClick(libraries.keep, Qt.MouseButton.LeftButton)
    assert [place for _, place in asked.args[0]] == [1]
    libraries.search.clear()
    libraries.view.selectAll()
    assert not libraries.keep.isEnabled()
    assert str(MOST_KEPT) in libraries.told.text()
    with qtbot.waitSignals([libraries.close_asked, libraries.close_asked]):
        QTest.mouseClick(libraries.shut, Qt.MouseButton.LeftButton)
    libraries.show_libraries([], MICROMETRES)
    assert libraries.table.rowCount() == 0


def test_libraries_and_what_belongs_to_kept_spectra_are_written_and_read(tmp_path: Path) -> None:
    spread = np.array([0.1, np.nan], np.float32)
    full = Spectrum("a", (1, 2, 3), np.array([1, 2], np.float32), (3, 4), spread, "Böden", False, 0.01, "mean of 9")
    plain = Spectrum("b", (1, 2, 3), np.array([1, 2], np.float32))
    beside = LibraryPlace(tmp_path / "project" / "my lib.sli", "abc", "um")
    beside.path.parent.mkdir()
    beside.path.touch()
    state = SceneState(spectra=(full, plain), libraries=(beside, LibraryPlace(Path("/nowhere/x"))))
    entries = entries_of(state, tmp_path / "project")
    assert '"group"' not in entries["spectra", "kept"].split("},")[1], "a plain one is written as ever"
    again = state_from(entries, (9, 9), tmp_path / "project")
    assert again.libraries == state.libraries
    one, two = again.spectra
    assert (one.group, one.shown, one.factor, one.note, one.place) == ("Böden", False, 0.01, "mean of 9", (3, 4))
    assert one.spread == pytest.approx(spread, nan_ok=True)
    assert (two.spread, two.shown, two.factor) == (None, True, 1.0)
    (tmp_path / "project").rename(tmp_path / "moved")
    assert state_from(entries, (9, 9), tmp_path / "moved").libraries[0].path == tmp_path / "moved" / "my lib.sli"
    broken = {**entries, ("spectra", "kept"): entries["spectra", "kept"].replace("0.01", "0")}
    assert "spectra" in state_from(broken, (9, 9), tmp_path).lost


def test_a_library_that_changed_is_told_by_its_sum() -> None:
    one, other = made("a", 2), made("a", 2)
    assert sum_of(one) == sum_of(other)
    assert sum_of(one.taken([1, 0])) != sum_of(one)


def test_of_two_libraries_of_one_path_the_last_is_open() -> None:
    from hsigui.document.events import LibrariesChanged
    from hsigui.document.hub import Events

    told: list[LibrariesChanged] = []
    events = Events()
    events.subscribe(LibrariesChanged, told.append)
    libraries = OpenLibraries(events)
    old, new = made("a", 2), made("a", 3)
    libraries.add(old)
    libraries.choose([(old, 1)])
    libraries.add(new)
    assert (libraries.all, libraries.chosen, libraries.find(Path("a.sli"))) == ((new,), (), new)
    libraries.remove(new)
    assert (libraries.all, len(told)) == ((), 4)


def test_a_day_with_spectra(qtbot, demo, answers, tmp_path: Path) -> None:
    """Means, a profile, a library of others, and one's own: all in one window."""
    window = demo
    click(window, 30, 40)
    window.spectra.side_choice.setCurrentIndex(1)
    click(window, 90, 20, Qt.KeyboardModifier.ShiftModifier)
    idle(qtbot, window)
    (kept,) = window.spectra.kept()
    cube = window.session.cube
    assert kept.values == pytest.approx(cube.read(slice(89, 92), slice(19, 22)).mean(axis=(0, 1)), rel=1e-4)
    assert kept.spread is not None
    assert window.image._markers == [(90, 20, kept.color, "1")]
    # Means of the classes of the truth, each with its spread, in a folder.
    window.actions_["class_means"].trigger()
    (dialog,) = window.findChildren(ClassMeansDialog)
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    count = dialog.list.count()
    dialog.accept()
    idle(qtbot, window)
    means = [s for s in window.spectra.kept() if s.group]
    assert len(means) == count - 1
    mask = window.session.truth.array == 2
    assert means[0].values == pytest.approx(np.nanmean(cube.read()[mask], axis=0), rel=1e-3, nan_ok=True)
    # What was measured: its inside, and along it.
    window.actions_["mean_of_outline"].trigger()
    assert "No pixel is enclosed" in texts(window)
    window.image.set_tool("measure")
    for corner in ((20, 20), (60, 20), (60, 60)):
        click(window, *corner)
    window.actions_["mean_of_outline"].trigger()
    idle(qtbot, window)
    assert "outline of" in window.spectra.kept()[-1].label
    window.actions_["profile"].trigger()
    idle(qtbot, window)
    (profile,) = window.findChildren(ProfileWindow)
    profile.plot.setFocus()
    QTest.keyClick(profile.plot, Qt.Key.Key_Down)
    row, col = np.floor(profile.profile.places[0]).astype(int)
    assert window.image._pointer == (row, col)
    assert window.spectra.current().values == pytest.approx(cube.spectrum(row, col))
    profile.close()
    assert window.image._pointer is None
    # A library of others.
    answers.path = ecostress(tmp_path / "fir tree.spectrum.txt", "fir")
    libraries = window._part(Libraries)
    libraries.show()
    QTest.mouseClick(libraries.window.open_button, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    libraries.window.view.selectRow(0)
    assert window.session.libraries.chosen[0][0].names == ("fir",)
    QTest.mouseClick(libraries.window.keep, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    fir = window.spectra.kept()[-1]
    assert (fir.label, fir.place, fir.note) == ("fir", None, "of fir tree.spectrum.txt")
    near = np.flatnonzero(np.abs(cube.wavelengths - 1400) < 40)[0]
    assert fir.values[near] == pytest.approx(np.interp(cube.wavelengths[near], [400, 2400], [0.1, 0.5]), abs=2e-3)
    assert [place.path for place in window.session.scene.libraries] == [answers.path]
    references = window._part(MatchesController)._libraries[answers.path]
    assert [one.target.name for one in references] == ["fir"], "what is open is matched with"
    libraries.take_wavelengths(window.session.libraries.all[0], "um")
    libraries.take_wavelengths(window.session.libraries.all[0], "nm")
    idle(qtbot, window)
    (taken,) = window.session.libraries.all
    assert taken.wavelengths.max() == pytest.approx(2.4), "each time from what was read"
    assert window.session.scene.libraries[0].wavelengths == "nm"
    # One's own.
    answers.save = tmp_path / "meine Bibliothek.csv"
    window.actions_["save_library"].trigger()
    idle(qtbot, window)
    own = read_library(answers.save)
    assert own.names == tuple(s.label for s in window.spectra.kept())
    assert own.columns["row"][0] == "90"
    assert float(own.columns["x"][0]) > 1000
    libraries.window.close()


def test_a_profile_of_one_pixel_and_beside_the_scene_is_a_picture(qtbot) -> None:
    from hsigui.cube.cube import ArraySource, Cube

    cube = Cube(ArraySource(np.full((1, 1, 1), 3.0)))
    for places in ([(0.5, 0.5), (0.5, 0.5)], [(-4.0, -4.0), (9.0, 9.0)]):
        profile = profile_of(quiet(), cube, places)
        window = ProfileWindow(profile, "x", "Value")
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        window.point(0, 1.0)
        window.grab()
    assert profile.unit == "px"
