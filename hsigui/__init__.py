"""hsigui: hyperspectral scenes, few labels, self-supervised encoders and a live classification map."""

__version__ = "0.1.0"
