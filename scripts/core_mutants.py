"""Changes every function of `contact_sync.core` in small ways and counts which changes a test sees.

mutmut makes the mutants, `core_mutants_judge` plays the core's unit tests against each (decision
0010). Prints a line per module, the survivors with their change, and the total; exits with 1 if
fewer than `LEAST_PERCENT` of all mutants were killed. Arguments choose modules by their name.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents

ROOT = Path(__file__).resolve().parent.parent
CORE = "contact_sync/core"
TESTS = "tests/unit/test_core_*.py"
LEAST_PERCENT = 90

_KILLS = ("killed", "timeout")


@dataclass(frozen=True, kw_only=True)
class Mutated:
    """One module with all its mutants in it.

    Attributes:
        name: The module's own name, such as `merge`.
        mutants: Dotted names of the mutants.
        changes: Name of a mutant -> the lines that it changes.
    """

    name: str
    mutants: list[str]
    changes: dict[str, str]


def main(patterns: list[str]) -> int:
    """Play the mutants of the chosen modules; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="core-mutants-") as folder:
        scratch = Path(folder)
        _copy(scratch)
        os.chdir(scratch)  # where mutmut looks for its settings
        paths = sorted((scratch / CORE).glob("*.py"))
        modules = [_mutate(path) for path in paths if not patterns or path.stem in patterns]
        verdicts = _judge(scratch, [name for module in modules for name in module.mutants])
    if verdicts is None:
        print("The tests could not be played against the mutants.")
        return 2
    return _report(modules, verdicts)


def _copy(scratch: Path) -> None:
    """Copy the core, its tests and the page that they read: nothing else can be imported."""
    package = scratch / "contact_sync"
    shutil.copytree(ROOT / "contact-sync" / CORE, package / "core", ignore=_compiled)
    shutil.copy2(ROOT / "contact-sync/contact_sync/__init__.py", package)
    for path in [*sorted(ROOT.glob(TESTS)), ROOT / "docs/mapping.md", ROOT / "pyproject.toml"]:
        target = scratch / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    (scratch / "setup.cfg").write_text("[mutmut]\nsource_paths = contact_sync\n", "utf-8")


_compiled = shutil.ignore_patterns("__pycache__")


def _mutate(path: Path) -> Mutated:
    """Put all mutants of a module into its file; each is asleep until it is called by name."""
    mutated = mutate_file_contents(str(path), path.read_text("utf-8"))
    path.write_text(mutated.code, "utf-8")
    lines = mutated.code.splitlines()

    def source(name: str) -> list[str]:
        span = mutated.line_span_by_function_name[name]
        return lines[span.start - 1 : span.end]

    def change(name: str) -> str:
        original = f"{name.partition('__mutmut_')[0]}__mutmut_orig"
        after = [line.replace(name, original) for line in source(name)]
        found = list(difflib.unified_diff(source(original), after, lineterm="", n=0))[2:]
        return "\n".join(f"    {line}" for line in found if not line.startswith("@@"))

    dotted = f"contact_sync.core.{path.stem}"
    return Mutated(
        name=path.stem,
        mutants=[f"{dotted}.{name}" for name in mutated.mutant_names],
        changes={f"{dotted}.{name}": change(name) for name in mutated.mutant_names},
    )


def _judge(scratch: Path, mutants: list[str]) -> dict[str, str] | None:
    """Return name of a mutant -> verdict; None if the tests fail without a mutant."""
    asked, answered = scratch / "mutants.json", scratch / "verdicts.json"
    asked.write_text(json.dumps(mutants), "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(scratch), str(ROOT / "scripts")]),
        "PYTHONHASHSEED": "0",
        "MUTANT_UNDER_TEST": "stats",
    }
    command = [sys.executable, "-m", "pytest", "-p", "core_mutants_judge", "-p", "no:cacheprovider"]
    command += ["--hypothesis-profile=mutants", "-q", "--tb=no", "-s", "tests/unit"]
    command += [f"--mutants={asked}", f"--verdicts={answered}"]
    command += [f"--jobs={os.environ.get('MUTANTS_JOBS', '2')}"]
    subprocess.run(command, cwd=scratch, env=environment, check=False)  # noqa: S603
    return json.loads(answered.read_text("utf-8")) if answered.exists() else None


def _report(modules: list[Mutated], verdicts: dict[str, str]) -> int:
    total: Counter[str] = Counter()
    print(f"{'module':<16}{'mutants':>8}{'killed':>8}{'timeout':>8}{'survived':>9}{'score':>9}")
    for module in modules:
        counted = Counter(verdicts[name] for name in module.mutants)
        total += counted
        if module.mutants:
            print(_line(module.name, counted))
    print(_line("total", total))
    for module in modules:
        for name in module.mutants:
            if verdicts[name] not in _KILLS:
                print(f"{verdicts[name]}: {name}\n{module.changes[name]}")
    return 0 if _percent(total) >= LEAST_PERCENT else 1


def _line(name: str, counted: Counter[str]) -> str:
    numbers = (counted.total(), counted["killed"], counted["timeout"], counted["survived"])
    return "{:<16}{:>8}{:>8}{:>8}{:>9}".format(name, *numbers) + f"{_percent(counted):>8.1f}%"


def _percent(counted: Counter[str]) -> float:
    return 100 * sum(counted[verdict] for verdict in _KILLS) / max(counted.total(), 1)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
