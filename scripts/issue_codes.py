"""Writes the table of issue codes into README.md, between `<!-- issues -->` and `<!-- /issues -->`.

`contact_sync/core/issues.py` is the one place where codes are declared. With `--check` nothing is
written; the exit code says whether the file is current.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from contact_sync.core.issues import CODES, IssueCode
from contact_sync.core.model import Severity

README = Path(__file__).resolve().parent.parent / "README.md"
_MARKERS = re.compile(r"(?ms)^(<!-- issues -->\n).*?(^<!-- /issues -->$)")


def table() -> str:
    """Return the codes as a table in Markdown, those for a person first."""
    entries = sorted(CODES.values(), key=lambda code: code.severity is not Severity.ACTION)
    rows = ["| code | a person must act | meaning | what to do |", "|---|---|---|---|"]
    rows += (
        f"| `{code.code}` | {_for_a_person(code)} | {code.meaning} | {code.remedy} |"
        for code in entries
    )
    return "\n".join(rows)


def _for_a_person(code: IssueCode) -> str:
    if code.severity is Severity.ACTION:
        return "yes"
    return "no, an event" if code.is_event else "no"


def filled(text: str) -> str:
    """Return the README as it should be."""
    return _MARKERS.sub(lambda found: f"{found[1]}{table()}\n{found[2]}", text)


def main() -> None:
    """Bring the README up to date, or with `--check` say that it is not."""
    text = README.read_text("utf-8")
    if "--check" not in sys.argv:
        README.write_text(filled(text), "utf-8")
    elif text != filled(text):
        sys.exit("README.md is not current. Run: make settings")


if __name__ == "__main__":
    main()
