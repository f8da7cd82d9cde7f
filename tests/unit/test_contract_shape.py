"""Contracts that are none: refused before anything is written, whatever member is wrong."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from contact_sync.contract import Contract, ContractError, Op
from contact_sync.core.model import RecordType, Winner

FOLDER = {"name": "N", "aliases": ["A"], "category": "C"}
WHOLE = Contract(
    op=Op.UPDATE,
    link="l1",
    mailbox="ada@contoso.example",
    record_type=RecordType.ACCOUNT,
    fields=("name",),
    if_match='W/"1%3A2"',
    base={"name": "0a"},
    source={"name": "0b"},
    source_version="EQ==",
    source_modified_at="2026-01-01T00:00:00Z",
    on_conflict={"name": Winner.NEWEST},
    writable=("name",),
    returnable=("name",),
    match=False,
    claim={"tenant": "t", "record_type": "account", "c4c_id": "A"},
    on_no_match="trash",
    policy={"after": "retired"},
    defaults={"RoleCode": "CRM000"},
    requires="l2",
    hold="h1",
    folders={"category": "C"},
    strip_categories=("c",),
    region="DE",
    custom={"hobby": ("title", "Hobby_KUT")},
    off=("phone",),
)
#: No member takes any of these.
NEVER: tuple[Any, ...] = (5, 1.5, [5], [None], [["x"]], {"a": 5}, {"a": {"b": 1}}, [{"a": "b"}])
TEXTS = {"op", "link", "mailbox", "record_type", "on_no_match", "if_match", "source_version"}
TEXTS |= {"source_modified_at", "requires", "hold", "region"}
LISTS = {"fields", "writable", "returnable", "strip_categories", "off"}


def test_a_contract_survives_its_message() -> None:
    assert set(WHOLE.to_message()) == {field.name for field in dataclasses.fields(Contract)}
    assert Contract.from_message(WHOLE.to_message()) == WHOLE


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Contract)])
def test_i15_a_member_of_another_type_is_refused(name: str) -> None:
    message = WHOLE.to_message()
    wrong = [value for value in NEVER if not (name == "folders" and isinstance(value, dict))]
    if name not in TEXTS:
        wrong.append("name")
    if name not in LISTS:
        wrong.append(["name"])
    if name != "match":
        wrong.append(True)
    for value in wrong:
        with pytest.raises(ContractError):
            Contract.from_message({**message, name: value})


@pytest.mark.parametrize(
    "change",
    [
        {"fields": ["name", "phone"]},
        {"if_match": "a\r\nX: y"},
        {"if_match": "\u00e9"},
        {"claim": {"tenant": "t"}},
        {"custom": {"hobby": ["title"]}},
        {"custom": {"hobby": "ab"}},
        {"folders": {"category": 5}},
        {"op": "prepare", "folders": {"contact": FOLDER}},
        {"op": "prepare", "policy": {"fingerprint": "0"}, "folders": {"contact": {}}},
        {"op": "sing"},
        {"record_type": "lead"},
        {"on_conflict": {"name": "me"}},
        {"surprise": 1},
    ],
    ids=str,
)
def test_i15_members_that_do_not_belong_together_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ContractError):
        Contract.from_message({**WHOLE.to_message(), **change})


def test_folders_are_prepared_by_a_whole_contract() -> None:
    message = {"op": "prepare", "policy": {"fingerprint": "0"}, "folders": {"contact": FOLDER}}
    assert Contract.from_message(message).op is Op.PREPARE
