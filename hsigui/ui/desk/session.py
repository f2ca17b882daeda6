"""Where the session was before there was a document; the names are the document's."""

from __future__ import annotations

from hsigui.document.session import Session
from hsigui.document.values import GROUND_TRUTH, VALIDATION_LABELS, Box, Reference, Truth

__all__ = ["GROUND_TRUTH", "VALIDATION_LABELS", "Box", "Reference", "Session", "Truth"]
