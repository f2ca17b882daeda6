"""Trainings without a map in the table: named, used, repeated, and removed only when that was agreed to."""

from __future__ import annotations

from hsigui.methods import run_record
from hsigui.specs import PretrainSpec
from hsigui.storage.recovery import scene_key
from hsigui.ui.runs.controller import ResultsOfScene
from hsigui.ui.runs.panel import ResultsTable
from hsigui.ui.runs.rows import METHOD, NAME, NOTE
from tests.ui.windows import FakeEncoder, features_of, idle, texts


def write_run(folder, seed: int) -> None:
    """A record of a training, without weights."""
    folder.mkdir(parents=True)
    spec = PretrainSpec(seed=seed)
    settings = {"format": 3, "spec": spec.to_json(), "epochs": 300, "seconds": 41.0, "device": "a test",
                "losses": [4.0, 3.0, 2.5], "monitor": {"name": "effective rank", "readings": [[2, 9.0]]}}  # fmt: skip
    (folder / run_record.SETTINGS).write_text(run_record.text_of(settings, {}), encoding="utf-8")


def test_a_training_is_named_used_repeated_and_removed_after_a_question(qtbot, demo, training, answers):
    key, runs = scene_key(demo.session.cube), demo.bench.runs
    for seed in (4, 5):
        write_run(runs.folder / key / f"run {seed}", seed)
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    demo.docks["Maps and trainings"].raise_()
    idle(qtbot, demo)
    panel, rows = demo._part(ResultsTable), demo._part(ResultsOfScene)
    assert {row.result.spec.seed for row in rows.rows} == {4, 5}
    assert [action.text()[:27] for action in demo.training._run_menu.actions()] == ["LSCoSa, Quick (pixels), see"] * 2
    demo.training._run_menu.actions()[0].trigger()
    assert len(demo.training._others) == 1

    (chosen,) = (row for row in rows.rows if row.result.spec.seed == 4)
    panel.choose(chosen.key)
    panel.model.renamed.emit(chosen.key, "Overnight")
    panel.model.noted.emit(chosen.key, "too long")
    (text,) = (text for text in panel.model.texts() if text[NAME] == "Overnight")
    assert (text[METHOD], text[NOTE]) == ("LSCoSa", "too long")
    assert len(demo.session.scene.results) == 1

    demo.actions_["show_difference"].trigger()
    assert "Tick two maps" in texts(demo)
    demo.actions_["export_result"].trigger()
    assert "This training has no map" in texts(demo)
    training.go.set()
    demo.actions_["repeat_training"].trigger()
    idle(qtbot, demo)
    assert training.calls[-1][0].seed == 4
    demo.messages.clear()
    demo.actions_["use_result"].trigger()
    idle(qtbot, demo)
    assert "is not a run folder" in texts(demo)  # it has a record alone

    panel.choose(chosen.key)
    demo.actions_["delete_result"].trigger()
    idle(qtbot, demo)
    assert "cannot be taken back" in answers.told[-1]
    assert chosen.result.folder.exists()
    answers.sure = True
    demo.actions_["delete_result"].trigger()
    idle(qtbot, demo)
    assert not chosen.result.folder.exists()
    assert {row.result.spec.seed for row in rows.rows} == {5}
    assert len(demo.session.scene.results) == 0
