"""Days and moments in words."""

import datetime
import gettext

from hsigui import texts
from hsigui.dates import day_in_words, moment_in_words

CHINESE = {"Mar": "3月", "{day:02} {month} {year}": "{year}年{month}{day:02}日", "{day}, {time}": "{day} {time}"}


class Chinese(gettext.NullTranslations):
    """A language with months and an order of its own."""

    def gettext(self, message: str) -> str:
        return CHINESE.get(message, message)


def test_days_and_moments_have_the_months_and_the_order_of_the_language(monkeypatch):
    monkeypatch.setattr(texts, "_language", texts._language)  # put back at the end
    day, noon = datetime.date(2026, 3, 8), datetime.datetime(2026, 3, 8, 12, 5, 9).timestamp()
    texts.use(gettext.NullTranslations())
    assert day_in_words(day) == "08 Mar 2026"
    assert moment_in_words(noon) == "08 Mar 2026, 12:05"
    assert moment_in_words(noon, exactly=True) == "08 Mar 2026, 12:05:09"
    texts.use(Chinese(), "zh")
    assert day_in_words(day) == "2026年3月08日"
    assert moment_in_words(noon) == "2026年3月08日 12:05"


def test_each_month_has_its_name():
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    said = [day_in_words(datetime.date(2026, number, 1)) for number in range(1, 13)]
    assert said == [f"01 {month} 2026" for month in months]
