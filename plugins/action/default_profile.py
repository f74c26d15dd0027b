# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._default_profile import (
    Source,
    fingerprint,
    precondition_problems,
    profile_folder,
    record,
    recorded,
    source_of,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import WIN_COMMAND, outcome_of
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_commands import (
    IMAGE_ASSISTANT_PATH,
    update_default_profile,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    RunModule,
    require_success,
    run_on_host,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "profile": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "image_assistant_path": {"type": "str", "default": IMAGE_ASSISTANT_PATH},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Copies a user's profile over the default one with the Image Assistant, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)

        def run_module(module: str, arguments: Mapping[str, Any], **keywords: Any) -> Mapping[str, Any]:
            return run_on_host(self, task_vars or {}, module, arguments, **keywords)

        try:
            source = source_of(options["profile"])
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, **self._converge(source, options, run_module)}

    def _converge(self, source: Source, options: Mapping[str, Any], run_module: RunModule) -> dict[str, Any]:
        if not source.is_local:
            _require_domain(source, run_module)
        folder = profile_folder(source, run_module)
        _refuse(precondition_problems(source, folder, run_module))
        after = {"Source": source.name, "Fingerprint": fingerprint(str(folder), run_module)}
        before = recorded(run_module)
        changed = before != after or options["force"]
        result: dict[str, Any] = {"changed": changed, "profile": source.name, "path": folder}
        if self._task.diff:
            result["diff"] = {"before": before, "after": after}
        if not changed or self._task.check_mode:
            return result
        profile = None if options["profile"] is None else source.name
        argv = update_default_profile(options["image_assistant_path"], profile)
        outcome = outcome_of(run_module(WIN_COMMAND, {"argv": argv}))
        if not outcome.succeeded:
            raise AnsibleActionFail(
                f"update-default-profile from {source.name} failed (status {outcome.status}): {outcome.message}"
            )
        record(after, run_module)
        return result


def _require_domain(source: Source, run_module: RunModule) -> None:
    arguments = {"gather_subset": ["!all", "!min", "windows_domain"]}
    found = require_success(run_module("ansible.windows.setup", arguments, read_only=True), "cannot read the facts")
    if not found["ansible_facts"].get("ansible_windows_domain_member"):
        _refuse(
            [
                f"{source.name} is a user of a domain, but the image builder is no member of one; "
                rf"for a user of the builder itself write .\{source.user}"
            ]
        )


def _refuse(problems: list[str]) -> None:
    if problems:
        raise AnsibleActionFail(f"the default profile was left alone: {'; '.join(problems)}")
