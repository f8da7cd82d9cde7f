"""What holds the workspace together: versions, pins, imports, meltano.yml, generated texts."""

from __future__ import annotations

import ast
import datetime as dt
import re
import shlex
import sys
import tomllib
import types
import warnings
from itertools import chain
from pathlib import Path
from typing import Any

import plugin_settings
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from singer_sdk.helpers._compat import warn_python_eol
from with_index import uv_variables

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = sorted(path for path in ROOT.glob("**/pyproject.toml") if ".venv" not in path.parts)
PROJECTS: dict[str, Any] = {
    project["name"]: project
    for project in (tomllib.loads(path.read_text("utf-8"))["project"] for path in MANIFESTS)
}
MELTANO: dict[str, Any] = yaml.safe_load((ROOT / "meltano.yml").read_text("utf-8"))
PLUGINS = [
    pytest.param(kind, plugin, id=f"{kind}-{plugin['name']}")
    for kind, plugins in MELTANO["plugins"].items()
    for plugin in plugins
]

#: Third parties of the core: tables and parsers, no input or output.
CORE_MAY_IMPORT = {"babel", "contact_sync", "phonenumbers", "pycountry"}


def test_the_workspace_has_nine_manifests() -> None:
    assert len(MANIFESTS) == 9


@pytest.mark.parametrize("key", ["version", "requires-python"])
def test_all_distributions_agree_on(key: str) -> None:
    assert len({project[key] for project in PROJECTS.values()}) == 1


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("README.md", r"Python (3\.\d+) or later"),
        ("CONTRIBUTING.md", r"Python (3\.\d+) or later"),
        ("Makefile", r"Python (3\.\d+) or later"),
        ("Makefile", r"--python-version (3\.\d+)"),
        ("pyproject.toml", r'target-version = "py(3\d+)"'),
        ("pyproject.toml", r'python_version = "(3\.\d+)"'),
        ("scripts/check_python.py", r"version_info < \((3, \d+)\)"),
        ("scripts/check_python.py", r"Python (3\.\d+) or later"),
    ],
)
def test_the_oldest_python_is_the_same_in(path: str, pattern: str) -> None:
    promised = PROJECTS["contact-sync"]["requires-python"].removeprefix(">=")
    found = re.findall(pattern, (ROOT / path).read_text("utf-8"))
    assert {re.sub(r"\W", "", entry) for entry in found} == {re.sub(r"\W", "", promised)}


def test_an_older_python_is_refused_in_one_line() -> None:
    program = (ROOT / "scripts" / "check_python.py").read_text("utf-8")
    older = types.SimpleNamespace(version_info=(3, 10, 20), exit=sys.exit)
    with pytest.raises(SystemExit) as caught:
        exec(program.replace("import sys\n", ""), {"sys": older})
    assert str(caught.value).startswith("Python 3.11 or later is needed, this is 3.10.20.")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("year", [2027, 2100])
def test_no_test_turns_red_by_the_calendar(year: int) -> None:
    # Warnings are errors here; the SDK warns of the age of the Python that runs it.
    today, version = dt.date(year, 6, 1), (3, 11)
    warn_python_eol(today, version)
    with pytest.raises(FutureWarning):
        warnings.warn("Python is old, and something else is", FutureWarning, stacklevel=1)


@pytest.mark.parametrize("name", sorted(PROJECTS))
def test_constraints_pin_what_a_distribution_requires(name: str) -> None:
    extras = PROJECTS[name].get("optional-dependencies", {}).values()
    assert not _unpinned([*PROJECTS[name]["dependencies"], *chain.from_iterable(extras)])


def test_constraints_pin_the_development_tools() -> None:
    group = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    assert not _unpinned(group)


def test_constraints_name_no_place_to_download_from() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert re.fullmatch(r"(?m)(?:[a-z0-9-]+==[\w.+!]+(?: ; .+)?\n)+", text)


def test_the_core_imports_only_tables_and_parsers() -> None:
    allowed = CORE_MAY_IMPORT | sys.stdlib_module_names
    found = {
        (path.name, module)
        for path in (ROOT / "contact-sync" / "contact_sync" / "core").glob("*.py")
        for module in _imported_packages(path)
    }
    assert {entry for entry in found if entry[1] not in allowed} == set()


@pytest.mark.parametrize("plugin", sorted(plugin_settings.PLUGINS))
def test_settings_in_meltano_yml_are_those_of_the_plugin(plugin: str) -> None:
    declared = [
        entry
        for plugins in (MELTANO["plugins"][kind] for kind in ("extractors", "mappers", "loaders"))
        for entry in plugins
        if entry["name"] == plugin
    ]
    assert declared[0]["settings"] == yaml.safe_load(plugin_settings.meltano_settings(plugin))


