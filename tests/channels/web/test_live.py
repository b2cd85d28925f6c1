"""The socket: real connections of a real client, to a running assistant."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import pytest
from engineio import AsyncClient
from socketio.exceptions import ConnectionError as NotConnected

from tests.channels.web.client import Client, Socket
from tests.channels.web.conftest import SITE
from tests.channels.web.test_sessions import FORGED, key_of
from tests.running import Running


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_message_is_acknowledged_typed_and_answered(web: Running, ann: Client, transport: str) -> None:
    async def talk() -> None:
        socket = await Socket.open(web.base, ann.token, transport=transport)
        assert await socket.say("live-one-1", "tacrolimus dose?") == {"id": "live-one-1", "error": None}
        reply = await socket.wait("answers")
        assert reply["id"] == "live-one-1" and reply["duplicate"] is False
        assert reply["answers"][0]["kind"] == "dose"
        await asyncio.sleep(0.1)
        assert socket.events[0] == ("typing", {"on": True})
        assert socket.events[-1] == ("typing", {"on": False})
        assert [name for name, _ in socket.events].count("answers") == 1
        await socket.close()

    asyncio.run(talk())
    assert [turn["role"] for turn in ann.conversation()["turns"]] == ["user", "assistant"]


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_is_not_ours_does_not_connect(web: Running, kind: str) -> None:
    with pytest.raises(NotConnected):
        asyncio.run(Socket.open(web.base, FORGED[kind](key_of(web))))


@pytest.mark.parametrize("auth", [None, [], "x", {"nothing": 1}, 7])
def test_strange_credentials_do_not_connect(web: Running, auth: Any) -> None:
    with pytest.raises(NotConnected):
        asyncio.run(Socket.open(web.base, auth))


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_page_of_another_site_does_not_connect(web: Running, ann: Client, transport: str) -> None:
    for origin in ("https://evil.example", "null", f"{SITE}.evil.example"):
        with pytest.raises(NotConnected):
            asyncio.run(Socket.open(web.base, ann.token, origin, transport))


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_our_page_and_an_allowed_site_connect(web: Running, ann: Client, transport: str) -> None:
    async def connect(origin: str) -> None:
        socket = await Socket.open(web.base, ann.token, origin, transport)
        assert socket.io.connected
        await socket.close()

    for origin in (SITE, web.base):
        asyncio.run(connect(origin))


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_connection_that_shows_no_token_is_closed_and_one_with_a_session_is_not(
    web: Running, ann: Client, transport: str
) -> None:
    async def wait() -> None:
        socket = await Socket.open(web.base, ann.token, transport=transport)
        silent, closed = AsyncClient(), asyncio.Event()
        silent.on("disconnect", lambda *_: closed.set())
        await silent.connect(web.base, transports=[transport], engineio_path="web/socket.io")
        await asyncio.wait_for(closed.wait(), 10)
        assert await socket.say("patient-01", "tacrolimus dose?") == {"id": "patient-01", "error": None}
        await socket.close()

    asyncio.run(wait())


def test_an_assistant_that_is_stopped_with_pages_open_leaves_no_task_behind(own_web: Callable[..., Running]) -> None:
    running = own_web()
    ann = Client(running.base).begin()

    async def leave_open() -> None:
        socket = await Socket.open(running.base, ann.token)
        await socket.say("left-open-1", "tacrolimus dose?")
        await socket.wait("answers")
        running.process.send_signal(signal.SIGINT)
        await asyncio.to_thread(running.process.wait, 20)
        await socket.close()

    asyncio.run(leave_open())
    log = running.log.read_text()
    assert "Task was destroyed" not in log and "Traceback" not in log


def test_two_people_with_each_other_s_ids_hear_only_their_own(web: Running, ann: Client, bob: Client) -> None:
    async def talk() -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
        one, other = await Socket.open(web.base, ann.token), await Socket.open(web.base, bob.token)
        await asyncio.gather(
            one.say("same-id-1", "slowly: I am pregnant, cellcept upsets my stomach"),
            other.say("same-id-1", "slowly: what do you know about the case?"),
        )
        await asyncio.gather(one.wait("answers"), other.wait("answers"))
        await other.say("same-id-2", "what do you know about the case?")
        await other.wait("answers", "same-id-2")
        await asyncio.gather(one.close(), other.close())
        return one.events, other.events

    hers, his = asyncio.run(talk())
    assert len([name for name, _ in hers if name == "answers"]) == 1
    his_cases = [answer["case"] for name, data in his if name == "answers" for answer in data["answers"]]
    assert his_cases and all(case["pregnancy"] is None and case["side_effect"] == [] for case in his_cases)


def test_a_client_cannot_name_another_conversation(web: Running, ann: Client, bob: Client) -> None:
    ann.say("I am pregnant")

    async def talk() -> Any:
        socket = await Socket.open(web.base, bob.token)
        body = {"id": "other-one-1", "text": "my case?", "token": ann.token, "session_id": ann.token, "sender": "web"}
        acknowledged = await socket.io.call("message", body)
        failure = await socket.wait("failure")
        await socket.close()
        assert acknowledged["error"] == failure["error"]
        return failure

    failure = asyncio.run(talk())
    assert failure["id"] == "other-one-1" and failure["error"]["code"] == "bad_request"


def test_a_connection_lost_in_mid_answer_gets_the_one_answer_after_it_is_back(web: Running, ann: Client) -> None:
    async def talk() -> Any:
        first = await Socket.open(web.base, ann.token)
        await first.say("lost-line-1", "slowly: cellcept upsets my stomach, I am pregnant")
        await asyncio.sleep(0.2)
        await first.close()
        second = await Socket.open(web.base, ann.token)
        await second.say("lost-line-1", "slowly: cellcept upsets my stomach, I am pregnant")
        joined = await second.wait("answers")
        await second.say("lost-line-1", "slowly: cellcept upsets my stomach, I am pregnant")
        await asyncio.sleep(0.3)
        stored = [data for name, data in second.events if name == "answers"][-1]
        await second.close()
        return joined, stored

    joined, stored = asyncio.run(talk())
    assert joined["duplicate"] is True and stored == joined
    assert [turn["role"] for turn in ann.conversation()["turns"]] == ["user", "assistant"]
    assert ann.say("slowly: cellcept upsets my stomach, I am pregnant", "lost-line-1")["answers"] == joined["answers"]


def test_an_edit_over_the_socket(web: Running, ann: Client) -> None:
    ann.say("cellcept upsets my stomach. what are the options?")

    async def talk() -> Any:
        socket = await Socket.open(web.base, ann.token)
        body = {"id": "live-edit-1", "changes": [{"slot": "pregnancy", "value": "pregnant"}], "repeat": True}
        assert (await socket.io.call("edit", body))["error"] is None
        answers = await socket.wait("answers")
        await socket.io.call("edit", {**body, "id": "live-edit-2", "changes": [{"slot": "pregnancy", "value": "x"}]})
        failure = await socket.wait("failure", "live-edit-2")
        await socket.close()
        return answers, failure

    answers, failure = asyncio.run(talk())
    assert answers["answers"][0]["headline"].startswith("What changed: ")
    assert failure["error"]["code"] == "bad_edit"
    assert ann.conversation()["case"]["pregnancy"] == "pregnant"


def test_too_many_messages_fail_in_words(web: Running, ann: Client) -> None:
    async def talk() -> Any:
        socket = await Socket.open(web.base, ann.token)
        await asyncio.gather(*(socket.say(f"many-{number:04}", "hello") for number in range(40)))
        failure = await socket.wait("failure")
        await socket.close()
        return failure

    error = asyncio.run(talk())["error"]
    assert error["code"] == "too_many" and error["status"] == 429 and error["retry_after"] >= 1


@pytest.mark.parametrize("data", [None, 7, [], "hello", {"id": 7, "text": "x"}, {"id": "abcdefgh"}, {"text": "hello"}])
def test_what_is_no_message_fails_in_words(web: Running, ann: Client, data: Any) -> None:
    async def talk() -> Any:
        socket = await Socket.open(web.base, ann.token)
        acknowledged = await socket.io.call("message", data)
        await socket.wait("failure")
        await socket.close()
        return acknowledged

    assert asyncio.run(talk())["error"]["status"] == 400
    assert ann.conversation()["turns"] == []


def test_a_huge_packet_ends_the_connection_and_nothing_else(web: Running, ann: Client) -> None:
    async def talk() -> None:
        socket = await Socket.open(web.base, ann.token)
        await socket.io.emit("message", {"id": "huge-one-1", "text": "x" * 200_000})
        await socket.wait("disconnect")

    asyncio.run(talk())
    assert ann.conversation()["turns"] == []
    assert ann.say("hello")["answers"]


def test_forgetting_closes_the_connection(web: Running, ann: Client) -> None:
    async def talk() -> None:
        socket = await Socket.open(web.base, ann.token)
        status, _, _ = await asyncio.to_thread(ann.call, "DELETE", "conversation")
        assert status == 204
        await socket.wait("disconnect")
        with pytest.raises(NotConnected):
            await Socket.open(web.base, ann.token)

    asyncio.run(talk())


def test_connections_of_one_session_are_limited(web: Running, ann: Client) -> None:
    async def talk() -> None:
        sockets = [await Socket.open(web.base, ann.token) for _ in range(8)]
        with pytest.raises(NotConnected):
            await Socket.open(web.base, ann.token)
        await sockets.pop().close()
        await asyncio.sleep(0.2)
        sockets.append(await Socket.open(web.base, ann.token))
        for socket in sockets:
            await socket.close()

    asyncio.run(talk())
