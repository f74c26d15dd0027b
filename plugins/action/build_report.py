# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._build_report import (
    build_manifest,
    failure_message,
    failures,
    report_line,
    stats,
    summary_lines,
    write_manifest,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import show

ARGUMENT_SPEC: dict[str, Any] = {
    "run": {
        "type": "dict",
        "required": True,
        "options": {
            "id": {"type": "str", "required": True},
            "started": {"type": "str"},
            "expires": {"type": "str"},
            "stamp": {"type": "str"},
        },
    },
    "title": {"type": "str", "default": "AppStream images"},
    "directory": {"type": "path", "default": ""},
    "images": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "image": {"type": "dict"},
            "base_image": {"type": "raw"},
            "builder_name": {"type": "str"},
            "applications": {"type": "list", "elements": "dict"},
            "seal": {"type": "dict"},
            "phases": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "started": {"type": "str", "required": True},
                },
            },
            "finished": {"type": "str"},
            "changed": {"type": "bool", "default": False},
            "warnings": {"type": "list", "elements": "str"},
            "left_to_do": {"type": "list", "elements": "str"},
            "failed": {"type": "bool", "default": False},
            "failed_step": {"type": "str"},
            "failed_task": {"type": "str"},
            "failed_role": {"type": "str"},
            "failed_place": {"type": "str"},
            "message": {"type": "str"},
            "stdout": {"type": "str"},
            "stderr": {"type": "str"},
            "on_error": {"type": "str", "choices": ["delete", "stop", "keep"]},
            "builder_outcome": {"type": "str"},
        },
    },
}

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Writes the manifest of a run on the controller and prints its summary; no host is connected to."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        run_id = options["run"]["id"]
        if not _FILE_NAME.fullmatch(run_id):
            raise AnsibleActionFail(
                f"run id {run_id!r} must be letters, digits, '_', '.' and '-', it becomes a file name"
            )
        manifest = build_manifest(options["run"], options["title"], options["images"])
        summary = summary_lines(manifest, self._task.check_mode)
        # Before anything that can fail, or hang.
        show("\n".join(summary))
        path, problem = self._write(manifest, run_id, options["directory"])
        summary.append(report_line(path, self._task.check_mode, os.environ, problem))
        show(summary[-1])
        left = [f"{image['name']}: {task}" for image in manifest["images"] for task in image["left_to_do"]]
        if left:
            result["warnings"] = [*result.get("warnings", []), *left]
        if problem:
            # What was made must be known, whatever becomes of a file.
            show(json.dumps(manifest, sort_keys=True, default=str))
            result["warnings"] = [*result.get("warnings", []), problem]
        failed, handed_over = failures(manifest["images"]), stats(manifest, path)
        return {
            **result,
            "changed": False,
            "manifest": manifest,
            "path": str(path) if path else "",
            "summary": summary,
            "failures": failed,
            "failure_message": failure_message(failed, len(manifest["images"])),
            "stats": handed_over,
            # As the module set_stats hands them to AWX.
            "ansible_stats": {"data": handed_over, "per_host": False, "aggregate": True},
        }

    def _write(self, manifest: dict[str, Any], run_id: str, directory: str) -> tuple[Path | None, str]:
        """Write the file that is wanted; its path, None when there is none, and why it isn't there though wanted."""
        if not directory:
            return None, ""
        path = Path(directory) / f"{run_id}.json"
        try:
            path = path.resolve()
            if not self._task.check_mode:
                write_manifest(manifest, path)
        except (OSError, RuntimeError, TypeError, ValueError) as error:
            return None, f"the report {path} could not be written: {error}"
        return path, ""
