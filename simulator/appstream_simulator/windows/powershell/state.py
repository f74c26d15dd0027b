# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a script has got to: its variables, functions and errors, and how much it has done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import syntax
from .conversion import cast
from .errors import ErrorRecord, ScriptError, UnknownError, failure
from .session import PROCESS_IDENTIFIER, Session
from .values import Hashtable, NetObject, Version, to_text

Emit = Callable[[Any], None]
# What a variable holds that got the output of something without output: $null, but a pipeline gets nothing from it.
NOTHING = object()
_PREFERENCES = ("continue", "silentlycontinue", "stop", "ignore")


@dataclass
class Scope:
    """Variables by lower-case name, and the types that some of them have for good."""

    variables: dict[str, Any] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


class State:
    """The state of a script.

    Attributes:
        steps: how many statements and expressions a script may have carried out until it is given up.
        attempts: how many `try` blocks are being carried out.
        succeeded: `$?`.
    """

    steps = 5_000_000
    deepest_call = 12

    def __init__(self, session: Session, *, preference: str = "Continue") -> None:
        self.session = session
        self.scopes = [Scope(self._automatic(preference))]
        self.functions: dict[str, syntax.Script] = {}
        self.attempts = 0
        self.succeeded = True
        self.exit_code: int | None = None
        self.what_if = False
        self._done = 0
        self._calls = 0

    def _automatic(self, preference: str) -> dict[str, Any]:
        version = Hashtable({"PSVersion": Version((5, 1, 20348, 1)), "PSEdition": "Desktop", "CLRVersion": None})
        return {
            "null": None,
            "true": True,
            "false": False,
            "erroractionpreference": preference,
            "warningpreference": "Continue",
            "verbosepreference": "SilentlyContinue",
            "debugpreference": "SilentlyContinue",
            "progresspreference": "Continue",
            "pid": PROCESS_IDENTIFIER,
            "psversiontable": version,
            "ofs": " ",
            "home": self.session.variables.get("USERPROFILE"),
            "pwd": NetObject(
                "System.Management.Automation.PathInfo", {"Path": self.session.folder}, text=self.session.folder
            ),
        }

    def tick(self) -> None:
        """Count a step. Raises UnknownError when there have been too many."""
        self._done += 1
        if self._done > self.steps:
            raise UnknownError(f"a script that has not ended after {self.steps} steps")

    # Errors

    def preference(self, given: Any = None) -> str:
        """What happens at an error that ends nothing, in lower case."""
        text = to_text(self.variable("erroractionpreference") if given is None else given).lower()
        if text not in _PREFERENCES:
            raise UnknownError(f"the error action {text!r}")
        return text

    def report(self, record: ErrorRecord, preference: str) -> None:
        """An error that ends nothing by itself. Raises ScriptError when it is to end the script."""
        self.succeeded = False
        if preference == "stop":
            raise ScriptError(record, ends_script=True)
        if preference == "continue":
            self.session.streams.errors.append(record)

    # Variables

    def variable(self, name: str) -> Any:
        """A variable's value, `$null` when there is none."""
        value = self.raw_variable(name)
        return None if value is NOTHING else value

    def raw_variable(self, name: str) -> Any:
        """A variable's value, NOTHING when nothing had been output for it."""
        for scope in reversed(self.scopes):
            if name in scope.variables:
                return scope.variables[name]
        if name == "?":
            return self.succeeded
        return self.exit_code if name == "lastexitcode" else None

    def set_variable(self, name: str, value: Any, scope: str = "", kind: str = "") -> None:
        """Assign to a variable of the present scope, or of the script's."""
        if name in ("null",):
            return
        if name in ("true", "false", "pid", "psversiontable", "home", "?"):
            raise failure(f"Cannot overwrite variable {name} because it is read-only or constant.")
        place = self.scopes[0] if scope in ("script", "global") else self.scopes[-1]
        if kind:
            place.types[name] = kind
        wanted = place.types.get(name)
        if wanted:
            value = cast(None if value is NOTHING else value, wanted)
        place.variables[name] = value
