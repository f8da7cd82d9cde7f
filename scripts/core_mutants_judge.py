"""A pytest plugin that plays, for each mutant of the core, the tests that call what it changed.

Tests are collected once. Every mutant gets a fork of that process, in which it is awake; so it
costs its tests only, and nothing of one mutant reaches the next. A function that runs while modules
are imported is the exception: for its mutants the fork imports everything anew.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: Processor time for the tests of one mutant; without a mutant all of them take a third of it.
_LIMIT_SECONDS = 30

#: Address space of one mutant: a loop without end may fill a list.
_LIMIT_BYTES = 2 * 1024**3

_failures: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that turn a test run into a judgement."""
    parser.addoption("--mutants", help="file with the names of the mutants (JSON)")
    parser.addoption("--verdicts", help="file for mutant -> verdict (JSON)")
    parser.addoption("--jobs", type=int, default=1, help="mutants that are played at a time")


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Give generated tests the same examples in every run, and no time to make them small."""
    # Imported late: pytest wants to be the first to import the plugin of Hypothesis.
    from hypothesis import Phase, settings  # noqa: PLC0415

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", settings.get_profile("ci"), phases=phases)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Judge the mutants instead of running the tests once; no verdicts if a test fails anyway."""
    option = session.config.option
    if not option.mutants:
        return None
    at_import = set(state()._stats)  # noqa: SLF001 - where mutmut notes what was called
    gc.freeze()  # forks share what is in memory now
    callers = _callers(session.items)
    if callers is None:
        return True

    def play(mutant: str) -> int:
        function = mutant.partition("__mutmut_")[0]
        if function in at_import:
            return _import_anew(_test_files(function, callers))
        return _first_failure(callers.get(function, []))

    mutants = json.loads(Path(option.mutants).read_text("utf-8"))
    # No such mutant: an import anew must not fail by itself.
    controls = [f"{function}__mutmut_0" for function in sorted(at_import)[:1]]
    if set(_judge(controls, play, option.jobs).values()) - {"survived"}:
        return True
    verdicts = _judge(mutants, play, option.jobs)
    Path(option.verdicts).write_text(json.dumps(verdicts), "utf-8")
    return True


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what fails."""
    if report.failed:
        _failures.append(report.nodeid)


def _callers(items: list[pytest.Item]) -> Mapping[str, list[pytest.Item]] | None:
    """Return function -> the tests that call it, quick ones first; None if a test fails."""
    notes = Path("callers.json")

    def observe() -> int:
        callers: dict[str, list[tuple[float, int]]] = {}
        _note_through_caches()
        for place, item in enumerate(items):
            state()._stats.clear()  # noqa: SLF001
            begun = time.process_time()
            _run(item)
            for function in state()._stats:  # noqa: SLF001
                callers.setdefault(function, []).append((time.process_time() - begun, place))
        quick_first = {key: [at for _, at in sorted(found)] for key, found in callers.items()}
        notes.write_text(json.dumps(quick_first), "utf-8")
        return len(_failures)

    # In a fork as well: what the tests leave in memory must not reach the mutants.
    code = os.waitstatus_to_exitcode(os.waitpid(_fork(observe, "stats"), 0)[1])
    if code:
        return None
    places = json.loads(notes.read_text("utf-8"))
    return {function: [items[place] for place in found] for function, found in places.items()}


def _judge(mutants: list[str], play: Callable[[str], int], jobs: int) -> dict[str, str]:
    verdicts: dict[str, str] = {}
    running: dict[int, str] = {}

    def wait() -> None:
        child, status = os.wait()
        verdicts[running.pop(child)] = _verdict(os.waitstatus_to_exitcode(status))

    for mutant in mutants:
        while len(running) >= jobs:
            wait()
        running[_fork(lambda: play(mutant), mutant, _LIMIT_SECONDS)] = mutant  # noqa: B023
    while running:
        wait()
    return verdicts


def _verdict(code: int) -> str:
    # 2: the tests cannot even be imported.
    verdicts = {0: "survived", 1: "killed", 2: "killed"}
    return "timeout" if code < 0 else verdicts.get(code, f"error {code}")


def _fork(run: Callable[[], int], mutant: str, limit_seconds: int | None = None) -> int:
    """Run a function silently in a fork where the mutant is awake; return the fork's id."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        if limit_seconds is not None:
            limit = int(time.process_time()) + limit_seconds
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            resource.setrlimit(resource.RLIMIT_AS, (_LIMIT_BYTES, _LIMIT_BYTES))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        set_mutant_under_test(mutant)
        code = run()
    except MemoryError:  # where pytest could not even report it
        code = 1
    finally:
        os._exit(code)


def _test_files(function: str, callers: Mapping[str, list[pytest.Item]]) -> list[str]:
    """Return all files of tests; those that call most of the function's module go first."""
    module = function.rpartition(".")[0]
    files = Counter({path.name: 0 for path in Path("tests/unit").glob("test_*.py")})
    for name, items in callers.items():
        if name.rpartition(".")[0] == module:
            files.update(item.path.name for item in items)
    return [f"tests/unit/{name}" for name, _ in sorted(files.items(), key=lambda at: (-at[1], at))]


def _import_anew(files: list[str]) -> int:
    """Forget what the mutant may have had a part in, and run the tests from the start."""
    for name in list(sys.modules):
        if name.startswith(("contact_sync.", "tests.")):
            del sys.modules[name]
    options = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
    # Hypothesis is there already.
    options += ["-p", "core_mutants_judge", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, *files]))


def _first_failure(items: Iterable[pytest.Item]) -> int:
    """Run tests until one fails; return 1 if one did."""
    for item in items:
        _run(item)
        if _failures:
            return 1
    return 0


def _run(item: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def _note_through_caches() -> None:
    """Make each use of a cached result count as a call of all that it was made by."""
    for name, module in list(sys.modules.items()):
        if name.startswith("contact_sync."):
            for key, value in list(vars(module).items()):
                if hasattr(value, "cache_clear"):
                    setattr(module, key, _noting(value))


def _noting(cached: Callable[..., object]) -> Callable[..., object]:
    makers: dict[tuple[object, ...], set[str]] = {}

    def call(*args: object) -> object:
        called = state()._stats  # noqa: SLF001
        if args not in makers:
            before = called.copy()
            called.clear()
            cached(*args)
            makers[args] = called.copy()
            called |= before
        called |= makers[args]
        return cached(*args)

    return call
