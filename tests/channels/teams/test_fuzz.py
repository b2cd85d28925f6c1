"""Bodies that nobody thought of: signed or not, they bring no fault, no hang and no message."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.teams.double import TENANT
from tests.channels.teams.speaking import Teams, activity_of

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 850)
"""How many examples each test tries, some of several requests: 5,100 in all. A longer run sets the variable."""
STATUSES = {200, 400, 401, 403, 501}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=15,
)
PARTS = st.sampled_from(
    ["id", "from", "conversation", "recipient", "entities", "channelData", "value", "name", "attachments", "replyToId",
     "serviceUrl", "channelId", "textFormat", "membersAdded", "action", "type"]
)  # fmt: skip
KINDS = st.sampled_from(
    ["invoke", "messageUpdate", "messageDelete", "messageReaction", "conversationUpdate", "installationUpdate", "event"]
)
NAMES = st.sampled_from(["adaptiveCard/action", "message/submitAction", "task/fetch", "fileConsent/invoke"])
INSIDE = st.dictionaries(
    st.sampled_from(
        ["action", "data", "assistant", "say", "turn", "section", "edit", "form", "actionValue", "reaction"]
    ),
    JSON,
    max_size=5,
)

fuzz = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)


def dumps(body: Any) -> bytes:
    return json.dumps(body).encode("utf-8", "surrogatepass")


@fuzz
@given(body=st.binary(max_size=300) | JSON.map(dumps), signed=st.booleans())
def test_bodies_of_any_kind(teams: Teams, body: bytes, signed: bool) -> None:
    status, _ = teams.post(body, teams.microsoft.bearer() if signed else None)
    assert status in (401, 403)
    assert teams.microsoft.sent == []


@fuzz
@given(header=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200), more=JSON)
def test_authorizations_of_any_kind(teams: Teams, header: str, more: Any) -> None:
    for bearer in (header, f"Bearer {header}", f"Bearer {header}.{header}.{header}"):
        status, _ = teams.post(activity_of(teams.microsoft, value=more), bearer or "x")
        assert status == 401
    assert teams.microsoft.sent == []


@fuzz
@given(kind=KINDS, changed=st.dictionaries(PARTS, JSON, max_size=4), name=NAMES | JSON, value=JSON | INSIDE)
def test_signed_activities_with_parts_of_any_kind(
    teams: Teams, kind: str, changed: dict[str, Any], name: Any, value: Any
) -> None:
    """What is well-formed enough to be answered is left out: a message that asks, a click of ours, an installation."""
    activity = {**activity_of(teams.microsoft, "x", type=kind, name=name, value=value, user="fuzz"), **changed}
    if activity["type"] in ("message", "installationUpdate") or _is_a_click(activity):
        activity["channelData"] = {"tenant": {"id": "another"}}
    status, _ = teams.post(dumps(activity))
    assert status in STATUSES
    assert teams.microsoft.sent == []


def _is_a_click(activity: dict[str, Any]) -> bool:
    return '"assistant"' in json.dumps(activity.get("value"))


@fuzz
@given(data=st.fixed_dictionaries({"assistant": INSIDE | JSON}), files=JSON, entities=JSON)
def test_clicks_and_messages_with_parts_of_any_kind_keep_the_server_alive(
    teams: Teams, data: dict[str, Any], files: Any, entities: Any
) -> None:
    """To another tenant, so that nothing is answered; then the reader itself, which sees them after verification."""
    from bot.channels import teams_activities as activities

    activity = activity_of(teams.microsoft, "x", value=data, attachments=files, entities=entities)
    activities.click_of(data)
    activities.text_of({**activity, "textFormat": "xml"})
    activities.has_files(activity)
    activities.is_mentioned(activity)
    activity["channelData"] = {"tenant": {"id": TENANT[:-1]}}
    assert teams.post(dumps(activity))[0] == 403
    assert teams.microsoft.sent == []
