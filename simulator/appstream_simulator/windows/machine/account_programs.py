# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""net.exe (user, localgroup, start, stop) and secedit.exe (/export, and /configure by security_configuration).

Sources: Microsoft's references of `net user`, `net localgroup` and `secedit export`; the texts are those the programs
print in English. Anything else of these programs is journalled as `unhandled`.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import security_configuration, security_policy
from .accounts import Accounts, LocalUser, plain_name

if TYPE_CHECKING:
    from .processes import Process

COMPLETED = "The command completed successfully.\r\n\r\n"
# Longer names of users and groups net.exe does not take for members (Microsoft, KB 324639, which speaks of /add; that
# /delete is no better is assumed).
_LONGEST_NAME = 20
_SYNTAX = 'The syntax of this command is:\r\n\r\nNET LOCALGROUP\r\n[groupname [/COMMENT:"text"]] [/DOMAIN]\r\n'
# Net's error numbers with their texts (`net helpmsg`).
ACCESS_DENIED = (5, "Access is denied.")
NO_USER = (2221, "The user name could not be found.")
USER_EXISTS = (2224, "The account already exists.")
NO_GROUP = (2220, "The group name could not be found.")
GROUP_EXISTS = (1379, "The specified local group already exists.")
BUILT_IN = (1371, "Cannot perform this operation on built-in accounts.")
IS_MEMBER = (1378, "The specified account name is already a member of the group.")
IS_NO_MEMBER = (1377, "The specified account name is not a member of the group.")
NO_SERVICE = (2185, "The service name is invalid.")
IS_STARTED = (2182, "The requested service has already been started.")
IS_DISABLED = (
    1058,
    "The service cannot be started, either because it is disabled or because it has no enabled devices "
    "associated with it.",
)
NO_SUCH_MEMBER = (1376, "There is no such global user or group.")

_AREA_OF = {
    security_policy.SYSTEM_ACCESS: "SECURITYPOLICY",
    security_policy.EVENT_AUDIT: "SECURITYPOLICY",
    security_policy.REGISTRY_VALUES: "SECURITYPOLICY",
    security_policy.PRIVILEGE_RIGHTS: "USER_RIGHTS",
}
_OTHER_AREAS = ("GROUP_MGMT", "REGKEYS", "FILESTORE", "SERVICES")


class _NetError(Exception):
    def __init__(self, error: tuple[int, str]) -> None:
        super().__init__(error[1])
        self.number = error[0]


def unhandled(process: Process) -> ProcessResult:
    """An option of the program that is not simulated."""
    return process.unhandled("program")


