"""Worlds that begin alike: played once in a process, and copied for every scene after that.

Responsible for copies that share nothing with each other but the addresses of the two services:
what either service holds, the sync store, the Singer state and the settings are copied.
"""

from __future__ import annotations

import copy
import copyreg
import shutil
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulators.server import EmulatorServer

    from harness.world import World

_STORE_FILES = "sync.db*"


# Locks cannot be copied: a copied service has locks of its own.
copyreg.pickle(type(threading.Lock()), lambda _: (threading.Lock, ()))
copyreg.pickle(type(threading.RLock()), lambda _: (threading.RLock, ()))


class Prototype:
    """A world that has been prepared; its servers answer until the process ends."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._services = [copy.deepcopy(server.service) for server in _servers(world)]

    def copy_to(self, folder: Path) -> World:
        """Return a copy that keeps its files in `folder`; earlier copies are no longer answered."""
        world = copy.copy(self._world)
        for name, value in vars(world).items():
            if isinstance(value, (dict, list)):
                setattr(world, name, copy.deepcopy(value))
        for server, service in zip(_servers(world), self._services, strict=True):
            server.replace_service(copy.deepcopy(service))
        world.look_at_services()
        for path in self._world.folder.glob(_STORE_FILES):
            shutil.copy(path, folder)
        world.folder = folder
        return world


class Prototypes:
    """All prototypes of this process, by what they began with."""

    def __init__(self) -> None:
        self._known: dict[str, Prototype] = {}
        self._open = ExitStack()

    def copy_to(
        self,
        folder: Path,
        key: str,
        make: Callable[[Path], World],
        prepare: Callable[[World], None],
    ) -> World:
        """Return a copy of the prototype of this key, which is made if there is none.

        Args:
            folder: For the files of the copy.
            key: Names everything that `make` and `prepare` depend on.
            make: Makes the world, given a folder for its files.
            prepare: Plays the beginning.
        """
        if key not in self._known:
            own = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
            world = self._open.enter_context(make(own))
            prepare(world)
            self._known[key] = Prototype(world)
        return self._known[key].copy_to(folder)


def _servers(world: World) -> tuple[EmulatorServer, EmulatorServer]:
    return world.graph_server, world.c4c_server
