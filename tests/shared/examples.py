# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Checks the EXAMPLES of modules: tasks that Ansible would take, options the modules have, return values they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.playbook.task import Task
from jinja2 import Environment, TemplateSyntaxError

Specification = Mapping[str, Any]
_KEYWORDS = {*Task.fattributes, *(f"with_{kind}" for kind in ("items", "dict", "fileglob"))}
_BLOCKS = ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks")
# What every task returns, see Ansible's common return values.
_COMMON = {"changed", "diff", "failed", "msg", "results", "skipped", "stat", "warnings"}
# What a template gives, by the type of the option.
_STAND_INS = {"bool": True, "dict": {}, "float": 1.0, "int": 1, "json": "{}", "list": [], "raw": "x"}


def example_problems(
    examples: str, specification_of: Callable[[str], Specification | None], returned_by: Callable[[str], set[str]]
) -> list[str]:
    """Return what is wrong with a module's EXAMPLES.

    ``specification_of`` gives the arguments of AnsibleModule for a module by its full name, None for those of other
    collections; ``returned_by`` the keys of what such a module returns.
    """
    return [
        f"{task.get('name', 'a task without a name')}: {problem}"
        for entries in yaml.safe_load_all(examples)
        for tasks in [list(_tasks(entries or []))]
        for task in tasks
        for problem in _task_problems(task, tasks, specification_of, returned_by)
    ]


def _tasks(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        inside = [task for kind in _BLOCKS for task in entry.get(kind, [])]
        if inside or "hosts" in entry:
            yield from _tasks(inside)
        else:
            yield entry


def _task_problems(
    task: dict[str, Any],
    tasks: list[dict[str, Any]],
    specification_of: Callable[[str], Specification | None],
    returned_by: Callable[[str], set[str]],
) -> Iterator[str]:
    actions = [key for key in task if key not in _KEYWORDS]
    if "name" not in task:
        yield "has no name"
    if len(actions) != 1 or actions[0].count(".") < 2:
        yield f"names no module, or several, by their full names: {actions}"
        return
    yield from _template_problems(task)
    specification = specification_of(actions[0])
    if specification is not None:
        yield from _argument_problems(specification, task[actions[0]] or {})
    for other in tasks:
        names = [key for key in other if key not in _KEYWORDS]
        name = names[0]
        if "register" in other and "loop" not in other and specification_of(name) is not None:
            known = returned_by(name) | _COMMON
            for key in re.findall(rf"(?<![\w.'])(?:{re.escape(other['register'])})\.(\w+)", str(task)):
                if key not in known:
                    yield f"{other['register']}.{key} is nothing {name} returns"


def _template_problems(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _template_problems(one)
    if isinstance(value, str):
        try:
            Environment().parse(value)
        except TemplateSyntaxError as error:
            yield f"{value}: {error}"


def _argument_problems(specification: Specification, arguments: Mapping[str, Any]) -> list[str]:
    constraints = {key: value for key, value in specification.items() if key.startswith(("mutually", "required"))}
    validator = ArgumentSpecValidator(specification["argument_spec"], **constraints)
    filled = {key: _filled(value, _option(specification["argument_spec"], key)) for key, value in arguments.items()}
    messages: list[str] = validator.validate(filled).error_messages
    return messages


def _option(options: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = (option for key, option in options.items() if name in (key, *option.get("aliases", [])))
    return next(found, {})


def _filled(value: Any, option: Mapping[str, Any]) -> Any:
    """Return a value with every template replaced by something the option takes."""
    kind = option.get("type", "str")
    suboptions = option.get("options") or {}
    if isinstance(value, str) and "{{" in value:
        if option.get("choices"):
            return option["choices"][0]
        if kind == "dict" and suboptions:
            return {key: _filled("{{ }}", one) for key, one in suboptions.items() if one.get("required")}
        return _STAND_INS.get(kind, "x")
    if isinstance(value, dict) and suboptions:
        return {key: _filled(part, _option(suboptions, key)) for key, part in value.items()}
    if isinstance(value, list):
        element = {**option, "type": option.get("elements", "str")}
        return [_filled(part, element) for part in value]
    return value