def split_options(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Words, and options `/name` or `/name:value` by lower-case name."""
    words = [item for item in arguments if not item.startswith("/")]
    options = [item[1:].partition(":") for item in arguments if item.startswith("/")]
    return words, {name.lower(): value for name, _colon, value in options}


def run_net(process: Process) -> ProcessResult:
    """net.exe."""
    words, options = split_options(process.arguments[1:])
    command = _NET_COMMANDS.get(words[0].lower()) if words else None
    text = command(process, words[1:], options) if command else None
    if text is None:
        return unhandled(process)
    if text == _SYNTAX:
        return ProcessResult(1, b"", _SYNTAX.encode())
    if isinstance(text, _NetError):
        shown = str(text)
        prefix = f"System error {text.number} has occurred.\r\n\r\n" if text.number < 2100 else ""
        more = f"\r\n\r\nMore help is available by typing NET HELPMSG {text.number}.\r\n\r\n"
        return ProcessResult(2, b"", f"{prefix}{shown}{more if text.number >= 2100 else chr(13) + chr(10)}".encode())
    return ProcessResult(0, text.encode())


def _user(process: Process, words: list[str], options: Mapping[str, str]) -> str | _NetError | None:
    """net user [NAME [PASSWORD] [/add | /delete | /active:{yes | no}]]."""
    accounts = process.machine.disk.accounts
    if not words and not options:
        return _listing(f"User accounts for \\\\{process.machine.computer_name}", _names(accounts))
    if len(words) == 1 and not options:
        user = accounts.user(words[0])
        return _described(accounts, user) if user else _NetError(NO_USER)
    changes = {"add", "delete", "del", "active", "y"}
    if not words or len(words) > 2 or set(options) - changes:
        return None
    if not process.administrator:
        return _NetError(ACCESS_DENIED)
    user = accounts.user(words[0])
    if "add" in options:
        if user:
            return _NetError(USER_EXISTS)
        created = LocalUser(words[0], words[1] if len(words) > 1 else "")
        accounts.users[created.name.lower()] = created
        accounts.groups["Users"].append(created.name)
        return COMPLETED
    if user is None:
        return _NetError(NO_USER)
    if "delete" in options or "del" in options:
        if accounts.is_built_in(user.name):
            return _NetError(BUILT_IN)
        accounts.delete_user(user.name)
        return COMPLETED
    if "active" in options:
        user.disabled = options["active"].lower() != "yes"
    if len(words) > 1:
        user.password = words[1]
    return COMPLETED


def _localgroup(process: Process, words: list[str], options: Mapping[str, str]) -> str | _NetError | None:
    """net localgroup [GROUP [MEMBER ...] [/add | /delete]]."""
    accounts = process.machine.disk.accounts
    if not words and not options:
        names = [f"*{name}" for name in sorted(accounts.groups, key=str.lower)]
        lines = [f"Aliases for \\\\{process.machine.computer_name}", "", "-" * 79, *names, COMPLETED]
        return "\r\n" + "\r\n".join(lines)
    if set(options) - {"add", "delete", "del"} or not words:
        return None
    group = accounts.group_name(words[0])
    if len(words) == 1 and not options:
        return _group(accounts, group) if group else _NetError(NO_GROUP)
    if not process.administrator:
        return _NetError(ACCESS_DENIED)
    if len(words) == 1:
        return _change_group(accounts, words[0], group, add="add" in options)
    if any(len(plain_name(member)) > _LONGEST_NAME for member in words[1:]):
        return _SYNTAX
    if group is None:
        return _NetError(NO_GROUP)
    return _change_members(accounts, group, words[1:], add="add" in options)


def _change_group(accounts: Accounts, name: str, group: str | None, *, add: bool) -> str | _NetError:
    if add:
        if group:
            return _NetError(GROUP_EXISTS)
        accounts.groups[name] = []
    elif group is None:
        return _NetError(NO_GROUP)
    else:
        del accounts.groups[group]
    return COMPLETED


def _change_members(accounts: Accounts, group: str, members: list[str], *, add: bool) -> str | _NetError:
    for member in members:
        local = accounts.user(member)
        name = local.name if local and plain_name(member).lower() == local.name.lower() else member
        if add and local is None and member.lower() not in accounts.identifiers:
            return _NetError(NO_SUCH_MEMBER)
        changed = accounts.add_member(group, name) if add else accounts.remove_member(group, name)
        if not changed:
            return _NetError(IS_MEMBER if add else IS_NO_MEMBER)
    return COMPLETED


def _start(process: Process, words: list[str], options: Mapping[str, str]) -> str | _NetError | None:
    """net start SERVICE."""
    return _change_service(process, words, options, "started", "running")


def _stop(process: Process, words: list[str], options: Mapping[str, str]) -> str | _NetError | None:
    """net stop SERVICE [/y]."""
    return _change_service(process, words, options, "stopped", "stopped")


def _change_service(
    process: Process, words: list[str], options: Mapping[str, str], done: str, wanted: str
) -> str | _NetError | None:
    if len(words) != 1 or set(options) - {"y", "yes"}:
        return None
    services = process.machine.disk.services
    service = services.get(words[0].lower()) or next(
        (one for one in services.values() if one.display_name.lower() == words[0].lower()), None
    )
    if service is None:
        return _NetError(NO_SERVICE)
    if not process.administrator:
        return _NetError(ACCESS_DENIED)
    if service.state == wanted:
        if wanted == "running":
            return _NetError(IS_STARTED)
        return _NetError((3521, f"The {service.display_name} service is not started."))
    if wanted == "running" and service.start_mode == "disabled":
        return _NetError(IS_DISABLED)
    service.state = wanted
    verb = "starting" if wanted == "running" else "stopping"
    text = f"The {service.display_name} service is {verb}.\r\n"
    return f"{text}The {service.display_name} service was {done} successfully.\r\n\r\n"


_NET_COMMANDS: dict[str, Callable[[Process, list[str], Mapping[str, str]], str | _NetError | None]] = {
    "user": _user,
    "users": _user,
    "localgroup": _localgroup,
    "start": _start,
    "stop": _stop,
}


def _names(accounts: Accounts) -> list[str]:
    return sorted((user.name for user in accounts.users.values()), key=str.lower)


def _listing(header: str, names: list[str]) -> str:
    rows = ["".join(f"{name:<25}" for name in names[start : start + 3]) for start in range(0, len(names), 3)]
    return "\r\n" + "\r\n".join((header, "", "-" * 79, *rows, COMPLETED))


def _group(accounts: Accounts, group: str) -> str:
    lines = [f"Alias name     {group}", "Comment        ", "", "Members", "", "-" * 79, *accounts.groups[group]]
    return "\r\n".join((*lines, COMPLETED))


def _described(accounts: Accounts, user: LocalUser) -> str:
    facts = {
        "User name": user.name,
        "Full Name": user.full_name,
        "Comment": user.description,
        "Account active": "No" if user.disabled else "Yes",
        "Account expires": "Never",
        "Local Group Memberships": " ".join(f"*{group:<20}" for group in accounts.groups_of(user.name)),
    }
    return "\r\n".join((*(f"{name:<29}{text}" for name, text in facts.items()), COMPLETED))


def run_secedit(process: Process) -> ProcessResult:
    """secedit.exe /export /cfg FILE [/areas AREA ...] [/log FILE] [/quiet]: the security settings in force.

    The file has the sections [Unicode], [System Access], [Event Audit], [Registry Values], [Privilege Rights] and
    [Version] and is UTF-16 with a byte order mark.
    """
    arguments = process.arguments[1:]
    options = _secedit_options(arguments)
    if {"configure", "db", "cfg"} <= set(options) <= security_configuration.OPTIONS and process.administrator:
        return security_configuration.configure(process, options["cfg"][0]) or unhandled(process)
    if "export" not in options or "cfg" not in options or set(options) - {"export", "cfg", "areas", "log", "quiet"}:
        return unhandled(process)
    areas = [area.upper() for area in options["areas"]] if "areas" in options else list(_AREA_OF.values())
    if any(area in _OTHER_AREAS for area in areas):
        return unhandled(process)
    if not process.administrator:
        return ProcessResult(1, b"\r\nAccess is denied.\r\n\r\n")
    path = ntpath.join(process.working_directory, options["cfg"][0])
    try:
        process.machine.disk.write(path, b"\xff\xfe" + _template(process, areas).encode("utf-16-le"))
    except OSError as error:
        return ProcessResult(3, f"\r\n{error}\r\n\r\n".encode())
    log = "See log %windir%\\security\\logs\\scesrv.log for detail info."
    return ProcessResult(0, f"\r\nThe task has completed successfully.\r\n{log}\r\n".encode())


def _secedit_options(arguments: list[str]) -> dict[str, list[str]]:
    """Each option with the words behind it."""
    options: dict[str, list[str]] = {}
    for argument in arguments:
        if re.match(r"/[A-Za-z]", argument):
            options[argument[1:].lower()] = current = []
        elif options:
            current.append(argument)
    return options


def _template(process: Process, areas: list[str]) -> str:
    policy = security_policy.sections(process.machine.disk)
    lines = ["[Unicode]", "Unicode=yes"]
    for section, area in _AREA_OF.items():
        if area in areas:
            equals = "=" if section == security_policy.REGISTRY_VALUES else " = "
            lines += [f"[{section}]", *(f"{name}{equals}{value}" for name, value in policy[section].items())]
    lines += ["[Version]", 'signature="$CHICAGO$"', "Revision=1"]
    return "".join(f"{line}\r\n" for line in lines)
