"""Seeded defects about C4C: batches that end early, and one record or view in trouble."""

from __future__ import annotations

from mutants import Mutant

_CLIENT = "clients/c4c-client/c4c_client"
_VIEWS = "tests/system/test_rules_view_trouble.py"
_STOPPING = "tests/unit/test_c4c_client_stopping.py"
_TARGET = "target-c4c/target_c4c"
_TROUBLE = "tests/unit/test_target_c4c_trouble.py"

C4C = (
    Mutant(
        "a batch that ends at a failed part ends the session",
        ("I45",),
        f"{_CLIENT}/reading.py",
        "            if not batch.has_stopped(len(rest)):\n",
        "            if True:\n",
        (_STOPPING,),
    ),
    Mutant(
        "a record that is listed and not found by its key is taken for gone",
        ("I7", "I45"),
        f"{_CLIENT}/reading.py",
        "            if records:\n                fail(condition",
        "            if False:\n                fail(condition",
        ("tests/unit/test_c4c_client_gone.py",),
    ),
    Mutant(
        "answers of a short batch are given to the first parts, whosever they are",
        ("I7",),
        f"{_CLIENT}/batch.py",
        "        return self.is_complete and is_short and not last and all(before)",
        "        return self.is_complete and is_short",
        (_STOPPING,),
    ),
    Mutant(
        "a create that C4C may have carried out is sent again",
        ("I10",),
        f"{_CLIENT}/writing.py",
        "    return not isinstance(write, Create) and write.etag is not None",
        "    return isinstance(write, Create) or write.etag is not None",
        (_STOPPING,),
    ),
    Mutant(
        "a query too long for a URL is sent as one",
        ("I45",),
        f"{_CLIENT}/reading.py",
        "            if answer.status != HTTPStatus.REQUEST_URI_TOO_LONG:\n",
        "            if True:\n",
        (_STOPPING,),
    ),
    Mutant(
        "who gets no CSRF token asks for one before each batch",
        ("I50",),
        f"{_CLIENT}/transport.py",
        "        self._is_token_known = True\n",
        "        self._is_token_known = self._token is not None\n",
        (_STOPPING,),
    ),
    Mutant(
        "the last Retry-After of a batch wins instead of the longest",
        ("I33",),
        f"{_CLIENT}/transport.py",
        "        self._sleep(max(due))\n",
        "        self._sleep(due[-1])\n",
        (_STOPPING,),
    ),
    Mutant(
        "a view that C4C refuses ends the session",
        ("I45",),
        "tap-c4c/tap_c4c/type_pass.py",
        "                read.problem = read.problem or error\n",
        "                raise\n",
        (_VIEWS,),
    ),
    Mutant(
        "a view that could not be read counts as read to its end",
        ("I45",),
        "tap-c4c/tap_c4c/streams.py",
        "        done = [read for read in type_pass.reads if read.problem is None]\n",
        "        done = list(type_pass.reads)\n",
        ("tests/unit/tap_c4c/test_tap_c4c.py",),
    ),
    Mutant(
        "the issue about a refused view stays open for ever",
        ("I28",),
        "contact-sync/contact_sync/planning/trouble.py",
        '                self._issues.close(code="view_refused", mailbox="", record_type=kind)\n',
        "                pass\n",
        (_VIEWS,),
    ),
    Mutant(
        "a field that C4C refused of a new record counts as agreed",
        ("I45",),
        f"{_TARGET}/joining.py",
        "            exchange={**contract.source, **waiting},\n",
        "            exchange=contract.source,\n",
        (_TROUBLE,),
    ),
    Mutant(
        "refused fields use up the tries of a record",
        ("I45",),
        f"{_TARGET}/updating.py",
        "        if update.fields and names:\n            return [update]",
        "        update.rounds += 1\n        if update.fields and names:\n            return [update]",
        (_TROUBLE,),
    ),
    Mutant(
        "of a create that cannot be looked for nobody hears",
        ("I45",),
        f"{_TARGET}/intents.py",
        '                _raise(store, "unknown_outcome", link, answer_of(error))\n',
        "                pass\n",
        (_TROUBLE,),
    ),
    Mutant(
        "a failed look leaves the intent of a write that did not happen",
        ("I45",),
        f"{_TARGET}/apart.py",
        "            tell(task, of_one(failed[object_id]), intent)\n",
        "            tell(task, of_one(failed[object_id]))\n",
        (_TROUBLE,),
    ),
    Mutant(
        "a write that finds nothing proves that the record is gone",
        ("I7",),
        f"{_TARGET}/retiring.py",
        "                removal.etag, removal.is_missed = None, True\n"
        "                again.append(removal)\n",
        "                self._retired(removal, result.record)\n",
        (_TROUBLE,),
    ),
    Mutant(
        "a record that its view shows is gone if its key finds nothing",
        ("I7",),
        "tap-c4c/tap_c4c/type_pass.py",
        "        elif object_id in listed and self._asked.has_store:\n",
        "        elif False:\n",
        ("tests/unit/tap_c4c/test_tap_c4c.py",),
    ),
    Mutant(
        "a write for which its batch is turned away stops all the others",
        ("I45",),
        f"{_CLIENT}/writing.py",
        "            self._transport.check_batches()\n",
        "            raise\n",
        ("tests/unit/test_c4c_client_spoilt.py",),
    ),
    Mutant(
        "of a record in trouble two issues are open",
        ("I45",),
        "contact-sync/contact_sync/planning/trouble.py",
        "                for code in WRITE_CODES:\n",
        "                for code in ():\n",
        ("tests/unit/test_planning_trouble.py",),
    ),
    Mutant(
        "what could not be written to a record waits for ever in its item",
        ("I45",),
        "contact-sync/contact_sync/planning/trouble.py",
        "                if link.exchange_id is not None:\n",
        "                if False:\n",
        ("tests/unit/test_planning_trouble.py",),
    ),
    Mutant(
        "of one write two issues are open",
        ("I45",),
        "contact-sync/contact_sync/book.py",
        "                if other != code:\n",
        "                if False:\n",
        (_TROUBLE,),
    ),
)
