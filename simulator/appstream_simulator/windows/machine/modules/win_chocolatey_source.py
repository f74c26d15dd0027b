# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""chocolatey.chocolatey.win_chocolatey_source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import chocolatey
from ..chocolatey import Source
from . import chocolatey_module
from .task import Option, Task

OPTIONS = {
    "name": Option(),
    "state": Option(default="present"),
    "admin_only": Option("bool"),
    "allow_self_service": Option("bool"),
    "bypass_proxy": Option("bool"),
    "certificate": Option(),
    "certificate_password": Option(),
    "priority": Option("int"),
    "source": Option(),
    "source_username": Option(),
    "source_password": Option(),
    "update_password": Option(default="always"),
}
# The module's options by the fields they are compared with.
_COMPARED = {
    "source": "url",
    "source_username": "user",
    "certificate": "certificate",
    "priority": "priority",
    "bypass_proxy": "bypass_proxy",
    "allow_self_service": "allow_self_service",
    "admin_only": "admin_only",
}


def run(task: Task) -> dict[str, Any]:
    """Add, change, switch off or remove a source."""
    options = task.options(OPTIONS)
    chocolatey_module.check(task)
    known = chocolatey.sources(task.disk)
    present = next((item for item in known if item.name.lower() == options["name"].lower()), None)
    wanted = None if options["state"] == "absent" else _wanted(task, options, present)
    changed = wanted != present
    if changed and not task.check_mode:
        _put(task, present, wanted)
    if not task.call.diff:
        return {"changed": changed}
    pair = {"before": present, "after": wanted} if changed else {"before": None, "after": None}
    diff = {key: chocolatey_module.described(item) if item else {} for key, item in pair.items()}
    return {"changed": changed, "diff": diff}


def _wanted(task: Task, options: dict[str, Any], present: Source | None) -> Source:
    disabled = options["state"] == "disabled"
    if present is None and options["source"] is None:
        task.fail("The source option must be set when creating a new source")
    if present is not None and not _differs(options, present):
        return replace(present, disabled=disabled)
    if options["source"] is None:
        # The module removes a source to add it again, for which it needs what it was not given.
        if not task.check_mode:
            _put(task, present, None)
        reason = "Cannot bind argument to parameter 'Source' because it is an empty string."
        task.fail(f"Unhandled exception while executing module: {reason}", changed=True)
    return Source(
        name=options["name"],
        url=options["source"],
        disabled=disabled,
        user=options["source_username"] or "",
        password=options["source_password"] or "",
        priority=options["priority"] or 0,
        certificate=options["certificate"] or "",
        bypass_proxy=bool(options["bypass_proxy"]),
        allow_self_service=bool(options["allow_self_service"]),
        admin_only=bool(options["admin_only"]),
    )


def _differs(options: dict[str, Any], present: Source) -> bool:
    """Whether it is to be added again; nobody can read a password back, so setting one always is a change."""
    sets_password = options["source_password"] is not None or options["certificate_password"] is not None
    given = {name: options[option] for option, name in _COMPARED.items() if options[option] is not None}
    return (sets_password and options["update_password"] == "always") or any(
        str(getattr(present, name)).lower() != str(value).lower() for name, value in given.items()
    )


def _put(task: Task, present: Source | None, wanted: Source | None) -> None:
    with task.machine.disk_in_use():
        if wanted is None and present is not None:
            chocolatey.remove_source(task.disk, present.name)
        if wanted is not None:
            chocolatey.set_source(task.disk, wanted)
