"""Crashes: a program of a session dies between two effects, and the next session finds the rest.

Responsible for the two doors through which everything durable goes: the HTTP client's (`send` of
requests, for whoever uses it) and the database's (`do_commit` of SQLAlchemy). Everything that
passes them is counted. A crash is a `BaseException` at one of them; from then on neither lets the
dead program through, so no handler of it can tidy up behind its own death. The product has no
switch for this.

Only effects outlive a process. Two deaths between the same two effects leave the same behind, so
a scene with n effects has n + 1 different deaths.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import urlsplit

import requests
from contact_sync.mapper import ContactSyncMapper
from sqlalchemy.engine.default import DefaultDialect

from harness.world import PLUGINS, STAGES, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_READING = frozenset({"GET", "HEAD"})
#: Sign-in changes nothing that anybody keeps.
_SIGN_IN = re.compile(r"/oauth2/|/oauth/token|/token$")


class Killed(BaseException):
    """The program is dead."""


class Kind(str, Enum):
    """What outlives a process: a write to a service, or a commit of the store."""

    WRITE = "write"
    COMMIT = "commit"


@dataclass(frozen=True)
class Effect:
    """One durable step.

    Attributes:
        kind: Write or commit.
        program: Who made it.
        label: Verb and last words of the path of a write; parts of a batch count singly.
        request: Number of the HTTP request that carried it; 0 for commits.
    """

    kind: Kind
    program: str
    label: str = ""
    request: int = 0


class Moment(str, Enum):
    """The four cuts at one write."""

    UNSENT = "before send"
    APPLIED = "after commit, before the reply"
    ANSWERED = "after the reply, before the outcome is stored"
    STORED = "after the outcome is stored, before the state is emitted"


@dataclass(frozen=True, order=True)
class Cut:
    """Where a program dies.

    Attributes:
        after: Number of effects that still happen.
        is_late: Die on the way to the next effect; otherwise at once, before a reply comes back.
        is_lost: What the program had printed and nobody had read yet is lost with it.
    """

    after: int
    is_late: bool = False
    is_lost: bool = False


@dataclass
class Tape:
    """Counts the effects of one session and kills it at its cut.

    Attributes:
        cut: Where; None lets the session end.
        effects: What happened, in order.
        is_dead: Whether the present program is dead.
    """

    cut: Cut | None = None
    effects: list[Effect] = field(default_factory=list)
    is_dead: bool = False
    _program: str = ""
    _requests: int = 0
    _printed: int = 0
    _text: io.StringIO = field(default_factory=io.StringIO)

    # -- programs ----------------------------------------------------------------------------

    def run(self, program: str, work: Callable[[], object]) -> str:
        """Run a program to its end or its death; return what it printed until then.

        Raises:
            Killed: Never; `is_dead` tells.
        """
        self._program, self._text = program, io.StringIO()
        with contextlib.redirect_stdout(self._text):
            try:
                work()
            except Killed:
                return self._text.getvalue()[: self._printed]
        if self.is_dead:
            raise AssertionError(f"{program} caught its own death")
        return self._text.getvalue()

    @contextlib.contextmanager
    def doors(self) -> Iterator[None]:
        """Stand at both doors while the block runs."""
        with (
            mock.patch.object(requests.Session, "send", self._wrapped_send(requests.Session.send)),
            mock.patch.object(
                DefaultDialect, "do_commit", self._wrapped_commit(DefaultDialect.do_commit)
            ),
        ):
            yield

    # -- doors -------------------------------------------------------------------------------

    def _wrapped_send(self, send: Any) -> Any:
        def door(
            session: requests.Session, request: requests.PreparedRequest, **kwargs: Any
        ) -> requests.Response:
            labels = write_labels(request)
            if not labels:
                if self.is_dead:
                    raise Killed
                return send(session, request, **kwargs)  # type: ignore[no-any-return]
            self._approach()
            self._requests += 1
            room = len(labels)
            if self.cut is not None and not self.is_dead:
                room = min(room, self.cut.after - len(self.effects))
            if room < len(labels):
                request = first_writes(request, room)
            response = send(session, request, **kwargs)
            # Read here, or a connection that nobody waits at any more is never given back.
            assert response.content is not None
            for label in labels[:room]:
                self.effects.append(Effect(Kind.WRITE, self._program, label, self._requests))
            self._leave(is_cut_short=room < len(labels))
            return response  # type: ignore[no-any-return]

        return door

    def _wrapped_commit(self, commit: Any) -> Any:
        def door(dialect: DefaultDialect, connection: Any) -> None:
            self._approach()
            commit(dialect, connection)
            self.effects.append(Effect(Kind.COMMIT, self._program))
            self._leave()

        return door

    def _approach(self) -> None:
        if self.is_dead:
            raise Killed
        if self.cut is not None and len(self.effects) >= self.cut.after:
            self._die()

    def _leave(self, *, is_cut_short: bool = False) -> None:
        if self.cut is None or len(self.effects) < self.cut.after:
            return
        if is_cut_short or not self.cut.is_late:
            self._die()

    def _die(self) -> None:
        self.is_dead = True
        is_lost = self.cut is not None and self.cut.is_lost
        self._printed = 0 if is_lost else self._text.tell()
        raise Killed


class CrashWorld(World):
    """A world whose sessions can be cut."""

    def play(self, cut: Cut | None = None) -> Tape:
        """Run a session, cut or whole, as `meltano run` does: what follows a dead program is run.

        The programs behind a dead one see the end of their input; the next stage is not begun.
        The state moves on to whatever a living target printed as a whole line.

        Raises:
            AssertionError: There is no such cut.
        """
        tape = Tape(cut)
        with tape.doors():
            for stage in STAGES:
                if not self._play_stage(tape, *stage):
                    return tape
        if cut is not None:
            raise AssertionError(f"{cut}: there are {len(tape.effects)} effects only")
        return tape

    def _play_stage(self, tape: Tape, tap: str, mapping: str, target: str) -> bool:
        state = json.loads(json.dumps(self.state.get(tap) or {}))
        text, is_dead = "", False
        programs: Sequence[tuple[str, Callable[[str], object]]] = (
            (tap, lambda _: self._tap(tap, state)),
            (
                mapping,
                lambda text: ContactSyncMapper(config=self.settings(mapping)).listen(
                    io.StringIO(text)
                ),
            ),
            (
                target,
                lambda text: PLUGINS[target](config=self.settings(target)).listen(
                    io.StringIO(text)
                ),
            ),
        )
        for name, work in programs:
            before = text
            text = tape.run(name, lambda work=work, before=before: work(before))  # type: ignore[misc]
            if tape.is_dead:
                # Only this one died; the rest of the pipe comes to its own end.
                is_dead, tape.is_dead, tape.cut = True, False, None
        whole = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
        if whole:
            self.state[tap] = json.loads(whole[-1])
        return not is_dead

    def _tap(self, name: str, state: dict[str, Any]) -> None:
        source = PLUGINS[name](
            config=self.settings(name), catalog=self.catalogs.get(name), state=state
        )
        if name not in self.catalogs:
            self.catalogs[name] = source.catalog_dict
        source.sync_all()


def cuts_at(effects: Sequence[Effect], write: int) -> dict[Moment, Cut]:
    """Return the four cuts at one write of an uncut session, by its index among the effects.

    A write that shares its request with others: before it is sent means that the others before
    it have been carried out. Its outcome is the commit at its own place after the reply.
    """
    request = effects[write].request
    mates = [at for at, effect in enumerate(effects) if effect.request == request]
    last, place = mates[-1], mates.index(write)
    commits = [at for at, e in enumerate(effects) if e.kind is Kind.COMMIT and at > last]
    outcome = commits[min(place, len(commits) - 1)]
    return {
        Moment.UNSENT: Cut(write, is_late=True),
        Moment.APPLIED: Cut(write + 1),
        Moment.ANSWERED: Cut(outcome, is_late=True),
        Moment.STORED: Cut(outcome + 1),
    }


# -- requests ------------------------------------------------------------------------------------


def write_labels(request: requests.PreparedRequest) -> list[str]:
    """Return one label for each write that a request carries."""
    path = urlsplit(request.url or "").path
    if request.method in _READING or _SIGN_IN.search(path):
        return []
    if not path.endswith("/$batch"):
        return [f"{request.method} {path.rpartition('/')[2]}"]
    if "json" in request.headers.get("Content-Type", ""):
        parts = json.loads(request.body or "{}")["requests"]
        return [
            f"{part['method']} {_place(part['url'])}"
            for part in parts
            if part["method"] not in _READING
        ]
    return [
        f"{found[1].decode()} {_place(found[2].decode())}"
        for block in _blocks(request)[1]
        if (found := re.search(rb"(POST|PATCH|PUT|DELETE) (\S+) HTTP/1", block))
    ]


def first_writes(request: requests.PreparedRequest, count: int) -> requests.PreparedRequest:
    """Return a batch that ends after so many writes: the rest of it was never carried out.

    Raises:
        Killed: None is left; nothing at all is sent.
    """
    if count == 0:
        raise AssertionError("a request without its first write is not sent")
    short = request.copy()
    if "json" in request.headers.get("Content-Type", ""):
        parts = json.loads(request.body or "{}")["requests"]
        writes = [at for at, part in enumerate(parts) if part["method"] not in _READING]
        body = json.dumps({"requests": parts[: writes[count - 1] + 1]}).encode()
    else:
        boundary, blocks = _blocks(request)
        writes = [at for at, block in enumerate(blocks) if b"multipart/mixed" in block]
        kept = blocks[: writes[count - 1] + 1]
        body = b"".join(boundary + block for block in kept) + boundary + b"--\r\n"
    short.body = body
    short.headers["Content-Length"] = str(len(body))
    return short


def _blocks(request: requests.PreparedRequest) -> tuple[bytes, list[bytes]]:
    """Return the boundary of a multipart body, dashes included, and what stands between."""
    found = re.search(r'boundary="?([^";]+)', request.headers["Content-Type"])
    assert found is not None
    boundary = b"--" + found[1].encode()
    body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
    return boundary, body.split(boundary)[1:-1]


def _place(path: str) -> str:
    """Return the last words of a path without ids."""
    words = [word for word in re.split(r"[/?(]", path) if word and len(word) < 40]
    return words[0] if "Collection" in words[0] else words[-1]
