"""Stands in for libraries that Rasa 3.6 imports whether or not they are used, where they are left out.

Every name in them is an inert class: it can be inherited from and named in a type hint, and says what to do when
somebody tries to make an object of it.

- tensorflow, tensorflow_text, tensorflow_hub, keras: Rasa's neural components (DIETClassifier, ResponseSelector,
  TEDPolicy, UnexpecTEDIntentPolicy, ConveRTFeaturizer, LanguageModelFeaturizer) cannot be configured.
- aiogram: Rasa's Telegram channel cannot be configured.

`tensorflow.experimental` cannot be imported: that is how thinc and spaCy find out that there is no tensorflow.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn

_NEURAL = (
    "needs tensorflow, which this installation leaves out. Remove Rasa's neural components (DIETClassifier, "
    "ResponseSelector, TEDPolicy, UnexpecTEDIntentPolicy, ConveRTFeaturizer, LanguageModelFeaturizer) from config.yml, "
    "or install the full Rasa in an environment of its own."
)
_TELEGRAM = "needs aiogram, which this installation leaves out. Remove `telegram` from credentials.yml."
_REASONS = {"tensorflow": _NEURAL, "tensorflow_text": _NEURAL, "tensorflow_hub": _NEURAL, "keras": _NEURAL}
_REASONS["aiogram"] = _TELEGRAM
_ABSENT = ("tensorflow.experimental",)


class _InertType(type):
    """The type of every stand-in class: attributes are stand-ins again, and calling one explains itself."""

    reason: str

    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return inert(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise RuntimeError(f"{cls.__module__}.{cls.__name__} {cls.reason}")


@functools.cache
def inert(parent: str, name: str) -> type:
    """The stand-in class for `name` in the module or class `parent`; always the same one."""
    return _InertType(name, (), {"__module__": parent, "reason": _REASONS[parent.split(".")[0]]})


class _InertModule(types.ModuleType):
    """A module in which every public name is a stand-in class."""

    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return inert(self.__name__, name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the modules below the stand-ins."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in _ABSENT or fullname.split(".")[0] not in _REASONS:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _InertModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: the names are made when asked for."""


# Last, so that the real library, where installed, comes first.
sys.meta_path.append(_Finder())
