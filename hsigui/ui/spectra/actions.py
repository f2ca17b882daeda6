"""What can be asked of spectra."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.spectra.view import SpectrumView

ROWS: tuple[ActionRow, ...] = (
    ActionRow("clear_spectra", say("Clear &kept spectra"), say("Forget the kept spectra and their marks"),
              SpectrumView.clear,
              when=when.has_scene),
)  # fmt: skip
