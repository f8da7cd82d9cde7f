"""Holds recorded Graph traffic against an OpenAPI 3.0 description of Graph.

Used for the emulator's own answers and for what the sync really sends. Findings name the
operation and the place, never a value.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

VARIABLE = "GRAPH_OPENAPI_JSON"
_BINARY = "application/octet-stream"


def description_or_skip() -> GraphDescription:
    """Load the description that the environment names; skip the test if it names none."""
    path = os.environ.get(VARIABLE)
    if not path:
        pytest.skip(f"{VARIABLE} does not name an OpenAPI description of Graph contacts")
    return GraphDescription(json.loads(Path(path).read_text(encoding="utf-8")))


class GraphDescription:
    """An OpenAPI document that can check records of `GraphAdmin.recorded_traffic`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._paths = [
            (re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(path))), path)
            for path in document["paths"]
        ]
        # Literal segments win over parameters: `/contacts/delta` is no contact id.
        self._paths.sort(key=lambda entry: entry[1].count("{"))

    def check(self, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Return all findings, in the order of the records."""
        return [finding for record in records for finding in self._check(record)]

    def operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
        """Return the template and the operation of a request, if they exist."""
        for pattern, template in self._paths:
            if pattern.fullmatch(path):
                found = self._document["paths"][template].get(method.lower())
                return None if found is None else (template, found)
        return None

    def _check(self, record: Mapping[str, Any]) -> Iterator[str]:
        found = self.operation(record["method"], record["path"])
        if found is None:
            # A path that the service refused is no traffic to be described.
            if record["status"] not in {400, 405}:
                yield f"{record['method']} {record['template']}: no such operation"
            return
        template, operation = found
        place = f"{record['method']} {template}"
        is_refused = record["status"] >= 400
        for finding in () if is_refused else self._check_request(record, operation):
            yield f"{place} request: {finding}"
        for finding in self._check_response(record, operation):
            yield f"{place} {record['status']}: {finding}"

    def _check_request(
        self, record: Mapping[str, Any], operation: Mapping[str, Any]
    ) -> Iterator[str]:
        declared = {
            (entry["in"], entry["name"].lower()): entry
            for entry in map(self._resolve, operation.get("parameters", []))
        }
        for name, value in record["query"].items():
            parameter = declared.get(("query", name.lower()))
            if parameter is None:
                yield f"undeclared query parameter {name}"
            elif not _fits(parameter["schema"], value):
                yield f"query parameter {name} is not of its type"
        headers = {name.lower() for name in record["headers"]}
        if "if-match" in headers and ("header", "if-match") not in declared:
            yield "undeclared header If-Match"
        content = operation.get("requestBody", {}).get("content", {})
        if record["body"] is None:
            if operation.get("requestBody", {}).get("required") and _BINARY not in content:
                yield "the body is missing"
        elif "application/json" not in content:
            yield "undeclared body"
        else:
            schema = content["application/json"]["schema"]
            yield from self._problems(OAS30WriteValidator, schema, record["body"])
            yield from self._undeclared(schema, record["body"])

    def _check_response(
        self, record: Mapping[str, Any], operation: Mapping[str, Any]
    ) -> Iterator[str]:
        status = str(record["status"])
        responses = operation["responses"]
        response = responses.get(status) or responses.get(f"{status[0]}XX")
        if response is None:
            yield "undeclared status"
            return
        content = self._resolve(response).get("content", {})
        if record["response"] is None or record["content_type"] != "application/json":
            is_declared = record["response"] is None or record["content_type"] in content
            # Gateways answer with a page of their own, and photos are bytes.
            if not is_declared and int(status) < 500:
                yield "undeclared content type"
        elif "application/json" not in content:
            yield "undeclared body"
        else:
            schema = content["application/json"]["schema"]
            yield from self._problems(OAS30ReadValidator, schema, record["response"])

    def _problems(self, kind: Any, schema: Mapping[str, Any], value: object) -> Iterator[str]:
        # The components lie beside the schema, so that references inside it resolve.
        root = {"allOf": [schema], "components": self._document["components"]}
        for error in kind(root, format_checker=oas30_format_checker).iter_errors(value):
            place = "/".join(str(part) for part in error.absolute_path)
            yield f"{place or 'body'} breaks {error.validator}"

    def _undeclared(self, schema: Mapping[str, Any], value: object) -> Iterator[str]:
        """Name properties nobody declares, although the types are open."""
        known = self._properties(schema)
        if isinstance(value, dict) and known:
            yield from (f"undeclared property {name}" for name in value if name not in known)

    def _properties(self, schema: Mapping[str, Any]) -> set[str]:
        schema = self._resolve(schema)
        names = set(schema.get("properties", {}))
        for part in schema.get("allOf", []):
            names |= self._properties(part)
        return names

    def _resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


def _fits(schema: Mapping[str, Any], value: str) -> bool:
    if schema["type"] == "integer":
        return value.isdecimal() and int(value) >= schema.get("minimum", 0)
    if schema["type"] == "boolean":
        return value in {"true", "false"}
    if schema["type"] == "array":
        entries = value.split(",")
        return not schema.get("uniqueItems") or len(set(entries)) == len(entries)
    return True
