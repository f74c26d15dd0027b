# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import COLLECTION_VERSION
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.seen import seen
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import show
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.planning import new_run
from ansible_collections.euc.appstream.plugins.plugin_utils._verify_service import report

ARGUMENT_SPEC: dict[str, Any] = {
    "answers": {"type": "dict", "default": {}},
    "times": {"type": "dict", "default": {}},
    "complete": {"type": "bool", "default": True},
    "directory": {"type": "path", "default": "appstream_reports"},
    "names": {"type": "list", "elements": "str", "default": []},
    "maximum_age": {"type": "float", "default": 24},
    "expires_after": {"type": "int", "default": 6},
}

FILE, SETTINGS, UNFINISHED = "verify_service.json", "verify_service_settings.yml", "verify_service_unfinished.json"

_SETTINGS_HEAD = "# What euc.appstream.verify_service has seen. For: appstream-simulator serve --settings\n"


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Compares what was seen with what is assumed, on the controller; no host is connected to."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        folder = Path(options["directory"]).resolve() if options["directory"] else None
        times = {name: seen(seconds) for name, seconds in options["times"].items() if seconds is not None}
        given = {**options["answers"], **times}
        unknown = sorted(set(given) - set(report.entries()))
        if unknown:
            raise AnsibleActionFail(f"there are no assumptions {', '.join(unknown)}")
        former = _former(folder / UNFINISHED, options["maximum_age"]) if folder else {}
        answers = {**former, **report.scrubbed(given, options["names"])}
        told = report.lines(answers)
        paths = {"path": "", "settings_path": ""}
        if folder and not self._task.check_mode:
            paths = _write(folder, answers, options)
        if options["complete"]:
            files = [f"{name.replace('_', ' ')}: {path}" for name, path in paths.items() if path]
            show("\n".join([*told, *files]))
        run = new_run(task_vars or {}, options["expires_after"], os.getppid())
        compared = {"answers": answers, "different": report.different(answers), "lines": told}
        return {**result, "changed": False, **compared, **paths, "run": run}


def _former(file: Path, hours: float) -> dict[str, Any]:
    """What a run that was interrupted had seen; {} when that is too long ago, or nobody can read it."""
    try:
        if time.time() - file.stat().st_mtime > hours * 3600:
            return {}
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = kept if isinstance(kept, dict) else {}
    return {name: one for name, one in found.items() if name in report.entries() and isinstance(one, dict)}


def _write(folder: Path, answers: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str]:
    """Write the files; where they are. Raises AnsibleActionFail."""
    unfinished, file, settings = folder / UNFINISHED, folder / FILE, folder / SETTINGS
    now = datetime.now(timezone.utc)
    about = {"collection": COLLECTION_VERSION, "day": now.strftime("%Y-%m-%d")}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not options["complete"]:
            unfinished.write_text(json.dumps(answers, indent=1, sort_keys=True), encoding="utf-8")
            return {"path": "", "settings_path": ""}
        told = report.document(answers, options["names"], about)
        file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        found = yaml.safe_dump(report.simulator_settings(answers, options["names"]), sort_keys=True)
        settings.write_text(_SETTINGS_HEAD + found, encoding="utf-8")
        unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise AnsibleActionFail(f"what was seen could not be written to {folder}: {error}") from error
    return {"path": str(file), "settings_path": str(settings)}
