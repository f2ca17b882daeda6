"""What `import hsigui` offers; see `__init__.py`."""

from hsigui.analysis.class_statistics import ClassStatistics, Statistics
from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.ranking import Match, Matches
from hsigui.analysis.separability import Separability
from hsigui.api import (
    ask,
    classify,
    classify_by,
    derive,
    embed,
    evaluate,
    fit,
    keep,
    load_classifier,
    load_encoder,
    mask,
    match,
    open,
    prepare,
    pretrain,
    quality_layers,
    read_labels,
    read_library,
    read_mask,
    sample,
    save,
    save_cube,
    separability,
    statistics,
)
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.open import AmbiguousCube, ImportChoice
from hsigui.cube.responses import Responses
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext, Cancelled, Context, quiet
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.masks.mask import Mask
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline.classify import ClassMap
from hsigui.pipeline.evaluation import Evaluation
from hsigui.pipeline.features import Features
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Classifier, Filters, KeptClassifier, Labels, LabelSplit, SceneFeatures
from hsigui.preparing.block_mean import BlockMean
from hsigui.preparing.calibrate import FlatField, InternalAverage, WhiteDark
from hsigui.preparing.cut import Bands, Box, Crop
from hsigui.preparing.other_sensor import Like
from hsigui.report.map_options import MapOptions
from hsigui.report.metrics import Accuracy
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec, SplitSpec

__version__: str
__all__ = [
    "Accuracy",
    "AmbiguousCube",
    "Bands",
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
    "Crop",
    "Cube",
    "Encoder",
    "Evaluation",
    "Features",
    "Filters",
    "FlatField",
    "HsiError",
    "ImportChoice",
    "InternalAverage",
    "KeptClassifier",
    "LabelSplit",
    "Labels",
    "Layer",
    "LayerRecipe",
    "Like",
    "MapOptions",
    "MapSpec",
    "Mask",
    "Match",
    "Matches",
    "PretrainSpec",
    "ProbeSpec",
    "Responses",
    "Result",
    "SceneFeatures",
    "Separability",
    "SpectralLibrary",
    "SplitSpec",
    "Statistics",
    "WhiteDark",
    "__version__",
    "ask",
    "classify",
    "classify_by",
    "derive",
    "embed",
    "evaluate",
    "fit",
    "keep",
    "load_classifier",
    "load_encoder",
    "mask",
    "match",
    "open",
    "prepare",
    "pretrain",
    "quality_layers",
    "quiet",
    "read_labels",
    "read_library",
    "read_mask",
    "sample",
    "save",
    "save_cube",
    "separability",
    "statistics",
]