@pytest.mark.parametrize("plugin", sorted(plugin_settings.PLUGINS))
def test_settings_table_in_the_readme_is_current(plugin: str) -> None:
    readme = ROOT / "README.md"
    assert plugin_settings.settings_table(plugin) in readme.read_text("utf-8")


@pytest.mark.parametrize(("kind", "plugin"), PLUGINS)
def test_pip_urls_name_constraints_and_every_local_part(kind: str, plugin: dict[str, Any]) -> None:
    if plugin["name"] == "target-jsonl":
        return  # has pins of its own, which contradict ours
    words = shlex.split(plugin["pip_url"])
    parts = [ROOT / word.partition("[")[0] for word in words if word.startswith("./")]
    manifests = [tomllib.loads((part / "pyproject.toml").read_text()) for part in parts]
    named = {manifest["project"]["name"] for manifest in manifests}
    needed = _own_requirements(plugin["name"], with_extra=kind == "extractors")
    assert words[:2] == ["-c", "constraints.txt"]
    assert named == needed


def test_secrets_are_marked_in_meltano_yml() -> None:
    suspects = re.compile(r"password|secret|_key$|sync_store")
    unmarked = {
        (entry.values[1]["name"], setting["name"])  # type: ignore[index]
        for entry in PLUGINS
        for setting in entry.values[1].get("settings") or []  # type: ignore[union-attr]
        if suspects.search(setting["name"]) and not setting.get("sensitive")
    }
    assert unmarked == set()


def test_each_mapping_is_told_its_own_name() -> None:
    (mapper,) = MELTANO["plugins"]["mappers"]
    assert [(entry["name"], entry["config"]) for entry in mapper["mappings"]] == [
        ("exchange-to-c4c", {"mapping": "exchange-to-c4c"}),
        ("c4c-to-exchange", {"mapping": "c4c-to-exchange"}),
    ]


def test_exchange_goes_first() -> None:
    (job,) = MELTANO["jobs"]
    assert job["tasks"] == [
        "tap-exchange-contacts exchange-to-c4c target-c4c",
        "tap-c4c c4c-to-exchange target-exchange-contacts",
    ]


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        pytest.param("", {}, id="nothing set"),
        pytest.param(
            "global.index-url='https://index.example/simple'\n:env:.timeout='9'",
            {"UV_DEFAULT_INDEX": "https://index.example/simple"},
            id="one index",
        ),
        pytest.param(
            ":env:.index-url='https://b.example'\nglobal.index-url='https://a.example'",
            {"UV_DEFAULT_INDEX": "https://b.example"},
            id="the environment wins",
        ),
        pytest.param(
            "global.extra-index-url='\\nfile:///a\\nfile:///b'\nglobal.find-links='/c\\n/d'",
            {
                "UV_INDEX": "file:///a file:///b",
                "UV_FIND_LINKS": "/c,/d",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
            },
            id="several places",
        ),
    ],
)
def test_uv_looks_where_pip_looks(listing: str, expected: dict[str, str]) -> None:
    assert uv_variables(listing) == expected


def _pins() -> dict[str, list[Requirement]]:
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        pin = Requirement(line)
        pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def _unpinned(requirements: list[str]) -> set[str]:
    pins = _pins()
    return {
        str(wanted)
        for wanted in map(Requirement, requirements)
        if wanted.name not in PROJECTS
        and not any(
            wanted.specifier.contains(str(pin.specifier).removeprefix("=="))
            for pin in pins.get(canonicalize_name(wanted.name), [])
        )
    }


def _imported_packages(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    modules = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not node.level
    }
    return {module.partition(".")[0] for module in modules}


def _own_requirements(name: str, *, with_extra: bool) -> set[str]:
    """Name a distribution and all of ours that it needs, the extra `sync` included or not."""
    lines = list(PROJECTS[name]["dependencies"])
    if with_extra:
        lines += PROJECTS[name]["optional-dependencies"]["sync"]
    needed = {Requirement(line).name for line in lines} & set(PROJECTS)
    return {name}.union(*(_own_requirements(each, with_extra=False) for each in needed))


@pytest.mark.xdist_group("probe")
def test_groups_of_tests_reach_their_worker_together(request: pytest.FixtureRequest) -> None:
    """A worker that does not know the groups plays the worlds of a group again and again."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("these tests are not spread over workers by groups")
    assert request.node.nodeid.endswith("@probe")
