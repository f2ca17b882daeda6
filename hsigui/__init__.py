"""hsigui: hyperspectral scenes, few labels, self-supervised encoders and a live classification map.

The functions and types of `hsigui.api` can be had from here; each is loaded when it is first asked for, so that
`import hsigui` costs nothing. `__init__.pyi` says the same to type checkers.
"""

from importlib import import_module

from hsigui.memory import guard_imports

__version__ = "0.1.0"

_PLACES = {
    "hsigui.api": (
        "add_method", "areas", "ask", "classify", "classify_by", "classify_by_tiles", "derive", "edit",
        "embed", "evaluate", "fit", "keep", "load_classifier", "load_encoder", "mask", "match",
        "memory_limit", "open", "open_bands", "plan", "prepare", "pretrain", "quality_layers", "read_labels",
        "read_library", "read_manifest", "read_mask", "sample", "save", "save_cube", "separability",
        "statistics", "study",
    ),
    "hsigui.api.progress_bar": ("ProgressBar",),
    "hsigui.analysis.class_statistics": ("ClassStatistics", "Statistics"),
    "hsigui.analysis.layer": ("Layer", "LayerRecipe"),
    "hsigui.analysis.ranking": ("Match", "Matches"),
    "hsigui.analysis.separability": ("Separability",),
    "hsigui.cube.cube": ("Cube",),
    "hsigui.cube.demo": ("write_demo",),
    "hsigui.cube.formats.library": ("SpectralLibrary",),
    "hsigui.cube.responses": ("Responses",),
    "hsigui.cube.open": ("AmbiguousCube", "ImportChoice"),
    "hsigui.errors": ("HsiError",),
    "hsigui.finishing.classes": ("Level", "Merge", "Recode"),
    "hsigui.finishing.painting": ("Paint",),
    "hsigui.finishing.smoothing": ("Majority", "Sieve"),
    "hsigui.finishing.unclassified": ("Below", "Fill", "Masked"),
    "hsigui.jobs": ("CallbackContext", "Cancelled", "Context", "quiet"),
    "hsigui.labels.classes": ("ClassInfo", "ClassTable"),
    "hsigui.masks.mask": ("Mask",),
    "hsigui.methods.checkpoint": ("Encoder",),
    "hsigui.pipeline.classify": ("ClassMap",),
    "hsigui.pipeline.costs.plan": ("Plan",),
    "hsigui.pipeline.edited": ("EditedMap",),
    "hsigui.pipeline.evaluation": ("Evaluation",),
    "hsigui.pipeline.features": ("Features",),
    "hsigui.pipeline.manifest": ("Manifest",),
    "hsigui.pipeline.result": ("Result",),
    "hsigui.pipeline.study.plan": ("StudySpec",),
    "hsigui.pipeline.tiling.mapping": ("TiledMap",),
    "hsigui.pipeline.tiling.order": ("SceneFile",),
    "hsigui.pipeline.values": ("Classifier", "Filters", "KeptClassifier", "LabelSplit", "Labels", "SceneFeatures"),
    "hsigui.pipeline.zone_measures": ("StatisticsTables",),
    "hsigui.pipeline.zone_tables": ("AreaTables",),
    "hsigui.preparing.area": ("Polygons", "Window"),
    "hsigui.preparing.bad_bands": ("BadBand", "proposed_bad_bands"),
    "hsigui.preparing.block_mean": ("BlockMean",),
    "hsigui.preparing.calibrate": ("FlatField", "InternalAverage", "WhiteDark"),
    "hsigui.preparing.cut": ("Bands", "Box", "Crop"),
    "hsigui.preparing.denoise": ("Denoise",),
    "hsigui.preparing.despike": ("Despike",),
    "hsigui.preparing.destripe": ("Destripe", "DestripeMnf"),
    "hsigui.preparing.empirical_line": ("EmpiricalLine",),
    "hsigui.preparing.field_targets": ("FieldTarget",),
    "hsigui.preparing.fill_columns": ("FillColumns",),
    "hsigui.preparing.grids": ("System",),
    "hsigui.preparing.inside": ("Inside",),
    "hsigui.preparing.log_residuals": ("LogResiduals",),
    "hsigui.preparing.marks": ("DropBad", "MarkBad"),
    "hsigui.preparing.normalise": ("Continuum", "Normalise"),
    "hsigui.preparing.onto": ("Onto",),
    "hsigui.preparing.other_sensor": ("Like",),
    "hsigui.preparing.smooth": ("Gaussian", "Savgol"),
    "hsigui.report.map_options": ("MapOptions",),
    "hsigui.report.metrics": ("Accuracy",),
    "hsigui.report.study": ("Study",),
    "hsigui.specs": ("MapSpec", "PretrainSpec", "ProbeSpec", "SplitSpec"),
}  # fmt: skip
_PLACE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = ["__version__", *_PLACE_OF]

guard_imports()


def __getattr__(name: str) -> object:
    if name not in _PLACE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_PLACE_OF[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACE_OF})
