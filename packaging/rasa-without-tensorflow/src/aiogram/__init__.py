"""Not aiogram, but its stand-in: see left_out_of_rasa."""

from left_out_of_rasa import inert


def __getattr__(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return inert("aiogram", name)
