# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_nssm, with what nssm.exe keeps: a service, and its parameters in the registry.

nssm.exe itself is not simulated, but it has to be there.
"""

from __future__ import annotations

import ntpath
from dataclasses import dataclass, field
from typing import Any

from .. import command_line, processes, security_identifiers
from ..services import Service
from .task import UNTRANSLATED, Option, Task

OPTIONS = {
    "name": Option(),
    "state": Option(default="present"),
    "display_name": Option(),
    "description": Option(),
    "application": Option("path"),
    "working_directory": Option("path", aliases=("app_directory", "chdir")),
    "arguments": Option("raw", aliases=("app_parameters_free_form",)),
    "stdout_file": Option("path"),
    "stderr_file": Option("path"),
    "executable": Option("path", "nssm.exe"),
    "app_environment": Option("dict"),
    "app_rotate_bytes": Option("int", 104858),
    "app_rotate_online": Option("int", 0),
    "app_stop_method_console": Option("int"),
    "app_stop_method_skip": Option("int"),
    "start_mode": Option(default="auto"),
    "dependencies": Option("list"),
    "username": Option(aliases=("user",)),
    "password": Option(),
}

# What `nssm get` answers for a parameter that is not set (nssm 2.24's documentation).
_DEFAULTS = {
    "AppStdoutCreationDisposition": "4",
    "AppStderrCreationDisposition": "4",
    "AppRotateFiles": "0",
    "AppRotateOnline": "0",
    "AppRotateSeconds": "0",
    "AppRotateBytes": "0",
    "AppStopMethodConsole": "1500",
    "AppStopMethodSkip": "0",
}
_START_MODES = {
    "auto": "SERVICE_AUTO_START",
    "delayed": "SERVICE_DELAYED_AUTO_START",
    "manual": "SERVICE_DEMAND_START",
    "disabled": "SERVICE_DISABLED",
}
_WITHOUT_PASSWORD = ("LocalSystem", "NT AUTHORITY\\LOCAL SERVICE", "NT AUTHORITY\\NETWORK SERVICE")


@dataclass
class _Run:
    """One run of the module. In check mode `service` is a copy of the machine's, or what would have been made."""

    task: Task
    options: dict[str, Any]
    result: dict[str, Any] = field(default_factory=lambda: {"changed": False})
    diff: str = ""

    @property
    def name(self) -> str:
        return str(self.options["name"])

    @property
    def key(self) -> str:
        return f"HKLM\\SYSTEM\\CurrentControlSet\\Services\\{self.name}\\Parameters"

    @property
    def service(self) -> Service:
        return self.task.disk.services[self.name.lower()]

    def change(self, what: str) -> None:
        self.result |= {"changed": True, "changed_by": what}


def run(task: Task) -> dict[str, Any]:
    """Make a program a service of nssm, configure, start, stop or remove it."""
    task.refuse_other_options(OPTIONS)
    this = _Run(task, task.options(OPTIONS))
    user = "" if this.options["state"] == "absent" else _checked(this)
    exists = this.name.lower() in task.disk.services
    if not task.check_mode and (exists or this.options["state"] != "absent"):
        _require_nssm(this)
    if this.options["state"] == "absent":
        if exists:
            _remove(this)
    else:
        _configure(this, user, exists)
    if task.call.diff and this.result["changed"]:
        this.result["diff"] = {"prepared": this.diff}
    return this.result


def _checked(this: _Run) -> str:
    """The account that the service is to run as, in full; empty when the task names none."""
    task, options = this.task, this.options
    if options["application"] is None:
        task.fail("The application parameter must be defined when the state is not absent.")
    if not task.disk.is_file(options["application"]):
        task.fail(f'The application specified "{options["application"]}" does not exist on the host.')
    options["working_directory"] = options["working_directory"] or ntpath.dirname(options["application"])
    if not options["username"]:
        return ""
    user = _full_name(task, options["username"])
    if user not in _WITHOUT_PASSWORD and not user.endswith("$") and not options["password"]:
        task.fail(f'User without password is informed for service "{this.name}"')
    return user


def _full_name(task: Task, account: str) -> str:
    identifier = task.find_account(account)
    if identifier is None:
        task.fail(f"Unhandled exception while executing module: {UNTRANSLATED}")
    return "LocalSystem" if identifier == security_identifiers.SYSTEM else task.account_name(identifier)


def _require_nssm(this: _Run) -> str:
    """The path of nssm.exe, or the failure of Run-Command."""
    executable = this.options["executable"]
    path = processes.resolve_program(this.task.machine, executable, this.task.variables, "")
    reason = f"Could not locate the following executable {executable}"
    shown = f'Exception calling "SearchPath" with "1" argument(s): "{reason}"'
    return path or this.task.fail(f"Unhandled exception while executing module: {shown}")


def _remove(this: _Run) -> None:
    this.diff = f"-[{this.name}]"
    this.change("remove_service")
    if not this.task.check_mode:
        del this.task.disk.services[this.name.lower()]
        this.task.disk.registry.delete_key(this.key.rpartition("\\")[0])


