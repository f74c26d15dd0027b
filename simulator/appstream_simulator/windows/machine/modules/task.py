# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a module handler works with: the machine, the options with their defaults, and the means to fail."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from appstream_simulator.windows.protocol.host import ModuleCall

from .. import environment, security_identifiers

if TYPE_CHECKING:
    from ..disk import Disk
    from ..machine import Machine


# What PowerShell says when .NET finds no account.
UNTRANSLATED = (
    'Exception calling "Translate" with "1" argument(s): "Some or all identity references could not be translated."'
)


class ModuleFailure(Exception):
    """The module fails: FailJson with these further fields in the result."""

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.fields = fields


@dataclass(frozen=True)
class Option:
    """One module option.

    Attributes:
        kind: str, path (variables are expanded), bool, int, list, dict or raw, as in the module's specification.
    """

    kind: str = "str"
    default: Any = None
    aliases: tuple[str, ...] = ()


Specification = Mapping[str, Option]


@dataclass
class Task:
    """One run of a module."""

    machine: Machine
    call: ModuleCall
    warnings: list[str] = field(default_factory=list)

    @property
    def disk(self) -> Disk:
        """The machine's disk."""
        return self.machine.disk

    @property
    def check_mode(self) -> bool:
        """Whether nothing may be changed."""
        return self.call.check_mode

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables of the module's process."""
        return {**self.machine.environment(self.call.user), **self.call.environment}

    def options(self, specification: Specification) -> dict[str, Any]:
        """All options of the specification: aliases resolved, defaults filled in, types applied.

        Raises:
            ModuleFailure: a value does not have the option's type.
        """
        return {name: self._value(name, option) for name, option in specification.items()}

    def account_identifier(self, name: str) -> str:
        """The security identifier of an account, or the failure of Ansible.ModuleUtils.SID.

        Raises:
            ModuleFailure: no such account; for one of the domain, which cannot be looked up here, also journalled.
        """
        found = self.find_account(name)
        if found is None:
            self.fail(f"account_name {name} is not a valid account, cannot get SID: {UNTRANSLATED}")
        return found

    def find_account(self, name: str) -> str | None:
        """The security identifier of an account; None for no such account.

        One of the domain cannot be looked up here, which is journalled as `unhandled`.
        """
        found = security_identifiers.find(self.disk.accounts, self.machine.computer_name, name)
        label = (name.rpartition("\\")[0] or name.partition("@")[2]).partition(".")[0]
        if found is None and self.machine.domain and label.lower() == self.machine.domain.partition(".")[0].lower():
            self.machine.record("unhandled", what="account of the domain", text=name)
        return found

    def account_name(self, identifier: str) -> str:
        """The full name of an account, or its identifier when nobody has that."""
        accounts = self.disk.accounts
        return security_identifiers.name_of(accounts, self.machine.computer_name, identifier) or identifier

    def refuse_other_options(
        self, simulated: Specification, *, harmless: Collection[str] = (), at_default: Specification | None = None
    ) -> None:
        """Fail for options that would be ignored silently; journalled as `unhandled`.

        Args:
            simulated: the options the stand-in handles.
            harmless: further options that need nothing of their own here.
            at_default: further options that may be given as long as they have their default.

        Raises:
            ModuleFailure: any other option is given.
        """
        defaults = at_default or {}
        known = {*simulated, *harmless, *(alias for option in simulated.values() for alias in option.aliases)}
        given = sorted(name for name, value in self.call.arguments.items() if value is not None and name not in known)
        refused = [
            name
            for name in given
            if name not in defaults or self._value(name, defaults[name]) != defaults[name].default
        ]
        if refused:
            module, names = self.call.name.rpartition(".")[2], ", ".join(refused)
            self.machine.record("unhandled", what=f"{module} options", text=names)
            self.fail(f"appstream-simulator: {module} is simulated without the options {names}")

    def _value(self, name: str, option: Option) -> Any:
        value = self.call.arguments.get(name)
        for alias in option.aliases:
            value = self.call.arguments.get(alias) if value is None else value
        if value is None:
            value = option.default
        return None if value is None else self._typed(name, option.kind, value)

    def _typed(self, name: str, kind: str, value: Any) -> Any:
        if kind == "path":
            return environment.expand(str(value), self.variables)
        if kind == "bool":
            return _boolean(name, value)
        if kind == "int":
            return int(value)
        if kind == "list":
            return value if isinstance(value, list) else [item.strip() for item in str(value).split(",")]
        if kind == "str":
            return str(value)
        return value

    def fail(self, message: str, **fields: Any) -> NoReturn:
        """End the module with a failure."""
        raise ModuleFailure(message, **fields)


def _boolean(name: str, value: Any) -> bool:
    text = str(value).lower()
    if text in ("y", "yes", "on", "1", "true", "t", "1.0"):
        return True
    if text in ("n", "no", "off", "0", "false", "f", "0.0"):
        return False
    raise ModuleFailure(f"argument for {name} is of type {type(value).__name__} and we were unable to convert to bool")


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    """Hexadecimal digest of a file's content, lower case."""
    return hashlib.new(algorithm, data).hexdigest()
