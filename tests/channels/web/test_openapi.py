"""The description of the API: true to the contract, and held against a running server by schemathesis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from bot.guidance.model import BETWEEN, ONE_OF, SLOTS, SOME_OF
from tests.channels.web.client import Client
from tests.channels.web.conftest import start_web
from tests.running import ROOT, Running

FILE = ROOT / "bot" / "channels" / "openapi.yaml"
DESCRIPTION = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SCHEMAS = DESCRIPTION["components"]["schemas"]
CONTRACT = json.loads((ROOT / "tests" / "contract" / "answer.schema.json").read_text())
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
]
api = schemathesis.openapi.from_path(FILE)


def without_words(schema: Any) -> Any:
    """The schema without what only explains."""
    if isinstance(schema, list):
        return [without_words(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    explaining = ("$schema", "title", "description")
    return {k: without_words(v) for k, v in schema.items() if k not in explaining or not isinstance(v, str)}


def test_the_answer_is_that_of_the_contract() -> None:
    assert without_words(SCHEMAS["Answer"]) == without_words(CONTRACT)


def test_the_changes_are_those_that_a_case_accepts() -> None:
    described = {row["properties"]["slot"]["const"]: row["properties"]["value"] for row in SCHEMAS["Change"]["oneOf"]}
    assert tuple(described) == SLOTS
    for slot, value in described.items():
        if slot in SOME_OF:
            assert tuple(value["items"]["enum"]) == SOME_OF[slot]
        elif slot in ONE_OF:
            assert (*ONE_OF[slot], None) == tuple(value["enum"])
        elif slot in BETWEEN:
            assert (value["minimum"], value["maximum"]) == BETWEEN[slot]
        else:
            assert value == {"type": ["boolean", "null"]}


def test_it_is_served_as_it_is(web: Running) -> None:
    status, headers, text = web.request("/api/v1/openapi.yaml")
    assert status == 200 and headers.get_content_type() == "application/yaml"
    assert text == FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generous(trained: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An assistant without limits to speak of."""
    running = start_web(tmp_path_factory.mktemp("generous"), WEB_MESSAGES_A_MINUTE="1000000")
    yield running
    running.stop()


@api.parametrize()
@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    deadline=None,
)
def test_every_request_is_answered_as_described(case: schemathesis.Case, generous: Running) -> None:
    token = Client(generous.base).begin().token
    response = case.call(base_url=generous.base, headers={"Authorization": f"Bearer {token}"})
    case.validate_response(response, checks=CHECKS)
