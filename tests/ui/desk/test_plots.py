"""What all plots have in common."""

from __future__ import annotations

import gettext

from PySide6.QtWidgets import QApplication

from hsigui.texts import use
from hsigui.ui.desk.plots import Plot


def test_the_name_of_the_upright_axis_is_there_where_all_of_it_can_be_read(qtbot) -> None:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    plot.setLabel("bottom", "Wavelength (nm)")
    plot.setLabel("left", "Reflectance, first derivative")
    axis = plot.getAxis("left")
    assert axis.label.isVisible()
    plot.resize(400, 130)
    QApplication.processEvents()
    assert not axis.label.isVisible()
    plot.setLabel("left", "Loss")
    assert axis.label.isVisible()
    plot.setLabel("left", "")
    plot.resize(400, 400)
    QApplication.processEvents()
    assert not axis.label.isVisible()


def test_numbers_of_axes_are_written_as_the_language_does(qtbot) -> None:
    plot = Plot()
    qtbot.addWidget(plot)
    signs = gettext.NullTranslations()
    signs._info = {"x-number": "1.234,5"}
    try:
        use(signs, "de")
        for side in ("left", "bottom", "right"):
            assert plot.getAxis(side).tickStrings([0.5, 1.0], 1.0, 0.5) == ["0,5", "1,0"]
    finally:
        use(gettext.NullTranslations())
    assert plot.getAxis("left").tickStrings([0.5, 1.0], 1.0, 0.5) == ["0.5", "1.0"]
    assert not plot.getAxis("right").isVisible()
