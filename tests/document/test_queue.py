"""The queue of heavy work, and what may be done while something trains."""

from __future__ import annotations

import gettext

import pytest

from hsigui.document.events import QueueChanged
from hsigui.document.hub import Events
from hsigui.document.permissions import Answer, Deed, at_work, may
from hsigui.document.queue import HeavyJob, HeavyQueue, Kind, State
from hsigui.texts import use
from tests.document.scenes import FakeWork
from tests.made_up_language import MadeUp

A, B, C = 1, 2, 3


@pytest.fixture
def told():
    return []


@pytest.fixture
def queue(told):
    events = Events()
    events.subscribe(QueueChanged, told.append)
    made = HeavyQueue(events)
    made.events = events  # kept alive with it
    return made


def add(queue, work, scene=A, kind=Kind.TRAINING, name=""):
    entry = HeavyJob(kind, "LSCoSa", scene, name or f"scene {scene}", work.begin, work.out)
    queue.add(entry)
    return entry


def test_one_job_is_at_work_and_the_others_wait_in_their_order(queue, told):
    works = [FakeWork(n) for n in range(3)]
    first, second, third = (add(queue, work, scene) for work, scene in zip(works, (A, B, C), strict=True))
    assert [work.begun for work in works] == [1, 0, 0]
    assert queue.running is first
    assert [entry.state for entry in queue.entries] == [State.RUNNING, State.WAITING, State.WAITING]
    queue.ended(first)
    assert [work.begun for work in works] == [1, 1, 0]
    assert queue.entries == (second, third)
    assert len(told) == 4


def test_a_job_that_waits_is_taken_out_and_never_begins(queue):
    running, waiting, last = FakeWork(), FakeWork(), FakeWork()
    first, second, third = add(queue, running), add(queue, waiting, B), add(queue, last, C)
    queue.take_out(second)
    assert waiting.taken_out == 1
    queue.ended(first)
    assert (waiting.begun, last.begun) == (0, 1)
    assert queue.entries == (third,)
    queue.take_out(second)  # it is not there any more
    assert waiting.taken_out == 1


def test_the_job_at_work_is_asked_to_stop_and_leaves_at_its_end(queue):
    work = FakeWork()
    entry = add(queue, work)
    queue.take_out(entry)
    assert work.job.cancelling
    assert entry.state is State.ENDING
    assert queue.entries == (entry,)
    queue.ended(entry)
    assert queue.entries == ()


def test_a_job_with_nothing_to_do_gives_way_to_the_next(queue):
    first, last = FakeWork(), FakeWork()
    entry = add(queue, first)
    queue.add(HeavyJob(Kind.TRAINING, "of a scene that was closed", B, "b", lambda: None))
    third = add(queue, last, C)
    queue.ended(entry)
    assert queue.entries == (third,)
    assert last.begun == 1


def test_a_job_that_ends_while_it_begins_leaves_no_gap(queue):
    last = FakeWork()
    entries = []

    def begin():
        queue.ended(entries[0])

    entries.append(HeavyJob(Kind.OPENING, "Open run", A, "a", begin))
    queue.add(entries[0])
    assert queue.entries == ()
    add(queue, last)
    assert last.begun == 1


def test_pause_holds_the_training_at_work_whichever_scene_it_is_of(queue):
    work = FakeWork()
    entry = add(queue, work, B)
    queue.hold(True)
    assert work.job.paused
    assert entry.state is State.HELD
    queue.hold(False)
    assert entry.state is State.RUNNING


def test_an_opening_run_is_no_training_to_pause(queue):
    work = FakeWork()
    add(queue, work, kind=Kind.OPENING)
    assert queue.running is not None
    assert queue.training is None
    queue.hold(True)
    assert not work.job.paused


def test_all_jobs_of_a_scene_go_with_it(queue):
    running, waiting, other = FakeWork(), FakeWork(), FakeWork()
    add(queue, running, A)
    add(queue, waiting, A, Kind.OPENING)
    kept = add(queue, other, B)
    queue.take_out_of(A)
    assert running.job.cancelling
    assert waiting.taken_out == 1
    assert queue.entries[1:] == (kept,)


# While something trains


def test_without_work_everything_may_be_done_at_once(queue):
    assert {may(deed, A, queue).answer for deed in Deed} == {Answer.YES}


def test_the_scene_in_training_is_looked_at_and_asks_before_it_changes_or_closes(queue):
    add(queue, FakeWork(), A, name="Pavia")
    answers = {deed: may(deed, A, queue).answer for deed in Deed}
    assert answers == {
        Deed.LOOK: Answer.YES,
        Deed.LEARN: Answer.NO,
        Deed.CHANGE_INPUT: Answer.ASKS,
        Deed.CLOSE: Answer.ASKS,
    }
    assert "Pavia" in may(Deed.CLOSE, A, queue).why
    assert all(may(deed, A, queue).why for deed in Deed if deed is not Deed.LOOK)


def test_other_scenes_do_everything_and_what_is_heavy_waits(queue):
    add(queue, FakeWork(), A, name="Pavia")
    answers = {deed: may(deed, B, queue).answer for deed in Deed}
    assert answers == {deed: Answer.WAITS if deed is Deed.LEARN else Answer.YES for deed in Deed}
    assert "the work on Pavia" in may(Deed.LEARN, B, queue).why


def test_a_scene_whose_training_waits_may_change_its_bands_without_a_question(queue):
    add(queue, FakeWork(), A)
    add(queue, FakeWork(), B)
    assert may(Deed.CHANGE_INPUT, B, queue).answer is Answer.YES
    assert may(Deed.CLOSE, B, queue).answer is Answer.ASKS


def test_what_is_at_work_is_said_in_a_sentence(queue):
    assert at_work(queue) == ""
    work = FakeWork()
    add(queue, work, A, name="Pavia")
    assert at_work(queue) == "LSCoSa of Pavia is running."
    add(queue, FakeWork(), B, name="Salinas")
    assert at_work(queue) == "LSCoSa of Pavia is running; LSCoSa of Salinas waits."
    add(queue, FakeWork(), C, name="Jasper")
    assert at_work(queue) == "LSCoSa of Pavia is running; LSCoSa of Salinas, LSCoSa of Jasper wait."


def test_every_word_of_what_is_at_work_is_said_in_the_language_put_in(queue):
    for scene, name in ((A, "Pavia"), (B, "Salinas")):
        add(queue, FakeWork(), scene, name=name)
    use(MadeUp())
    try:
        told = at_work(queue)
    finally:
        use(gettext.NullTranslations())
    assert told == "⟦⟦LSCoSa of Pavia is ⟦running⟧⟧; ⟦⟦LSCoSa of Salinas⟧ waits⟧.⟧"
