# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tasks that install a list of applications, one for each, named after it, for Ansible to read from a file.

No value is in that file but names: arguments refer to variables of the host, which are templated there.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.order import order
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.specification import APPLICATION
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import trusted

LIST = "install_applications_list"
INFORMATION = "__install_applications_information"
"""What module ``application_info`` has returned."""
OUTCOME = "__install_applications_outcome_"
"""And the number of the application: what module ``application`` has returned."""

NO_TIMEOUT = {"timeout": 0}
"""For tasks whose modules have limits of their own, which a ``task_timeout`` of ``ansible.cfg`` would undercut."""

_NOT_FOR_THE_MODULE = ("launch", "depends_on")
_LOGS = "(appstream_report_directory | default('appstream_reports', true)) ~ '/logs/' ~ inventory_hostname"
# Options of the role that the module takes, and their defaults where the role's are not to be seen.
_SETTINGS = {
    "directory": "omit",
    "keep_installers": "omit",
    "log_directory": _LOGS,
    "poll_interval": "omit",
    "reboot_timeout": "omit",
    "image_builder_name": "omit",
}


def title(application: Mapping[str, Any]) -> str:
    """What tasks call the application."""
    name = str(application.get("display_name") or application["name"]).replace("{", "(").replace("}", ")")
    version = str(application.get("version") or "")
    return name if not version or version in name else f"{name} {version}"


def installation_tasks(
    applications: Sequence[Mapping[str, Any]], role_files: Mapping[str, str], credentials: str
) -> list[dict[str, Any]]:
    """The tasks of all applications, and one that puts the result into ``install_applications_result``, whatever came.

    ``role_files`` are files of what :func:`role_application_tasks` returns, by name of the application.
    ``credentials`` is an expression.
    """
    positions = {str(application["name"]): number for number, application in enumerate(applications)}
    ordered = order(applications)
    if not ordered:
        return []
    tasks = []
    for place, name in enumerate(ordered):
        application = applications[positions[name]]
        if name in role_files:
            tasks.append(_include(application, role_files[name], place))
        else:
            tasks.append(_task(application, positions, applications, place, credentials))
    results = ", ".join(_outcome(positions[name], place) for place, name in enumerate(ordered))
    result = {
        "name": "Note what was done with each application",
        "ansible.builtin.set_fact": {"install_applications_result": trusted(f"{{{{ [{results}] }}}}")},
    }
    return [{"name": "Install the applications", "block": tasks, "always": [result]}]


def _outcome(number: int, place: int) -> str:
    """The expression of what became of an application: what was done, or else what was there."""
    return f"({OUTCOME}{number} | default({{}})).application | default({INFORMATION}.applications[{place}].application)"


def role_application_tasks(
    applications: Sequence[Mapping[str, Any]], name: str, task: Mapping[str, Any], credentials: str
) -> list[dict[str, Any]]:
    """The tasks that install one application by a role of the user's; ``task`` runs that role."""
    positions = {str(application["name"]): number for number, application in enumerate(applications)}
    application = applications[positions[name]]
    environment = f"{LIST}[{positions[name]}].install.environment | default({{}})"
    place = order(applications).index(name)
    verify = _task(application, positions, applications, place, credentials)
    block = {
        "name": f"Install {title(application)} by its role",
        "block": [
            {**task, "environment": trusted(f"{{{{ {environment} }}}}")},
            # What they restart belongs to the installation; at the end of the play the image has long been taken.
            {"name": "Run the handlers of the role", "ansible.builtin.meta": "flush_handlers"},
            {**verify, "name": f"Verify {title(application)}"},
        ],
        "rescue": [_failure(verify, application)],
    }
    return [block]


def _task(
    application: Mapping[str, Any],
    positions: Mapping[str, int],
    applications: Sequence[Mapping[str, Any]],
    place: int,
    credentials: str,
) -> dict[str, Any]:
    number = positions[str(application["name"])]
    keys = [key for key in APPLICATION if application.get(key) is not None and key not in _NOT_FOR_THE_MODULE]
    arguments = {key: f"{{{{ {LIST}[{number}].{key} }}}}" for key in keys}
    arguments |= {
        key: f"{{{{ install_applications_{key} | default({default}) }}}}" for key, default in _SETTINGS.items()
    }
    arguments["credentials"] = f"{{{{ {credentials} }}}}"
    arguments["found"] = f"{{{{ {INFORMATION}.applications[{place}] }}}}"
    needed = [positions[str(one)] for one in application.get("depends_on") or []]
    optional = [f"{OUTCOME}{one} | default({{}})" for one in needed if applications[one].get("required") is False]
    if optional:
        failed = f"[{', '.join(optional)}] | selectattr('application', 'defined') | map(attribute='application')"
        arguments["unavailable"] = f"{{{{ {failed} | selectattr('failed') | map(attribute='name') | list }}}}"
    verb = "Remove" if application.get("state") == "absent" else "Install"
    return {
        "name": f"{verb if application.get('install') else 'Verify'} {title(application)}",
        "euc.appstream.application": {key: trusted(value) for key, value in arguments.items()},
        "register": f"{OUTCOME}{number}",
        **NO_TIMEOUT,
    }


def _failure(verify: Mapping[str, Any], application: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {**verify["euc.appstream.application"], "failed": True}
    return {
        "name": f"Record the failure of {title(application)}",
        "euc.appstream.application": arguments,
        "register": verify["register"],
        **NO_TIMEOUT,
    }


def _include(application: Mapping[str, Any], file: str, place: int) -> dict[str, Any]:
    # A condition of the block itself would be asked again by every task in it, also once the failure is recorded.
    return {
        "name": f"Install {title(application)} by its role",
        "ansible.builtin.include_tasks": file,
        "when": [f"not {INFORMATION}.applications[{place}].there", "not ansible_check_mode"],
    }
