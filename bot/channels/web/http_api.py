"""The JSON API below /api/v1, as openapi.yaml beside the channels describes it."""

from __future__ import annotations

import functools
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sanic import Blueprint
from sanic.exceptions import MethodNotSupported, NotFound, PayloadTooLarge, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json, raw

from bot.channels.web import origins
from bot.channels.web.gate import Gate
from bot.channels.web.history import Conversations
from bot.channels.web.incoming import Incoming, read_edit, read_message, read_object
from bot.channels.web.live import Live
from bot.channels.web.ratings import read_rating
from bot.channels.web.records import Records
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import Session
from bot.channels.web.settings import Settings
from bot.channels.web.turns import Turns
from bot.rendering.rows import row_of
from bot.rendering.vocabulary import vocabulary

logger = logging.getLogger(__name__)

BASE = "/api/v1"
OPENAPI = Path(__file__).resolve().parents[1] / "openapi.yaml"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
A_WHILE = {"Cache-Control": "max-age=300"}
Handler = Callable[..., Awaitable[HTTPResponse]]


class HttpApi:
    """The routes, and what they share: origin, session, errors, headers."""

    def __init__(
        self, settings: Settings, gate: Gate, turns: Turns, conversations: Conversations, records: Records, live: Live
    ) -> None:
        self._settings = settings
        self._gate = gate
        self._turns = turns
        self._conversations = conversations
        self._records = records
        self._live = live

    def add_to(self, blueprint: Blueprint) -> None:
        """Add every route of the API."""
        self._add(blueprint, "/sessions", POST=self._new_session)
        self._add(blueprint, "/messages", POST=self._message)
        self._add(blueprint, "/edits", POST=self._edit)
        self._add(blueprint, "/conversation", GET=self._conversation, DELETE=self._forget)
        self._add(blueprint, "/feedback", POST=self._rate)
        self._add(blueprint, "/rows/<row_id:str>", GET=self._row)
        self._add(blueprint, "/vocabulary", GET=self._vocabulary)
        self._add(blueprint, "/openapi.yaml", GET=self._openapi)

    def refuse(self, request: Request, error: SanicException) -> HTTPResponse:
        """What the server itself refuses below /api/v1, in the API's own shape."""
        kinds = {NotFound: "not_found", MethodNotSupported: "wrong_method", PayloadTooLarge: "too_large"}
        code = next((code for kind, code in kinds.items() if isinstance(error, kind)), None)
        if code is not None:
            response = self._refusal(request, RefusedError(code))
            response.headers.update(getattr(error, "headers", {}))  # which methods there are instead
            return response
        if getattr(error, "status_code", 500) < 500:
            return self._refusal(request, RefusedError("bad_request", problem="the request is malformed."))
        logger.error("A request failed: %s", type(error).__name__)
        return self._refusal(request, RefusedError("failed"))

    def _add(self, blueprint: Blueprint, path: str, **by_method: Handler) -> None:
        for method, handler in by_method.items():
            name = f"{method.lower()}_{path.strip('/').partition('/')[0]}".replace(".", "_")
            blueprint.add_route(self._guarded(handler), BASE + path, methods=[method], name=name)
        name = f"options_{path.strip('/').partition('/')[0]}".replace(".", "_")
        blueprint.add_route(self._guarded(self._preflight), BASE + path, methods=["OPTIONS"], name=name)

    def _guarded(self, handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Request, **parts: Any) -> HTTPResponse:
            try:
                self._gate.check_origin(request.headers.get("origin"), request.headers.get("host"))
                return self._finished(request, await handler(request, **parts))
            except RefusedError as refused:
                return self._refusal(request, refused)
            except SanicException as error:
                return self.refuse(request, error)
            except Exception as error:
                logger.error("A request failed: %s", type(error).__name__)
                return self._refusal(request, RefusedError("failed"))

        return guarded

    def _refusal(self, request: Request, refused: RefusedError) -> HTTPResponse:
        response = json({"error": refused.as_dict()}, status=refused.status)
        if refused.retry_after is not None:
            response.headers["Retry-After"] = str(refused.retry_after)
        if refused.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return self._finished(request, response)

    def _finished(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        origin, host = request.headers.get("origin"), request.headers.get("host")
        for name, value in {**HEADERS, **origins.cors(origin, host, self._settings.origins)}.items():
            response.headers.setdefault(name, value)
        return response

    def _session(self, request: Request) -> Session:
        kind, _, token = str(request.headers.get("authorization", "")).partition(" ")
        return self._gate.session(token.strip() if kind.lower() == "bearer" else None)

    def _body(self, request: Request) -> Any:
        if request.content_type.partition(";")[0].strip().lower() != "application/json":
            raise RefusedError("not_json")
        try:
            return request.load_json()
        except Exception:
            raise RefusedError("bad_request", problem="the body is no JSON.") from None

    # --- routes

    async def _preflight(self, _request: Request, **_parts: Any) -> HTTPResponse:
        return empty()

    async def _new_session(self, request: Request) -> HTTPResponse:
        if request.body:
            read_object(self._body(request))
        token, session = self._gate.new_session(request.remote_addr or request.ip)
        expires = datetime.fromtimestamp(session.expires, timezone.utc).isoformat()
        return json({"token": token, "expires_at": expires}, status=201)

    async def _message(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        return await self._answered(session, read_message(self._body(request)))

    async def _edit(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        return await self._answered(session, read_edit(self._body(request)))

    async def _answered(self, session: Session, incoming: Incoming) -> HTTPResponse:
        outcome = await self._turns.take(session, incoming)
        return json(outcome.as_reply(incoming.id))

    async def _conversation(self, request: Request) -> HTTPResponse:
        return json(await self._conversations.show(self._session(request)))

    async def _forget(self, request: Request) -> HTTPResponse:
        await self._gate.forget(self._session(request), self._turns, self._conversations, self._live.disconnect)
        return empty()

    async def _rate(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        rating = read_rating(self._body(request))
        answer = await self._answer(session, rating.turn)
        rows = ",".join(statement["id"] for statement in answer["statements"])
        version = answer["review"]["table_version"]
        try:
            self._records.rate(
                session.sender, rating.turn, rating.rating, rating.comment, answer["kind"], rows, version
            )
        except sqlite3.Error as error:
            logger.error("The record of feedback failed: %s", type(error).__name__)
            raise RefusedError("store") from None
        return empty()

    async def _answer(self, session: Session, turn: str) -> Mapping[str, Any]:
        """The Answer that a turn's id names; a message's id names the first that was given to it."""
        message_id, _, place = turn.partition(".")
        answers = await self._conversations.answers(session, message_id)
        if not (place or "0").isdecimal() or int(place or 0) >= len(answers):
            raise RefusedError("no_turn")
        return answers[int(place or 0)]

    async def _row(self, _request: Request, row_id: str) -> HTTPResponse:
        row = row_of(row_id)
        if row is None:
            raise RefusedError("no_row")
        return json(row, headers=A_WHILE)

    async def _vocabulary(self, request: Request) -> HTTPResponse:
        audience = request.get_args(keep_blank_values=True).get("audience", "clinician")
        if audience not in ("patient", "clinician"):
            raise RefusedError("bad_request", problem="`audience` is patient or clinician.")
        return json(vocabulary(audience), headers=A_WHILE)

    async def _openapi(self, _request: Request) -> HTTPResponse:
        return raw(OPENAPI.read_bytes(), content_type="application/yaml")
