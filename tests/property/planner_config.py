"""The settings of a case: what the mapper would make of them, and which types are played."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from contact_sync.core.guards import Limits
from contact_sync.core.model import Direction, FieldPolicy, RecordType, TypePolicy
from contact_sync.settings import SyncSettings
from contact_sync.settings_schema import NAMES
from property.planner_fields import tiny_map
from property.planner_mailbox import MAILBOX
from tap_c4c.record_types import View
from tap_exchange_contacts.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNLIMITED = Limits()

_VIEWS: dict[str | None, View] = {}


def policy_of(kind: RecordType, **changes: Any) -> TypePolicy:
    """Return the default policy of a type with some settings changed."""
    folder, folder_aliases, category, category_aliases = NAMES[kind]
    fields: dict[str, FieldPolicy] = dict(changes.pop("fields", {}))
    if kind is RecordType.CONTACT:
        fields["company"] = FieldPolicy(direction=Direction.TO_EXCHANGE)
    return TypePolicy(
        record_type=kind,
        folder=folder,
        folder_aliases=tuple(folder_aliases),
        category=category,
        category_aliases=tuple(category_aliases),
        fields=fields,
        **changes,
    )


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of a case.

    Attributes:
        policies: Per record type.
        limits: The guard's.
        filters: Per record type: filter of its only view, None for everything.
        kinds: Types that are read and played with.
        is_text: Operations travel as JSON, as they do between the real plugins.
    """

    policies: Mapping[RecordType, TypePolicy]
    limits: Limits = _UNLIMITED
    filters: Mapping[RecordType, str | None] = field(default_factory=dict)
    kinds: tuple[RecordType, ...] = (RecordType.CONTACT,)
    is_text: bool = False

    def but_policy(self, kind: RecordType, **changes: Any) -> Config:
        """Return a copy in which one type has other settings."""
        return replace(
            self, policies={**self.policies, kind: replace(self.policies[kind], **changes)}
        )

    def but_filter(self, kind: RecordType, text: str | None) -> Config:
        """Return a copy in which the view of one type has another filter."""
        return replace(self, filters={**self.filters, kind: text})

    @cached_property
    def settings(self) -> SyncSettings:
        """What the mapper would make of the settings; the planners know their mapping."""
        return _Settings(
            mapping="",
            mailboxes=(MAILBOX,),
            policies=self.policies,
            field_maps={kind: tiny_map(kind, off_fields(p)) for kind, p in self.policies.items()},
            custom={kind: {} for kind in RecordType},
            region=None,
            limits=self.limits,
            owners={},
            views={},
        )

    def view(self, kind: RecordType) -> View:
        """Return the only view of a type."""
        text = self.filters.get(kind)
        return _VIEWS.setdefault(text, _View(name="all", filter=text))

    def scope(self, folder_ids: frozenset[str]) -> Scope:
        """Return which contacts may leave a mailbox with these managed folders."""
        if folder_ids not in self._scopes:
            policies = self.policies.values()
            self._scopes[folder_ids] = Scope.of(
                scope="managed",
                managed_folders=[n for p in policies for n in (p.folder, *p.folder_aliases)],
                routing_categories=[n for p in policies for n in (p.category, *p.category_aliases)],
                folder_ids=folder_ids,
            )
        return self._scopes[folder_ids]

    @cached_property
    def _scopes(self) -> dict[frozenset[str], Scope]:
        return {}


class _View(View):
    """A view whose hash is made once."""

    @cached_property
    def _hash(self) -> str:
        return super().filter_hash

    @property
    def filter_hash(self) -> str:
        return self._hash


class _Settings(SyncSettings):
    """Settings whose fingerprints are made once: they cost more than a small session."""

    @cached_property
    def _fingerprints(self) -> dict[RecordType, str]:
        made = super().fingerprint
        return {kind: made(kind) for kind in self.policies}

    def fingerprint(self, record_type: RecordType) -> str:
        return self._fingerprints[record_type]


def off_fields(policy: TypePolicy) -> tuple[str, ...]:
    """Return the fields that are switched off."""
    return tuple(n for n, entry in policy.fields.items() if entry.direction is Direction.OFF)
