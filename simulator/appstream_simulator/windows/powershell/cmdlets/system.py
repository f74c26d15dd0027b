# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets for what runs on the machine: time, processes, services, accounts; and for signatures."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...machine import signatures
from ...machine.services import Service
from .. import compiled, native, patterns, streams
from ..conversion import ENUMERATIONS, cast
from ..errors import NetError, UnknownError, failure
from ..parameters import Cmdlet, Option
from ..places import Place
from ..session import PROCESS_IDENTIFIER, Session
from ..values import DateTime, EnumValue, NetObject, items_of, to_text
from .items import PATHS, named

if TYPE_CHECKING:
    from ..pipelines import Run

_STATUS = "System.ServiceProcess.ServiceControllerStatus"
_START = "System.ServiceProcess.ServiceStartMode"
_SIGNATURE = "System.Management.Automation.SignatureStatus"
_SERVICE_ERROR = "Microsoft.PowerShell.Commands.ServiceCommandException"
_MODES = {"auto": "Automatic", "delayed": "Automatic", "manual": "Manual", "disabled": "Disabled"}
_MODES_BY_NAME = {"automatic": "auto", "manual": "manual", "disabled": "disabled"}


def _sleep(run: Run) -> Iterator[Any]:
    """In the machine's time: all else on it goes on meanwhile."""
    if "milliseconds" in run.given:
        seconds = cast(run.given["milliseconds"], "System.Int32") / 1000
    else:
        seconds = cast(run.get("seconds"), "System.Double")
    if seconds < 0:
        raise failure("Cannot validate argument on parameter 'Seconds'.")
    run.session.machine.spend(seconds)
    yield from ()


def _process(run: Run) -> Iterator[Any]:
    session = run.session
    if "id" in run.given:
        for number in items_of(run.given["id"]):
            if number == PROCESS_IDENTIFIER:
                yield _own_process(session)
                continue
            running = next((item for item in session.machine.running.all() if item.identifier == number), None)
            if running is None:
                message = f"Cannot find a process with the process identifier {number}."
                run.error(message, "Microsoft.PowerShell.Commands.ProcessCommandException", number)
            else:
                yield _process_object(running.identifier, running.image)
        return
    names = run.texts("name")
    if not names:
        raise UnknownError("Get-Process of all processes")
    for name in names:
        found = [item for item in session.machine.running.all() if patterns.like(_stem(item.image), name)]
        if not found and not patterns.has_wildcards(name):
            message = (
                f'Cannot find a process with the name "{name}". Verify the process name and call the cmdlet again.'
            )
            run.error(message, "Microsoft.PowerShell.Commands.ProcessCommandException", name)
        for item in found:
            yield _process_object(item.identifier, item.image)


def _stem(image: str) -> str:
    return ntpath.splitext(ntpath.basename(image))[0]


def _own_process(session: Session) -> NetObject:
    image = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
    return _process_object(PROCESS_IDENTIFIER, image, StartTime=DateTime(session.began))


def _process_object(identifier: int, image: str, **more: Any) -> NetObject:
    properties: dict[str, Any] = {
        "Id": identifier,
        "ProcessName": _stem(image),
        "Name": _stem(image),
        "Path": image,
        "HasExited": "ExitCode" in more,
    }
    return NetObject("System.Diagnostics.Process", {**properties, **more})


def _start_process(run: Run) -> Iterator[Any]:
    """Arguments are joined by blanks, without quotes around them, as Windows PowerShell 5.1 does it."""
    program = to_text(run.get("filepath"))
    if not run.get("wait"):
        raise UnknownError("Start-Process without -Wait")
    if not native.is_there(run.session, program) and not program.rpartition("\\")[0]:
        raise UnknownError(f"Start-Process {program}")
    line = " ".join([f'"{program}"' if " " in program else program, *run.texts("argumentlist")])
    if not run.should("Start-Process", line):
        return
    code = native.start(run.interpreter, line, to_text(run.get("workingdirectory")))
    if run.get("passthru"):
        yield _process_object(0, program, ExitCode=code)


def _command(run: Run) -> Iterator[Any]:
    for name in run.texts("name"):
        if native.is_there(run.session, name):
            yield NetObject(
                "System.Management.Automation.ApplicationInfo", {"Name": name, "CommandType": "Application"}
            )
        elif name.lower() in run.interpreter.functions:
            yield NetObject("System.Management.Automation.FunctionInfo", {"Name": name, "CommandType": "Function"})
        elif "-" in name or patterns.has_wildcards(name):
            raise UnknownError(f"Get-Command {name}")
        else:
            message = f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable"
            kind = "System.Management.Automation.CommandNotFoundException"
            run.error(f"{message} program.", kind, name)


# Services


