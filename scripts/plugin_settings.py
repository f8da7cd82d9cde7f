"""Writes what the plugins say of their settings (`--about`) into meltano.yml and README.md.

The plugins are the one place where settings are declared. Both files hold generated parts between
markers: `# settings:PLUGIN` … `# /settings` and `<!-- settings:PLUGIN -->` … `<!-- /settings -->`.
With `--check` nothing is written; the exit code says whether the files are current.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singer_sdk.helpers import capabilities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent

#: Plugin -> its executable.
PLUGINS = {
    "tap-exchange-contacts": "tap-exchange-contacts",
    "tap-c4c": "tap-c4c",
    "contact-sync": "contact-sync-mapper",
    "target-c4c": "target-c4c",
    "target-exchange-contacts": "target-exchange-contacts",
}

#: Variables of `.env` that several plugins read, so that a value is given once.
SHARED_VARIABLES = {
    "sync_store": "CONTACT_SYNC_STORE",
    "digest_key": "CONTACT_SYNC_DIGEST_KEY",
    "mailboxes": "CONTACT_SYNC_MAILBOXES",
}

#: The tap and the target of one service share all settings that both have, by this prefix.
SERVICES = {
    "C4C": ("tap-c4c", "target-c4c"),
    "GRAPH": ("tap-exchange-contacts", "target-exchange-contacts"),
}

#: Meltano passes strings from `.env`; kinds make it convert them. Texts with a list of allowed
#: values stay texts: the plugin's message names the setting and the values, Meltano prints a
#: traceback.
KINDS = {
    "array": "array",
    "object": "object",
    "boolean": "boolean",
    "integer": "integer",
    # Not `decimal`: Meltano 4.4 cannot write its own Decimal values into a plugin's config file.
    "number": "integer",
}


@dataclass(frozen=True)
class Setting:
    """One setting, as a plugin describes it.

    Attributes:
        name: Dotted path, `contact.direction`.
        kind: JSON type: string, integer, number, boolean, array or object.
        default: JSON value, or None.
        allowed: Allowed values; empty for any.
        is_secret: Never to be shown.
        is_required: Without default, and the plugin stops if it is missing.
        title: A few words.
        description: A sentence.
    """

    name: str
    kind: str
    default: Any
    allowed: tuple[str, ...]
    is_secret: bool
    is_required: bool
    title: str
    description: str


def read_settings(plugin: str) -> tuple[Setting, ...]:
    """Ask an installed plugin for its own settings, without those the SDK adds to every plugin."""
    executable = Path(sys.executable).with_name(PLUGINS[plugin])
    about = subprocess.run(  # noqa: S603 - our own executable
        [executable, "--about", "--format=json"], capture_output=True, text=True, check=True
    )
    return tuple(_leaves(json.loads(about.stdout)["settings"], ""))


def settings_table(plugin: str) -> str:
    """Return the README's table of a plugin's settings, in Markdown."""
    rows = ["| setting | in `.env` | default | meaning |", "|---|---|---|---|"]
    for setting in _settings(plugin):
        default = "**required**" if setting.is_required else _code(setting.default)
        meaning = setting.description or setting.title
        if setting.allowed:
            meaning += " One of " + ", ".join(f"`{value}`" for value in setting.allowed) + "."
        if setting.is_secret:
            meaning += " Secret."
        cells = (f"`{setting.name}`", f"`{variable(plugin, setting.name)}`", default, meaning)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def meltano_settings(plugin: str) -> str:
    """Return the entries of `settings:` of a plugin in meltano.yml."""
    entries = []
    for setting in _settings(plugin):
        entry = f"name: {setting.name}"
        if setting.kind in KINDS:
            entry += f", kind: {KINDS[setting.kind]}"
        if setting.is_secret:
            entry += ", sensitive: true"
        if variable(plugin, setting.name) != _own_variable(plugin, setting.name):
            entry += f", env_aliases: [{variable(plugin, setting.name)}]"
        entries.append(f"    - {{{entry}}}")
    return "\n".join(entries)


def variable(plugin: str, name: str) -> str:
    """Name the variable of `.env` that gives a setting."""
    if name in SHARED_VARIABLES:
        return SHARED_VARIABLES[name]
    for prefix, plugins in SERVICES.items():
        if plugin in plugins and all(
            name in {setting.name for setting in _settings(each)} for each in plugins
        ):
            return f"{prefix}_{name.upper()}".replace(f"{prefix}_{prefix}_", f"{prefix}_")
    return _own_variable(plugin, name)


def fill(text: str, opening: str, closing: str, render: Mapping[str, str]) -> str:
    """Replace what stands between the markers of each plugin.

    Args:
        text: A file's content.
        opening: Opening marker as a regular expression with one group, the plugin's name.
        closing: Closing marker as a regular expression.
        render: Plugin -> new content.
    """
    pattern = re.compile(rf"(?m)(^[ ]*{opening}\n)(?s:.*?)(^[ ]*{closing}$)")
    return pattern.sub(lambda found: f"{found[1]}{render[found[2]]}\n{found[3]}", text)


def current_texts() -> dict[Path, str]:
    """Return each file with generated parts, as it should be."""
    meltano, readme = ROOT / "meltano.yml", ROOT / "README.md"
    texts = {
        meltano: fill(
            meltano.read_text("utf-8"),
            r"# settings:([a-z0-9-]+)",
            r"# /settings",
            {plugin: meltano_settings(plugin) for plugin in PLUGINS},
        )
    }
    if readme.exists():
        texts[readme] = fill(
            readme.read_text("utf-8"),
            r"<!-- settings:([a-z0-9-]+) -->",
            r"<!-- /settings -->",
            {plugin: settings_table(plugin) for plugin in PLUGINS},
        )
    return texts


def main() -> None:
    """Bring both files up to date, or with `--check` say which are not."""
    stale = {path: text for path, text in current_texts().items() if path.read_text() != text}
    if "--check" not in sys.argv:
        for path, text in stale.items():
            path.write_text(text, "utf-8")
    elif stale:
        names = ", ".join(sorted(path.name for path in stale))
        sys.exit(f"Not current: {names}. Run: make settings")


@cache
def _settings(plugin: str) -> tuple[Setting, ...]:
    return read_settings(plugin)


def _leaves(schema: Mapping[str, Any], prefix: str) -> Iterator[Setting]:
    required = set(schema.get("required", ()))
    for name, entry in schema["properties"].items():
        if not prefix and name in _sdk_names():
            continue
        if entry.get("properties"):
            # The parts only: Meltano would send a null for each part that is not set, if the
            # whole were declared too.
            yield from _leaves(entry, f"{prefix}{name}.")
            continue
        kinds = [kind for kind in _as_list(entry.get("type", "string")) if kind != "null"]
        yield Setting(
            name=f"{prefix}{name}",
            kind=kinds[0],
            default=entry.get("default"),
            allowed=tuple(str(value) for value in entry.get("enum", ()) if value is not None),
            is_secret=bool(entry.get("secret")),
            is_required=name in required and entry.get("default") is None,
            title=entry.get("title", ""),
            description=" ".join(entry.get("description", "").split()),
        )


@cache
def _sdk_names() -> frozenset[str]:
    schemas = [value for name, value in vars(capabilities).items() if name.endswith("_CONFIG")]
    return frozenset(name for entry in schemas for name in entry["properties"])


def _own_variable(plugin: str, name: str) -> str:
    return f"{plugin}_{name}".upper().replace("-", "_").replace(".", "_")


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _code(value: object) -> str:
    if value in (None, "", [], {}):
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}`"


if __name__ == "__main__":
    main()
