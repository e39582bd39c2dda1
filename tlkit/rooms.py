"""A room of the package that is also a verb: ``tl.tasks()`` lists what is in ``tlkit.tasks``."""

from __future__ import annotations

import sys
from types import ModuleType


class CallableModule(ModuleType):
    """A module whose call is the function of its own name.

    Python binds a subpackage to its parent under its name as soon as anything imports it, so a function of that name
    beside it would be there or not by the order of imports.
    """

    def __call__(self, *args, **kwargs):
        """Call the function that has the module's own name."""
        return vars(self)[self.__name__.rpartition(".")[2]](*args, **kwargs)


def make_callable(name: str) -> None:
    """Let the module of that full name be called."""
    sys.modules[name].__class__ = CallableModule
