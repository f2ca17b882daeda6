"""Writing over files that somebody else may have changed since they were read or written here: asks first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer

from hsigui.dates import moment_in_words
from hsigui.errors import HsiError
from hsigui.jobs import Context, Work
from hsigui.saving import ChangedByOthersError, changes_refused
from hsigui.seen import SeenFiles, Stamp
from hsigui.texts import say, say_number
from hsigui.ui.desk.changed_dialog import Changed, Comparison
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher

Compare = Callable[[Path], Comparison | None]


class ChangedMeanwhileError(HsiError):
    """Files that are about to be written over are not those that were seen here last.

    Args:
        stamps: the files, with what they are now.
        comparison: what is in one of them beside what would be written; None where that cannot be told.
    """

    def __init__(self, stamps: dict[Path, Stamp], comparison: Comparison | None) -> None:
        names = say(", ").join(path.name for path in stamps)
        super().__init__(
            say("{names} was changed by another program or window.", names=names), say("Choose another name.")
        )
        self.stamps, self.comparison = stamps, comparison


@dataclass(frozen=True)
class Saving:
    """One wish to write files.

    Attributes:
        title: what is done, in words.
        targets: all files that are written; they may be there or not.
        work: writes them in a worker, and gives back those written.
        done: told of them.
        given_up: told when the user does not want it any more, or it failed.
        copy: the first file under a name that is free, and what writes there instead.
        compare: what a file holds beside what would be written to it; called in a worker.
    """

    title: str
    targets: Sequence[Path]
    work: Callable[[Context], list[Path]]
    done: Callable[[list[Path]], None]
    given_up: Callable[[], None]
    copy: tuple[Path, Callable[[], None]]
    compare: Compare | None = None


def save(desk: Desk, saving: Saving) -> None:
    """Writes files in a worker. Where one was changed since it was seen here, asks what to do instead."""

    def failed(error: BaseException, trace: str) -> None:
        if isinstance(error, ChangedMeanwhileError):
            # Not from within the bridge: what runs beside it must be told of while the question is open.
            QTimer.singleShot(0, desk.window, partial(ask, desk, saving, error))
        else:
            saving.given_up()
            desk.fail(error, trace)

    desk.bridge.start(
        guarded(desk.seen, saving.targets, saving.work, saving.compare),
        saving.title,
        Watcher(done=saving.done, failed=failed, cancelled=saving.given_up),
    )


def ask(desk: Desk, saving: Saving, error: ChangedMeanwhileError) -> None:
    """Asks about files that were changed: writes over them, writes a copy, or gives up."""
    other, write_copy = saving.copy
    answer = desk.prompts.changed_meanwhile(_question(error, other))
    if answer == "overwrite":
        desk.seen.take(error.stamps)  # changed once more, it is asked about once more
        save(desk, saving)
        return
    saving.given_up()
    if answer == "copy":
        write_copy()


def guarded(
    seen: SeenFiles, targets: Sequence[Path], work: Callable[[Context], list[Path]], compare: Compare | None = None
) -> Work:
    """A work that writes unless a target was changed, and notes what it wrote.

    The work raises `ChangedMeanwhileError` instead where a target is not what was seen last: before anything is made,
    and once more at the moment in which what was made is put in its place.
    """
    return partial(_write, seen=seen, targets=tuple(targets), work=work, compare=compare)


def _write(
    ctx: Context, seen: SeenFiles, targets: Sequence[Path], work: Callable[[Context], list[Path]],
    compare: Compare | None,
) -> list[Path]:  # fmt: skip
    try:
        changed = seen.changed(targets)
    except OSError as error:
        raise HsiError(
            say("{name} cannot be read, to see whether it was changed: {reason}.",
                name=Path(error.filename or targets[0]).name, reason=error.strerror or error),
            say("Choose another name."),
        ) from error  # fmt: skip
    if changed:
        raise _meanwhile(changed, compare)
    try:
        with changes_refused(seen) as placed:
            written = work(ctx)
    except ChangedByOthersError as error:
        raise _meanwhile(error.stamps, compare) from error
    seen.note(path for path in written if path not in placed and path.is_file())
    return written


def _meanwhile(changed: dict[Path, Stamp], compare: Compare | None) -> ChangedMeanwhileError:
    compared = () if compare is None else map(compare, changed)
    return ChangedMeanwhileError(changed, next(filter(None, compared), None))


def _question(error: ChangedMeanwhileError, other: Path) -> Changed:
    """What is asked of files that were changed."""
    first, newest = next(iter(error.stamps)), max(known.changed_at for known in error.stamps.values())
    when = moment_in_words(newest / 1e9, exactly=True)
    if len(error.stamps) == 1:
        text = say("{name} was changed since it was read or written here.", name=first.name)
    else:
        text = say_number(
            "{name} and a file that belongs to it were changed since they were read or written here.",
            "{name} and {count} files that belong to it were changed since they were read or written here.",
            len(error.stamps) - 1,
            name=first.name,
        )
    detail = say(
        "Another program or window wrote it in {folder} on {when}. What it wrote would be lost.",
        folder=first.parent,
        when=when,
    )
    return Changed(text, detail, other.name, error.comparison)
