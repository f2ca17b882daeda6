"""Pictures are taken of the window of the ui tests, which leaves as little behind."""

from tests.ui.conftest import _nothing_left_behind, _one_demo_scene, _themed  # noqa: F401 - fixtures
from tests.ui.windows import answers, demo, make_window, mapped, window  # noqa: F401 - fixtures
