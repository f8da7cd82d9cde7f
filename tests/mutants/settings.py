"""Seeded defects of settings: what is not known, what is said twice, what asks first."""

from __future__ import annotations

from mutants import Mutant

_SYNC = "contact-sync/contact_sync"
_UNIT = "tests/unit"
_SAID_ONCE = "tests/system/test_rules_said_once.py"
_FIRST_SESSION = "tests/system/test_rules_first_session.py"
_CHANGED_VIEWS = "tests/system/test_rules_changed_views.py"

SETTINGS = (
    Mutant(
        "an unknown setting inside another one is accepted",
        ("I46",),
        f"{_SYNC}/known_settings.py",
        '            yield from _unknown(known[name], entry, f"{path}{name}.")',
        "            pass",
        (f"{_UNIT}/test_settings_known.py",),
    ),
    Mutant(
        "a view for a mailbox that is not synced is accepted",
        ("I46",),
        f"{_SYNC}/setting_names.py",
        "            if address_of(entry) not in known:",
        "            if False:",
        (f"{_UNIT}/test_settings_known.py",),
    ),
    Mutant(
        "a setting of a field that does not exist is accepted",
        ("I46",),
        f"{_SYNC}/settings.py",
        "    check_fields(kind, entries, field_map.names)",
        "    check_fields(kind, (), field_map.names)",
        (f"{_UNIT}/test_settings_known.py",),
    ),
    Mutant(
        "a changed view is forgotten before its records were looked at",
        ("I36", "I49"),
        f"{_SYNC}/planning/sights.py",
        "            if link.in_view and (is_news or link.link_id in asking) and",
        "            if link.in_view and is_news and",
        (f"{_UNIT}/test_planning_sights.py",),
    ),
    Mutant(
        "what fell out of a mailbox's sight is never looked for",
        ("I49",),
        f"{_SYNC}/planning/sights.py",
        "                self._session.ask_for_all(kind)",
        "                pass",
        (f"{_UNIT}/test_planning_sights.py",),
    ),
    Mutant(
        "a record that C4C ended waits for the view's approval",
        ("I49",),
        f"{_SYNC}/planning/download.py",
        '            asks = after == "asleep" and link.link_id in asking',
        "            asks = link.link_id in asking",
        (f"{_CHANGED_VIEWS}::test_c3_a_record_that_c4c_ended_meanwhile_is_no_matter_of_the_view",),
    ),
    Mutant(
        "a new record in two views is created twice",
        ("I10",),
        f"{_SYNC}/planning/download.py",
        '            if record["ObjectID"] in shown:\n                return True\n',
        "",
        (
            f"{_CHANGED_VIEWS}::test_i49_what_falls_out_of_sight_asks_first_and_comes_back_as_it_was",
        ),
    ),
    Mutant(
        "what lay there before the sync came is a new item",
        ("I36",),
        f"{_SYNC}/planning/first_sessions.py",
        "        return link.but(is_hidden=True) if asks else link",
        "        return link",
        (_FIRST_SESSION,),
    ),
    Mutant(
        "a first session that read a part only was the first",
        ("I36",),
        f"{_SYNC}/planning/first_sessions.py",
        "self._in_full[mailbox] = in_full is None or self._folders[mailbox] <= set(in_full)",
        "self._in_full[mailbox] = True",
        (_FIRST_SESSION,),
    ),
    Mutant(
        "who refused a first removal is asked again",
        ("I36",),
        f"{_SYNC}/planning/first_sessions.py",
        "        if asks_first(link) and not session.is_in_hold(link.link_id):",
        "        if asks_first(link):",
        (_FIRST_SESSION,),
    ),
    Mutant(
        "a first removal is carried out though its type is read-only no more",
        ("I36",),
        f"{_SYNC}/planning/debts.py",
        "                return is_approved is not None and policy.removes_new_items",
        "                return is_approved is not None",
        (_FIRST_SESSION,),
    ),
    Mutant(
        "a folder alias that the tap was not told is accepted",
        ("I46",),
        f"{_SYNC}/agreement.py",
        "                if not policy.is_frozen and not folded <= given:",
        "                if not policy.is_frozen and not folded & given and not aliases:",
        (_SAID_ONCE,),
    ),
    Mutant(
        "a view that tap-c4c does not have is accepted",
        ("I46",),
        f"{_SYNC}/agreement.py",
        "if (kind.value, view) not in known",
        "if not known",
        (_SAID_ONCE,),
    ),
    Mutant(
        "a real tenant is synced by the rules of the emulators",
        ("I46",),
        "clients/exchange-client/exchange_client/settings.py",
        "        if _is_local(url) != must_be_local:",
        "        if _is_local(url) and not must_be_local:",
        (f"{_UNIT}/test_service_is_local.py",),
    ),
    Mutant(
        "a variable with a slip does nothing",
        ("I46",),
        f"{_SYNC}/singer_io.py",
        "        errors += unknown_variables(self.config_jsonschema, self._env_var_prefix, os.environ)",
        "",
        (f"{_UNIT}/test_settings_known.py",),
    ),
)
