"""What stands in the table of maps and trainings."""

from __future__ import annotations

from pathlib import Path

from hsigui.document.results import TRAINING, KeptResult
from hsigui.specs import MapSpec, PretrainSpec
from hsigui.storage.runs import RunFacts
from hsigui.ui.runs.rows import (
    ACCURACY,
    CONTEXT,
    DATE,
    METHOD,
    NAME,
    NOTE,
    SECONDS,
    SETTINGS,
    VERSUS,
    Row,
    rows_of,
    sort_keys,
    texts_of,
)
from tests.ui.runs.results import GOOD, POOR, kept


def test_the_map_that_is_shown_comes_first_then_the_newest_and_trainings_without_a_map(tmp_path):
    facts = {
        tmp_path / name: RunFacts(tmp_path / name, PretrainSpec(seed=n), 1.6e9 + n, 41.0)
        for n, name in enumerate(("mapped", "unmapped"))
    }
    note = KeptResult(9, TRAINING, "Long one", "overnight", folder=tmp_path / "unmapped")
    rows = rows_of(
        kept(0, GOOD), [kept(1, GOOD, folder=tmp_path / "mapped"), kept(4, POOR), note], facts, [*reversed(facts)]
    )
    assert [row.key for row in rows] == ["now", "kept 4", "kept 1", f"run {tmp_path / 'unmapped'}"]
    texts = texts_of(rows, {"kept 4": "+1.0"})
    assert [text[NAME] for text in texts] == ["The map that is shown", "Map 4", "Map 1", "Long one"]
    assert texts[3][NOTE] == "overnight"
    assert texts[3][METHOD] == "LSCoSa"
    assert texts[3][SECONDS] == "41"
    assert texts[3][ACCURACY] == texts[3][CONTEXT] == ""
    assert texts[1][VERSUS] == "+1.0"
    assert not rows[3].has_map


def test_only_settings_that_are_not_the_same_in_all_rows_or_that_were_set_are_told():
    rows = [
        Row("a", kept(1, GOOD, spec=PretrainSpec(settings={"temperature": 0.2}), map_spec=MapSpec(1.5))),
        Row("b", kept(2, GOOD, spec=PretrainSpec(seed=3, epochs=40), map_spec=MapSpec(1.5, None, "wide"))),
    ]
    told = [text[SETTINGS] for text in texts_of(rows, {})]
    assert told == ["quick, seed 0, temperature 0.2", "quick, seed 3, epochs 40, context wide"]


def test_what_is_not_known_is_empty_and_what_was_not_measured_says_so():
    rows = [
        Row("a", kept(1, GOOD, tested=None, spec=None, map_spec=None, made_at=0.0)),
        Row("b", KeptResult(2, "regression", note="of a later version")),
        Row("s", kept(5, GOOD, spec=None, map_spec=None, made_by="Spectral angle")),
        Row("c", kept(3, GOOD, spec=PretrainSpec(method="of a package that is gone"))),
    ]
    texts = texts_of(rows, {})
    assert texts[0][ACCURACY] == "not measured"
    assert texts[0][METHOD] == texts[0][SETTINGS] == texts[0][DATE] == ""
    assert (texts[1][NAME], texts[1][METHOD], texts[1][ACCURACY]) == ("regression 2", "regression", "")
    assert (texts[2][METHOD], texts[2][SETTINGS]) == ("Spectral angle", "")
    assert texts[3][METHOD] == "of a package that is gone"


def test_numbers_are_sorted_as_numbers():
    rows = [Row(str(n), kept(n, GOOD, train_seconds=float(seconds))) for n, seconds in enumerate((9, 100, 20), 1)]
    texts = texts_of(rows, {})
    keys = [sort_keys(row, text) for row, text in zip(rows, texts, strict=True)]
    assert sorted(range(3), key=lambda n: keys[n][SECONDS]) == [0, 2, 1]


def test_a_run_without_a_record_is_no_row():
    assert rows_of(None, [], {}, [Path("/nowhere")]) == []
