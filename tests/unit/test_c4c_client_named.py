"""A refusal names its property in the text or beside it; nothing else of it gets out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from c4c_client import RejectedError
from c4c_client.answers import Answer
from c4c_client.error_mapping import write_error

SHAPES: dict[str, dict[str, Any]] = {
    "text": {"message": {"value": "Property 'Phone' has an invalid value Zeb"}},
    "target": {"target": "Phone"},
    "path": {"target": "/ContactCollection/Phone"},
    "detail": {"innererror": {"errordetails": [{"code": "X", "target": "Phone"}]}},
    "reference": {"innererror": {"errordetails": [{}, 5, {"propertyref": "Contact/Phone"}]}},
}
NAMELESS: dict[str, Any] = {
    "none": {},
    "no text": {"target": 5},
    "a value": {"target": "+49 89 123"},
    "a sentence": {"target": "Zeb has no phone"},
    "details that are none": {"innererror": {"errordetails": {"target": "Phone"}}},
    "inner that is none": {"innererror": [1]},
}


def refusal(error: dict[str, Any]) -> Answer:
    return Answer(400, {}, json.dumps({"error": error}).encode())


@pytest.mark.parametrize(
    ("error", "name"),
    [(error, "Phone") for error in SHAPES.values()]
    + [(error, None) for error in NAMELESS.values()],
    ids=[*SHAPES, *NAMELESS],
)
def test_the_property_is_found_wherever_it_stands(error: dict[str, Any], name: str | None) -> None:
    found = write_error(refusal(error), "do it")
    assert isinstance(found, RejectedError)
    assert found.property_name == name
    assert "Zeb" not in str(found)
