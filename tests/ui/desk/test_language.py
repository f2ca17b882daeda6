"""What is Qt's own in the language that is in: buttons, numbers, dates, the side from which one reads, and letters."""

from __future__ import annotations

import gettext

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLabel, QTreeView

from hsigui.assets import languages_folder
from hsigui.texts import DOMAIN, install_from, language, languages_in, say, use
from hsigui.ui.desk.language import is_unseen, language_name, locale_of, speak, unseen_in_words
from hsigui.ui.desk.number_box import NumberBox
from tests.made_up_language import compiled

FOLDER = languages_folder()
SPOKEN = [] if FOLDER is None else languages_in(FOLDER)


@pytest.fixture(autouse=True)
def _english_afterwards(qapp):
    before = QLocale()
    yield
    speak(qapp, "")
    QLocale.setDefault(before)
    use(gettext.NullTranslations())


@pytest.mark.parametrize(
    ("code", "words"), [("", {"Save", "Cancel"}), ("de", {"Speichern", "Abbrechen"}), ("zh_CN", {"保存", "取消"})]
)
def test_buttons_of_qt_speak_the_language_and_english_again(qtbot, qapp, code, words):
    speak(qapp, code)
    assert buttons(qtbot) == words
    speak(qapp, "")
    assert buttons(qtbot) == {"Save", "Cancel"}


def test_the_file_dialog_says_in_chinese_what_qt_lacks(qtbot, qapp):
    if FOLDER is None:
        pytest.skip("no catalogues here")
    install_from(FOLDER, ["zh_CN"])
    speak(qapp, "zh_CN")
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    said = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"查找位置(&L)：", "文件类型(&T)："} <= said
    assert not any("ook in" in text or "of type" in text for text in said)
    headings = dialog.findChild(QTreeView).model()
    assert headings.headerData(1, Qt.Orientation.Horizontal) == "大小"


def test_a_language_that_qt_has_not_leaves_its_buttons_english(qtbot, qapp):
    speak(qapp, "ii")
    assert buttons(qtbot) == {"Save", "Cancel"}


def buttons(qtbot) -> set[str]:
    kinds = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(kinds.Save | kinds.Cancel)
    qtbot.addWidget(box)
    return {button.text().replace("&", "") for button in box.buttons()}


@pytest.mark.parametrize(
    ("code", "side"), [("de", Qt.LayoutDirection.LeftToRight), ("ar", Qt.LayoutDirection.RightToLeft)]
)
def test_one_reads_from_the_side_of_the_language(qapp, code, side):
    speak(qapp, code)
    assert qapp.layoutDirection() == side


def test_the_language_that_is_in_is_known_by_its_code(tmp_path):
    place = tmp_path / "de" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / f"{DOMAIN}.mo").write_bytes(compiled({"": "Content-Type: text/plain; charset=UTF-8\n", "Open": "Öffnen"}))
    assert install_from(tmp_path, ["de_AT.UTF-8"]) == ""
    assert language() == "de"
    assert install_from(tmp_path, ["fr"]) == ""
    assert language() == ""


@pytest.mark.parametrize("code", ["", *SPOKEN])
def test_boxes_write_numbers_as_sentences_do(code):
    if code and FOLDER is not None:
        install_from(FOLDER, [code])
    assert locale_of(code).toString(1234.5, "f", 1) == say("{number:,.1f}", number=1234.5)


@pytest.mark.parametrize(
    ("code", "typed", "value", "shown"),
    [
        ("", "12.5", 12.5, "12.50 GiB"),
        ("de", "12.5", 12.5, "12,50 GiB"),
        ("de", "12,5", 12.5, "12,50 GiB"),
        ("de", "0.25 GiB", 0.25, "0,25 GiB"),
        ("fr", "1250.5", 1250.5, "1250,50 GiB"),
        ("zh_CN", "12.5", 12.5, "12.50 GiB"),
    ],
)
def test_a_point_is_a_point_in_every_language(qtbot, qapp, code, typed, value, shown):
    speak(qapp, code)
    box = NumberBox()
    qtbot.addWidget(box)
    box.setRange(0, 5000)
    box.setSuffix(" GiB")
    box.setSpecialValueText("no limit (0.0 GiB)")
    box.show()
    assert box.text() == "no limit (0.0 GiB)"
    box.selectAll()
    QTest.keyClicks(box.lineEdit(), typed)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == value
    assert box.text() == shown


def test_letters_that_no_font_has_are_told_in_english_with_the_package(qapp, monkeypatch):
    assert language_name("de") == "Deutsch (de)"
    assert unseen_in_words("") == unseen_in_words("de") == ""
    monkeypatch.setattr(QFontMetrics, "inFontUcs4", lambda self, code: code < 0x3000)
    assert is_unseen("zh_CN")
    assert language_name("zh_CN") == "Chinese (zh_CN)"
    told = unseen_in_words("zh_CN")
    assert "fonts-noto-cjk" in told
    assert told.isascii()
    monkeypatch.setattr(QFontMetrics, "inFontUcs4", lambda self, code: code < 0x500)
    assert "fonts-noto-core" in unseen_in_words("ar")
    monkeypatch.setattr(QFontMetrics, "inFontUcs4", lambda self, code: True)
    assert unseen_in_words("zh_CN") == ""
    assert language_name("zh_CN") == "简体中文 (zh_CN)"
    assert language_name("xx_nothing") == "xx_nothing"
