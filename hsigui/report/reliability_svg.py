"""The reliability diagram as a small drawing in SVG, to stand in a page."""

from __future__ import annotations

import math

from hsigui.report.reliability import BINS, Reliability
from hsigui.texts import say

WIDTH, HEIGHT = 340, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 50
STRIP = 16  # high, below the diagram


def diagram(found: Reliability) -> str:
    """The reliability diagram as SVG: accuracy over confidence, a bar a bin; the diagonal is what is said of itself,
    and below the bars stands, as a strip, how many pixels each has."""
    parts, most = [_frame()], max(part.pixels for part in found.bins.parts)
    for n, part in enumerate(found.bins.parts):
        if not part.pixels:
            continue
        left, right = _x(n / BINS) + 1, _x((n + 1) / BINS) - 1
        height, said, base = _y(part.accuracy), _y(part.confidence), _y(0)
        parts.append(_box(left, right, height, base, "bar"))
        parts.append(_box(left, right, min(height, said), max(height, said), "over" if part.gap > 0 else "short"))
        parts.append(f'<path d="M{left:.1f} {said:.1f}H{right:.1f}" class="said"/>')
        strip = base + STRIP
        parts.append(_box(left, right, strip - (STRIP - 2) * math.sqrt(part.pixels / most), strip, "count"))
    parts.append(f'<path d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}" class="tick"/>')
    title, drawn = say("Reliability diagram"), "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">{drawn}</svg>'


def _box(left: float, right: float, top: float, bottom: float, kind: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" class="{kind}"/>'


def _frame() -> str:
    parts = []
    for value in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x, y, label = _x(value), _y(value), f"{100 * value:.0f}"
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 3:.1f}" text-anchor="end">{label}</text>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 30}" text-anchor="middle">{label}</text>')
    middle = (_x(0) + _x(1)) / 2
    parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 3}" text-anchor="middle">{say("confidence, %")}</text>')
    turned = f'transform="rotate(-90 10 {(_y(0) + _y(1)) / 2:.1f})"'
    parts.append(
        f'<text x="10" y="{(_y(0) + _y(1)) / 2 + 3:.1f}" text-anchor="middle" {turned}>{say("accuracy, %")}</text>'
    )
    return "".join(parts)


def _x(value: float) -> float:
    return LEFT + (WIDTH - RIGHT - LEFT) * value


def _y(value: float) -> float:
    return HEIGHT - BOTTOM + (TOP - HEIGHT + BOTTOM) * value
