# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tasks that run a user's roles, and the file of variables they see, written for Ansible to read.

Ansible takes the names of a role's parameters from a file only. So a recipe's roles become a file of tasks, each an
``import_role`` with the keywords of the recipe: they behave as under ``roles:`` of a play. No value is in that file;
parameters refer to variables of the image's host, which are templated there.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

try:
    from ansible.parsing.vault import VaultHelper
    from ansible.template import is_trusted_as_template as _is_trusted
    from ansible.template import trust_as_template as _trust_as_template

    def _ciphertext(value: object) -> str | None:
        found: str | None = VaultHelper.get_ciphertext(value, with_tags=False)
        return found

except ImportError:  # before ansible-core 2.19
    from ansible.utils.unsafe_proxy import AnsibleUnsafe

    def _is_trusted(value: object) -> bool:
        return not isinstance(value, AnsibleUnsafe)

    def _trust_as_template(value: str) -> str:
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
_KEYWORDS = ("when", "tags", "environment", "become", "become_user", "become_method", "become_flags")


def trusted(value: str) -> str:
    """The text as one whose template Ansible carries out."""
    template: str = _trust_as_template(value)
    return template


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
