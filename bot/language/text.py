"""Cleaning a message before it is read, and saying what is wrong with one that cannot be."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 4000

_QUOTES = str.maketrans(
    {**dict.fromkeys("‘’‚‛`´ʼ", "'"), **dict.fromkeys("“”„‟«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe0e\ufe0f]")
_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>|(?<!\S)@[\w.-]+")
_SLASH = re.compile(r"^\s*/(?:ask|asys|bot|help|question|query|mmf)\b[ :]*", re.I)
_MARKDOWN = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3}|~~)(?=\S)([^*_~\n]+?)(?<=\S)\1(?![\w*])")
_EMOJI_NAME = re.compile(r":(?!/)[a-z][a-z0-9_+-]+:|:\+1:|:-1:")
_QUOTED = re.compile(r'"')
_LINK = re.compile(r"<(https?://[^>|]+)\|?([^>]*)>")
_COMMAND = re.compile(r"^\s*/[A-Za-z_]\w*\s*(?:\{|$|\|)")
_ATTACHMENT = re.compile(
    r"^\s*\[?(?:image|photo|picture|file|attachment|img|audio|voice message|video|sticker)[\]: ][^\n]*$"
    r"|^\s*\[?[\w-]+\.(?:jpe?g|png|gif|pdf|docx?|heic|mp4|mp3)\]?\s*$"
    r"|^\s*<(?:media|attachment)[^>]*>\s*$",
    re.I,
)
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")

SMILEYS = {
    "👍": "yes", "✅": "yes", "👌": "yes", ":+1:": "yes", ":thumbsup:": "yes", ":white_check_mark:": "yes",
    "👎": "no", "❌": "no", ":-1:": "no", ":thumbsdown:": "no", ":x:": "no",
}  # fmt: skip
_ASKED_AND_ANSWERED = re.compile(
    r"\b(ILD|lungs?|DLCO|pregnan\w+|preg|TPMT|NUDT15|HBV|hep ?b|BP|severity|response|fever|side effects?)\?"
    r"(?= (?:mild|moderate|mod|severe|stable|progress\w*|normal|low|high|neg\w*|pos\w*|fine|good|poor|intermediate"
    r"|deficient)\b)",
    re.I,
)
"""A heading that its writer answers at once: "ILD? mild per MDT"."""
_FACES = re.compile(r"[🙂😊😀😃😄😁🙏❤😢😭😡😞😕🤔😍🥰]|^\s*(?:[:;=]-?[)(DPp/|]|<3|xD)\s*$")


def normalise(text: str) -> str:
    """The message as it will be read: one spelling of signs, no unseen characters, no chat artefacts.

    Emoji, emphasis marks, mentions and stray quotation marks go; words, numbers and sentence marks stay.
    """
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    text = _UNSEEN.sub("", text)
    text = "".join(s for s in text if s in "\n\t" or unicodedata.category(s) not in ("Cc", "Cs", "Co", "Cn"))
    text = _LINK.sub(r"\1", text)
    text = _MENTION.sub(" ", text)
    text = _SLASH.sub("", text)
    text = _EMOJI_NAME.sub(" ", text)
    text = _MARKDOWN.sub(r"\2", text)
    text = _QUOTED.sub(" ", text)
    text = "".join(" " if unicodedata.category(s) in ("So", "Sk") and s not in "°^" else s for s in text)
    text = re.sub(r"(?<=\w)'(?=\s|$)|(?<!\w)'(?=\w)", " ", text)
    text = re.sub(r"[ \t]+", " ", text)
    text = _ASKED_AND_ANSWERED.sub(r"\1:", text)
    return re.sub(r" *\n\s*", "\n", text).strip()


def smiley(text: str) -> str | None:
    """'yes' or 'no' for a message that is a thumb or tick, 'face' for one that is only a face; None for words."""
    bare = _UNSEEN.sub("", text).strip()
    for sign, reply in SMILEYS.items():
        rest = bare.replace(sign, "")
        if rest != bare and not any(c.isalnum() for c in rest):
            return reply
    return "face" if _FACES.search(bare) and not any(c.isalnum() for c in bare if c not in "DPpx3") else None


def problem_of(raw: str, clean: str) -> str | None:
    """What keeps a message from being read, or None: empty, too_long, command, attachment, symbols_only, other_script.

    A command is Rasa's own ``/intent{...}`` notation; typed by a person it is text like any other and never obeyed.
    """
    if len(raw) > MAX_CHARACTERS:
        return "too_long"
    if _COMMAND.match(raw) and not _SLASH.match(raw):
        return "command"
    if _ATTACHMENT.match(raw):
        return "attachment"
    if not any(sign.isalnum() for sign in clean):
        if smiley(raw):
            return None
        return "symbols_only" if re.search(r"\S", _UNSEEN.sub("", raw)) else "empty"
    letters = [sign for sign in clean if sign.isalpha()]
    if letters and sum(bool(_LATIN.match(sign)) for sign in letters) * 2 < len(letters):
        return "other_script"
    return None
