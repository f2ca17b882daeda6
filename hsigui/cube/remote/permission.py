"""Whether the user lets the program open addresses at all: a preference."""

from __future__ import annotations

from hsigui.errors import HsiError
from hsigui.settings import SettingsStore
from hsigui.texts import say


def addresses_allowed() -> bool:
    """Whether addresses that the user names are opened."""
    return SettingsStore().load(keep_broken=False).network != "never"


def require_allowed(plain: str) -> None:
    """Refuses an address where the preferences forbid the network.

    Raises:
        HsiError: they do.
    """
    if not addresses_allowed():
        raise HsiError(
            say("{address} was not opened: your preferences forbid the network.", address=plain),
            say("Edit > Preferences… > Network > “Addresses that I open” allows it."),
        )
