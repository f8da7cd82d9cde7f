"""Which settings a plugin does not know, on any level, and which one was probably meant. Pure.

Each connector has a copy of this file (a test compares them): taps work without the sync, and
clients know nothing of settings of others. Values are never looked at nor repeated.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: From here on two names are one with a slip: `readonly`, `fitler`, `gard_percent`.
_SLIP = 0.75


def unknown_settings(schema: Mapping[str, Any], config: object) -> list[str]:
    """Return one line for each setting that the schema does not know (I46).

    An object whose members are declared takes no others, whatever its schema says of them;
    `additionalProperties` with a schema of its own is a declaration too.

    Args:
        schema: JSON schema of all settings.
        config: What was given.
    """
    lines = []
    for path, siblings, name in _unknown(schema, config, ""):
        nearest = _nearest(name, path, siblings, schema)
        lines.append(f"Setting `{path}{name}` is unknown; the nearest one is `{nearest}`.")
    return lines


def unknown_variables(
    schema: Mapping[str, Any], prefix: str, environment: Mapping[str, str]
) -> list[str]:
    """Return one line for each variable of Meltano's `.env` that is a setting with a slip (I46).

    Meltano gives a plugin the settings that it knows and its whole environment, so a variable with
    a slip would do nothing. Others with the same beginning may be anybody's.

    Args:
        schema: JSON schema of all settings.
        prefix: What the variables of the plugin begin with, such as `TAP_C4C_`.
        environment: The environment variables; outside of Meltano nothing is looked at.
    """
    if "MELTANO_PROJECT_ROOT" not in environment:
        return []
    paths = {path: _variable(path) for path in _paths(schema, "") if "[" not in path}
    known = set(paths.values())
    # What begins like one of these may be a member of it, of whatever name.
    free = {name for path, name in paths.items() if _is_free(schema, path)}
    lines = []
    for variable in sorted(environment):
        name = variable.removeprefix(prefix)
        # Two underscores begin Meltano's own.
        if name in (variable, "") or name[0] == "_" or name in known:
            continue
        nearest = nearest_name(name, list(known))
        is_member = any(name.startswith(f"{other}_") for other in free)
        if not is_member and _likeness(name, nearest) >= _SLIP:
            lines.append(
                f"Variable `{variable}` is unknown; the nearest one is `{prefix}{nearest}`."
            )
    return lines


def nearest_name(name: str, known: Mapping[str, object] | list[str]) -> str:
    """Return the name that is most like one; a tie goes to the first in the alphabet."""
    return max(sorted(known), key=lambda other: _likeness(name, other))


def _unknown(
    schema: Mapping[str, Any], value: object, path: str
) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield the path to each unknown name, the names that are known there, and the name."""
    if isinstance(value, list):
        for position, entry in enumerate(value):
            place = f"{path.removesuffix('.')}[{position}]."
            yield from _unknown(schema.get("items") or {}, entry, place)
    if not isinstance(value, dict):
        return
    known: Mapping[str, Any] = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    for name, entry in value.items():
        if name in known:
            yield from _unknown(known[name], entry, f"{path}{name}.")
        elif isinstance(others, dict):
            yield from _unknown(others, entry, f"{path}{name}.")
        elif known:
            yield path, known, str(name)


def _nearest(name: str, path: str, siblings: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the path of the setting that was meant: a slip, one of another level, or any."""
    nearest = nearest_name(name, siblings)
    if _likeness(name, nearest) < _SLIP:
        for other in _paths(schema, ""):
            if other.rpartition(".")[2] == name:
                return other
    return f"{path}{nearest}"


def _paths(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, entry in (schema.get("properties") or {}).items():
        yield f"{path}{name}"
        yield from _paths(entry, f"{path}{name}.")
        yield from _paths(entry.get("items") or {}, f"{path}{name}[].")


def _variable(path: str) -> str:
    return path.upper().replace(".", "_")


def _is_free(schema: Mapping[str, Any], path: str) -> bool:
    """Whether an object takes members of any name."""
    for name in path.split("."):
        schema = schema["properties"][name]
    is_object = "object" in schema.get("type", ())
    others = schema.get("additionalProperties")
    return is_object and (isinstance(others, dict) or not schema.get("properties"))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()
