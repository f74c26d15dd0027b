# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_updates: the module that its action plugin calls to start, poll and cancel.

`start` begins the work in a process of its own and answers where to ask; `poll` gives the lines that process has
written since, the last of them `exit`; with `wait` (async) `start` does everything itself.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from appstream_simulator import given_patterns

from .. import pending_restart, windows_updates
from ..windows_updates import WindowsUpdate
from .task import Option, Task

OPTIONS = {
    "accept_list": Option("list", []),
    "category_names": Option("list", ["CriticalUpdates", "SecurityUpdates", "UpdateRollups"]),
    "log_path": Option("path"),
    "reject_list": Option("list", []),
    "server_selection": Option(default="default"),
    "state": Option(default="installed"),
    "skip_optional": Option("bool", False),
    "reboot": Option("bool", False),
    "reboot_timeout": Option("int", 1200),
    "maximum_retries_on_failed_updates": Option("int", 1),
    "_operation": Option(default="start"),
    "_operation_options": Option("dict", {}),
}

_CATEGORIES = {
    "CriticalUpdates": "Critical Updates",
    "DefinitionUpdates": "Definition Updates",
    "DeveloperKits": "Developer Kits",
    "FeaturePacks": "Feature Packs",
    "SecurityUpdates": "Security Updates",
    "ServicePacks": "Service Packs",
    "UpdateRollups": "Update Rollups",
}
_RESTART_FIRST = "A reboot is required before more updates can be installed"
_SERVICE_DISABLED = (
    "Searching for updates: The service cannot be started, either because it is disabled or because it has no enabled "
    "devices associated with it. (Exception from HRESULT: 0x80070422)"
)
# The module waits this long for a first line, and then a second for each further one; virtual here.
_POLL_SECONDS = 1.0
_POLL_WAIT = 30.0

Progress = Callable[[str, dict[str, Any]], None]


class _Failure(Exception):
    """The process ends with this text and, if it is an error of Windows Update's, this HRESULT."""

    def __init__(self, message: str, hresult: int = 0) -> None:
        super().__init__(message)
        self.hresult = hresult


