# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Turns what Ansible says of a role that can't be loaded into a sentence with the fault and its remedy.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.utils.collection_loader import AnsibleCollectionRef

_OF_ANSIBLE = frozenset({"ansible.builtin", "ansible.legacy"})
_OWN_FOLDER = Path(__file__).resolve().parents[4]
_KINDS = {"Block": "a block", "Handler": "a handler", "TaskInclude": "an include", "IncludeRole": "an include"}


def sentence(error: BaseException, project: str) -> str:
    """Fault and remedy."""
    text = _text(error)
    for expression, explanation in _EXPLANATIONS.items():
        match = re.search(expression, text)
        if match:
            return explanation.format(*match.groups()) if isinstance(explanation, str) else explanation(match, project)
    return f"{text.rstrip('.')}: correct it"


def missing_collection(error: BaseException) -> str:
    """Name of the collection that is not installed, "" when that is not the fault."""
    match = re.search(_NO_MODULE, str(error))
    collection = match[1].rpartition(".")[0] if match else ""
    if collection.count(".") != 1 or collection in _OF_ANSIBLE or _is_installed(collection):
        return ""
    return collection


def role_not_found(name: str, project: str) -> str:
    """Where a role was searched: the user's folders, not those of this collection."""
    folders = [Path(project) / "roles", *map(Path, constants.DEFAULT_ROLES_PATH or ()), Path(project)]
    searched = dict.fromkeys(str(one) for one in folders if _OWN_FOLDER not in (one.resolve(), *one.resolve().parents))
    found = f"the role '{name}' was not found in {', '.join(searched)}"
    if AnsibleCollectionRef.is_valid_fqcr(name):
        namespace, collection, role = name.split(".", 2)
        collection = f"{namespace}.{collection}"
        if _is_installed(collection):
            return f"the collection {collection} has no role '{role}', and {found}: correct its name"
        return (
            f"{found}, and there is no collection {collection}: correct its name, or install the collection with "
            f"`ansible-galaxy collection install {collection}`"
        )
    if "{{" in name:
        return f"{found}: its name can't be evaluated without variables of the host; write the name"
    return f"{found}: correct its name, put it in one of these folders, or add its folder to roles_path in ansible.cfg"


def _text(error: BaseException) -> str:
    text = str(error).split("\n\nThe error appears to be in ", maxsplit=1)[0]
    yaml = re.search(r"Syntax Error while loading YAML\.\s*(.*)", text)
    if yaml:
        return f"YAML parsing failed: {yaml[1].strip()}"
    return " ".join(text.split()) or type(error).__name__


def _module(match: re.Match[str], project: str) -> str:
    name = match[1]
    collection, _dot, short = name.rpartition(".")
    if not collection:
        target = _moved_to(name)
        if target:
            return (
                f"there is no module {name}: it is {target} now, install its collection with "
                f"`ansible-galaxy collection install {target.rpartition('.')[0]}`"
            )
        return (
            f"there is no module {name}: correct its name, or write its full name (namespace.collection.{name}) and "
            "install that collection"
        )
    if collection in _OF_ANSIBLE:
        return f"{collection} has no module {short}: correct its name"
    if _is_installed(collection):
        return (
            f"the collection {collection}, as installed, has no module {short}: correct its name, or install a newer "
            f"release with `ansible-galaxy collection install --upgrade {collection}`"
        )
    return (
        f"the module {name} is missing, for its collection is not installed: install it with "
        f"`ansible-galaxy collection install {collection}`, or correct the name"
    )


def _role(match: re.Match[str], project: str) -> str:
    return role_not_found(match[1], project)


def _file(match: re.Match[str], project: str) -> str:
    return f"there is no file '{Path(match[1]).name}' to import: correct its name"


def _keyword(match: re.Match[str], project: str) -> str:
    return f"'{match[1]}' is no keyword of {_KINDS.get(match[2], 'a task')}: correct its spelling, or remove it"


def _import_name(match: re.Match[str], project: str) -> str:
    return (
        f"the name '{_template_in(match[1])}' can't be evaluated when it is loaded, without facts and variables of the "
        "host: use ansible.builtin.include_tasks, or give the variable in the role's own vars in the recipe"
    )


def _parent_name(match: re.Match[str], project: str) -> str:
    return (
        f"this file is included as '{_template_in(match[1])}', and this ansible-core can't load import_tasks in it "
        "when that name needs facts or variables of the host: use ansible.builtin.include_tasks"
    )


def _template_in(text: str) -> str:
    match = re.search(r"[^\s']*\{\{.*\}\}[^\s':]*", text)
    return match[0].rstrip(".") if match else text


_NO_MODULE = r"couldn't resolve module/action '([^']+)'"
_NO_FILE = "the role has no file {}: correct the name, without the extension .yml"
# What Ansible says, and what is said instead, with the groups of the match.
_EXPLANATIONS: Mapping[str, str | Callable[[re.Match[str], str], str]] = {
    _NO_MODULE: _module,
    r"[Tt]he role '([^']+)' was not found in": _role,
    r"Could not find specified file in role: (\S+)": _NO_FILE,
    r"Could not find specified file in role, its '(\S+)/' is not usable": _NO_FILE,
    r"Could not find or access '([^']+)'": _file,
    r"^(.*YAML parsing failed.*?)\.*$": "{}: correct the YAML",
    r"recursion loop was detected|maximum recursion depth": (
        "roles or files that refer to one another without end: remove one of the dependencies or imports"
    ),
    r"(conflicting action statements: .*)": (
        "{}: only one of them can be the module, and the others are no keywords of a task: correct them"
    ),
    r"Error when evaluating variable in import path(.*?)(?: When using|$)": _import_name,
    r"Error when evaluating variable in dynamic parent include path(.*?) When using": _parent_name,
    r"'([^']+)' is not a valid attribute for a (\w+)": _keyword,
    r"should be a dict but was a": "an item of the list is no task: write each task as a dictionary with its module",
}


def _is_installed(collection: str) -> bool:
    try:
        importlib.import_module(f"ansible_collections.{collection}")
    except ImportError:
        return False
    return True


def _moved_to(name: str) -> str:
    """Full name of a module that belonged to Ansible itself, "" for all others."""
    try:
        from ansible.utils.collection_loader._collection_finder import _get_collection_metadata

        routing: Any = _get_collection_metadata("ansible.builtin")["plugin_routing"]["modules"]
        return str(routing.get(name, {}).get("redirect") or "")
    except Exception:  # Ansible's own, private and only good for a better message
        return ""
