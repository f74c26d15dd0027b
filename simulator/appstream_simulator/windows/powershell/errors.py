# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can go wrong with a script: it is none, it is outside of the subset, or an error of PowerShell ends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# What Python raises for values that nobody has thought of.
PYTHON_ERRORS = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)


class UnknownError(Exception):
    """Something in a script is outside of the subset; the text names the piece."""


class NotParsedError(UnknownError):
    """The text is no script of the subset's grammar."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


class UnhandledProgramError(UnknownError):
    """A program of the machine could not do what it was asked for; it has been journalled already."""


# Names of exceptions by the names of those derived from them, as far as a catch clause may name them. All are derived
# from System.Exception.
_BASES = {
    "System.IO.FileNotFoundException": "System.IO.IOException",
    "System.IO.DirectoryNotFoundException": "System.IO.IOException",
    "System.Management.Automation.MethodInvocationException": "System.Management.Automation.MethodException",
    "System.Management.Automation.MethodException": "System.Management.Automation.ExtendedTypeSystemException",
    "System.Management.Automation.ExtendedTypeSystemException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.ItemNotFoundException": "System.Management.Automation.SessionStateException",
    "System.Management.Automation.DriveNotFoundException": "System.Management.Automation.SessionStateException",
    "System.Management.Automation.SessionStateException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.ParameterBindingException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.PSInvalidCastException": "System.InvalidCastException",
    "System.Management.Automation.PSArgumentException": "System.ArgumentException",
    "System.ArgumentNullException": "System.ArgumentException",
    "System.ArgumentOutOfRangeException": "System.ArgumentException",
}
EXCEPTIONS = frozenset(
    {
        *_BASES,
        *_BASES.values(),
        "System.Exception",
        "System.FormatException",
        "System.OverflowException",
        "System.UnauthorizedAccessException",
        "System.Security.SecurityException",
        "System.DivideByZeroException",
        "System.InvalidOperationException",
        "Microsoft.PowerShell.Commands.ServiceCommandException",
        "Microsoft.PowerShell.Commands.ProcessCommandException",
        "System.SystemException",
    }
)


def exception_named(name: str) -> str | None:
    """The full name of an exception, given with or without `System.`, in any case."""
    known = {full.lower(): full for full in EXCEPTIONS}
    return known.get(name.lower()) or known.get(f"system.{name.lower()}")


@dataclass(frozen=True)
class ErrorRecord:
    """One error of a script.

    Attributes:
        kind: full name of the exception's type.
        inner: kind and message of the inner exception, for those that PowerShell wraps.
        target: what the error is about.
    """

    message: str
    kind: str = "System.Management.Automation.RuntimeException"
    inner: tuple[str, str] | None = None
    target: Any = None
    identifier: str = ""
    thrown: Any = field(default=None, compare=False)

    def is_a(self, name: str) -> bool:
        """Whether a catch clause for this exception catches it; the inner exception counts too."""
        if name in ("System.Exception", "System.SystemException"):
            return True
        kinds = [self.kind, *([self.inner[0]] if self.inner else [])]
        for kind in kinds:
            current: str | None = kind
            while current:
                if current == name:
                    return True
                current = _BASES.get(current)
        return False


class ScriptError(Exception):
    """A terminating error.

    Attributes:
        ends_script: it ends the whole script unless it is caught; otherwise only its statement, as the errors of .NET
            methods do.
    """

    def __init__(self, record: ErrorRecord, *, ends_script: bool = False) -> None:
        super().__init__(record.message)
        self.record = record
        self.ends_script = ends_script


def failure(message: str, kind: str = "System.Management.Automation.RuntimeException", **fields: Any) -> ScriptError:
    """A terminating error of one statement."""
    return ScriptError(ErrorRecord(message, kind, **fields))


class NetError(Exception):
    """An exception of a .NET method, which PowerShell wraps into a MethodInvocationException."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class BreakSignal(Exception):
    """The statement `break`."""


class ContinueSignal(Exception):
    """The statement `continue`."""


class ReturnSignal(Exception):
    """The statement `return`; what it returns has been written."""


class ExitSignal(Exception):
    """The statement `exit`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class EnoughSignal(Exception):
    """A command wants nothing more from those before it in its pipeline."""

    def __init__(self, stage: object) -> None:
        super().__init__()
        self.stage = stage
