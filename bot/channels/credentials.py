"""Credentials of a channel: from credentials.yml or the environment, and a clear word when they are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CredentialsError(Exception):
    """The channel cannot be opened. The text says what is missing or wrong and where to put it; never a secret."""


def settings(
    section: Mapping[str, Any] | None, environment: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, str]:
    """What is set, by setting.

    The environment wins over the file, so that a secret can be changed without editing it. A value in the file such as
    ``${SLACK_BOT_TOKEN}`` that names an unset variable counts as unset.

    Args:
        section: the channel's section of credentials.yml, or None.
        environment: of the process.
        names: setting -> name of its environment variable.

    Raises:
        CredentialsError: when the section is no mapping, or has settings that do not exist.
    """
    section = {} if section is None else section
    if not isinstance(section, Mapping):
        raise CredentialsError("the section of credentials.yml must be a list of `name: value` lines")
    unknown = sorted(set(map(str, section)) - set(names))
    if unknown:
        raise CredentialsError(f"credentials.yml: {', '.join(unknown)} is no setting; there are: {', '.join(names)}")
    found = {}
    for name, variable in names.items():
        value = environment.get(variable) or section.get(name)
        text = "" if value is None else str(value).strip()
        if text and not text.startswith("${"):
            found[name] = text
    return found
