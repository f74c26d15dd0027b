# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Running a script on a machine, as win_powershell does or as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import native, syntax
from .errors import UnknownError
from .evaluation import Interpreter, Outcome
from .parser import parse
from .resolution import require_known
from .session import Session
from .values import CustomObject, Hashtable, NetObject, Secret


@dataclass(frozen=True)
class Finished:
    """How a script went.

    Attributes:
        ansible: the object `$Ansible` at the end.
        unknown: what turned out to be outside of the subset while it ran, None when nothing did.
    """

    outcome: Outcome
    ansible: CustomObject
    unknown: UnknownError | None = None


def prepared(session: Session, text: str) -> syntax.Script:
    """A script, all of which is in the subset as far as that can be seen beforehand.

    Raises:
        UnknownError: it is not; nothing has been done.
    """
    script = parse(text)
    try:
        require_known(script, lambda name: native.is_there(session, name))
    except RecursionError as error:
        raise UnknownError("a script with so many levels") from error
    return script


def run(session: Session, script: syntax.Script, parameters: Mapping[str, Any], *, stops: bool) -> Finished:
    """Run a script with parameters as Ansible has them; `stops`: its first error ends it."""
    interpreter = Interpreter(session, preference="Stop" if stops else "Continue")
    ansible = CustomObject(
        {
            "CheckMode": session.check_mode,
            "Verbosity": 0,
            "Result": Hashtable(),
            "Diff": Hashtable(),
            "Changed": True,
            "Failed": False,
            "Tmpdir": session.temporary,
        }
    )
    interpreter.scopes[0].variables["ansible"] = ansible
    given = {name: from_ansible(value) for name, value in parameters.items()}
    try:
        return Finished(interpreter.run(script, given), ansible)
    except UnknownError as error:
        return Finished(Outcome(getattr(error, "output", [])), ansible, error)


def run_file(session: Session, script: syntax.Script) -> Outcome:
    """Run a script as it stands, without parameters.

    Raises:
        UnknownError: something outside of the subset has turned up; what was done before stays done.
    """
    return Interpreter(session).run(script, {})


def credential(user: str, password: Secret | None) -> NetObject:
    """A PSCredential; one without a password has an empty one."""
    secret = password or Secret("")
    domain, _backslash, name = user.rpartition("\\")

    def network() -> NetObject:
        properties = {"UserName": name, "Password": secret.text, "Domain": domain}
        return NetObject("System.Net.NetworkCredential", properties)

    kind = "System.Management.Automation.PSCredential"
    return NetObject(kind, {"UserName": user, "Password": secret}, {"getnetworkcredential": network})


def from_ansible(value: Any) -> Any:
    """A value as Ansible.Basic hands it to a script: dictionaries are hashtables."""
    if isinstance(value, Mapping):
        return Hashtable({name: from_ansible(item) for name, item in value.items()})
    if isinstance(value, list):
        return [from_ansible(item) for item in value]
    return value


__all__ = ["Finished", "Secret", "from_ansible", "prepared", "run", "run_file"]
