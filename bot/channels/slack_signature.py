"""Is a request Slack's? Its signature must be right, of the last five minutes, and not one that was taken before."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.signature import Clock, SignatureVerifier

WINDOW = 300.0
"""Seconds that a signature holds; slack_sdk's figure, and Slack's advice."""


class Signatures:
    """Checks requests. Slack signs its own repeats anew, so a signature that comes back is somebody else's."""

    def __init__(self, signing_secret: str, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._verifier = SignatureVerifier(signing_secret, self._clock)
        self._taken: dict[str, float] = {}

    def problem(self, body: bytes, headers: Mapping[str, str]) -> str | None:
        """Why the request is refused; None when it is Slack's."""
        stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not stamp or not signature:
            return "not signed"
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16 and signature.isascii()):
            return "not signed by Slack"
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return "not UTF-8"
        if not self._verifier.is_valid(text, stamp, signature):
            old = abs(self._clock.now() - int(stamp)) > WINDOW
            return "too old" if old else "not signed by Slack"
        return "a replay" if signature in self._taken else None

    def take(self, headers: Mapping[str, str]) -> None:
        """Remember a request that was accepted; one that failed on our side may come again as it is."""
        now = self._clock.now()
        self._taken = {signature: at for signature, at in self._taken.items() if now - at <= 2 * WINDOW}
        self._taken[headers["x-slack-signature"]] = now
