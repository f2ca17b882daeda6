"""What all plots have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

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
