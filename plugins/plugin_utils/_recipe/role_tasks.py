# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tasks that run a user's roles, and the file of variables they see, written for Ansible to read.

Ansible takes the names of a role's parameters from a file only. So a recipe's roles become a file of tasks, each an
``import_role`` with the keywords of the recipe: they behave as under ``roles:`` of a play. No value is in that file;
parameters refer to variables of the image's host, which are templated there.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.euc.appstream.plugins.plugin_utils._application_plan import order

try:
    from ansible.parsing.vault import VaultHelper
    from ansible.template import is_trusted_as_template as _is_trusted
    from ansible.template import trust_as_template

    def _ciphertext(value: object) -> str | None:
        found: str | None = VaultHelper.get_ciphertext(value, with_tags=False)
        return found

    def trusted(value: str) -> str:
        """The text as a template of our own."""
        template: str = trust_as_template(value)
        return template

except ImportError:  # before ansible-core 2.19
    from ansible.utils.unsafe_proxy import AnsibleUnsafe

    def _is_trusted(value: object) -> bool:
        return not isinstance(value, AnsibleUnsafe)

    def trusted(value: str) -> str:
        return value

    def _ciphertext(value: object) -> str | None:
        found = getattr(value, "_ciphertext", None)
        return found.decode() if isinstance(found, bytes) else found


_ROLE_ARGUMENTS = (
    "tasks_from",
    "handlers_from",
    "vars_from",
    "defaults_from",
    "public",
    "allow_duplicates",
    "rolespec_validate",
)
_CREDENTIALS = "install_applications_credentials"
_STAGES = {
    "install_begin": "Begin with the applications",
    "some": "Install applications",
    "role_before": "Verify what is needed for",
    "role_after": "Verify",
    "role_failed": "Record the failure of",
    "end": "Record the applications",
}
_KEYWORDS = ("when", "tags", "environment", "become", "become_user", "become_method", "become_flags")


class _Tagged(str):
    """Text with a tag of YAML: ``!unsafe`` is no template although it looks like one, ``!vault`` is still encrypted."""

    tag: str


class _Dumper(yaml.SafeDumper):
    """Writes tagged text, and nothing that Ansible would not read again as it was."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represented(dumper: yaml.SafeDumper, text: _Tagged) -> yaml.Node:
    return dumper.represent_scalar(text.tag, str.__str__(text), style="|" if text.tag == "!vault" else None)


_Dumper.add_representer(_Tagged, _represented)


def parameter_name(role: str, occurrence: int, parameter: str) -> str:
    """Variable of an image's host that holds a parameter of the role's n-th run.

    It is the same for every image, so that images which share a role share its handlers as well.
    """
    return f"appstream_role__{re.sub(r'[^A-Za-z0-9]', '_', role)}__{occurrence}__{parameter}"


def role_task(role: Mapping[str, Any], references: Mapping[str, str]) -> dict[str, Any]:
    """The task that runs a role; ``role`` has the keys of a recipe's role, ``references`` expressions by parameter."""
    arguments = {key: role[key] for key in _ROLE_ARGUMENTS if key in role}
    task: dict[str, Any] = {
        "name": f"Role {role['name']}",
        "ansible.builtin.import_role": {"name": role["name"], **arguments},
        # In a play of a collection its roles come before the user's own.
        "collections": ["ansible.legacy"],
    }
    task.update({key: role[key] for key in _KEYWORDS if key in role})
    if references:
        task["vars"] = {parameter: trusted(f"{{{{ {expression} }}}}") for parameter, expression in references.items()}
    return task


def install_tasks(applications: Sequence[Mapping[str, Any]], files: Mapping[str, str]) -> list[dict[str, Any]]:
    """The tasks that install applications of which some are installed by a role of the user's.

    ``files`` are files of what `application_tasks` returns, by name of the application. Everything else is role
    ``install_applications``.
    """
    stages = itertools.groupby(order(applications), lambda name: name if name in files else "")
    begin = _include("euc.appstream.build_image", "install_begin", build_image_credentials=_credentials())
    tasks = [begin]
    for role, names in stages:
        if role:
            tasks.append(_include_application(role, files[role]))
        else:
            tasks.append(_installation("some", install_applications_some=list(names), **{_CREDENTIALS: _credentials()}))
    return [*tasks, _installation("end")]


def application_tasks(name: str, task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tasks that install one application by a role of the user's; ``task`` runs that role."""
    variables = {"install_applications_role": name, _CREDENTIALS: _credentials()}
    environment = f"(__install_applications_plan | selectattr('name', 'equalto', {name!r}) | first).environment"
    block = {
        "name": f"Install {name} by its role",
        "block": [
            _installation("role_before", **variables),
            {**task, "environment": trusted(f"{{{{ {environment} }}}}")},
            # What they restart belongs to the installation; at the end of the play the image has long been taken.
            {"name": "Run the handlers of the role", "ansible.builtin.meta": "flush_handlers"},
            _installation("role_after", **variables),
        ],
        "rescue": [_installation("role_failed", **variables)],
    }
    return [block]


def _include_application(name: str, file: str) -> dict[str, Any]:
    # A condition of the block itself would be asked again by every task in it, also once the failure is recorded.
    return {
        "name": f"Install {name} by its role",
        "ansible.builtin.include_tasks": file,
        "when": [
            f"{name!r} in __install_applications_wanted | map(attribute='name')",
            f"not __install_applications_outcomes[{name!r}].failed | default(false)",
        ],
    }


def _credentials() -> str:
    template: str = trusted("{{ appstream_credentials | default({}) }}")
    return template


def _installation(tasks_from: str, **variables: Any) -> dict[str, Any]:
    return _include("euc.appstream.install_applications", tasks_from, **variables)


def _include(role: str, tasks_from: str, **variables: Any) -> dict[str, Any]:
    name = f"{_STAGES[tasks_from]} {variables.get('install_applications_role', '')}".strip()
    return {"name": name, "ansible.builtin.include_role": {"name": role, "tasks_from": tasks_from}, "vars": variables}


def write_tasks(path: Path, tasks: Sequence[Mapping[str, Any]]) -> str:
    """Write a file of tasks that only this user can read, and return its path. Raises OSError."""
    return _write(path, list(tasks))


def write_variables(path: Path, variables: Mapping[str, Any]) -> str:
    """Write variables as they were written, templates and vaulted values included, and return the path.

    Raises OSError.
    """
    return _write(path, dict(variables))


def _write(path: Path, content: Any) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    text = yaml.dump(_prepared(content), Dumper=_Dumper, default_flow_style=False, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return str(path)


def _prepared(value: Any) -> Any:
    """The value without what Ansible's own types carry along."""
    encrypted = _ciphertext(value)
    if encrypted:
        return _tagged("!vault", encrypted)
    if isinstance(value, Mapping):
        return {str.__str__(str(key)): _prepared(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_prepared(one) for one in value]
    if isinstance(value, str) and re.search(r"\{[{%#]", value) and not _is_trusted(value):
        return _tagged("!unsafe", value)
    for kind in (str, bool, int, float):
        if isinstance(value, kind):
            return str.__str__(value) if kind is str else kind(value)
    return value


def _tagged(tag: str, text: str) -> _Tagged:
    tagged = _Tagged(text)
    tagged.tag = tag
    return tagged
