# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Task Scheduler: tasks with their files and registry keys, and what makes them run.

A task is an XML file below C:\\Windows\\System32\\Tasks (which shows its command lines to whoever may read it) and a
key below TaskCache. Tasks run at boot, at registration and on demand; all other triggers are kept and never fire.
"""

from __future__ import annotations

import copy
import ntpath
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from . import security_identifiers

if TYPE_CHECKING:
    from .disk import Disk
    from .machine import Machine

DIRECTORY = "C:\\Windows\\System32\\Tasks"
TASK_CACHE = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree"

# TASK_LOGON_TYPE, TASK_TRIGGER_TYPE2 and others of taskschd.h, by the names that Ansible's modules have for them.
LOGON_TYPES = {
    "none": 0,
    "password": 1,
    "s4u": 2,
    "interactive_token": 3,
    "group": 4,
    "service_account": 5,
    "interactive_token_or_password": 6,
}
TRIGGER_TYPES = {
    "event": 0,
    "time": 1,
    "daily": 2,
    "weekly": 3,
    "monthly": 4,
    "monthlydow": 5,
    "idle": 6,
    "registration": 7,
    "boot": 8,
    "logon": 9,
    "session_state_change": 11,
}
_SETTINGS = {
    "AllowDemandStart": True,
    "AllowHardTerminate": True,
    "Compatibility": 2,
    "DeleteExpiredTaskAfter": None,
    "DisallowStartIfOnBatteries": True,
    "DisallowStartOnRemoteAppSession": False,
    "Enabled": True,
    "ExecutionTimeLimit": "PT72H",
    "Hidden": False,
    "IdleSettings": {"IdleDuration": None, "RestartOnIdle": False, "StopOnIdleEnd": True, "WaitTimeout": None},
    "MaintenanceSettings": None,
    "MultipleInstances": 2,
    "NetworkSettings": {"Id": None, "Name": None},
    "Priority": 7,
    "RestartCount": 0,
    "RestartInterval": None,
    "RunOnlyIfIdle": False,
    "RunOnlyIfNetworkAvailable": False,
    "StartWhenAvailable": False,
    "StopIfGoingOnBatteries": True,
    "UseUnifiedSchedulingEngine": False,
    "Volatile": False,
    "WakeToRun": False,
}
NEVER_RUN = 0x41303
RUNNING = 0x41301
_FILE_NOT_FOUND = 0x80070002

# In the order of their bits.
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


@dataclass
class ScheduledTask:
    """One task; names of properties are those of the COM objects.

    Attributes:
        folder: `\\` or `\\Folder\\…`.
        actions: Path, Arguments, WorkingDirectory.
        triggers: Type as a number, and what is set of a trigger's properties.
        user: security identifier of the account it runs as, None when it is a group's.
        password: what is stored with it.
        last_run: seconds since the epoch, None when it never ran.
    """

    folder: str
    name: str
    actions: list[dict[str, Any]] = field(default_factory=list)
    triggers: list[dict[str, Any]] = field(default_factory=list)
    user: str | None = security_identifiers.SYSTEM
    group: str | None = None
    logon_type: int = LOGON_TYPES["interactive_token"]
    run_level: int = 0
    display_name: str | None = None
    registration: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(_SETTINGS))
    password: str | None = field(default=None, repr=False)
    last_run: float | None = None
    last_result: int = NEVER_RUN

    @property
    def path(self) -> str:
        """The task's full path."""
        return f"{self.folder.rstrip(chr(92))}\\{self.name}"

    def copy(self) -> ScheduledTask:
        """An independent copy."""
        return copy.deepcopy(self)

    def fires_at(self, trigger: str) -> bool:
        """Whether it is enabled and has an enabled trigger of this type."""
        number = TRIGGER_TYPES[trigger]
        mine = (item for item in self.triggers if item["Type"] == number and item.get("Enabled", True))
        return bool(self.settings["Enabled"]) and any(mine)


def normal_folder(path: str) -> str:
    """The form of a folder's path: one back slash in front, none at the end."""
    return "\\" + path.replace("/", "\\").strip("\\")


def find(disk: Disk, folder: str, name: str) -> ScheduledTask | None:
    """A task by folder and name, in any case."""
    return disk.scheduled_tasks.get(f"{folder.rstrip(chr(92))}\\{name}".lower())


