"""The README's table of issue codes is that of the product."""

from __future__ import annotations

import issue_codes
from contact_sync.core.issues import CODES


def test_table_of_issue_codes_is_current() -> None:
    text = issue_codes.README.read_text("utf-8")
    assert all(f"| `{code}` |" in text for code in CODES)
    assert text == issue_codes.filled(text), "run: make settings"


def test_stale_table_is_replaced() -> None:
    stale = "a\n<!-- issues -->\nold\n<!-- /issues -->\nb\n"
    assert issue_codes.filled(stale) == (
        f"a\n<!-- issues -->\n{issue_codes.table()}\n<!-- /issues -->\nb\n"
    )