def _configure(this: _Run, user: str, exists: bool) -> None:
    task, options = this.task, this.options
    if not exists:
        this.change("install_service")
        this.diff = f"+[{this.name}]\n"
        if task.check_mode:
            return
        _install(this)
    else:
        this.diff = f"[{this.name}]\n"
    if task.disk.registry.get(this.key, "Application") is None:
        shown = command_line.join([options["executable"], "get", this.name, "Application"])
        task.fail(
            f'Error retrieving Application for service "{this.name}"',
            **this.result,
            nssm_error_cmd=shown,
            nssm_error_log=f"{this.name} is no service of nssm\r\n",
        )
    for parameter, values in _wanted(this, user).items():
        _update(this, parameter, values)
    _to_state(this)
    for parameter, option in (
        ("AppStopMethodConsole", "app_stop_method_console"),
        ("AppStopMethodSkip", "app_stop_method_skip"),
    ):
        if options[option] is not None:
            _update(this, parameter, [str(options[option])])


def _install(this: _Run) -> None:
    disk, application = this.task.disk, this.options["application"]
    disk.services[this.name.lower()] = Service(this.name, _require_nssm(this))
    disk.registry.set(this.key, "Application", application, "ExpandString")
    disk.registry.set(this.key, "AppDirectory", ntpath.dirname(application), "ExpandString")


def _wanted(this: _Run, user: str) -> dict[str, list[str]]:
    """The parameters in the module's order; one without values is reset."""
    options = this.options
    wanted: dict[str, list[str]] = {"Application": [options["application"]]}
    wanted |= _given("DisplayName", options["display_name"]) | _given("Description", options["description"])
    wanted["AppDirectory"] = [options["working_directory"]]
    if options["arguments"] is not None:
        given = options["arguments"]
        line = command_line.join(map(str, given)) if isinstance(given, list) else str(given)
        this.result |= {"nssm_app_parameters": given, "nssm_single_line_app_parameters": line}
        wanted |= _given("AppParameters", line)
    wanted |= _given("AppStdout", options["stdout_file"]) | _given("AppStderr", options["stderr_file"])
    if options["app_environment"] is not None:
        wanted["AppEnvironmentExtra"] = sorted(f"{name}={text}" for name, text in options["app_environment"].items())
    wanted |= {
        "AppStdoutCreationDisposition": ["2"],
        "AppStderrCreationDisposition": ["2"],
        "AppRotateFiles": ["1"],
        "AppRotateOnline": [str(options["app_rotate_online"])],
        "AppRotateSeconds": ["86400"],
        "AppRotateBytes": [str(options["app_rotate_bytes"])],
    }
    if options["dependencies"] is not None:
        wanted["DependOnService"] = [name for name in options["dependencies"] if name]
    if user:
        wanted["ObjectName"] = [user]
    wanted["Start"] = [_START_MODES[options["start_mode"]]]
    return wanted


def _given(parameter: str, value: str | None) -> dict[str, list[str]]:
    return {} if value is None else {parameter: [value] if value else []}


def _update(this: _Run, parameter: str, wanted: list[str]) -> None:
    """Update-NssmServiceParameter, whose comparison knows neither order nor case."""
    present = _get(this, parameter)
    if sorted(text.lower() for text in present) == sorted(text.lower() for text in wanted):
        return
    this.change(parameter)
    this.diff += f"-{parameter} = {', '.join(present)}\n+{parameter} = {', '.join(wanted)}\n"
    if not this.task.check_mode:
        _set(this, parameter, wanted)


def _get(this: _Run, parameter: str) -> list[str]:
    service = this.service
    if parameter == "Start":
        return [_START_MODES[service.start_mode]]
    if parameter == "ObjectName":
        return [_full_name(this.task, service.account)]
    if parameter == "DependOnService":
        return list(service.dependencies)
    text = {"DisplayName": service.display_name, "Description": service.description}.get(parameter)
    if text is not None:
        return [text] if text else []
    value = this.task.disk.registry.get(this.key, parameter)
    if value is None:
        return [_DEFAULTS[parameter]] if parameter in _DEFAULTS else []
    return list(value.data) if isinstance(value.data, list) else [str(value.data)]


def _set(this: _Run, parameter: str, wanted: list[str]) -> None:
    service, registry = this.service, this.task.disk.registry
    text = wanted[0] if wanted else ""
    if parameter == "Start":
        service.start_mode = next(mode for mode, name in _START_MODES.items() if name == text)
    elif parameter == "ObjectName":
        service.account = "NT AUTHORITY\\SYSTEM" if text == "LocalSystem" else text
    elif parameter == "DependOnService":
        service.dependencies = tuple(wanted)
    elif parameter == "DisplayName":
        service.display_name = text or service.name
    elif parameter == "Description":
        service.description = text
    elif not wanted:
        registry.delete(this.key, parameter)
    elif parameter == "AppEnvironmentExtra":
        registry.set(this.key, parameter, wanted, "MultiString")
    elif text.isdecimal() and parameter in _DEFAULTS:
        registry.set(this.key, parameter, int(text), "DWord")
    else:
        registry.set(this.key, parameter, text, "ExpandString")


def _to_state(this: _Run) -> None:
    state, service = this.options["state"], this.service
    running = service.state != "stopped"
    if state in ("stopped", "restarted") and running:
        this.change("stop_service")
        if not this.task.check_mode:
            service.state = "stopped"
            running = False
    if state in ("started", "restarted") and not running:
        if service.start_mode == "disabled" and not this.task.check_mode:
            shown = command_line.join([this.options["executable"], "start", this.name])
            log = f"{this.name}: START: The service cannot be started, either because it is disabled\r\n"
            message = f'Error starting service "{this.name}"'
            this.task.fail(message, **this.result, nssm_error_cmd=shown, nssm_error_log=log)
        this.change("start_service")
        if not this.task.check_mode:
            service.state = "running"
