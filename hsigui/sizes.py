"""Sizes of files and of memory in words, in few digits."""

from __future__ import annotations

from hsigui.texts import number_text, say


def size_text(count: float, *, binary: bool = False) -> str:
    """A number of bytes in the largest unit that it fills, such as "1.23 GB", with the language's decimal sign.

    Args:
        binary: in units of 1024, such as "1.23 GiB": for amounts beside settings that are given so.
    """
    step, units = _binary() if binary else _decimal()
    place = 0
    while count >= step * 0.9995 and place < len(units) - 1:
        count, place = count / step, place + 1
    return f"{number_text(count, '.3g' if count < 999.5 else ',.0f')} {units[place]}"


def _decimal() -> tuple[int, tuple[str, ...]]:
    return 1000, (say("bytes"), say("kB"), say("MB"), say("GB"), say("TB"))


def _binary() -> tuple[int, tuple[str, ...]]:
    return 1024, (say("bytes"), say("KiB"), say("MiB"), say("GiB"), say("TiB"))
