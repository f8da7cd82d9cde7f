"""What the shared shell of the targets asks of their parts, and the sink that collects records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from singer_sdk.sinks import BatchSink
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contact_sync.core.model import RecordType
    from contact_sync.singer_target import OrderedTarget


class Client(Protocol):
    """What is asked of a client here."""

    @property
    def identity(self) -> str:
        """Tenant that it talks to, lower case."""


ClientT = TypeVar("ClientT", bound=Client)


class Operations(Protocol):
    """Runs the records that carry a contract."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Outcome -> number of operations."""

    def run(self, stream: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Run the operations of one stream; the first call also resolves open intents."""


class PlainRecords(Protocol):
    """Loads the records that carry none."""

    def run(self, stream: str, kind: RecordType, records: Sequence[Mapping[str, Any]]) -> None:
        """Load the records of one stream; failures of single records go to the book."""


class CollectingSink(BatchSink):
    """Keeps the records of one stream until the target drains it, after the last message."""

    def __init__(self, target: OrderedTarget[Any], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the SDK's own
        self._target = target
        super().__init__(target, *args, **kwargs)

    @override
    def get_validator(self) -> None:
        """Validate nothing: the SDK's messages repeat values; the service has its own rules."""

    @override
    def process_batch(self, context: dict[str, Any]) -> None:
        self._target.work(self.stream_name, context["records"])