@dataclass
class _Pipe:
    """What the process has written and nobody has read yet."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    written: threading.Condition = field(default_factory=threading.Condition)

    def write(self, task: str, result: dict[str, Any]) -> None:
        with self.written:
            self.lines.append({"task": task, "result": result})
            self.written.notify_all()

    def read(self, seconds: float) -> list[dict[str, Any]]:
        """All lines so far, waiting real seconds for the first one."""
        with self.written:
            self.written.wait_for(lambda: bool(self.lines), seconds)
            taken, self.lines = self.lines, []
        return taken


def run(task: Task) -> dict[str, Any]:
    """One operation of the module."""
    options = task.options(OPTIONS)
    given = options["_operation_options"]
    if options["_operation"] == "cancel":
        task.machine.processes_of_updates.pop(given["cancel_id"], None)
        return {}
    if options["_operation"] == "poll":
        return {"output": _poll(task, given["pipe_name"])}
    if given.get("wait"):
        return _run_to_the_end(task, options)
    identity = str(uuid.uuid4())
    pipe = _Pipe()
    name = f"Ansible.Windows.WinUpdates-{identity}"
    task.machine.processes_of_updates[f"Global\\{name}"] = pipe
    task.machine.clock.start(_work, task, options, pipe.write, name=name)
    return {
        "cancel_options": {"cancel_id": f"Global\\{name}", "task_pid": 4000 + len(task.machine.processes_of_updates)},
        "poll_options": {"pipe_name": name},
    }


def _poll(task: Task, name: str) -> list[dict[str, Any]]:
    pipe: _Pipe | None = task.machine.processes_of_updates.get(f"Global\\{name}")
    if pipe is None:
        task.fail("Timed out waiting for server pipe to be available")
    taken = pipe.read(_POLL_WAIT)
    if taken and taken[-1]["task"] != "exit":
        task.machine.spend(_POLL_SECONDS)
        taken += pipe.read(0)
    return taken


def _work(task: Task, options: dict[str, Any], progress: Progress) -> None:
    """The process: every line it writes, to the last."""
    result: dict[str, Any] = {
        "changed": False,
        "failed": False,
        "reboot_required": False,
        "action": None,
        "exception": None,
    }
    try:
        _update(task, options, progress, result)
    except _Failure as failure:
        result |= {"failed": True, "exception": {"message": str(failure), "exception": str(failure)}}
        if failure.hresult:
            result["exception"]["hresult"] = failure.hresult - (1 << 32)
    except ConnectionError:
        return  # the machine went off
    _write_log(task, options, result)
    progress("exit", result)


def _write_log(task: Task, options: dict[str, Any], result: dict[str, Any]) -> None:
    """A line of the log; the real one has many, in no form anybody relies on."""
    path = options["log_path"]
    if not path or task.check_mode:
        return
    before = task.disk.read(path) if task.disk.is_file(path) else b""
    failure = result["exception"]["message"] if result["exception"] else "none"
    line = f"changed {result['changed']}, reboot required {result['reboot_required']}, failure: {failure}\r\n"
    task.disk.write(path, before + line.encode())


def _update(task: Task, options: dict[str, Any], progress: Progress, result: dict[str, Any]) -> None:
    machine, disk = task.machine, task.disk
    if not machine.is_administrator(task.call.user):
        raise _Failure("Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))", 0x80070005)
    result["reboot_required"] = disk.registry.has_key(pending_restart.UPDATE_KEY)
    if options["_operation"] == "test":
        return
    if windows_updates.is_disabled(disk):
        raise _Failure(_SERVICE_DISABLED, windows_updates.SERVICE_DISABLED)
    disk.services[windows_updates.SERVICE].state = "running"
    found = windows_updates.offered(disk, machine.shelf.updates, machine.boot_time)
    filtered = {update.id: _reasons(update, options) for update in found}
    progress(
        "search_result",
        {
            "updates": [_information(task, update) for update in found],
            "filtered": [{"id": update, "reasons": reasons} for update, reasons in filtered.items() if reasons],
        },
    )
    selected = [update for update in found if not filtered[update.id]]
    if task.check_mode or options["state"] == "searched" or not selected:
        result["changed"] = bool(selected) and options["state"] != "searched"
        return
    if result["reboot_required"]:
        raise _Failure(_RESTART_FIRST)
    to_download = [update for update in selected if not windows_updates.state_of(disk, update).downloaded]
    _carry_out(task, "download", to_download, progress, result)
    if options["state"] == "downloaded":
        return
    _carry_out(task, "install", selected, progress, result)
    result["reboot_required"] = disk.registry.has_key(pending_restart.UPDATE_KEY)


def _carry_out(
    task: Task, phase: str, updates: Sequence[WindowsUpdate], progress: Progress, result: dict[str, Any]
) -> None:
    """Download or install updates one after the other, and fail when one of them fails."""
    if not updates:
        return
    result["changed"] = True
    information: list[dict[str, Any]] = []
    for index, update in enumerate(updates):
        progress(phase, {"progress": _progress(updates, index, phase)})
        task.machine.spend(windows_updates.seconds(update, phase))
        with task.machine.disk_in_use():
            outcome = windows_updates.attempt(task.disk, update, phase, task.machine.boot_time)
        task.machine.record("update", phase=phase, id=update.id, title=update.title, result_code=outcome.result_code)
        entry = {"id": outcome.id, "result_code": outcome.result_code, "hresult": outcome.hresult}
        if phase == "install":
            entry["reboot_required"] = outcome.reboot_required
            result["reboot_required"] = result["reboot_required"] or outcome.reboot_required
        information.append(entry)
    progress(f"{phase}_result", {"info": information})
    if any(entry["result_code"] != 2 for entry in information):
        raise _Failure(f"Failed to {phase} all updates - see updates for more information")


def _progress(updates: Sequence[WindowsUpdate], index: int, phase: str) -> dict[str, Any]:
    """IDownloadProgress or IInstallationProgress at the beginning of an update."""
    total, done = sum(update.size for update in updates), sum(update.size for update in updates[:index])
    progress: dict[str, Any] = {
        "CurrentUpdateId": updates[index].id,
        "CurrentUpdateIndex": index,
        "CurrentUpdatePercentComplete": 0,
        "PercentComplete": 100 * index // len(updates),
    }
    if phase == "download":
        progress |= {
            "CurrentUpdateBytesDownloaded": 0,
            "CurrentUpdateBytesToDownload": updates[index].size,
            "CurrentUpdateDownloadPhase": 2,
            "TotalBytesDownloaded": done,
            "TotalBytesToDownload": total,
        }
    return progress


def _reasons(update: WindowsUpdate, options: dict[str, Any]) -> list[str]:
    """Why an update is left out: the names of the options that do so."""
    # The module joins them without a space.
    text = update.title + " ".join(_articles(update))
    categories = [_CATEGORIES.get(str(name), str(name)) for name in options["category_names"]]
    wanted = {name.lower() for name in update.categories}
    reasons = []
    if options["accept_list"] and not _matches(text, options["accept_list"]):
        reasons.append("accept_list")
    if options["reject_list"] and _matches(text, options["reject_list"]):
        reasons.append("reject_list")
    if categories and not any(name == "*" or name.lower() in wanted for name in categories):
        reasons.append("category_names")
    if options["skip_optional"] and update.optional:
        reasons.append("skip_optional")
    return reasons


def _matches(text: str, patterns: list[Any]) -> bool:
    """As `-imatch`: a regular expression anywhere in the text."""
    return any(given_patterns.found(str(pattern), text, ignore_case=True) for pattern in patterns)


def _articles(update: WindowsUpdate) -> list[str]:
    return [f"KB{update.kb}"] if update.kb else []


def _information(task: Task, update: WindowsUpdate) -> dict[str, Any]:
    return {
        "id": update.id,
        "title": update.title,
        "description": update.title,
        "kb": _articles(update),
        "type": "Software",
        "deployment_action": "Installation",
        "auto_select_on_websites": not update.optional,
        "browse_only": update.optional,
        "revision_number": 200,
        "categories": list(update.categories),
        "is_installed": False,
        "is_hidden": False,
        "is_present": False,
        "reboot_required": False,
        "impact": "Normal",
        "reboot_behaviour": "CanRequestReboot" if update.reboot_required else "NeverReboots",
        "is_beta": False,
        "is_downloaded": windows_updates.state_of(task.disk, update).downloaded,
        "is_mandatory": False,
        "is_uninstallable": False,
        "auto_selection": "LetWindowsUpdateDecide",
        "auto_download": "LetWindowsUpdateDecide",
    }


def _run_to_the_end(task: Task, options: dict[str, Any]) -> dict[str, Any]:
    """What the module answers in an asynchronous task."""
    lines: dict[str, dict[str, Any]] = {}
    _work(task, options, lambda name, result: lines.update({name: result}))
    search = lines.get("search_result", {"updates": [], "filtered": []})
    updates = {item["id"]: _summary(item) for item in search["updates"]}
    for phase, name in (("download", "downloaded"), ("install", "installed")):
        for item in lines.get(f"{phase}_result", {"info": []})["info"]:
            if item["result_code"] == 2:
                updates[item["id"]][name] = True
            else:
                updates[item["id"]]["failure_hresult_code"] = item["hresult"]
    filtered = {item["id"]: item["reasons"] for item in search["filtered"]}
    chosen = {name: item for name, item in updates.items() if name not in filtered}
    outcome = lines["exit"]
    result: dict[str, Any] = {
        "changed": outcome["changed"],
        "reboot_required": outcome["reboot_required"],
        "rebooted": False,
        "found_update_count": len(chosen),
        "failed_update_count": sum("failure_hresult_code" in item for item in chosen.values()),
        "installed_update_count": sum(
            item["installed"] and "failure_hresult_code" not in item for item in chosen.values()
        ),
        "updates": chosen,
        "filtered_updates": {
            name: {**updates[name], "filtered_reasons": reasons} for name, reasons in filtered.items()
        },
    }
    if outcome["exception"]:
        result |= {"failed": True, "msg": outcome["exception"]["message"]}
    return result


def _summary(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "categories": item["categories"],
        "id": item["id"],
        "installed": False,
        "downloaded": False,
        "kb": [article.removeprefix("KB") for article in item["kb"]],
        "title": item["title"],
    }
