"""The SDK's standard suite on tap-exchange-contacts, against the Graph emulator."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes.tenants import start_graph
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from tap_exchange_contacts.tap import TapExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator

# The suite makes its cases while this module is imported, so the tenant must be there by then.
ANNA = "anna@contoso.example"
FOLDER = tempfile.TemporaryDirectory(prefix="tap-exchange-contacts-")
TENANT = start_graph(Path(FOLDER.name), ANNA)
FULL = {
    "givenName": "Berta",
    "surname": "Beispiel",
    "birthday": "1980-02-29T11:59:00Z",
    "emailAddresses": [{"name": "Berta", "address": "berta@contoso.example"}],
    "businessAddress": {"street": "Ring 1", "city": "Bonn"},
    "homeAddress": {"city": "Bonn"},
    "otherAddress": {"city": "Bonn"},
}
TENANT.admin.create_contact(ANNA, None, {**FULL, "categories": ["Account"]})

# Left out:
# tap_stream_transformed_catalog_schema_matches_record: it wants every property on some record,
#   but `_sdc_deleted_at` is on tombstones only, and a tombstone needs an earlier run.
LEFT_OUT = ("tap_stream_transformed_catalog_schema_matches_record",)

Suite = get_tap_test_class(
    TapExchangeContacts,
    config=TENANT.config,
    suite_config=SuiteConfig(ignore_no_records_for_streams=["mailbox_problems"]),
    parse_env_config=False,
)
for name in LEFT_OUT:
    delattr(Suite, f"test_{name}")


# `_sdc_deleted_at` and `isPrivate` have no values here: nothing to look at.
@pytest.mark.filterwarnings("ignore:No records were available to test")
class TestStandardSuite(Suite):  # type: ignore[misc,valid-type]  # made at run time
    """All other tests of the suite."""


@pytest.fixture(scope="module", autouse=True)
def tenant() -> Iterator[None]:
    yield
    TENANT.server.stop()
    FOLDER.cleanup()
