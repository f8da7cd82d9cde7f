"""The operator's commands."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.cli import app
from contact_sync.core.model import Issue, Link, Owes, Phase, RecordType, Side
from contact_sync.store import Store
from typer.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ADA = "ada@contoso.example"
CONTACT = RecordType.CONTACT
ITEM = "AAMk" + "x" * 140 + "="
OBJECT_ID = "00163E7D1A2B1EDC9F8E" + "0" * 11 + "A"
LINK = Link(
    link_id="11111111-2222-3333-4444-555555555555",
    mailbox=ADA,
    record_type=CONTACT,
    phase=Phase.ACTIVE,
    owes=Owes.MOVE,
    exchange_id=ITEM,
    c4c_id=OBJECT_ID,
    base_exchange={"email": "digest-1", "city": "digest-2", "phone": "digest-3"},
    base_c4c={"email": "digest-1", "city": "digest-9", "birthday": "digest-4"},
)
REJECTED = Issue(
    code="rejected",
    mailbox=ADA,
    record_type=CONTACT,
    link_id=LINK.link_id,
    exchange_id=ITEM,
    fields=("city", "email"),
    detail="[400]",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sync.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(str(path), now=lambda: NOON) as opened:
        yield opened


def call(path: Path, *arguments: str) -> Result:
    # Narrow, as a pipe is taken to be: nothing may be cut off.
    environment = {"CONTACT_SYNC_SYNC_STORE": str(path), "COLUMNS": "40"}
    return CliRunner().invoke(app, list(arguments), env=environment)


def answer(path: Path, *arguments: str) -> dict[str, Any]:
    result = call(path, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def hold(store: Store) -> str:
    store.links.save(LINK)
    return store.holds.put(ADA, CONTACT, Side.C4C, "guard", [LINK.link_id])


def test_status_of_a_quiet_store(store: Store, path: Path) -> None:
    store.bind(Side.C4C, "my.crm.example")
    store.runs.finish(store.runs.start("exchange-to-c4c"), {"updates": 2}, "ok")
    found = answer(path, "status", "--check")
    assert found["needs_a_person"] is False
    assert found["reasons"] == []
    assert found["bindings"] == {"c4c": "my.crm.example", "exchange": None}
    assert found["last_runs"] == [
        {
            "stage": "exchange-to-c4c",
            "mailbox": "",
            "started_at": "2026-11-22T12:00:00Z",
            "finished_at": "2026-11-22T12:00:00Z",
            "outcome": "ok",
            "counts": {"updates": 2},
        }
    ]
    text = call(path, "status", "--check")
    assert text.exit_code == 0
    assert "Nothing needs a person." in text.stdout
    assert "exchange: not bound yet" in text.stdout


def test_status_counts_links_debts_intents_and_issues(store: Store, path: Path) -> None:
    hold_id = hold(store)
    store.links.save(LINK.but(link_id="2", phase=Phase.RETIRED, owes=Owes.NOTHING))
    store.intents.open(Side.C4C, "retire", [LINK.link_id])
    store.issues.raise_(REJECTED)
    found = answer(path, "status")
    assert found["links"] == {"contact": {"active": 1, "retired": 1}}
    assert found["owed"] == {"move": 1}
    assert found["open_intents"] == 1
    assert found["issues"] == {"rejected": 1}
    assert found["pending_holds"] == [hold_id]
    text = call(path, "status").stdout
    for expected in ("contact", "retired", "move", "rejected", hold_id, "1 write(s)"):
        assert expected in text


def fail_run(store: Store) -> None:
    store.runs.finish(store.runs.start("stage"), {}, "failed")


def cut_off_run(store: Store) -> None:
    store.runs.start("stage")


def raise_action(store: Store) -> None:
    store.issues.raise_(REJECTED)


def put_hold(store: Store) -> None:
    hold(store)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (fail_run, "the last run of stage failed"),
        (cut_off_run, "the last run of stage was cut off"),
        (raise_action, "1 open issue(s) rejected"),
        (put_hold, "waits for a decision"),
    ],
)
def test_check_finds_what_needs_a_person(
    store: Store, path: Path, trouble: Any, reason: str
) -> None:
    trouble(store)
    result = call(path, "status", "--check")
    assert result.exit_code == 1
    assert reason in result.stdout
    assert call(path, "status").exit_code == 0
    as_json = call(path, "status", "--check", "--json")
    assert as_json.exit_code == 1
    assert reason in json.loads(as_json.stdout)["reasons"][0]


def info_issue(store: Store) -> None:
    store.issues.raise_(
        Issue(code="conflict", mailbox=ADA, record_type=CONTACT, link_id=LINK.link_id)
    )


def run_of_a_session_at_work(store: Store) -> None:
    store.locks.acquire(ADA, "other-host:1", ttl_seconds=10**9)
    store.runs.start("stage")


def decided_hold(store: Store) -> None:
    store.holds.approve(hold(store))


def changed_key(store: Store) -> None:
    store.runs.finish(store.runs.start("digest_key"), {"links": 1}, "changed")


@pytest.mark.parametrize(
    "harmless", [info_issue, run_of_a_session_at_work, decided_hold, changed_key]
)
def test_check_is_quiet_otherwise(store: Store, path: Path, harmless: Any) -> None:
    harmless(store)
    assert call(path, "status", "--check", "--stale-hours", "1000000").exit_code == 0


def test_run_that_failed_before_a_good_one_needs_nobody(path: Path) -> None:
    with Store.open(str(path), now=lambda: NOON - timedelta(hours=1)) as earlier:
        fail_run(earlier)
    with Store.open(str(path), now=lambda: NOON) as later:
        later.runs.finish(later.runs.start("stage"), {}, "ok")
    assert call(path, "status", "--check").exit_code == 0


def test_issues_tell_meaning_and_remedy_those_for_a_person_first(store: Store, path: Path) -> None:
    info_issue(store)
    store.issues.raise_(REJECTED)
    first, second = answer(path, "issues")["issues"]
    assert (first["code"], second["code"]) == ("rejected", "conflict")
    assert first["fields"] == ["city", "email"]
    assert first["meaning"]
    assert first["remedy"]
    assert first["next_attempt_at"] == "2026-11-22T12:00:00Z"
    text = call(path, "issues").stdout
    assert ITEM in text, "an id must survive copying"
    assert "fields: city, email" in text
    assert "detail: [400]" in text


def test_issue_code_of_another_version_is_shown_bare(store: Store, path: Path) -> None:
    store.issues.raise_(
        Issue(code="of_a_newer_version", mailbox="", record_type=RecordType.ACCOUNT)
    )
    assert answer(path, "issues")["issues"][0]["meaning"] == ""
    assert "of_a_newer_version" in call(path, "issues").stdout


def test_empty_lists_say_so(store: Store, path: Path) -> None:
    assert store
    assert "No open issues." in call(path, "issues").stdout
    assert "No holds." in call(path, "holds").stdout
    assert answer(path, "holds") == {"holds": []}


@pytest.mark.parametrize(("command", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_hold_is_shown_and_decided(store: Store, path: Path, command: str, state: str) -> None:
    hold_id = hold(store)
    (shown,) = answer(path, "holds")["holds"]
    assert shown["hold_id"] == hold_id
    assert shown["link_ids"] == [LINK.link_id]
    assert LINK.link_id in call(path, "holds").stdout
    decided = call(path, command, hold_id)
    assert decided.exit_code == 0
    assert f"{hold_id} {state}." in decided.stdout
    assert [entry.state for entry in store.holds.list_(("approved", "rejected"))] == [state]
    again = call(path, command, hold_id)
    assert again.exit_code == 2
    assert again.stderr.count("\n") == 1
    assert hold_id in again.stderr


def test_decision_as_json(store: Store, path: Path) -> None:
    hold_id = hold(store)
    assert answer(path, "approve", hold_id) == {"hold_id": hold_id, "state": "approved"}


@pytest.mark.parametrize(
    "asked", [ITEM, OBJECT_ID, OBJECT_ID.lower(), LINK.link_id], ids=["item", "id", "low", "link"]
)
def test_explain_shows_all_about_a_pair(store: Store, path: Path, asked: str) -> None:
    hold_id = hold(store)
    store.intents.open(Side.C4C, "retire", [LINK.link_id])
    store.issues.raise_(REJECTED)
    found = answer(path, "explain", asked)
    (link,) = found["links"]
    assert found["is_known"] is True
    assert (link["phase"], link["owes"]) == ("active", "move")
    assert link["agreed_fields"] == ["city", "email"]
    assert link["differing_fields"] == ["city"]
    assert link["unknown_in_exchange"] == ["birthday"]
    assert link["unknown_in_c4c"] == ["phone"]
    assert [intent["kind"] for intent in link["open_intents"]] == ["retire"]
    assert link["hold"]["hold_id"] == hold_id
    assert [issue["code"] for issue in found["issues"]] == ["rejected"]
    text = call(path, "explain", asked).stdout
    for expected in ("phase: active", "retire in c4c", hold_id, "rejected", "birthday"):
        assert expected in text
    assert "digest-1" not in text


def test_explain_finds_issues_and_requests_without_a_link(store: Store, path: Path) -> None:
    store.issues.raise_(
        Issue(code="ambiguous_category", mailbox=ADA, record_type=CONTACT, exchange_id="item")
    )
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="item")
    found = answer(path, "explain", "item")
    assert found["links"] == []
    assert [issue["code"] for issue in found["issues"]] == ["ambiguous_category"]
    assert found["requested"] == [{"side": "exchange", "mailbox": ADA}]
    assert "to be read again in exchange" in call(path, "explain", "item").stdout


def test_explain_of_an_unknown_id(store: Store, path: Path) -> None:
    assert store
    assert answer(path, "explain", "unknown")["is_known"] is False
    assert "Nothing is known" in call(path, "explain", "unknown").stdout


def test_option_goes_before_the_environment(store: Store, path: Path, tmp_path: Path) -> None:
    assert store
    result = call(tmp_path / "other.db", "status", "--sync-store", str(path))
    assert result.exit_code == 0


@pytest.mark.parametrize("command", ["status", "issues", "holds", "approve h-1", "explain x"])
def test_missing_store_is_one_line_and_creates_nothing(
    path: Path, tmp_path: Path, command: str
) -> None:
    result = call(path, *command.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: The sync store cannot be used: there is no such file.")
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_store_that_is_not_set_is_one_line() -> None:
    result = CliRunner().invoke(app, ["status"], env={"CONTACT_SYNC_SYNC_STORE": ""})
    assert result.exit_code == 2
    assert "it is not set" in result.stderr


def test_commands_need_no_digest_key(path: Path) -> None:
    with Store.open(str(path), digest_key="11" * 32, now=lambda: NOON) as store:
        store.links.save(LINK)
    assert call(path, "status").exit_code == 0
    assert not path.with_name("sync.db.key").exists()
    with Store.open(str(path), digest_key="11" * 32) as store:
        assert store.links.list_() == [LINK]
