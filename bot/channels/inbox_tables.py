"""The tables of the channels' inbox and outbox, and their rows as the channels see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()
events = sa.Table(
    "channel_events",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("event_id", sa.String(255), nullable=False),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("payload", sa.Text),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("owner", sa.String(32)),
    sa.Column("claimed_until", sa.Float),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.UniqueConstraint("channel", "event_id"),
    sa.Index("channel_events_open", "state", "channel", "seq"),
    sa.Index("channel_events_order", "conversation", "state", "seq"),
)
replies = sa.Table(
    "channel_replies",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(32), nullable=False),
    sa.Column("request", sa.Text),
    sa.Column("state", sa.String(10), nullable=False),
)
conversations = sa.Table(
    "channel_conversations",
    metadata,
    sa.Column("conversation", sa.String(255), primary_key=True),
    sa.Column("seen_at", sa.Float, nullable=False),
)
feedback = sa.Table(
    "channel_feedback",
    metadata,
    sa.Column("conversation", sa.String(255), primary_key=True),
    sa.Column("turn", sa.String(255), primary_key=True),
    sa.Column("good", sa.Boolean, nullable=False),
    sa.Column("given_at", sa.Float, nullable=False),
)


@dataclass(frozen=True)
class Event:
    """One accepted event, claimed by this process. `event_id` is also the id of Rasa's message and of its answers."""

    seq: int
    event_id: str
    conversation: str
    payload: dict[str, Any]
    attempts: int
    """How often it was claimed, this time included. Above 1, an earlier process may have got some way with it."""


@dataclass(frozen=True)
class Reply:
    """One request to the platform. `key` is unique and the same after a restart."""

    seq: int
    position: int
    key: str
    request: dict[str, Any]
    state: str
