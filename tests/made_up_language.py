"""Languages for tests: one that brackets whatever is said, a longer one, and catalogues made of a dict."""

import gettext
import math
import re
import struct

OPENED, CLOSED = "⟦", "⟧"
LONGER = 1.3  # about as much as German needs for what is said in English
_FILLING = " nonsense"


class MadeUp(gettext.NullTranslations):
    """A language that says each sentence in brackets, so that what was not said through it stands out."""

    def gettext(self, message: str) -> str:
        return f"{OPENED}{message}{CLOSED}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Longer(MadeUp):
    """One that needs more room: what it says is 1.3 times as long, the brackets counted."""

    def gettext(self, message: str) -> str:
        letters = len(re.sub(r"<[^>]*>|&(?=\w)", "", message))
        more = max(0, math.ceil(LONGER * letters) - letters - len(OPENED + CLOSED))
        return f"{OPENED}{message}{(_FILLING * (more // len(_FILLING) + 1))[:more]}{CLOSED}"


def compiled(sentences: dict[str, str]) -> bytes:
    """A catalogue as msgfmt writes it."""
    pairs = [(one.encode(), other.encode()) for one, other in sorted(sentences.items())]
    table = 28
    texts_at = table + 16 * len(pairs)
    entries, blob = [], b""
    for column in (0, 1):
        for pair in pairs:
            entries.append(struct.pack("<II", len(pair[column]), texts_at + len(blob)))
            blob += pair[column] + b"\0"
    header = struct.pack("<IIIIIII", 0x950412DE, 0, len(pairs), table, table + 8 * len(pairs), 0, 0)
    return header + b"".join(entries) + blob
