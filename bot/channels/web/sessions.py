"""Sessions: issued and signed here, so that a stolen guess or a made-up id opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import jwt

from bot.channels.web.refusals import RefusedError

ALGORITHM = "HS256"
AUDIENCE = "web"
KEY_FILE = "web.key"
SENDER_PREFIX = "web-"
LONGEST_TOKEN = 1024
"""Characters; ours have about 200."""


@dataclass(frozen=True)
class Session:
    """One conversation. ``sender`` is what Rasa and the store know it by; ``expires`` is in seconds since 1970."""

    sender: str
    expires: int

    def ended(self) -> bool:
        """Is its time over? A socket may outlive its session."""
        return time.time() >= self.expires


class Sessions:
    """Issues tokens and reads them."""

    def __init__(self, key: bytes, hours: float) -> None:
        self._key = key
        self._seconds = int(hours * 3600)

    def issue(self) -> tuple[str, Session]:
        """A new conversation: its token, which is all that opens it, and the session."""
        now = int(time.time())
        name = secrets.token_urlsafe(24)
        claims = {"sub": name, "aud": AUDIENCE, "iat": now, "exp": now + self._seconds}
        return jwt.encode(claims, self._key, ALGORITHM), Session(self._sender(name), now + self._seconds)

    def read(self, token: object) -> Session:
        """The session of a token. Raises RefusedError when it is not one of ours, or over."""
        if not isinstance(token, str) or not token or len(token) > LONGEST_TOKEN:
            raise RefusedError("no_session")
        try:
            claims = jwt.decode(
                token, self._key, [ALGORITHM], audience=AUDIENCE, options={"require": ["exp", "sub", "iat", "aud"]}
            )
        except jwt.ExpiredSignatureError:
            raise RefusedError("expired") from None
        except jwt.InvalidTokenError:
            raise RefusedError("no_session") from None
        return Session(self._sender(claims["sub"]), int(claims["exp"]))

    def _sender(self, name: str) -> str:
        """The name is in the token; what the store holds it under cannot be told from it without the key."""
        return f"{SENDER_PREFIX}{hmac.new(self._key, f'sender:{name}'.encode(), hashlib.sha256).hexdigest()[:40]}"


def load_key(folder: Path) -> bytes:
    """The key under var/, made the first time; readable by its owner alone."""
    path = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(key) < 32:
            raise ValueError(f"{path} holds no key of 32 bytes; remove it to have one made") from None
        return key
    key = secrets.token_bytes(32)
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(key.hex())
    return key