def in_folder(disk: Disk, folder: str) -> list[ScheduledTask]:
    """The tasks directly in a folder."""
    return [task for task in disk.scheduled_tasks.values() if task.folder.lower() == folder.lower()]


def folder_exists(disk: Disk, folder: str) -> bool:
    """Whether there is such a folder: the root, or one that has tasks in it."""
    below = f"{folder.rstrip(chr(92))}\\".lower()
    return folder == "\\" or any(path.startswith(below) for path in disk.scheduled_tasks)


def register(disk: Disk, task: ScheduledTask) -> None:
    """Create a task or replace it."""
    disk.scheduled_tasks[task.path.lower()] = task
    file = DIRECTORY + task.path
    disk.make_directories(ntpath.dirname(file))
    disk.write(file, b"\xff\xfe" + xml(task).encode("utf-16-le"))
    key = TASK_CACHE + task.path
    if disk.registry.get(key, "Id") is None:
        disk.registry.set(key, "Id", "{" + str(uuid.uuid4()).upper() + "}")
    disk.registry.set(key, "Index", 3, "DWord")


def delete(disk: Disk, task: ScheduledTask) -> None:
    """Delete a task; its folder goes when it was the last one there."""
    del disk.scheduled_tasks[task.path.lower()]
    file = DIRECTORY + task.path
    if disk.is_file(file):
        disk.remove(file)
    disk.registry.delete_key(TASK_CACHE + task.path)
    if not folder_exists(disk, task.folder):
        disk.registry.delete_key(TASK_CACHE + task.folder)
        if disk.is_directory(DIRECTORY + task.folder):
            disk.remove(DIRECTORY + task.folder)


def xml(task: ScheduledTask) -> str:
    """The task's file: registration, principal and actions of the task schema (MS-TSCH 2.5)."""
    account = f"<UserId>{task.user}</UserId>" if task.user else f"<GroupId>{task.group}</GroupId>"
    texts = "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in task.registration.items() if text)
    actions = "".join(
        "<Exec>"
        + "".join(
            f"<{tag}>{escape(str(action[name]))}</{tag}>"
            for tag, name in (
                ("Command", "Path"),
                ("Arguments", "Arguments"),
                ("WorkingDirectory", "WorkingDirectory"),
            )
            if action.get(name)
        )
        + "</Exec>"
        for action in task.actions
    )
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\r\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">'
        f"<RegistrationInfo>{texts}<URI>{escape(task.path)}</URI></RegistrationInfo>"
        f'<Principals><Principal id="Author">{account}</Principal></Principals>'
        f'<Actions Context="Author">{actions}</Actions></Task>\r\n'
    )


def run(machine: Machine, task: ScheduledTask) -> bool:
    """Start a task in the background; says whether it starts, which one for whoever is logged on never does."""
    if task.user is None or task.logon_type in (LOGON_TYPES["interactive_token"], LOGON_TYPES["group"]):
        return False
    account = security_identifiers.name_of(machine.disk.accounts, machine.computer_name, task.user)
    if account is None:
        return False
    task.last_run, task.last_result = machine.clock.now(), RUNNING
    machine.clock.start(_run_actions, machine, task, account, name=f"task {task.path}")
    return True


def run_triggered(machine: Machine, trigger: str) -> None:
    """Start all tasks that have a trigger of this type."""
    for task in list(machine.disk.scheduled_tasks.values()):
        if task.fires_at(trigger):
            run(machine, task)


def _run_actions(machine: Machine, task: ScheduledTask, account: str) -> None:
    result = 0
    for action in task.actions:
        program = str(action["Path"]).strip('"')
        quoted = f'"{program}"' if " " in program else program
        line = f"{quoted} {action.get('Arguments') or ''}".strip()
        try:
            folder = action.get("WorkingDirectory") or "C:\\Windows\\System32"
            result = machine.run_process(line, user=account, working_directory=folder).exit_code
        except FileNotFoundError:
            result = _FILE_NOT_FOUND
        except ConnectionError:
            return  # the machine went off
        machine.record("scheduled_task", task=task.path, command_line=line, exit_code=result)
    task.last_result = result
