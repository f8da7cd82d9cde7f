"""Seeded defects in what the targets do: intents, versions, read-back, moves, removals."""

from __future__ import annotations

from mutants import Mutant

_C4C = "target-c4c/target_c4c"
_EXCHANGE = "target-exchange-contacts/target_exchange_contacts"
_SYSTEM = "tests/system"
_UNIT = "tests/unit"
_LOST = f"{_SYSTEM}/test_lost_replies.py"

WRITING = (
    Mutant(
        "the base is what was sent, not what was read back",
        ("I13", "I2"),
        f"{_C4C}/updating.py",
        "        read_back = task.digests_of(record, self._book.key)\n        link = outcome.settle(",
        "        read_back = {**task.digests_of(record, self._book.key), **source}\n"
        "        link = outcome.settle(",
        (
            f"{_SYSTEM}/test_rules_conflicts.py"
            "::test_conflict_a_server_that_cuts_texts_is_not_answered",
        ),
    ),
    Mutant(
        "a create whose reply was lost is sent again",
        ("I10", "I11"),
        f"{_C4C}/intents.py",
        "    if len(hits) > most:",
        "    hits = []\n    if len(hits) > most:",
        (f"{_LOST}::test_i10_lost_reply_to_a_create_where_nothing_is_matched",),
    ),
    Mutant(
        "a copy whose reply was lost is made again",
        ("I10", "I11"),
        f"{_EXCHANGE}/intents.py",
        "    copies = [item for item in found if item.id != link.exchange_id]",
        "    copies = [item for item in found if item.id == link.exchange_id]",
        (
            f"{_LOST}::test_i10_lost_reply_to_a_create_in_exchange",
            f"{_LOST}::test_i11_lost_reply_within_a_move",
        ),
    ),
    Mutant(
        "an existing record is not matched",
        ("I38", "I10"),
        f"{_C4C}/joining.py",
        "        pairs, unmatched = self._first.match([task for task in new if task.contract.match])",
        "        pairs, unmatched = [], [task for task in new if task.contract.match]",
        (f"{_SYSTEM}/test_rules_first_match.py",),
    ),
    Mutant(
        "the old record is retired before the new one exists",
        ("I41",),
        f"{_C4C}/retiring.py",
        "        return successor is not None and successor.c4c_id is not None",
        "        return successor is not None",
        (
            f"{_SYSTEM}/test_rules_conversion.py"
            "::test_e4_old_record_stays_while_the_new_one_cannot_be_created",
        ),
    ),
    Mutant(
        "a deletion drops an edit made in C4C",
        ("I3",),
        f"{_C4C}/retiring.py",
        '            keeps = task.contract.policy.get("delete_vs_edit") != "delete"',
        '            keeps = task.contract.policy.get("delete_vs_edit") == "edit!"',
        (
            f"{_SYSTEM}/test_rules_deletion_guard.py"
            "::test_e5_an_edit_in_c4c_outlives_the_deletion_in_exchange",
        ),
    ),
    Mutant(
        "an item in Deleted Items is deleted again, that is for good",
        ("I6",),
        f"{_EXCHANGE}/removing.py",
        "        return item.folder_id not in home",
        "        return item.folder_id not in {*home, item.folder_id}",
        ("tests/system/test_rules_thrown_away.py",),
    ),
    Mutant(
        "updates of C4C records go out without If-Match",
        ("I15",),
        "clients/c4c-client/c4c_client/writing.py",
        '**({"If-Match": write.etag} if write.etag else {})}',
        '**({"If-Match": write.etag} if not write.etag else {})}',
        (f"{_SYSTEM}/test_rules_conflicts.py", "tests/unit/test_c4c_client_records.py"),
    ),
    Mutant(
        "an item is written without a look at what it is now",
        ("I15", "I3"),
        f"{_EXCHANGE}/writing.py",
        "        live = task.digests_of(item, self._book.key)\n        merged = merge.merge_update(",
        "        live = dict(contract.base)\n        merged = merge.merge_update(",
        (f"{_SYSTEM}/test_meanwhile.py",),
    ),
    Mutant(
        "every write sends all fields",
        ("I14",),
        f"{_EXCHANGE}/task.py",
        "        return self.fields.to_graph(values, live.properties)",
        "        return self.fields.to_graph(dict(self.values), {})",
        (f"{_SYSTEM}/test_meanwhile.py",),
    ),
    Mutant(
        "the state goes out before the plan is durable",
        ("I29", "I12"),
        "contact-sync/contact_sync/mapper.py",
        "        # As text at once: a state that cannot be written must fail before the last operations.",
        "        self.write_message(singer.StateMessage(value=state))",
        ("tests/conformance/test_mapper_sdk.py",),
    ),
    Mutant(
        "intents are opened inside a transaction that may be undone",
        ("I12",),
        "contact-sync/contact_sync/store/intents.py",
        "        if self._database.is_in_transaction:",
        "        if self._database.is_in_transaction and not written:",
        ("tests/unit/test_store_intents.py",),
    ),
    Mutant(
        "two sessions work on one mailbox",
        ("I10",),
        "contact-sync/contact_sync/store/locks.py",
        "            if seen and seen.owner != owner and _is_held(",
        "            if seen and seen.owner == owner and _is_held(",
        ("tests/unit/test_store_locks.py",),
    ),
    Mutant(
        "a store of another tenant is used",
        ("I23",),
        "contact-sync/contact_sync/store/store.py",
        "    def bind(self, side: Side, identity: str) -> None:",
        "    def bind(self, side: Side, identity: str, *, is_checked: bool = False) -> None:\n"
        "        if not is_checked:\n            return",
        ("tests/unit/test_store_open.py::test_store_binds_to_the_first_tenant_of_each_side",),
    ),
    Mutant(
        "a record that always fails is retried in every session",
        ("I27",),
        "contact-sync/contact_sync/store/issues.py",
        "    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)",
        "    return _FIRST_PAUSE * 0 * (1 << doublings)",
        ("tests/unit/test_store_issues.py",),
    ),
    Mutant(
        "an issue stays when its cause is gone",
        ("I28",),
        "contact-sync/contact_sync/planning/session.py",
        "            else:\n                self.close_issue(code, mailbox, exchange_id)",
        "            else:\n                pass",
        (f"{_SYSTEM}/test_rules_issues.py",),
    ),
    Mutant(
        "photos stay behind when an item is moved",
        ("I19",),
        "clients/exchange-client/exchange_client/copying.py",
        "    return _with_photos(api, mailbox, copies, outcomes)",
        "    return outcomes",
        (f"{_SYSTEM}/test_rules_routing.py",),
    ),
    Mutant(
        "a mailbox's session writes to another mailbox's pairs",
        ("I22",),
        "contact-sync/contact_sync/store/links.py",
        "    def by_c4c_id(self, mailbox: str, c4c_id: str) -> Link | None:",
        "    def by_c4c_id(self, mailbox: str, c4c_id: str) -> Link | None:\n"
        "        for other in self.list_():\n"
        "            if other.c4c_id == c4c_id:\n"
        "                return other",
        (f"{_SYSTEM}/test_rules_two_mailboxes.py",),
    ),
    Mutant(
        "values are stored instead of digests",
        ("I37",),
        "contact-sync/contact_sync/core/digest.py",
        "    return hashlib.blake2b(message, key=key, digest_size=_SIZE_BYTES).hexdigest()",
        "    return normalised or hashlib.blake2b(message, key=key, digest_size=16).hexdigest()",
        (f"{_SYSTEM}/test_privacy.py",),
    ),
    Mutant(
        "what was written comes back as an edit",
        ("I13", "I26"),
        f"{_EXCHANGE}/writing.py",
        "        fields = (*write.written, *write.agreed)",
        "        fields = write.agreed",
        (f"{_SYSTEM}/test_meanwhile.py",),
    ),
    Mutant(
        "an update that nobody heard of is its user's edit",
        ("I13", "I3", "I11"),
        "contact-sync/contact_sync/core/merge.py",
        "        if live.get(name) == digest\n    }",
        "        if live.get(name) != digest\n    }",
        (f"{_SYSTEM}/test_update_echoes.py", f"{_UNIT}/test_core_merge.py"),
    ),
    Mutant(
        "updates are announced after they were sent",
        ("I12", "I13"),
        f"{_EXCHANGE}/writing.py",
        "        self._announce([write for write, _ in updates])\n"
        "        outcomes = self._client.update_contacts(mailbox, [update for _, update in updates])\n",
        "        outcomes = self._client.update_contacts(mailbox, [update for _, update in updates])\n"
        "        self._announce([write for write, _ in updates])\n",
        (f"{_SYSTEM}/test_update_echoes.py",),
    ),
    Mutant(
        "a record that is obsolete already is set obsolete again",
        ("I42",),
        f"{_C4C}/retiring.py",
        "            if record is None or is_obsolete(task.kind, record.properties):\n                # I42",
        "            if record is None:\n                # I42",
        (f"{_SYSTEM}/test_rules_deletion_guard.py::test_i42_deleted_on_both_sides_ends_silently",),
    ),
    Mutant(
        "creates go out in an order that chance decides",
        ("I44",),
        f"{_C4C}/joining.py",
        "        ready = [(task, body) for task, body in bodies if body is not None]",
        "        ready = [(task, body) for task, body in bodies if body is not None]\n"
        "        import random\n        random.shuffle(ready)",
        ("tests/property/test_replay.py",),
    ),
)
