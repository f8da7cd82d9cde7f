"""A scene is what users do and what must come of it; a chapter is the scenes of one session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from demo.acts import Act
    from demo.expectations import Expectation


@dataclass(frozen=True)
class Scene:
    """One rule, played.

    Attributes:
        title: What it shows, one line.
        expect: What must be true after the session.
        acts: What the users do before the session, in order.
        before: Who and what is there before the very first session.
        apart: Names on which the sides rightly disagree from now on.
    """

    title: str
    expect: tuple[Expectation, ...]
    acts: tuple[Act, ...] = ()
    before: tuple[Act, ...] = ()
    apart: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """Scenes that share a session; each must be independent of the others.

    Attributes:
        settings: Environment variables of this session's plugins.
        agrees: Both sides show the same afterwards.
        is_quiet: The session writes nothing at all.
    """

    title: str
    scenes: tuple[Scene, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    agrees: bool = True
    is_quiet: bool = False
