# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import lock as build_lock
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import STALE_AFTER
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.severities import severities
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import (
    CONNECTION_SPEC,
    ask_aws,
    connection_options,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._build_report import report_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import show
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import planning
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.preflight_input import preflight_input

ARGUMENT_SPEC: dict[str, Any] = {
    "recipes": {"type": "raw"},
    "credentials": {"type": "dict", "default": {}, "no_log": True},
    "expires_after": {"type": "int", "default": 24},
    "image_builder_quota": {"type": "int"},
    "image_quota": {"type": "int"},
    "preflight": {"type": "dict", "default": {}},
    "lock": {
        "type": "dict",
        "default": {},
        "options": {
            "type": {"type": "str", "choices": list(build_lock.TYPES), "default": build_lock.TAGS},
            "table": {"type": "str"},
            "stale_after": {"type": "int", "default": STALE_AFTER},
        },
    },
    "take_over": {"type": "str"},
    "report_directory": {"type": "path", "default": ""},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Checks all recipes on the controller and in AWS, and plans the build of each image."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _validated, options = self.validate_argument_spec(argument_spec={**ARGUMENT_SPEC, **CONNECTION_SPEC})
        try:
            chosen = severities(options["preflight"])
        except ValueError as error:
            raise AnsibleActionFail(f"preflight: {error}") from error
        surroundings = planning.Surroundings(
            loader=self._loader,
            templar=self._templar,
            variables=variables,
            credentials=options["credentials"],
            check_mode=self._task.check_mode,
            task_keys=self._task.dump_attrs(),
            password=self._play_context.password or "",
            preflight=chosen,
        )
        wrong = [f"lock.{problem}" for problem in build_lock.problems(options["lock"])]
        if wrong:
            raise AnsibleActionFail("; ".join(wrong))
        recipes = planning.read(surroundings, options["recipes"])
        problems = planning.check_all(recipes, surroundings, report_problems(options["report_directory"]))
        if problems:
            raise AnsibleActionFail("\n".join(problems))
        run = planning.new_run(variables, options["expires_after"], os.getppid())
        arguments = {
            "images": [preflight_input(recipe.values) for recipe in recipes],
            "checks": chosen,
            "timestamp": run["stamp"],
            **{name: options[name] for name in ("image_builder_quota", "image_quota") if options[name] is not None},
        }
        proxy = planning.proxy_line(surroundings)
        if proxy:
            show(proxy)
        found = self._preflight(variables, arguments, options)
        if found.get("failed"):
            return {**result, **found}
        planning.ask_others(recipes, found["images"], surroundings)
        lock = {**options["lock"], "take_over": options["take_over"] or ""}
        images = planning.plan_all(recipes, found["images"], run, surroundings, lock)
        for image in images:
            show(planning.line_about(image))
        shown = {key: run[key] for key in ("id", "started", "stamp", "expires")}
        return {**result, "changed": False, "run": shown, "images": images}

    def _preflight(
        self, variables: Mapping[str, Any], arguments: dict[str, Any], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        return ask_aws(self, variables, "preflight", {**arguments, **connection_options(options)})
