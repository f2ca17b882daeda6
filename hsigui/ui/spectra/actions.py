"""What can be asked of spectra."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.spectra.controller import SpectraController
from hsigui.ui.spectra.matches import MatchesController
from hsigui.ui.spectra.view import SpectrumView

ROWS: tuple[ActionRow, ...] = (
    ActionRow("copy_spectrum_here", say("&Copy the spectrum"), say("The spectrum of the pixel clicked last, as CSV"),
              SpectraController.copy_here, icon="copy", when=when.has_scene),
    ActionRow("keep_spectrum_here", say("&Keep the spectrum"), say("Keep the spectrum of the pixel clicked last"),
              SpectraController.keep_here, icon="spectrum", when=when.has_scene),
    ActionRow("copy_spectra", say("Copy &all shown spectra"), say("The curves of the plot as CSV, to the clipboard"),
              SpectrumView.copy_csv, icon="copy", when=when.has_scene),
    ActionRow("save_spectra", say("&Save shown spectra…"), say("The curves of the plot, to a CSV file"),
              SpectraController.ask_and_export, icon="export", when=when.has_scene),
    ActionRow("copy_spectra_picture", say("Copy the plot as a picture"), say("The plot of spectra, to the clipboard"),
              SpectraController.copy_picture, icon="picture", when=when.has_scene),
    ActionRow("save_spectra_picture", say("Save the plot as a picture…"),
              say("The plot of spectra with its axes and its key: PNG, SVG or PDF"),
              SpectraController.ask_and_save_picture, icon="picture", when=when.has_scene),
    ActionRow("add_match_library", say("&Match with a library…"),
              say("Add a library: the panel Matches ranks its spectra by likeness to one of the scene"),
              MatchesController.ask_library, icon="add", when=when.has_scene),
    ActionRow("keep_match", say("Keep the match on the &plot"),
              say("Put the chosen match, scaled to the spectrum, on the plot of spectra"),
              MatchesController.keep_match, icon="spectrum", when=when.has_scene),
    ActionRow("name_class_by_match", say("&Name the class after the match"),
              say("Give the class that is matched, that of the pixel, or the current one the name of the match"),
              MatchesController.name_class, icon="labels", when=when.has_scene),
    ActionRow("fit_spectra", say("Show all of the p&lot"), say("The whole range of the plot of spectra"),
              SpectrumView.show_all, icon="fit", when=when.has_scene),
    ActionRow("clear_spectra", say("Clear &kept spectra"), say("Forget the kept spectra and their marks"),
              SpectrumView.clear,
              when=when.has_scene),
)  # fmt: skip
