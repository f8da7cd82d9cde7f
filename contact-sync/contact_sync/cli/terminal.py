"""The one door to the terminal: what others wrote is shown, and never acted on (I51).

Ids, names of folders and mailboxes and codes of services come from people and servers. Control
characters in them could set the window's title, move the cursor or turn the writing round.
"""

from __future__ import annotations

import json

from contact_sync.quiet import printable

#: Twice the longest id that a service makes; what is longer is no id to be copied.
LONGEST = 400


def shown(value: object) -> str:
    """Give a value as one printable line, cut where it is longer than any id."""
    text = str(value)
    cut = len(text) - LONGEST
    return printable(text) if cut <= 0 else f"{printable(text[:LONGEST])}… ({cut} more characters)"


def json_text(found: object) -> str:
    """Give a report as JSON of printable ASCII."""
    # DEL is the one control character that JSON lets through.
    return json.dumps(found, indent=2, sort_keys=True).replace("\x7f", "\\u007f")