def _services(run: Run, option: str = "name") -> Iterator[Service]:
    services = run.session.disk.services
    for item in items_of(run.get(option, run.get("inputobject"))):
        if isinstance(item, NetObject) and item.type_name == "System.ServiceProcess.ServiceController":
            yield item.data
            continue
        name = to_text(item)
        found = [one for one in services.values() if patterns.like(one.name, name)]
        found = found or [
            one for one in services.values() if option == "name" and one.display_name.lower() == name.lower()
        ]
        if not found and not patterns.has_wildcards(name):
            run.error(f"Cannot find any service with service name '{name}'.", _SERVICE_ERROR, name)
        yield from sorted(found, key=lambda one: one.name.lower())


def _service_object(session: Session, service: Service) -> NetObject:
    def status() -> EnumValue:
        name = service.state.capitalize()
        return EnumValue(_STATUS, name, ENUMERATIONS[_STATUS][name])

    def start_type() -> EnumValue:
        name = _MODES[service.start_mode]
        return EnumValue(_START, name, ENUMERATIONS[_START][name])

    properties: dict[str, Any] = {
        "Name": service.name,
        "ServiceName": service.name,
        "DisplayName": service.display_name,
        "Status": status,
        "StartType": start_type,
        "CanStop": lambda: service.state != "stopped",
        "CanPauseAndContinue": lambda: service.can_pause and service.state != "stopped",
        "DependentServices": lambda: [
            _service_object(session, item)
            for item in session.disk.services.values()
            if service.name.lower() in (name.lower() for name in item.dependencies)
        ],
    }
    kind = "System.ServiceProcess.ServiceController"
    return NetObject(kind, properties, {"refresh": lambda: None}, text=kind, data=service)


def _get_service(run: Run) -> Iterator[Any]:
    if run.get("name") is None and run.get("inputobject") is None:
        run.given["name"] = ["*"]
    for service in _services(run):
        yield _service_object(run.session, service)


def _change_service(run: Run, action: str) -> Iterator[Any]:
    for service in list(_services(run)):
        if not run.should(f"{action}-Service", f"{service.display_name} ({service.name})"):
            continue
        if action in ("Stop", "Restart"):
            _stop(run, service)
        if action in ("Start", "Restart"):
            _start(run, service)
        if run.get("passthru"):
            yield _service_object(run.session, service)


def _stop(run: Run, service: Service) -> None:
    services = run.session.disk.services.values()
    name = service.name.lower()
    dependents = [
        item for item in services if name in (one.lower() for one in item.dependencies) and item.state != "stopped"
    ]
    if dependents and not run.get("force"):
        message = f"Cannot stop service '{service.display_name} ({service.name})' because it has dependent services."
        run.error(f"{message} It can only be stopped if the Force flag is set.", _SERVICE_ERROR, service.name)
        return
    for item in dependents:
        _stop(run, item)
    service.state = "stopped"


def _start(run: Run, service: Service) -> None:
    if service.start_mode == "disabled":
        message = f"Service '{service.display_name} ({service.name})' cannot be started due to the following error:"
        reason = f"Cannot start service {service.name} on computer '.'."
        run.error(f"{message} {reason}", _SERVICE_ERROR, service.name)
        return
    if run.session.machine.options.faults.keeps_from_starting(run.session.machine.builder_name, service.name):
        message = f"Failed to start service '{service.display_name} ({service.name})'."
        run.error(message, _SERVICE_ERROR, service.name)
        return
    for name in service.dependencies:
        needed = run.session.disk.services.get(name.lower())
        if needed is not None and needed.state == "stopped":
            _start(run, needed)
    service.state = "running"


def _set_service(run: Run) -> Iterator[Any]:
    for service in list(_services(run)):
        if not run.should("Set-Service", f"{service.display_name} ({service.name})"):
            continue
        if "startuptype" in run.given:
            mode = to_text(run.given["startuptype"]).lower()
            if mode not in _MODES_BY_NAME:
                raise UnknownError(f"Set-Service -StartupType {mode}")
            service.start_mode = _MODES_BY_NAME[mode]
        if "displayname" in run.given:
            service.display_name = to_text(run.given["displayname"])
        if "description" in run.given:
            service.description = to_text(run.given["description"])
        status = to_text(run.get("status")).lower()
        if status == "running":
            _start(run, service)
        elif status == "stopped":
            _stop(run, service)
        elif status:
            raise UnknownError(f"Set-Service -Status {status}")
    yield from ()


# Signatures and accounts


def _signature(run: Run) -> Iterator[Any]:
    for option in ("filepath", "literalpath"):
        for path in run.texts(option):
            place = Place("file", run.session.absolute(path))
            if patterns.has_wildcards(path) and option == "filepath":
                raise UnknownError("Get-AuthenticodeSignature with wildcards")
            if not run.session.disk.is_file(place.path):
                run.error(f"File {path} was not found.", "System.IO.FileNotFoundException", path)
                continue
            status, subject = signatures.of_file(run.session.machine, place.path)
            certificate = None
            if subject:
                certificate = NetObject(
                    "System.Security.Cryptography.X509Certificates.X509Certificate2", {"Subject": subject}, text=subject
                )
            yield NetObject(
                "System.Management.Automation.Signature",
                {
                    "Status": EnumValue(_SIGNATURE, status, ENUMERATIONS[_SIGNATURE][status]),
                    "SignerCertificate": certificate,
                    "Path": place.path,
                },
            )


