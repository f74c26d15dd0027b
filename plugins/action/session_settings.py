# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import session_scripts
from ansible_collections.euc.appstream.plugins.plugin_utils._session_settings import session_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._session_steps import Changes, Settings, write
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import run_on_host

_EVENT: dict[str, Any] = {
    "type": "dict",
    "options": {
        "executables": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "context": {"type": "str", "required": True, "choices": ["user", "system"]},
                "filename": {"type": "str", "required": True},
                "arguments": {"type": "str"},
                "s3_log_enabled": {"type": "bool"},
            },
        },
        "waiting_time": {"type": "int"},
    },
}

ARGUMENT_SPEC: dict[str, Any] = {
    "session_scripts": {
        "type": "dict",
        "options": {
            "session_start": _EVENT,
            "session_termination": _EVENT,
            "config": {"type": "raw"},
            "files": {
                "type": "list",
                "elements": "dict",
                "options": {"src": {"type": "str", "required": True}, "dest": {"type": "str"}},
            },
        },
    },
    "dynamic_app_providers": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"display_name": {"type": "str", "required": True}, "path": {"type": "str", "required": True}},
    },
    "default_profile": {
        "type": "dict",
        "options": {
            "from_user": {"type": "str"},
            "registry": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "key": {"type": "str", "required": True},
                    "name": {"type": "str"},
                    "data": {"type": "raw"},
                    "type": {
                        "type": "str",
                        "choices": ["binary", "dword", "expandstring", "multistring", "none", "qword", "string"],
                        "default": "string",
                    },
                    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
                },
            },
            "files": {
                "type": "list",
                "elements": "dict",
                "options": {"src": {"type": "str", "required": True}, "dest": {"type": "str", "required": True}},
            },
        },
    },
    "validate_only": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Prepares what users' sessions begin with, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        settings = self._settings(options)
        changes = Changes()
        if options["validate_only"]:
            return {**result, "changed": False, "changes": []}

        def run_module(module: str, arguments: Mapping[str, Any], **keywords: Any) -> Mapping[str, Any]:
            return run_on_host(self, task_vars or {}, module, arguments, **keywords)

        try:
            write(settings, run_module, changes, texts=bool(self._task.diff))
        except AnsibleActionFail as error:
            result.update(failed=True, msg=str(error))
        result.update(changed=bool(changes.lines), changes=changes.lines)
        if self._task.diff:
            result["diff"] = [
                {"before_header": path, "before": before, "after_header": path, "after": after}
                for path, (before, after) in changes.texts.items()
            ]
        return result

    def _settings(self, options: Mapping[str, Any]) -> Settings:
        """The settings without what can't be; raises AnsibleActionFail with everything that is wrong."""
        problems = session_problems({key: options[key] for key in ("dynamic_app_providers", "default_profile")})
        given, scripts = options["session_scripts"], None
        if given is not None:
            problems = [*session_problems({"session_scripts": {**given, "config": None}}), *problems]
            try:
                scripts = session_scripts({**given, "config": self._configuration(given["config"])})
            except ValueError as error:
                problems.insert(0, f"session_scripts: {error}")
        if problems:
            raise AnsibleActionFail("; ".join(dict.fromkeys(problems)))
        return Settings(scripts, options["dynamic_app_providers"], options["default_profile"] or {})

    def _configuration(self, config: Any) -> Any:
        """A configuration in AWS's own form: the content of a file of the controller in the place of its name."""
        if not isinstance(config, str):
            return config
        try:
            path = self._loader.get_real_file(self._find_needle("files", config))
            return Path(path).read_text(encoding="utf-8")
        except (AnsibleError, OSError, UnicodeDecodeError) as error:
            raise ValueError(f"config {config} can't be read: {error}") from error
