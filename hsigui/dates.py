"""Days and times in words, with the names of months and in the order of the language that is in."""

from __future__ import annotations

import datetime

from hsigui.texts import say


def day_in_words(day: datetime.date) -> str:
    """Such as "28 Nov 2026"."""
    return say("{day:02} {month} {year}", day=day.day, month=_months()[day.month - 1], year=day.year)


def moment_in_words(seconds: float, *, exactly: bool = False) -> str:
    """A moment in local time, such as "28 Nov 2026, 14:05".

    Args:
        seconds: since 1970 UTC.
        exactly: with the seconds.
    """
    moment = datetime.datetime.fromtimestamp(seconds)
    time = moment.strftime("%H:%M:%S" if exactly else "%H:%M")
    return say("{day}, {time}", day=day_in_words(moment.date()), time=time)


def _months() -> tuple[str, ...]:
    return (
        say("Jan"), say("Feb"), say("Mar"), say("Apr"), say("May"), say("Jun"), say("Jul"), say("Aug"), say("Sep"),
        say("Oct"), say("Nov"), say("Dec"),
    )  # fmt: skip
