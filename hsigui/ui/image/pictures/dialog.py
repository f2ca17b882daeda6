"""What a picture is of, how large it is and what stands around it; with the picture beside it as it will be."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QAccessible, QImage, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.desk.roles import give_role
from hsigui.ui.desk.tips import explain
from hsigui.ui.image.pictures.body import CHECKERED, TRANSPARENT
from hsigui.ui.image.pictures.files import KINDS, too_large
from hsigui.ui.image.pictures.making import Material, Preview
from hsigui.ui.image.pictures.wish import CM, CM_AN_INCH, FACTOR, PIXELS, SEEN, PictureWish


class PreviewPane(QWidget):
    """Shows a picture as it will be, no larger than it is.

    Signals:
        resized(): there is another room for the picture.
    """

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self.setMinimumSize(320, 300)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        give_role(self, QAccessible.Role.Graphic, say("Preview of the picture"))

    @property
    def room(self) -> QSize:
        """What a picture may have, in device pixels."""
        return (self.size() - QSize(16, 16)) * self.devicePixelRatioF()

    def show_image(self, image: QImage) -> None:
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self.image = image
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Mid))
        if self.image is not None:
            size = self.image.deviceIndependentSize().toSize()
            place = QRect((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, 0, 0)
            painter.drawImage(place.topLeft(), self.image)
        painter.end()


class PictureDialog(QDialog):
    """Asks how a picture is to be; `wish` and `title` are what was chosen.

    Signals:
        changed(): another picture is wanted.
        copy_asked(): it is to go to the clipboard.
    """

    changed = Signal()
    copy_asked = Signal()

    def __init__(self, material: Material, wish: PictureWish, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Save picture"))
        self.material = material
        self._wish = wish
        self._proposed = ""
        self._make_subject()
        self._make_size()
        self._make_around()
        self._make_buttons()
        self.preview = PreviewPane(self)
        left = QVBoxLayout()
        left.addLayout(self._form())
        left.addStretch(1)
        left.addWidget(self.note)
        form = QWidget(self)
        form.setLayout(left)
        form.setFixedWidth(360)
        left.setContentsMargins(0, 0, 0, 0)
        columns = QHBoxLayout()
        columns.addWidget(form)
        columns.addWidget(self.preview, 1)
        column = QVBoxLayout(self)
        column.addLayout(columns, 1)
        column.addWidget(self.buttons)
        self._show(wish)
        self._connect()
        self._follow()
        self.resize(1000, 620)

    # What was chosen

    @property
    def wish(self) -> PictureWish:
        """How the picture is to be."""
        before, width = self._wish, self.width_.value()
        return replace(
            before, subject=str(self.subject.currentData()), beneath=self.beneath.isChecked(),
            opacity=self.opacity.value(), part=bool(self.part.currentData()), sizing=str(self.sizing.currentData()),
            dpi=self.dpi.value(), points=self.points.value(), titled=self.titled.isChecked(),
            legend=self.legend.isChecked(), figures=self.figures.isChecked(), key=self.key.isChecked(),
            lines=self.lines.isChecked(),
            scale_bar=self.scale_bar.isChecked(), north=self.north.isChecked(),
            dark=bool(self.dark.currentData()), holes=str(self.holes.currentData()),
            kind=str(self.kind.currentData()),
            pixels=round(width) if self._sizing == PIXELS else before.pixels,
            factor=width if self._sizing == FACTOR else before.factor,
            cm=width if self._sizing == CM else before.cm,
        )  # fmt: skip

    @property
    def title(self) -> str:
        """What stands over it; empty for nothing."""
        return self.words.text().strip()

    @property
    def explained(self) -> Material:
        """What there is to draw, with the subject that explains what is seen."""
        return replace(self.material, explained=str(self.explains.currentData()))

    # What is shown

    def show_preview(self, made: Preview) -> None:
        """Shows the picture, and how large the file's will be."""
        self.preview.show_image(made.image)
        dpi, kind = self.dpi.value(), self.wish.kind
        wide, high = (CM_AN_INCH * side / dpi for side in (made.width, made.height))
        text = say("{width:,} x {height:,} pixels, {wide:.1f} x {high:.1f} cm",
                   width=made.width, height=made.height, wide=wide, high=high)  # fmt: skip
        large = too_large(kind, made.width, made.height)
        if large:
            text = say("{size}: too large for {kind}", size=text, kind=KINDS[kind])
        self.note.setText(text)
        self.save.setEnabled(not large)
        self.copy.setEnabled(not large)

    # Its parts

    def _make_subject(self) -> None:
        self.subject, self.explains, self.part = QComboBox(self), QComboBox(self), QComboBox(self)
        self.subject.addItem(say("The view as it is"), SEEN)
        self.explains.addItem(say("Nothing"), "")
        for subject in self.material.subjects:
            self.subject.addItem(subject.title, subject.id)
            if subject.legend or subject.key is not None:
                self.explains.addItem(subject.title, subject.id)
        self.explains.setCurrentIndex(max(0, self.explains.findData(self.material.explained)))
        self.part.addItem(say("Whole scene"), False)
        if self.material.in_view is not None:
            self.part.addItem(say("Part in view"), True)
        self.beneath = QCheckBox(say("&On the composite"), self)
        self.opacity = QSpinBox(self)
        self.opacity.setRange(5, 100)
        self.opacity.setSingleStep(5)
        self.opacity.setSuffix(say(" %"))
        self.opacity.setAccessibleName(say("Opacity over the composite"))

    def _make_size(self) -> None:
        self.width_, self.sizing = NumberBox(self), QComboBox(self)
        self.width_.setAccessibleName(say("Width"))
        self.sizing.setAccessibleName(say("Unit of the width"))
        self.sizing.addItem(say("pixels"), PIXELS)
        self.sizing.addItem(say("x pixel of the scene"), FACTOR)
        self.sizing.addItem(say("cm"), CM)
        self.dpi, self.points = QSpinBox(self), NumberBox(self)
        self.dpi.setRange(36, 2400)
        self.dpi.setSuffix(say(" dpi"))
        self.points.setRange(4, 48)
        self.points.setDecimals(1)
        self.points.setSuffix(say(" pt"))
        self._sizing = PIXELS

    def _make_around(self) -> None:
        self.titled, self.words = QCheckBox(say("&Title"), self), QLineEdit(self)
        self.words.setAccessibleName(say("Title"))
        self.legend, self.figures = QCheckBox(say("&Legend"), self), QCheckBox(say("Share and a&rea"), self)
        explain(self.figures, say("Of each class: of all that the picture shows a class for, and in hectares where "
                                  "the scene says where it lies"))  # fmt: skip
        self.key, self.lines = QCheckBox(say("&Key of colours"), self), QCheckBox(say("&Vector overlays"), self)
        explain(self.lines, say("The lines of files that are seen over the image, with their names in the legend"))
        self.scale_bar, self.north = QCheckBox(say("Scale &bar"), self), QCheckBox(say("&North arrow"), self)
        self.dark, self.holes, self.kind = QComboBox(self), QComboBox(self), QComboBox(self)
        self.dark.addItem(say("Light"), False)
        self.dark.addItem(say("Dark"), True)
        self.holes.addItem(say("Checkerboard"), CHECKERED)
        self.holes.addItem(say("Transparent"), TRANSPARENT)
        for kind, name in KINDS.items():
            self.kind.addItem(name, kind)
        explain(self.kind, say("In SVG and PDF, what is written and drawn around the picture stays text and lines"))

    def _make_buttons(self) -> None:
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Close)
        self.save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText(say("Save…"))
        self.copy = QPushButton(say("&Copy"), self)
        self.copy.setToolTip(say("Put the picture on the clipboard"))
        self.copy.setAutoDefault(False)
        self.buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(self.copy_asked)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        rows: tuple[tuple[str | QCheckBox, tuple[QWidget, ...]], ...] = (
            (say("&Picture of"), (self.subject,)), (say("&Explained by"), (self.explains,)),
            (self.beneath, (self.opacity,)), (say("P&art"), (self.part,)),
            (say("&Width"), (self.width_, self.sizing)), (say("Re&solution"), (self.dpi,)),
            (say("Te&xt"), (self.points,)), (self.titled, (self.words,)), (self.legend, (self.figures,)),
            (self.key, (self.lines,)), (self.scale_bar, (self.north,)),
            (say("Colo&urs"), (self.dark,)), (say("Without &data"), (self.holes,)),
            (say("&Format"), (self.kind,)),
        )  # fmt: skip
        for head, widgets in rows:
            line = QHBoxLayout()
            for widget in widgets:
                line.addWidget(widget, 1)
            label = head if isinstance(head, QCheckBox) else QLabel(head, self)
            if isinstance(label, QLabel):
                label.setBuddy(widgets[0])
            form.addRow(label, line)
        return form

    # Inner doings

    def _show(self, wish: PictureWish) -> None:
        for box, value in (
            (self.subject, wish.subject), (self.part, wish.part), (self.sizing, wish.sizing), (self.dark, wish.dark),
            (self.holes, wish.holes), (self.kind, wish.kind),
        ):  # fmt: skip
            box.setCurrentIndex(max(0, box.findData(value)))
        for check, on in (
            (self.beneath, wish.beneath), (self.titled, wish.titled), (self.legend, wish.legend),
            (self.figures, wish.figures), (self.key, wish.key), (self.lines, wish.lines),
            (self.scale_bar, wish.scale_bar), (self.north, wish.north),
        ):  # fmt: skip
            check.setChecked(on)
        self.opacity.setValue(wish.opacity)
        self.dpi.setValue(wish.dpi)
        self.points.setValue(wish.points)
        self._take_sizing()

    def _connect(self) -> None:
        self.sizing.currentIndexChanged.connect(self._take_sizing)
        for box in (self.subject, self.explains, self.part, self.sizing, self.dark, self.holes, self.kind):
            box.currentIndexChanged.connect(self._follow)
        for check in (
            self.beneath, self.titled, self.legend, self.figures, self.key, self.lines, self.scale_bar, self.north,
        ):  # fmt: skip
            check.toggled.connect(self._follow)
        for spin in (self.opacity, self.dpi, self.points, self.width_):
            spin.valueChanged.connect(self._follow)
        self.words.textChanged.connect(self._follow)
        self.preview.resized.connect(self.changed)

    def _take_sizing(self) -> None:
        """The width in the unit that was chosen."""
        if self._sizing != self.sizing.currentData():
            self._wish = replace(self.wish, sizing=str(self.sizing.currentData()))
        self._sizing = str(self.sizing.currentData())
        low, high, decimals, value = {
            PIXELS: (16, 32_000, 0, float(self._wish.pixels)),
            FACTOR: (0.01, 120, 2, self._wish.factor),
            CM: (0.5, 500, 1, self._wish.cm),
        }[self._sizing]
        self.width_.blockSignals(True)
        self.width_.setDecimals(decimals)
        self.width_.setRange(low, high)
        self.width_.setValue(value)
        self.width_.blockSignals(False)

    def _follow(self) -> None:
        """What goes together: fields that mean nothing now rest, and the title is proposed anew."""
        wish, seen = self.wish, self.wish.subject == SEEN
        subject = self.explained.named(self.explained.explained if seen else wish.subject)
        lowest = self.material.subjects[0].id if self.material.subjects else ""
        self.explains.setEnabled(seen)
        self.part.setEnabled(not seen)
        self.holes.setEnabled(not seen)
        self.beneath.setEnabled(not seen and wish.subject != lowest)
        self.opacity.setEnabled(self.beneath.isEnabled() and wish.beneath)
        classes, lines = subject is not None and bool(subject.legend), bool(self.material.lines)
        self.legend.setEnabled(classes or (lines and (seen or wish.lines)))
        self.figures.setEnabled(classes and wish.legend)
        self.lines.setEnabled(lines and not seen)
        self.key.setEnabled(subject is not None and subject.key is not None)
        self.words.setEnabled(wish.titled)
        self.scale_bar.setEnabled(not seen)
        self.north.setEnabled(not seen and bool(self.material.geo.crs_wkt))
        self.sizing.setItemText(self.sizing.findData(FACTOR),
                                say("x pixel of the screen") if seen else say("x pixel of the scene"))  # fmt: skip
        proposed = self.explained.title(wish)
        if self.words.text() == self._proposed and proposed != self._proposed:
            self._proposed = proposed
            self.words.setText(proposed)  # which leads here again
            return
        self.changed.emit()
