"""What the streams of one run share: client, metadata, sync store, finished reads."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from c4c_client import C4CError

from tap_c4c import connect
from tap_c4c.record_types import RECORD_TYPES, views_of
from tap_c4c.type_pass import TypePass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from c4c_client import C4CClient, Code, Metadata

    from tap_c4c.connect import Requests
    from tap_c4c.record_types import RecordType
    from tap_c4c.type_pass import ViewRead


#: Codes of different contexts are equal, so that their order across pages is not fixed.
CODES_PER_PAGE = 1000

#: Member of a state that tells which sync store it belongs to, and how old that was.
MARK = "store_mark"


class Source:
    """One run's view of the tenant. Nothing is sent before somebody asks.

    Args:
        config: Validated settings.
        client: Instead of the one that the settings describe.
        requests: Instead of the sync store that the settings name.
        now: The clock; returns aware times.

    Attributes:
        now: The clock.
        finished: Views that were read to the end, and whose records were all emitted.
        started: All views that were tried.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        client: C4CClient | None,
        requests: Requests | None,
        now: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._given_client = client
        self._given_requests = requests
        self.now = now
        self.finished: list[ViewRead] = []
        self.started: list[ViewRead] = []

    @cached_property
    def metadata(self) -> Metadata:
        """The types of the records, as the tenant declares them."""
        return self._client.get_metadata([entry.entity_type for entry in RECORD_TYPES])

    def codes(self, collection: str) -> list[Code]:
        """Read a code list."""
        return self._client.list_codes(collection)

    def refresh_states(self) -> list[str]:
        """Read the lists of states that the sync wants, and hand them over.

        Returns:
            Names of the lists that could not be read. The rest of the run goes on without them.
        """
        if self._requests is None:
            return []
        failed = []
        for entry in RECORD_TYPES:
            if not self._requests.wants_states(entry.name):
                continue
            collection = ""
            try:
                collection = self._state_list(entry)
                rows = self._states(collection) if collection else []
            except C4CError:
                # Whatever it is: if it is more than these lists, the first record will tell.
                rows = None
                failed.append(collection or entry.name)
            self._requests.keep_states(entry.name, rows)
        return failed

    def _state_list(self, record_type: RecordType) -> str:
        """Return the value help of the state in the main address; "" if there is none."""
        found = self.metadata.entity_type(record_type.entity_type).properties
        names = ("StateCode", "BusinessAddressStateCode")
        return next((prop.value_help for prop in found if prop.name in names), "")

    def _states(self, collection: str) -> list[tuple[str, str, str]]:
        """Read a list whole: at once, or per country where its pages could miss some."""
        codes = self._client.list_codes(collection)
        if len(codes) >= CODES_PER_PAGE:
            countries = sorted({code.context for code in codes if code.context})
            codes += [
                code
                for country in countries
                for code in self._client.list_codes(collection, country)
            ]
        return [(code.context, code.code, code.description) for code in codes if code.context]

    def start(
        self,
        record_type: RecordType,
        states: Mapping[str, Mapping[str, Any]],
        *,
        is_full_wanted: bool,
    ) -> TypePass:
        """Prepare the reading of a record type; `states` is view name -> state."""
        views = views_of(record_type, self._config)
        # The state keeps what it has of views that are no longer read.
        marks = {states[view.name].get(MARK) for view in views if view.name in states}
        asked = connect.asked_of(self._requests, record_type.name, marks)
        if is_full_wanted:
            asked = replace(asked, is_full_wanted=True)
        return TypePass(
            self._client,
            record_type,
            views=views,
            states=states,
            asked=asked,
            overlap=timedelta(minutes=self._config["overlap_minutes"]),
            now=self.now,
            monotonic=time.monotonic,
        )

    @cached_property
    def mark(self) -> str | None:
        """What the state bears after this run; None without a sync store."""
        return None if self._requests is None else self._requests.mark()

    def close_requests(self, record_type: RecordType) -> None:
        """Tell the store that what it asked for has been emitted."""
        if self._requests is not None:
            self._requests.read_done(record_type.name)

    @cached_property
    def _client(self) -> C4CClient:
        return self._given_client or connect.c4c_client(self._config)

    @cached_property
    def _requests(self) -> Requests | None:
        return self._given_requests or connect.sync_requests(self._config, self._client.identity)
