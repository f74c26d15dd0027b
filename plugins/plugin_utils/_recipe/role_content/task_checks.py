# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Checks single tasks for what ends the whole run, and not just the build of one image.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from typing import Any

from ansible.plugins.loader import action_loader
from ansible.release import __version__ as ansible_version
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.findings import Findings
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.loading import Loading
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.templates import (
    is_template,
    variables_read,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.values import UNKNOWN, Values

ANSIBLE_VERSION = tuple(int(part) for part in re.findall(r"\d+", ansible_version)[:2])
_HAS_END_ROLE = ANSIBLE_VERSION >= (2, 18)
_HARMLESS_META = {"noop", "flush_handlers", "refresh_inventory", "reset_connection", "role_complete"}
if _HAS_END_ROLE:
    _HARMLESS_META.add("end_role")
_ANOTHER_END = (
    "use meta: end_role (ansible-core 2.18 or newer), or a condition on the tasks"
    if _HAS_END_ROLE
    else "use a condition on the tasks (or, with ansible-core 2.18 or newer, meta: end_role)"
)
_REFUSED_META = {
    "end_play": f"ends the builds of all images: {_ANOTHER_END}",
    "end_batch": f"ends the builds of all images: {_ANOTHER_END}",
    "end_host": f"ends the build of the image midway and leaves its image builder running: {_ANOTHER_END}",
    "clear_host_errors": "clears the errors of the other images too: leave it out, and handle errors with rescue",
    "clear_facts": (
        "clears the facts of the other images too: leave it out, and gather facts again with ansible.builtin.setup"
    ),
}
# Ansible takes no notice of their condition.
_UNCONDITIONAL_META = ("noop", "refresh_inventory", "reset_connection")
_ONCE_FOR_ALL = {
    "pause": (
        "to wait a fixed time use ansible.builtin.wait_for: {timeout: 30} with delegate_to: localhost, to wait for "
        "something on the builder ansible.windows.win_wait_for; or move it to a file of its own and include that with "
        "include_tasks and a condition that is false for image builders"
    ),
    "add_host": (
        "keep the data in a variable with ansible.builtin.set_fact, or add the host in a play of your own before the "
        "images are built"
    ),
}


def is_selected(task: Any, loading: Loading, findings: Findings) -> bool:
    """Whether the tags let the task run; Ansible evaluates them without variables of the host."""
    play = loading.play
    templates = [tag for tag in task.tags if is_template(tag)]
    if any(variables_read(template) is None for template in templates):
        return True
    variables = loading.variables_without_host(task.get_first_parent_include() or task) if templates else {}
    try:
        return bool(task.evaluate_tags(play.only_tags, play.skip_tags, all_vars=variables))
    except Exception as error:  # whatever a template may raise
        findings.problem_of(
            task,
            f"its tags can't be evaluated without variables of the host ({error}), and that would end the builds of "
            "all images: write the tags without variables",
        )
        return True


def check_numbers(task: Any, loading: Loading, findings: Findings) -> None:
    """Check the keywords that Ansible evaluates before the task runs."""
    for keyword in ("throttle", "run_once"):
        text = getattr(task, keyword)
        values = loading.values(task) if is_template(text) else None
        value = values.value(text) if values else text
        if (values and values.fails(text)) or (
            keyword == "throttle" and value is not UNKNOWN and not _is_number(value)
        ):
            findings.problem_of(
                task,
                f"{keyword} '{text}' can't be evaluated, and that would end the builds of all images: correct it, or "
                f"leave {keyword} out",
            )
        elif value is UNKNOWN:
            findings.warning_of(
                task,
                f"{keyword} '{text}' can't be evaluated before the build; were one of its variables missing then, the "
                "builds of all images would end: give it a value in the recipe, or leave it out",
            )


def check_action(task: Any, findings: Findings) -> None:
    """Refuse actions that run once for all hosts."""
    if is_template(task.action):
        return
    try:
        action = action_loader.get(task.action, class_only=True, collection_list=task.collections)
    except Exception:  # as Ansible: there need not be a plug-in for the action
        return
    if getattr(action, "BYPASS_HOST_LOOP", False):
        short = task.action.rpartition(".")[2]
        remedy = _ONCE_FOR_ALL.get(short, "do it in a play of your own before the images are built")
        findings.problem_of(
            task,
            f"{task.action} runs once for all hosts, and would end the builds of all images, even when its own "
            f"condition is false: {remedy}",
        )


def check_meta(task: Any, values: Values, findings: Findings, *, as_handler: bool) -> None:
    """Refuse meta actions that concern the other images, too."""
    action = str(task.args.get("_raw_params"))
    if action not in _HARMLESS_META and action not in _REFUSED_META:
        known = ", ".join(sorted(_HARMLESS_META - {"role_complete"}))
        newer = " (it needs 2.18 or newer)" if action == "end_role" else ""
        findings.problem_of(
            task,
            f"ansible-core {ansible_version} has no meta action {action}{newer}, and that would end the builds of all "
            f"images: use one of {known}",
        )
    elif values.holds(task.when) is False:
        return
    elif action in _REFUSED_META:
        findings.problem_of(task, f"meta: {action} {_REFUSED_META[action]}")
    elif action == "flush_handlers" and as_handler:
        findings.problem_of(task, "meta: flush_handlers in a handler would end the builds of all images: leave it out")
    elif action not in _UNCONDITIONAL_META:
        for condition in filter(values.condition_fails, task.when):
            findings.warning_of(
                task,
                f"the condition '{condition}' of meta: {action} can't be evaluated with what is known now; were that "
                "so during the build, the builds of all images would end: use a condition on variables of the recipe",
            )


def _is_number(value: Any) -> bool:
    try:
        int(value)
    except (TypeError, ValueError):
        return False
    return True
