"""The settings of random cases.

Responsible for covering every setting that decides about records, each one now and then.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from contact_sync.core.guards import Limits
from contact_sync.core.model import Direction, FieldPolicy, RecordType, Winner
from property.planner_config import Config, policy_of

#: Types that are played in a case; the fewer, the more cases.
_MIXES: tuple[tuple[RecordType, ...], ...] = (
    *((RecordType.CONTACT,),) * 5,
    *((RecordType.INDIVIDUAL_CUSTOMER,),) * 3,
    *((RecordType.ACCOUNT,),) * 3,
    *((RecordType.ACCOUNT, RecordType.CONTACT),) * 3,
    *((RecordType.CONTACT, RecordType.INDIVIDUAL_CUSTOMER),) * 2,
    tuple(RecordType),
)


#: So many different settings of one type are played; made once, they cost nothing.
_LIGHT_CONFIGS = 4096


def light_config(rng: random.Random) -> Config:
    """Return settings of which one type alone is switched on."""
    return _light_config(rng.randrange(_LIGHT_CONFIGS))


@cache
def _light_config(number: int) -> Config:
    rng = random.Random(number)
    return choose_config(rng, (rng.choice(tuple(RecordType)),))


def choose_config(rng: random.Random, kinds: tuple[RecordType, ...] = ()) -> Config:
    """Return the settings of a case: mostly defaults, each one changed now and then.

    Args:
        rng: What decides.
        kinds: The types that are played; by default some are chosen.
    """
    kinds = kinds or rng.choice(_MIXES)
    policies = {
        kind: policy_of(kind, **(_settings(rng) if kind in kinds else {"direction": Direction.OFF}))
        for kind in RecordType
    }
    limits = Limits(*rng.choice([(5, 20.0), (5, 20.0), (0, 0.0), (1, 50.0), (100, 100.0)]))
    filters = {kind: "in:north" for kind in kinds if rng.random() < 0.6}
    return Config(
        policies=policies,
        limits=limits,
        filters=filters,
        kinds=kinds,
        is_text=rng.random() < 0.02,
    )


def _settings(rng: random.Random) -> dict[str, Any]:
    chances: tuple[tuple[float, str, tuple[Any, ...]], ...] = (
        (0.12, "read_only", (True,)),
        (0.1, "direction", (Direction.TO_EXCHANGE, Direction.TO_C4C)),
        (0.5, "on_conflict", tuple(Winner)),
        (0.2, "delete_vs_edit", ("delete",)),
        (0.2, "exchange_delete", ("hide", "ignore")),
        (0.2, "on_leave_view", ("keep",)),
        (0.1, "c4c_delete", ("delete", "unlink")),
        (0.2, "read_only_new_item", ("leave",)),
        (0.3, "first_session_removals", ("act",)),
        (0.1, "company_change", ("relink",)),
        (0.1, "mark_with_category", (False,)),
    )
    found = {name: rng.choice(values) for chance, name, values in chances if rng.random() < chance}
    fields: dict[str, FieldPolicy] = {}
    for name in ("title", "phone"):
        if rng.random() < 0.15:
            fields[name] = FieldPolicy(direction=rng.choice(list(Direction)))
        elif rng.random() < 0.1:
            fields[name] = FieldPolicy(on_conflict=rng.choice(list(Winner)))
    return {**found, "fields": fields}
