# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.seen import Answers, not_asked
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_commands as commands
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import (
    CONNECTION_SPEC,
    ask_aws,
    connection_options,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._verify_service.capture import Capture, capture
from ansible_collections.euc.appstream.plugins.plugin_utils._verify_service.windows import PROBES
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import run_on_host

CAPTURE = "windows_capture"

ARGUMENT_SPEC: dict[str, Any] = {
    "probes": {"type": "list", "elements": "str", "required": True, "choices": [*PROBES, CAPTURE]},
    "builder_name": {"type": "str", "default": "euc-appstream-verify"},
    "image_name": {"type": "str", "default": "euc-appstream-verify"},
    "taken_image_name": {"type": "str", "default": ""},
    "tags": {"type": "dict", "default": {}},
    "image_assistant_path": {"type": "str", "default": commands.IMAGE_ASSISTANT_PATH},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Asks Windows and Image Assistant on the task's host."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, self._options = self.validate_argument_spec(argument_spec={**ARGUMENT_SPEC, **CONNECTION_SPEC})
        self._task_vars = task_vars or {}
        if self._task.check_mode:
            return {**result, "changed": False, "answers": {}, "problems": []}
        answers: Answers = {}
        problems: list[str] = []
        # Nobody could look for a text that is known.
        options = {**self._options, "unfindable": secrets.token_hex(24)}
        for name in self._options["probes"]:
            try:
                answers.update(self._capture() if name == CAPTURE else PROBES[name](self._run_module, options))
            except AnsibleActionFail as error:
                if name == CAPTURE:
                    raise
                problems.append(f"{name}: {error}")
        return {**result, "changed": CAPTURE in self._options["probes"], "answers": answers, "problems": problems}

    def _run_module(self, module: str, arguments: Mapping[str, Any], **keywords: Any) -> Mapping[str, Any]:
        return run_on_host(self, self._task_vars, module, arguments, **keywords)

    def _capture(self) -> Answers:
        name, builder = self._options["image_name"], self._options["builder_name"]
        if self._state("image_info", "images", name):
            return {"create_image_answer_arrives": not_asked("there is an image of this name already")}
        return capture(
            Capture(
                program=self._options["image_assistant_path"],
                image_name=name,
                tags={str(key): str(value) for key, value in self._options["tags"].items()},
                run_module=self._run_module,
                image_is_visible=lambda: bool(self._state("image_info", "images", name)),
                builder_is_snapshotting=lambda: (
                    self._state("image_builder_info", "image_builders", builder) in ("SNAPSHOTTING", "STOPPED")
                ),
            )
        )

    def _state(self, module: str, listed: str, name: str) -> str:
        """The state of an image or an image builder by AWS; empty when there is none, or AWS did not answer."""
        arguments = {"names": [name], "include_tags": False, **connection_options(self._options)}
        found = ask_aws(self, self._task_vars, module, arguments).get(listed) or []
        return str(found[0]["state"]) if found else ""
