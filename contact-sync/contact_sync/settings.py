"""Settings of the mapper in typed form, checked.

Responsible for cross-field rules: bad configuration is an error before any message is read. The
declaration is in `settings_schema.py`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from phonenumbers import SUPPORTED_REGIONS
from singer_sdk.exceptions import ConfigValidationError

from contact_sync.core.fields import FieldMap
from contact_sync.core.guards import Limits
from contact_sync.core.model import Direction, FieldPolicy, RecordType, TypePolicy, Winner
from contact_sync.setting_names import (
    address_of,
    check_fields,
    check_folders_and_categories,
    check_mailboxes,
)
from contact_sync.settings_schema import CHOICES, NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class SyncSettings:
    """The settings in typed form.

    Attributes:
        mapping: `exchange-to-c4c` or `c4c-to-exchange`.
        mailboxes: Addresses, lower case.
        policies: Per record type.
        field_maps: Per record type.
        custom: Per record type: canonical name -> (Graph property, C4C property).
        region: ISO country for phone numbers, or None.
        limits: The guard's.
        owners: Mailbox -> OwnerID.
        views: Mailbox -> record type -> view name.
        info_issue_days: How long issues that tell of an event stay open.
    """

    mapping: str
    mailboxes: tuple[str, ...]
    policies: Mapping[RecordType, TypePolicy]
    field_maps: Mapping[RecordType, FieldMap]
    custom: Mapping[RecordType, Mapping[str, tuple[str, str]]]
    region: str | None
    limits: Limits
    owners: Mapping[str, str]
    views: Mapping[str, Mapping[RecordType, str]]
    info_issue_days: int = 14

    def fingerprint(self, record_type: RecordType) -> str:
        """Return a hash of all that decides what items and records must show (16 hex digits)."""
        policy = self.policies[record_type]
        directions = {name: entry.direction.value for name, entry in policy.fields.items()}
        parts = [
            policy.direction.value,
            policy.read_only,
            policy.read_only_new_item,
            sorted(directions.items()),
            sorted(self.custom[record_type].items()),
            self.region,
            policy.category if policy.mark_with_category else "",
        ]
        return _hash(parts)

    @cached_property
    def managed_folders(self) -> dict[str, dict[str, Any]]:
        """What every mailbox needs: record type -> {name, aliases, category}; not frozen ones'."""
        return {
            kind.value: {
                "name": policy.folder,
                "aliases": list(policy.folder_aliases),
                "category": policy.category if policy.mark_with_category else "",
            }
            for kind, policy in self.policies.items()
            if not policy.is_frozen
        }

    @cached_property
    def managed_folders_hash(self) -> str:
        """16 hex digits that change with the names of folders and categories."""
        return _hash(self.managed_folders)


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def parse(config: Mapping[str, Any]) -> SyncSettings:
    """Check the settings and return their typed form.

    Raises:
        ConfigValidationError: A value is missing or contradictory; the message names the setting
            and never its value.
    """
    mailboxes = tuple(dict.fromkeys(str(name).strip().lower() for name in config["mailboxes"]))
    if not mailboxes or not all(mailboxes):
        raise ConfigValidationError("Setting `mailboxes` is empty: name at least one mailbox.")
    check_mailboxes(config, mailboxes)
    region = _region(config)
    custom = {kind: _custom_fields(kind, config) for kind in RecordType}
    policies = {kind: _policy(kind, config, region, custom[kind]) for kind in RecordType}
    check_folders_and_categories(policies)
    field_maps = {
        kind: FieldMap(kind, region=region, custom=custom[kind], directions=policies[kind].fields)
        for kind in RecordType
    }
    return SyncSettings(
        mapping=config["mapping"],
        mailboxes=mailboxes,
        policies=policies,
        field_maps=field_maps,
        custom=custom,
        region=region,
        limits=Limits(int(config["guard_min_removals"]), float(config["guard_percent"])),
        info_issue_days=int(config["info_issue_days"]),
        # Entries, not a mapping by address: Meltano splits setting names at dots.
        owners={address_of(entry): entry["owner_id"] for entry in config["owners"]},
        views=_views(config),
    )


def _region(config: Mapping[str, Any]) -> str | None:
    region = config.get("region") or None
    if region is not None and region not in SUPPORTED_REGIONS:
        raise ConfigValidationError(
            "Setting `region` must be a country code of two capital letters, such as DE."
        )
    return region


def _views(config: Mapping[str, Any]) -> dict[str, dict[RecordType, str]]:
    views: dict[str, dict[RecordType, str]] = {}
    for entry in config["views"]:
        by_type = views.setdefault(address_of(entry), {})
        by_type[RecordType(entry["record_type"])] = entry["view"]
    return views


def _custom_fields(kind: RecordType, config: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    entries = (config.get(kind.value) or {}).get("custom_fields") or {}
    custom = {str(k): (str(v["exchange"]), str(v["c4c"])) for k, v in entries.items()}
    try:
        FieldMap(kind, custom=custom)
    except ValueError as error:  # it names the field and its properties, which are no secrets
        raise ConfigValidationError(f"Setting `{kind.value}.custom_fields`: {error}") from None
    return custom


def _policy(
    kind: RecordType,
    config: Mapping[str, Any],
    region: str | None,
    custom: Mapping[str, tuple[str, str]],
) -> TypePolicy:
    given: dict[str, Any] = dict(config.get(kind.value) or {})
    folder, folder_aliases, category, category_aliases = NAMES[kind]
    texts = {
        choice.name: given.get(choice.name, choice.default)
        for choice in CHOICES
        if kind in choice.types and choice.name not in ("direction", "on_conflict")
    }
    return TypePolicy(
        record_type=kind,
        folder=given.get("folder") or folder,
        folder_aliases=tuple(given.get("folder_aliases", folder_aliases)),
        category=given.get("category") or category,
        category_aliases=tuple(given.get("category_aliases", category_aliases)),
        direction=Direction(given.get("direction", "both")),
        read_only=bool(given.get("read_only", False)),
        on_conflict=Winner(given.get("on_conflict", "c4c")),
        match_existing=bool(given.get("match_existing", True)),
        mark_with_category=bool(given.get("mark_with_category", True)),
        role_code=str(given.get("role_code") or "CRM000"),
        fields=_field_policies(kind, given, region, custom),
        **texts,
    )


def _field_policies(
    kind: RecordType,
    given: Mapping[str, Any],
    region: str | None,
    custom: Mapping[str, tuple[str, str]],
) -> dict[str, FieldPolicy]:
    field_map = FieldMap(kind, region=region, custom=custom)
    entries: Mapping[str, Any] = given.get("fields") or {}
    check_fields(kind, entries, field_map.names)
    policies: dict[str, FieldPolicy] = {}
    for name in field_map.names:
        entry = entries.get(name) or {}
        direction = Direction(entry.get("direction") or field_map.default_direction(name))
        winner = Winner(entry["on_conflict"]) if entry.get("on_conflict") else None
        if name == "company" and direction.value in ("both", "to_c4c"):
            raise ConfigValidationError(
                f"Setting `{kind.value}.fields.company.direction` can be to_exchange or off: C4C "
                "derives the company from the account; see company_change."
            )
        policies[name] = FieldPolicy(direction=direction, on_conflict=winner)
    return policies
