"""Names that stand in several settings: each must exist, and mean one thing (I46).

Responsible for what a schema cannot say about mailboxes, fields and folders. Messages name
settings, never values: an address is personal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import ConfigValidationError

from contact_sync.known_settings import nearest_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.core.model import RecordType, TypePolicy


def check_mailboxes(config: Mapping[str, Any], mailboxes: Iterable[str]) -> None:
    """Refuse entries of `owners` and `views` for a mailbox that is not synced, or given twice.

    Raises:
        ConfigValidationError: The message names the entry by its place.
    """
    known = set(mailboxes)
    for setting, keys in (("owners", ("mailbox",)), ("views", ("mailbox", "record_type"))):
        seen: set[tuple[str, ...]] = set()
        for position, entry in enumerate(config[setting]):
            place = f"{setting}[{position}]"
            if address_of(entry) not in known:
                raise ConfigValidationError(
                    f"Setting `{place}.mailbox` names a mailbox that is not in `mailboxes`."
                )
            key = (address_of(entry), *(entry[name] for name in keys[1:]))
            if key in seen:
                raise ConfigValidationError(
                    f"Setting `{place}` repeats the {' and '.join(keys)} of an earlier entry: "
                    "only one of them can hold."
                )
            seen.add(key)
            for name in entry.keys() - set(keys):
                if not entry[name].strip():
                    raise ConfigValidationError(f"Setting `{place}.{name}` is blank.")


def address_of(entry: Mapping[str, Any]) -> str:
    """Return the mailbox of an entry as it is compared: lower case."""
    return str(entry["mailbox"]).strip().lower()


def check_fields(kind: RecordType, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse settings of a field that the record type does not have.

    Raises:
        ConfigValidationError: The message names the field, and the one that is most like it.
    """
    names = list(known)
    for name in sorted(set(given) - set(names)):
        path = f"{kind.value}.fields."
        raise ConfigValidationError(
            f"Setting `{path}{name}` is unknown; the nearest one is "
            f"`{path}{nearest_name(name, names)}`."
        )


def check_folders_and_categories(policies: Mapping[RecordType, TypePolicy]) -> None:
    """Refuse one folder or category name for two record types, and blank ones.

    Raises:
        ConfigValidationError: The message names both settings.
    """
    for setting in ("folder", "category"):
        seen: dict[str, RecordType] = {}
        for kind, policy in policies.items():
            names = (getattr(policy, setting), *getattr(policy, f"{setting}_aliases"))
            for name in {entry.strip().casefold() for entry in names}:
                if not name:
                    raise ConfigValidationError(
                        f"Setting `{kind.value}.{setting}` (or an alias) is blank."
                    )
                if name in seen:
                    raise ConfigValidationError(
                        f"Settings `{seen[name].value}.{setting}` and `{kind.value}.{setting}` "
                        "share a name (or alias): each record type needs its own."
                    )
                seen[name] = kind
