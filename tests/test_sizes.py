"""Sizes in words."""

import gettext

import pytest

from hsigui import texts
from hsigui.sizes import size_text


class German(gettext.NullTranslations):
    """A language that writes 1,5 and has a word of its own for bytes."""

    def info(self) -> dict[str, str]:
        return {"x-number": "1.234,5"}

    def gettext(self, message: str) -> str:
        return {"bytes": "Byte"}.get(message, message)


@pytest.mark.parametrize(
    ("count", "decimal", "binary"),
    [
        (0, "0 bytes", "0 bytes"), (999, "999 bytes", "999 bytes"), (1000, "1 kB", "1,000 bytes"),
        (1024, "1.02 kB", "1 KiB"), (999_499, "999 kB", "976 KiB"), (999_600, "1 MB", "976 KiB"),
        (45_260_000, "45.3 MB", "43.2 MiB"), (3_400_000_000, "3.4 GB", "3.17 GiB"), (2**30, "1.07 GB", "1 GiB"),
        (1.6e12, "1.6 TB", "1.46 TiB"), (1.2345e16, "12,345 TB", "11,228 TiB"),
    ],
)  # fmt: skip
def test_a_size_is_told_in_the_largest_unit_that_it_fills(count, decimal, binary):
    assert size_text(count) == decimal
    assert size_text(count, binary=True) == binary


def test_a_size_is_written_as_the_language_writes_numbers(monkeypatch):
    monkeypatch.setattr(texts, "_language", texts._language)  # put back at the end
    texts.use(German(), "de")
    assert size_text(1_500_000_000) == "1,5 GB"
    assert size_text(1.2345e16) == "12.345 TB"
    assert size_text(12) == "12 Byte"
