"""What someone thinks of an answer: thumbs, and a line if they like."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.web.incoming import read_object, readable
from bot.channels.web.refusals import RefusedError

RATINGS = ("up", "down")
LONGEST_COMMENT = 500


@dataclass(frozen=True)
class Rating:
    """``turn`` is the id of an assistant's turn: the message's id and the Answer's place ("k3Vb90aQ.0")."""

    turn: str
    rating: str
    comment: str | None = None


def read_rating(body: object) -> Rating:
    """{"turn", "rating", "comment"?}. Raises RefusedError."""
    data = read_object(body, required=("turn", "rating"), optional=("comment",))
    turn, rating, comment = data["turn"], data["rating"], data.get("comment")
    if not isinstance(turn, str):
        raise RefusedError("bad_request", problem="`turn` must be a text.")
    if rating not in RATINGS:
        raise RefusedError("bad_request", problem="`rating` is up or down.")
    if comment is not None and (not isinstance(comment, str) or len(comment) > LONGEST_COMMENT):
        raise RefusedError("bad_request", problem=f"`comment` is a text of at most {LONGEST_COMMENT} characters.")
    return Rating(turn, rating, readable(comment) if comment else None)
