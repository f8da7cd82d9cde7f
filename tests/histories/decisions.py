"""Which rows of the decision tables a run has seen, and which there are.

Responsible for both in one form: function, phase of the link, verdict. The rows are found by
asking the functions themselves about everything that a history's settings allow.
"""

from __future__ import annotations

import itertools
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from contact_sync.core import decide
from contact_sync.core.model import Link, Owes, Phase, RecordType
from contact_sync.planning import absences, download, upload
from property.planner_config import policy_of

from histories.tally import SEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contact_sync.core.model import TypePolicy

#: Function -> module that asks it.
_ASKED = {
    "decide_item": upload,
    "decide_absence": absences,
    "decide_record": download,
    "decide_record_gone": download,
}
_OWN, _OTHER = RecordType.CONTACT, RecordType.INDIVIDUAL_CUSTOMER


@contextmanager
def noted() -> Iterator[None]:
    """Note each decision of the block in `SEEN`."""
    with ExitStack() as stack:
        for name, module in _ASKED.items():
            stack.enter_context(mock.patch.object(module, name, _noting(getattr(decide, name))))
        yield


def rows() -> set[str]:
    """Return every row that a history can come to, by name."""
    found: set[str] = set()
    policies = [
        policy_of(_OWN, read_only=read_only, exchange_delete=on_delete)
        for read_only, on_delete in itertools.product((False, True), ("delete", "hide", "ignore"))
    ]
    for link, policy in itertools.product(_links(), policies):
        found |= {_row("decide_item", link, verdict) for verdict in _of_item(link, policy)}
        for in_view, unseen in itertools.product((False, True), repeat=2):
            verdict = decide.decide_record(
                link, is_in_view=in_view, is_unseen=unseen, policy=policy
            )
            found.add(_row("decide_record", link, verdict))
        if link is not None:
            found |= {
                _row("decide_absence", link, decide.decide_absence(link, policy, is_ours=is_ours))
                for is_ours in (False, True)
            }
            found.add(_row("decide_record_gone", link, decide.decide_record_gone(link, policy)))
    return found


def _of_item(link: Link | None, policy: TypePolicy) -> Iterator[decide.Verdict]:
    policies = {_OWN: policy, _OTHER: policy_of(_OTHER)}
    for located, category in itertools.product((None, _OWN, _OTHER), repeat=2):
        yield decide.decide_item(link, located, located or category, policies)


def _links() -> Iterator[Link | None]:
    yield None
    for phase, owes, c4c_id, in_view, is_hidden in itertools.product(
        Phase, Owes, (None, "C"), (False, True), (False, True)
    ):
        link = Link(link_id="L", mailbox="m", record_type=_OWN, phase=phase)
        yield link.but(
            owes=owes, c4c_id=c4c_id, exchange_id="E", in_view=in_view, is_hidden=is_hidden
        )


def _noting(function: Callable[..., decide.Verdict]) -> Callable[..., decide.Verdict]:
    def asked(link: Link | None, *arguments: Any, **options: Any) -> decide.Verdict:
        verdict = function(link, *arguments, **options)
        SEEN[_row(function.__name__, link, verdict)] += 1
        return verdict

    return asked


def _row(name: str, link: Link | None, verdict: decide.Verdict) -> str:
    phase = "no link" if link is None else link.phase.value
    return f"{name}: {phase} -> {verdict.value}"
