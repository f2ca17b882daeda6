"""How right the map is, where ground truth or validation labels tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import number_text, say, say_number
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.tips import explain

if TYPE_CHECKING:
    from hsigui.methods.probe import Refinement
    from hsigui.report.metrics import Accuracy
    from hsigui.report.reliability import Reliability

FIGURES = (
    (say("Overall accuracy"), say("OA: share of the test pixels that the map has right")),
    (say("Average accuracy"), say("AA: mean over the classes of the share found (recall)")),
    (say("Kappa"), say("Cohen's kappa: agreement beyond chance, 1 is perfect")),
)
NO_REFERENCE = say("Load ground truth (File menu), or paint validation labels (V), to measure the map.")
ROW_HEIGHT = 22
ROWS_SHOWN = 60
COLUMNS = (say("Class"), say("Test px"), "PA", "UA", "F1")
_TIPS = (
    "", say("Test pixels of the class"), say("Producer's accuracy (recall): share of the class that was found"),
    say("User's accuracy (precision): share of what was mapped as the class that is right"),
    say("Harmonic mean of the two"),
)  # fmt: skip


class ResultsPanel(QWidget):
    """OA, AA, kappa, a table by class, and the sentence that says what they were measured on.

    Signals:
        which_chosen(finished): the figures of the finished map are wanted, or those of the model's answer.

    Args:
        errors: the strip of the errors, below them.
        more: shows the confusion matrix.
    """

    which_chosen = Signal(bool)

    def __init__(
        self, parent: QWidget | None = None, errors: QWidget | None = None, more: QAction | None = None
    ) -> None:
        super().__init__(parent)
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.figures: list[QLabel] = []
        grid = QGridLayout()
        for column, (title, tip) in enumerate(FIGURES):
            value, name = QLabel("–", self), QLabel(title, self)
            font = value.font()
            font.setPointSizeF(font.pointSizeF() * 1.5)
            font.setBold(True)
            value.setFont(font)
            for row, label in enumerate((value, name)):
                label.setToolTip(tip)
                label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                label.setWordWrap(row == 1)
                grid.addWidget(label, row, column)
            self.figures.append(value)
        self.table = self._build_table()
        self.refined = QLabel(self)
        self.refined.setWordWrap(True)
        explain(
            self.refined,
            say(
                "What the diffusion model did with the features before the probe was fitted; t* is chosen by "
                "cross-validation on the labels"
            ),
        )
        layout = QVBoxLayout(self)
        layout.addWidget(self._build_which())
        layout.addLayout(grid)
        layout.addWidget(self.after)
        layout.addWidget(self.sentence)
        self.relied = self._build_relied()
        layout.addWidget(self.relied)
        layout.addWidget(self.refined)
        if more is not None:
            layout.addWidget(_button(more, self), 0, Qt.AlignmentFlag.AlignLeft)
        if errors is not None:
            layout.addWidget(errors)
        layout.addWidget(self.table)
        layout.addStretch(1)
        self.show_refinement(None)
        self.explain(NO_REFERENCE)

    def explain(self, text: str) -> None:
        """Says why there are no figures."""
        for figure in self.figures:
            figure.setText("–")
        self.table.setRowCount(0)
        self._fit()
        self.sentence.setText(text)
        self.show_reliability(None)

    def _fit(self) -> None:
        """The table is as high as its rows, up to a point: the panel around it scrolls."""
        rows = min(self.table.rowCount(), ROWS_SHOWN)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows * ROW_HEIGHT + 4)
        self.table.setVisible(rows > 0)

    def show_accuracy(self, accuracy: Accuracy, truth_name: str, masked: int = 0, chosen_by: str = "") -> None:
        """Shows the figures.

        Args:
            truth_name: what they were measured on, in words.
            masked: pixels that the encoder was not shown.
            chosen_by: name of the labels that chose which weights of it are kept; empty for none.
        """
        for label, value, percent in zip(
            self.figures, (accuracy.oa, accuracy.aa, accuracy.kappa), (True, True, False), strict=True
        ):
            label.setText(
                _percent(value, " %") if percent else ("n/a" if math.isnan(value) else say("{value:.3f}", value=value))
            )
        self.sentence.setText(measured_on(accuracy, truth_name, masked, chosen_by))
        self.table.setRowCount(len(accuracy.names))
        for row, name in enumerate(accuracy.names):
            figures = (accuracy.producers[row], accuracy.users[row], accuracy.f1[row])
            texts = (name, number_text(int(accuracy.support[row]), ","), *(_percent(float(f)) for f in figures))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        self._fit()

    def show_reliability(self, found: Reliability | None) -> None:
        """Tells whether the map is as often right as it says, where that is known."""
        self.relied.setText("" if found is None else found.words)
        self.relied.setVisible(found is not None)

    def offer_finished(self, offered: bool, after: str = "") -> None:
        """Offers the figures of the finished map beside those of the model's answer, where there are both.

        Args:
            after: what was done to the map whose figures are shown; empty for those of the model's answer.
        """
        self.which.setVisible(offered)
        self.after.setText(after)
        self.after.setVisible(offered and bool(after))

    def show_refinement(self, refinement: Refinement | None) -> None:
        """Tells how the features were refined for this probe, where they were."""
        self.refined.setText("" if refinement is None else refined_by(refinement))
        self.refined.setVisible(refinement is not None)

    def _build_which(self) -> QComboBox:
        self.which, self.after = QComboBox(self), QLabel(self)
        self.which.addItem(say("Figures of the model's answer"), False)
        self.which.addItem(say("Figures of the finished map"), True)
        self.which.setAccessibleName(say("Which map the figures are of"))
        explain(self.which, say("The finished map is that after the steps and what was painted on it"))
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.which.activated.connect(lambda _at: self.which_chosen.emit(bool(self.which.currentData())))
        self.after.setWordWrap(True)
        self.after.setTextFormat(Qt.TextFormat.PlainText)  # names of files are the user's own
        self.offer_finished(False)
        return self.which

    def _build_relied(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setToolTip(say("Mean confidence beside accuracy on the same pixels; by class in the report"))
        return label

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(0, len(COLUMNS), self)
        table.setTabKeyNavigation(False)
        table.setHorizontalHeaderLabels(list(COLUMNS))
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setShowGrid(False)
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        for column, tip in enumerate(_TIPS):
            mode = QHeaderView.ResizeMode.ResizeToContents if column else QHeaderView.ResizeMode.Stretch
            table.horizontalHeader().setSectionResizeMode(column, mode)
            heading = table.horizontalHeaderItem(column)
            if heading is not None:
                heading.setToolTip(tip)
        table.setAccessibleName(say("Accuracy by class"))
        return table


def _button(action: QAction, parent: QWidget) -> QToolButton:
    """A button that says what its action does."""
    button = tool_button(action, parent)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAutoRaise(False)
    return button


def refined_by(refinement: Refinement) -> str:
    """A line each for the step, the spread within the classes where it is known, and the rows that were made."""
    t_star, rows = refinement.t_star, refinement.synthetic_rows
    before, after = refinement.compactness_before, refinement.compactness_after
    lines = [say("Refined by one step from t* = {t_star}", t_star=t_star) if t_star else say("Not refined (t* = 0)")]
    if math.isfinite(before) and math.isfinite(after):
        lines.append(say("Spread within classes {before:.3g} → {after:.3g}", before=before, after=after))
    lines.append(say("{rows:,} synthetic rows beside the labels", rows=rows) if rows else say("No synthetic rows"))
    return "\n".join(lines)


def measured_on(accuracy: Accuracy, truth_name: str, masked: int = 0, chosen_by: str = "") -> str:
    """The sentence that keeps the figures honest."""
    from hsigui.report.intervals import wilson  # loaded with the figures; not when the window opens
    from hsigui.report.metrics import about_missing_data, about_untrained

    trained = accuracy.n_train
    chose = chosen_by and say(
        "Labels of {name} chose which epoch of the pretraining is kept; how many test pixels are among them is in the "
        "report.",
        name=chosen_by,
    )
    made = (
        ""
        if trained is None
        else say_number("; the map was made from {count:,} label", "; the map was made from {count:,} labels", trained)
    )
    sure = wilson(sum(accuracy.right), accuracy.n_test)
    return (
        say(
            "Measured on {n_test:,} pixels of {truth_name} that are not training labels{made}. "
            "By their number overall accuracy lies between {percent} and {percent_high} % (95 %). ",
            n_test=accuracy.n_test,
            truth_name=truth_name,
            made=made,
            percent=_percent(sure.low),
            percent_high=_percent(sure.high),
        )
        + (
            say("The encoder has seen every pixel but {masked:,}", masked=masked)
            if masked
            else say("The features have seen every pixel")
        )
        + say(", without labels. Table in %.")
        + "".join(f" {said}" for said in (about_missing_data(accuracy), about_untrained(accuracy), chose) if said)
    )


def _percent(value: float, unit: str = "") -> str:
    return "n/a" if math.isnan(value) else f"{number_text(100 * value, '.1f')}{unit}"
