"""The help pages, beside the window: a list of them on the left, the page on the right."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QSignalBlocker, Qt, QTimer, QUrl, Signal
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
from PySide6.QtWidgets import (
    QDialog,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStyle,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from hsigui.assets import resource
from hsigui.texts import say
from hsigui.ui.desk.plots import RESTYLE
from hsigui.ui.desk.theme import is_dark

PAGES = (
    "first-steps", "panels", "gallery",
    "labelling", "seeing", "places", "scenes", "prepare", "masks", "servers", "products", "label-files", "saving",
    "projects", "pictures", "spectra", "asking",
    "confidence", "lscosa", "purified", "contrastdm", "several", "many-gpus", "huge", "features", "baselines",
    "evaluate", "study", "maps", "clusters", "planning", "finishing", "tables", "layers", "unmixing", "feature-space",
    "matching", "api", "notebooks",
)  # fmt: skip
MARGIN = 16.0
DARK = "-dark"  # behind the name of a picture in dark colours
_PICTURE = "\ufffc"  # what stands for one in a document's text
_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


class HelpDialog(QDialog):
    """Shows the pages of `resources/help`. It is no modal dialog: one reads and works at the same time."""

    def __init__(self, parent: QWidget | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Help"))
        self._pages = found_pages(folder)
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Help pages"))
        self.list.setWordWrap(True)
        self.list.setSpacing(3)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.page = HelpPage(self)
        self.page.setAccessibleName(say("Page of the help"))
        for path in self._pages:
            item = QListWidgetItem(title_of(path))
            item.setToolTip(item.text())
            self.list.addItem(item)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.list)
        split.addWidget(self.page)
        split.setStretchFactor(1, 1)
        split.setSizes([200, 620])
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.addWidget(split)
        self.list.currentRowChanged.connect(self._chosen)
        self.list.clicked.connect(self._clicked)
        self.page.page_asked.connect(self.show_page)
        self.resize(860, 640)

    def show_page(self, name: str = "", fragment: str = "") -> None:
        """Shows the page of a name; without a name, or for one that there is not, the page that is shown stays."""
        place = next((n for n, path in enumerate(self._pages) if path.stem == name), -1)
        if place < 0 and self.list.currentRow() < 0:
            place = 0
        if place >= 0:
            self.list.setCurrentRow(place)
        if fragment:
            self.page.scroll_to(fragment)

    def show_text(self, text: str, name: str) -> None:
        """Shows a text in Markdown in place of the page that it is a part of, of a name; a click there shows all."""
        place = next((n for n, path in enumerate(self._pages) if path.stem == name), -1)
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(place)  # a list without a present row takes the first when the focus comes to it
        self.page.show_text(text, self._pages[place] if place >= 0 else Path())
        self.page.setFocus()

    def _clicked(self, index: QModelIndex) -> None:
        self._chosen(index.row())

    def _chosen(self, row: int) -> None:
        if 0 <= row < len(self._pages):
            self.page.show_file(self._pages[row])


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
        self._made_for = 0  # the width that the pictures fit
        self._refit = QTimer(self)  # the pictures, after the page got another width
        self._refit.setSingleShot(True)
        self._refit.setInterval(80)
        self._refit.timeout.connect(self._again)
        self.setOpenLinks(False)
        self.setMinimumWidth(320)
        self.anchorClicked.connect(self._follow)

    def show_file(self, path: Path) -> None:
        """Shows a Markdown file, from its beginning."""
        self.show_text(path.read_text(encoding="utf-8"), path)

    def show_text(self, text: str, path: Path) -> None:
        """Shows a text in Markdown, from its beginning.

        Args:
            path: of the file beside which its links lead.
        """
        self._text, self._file, self._made_for = text, path, self.width()
        self.document().setDocumentMargin(MARGIN)
        self.document().setBaseUrl(QUrl.fromLocalFile(str(path)))
        self.setMarkdown(text)
        _set_in_type(self.document(), self.palette())
        self.verticalScrollBar().setValue(0)

    def scroll_to(self, fragment: str) -> None:
        """Brings the heading of a fragment (#like-this) into view."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and slug(block.text()) == fragment.casefold():
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(int(top - MARGIN))
                return
            block = block.next()

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
        place = self.verticalScrollBar().value()
        if self._file is not None:
            self.show_text(self._text, self._file)
        self.verticalScrollBar().setValue(place)

    def _follow(self, url: QUrl) -> None:
        path = Path(url.path())
        if url.scheme() in ("http", "https", "mailto"):
            QDesktopServices.openUrl(url)
        elif path.suffix == ".md":
            self.page_asked.emit(path.stem, url.fragment())
        elif url.fragment():
            self.scroll_to(url.fragment())


def found_pages(folder: Path | None = None) -> list[Path]:
    """The pages that are there, in their order."""
    if folder is None:
        try:
            folder = resource("help")
        except FileNotFoundError:
            return []
    return [path for path in (folder / f"{name}.md" for name in PAGES) if path.is_file()]


def title_of(path: Path) -> str:
    """The first heading of a page; its name when it has none."""
    found = _HEADING.search(path.read_text(encoding="utf-8"))
    return re.sub(r"[`*]", "", found.group(1)) if found else path.stem


def slug(heading: str) -> str:
    """What a link calls a heading: small letters, digits and hyphens."""
    return re.sub(r"[^\w-]", "", heading.strip().casefold().replace(" ", "-"))


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
