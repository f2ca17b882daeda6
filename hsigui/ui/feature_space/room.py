"""The panels of the feature space and of statistics, with what reads, shows, selects and computes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QDockWidget, QMenu, QWidget

from hsigui.analysis.outlines import Outline
from hsigui.texts import say
from hsigui.ui.feature_space.controller import FeatureSpace
from hsigui.ui.feature_space.learned import Learned
from hsigui.ui.feature_space.panel import FeatureSpacePanel
from hsigui.ui.feature_space.selecting import Selecting
from hsigui.ui.feature_space.statistics_controller import StatisticsController
from hsigui.ui.feature_space.statistics_panel import StatisticsPanel
from hsigui.ui.image.bench import Bench, PanelParts

ON_PLOT = ("label_cloud", "label_cloud_new", "clear_cloud")


def feature_space(bench: Bench) -> PanelParts:
    """Makes the panel of the feature space."""
    label, new_class, clear = (bench.actions[name] for name in ON_PLOT)
    panel = FeatureSpacePanel(label, new_class, clear, bench.desk.window)
    selecting, learned = Selecting(bench), Learned(bench.desk)
    space = FeatureSpace(bench, panel, learned, selecting)

    def outlined(outline: Outline, added: bool) -> None:
        if space.cloud is not None:
            selecting.outline(space.cloud, outline, added)

    def over(on: bool) -> None:
        selecting.over = on

    panel.outlined.connect(outlined)
    panel.escaped.connect(selecting.clear)
    panel.over.toggled.connect(over)
    panel.menu_asked.connect(partial(_menu, bench, panel, space))
    return PanelParts(panel, (panel, space, selecting, learned), space.set_seen)


def statistics(bench: Bench) -> PanelParts:
    """Makes the panel of statistics; that of the feature space, to which it takes the user, is there already."""
    window = bench.desk.window
    plot, space, selecting = (window.findChild(kind) for kind in (FeatureSpacePanel, FeatureSpace, Selecting))
    assert isinstance(plot, FeatureSpacePanel)
    assert isinstance(space, FeatureSpace)
    assert isinstance(selecting, Selecting)
    panel = StatisticsPanel(window)
    controller = StatisticsController(bench, panel, space, selecting)
    controller.plot_asked.connect(partial(_raise, plot))
    return PanelParts(panel, (panel, controller), controller.set_seen)


def _raise(panel: QWidget) -> None:
    """Brings the dock of a panel to the front."""
    above: QWidget | None = panel
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    if above is not None:
        above.show()
        above.raise_()


def _menu(bench: Bench, panel: FeatureSpacePanel, space: FeatureSpace, at: QPoint) -> None:
    menu = QMenu(panel)
    menu.setAccessibleName(say("Feature space"))
    menu.addActions(bench.actions.of(*ON_PLOT[:2]))
    menu.addAction(panel.over)
    menu.addSeparator()
    menu.addAction(bench.actions[ON_PLOT[2]])
    menu.addAction(say("Show &all of the plot"), space.show_all)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)
