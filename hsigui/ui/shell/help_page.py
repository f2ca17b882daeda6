"""One page of the help: Markdown set in type, with links, pictures that fit, and words that are marked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QImage,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QStyle, QTextBrowser, QTextEdit, QWidget

from hsigui.ui.desk.plots import RESTYLE
from hsigui.ui.desk.theme import is_dark
from hsigui.ui.shell.help_contents import slug
from hsigui.ui.shell.help_search import SHORT

MARGIN = 16.0
DARK = "-dark"  # behind the name of a picture in dark colours
MARK = 90  # of 255, how strongly a word that was looked for is coloured: it must be read through that
MOST_MARKS = 400  # words that are marked in a page
_PICTURE = "\ufffc"  # what stands for one in a document's text


class HelpPage(QTextBrowser):
    """One page of Markdown. Links to other pages are followed here, those to the web in the system's browser.

    Signals:
        page_asked(name, fragment): a link to another page was clicked.
    """

    page_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file: Path | None = None
        self._text = ""
        self._words: tuple[str, ...] = ()  # that are marked
        self._made_for = 0  # the width that the pictures fit
        self._refit = QTimer(self)  # the pictures, after the page got another width
        self._refit.setSingleShot(True)
        self._refit.setInterval(80)
        self._refit.timeout.connect(self._again)
        self.setOpenLinks(False)
        self.setMinimumWidth(320)
        self.anchorClicked.connect(self._follow)

    @property
    def is_shown(self) -> bool:
        """Whether there is something to read."""
        return self._file is not None

    def show_file(self, path: Path) -> None:
        """Shows a Markdown file, from its beginning."""
        self.show_text(path.read_text(encoding="utf-8"), path)

    def show_text(self, text: str, path: Path) -> None:
        """Shows a text in Markdown, from its beginning, with no words marked.

        Args:
            path: of the file beside which its links lead.
        """
        self._text, self._file, self._made_for, self._words = text, path, self.width(), ()
        self.document().setDocumentMargin(MARGIN)
        self.document().setBaseUrl(QUrl.fromLocalFile(str(path)))
        self.setMarkdown(text)
        _set_in_type(self.document(), self.palette())
        self.setExtraSelections([])
        self.verticalScrollBar().setValue(0)

    def scroll_to(self, fragment: str) -> None:
        """Brings the heading of a fragment (#like-this) into view."""
        block = self._heading(fragment)
        if block is not None:
            self.verticalScrollBar().setValue(int(self._top(block) - MARGIN))

    def mark(self, words: Sequence[str], fragment: str = "") -> None:
        """Marks some words wherever they stand, and brings the first below a heading into view, with the heading where
        both have room.

        Args:
            words: as `help_search.words_of` gives them.
            fragment: of the heading; "" for the beginning of the page.
        """
        self._words = tuple(words)
        self._draw_marks()
        heading = self._heading(fragment) if fragment else None
        top = 0.0 if heading is None else self._top(heading)
        start = 0 if heading is None else heading.position()
        first = min((at for at in (selection.cursor.selectionStart() for selection in self.extraSelections())
                     if at >= start), default=start)  # fmt: skip
        place = self._top(self.document().findBlock(first))
        if place - top > 0.7 * self.viewport().height():
            top = place - 0.3 * self.viewport().height()
        self.verticalScrollBar().setValue(int(top - MARGIN))

    def _heading(self, fragment: str) -> QTextBlock | None:
        """The block of the heading that a link calls so; None where there is none."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and slug(block.text()) == fragment.casefold():
                return block
            block = block.next()
        return None

    def _top(self, block: QTextBlock) -> float:
        return self.document().documentLayout().blockBoundingRect(block).top()

    def _draw_marks(self) -> None:
        color = self.palette().color(QPalette.ColorRole.Highlight)
        color.setAlpha(MARK)
        marks: list[QTextEdit.ExtraSelection] = []
        for word in self._words:
            how = QTextDocument.FindFlag.FindWholeWords if len(word) < SHORT else QTextDocument.FindFlag(0)
            cursor = self.document().find(word, 0, how)
            while not cursor.isNull() and len(marks) < MOST_MARKS:
                mark = QTextEdit.ExtraSelection()
                mark.cursor = cursor
                mark.format.setBackground(color)
                marks.append(mark)
                cursor = self.document().find(word, cursor, how)
        self.setExtraSelections(marks)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Pictures that are wider than the page are made to fit it; in dark colours, those that were taken so."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, QUrl(name))
        loaded = super().loadResource(kind, _in_colors(QUrl(name), self.palette()))
        picture = loaded if isinstance(loaded, QImage) else QImage()
        if not isinstance(loaded, QImage) and loaded is not None:
            picture.loadFromData(loaded)
        return _fitted(picture, self._room, self.devicePixelRatioF())

    @property
    def _room(self) -> int:
        """Logical pixels for a picture, beside the scroll bar that it may bring about."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        return max(self.width() - 2 * self.frameWidth() - bar - 2 * int(MARGIN) - 8, 100)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._file is not None and self.width() != self._made_for:
            self._refit.start()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE and self._file is not None:
            self._again()
        return handled

    def _again(self) -> None:
        place, words = self.verticalScrollBar().value(), self._words
        if self._file is not None:
            self.show_text(self._text, self._file)
            self._words = words
            self._draw_marks()
        self.verticalScrollBar().setValue(place)

    def _follow(self, url: QUrl) -> None:
        path = Path(url.path())
        if url.scheme() in ("http", "https", "mailto"):
            QDesktopServices.openUrl(url)
        elif path.suffix == ".md":
            self.page_asked.emit(path.stem, url.fragment())
        elif url.fragment():
            self.scroll_to(url.fragment())


def _in_colors(name: QUrl, palette: QPalette) -> QUrl:
    """The picture beside another that was taken in dark colours, where these are and there is one."""
    path = Path(name.toLocalFile())
    dark = path.with_name(f"{path.stem}{DARK}{path.suffix}")
    return QUrl.fromLocalFile(str(dark)) if is_dark(palette) and name.isLocalFile() and dark.is_file() else name


def _fitted(picture: QImage, room: int, ratio: float) -> QImage:
    """A picture no wider than so many logical pixels, sharp on a screen of that ratio."""
    if picture.isNull() or picture.width() <= room:
        return picture
    small = picture.scaledToWidth(min(round(room * ratio), picture.width()), Qt.TransformationMode.SmoothTransformation)
    small.setDevicePixelRatio(small.width() / room)
    return small


def _set_in_type(document: QTextDocument, palette: QPalette) -> None:
    """Room between the lines, and tables with a quiet frame: Qt's Markdown has neither."""
    cursor = QTextCursor(document)
    cursor.beginEditBlock()  # else a page that is in view is laid out anew after each block
    block: QTextBlock = document.begin()
    while block.isValid():
        style = block.blockFormat()
        level = style.headingLevel()
        if _PICTURE not in block.text():  # of which a line is as high as the picture
            style.setLineHeight(125, 1)  # QTextBlockFormat.ProportionalHeight
        style.setTopMargin({0: 0, 1: 0, 2: 18}.get(level, 12) if level else style.topMargin())
        style.setBottomMargin(8 if level or not block.textList() else 3)
        cursor.setPosition(block.position())
        cursor.setBlockFormat(style)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            made = frame.format()
            made.setBorderCollapse(True)
            made.setBorder(1)
            made.setBorderBrush(palette.color(QPalette.ColorRole.Mid))
            made.setCellPadding(5)
            frame.setFormat(made)
    cursor.endEditBlock()
