"""Whole journeys use the window of the ui tests, and leave as little behind."""

from tests.ui.conftest import _nothing_left_behind, _themed  # noqa: F401 - fixtures
from tests.ui.windows import answers, make_window, training, window  # noqa: F401 - fixtures
