import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QCheckBox, QWidget

from hsigui.ui.desk import theme
from hsigui.ui.desk.message_bar import MessageBar
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.scene.notes_bar import NotesBar

TEXT_ON_GROUND = [
    ("WindowText", "Window"),
    ("Text", "Base"),
    ("Text", "AlternateBase"),
    ("ButtonText", "Button"),
    ("ToolTipText", "ToolTipBase"),
    ("HighlightedText", "Highlight"),
    ("PlaceholderText", "Window"),
    ("PlaceholderText", "Base"),
    ("Link", "Base"),
]


def luminance(color: QColor) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(one: QColor, other: QColor) -> float:
    """The ratio of the Web Content Accessibility Guidelines 2.1."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.fixture
def light_afterwards(qapp):
    yield
    theme.apply(qapp, "light")


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_its_ground(colors, text, ground):
    palette = theme.palette(colors)
    pair = palette.color(QPalette.ColorRole[text]), palette.color(QPalette.ColorRole[ground])
    assert contrast(*pair) >= 4.5


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_a_scheme_reaches_the_whole_program(qapp, light_afterwards, scheme, dark):
    theme.apply(qapp, scheme)
    assert theme.is_dark(qapp.palette()) is dark
    assert qapp.style().objectName().lower() == "fusion"
    expected = QColor((theme.DARK if dark else theme.LIGHT).accent)
    assert qapp.palette().color(QPalette.ColorRole.Highlight) == expected


def test_the_system_scheme_follows_the_desktop(qapp, light_afterwards):
    theme.apply(qapp, "dark")
    theme.apply(qapp, "system")
    assert theme.is_dark(qapp.palette()) is (qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.is_dark(qapp.palette())
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not theme.is_dark(qapp.palette())


def test_an_unknown_scheme_is_a_bug(qapp):
    with pytest.raises(ValueError, match="sepia"):
        theme.apply(qapp, "sepia")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_empty_box_can_be_seen(qtbot, qapp, scheme):
    theme.apply(qapp, scheme)
    try:
        box = QCheckBox()
        qtbot.addWidget(box)
        box.show()
        picture = box.grab().toImage()
        middle = picture.height() // 2
        shades = [picture.pixelColor(x, middle).lightness() for x in range(1, picture.width())]
        assert max(shades) - min(shades) >= 20
    finally:
        theme.apply(qapp, "light")


def test_what_is_shown_already_takes_the_colours_too(qtbot, qapp):
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(500, 300)
    messages, notes = MessageBar(ground), NotesBar(ground)
    messages.setGeometry(0, 0, 500, 60)
    notes.set_notes(["Guessed."])
    notes.setGeometry(0, 200, 500, 30)
    ground.show()
    message = messages.info("Hello")
    try:
        for scheme, dark in (("light", False), ("dark", True)):
            theme.apply(qapp, scheme)
            qapp.processEvents()
            for widget in (message, notes):
                shade = widget.grab().toImage().pixelColor(widget.width() // 2, 2).lightness()
                assert (shade < 128) == dark, (widget, scheme)
    finally:
        theme.apply(qapp, "light")


def test_what_is_wrong_is_read_on_a_light_and_on_a_dark_ground(qtbot, qapp):
    label = ProblemLabel()
    qtbot.addWidget(label)
    label.setText("Wrong.")
    try:
        for scheme in ("light", "dark", "light"):
            theme.apply(qapp, scheme)
            qapp.processEvents()
            colors = label.palette()
            ink, ground = (colors.color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window))
            assert contrast(ink, ground) >= 4.5, scheme
            assert ink.red() > ink.green() + 40
    finally:
        theme.apply(qapp, "light")
