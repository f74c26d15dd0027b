# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tasks of one image's build, in the order of its plan, written for Ansible to include once.

Steps that an image does not have leave no trace in the log, and users' roles run in the play itself, where they see no
folder of this collection.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import PHASE
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.plan import INSTALL, ROLES
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import trusted

Task = dict[str, Any]

_ROLE = "euc.appstream.build_image"
_APPLICATIONS = "euc.appstream.install_applications"
_PHASES = {"wait": "capture"}
"""Phases that are not named like their step."""
_NOW = "now(utc=true).strftime('%Y-%m-%dT%H:%M:%S.%fZ')"


def build_tasks(
    plan: Mapping[str, Any], files: Mapping[str, str], installation: Sequence[Task], *, record_phases: bool
) -> list[Task]:
    """The tasks of a build; none when there is nothing to do.

    ``files``: of tasks that run roles of the user's, by variable. ``installation``: tasks that install applications.
    ``record_phases``: note in a fact when a phase begins, for plays in which no callback plugin does.
    """
    if plan["problems"]:
        return [_part("refuse")]
    return [_phase(step, _parts(step, plan, files, installation), record_phases) for step in plan["steps"]]


def _parts(step: str, plan: Mapping[str, Any], files: Mapping[str, str], installation: Sequence[Task]) -> list[Task]:
    if step == ROLES:
        # Handlers would otherwise run at the end of the play, when the image has long been taken.
        flush = {"name": "Run the handlers of these roles", "ansible.builtin.meta": "flush_handlers"}
        return [_included("Run the roles of the recipe", files["build_image_roles_file"]), flush]
    if step == INSTALL:
        return [_part("install"), *installation, _tasks_of(_APPLICATIONS, "end", "Remove what was fetched")]
    return [_part(part) for part in (_FILES[step](plan) if step in _FILES else [step])]


def _provision(plan: Mapping[str, Any]) -> list[str]:
    return ["discard", "provision"] if plan["builder_is_sealed"] else ["provision"]


def _connect(plan: Mapping[str, Any]) -> list[str]:
    return ["connect_domain" if plan["joins_domain"] else "connect"]


def _capture(plan: Mapping[str, Any]) -> list[str]:
    return ["replace_failed", "capture"] if plan["replaces_failed"] else ["capture"]


def _remove(plan: Mapping[str, Any]) -> list[str]:
    """A builder of this very run may go without another look; one that was found may be somebody else's by now."""
    return ["delete" if "provision" in plan["steps"] and not plan["joins_domain"] else "remove"]


_FILES = {"provision": _provision, "connect": _connect, "capture": _capture, "remove": _remove}
"""Files of tasks of role build_image, where they are not named like the step."""


def _phase(step: str, tasks: list[Task], record_phases: bool) -> Task:
    name = _PHASES.get(step, step)
    start = {
        "name": f"Start the phase {name}",
        "ansible.builtin.set_fact": {
            "build_image_phases": trusted(f"{{{{ build_image_phases + [{{'name': '{name}', 'started': {_NOW}}}] }}}}")
        },
    }
    block = [*([start] if record_phases else []), *tasks]
    # The image is AVAILABLE by then: whatever becomes of its builder, it has not failed.
    rescue = {"rescue": [_part("left")]} if step == "remove" else {}
    return {"name": f"Phase {name}", "vars": {PHASE: name}, "block": block, **rescue}


def _part(tasks_from: str) -> Task:
    return _tasks_of(_ROLE, tasks_from, f"Step {tasks_from}")


def _tasks_of(role: str, tasks_from: str, name: str) -> Task:
    """The task that imports tasks of a role of this collection.

    What a role has as defaults is its own business: were it public, as of an imported role it is by default, Ansible
    would put together the defaults of all roles of all images for every single task.
    """
    imported = {"name": role, "tasks_from": tasks_from, "public": False, "rolespec_validate": False}
    return {"name": name, "ansible.builtin.import_role": imported}


def _included(name: str, file: str) -> Task:
    return {"name": name, "ansible.builtin.include_tasks": file}