def _local_user(run: Run) -> Iterator[Any]:
    users = run.session.disk.accounts.users
    for name in run.texts("name") or ["*"]:
        found = [user for user in users.values() if patterns.like(user.name, name)]
        if not found and not patterns.has_wildcards(name):
            message = f"User {name} was not found."
            run.error(message, "Microsoft.PowerShell.Commands.UserNotFoundException", name)
        for user in sorted(found, key=lambda one: one.name.lower()):
            properties = {"Name": user.name, "Enabled": not user.disabled}
            yield NetObject("Microsoft.PowerShell.Commands.LocalUser", properties, text=user.name)


def _location(run: Run) -> Iterator[Any]:
    folder = run.session.folder
    yield NetObject("System.Management.Automation.PathInfo", {"Path": folder, "ProviderPath": folder}, text=folder)


def _set_location(run: Run) -> Iterator[Any]:
    for _path, where in named(run, hidden=True):
        if where.provider != "file" or not run.session.disk.is_directory(where.path):
            raise NetError(
                "System.Management.Automation.ItemNotFoundException",
                f"Cannot find path '{where.path}' because it does not exist.",
            )
        run.session.folder = where.path
    yield from ()


def _add_type(run: Run) -> Iterator[Any]:
    for name in run.texts("assemblyname"):
        if name.lower() != streams.DRAWING.lower():
            raise UnknownError(f"Add-Type -AssemblyName {name}")
        run.session.assemblies.add(streams.DRAWING)
    if to_text(run.get("language", "CSharp")).lower() != "csharp":
        raise UnknownError("Add-Type with a language other than C#")
    if run.get("typedefinition") is not None:
        compiled.add(run.session, to_text(run.get("typedefinition")))
    yield from ()


_NAME = Option("Name", "object", 0, ("servicename",))
_SERVICE = (_NAME, Option("InputObject", "object"), Option("PassThru", "switch"))
CMDLETS = (
    Cmdlet(
        "Start-Sleep",
        (Option("Seconds", "object", 0, ("s",)), Option("Milliseconds", "int", aliases=("m", "ms"))),
        _sleep,
    ),
    Cmdlet("Get-Process", (Option("Name", "string[]", 0), Option("Id", "int[]")), _process),
    Cmdlet(
        "Start-Process",
        (
            Option("FilePath", "string", 0),
            Option("ArgumentList", "string[]", 1, ("args",)),
            Option("WorkingDirectory"),
            Option("Wait", "switch"),
            Option("PassThru", "switch"),
            Option("NoNewWindow", "switch", aliases=("nnw",)),
            Option("WindowStyle"),
        ),
        _start_process,
        changes=True,
    ),
    Cmdlet("Get-Command", (Option("Name", "string[]", 0),), _command, pipeline="name"),
    Cmdlet("Get-Service", (_NAME, Option("InputObject", "object")), _get_service, pipeline="name"),
    Cmdlet(
        "Start-Service",
        _SERVICE,
        lambda run: _change_service(run, "Start"),
        changes=True,
        pipeline="name",
    ),
    Cmdlet(
        "Stop-Service",
        (*_SERVICE, Option("Force", "switch")),
        lambda run: _change_service(run, "Stop"),
        changes=True,
        pipeline="name",
    ),
    Cmdlet(
        "Restart-Service",
        (*_SERVICE, Option("Force", "switch")),
        lambda run: _change_service(run, "Restart"),
        changes=True,
        pipeline="name",
    ),
    Cmdlet(
        "Set-Service",
        (
            _NAME,
            Option("InputObject", "object"),
            Option("StartupType", "string", aliases=("startmode", "sm", "st")),
            Option("DisplayName", "string", aliases=("dn",)),
            Option("Description", "string"),
            Option("Status", "string"),
        ),
        _set_service,
        changes=True,
        pipeline="name",
    ),
    Cmdlet(
        "Get-AuthenticodeSignature",
        (Option("FilePath", "string[]", 0), PATHS[1]),
        _signature,
        pipeline="filepath",
    ),
    Cmdlet("Get-LocalUser", (Option("Name", "string[]", 0),), _local_user, pipeline="name"),
    Cmdlet(
        "Add-Type",
        (
            Option("TypeDefinition", "string", 0),
            Option("AssemblyName", "string[]", aliases=("an",)),
            Option("Language", "string"),
            Option("IgnoreWarnings", "switch"),
        ),
        _add_type,
    ),
    Cmdlet("Get-Location", (), _location),
    Cmdlet("Set-Location", PATHS, _set_location),
)
