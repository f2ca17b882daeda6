"""What `import hsigui` offers; see `__init__.py`."""

from hsigui.analysis.class_statistics import ClassStatistics, Statistics
from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.ranking import Match, Matches
from hsigui.analysis.separability import Separability
from hsigui.api import (
    add_method,
    areas,
    ask,
    classify,
    classify_by,
    classify_by_tiles,
    derive,
    edit,
    embed,
    evaluate,
    fit,
    keep,
    load_classifier,
    load_encoder,
    mask,
    match,
    memory_limit,
    open,
    open_bands,
    plan,
    prepare,
    pretrain,
    quality_layers,
    read_labels,
    read_library,
    read_manifest,
    read_mask,
    sample,
    save,
    save_cube,
    separability,
    statistics,
    study,
)
from hsigui.api.progress_bar import ProgressBar
from hsigui.cube.cube import Cube
from hsigui.cube.demo import write_demo
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.open import AmbiguousCube, ImportChoice
from hsigui.cube.responses import Responses
from hsigui.errors import HsiError
from hsigui.finishing.classes import Level, Merge, Recode
from hsigui.finishing.painting import Paint
from hsigui.finishing.smoothing import Majority, Sieve
from hsigui.finishing.unclassified import Below, Fill, Masked
from hsigui.jobs import CallbackContext, Cancelled, Context, quiet
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.masks.mask import Mask
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline.classify import ClassMap
from hsigui.pipeline.costs.plan import Plan
from hsigui.pipeline.edited import EditedMap
from hsigui.pipeline.evaluation import Evaluation
from hsigui.pipeline.features import Features
from hsigui.pipeline.manifest import Manifest
from hsigui.pipeline.result import Result
from hsigui.pipeline.study.plan import StudySpec
from hsigui.pipeline.tiling.mapping import TiledMap
from hsigui.pipeline.tiling.order import SceneFile
from hsigui.pipeline.values import Classifier, Filters, KeptClassifier, Labels, LabelSplit, SceneFeatures
from hsigui.pipeline.zone_measures import StatisticsTables
from hsigui.pipeline.zone_tables import AreaTables
from hsigui.preparing.area import Polygons, Window
from hsigui.preparing.bad_bands import BadBand, proposed_bad_bands
from hsigui.preparing.block_mean import BlockMean
from hsigui.preparing.calibrate import FlatField, InternalAverage, WhiteDark
from hsigui.preparing.cut import Bands, Box, Crop
from hsigui.preparing.denoise import Denoise
from hsigui.preparing.despike import Despike
from hsigui.preparing.destripe import Destripe, DestripeMnf
from hsigui.preparing.empirical_line import EmpiricalLine
from hsigui.preparing.field_targets import FieldTarget
from hsigui.preparing.fill_columns import FillColumns
from hsigui.preparing.grids import System
from hsigui.preparing.inside import Inside
from hsigui.preparing.log_residuals import LogResiduals
from hsigui.preparing.marks import DropBad, MarkBad
from hsigui.preparing.normalise import Continuum, Normalise
from hsigui.preparing.onto import Onto
from hsigui.preparing.other_sensor import Like
from hsigui.preparing.smooth import Gaussian, Savgol
from hsigui.report.map_options import MapOptions
from hsigui.report.metrics import Accuracy
from hsigui.report.study import Study
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec, SplitSpec

__version__: str
__all__ = [
    "Accuracy",
    "AmbiguousCube",
    "AreaTables",
    "BadBand",
    "Bands",
    "Below",
    "BlockMean",
    "Box",
    "CallbackContext",
    "Cancelled",
    "ClassInfo",
    "ClassMap",
    "ClassStatistics",
    "ClassTable",
    "Classifier",
    "Context",
    "Continuum",
    "Crop",
    "Cube",
    "Denoise",
    "Despike",
    "Destripe",
    "DestripeMnf",
    "DropBad",
    "EditedMap",
    "EmpiricalLine",
    "Encoder",
    "Evaluation",
    "Features",
    "FieldTarget",
    "Fill",
    "FillColumns",
    "Filters",
    "FlatField",
    "Gaussian",
    "HsiError",
    "ImportChoice",
    "Inside",
    "InternalAverage",
    "KeptClassifier",
    "LabelSplit",
    "Labels",
    "Layer",
    "LayerRecipe",
    "Level",
    "Like",
    "LogResiduals",
    "Majority",
    "Manifest",
    "MapOptions",
    "MapSpec",
    "MarkBad",
    "Mask",
    "Masked",
    "Match",
    "Matches",
    "Merge",
    "Normalise",
    "Onto",
    "Paint",
    "Plan",
    "Polygons",
    "PretrainSpec",
    "ProbeSpec",
    "ProgressBar",
    "Recode",
    "Responses",
    "Result",
    "Savgol",
    "SceneFeatures",
    "SceneFile",
    "Separability",
    "Sieve",
    "SpectralLibrary",
    "SplitSpec",
    "Statistics",
    "StatisticsTables",
    "Study",
    "StudySpec",
    "System",
    "TiledMap",
    "WhiteDark",
    "Window",
    "__version__",
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
    "proposed_bad_bands",
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
    "write_demo",
]
