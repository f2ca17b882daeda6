"""A box for a number with decimals that takes a point as well as the language's own sign before them."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QDoubleSpinBox


class NumberBox(QDoubleSpinBox):
    """Where a language writes 12,5 a typed or pasted 12.5 is the same number: Qt would take the point for the sign
    between thousands, which such a box never shows, and read 125."""

    def validate(self, text: str, place: int) -> Any:
        return super().validate(self._with_own_sign(text), place)

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(self._with_own_sign(text))

    def _with_own_sign(self, text: str) -> str:
        sign = self.locale().decimalPoint()
        if sign == "." or text == self.specialValueText():
            return text
        prefix, suffix = self.prefix(), self.suffix()
        body = text.removeprefix(prefix)
        end = len(body) - len(suffix) if suffix and body.endswith(suffix) else len(body)
        number = body[:end]
        if number.count(".") != 1 or sign in number:
            return text
        return text[: len(text) - len(body)] + number.replace(".", sign) + body[end:]
