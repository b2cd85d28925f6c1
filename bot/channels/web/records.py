"""What the web channel keeps beside the conversations, in SQLite under var/: feedback, and which sessions are over."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

FILE = "web.db"
TABLES = """
CREATE TABLE IF NOT EXISTS forgotten (sender TEXT PRIMARY KEY, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS feedback (
    conversation TEXT NOT NULL, turn TEXT NOT NULL, kind TEXT NOT NULL, rows TEXT NOT NULL, table_version TEXT NOT NULL,
    rating TEXT NOT NULL, comment TEXT, at INTEGER NOT NULL, PRIMARY KEY (conversation, turn));
"""


class Records:
    """One small file; every write is on disk when the method returns. Raises sqlite3.Error when it cannot be."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / FILE
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with self._open() as db:
            db.executescript(TABLES)
            db.execute("DELETE FROM forgotten WHERE expires < ?", (int(time.time()),))
            self._forgotten = {sender for (sender,) in db.execute("SELECT sender FROM forgotten")}

    def forget(self, sender: str, expires: int) -> None:
        """The session is over for good, and its feedback goes with it. ``expires``: when its token would end anyway."""
        self._forgotten.add(sender)
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO forgotten VALUES (?, ?)", (sender, expires))
            db.execute("DELETE FROM feedback WHERE conversation = ?", (sender,))

    def is_forgotten(self, sender: str) -> bool:
        """Was this conversation ended by its owner?"""
        return sender in self._forgotten

    def rate(
        self, conversation: str, turn: str, rating: str, comment: str | None, kind: str, rows: str, version: str
    ) -> None:
        """What someone thought of an answer; a later word replaces an earlier one. No message and no case is kept."""
        values = (conversation, turn, kind, rows, version, rating, comment, int(time.time()))
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._path, timeout=5)) as db:
            db.execute("PRAGMA secure_delete=ON")
            with db:
                yield db
