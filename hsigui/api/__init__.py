"""The program for Python: from a cube to a map and its accuracy, by the same verbs as the window and the commands.

Each function takes a `ctx`: None is quiet; `CallbackContext` hands progress, curves and warnings to functions of one's
own, and stops the work when asked; `ProgressBar` is a bar in a notebook or a terminal. What goes wrong in files or
choices is an `HsiError`, whose `message` says what and whose `hint` what to do. Arrays are rows x cols (x bands); row,
column and band count from 0; class 0 is "no class".
Neither Qt nor, before it is needed, PyTorch is loaded.
"""

from hsigui.analysis.class_statistics import Statistics
from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.separability import Separability
from hsigui.api.accuracy import evaluate, sample
from hsigui.api.by_spectra import classify_by, match
from hsigui.api.cubes import open_bands, prepare, save_cube
from hsigui.api.finishing import edit
from hsigui.api.given import LabelsLike, LibraryLike, PathLike, TruthLike
from hsigui.api.layers import derive, separability, statistics
from hsigui.api.limits import memory_limit
from hsigui.api.mapping import ask, classify, fit, load_classifier
from hsigui.api.masking import MaskLike, MasksLike, mask, read_mask
from hsigui.api.planning import plan
from hsigui.api.progress_bar import ProgressBar
from hsigui.api.reading import open, quality_layers, read_labels, read_library, read_manifest
from hsigui.api.studying import study
from hsigui.api.tiling import classify_by_tiles
from hsigui.api.training import add_method, embed, load_encoder, pretrain
from hsigui.api.writing import keep, save
from hsigui.api.zones import areas
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.open import ImportChoice
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.masks.mask import Mask
from hsigui.pipeline.costs.plan import Plan
from hsigui.pipeline.edited import EditedMap
from hsigui.pipeline.result import Result
from hsigui.pipeline.tiling.mapping import TiledMap
from hsigui.pipeline.tiling.order import SceneFile
from hsigui.pipeline.values import Classifier, Filters, KeptClassifier, Labels, LabelSplit, SceneFeatures
from hsigui.report.study import Study
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec, SplitSpec

__all__ = [
    "Classifier",
    "Context",
    "Cube",
    "EditedMap",
    "Filters",
    "HsiError",
    "ImportChoice",
    "KeptClassifier",
    "LabelSplit",
    "Labels",
    "LabelsLike",
    "Layer",
    "LayerRecipe",
    "LibraryLike",
    "MapSpec",
    "Mask",
    "MaskLike",
    "MasksLike",
    "PathLike",
    "Plan",
    "PretrainSpec",
    "ProbeSpec",
    "ProgressBar",
    "Result",
    "SceneFeatures",
    "SceneFile",
    "Separability",
    "SpectralLibrary",
    "SplitSpec",
    "Statistics",
    "Study",
    "TiledMap",
    "TruthLike",
    "add_method",
    "areas",
    "ask",
    "classify",
    "classify_by",
    "classify_by_tiles",
    "derive",
    "edit",
    "embed",
    "evaluate",
    "fit",
    "keep",
    "load_classifier",
    "load_encoder",
    "mask",
    "match",
    "memory_limit",
    "open",
    "open_bands",
    "plan",
    "prepare",
    "pretrain",
    "quality_layers",
    "quiet",
    "read_labels",
    "read_library",
    "read_manifest",
    "read_mask",
    "sample",
    "save",
    "save_cube",
    "separability",
    "statistics",
    "study",
]
