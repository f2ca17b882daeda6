"""Two windows, or another program, on one file: nobody writes over another's work unasked."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from hsigui import saving
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.class_tables import read_table, write_table
from hsigui.labels.formats.files import files_written, read_classes, write_classes
from tests.ui.windows import idle, labels, paint, press, texts

THEIRS = ClassTable((ClassInfo(1, "Meadow", (0, 160, 0)), ClassInfo(7, "Reed beds", (0, 0, 255))))


def save(qtbot, window):
    window.actions_["save_labels"].trigger()
    idle(qtbot, window)


def asked(qtbot, answers, times=1):
    qtbot.waitUntil(lambda: answers.asked.count("changed") == times, timeout=10_000)


@pytest.fixture
def saved(qtbot, demo, answers, tmp_path):
    """A window whose labels are in a file."""
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    answers.save = tmp_path / "labels.tif"
    save(qtbot, demo)
    assert answers.save.exists()
    return demo


def theirs(path, shape):
    array = np.zeros(shape, np.uint16)
    array[:2, :5], array[5, :3] = 1, 7
    write_classes(path, array, THEIRS)


def test_a_file_that_is_as_it_was_left_is_written_over_without_a_question(qtbot, saved, answers):
    os.utime(answers.save, (1, 1))
    paint(saved, (70, 60), (70, 65))
    save(qtbot, saved)
    assert answers.asked == ["Save labels"]
    assert np.array_equal(read_classes(answers.save).array, labels(saved))


def test_what_another_wrote_stays_when_the_user_gives_up(qtbot, saved, answers):
    theirs(answers.save, labels(saved).shape)
    before = answers.save.read_bytes()
    paint(saved, (70, 60), (70, 65))
    save(qtbot, saved)
    asked(qtbot, answers)
    idle(qtbot, saved)
    assert answers.save.read_bytes() == before
    assert saved.session.unsaved
    save(qtbot, saved)
    asked(qtbot, answers, 2)


def test_the_question_names_the_file_and_counts_the_labels_there_and_here(qtbot, saved, answers):
    theirs(answers.save, labels(saved).shape)
    save(qtbot, saved)
    asked(qtbot, answers)
    (changed,) = answers.changed
    assert changed.text == "labels.tif was changed since it was read or written here."
    assert changed.copy == "labels-2.tif"
    here = np.count_nonzero(labels(saved))
    assert changed.comparison.rows == (("Meadow", "10", str(here)), ("Reed beds", "3", "–"))


def test_it_is_written_over_when_the_user_agrees_and_asked_about_when_it_changes_again(qtbot, saved, answers):
    theirs(answers.save, labels(saved).shape)
    paint(saved, (80, 60), (80, 65))
    answers.over = "overwrite"
    save(qtbot, saved)
    asked(qtbot, answers)
    qtbot.waitUntil(lambda: not saved.session.unsaved, timeout=5000)
    idle(qtbot, saved)
    assert np.array_equal(read_classes(answers.save).array, labels(saved))
    paint(saved, (70, 60), (70, 65))
    save(qtbot, saved)
    assert answers.asked.count("changed") == 1
    theirs(answers.save, labels(saved).shape)
    save(qtbot, saved)
    asked(qtbot, answers, 2)


def test_a_copy_is_written_beside_and_is_the_file_from_then_on(qtbot, saved, answers, tmp_path):
    theirs(answers.save, labels(saved).shape)
    before = answers.save.read_bytes()
    paint(saved, (70, 60), (70, 65))
    answers.over = "copy"
    save(qtbot, saved)
    asked(qtbot, answers)
    qtbot.waitUntil(lambda: not saved.session.unsaved, timeout=5000)
    idle(qtbot, saved)
    assert answers.save.read_bytes() == before
    assert saved.session.labels_path == tmp_path / "labels-2.tif"
    assert np.array_equal(read_classes(tmp_path / "labels-2.tif").array, labels(saved))


def test_a_damaged_file_of_another_is_asked_about_all_the_same(qtbot, saved, answers):
    answers.save.write_bytes(b"II*\0 not a picture")
    save(qtbot, saved)
    asked(qtbot, answers)
    assert answers.changed[0].comparison.note


def test_closing_waits_for_the_answer_and_stays_open_when_it_is_no(qtbot, saved, answers):
    theirs(answers.save, labels(saved).shape)
    paint(saved, (70, 60), (70, 65))
    answers.unsaved = "save"
    assert not saved.close()
    asked(qtbot, answers)
    idle(qtbot, saved)
    assert saved.isVisible()
    answers.over = "copy"
    saved.close()
    qtbot.waitUntil(lambda: not saved.isVisible(), timeout=10_000)


@pytest.mark.parametrize("suffix", [".hdr", ".gpkg", ".csv"])
def test_two_windows_on_one_label_file_do_not_write_over_each_other(
    qtbot, make_window, answers, demo_files, tmp_path, suffix
):
    windows = [make_window(), make_window()]
    answers.save = answers.path = tmp_path / f"labels{suffix}"
    for window in windows:
        window.scene.open_path(demo_files[0])
        qtbot.waitUntil(lambda window=window: window.session.cube is not None, timeout=10_000)
        idle(qtbot, window)
    one, two = windows
    press(one, "B")
    paint(one, (60, 60), (60, 70))
    save(qtbot, one)
    two.actions_["open_labels"].trigger()
    idle(qtbot, two)
    assert np.array_equal(labels(one), labels(two))
    paint(one, (70, 60), (70, 65))
    save(qtbot, one)
    first = {path: path.read_bytes() for path in files_written(answers.save)}
    press(two, "B")
    paint(two, (40, 60), (40, 65))
    save(qtbot, two)
    asked(qtbot, answers)
    idle(qtbot, two)
    assert {path: path.read_bytes() for path in first} == first
    answers.over = "overwrite"
    save(qtbot, two)
    asked(qtbot, answers, 2)
    qtbot.waitUntil(lambda: not two.session.unsaved, timeout=5000)
    idle(qtbot, two)
    answers.over = "cancel"
    paint(one, (75, 60), (75, 65))
    save(qtbot, one)
    asked(qtbot, answers, 3)
    idle(qtbot, one)


def test_labels_that_another_program_saves_at_the_last_moment_are_asked_about(qtbot, saved, answers, monkeypatch):
    real, came = saving._flush, []

    def flush(path):
        real(path)
        if not came:
            came.append(path)
            other = threading.Thread(target=theirs, args=(answers.save, labels(saved).shape))
            other.start()
            other.join()

    monkeypatch.setattr(saving, "_flush", flush)
    paint(saved, (70, 60), (70, 65))
    save(qtbot, saved)
    asked(qtbot, answers)
    idle(qtbot, saved)
    assert came
    assert [c.name for c in read_classes(answers.save).classes] == ["Meadow", "Reed beds"]
    assert saved.session.unsaved
    assert answers.changed[0].comparison.rows[0][:2] == ("Meadow", "10")


def test_a_class_table_of_another_is_asked_about_and_compared(qtbot, saved, answers, tmp_path):
    answers.save = tmp_path / "classes.csv"
    saved.actions_["export_classes"].trigger()
    idle(qtbot, saved)
    write_table(answers.save, THEIRS)
    saved.actions_["export_classes"].trigger()
    asked(qtbot, answers)
    assert ("Reed beds", "7", "–") in answers.changed[0].comparison.rows
    assert [c.name for c in read_table(answers.save)] == ["Meadow", "Reed beds"]
    answers.over = "copy"
    saved.actions_["export_classes"].trigger()
    qtbot.waitUntil(lambda: (tmp_path / "classes-2.csv").exists(), timeout=5000)
    idle(qtbot, saved)
    assert "classes-2.csv" in texts(saved)


def test_spectra_of_another_are_asked_about(qtbot, saved, answers, tmp_path):
    answers.save = tmp_path / "spectra.csv"
    saved._part(type(saved.spectra)).export_asked.emit()
    idle(qtbot, saved)
    assert answers.save.read_text().startswith("band")
    answers.save.write_text("mine")
    saved.spectra.export_asked.emit()
    asked(qtbot, answers)
    assert answers.save.read_text() == "mine"
