"""How many requests and writes a session cost, from the counters of the emulators. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Traffic:
    """One session's costs.

    Attributes:
        graph_calls: HTTP requests to Graph; a batch is one.
        delta_calls: Those that asked a folder for its changes.
        graph_batches: Those that were batches.
        graph_writes: Committed writes in Exchange.
        c4c_reads: Reads of each collection, those inside batches too.
        c4c_batches: Batches sent to C4C.
        c4c_writes: Committed writes in C4C.
    """

    graph_calls: int
    delta_calls: int
    graph_batches: int
    graph_writes: int
    c4c_reads: Mapping[str, int]
    c4c_batches: int
    c4c_writes: int

    @property
    def writes(self) -> int:
        """Writes on both sides."""
        return self.graph_writes + self.c4c_writes

    def lines(self) -> tuple[str, str]:
        """Tell it in two lines."""
        reads = ", ".join(f"{number} {name}" for name, number in sorted(self.c4c_reads.items()))
        calls = f"{self.delta_calls} delta, {self.graph_batches} batches"
        return (
            f"Exchange: {self.graph_calls} calls ({calls}), {self.graph_writes} writes",
            f"C4C: {reads or 'no'} reads, {self.c4c_batches} batches, {self.c4c_writes} writes",
        )


def read_traffic(graph: Mapping[str, Any], c4c: Mapping[str, Mapping[str, int]]) -> Traffic:
    """Read the counters of both emulators."""
    reads = {
        key.removeprefix("GET ").removesuffix("Collection"): number
        for key, number in c4c["requests"].items()
        if key.startswith("GET ")
    }
    return Traffic(
        graph_calls=sum(entry["top"] for entry in graph["requests"].values()),
        delta_calls=graph["delta_calls"],
        graph_batches=graph["batches"],
        graph_writes=graph["writes"],
        c4c_reads=reads,
        c4c_batches=c4c["requests"].get("POST $batch", 0),
        c4c_writes=sum(c4c["writes"].values()),
    )
