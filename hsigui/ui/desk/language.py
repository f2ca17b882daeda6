"""The language that is in, for what is Qt's own: its dialogs and buttons, how numbers are written, and from which side
one reads. And whether the fonts of this machine have its letters."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication

from hsigui.texts import say

QT_TEXTS = "qtbase"
_HAN = (
    QLocale.Script.SimplifiedHanScript, QLocale.Script.TraditionalHanScript, QLocale.Script.HanScript,
    QLocale.Script.JapaneseScript, QLocale.Script.KoreanScript, QLocale.Script.HangulScript,
)  # fmt: skip
# Not said in the language itself, whose letters are what is missing.
_UNSEEN = (
    "No installed font has the letters of {name}: install the package {package} (Debian, Ubuntu), or choose English "
    "under Edit > Preferences > Language."
)


class _OwnWords(QTranslator):
    """What Qt's file dialog says where Qt's own catalogue of a language lacks it or is odd; asked before Qt's."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words = {
            ("QFileDialog", "&Look in:"): say("&Look in:"),
            ("QFileDialog", "Files of &type:"): say("Files of &type:"),
            ("QFileSystemModel", "Size"): say("Size"),
            ("QAbstractFileIconProvider", "File Folder"): say("Folder"),
            ("QAbstractFileIconProvider", "Folder"): say("Folder"),
            ("QAbstractFileIconProvider", "%1 File"): say("%1 file"),
        }

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> Any:
        """None asks the next translator; an empty text would be shown."""
        return self._words.get((context, text))


def speak(app: QApplication, code: str) -> None:
    """Gives Qt a language: its own texts, numbers and dates, and the side from which one reads.

    Args:
        code: as `texts.language` tells it; empty for English, in which numbers are written as its sentences write them
            whatever the country of the system.
    """
    locale = locale_of(code)
    QLocale.setDefault(locale)
    app.setLayoutDirection(locale.textDirection())
    for former in app.findChildren(QTranslator):
        app.removeTranslator(former)
        former.deleteLater()
    if not code:
        return
    texts = QTranslator(app)
    if texts.load(locale, QT_TEXTS, "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(texts)
        app.installTranslator(_OwnWords(app))
    else:  # Qt has none of this language: its own texts stay English
        texts.deleteLater()


def locale_of(code: str) -> QLocale:
    """How numbers and dates are written in a language."""
    return QLocale(code) if code else QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)


def language_name(code: str) -> str:
    """A language as it calls itself, with its code: "Deutsch (de)"; in English where no font has its letters, and the
    code alone where it is no known one."""
    locale = QLocale(code)
    if locale.language() == QLocale.Language.C:
        return code
    own = QLocale.languageToString(locale.language()) if is_unseen(code) else locale.nativeLanguageName()
    return f"{own[:1].upper()}{own[1:]} ({code})"


def is_unseen(code: str) -> bool:
    """Whether the fonts of this machine lack letters of a language, those of its own name."""
    metrics = QFontMetrics(QGuiApplication.font())
    return any(
        letter.isalpha() and not metrics.inFontUcs4(ord(letter)) for letter in QLocale(code).nativeLanguageName()
    )


def unseen_in_words(code: str) -> str:
    """What is missing for the letters of a language to be seen, in English; empty when nothing is."""
    if not code or not is_unseen(code):
        return ""
    locale = QLocale(code)
    package = "fonts-noto-cjk" if locale.script() in _HAN else "fonts-noto-core"
    return _UNSEEN.format(name=language_name(code), package=package)
