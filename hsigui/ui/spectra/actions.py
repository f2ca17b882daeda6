"""What can be asked of spectra."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.spectra.controller import SpectraController
from hsigui.ui.spectra.libraries import Libraries
from hsigui.ui.spectra.matches import MatchesController
from hsigui.ui.spectra.means import Means
from hsigui.ui.spectra.profile import Profiles
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
    ActionRow("keep_match", say("Keep the match on the plot"),
              say("Put the chosen match, scaled to the spectrum, on the plot of spectra"),
              MatchesController.keep_match, icon="spectrum", when=when.has_scene),
    ActionRow("name_class_by_match", say("&Name the class after the match"),
              say("Give the class that is matched, that of the pixel, or the current one the name of the match"),
              MatchesController.name_class, icon="labels", when=when.has_scene),
    ActionRow("fit_spectra", say("Show all of the p&lot"), say("The whole range of the plot of spectra"),
              SpectrumView.show_all, icon="fit", when=when.has_scene),
    ActionRow("raw_spectra", say("&Raw values"), say("Draw the spectra as they are: nothing is done to them"),
              SpectrumView.show_raw, when=when.has_scene),
    ActionRow("list_spectra", say("L&ist of kept spectra"), say("Names, colours and folders of the kept spectra"),
              SpectrumView.show_list, icon="spectrum", when=when.has_scene),
    ActionRow("mean_of_region", say("Mean of the labelled re&gion"),
              say("Keep the mean of the labelled region at the pixel clicked last, with its spread"),
              Means.of_region, when=when.has_scene),
    ActionRow("mean_of_outline", say("Mean of the measured &outline"),
              say("Keep the mean of the pixels inside what was measured, with its spread"), Means.of_outline,
              when=when.has_scene),
    ActionRow("class_means", say("Means of &classes…"),
              say("Keep the mean spectra of classes of the labels, the ground truth or the map, with their spread"),
              Means.ask_classes, when=when.has_scene),
    ActionRow("profile", say("Profile along the m&easured line"),
              say("The spectra along what was measured as a picture of distance and wavelength"), Profiles.show,
              icon="line", when=when.has_scene),
    ActionRow("libraries", say("Spectral li&braries…"),
              say("Open libraries, search their spectra, and keep them beside the scene's"), Libraries.show,
              icon="search"),
    ActionRow("save_library", say("Save kept spectra as a library…"),
              say("The kept spectra with place, date and scene: ENVI, CSV or GeoPackage"), Libraries.ask_and_save,
              icon="save", when=when.has_scene),
    ActionRow("clear_spectra", say("Clear &kept spectra"), say("Forget the kept spectra and their marks"),
              SpectrumView.clear,
              when=when.has_scene),
)  # fmt: skip
