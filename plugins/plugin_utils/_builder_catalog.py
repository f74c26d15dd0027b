# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads and changes the application catalog of an image builder by running the Image Assistant there.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_commands as commands
from ansible_collections.euc.appstream.plugins.plugin_utils._application_catalog import (
    Entry,
    Plan,
    loses_icon,
    merged,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import WIN_COMMAND, outcome_of
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_output import Outcome
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule


def list_applications(program: str, run_module: RunModule) -> list[Entry]:
    """The catalog as it is. Raises AnsibleActionFail when it can't be read."""
    outcome = _call(commands.list_applications(program), run_module, read_only=True)
    if not outcome.succeeded or outcome.applications is None:
        raise AnsibleActionFail(
            f"the application catalog could not be read (list-applications, status {outcome.status}): {outcome.message}"
        )
    return outcome.applications


def is_empty(program: str, run_module: RunModule) -> bool:
    """Whether the catalog is known to be empty. Raises AnsibleActionFail when list-applications fails.

    A listing that can't be read, as older agents print, is not known to be empty.
    """
    outcome = _call(commands.list_applications(program), run_module, read_only=True)
    _require(outcome, "list-applications")
    return outcome.applications == []


def apply_plan(plan: Plan, program: str, run_module: RunModule) -> None:
    """Change the catalog as planned. Raises AnsibleActionFail, with the Image Assistant's message, at a failure."""
    for entry in plan.remove:
        _remove(entry, program, run_module)
    for former, new in plan.replace:
        _replace(former, new, program, run_module)
    for entry in plan.add:
        _require(_add(entry, program, run_module), f"add-application {entry['name']}")


def _remove(entry: Entry, program: str, run_module: RunModule) -> None:
    outcome = _call(commands.remove_application(program, entry["name"]), run_module)
    _require(outcome, f"remove-application {entry['name']}")


def say_otherwise(plan: Plan, listed: Sequence[Entry], program: str, run_module: RunModule) -> bool:
    """Add entries again whose launch parameters have not come through, where these can be said in another way.

    ``listed``: the catalog after the plan. Says whether there were any. Raises AnsibleActionFail at a failure.
    """
    found = {entry["name"]: entry.get("launch_parameters") for entry in listed}
    misread = []
    for entry in plan.to_add:
        parameters, known = entry.get("launch_parameters"), found.get(entry["name"])
        if parameters and known is not None and not commands.same_launch_parameters(parameters, known):
            misread += [entry] if len(commands.add_application(program, entry)) > 1 else []
    for entry in misread:
        _remove(entry, program, run_module)
        argv = commands.add_application(program, entry)[-1]
        _require(_call(argv, run_module), f"add-application {entry['name']}")
    return bool(misread)


def _add(entry: Entry, program: str, run_module: RunModule) -> Outcome:
    """Add an entry; what is refused is said in another way where there is one. The first refusal when all fail."""
    outcomes = []
    for argv in commands.add_application(program, entry):
        outcomes.append(_call(argv, run_module))
        if outcomes[-1].succeeded:
            return outcomes[-1]
    return outcomes[0]


def _replace(former: Entry, new: Entry, program: str, run_module: RunModule) -> None:
    """The Image Assistant has no update: remove and add. When the second fails, the former entry is put back."""
    removal, addition = f"remove-application {former['name']}", f"add-application {new['name']}"
    argv = commands.remove_application(program, former["name"])
    _require(_step(removal, lambda: _call(argv, run_module), former), removal)
    outcome = _step(addition, lambda: _add(new, program, run_module), former)
    if outcome.succeeded:
        return
    refusal = f"{addition} failed: {outcome.message}"
    previous = merged(former, {})
    purpose = f"{refusal}; putting the former entry back"
    restored = _step(purpose, lambda: _add(previous, program, run_module), former)
    if not restored.succeeded:
        raise AnsibleActionFail(
            f"{refusal}; the former entry could not be put back ({restored.message}); {_may_be_missing(former)}"
        )
    icon = ", but with the icon of its program" if loses_icon(former, previous) else ""
    raise AnsibleActionFail(f"{refusal}; the former entry was put back{icon}")


def _step(purpose: str, call: Callable[[], Outcome], former: Entry) -> Outcome:
    """One step of a replacement. Without an answer the failure tells the former entry, which only the catalog knew."""
    try:
        return call()
    except Exception as error:  # connection plugins raise whatever their transport library does
        raise AnsibleActionFail(f"{purpose} got no answer: {error}; {_may_be_missing(former)}") from error


def _may_be_missing(former: Entry) -> str:
    values = ", ".join(f"{key}: {value}" for key, value in former.items() if value)
    return f"{former['name']} may be missing from the catalog now (former values: {values})"


def _require(outcome: Outcome, operation: str) -> None:
    if not outcome.succeeded:
        raise AnsibleActionFail(f"{operation} failed (status {outcome.status}): {outcome.message}")


def _call(argv: Sequence[str], run_module: RunModule, *, read_only: bool = False) -> Outcome:
    return outcome_of(run_module(WIN_COMMAND, {"argv": list(argv)}, read_only=read_only))
