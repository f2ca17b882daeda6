"""Whoever leaves a scene asks every guard, and goes on only when all agree."""

from __future__ import annotations

from hsigui.ui.desk.guards import Guards


class Guard:
    def __init__(self, agrees: bool = True) -> None:
        self.agrees, self.asked, self.kept = agrees, 0, 0

    def leave(self, then, answer=""):
        self.asked += 1
        self.answer = answer
        if self.agrees:
            then()

    def keep_safe(self):
        self.kept += 1


def guarded(*members: Guard) -> Guards:
    guards = Guards()
    for member in members:
        guards.add(member)
    return guards


def test_what_follows_is_done_once_when_all_agree():
    one, two, done = Guard(), Guard(), []
    guarded(one, two).leave(lambda: done.append(1))
    assert (one.asked, two.asked, done) == (1, 1, [1])
    assert (one.answer, two.answer) == ("", "")


def test_what_the_user_said_already_reaches_every_guard():
    one, two = Guard(), Guard()
    guarded(one, two).leave(lambda: None, "discard")
    assert (one.answer, two.answer) == ("discard", "discard")


def test_a_guard_that_does_not_agree_stops_it_and_the_next_is_not_asked():
    one, two, done = Guard(agrees=False), Guard(), []
    guarded(one, two).leave(lambda: done.append(1))
    assert (one.asked, two.asked, done) == (1, 0, [])


def test_all_keep_safe_what_goes_behind_another_scene():
    one, two = Guard(), Guard()
    guarded(one, two).keep_safe()
    assert (one.kept, two.kept) == (1, 1)
