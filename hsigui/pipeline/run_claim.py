"""One training at a time in a run folder: its process claims it, and whoever comes second is told who is at it.

Two trainings in one folder would write over each other's unfinished work, and the features of one would lie beside the
weights of the other. The claim (`hsigui.claims`) holds between machines too. Whoever finds one of a process that is no
more takes it over, and can go on with what is there. Loads no torch.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from hsigui.claims import PATIENCE, Claim, Claims, Owner, owner_of
from hsigui.dates import moment_in_words
from hsigui.errors import HsiError
from hsigui.jobs import Context, Relay
from hsigui.methods.resume_header import CLAIM
from hsigui.saving import is_alive
from hsigui.texts import say

LOOK_AGAIN = 0.2  # seconds between two looks at a claim of which it is not known whether its owner lives
CLOCKS_DIFFER = 600.0  # seconds, at most, those of two machines
_held: ContextVar[frozenset[Path]] = ContextVar("held", default=frozenset())


@contextlib.contextmanager
def claimed(folder: Path | None, ctx: Context, claims: Claims | None = None) -> Iterator[Context]:
    """Within the block nobody else trains in a run folder, who asks for it so; the block may ask for it again.

    Where the claim is of a process that may live, it is watched until it is touched, or has not been for long: then it
    is taken over. A folder that cannot be written to cannot be claimed, and the block is entered all the same: nothing
    can be mixed there, and the training tells of it itself.

    Args:
        folder: made when missing, and removed again where it stays empty; None for a training in memory.
        claims: how long is waited.

    Yields:
        A context for the training, which ends it where another has taken its folder over meanwhile, as from a machine
        that slept.

    Raises:
        HsiError: another process trains there.
        Cancelled: through the context, while it is watched.
    """
    place = None if folder is None else folder.expanduser().resolve()
    if place is None or place in _held.get():
        yield ctx
        return
    there = place.exists()
    claim = _taken(place, ctx, claims or Claims())
    token = _held.set(_held.get() | {place})
    try:
        yield ctx if claim is None else _Watching(ctx, claim, place)
    finally:
        _held.reset(token)
        if claim is not None:
            claim.release()
        if not there:
            with contextlib.suppress(OSError):  # it is not empty: it holds the run
                place.rmdir()


def require_free(folder: Path) -> None:
    """Refuses a run folder in which a process of this machine trains, before any work is done.

    Raises:
        HsiError: one does.
    """
    place = folder.expanduser().resolve() / CLAIM
    owner = owner_of(place)
    if owner is not None and _works_here(place, owner):
        raise _in_work(place.parent, owner)


def is_claimed(folder: Path) -> bool:
    """Whether somebody may be training in a run folder, by one look: the claim of another machine, whose clock need not
    be ours, counts for a while after its last touch."""
    place = folder / CLAIM
    owner = owner_of(place)
    if owner is None or owner.is_of_here:
        return owner is not None and _works_here(place, owner)
    return _touched_within(place, CLOCKS_DIFFER)


def _taken(folder: Path, ctx: Context, claims: Claims) -> Claim | None:
    """The claim of a folder; None where it cannot be written to."""
    place, first = folder / CLAIM, None
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            found = claims.take(place)
        except OSError:
            return None
        if isinstance(found, Claim):
            return found
        state = _state(place, found)
        first = first or state
        if _works_here(place, found) or (state is not None and state != first):  # touched, or taken by another
            raise _in_work(folder, found)
        ctx.progress(0, 1, say("Looking whether {owner} still trains in {folder}", owner=found, folder=folder))
        ctx.check()
        time.sleep(LOOK_AGAIN)


def _works_here(place: Path, owner: Owner) -> bool:
    """Whether a claim is of a living process of this machine that has just touched it: its number alone may be that of
    another by now."""
    return owner.is_of_here and is_alive(owner.pid) and _touched_within(place, PATIENCE)


def _touched_within(place: Path, seconds: float) -> bool:
    try:
        return abs(time.time() - place.stat().st_mtime) < seconds
    except OSError:  # just released
        return False


def _state(place: Path, owner: Owner) -> tuple[int, str] | None:
    try:
        return place.stat().st_mtime_ns, owner.token
    except OSError:  # just released: the next look claims it
        return None


def _in_work(folder: Path, owner: Owner) -> HsiError:
    hint = say("Wait for it, end it and go on with its training, or name another folder.")
    if not owner.since:
        return HsiError(say("{owner} is training in {folder}.", owner=owner, folder=folder), hint)
    since = moment_in_words(owner.since, exactly=True)
    return HsiError(
        say("{folder} is in work: {owner} has been training there since {since}.", folder=folder, owner=owner,
            since=since),
        hint,
    )  # fmt: skip


class _Watching(Relay):
    """A context that ends the work once its folder is another's."""

    def __init__(self, ctx: Context, claim: Claim, folder: Path) -> None:
        super().__init__(ctx)
        self._claim, self._folder = claim, folder

    def check(self) -> None:
        super().check()
        if self._claim.lost:
            raise HsiError(
                say("{folder} was taken over by {owner}, as nothing was heard from here for a minute.",
                    folder=self._folder, owner=owner_of(self._claim.place) or say("another process")),
                say("The training goes on there; this one has ended without writing its run."),
            )  # fmt: skip
