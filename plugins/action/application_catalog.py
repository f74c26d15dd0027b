# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import hashlib
import ntpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._application_catalog import (
    Entry,
    Plan,
    as_diff,
    deviations,
    plan_absent,
    plan_present,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._builder_catalog import (
    apply_plan,
    list_applications,
    say_otherwise,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._builder_files import (
    FileSources,
    extracted_icon_paths,
    inspect_builder,
    provide_files,
    refuse_unfit_icon,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_commands import (
    IMAGE_ASSISTANT_PATH,
    add_application,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import (
    DEFAULT_ICON,
    FROM_PROGRAM,
    catalog_problems,
    catalog_size_problems,
    command_line_problems,
    is_absolute_windows_path,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._launch_trace import (
    ListedFiles,
    read_manifest,
    read_trace,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._optimization_manifest import manifest_file_name
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, run_on_host

ARGUMENT_SPEC: dict[str, Any] = {
    "applications": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "path": {"type": "str"},
            "display_name": {"type": "str"},
            "icon": {"type": "str"},
            "working_directory": {"type": "str"},
            "launch_parameters": {"type": "str"},
            "optimize": {"type": "list", "elements": "str"},
            "manifest": {"type": "str"},
            "trace": {"type": "str"},
        },
        "mutually_exclusive": [["optimize", "manifest", "trace"]],
    },
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "purge": {"type": "bool", "default": False},
    "builder_directory": {"type": "str", "default": r"C:\ProgramData\euc.appstream"},
    "image_assistant_path": {"type": "str", "default": IMAGE_ASSISTANT_PATH},
}

_TAKEN_AS_GIVEN = ("name", "path", "display_name")
_EMPTY_CLEARS = ("working_directory", "launch_parameters")


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Brings the image builder's application catalog to the wanted state, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        modules_run: list[str] = []

        def run_module(module: str, arguments: Mapping[str, Any], *, read_only: bool = False) -> Mapping[str, Any]:
            modules_run.append(module)
            return run_on_host(self, task_vars or {}, module, arguments, read_only=read_only)

        return {**result, **self._converge(options, run_module), "commands": len(modules_run)}

    def _converge(self, options: Mapping[str, Any], run_module: RunModule) -> dict[str, Any]:
        program = options["image_assistant_path"]
        entries, sources = self._wanted(options)
        _name_extracted_icons(entries, sources, options["builder_directory"], run_module)
        listed = list_applications(program, run_module)
        plan = _plan(options, entries, listed)
        _refuse(catalog_size_problems(len(plan.after)))
        result = {**_summary(plan), "changed": plan.changed}
        if self._task.diff:
            result["diff"] = as_diff(plan)
        if not plan.changed:
            return result
        inspection = inspect_builder(plan.to_add, sources, run_module)
        warnings = [
            f"{name}: its icon becomes that of its program, because the Image Assistant's own copy of the former icon "
            "can't be used again; set icon to choose one"
            for name in plan.lost_icons
        ]
        warnings += inspection.warnings
        if self._task.check_mode:
            # What an earlier task of the same run would install isn't there in check mode.
            warnings += inspection.problems
        if warnings:
            result["warnings"] = warnings
        if self._task.check_mode:
            return result
        _refuse(inspection.problems)
        provide_files(plan.to_add, sources, inspection, run_module)
        apply_plan(plan, program, run_module)
        read_back = list_applications(program, run_module)
        if say_otherwise(plan, read_back, program, run_module):
            read_back = list_applications(program, run_module)
        _refuse(deviations(plan, read_back), "after the change the catalog is not what was asked for")
        return {**result, "applications": read_back}

    def _wanted(self, options: Mapping[str, Any]) -> tuple[list[Entry], FileSources]:
        """The entries asked for, and where the files come from that they refer to. Refuses what breaks a limit."""
        applications = options["applications"]
        sources = FileSources()
        if options["state"] == "absent":
            return [{"name": application["name"]} for application in applications], sources
        missing = [f"{item['name']}: path is required" for item in applications if not item["path"]]
        _refuse(missing or catalog_problems(applications))
        entries, problems = [], []
        for application in applications:
            try:
                entries.append(self._entry(application, options["builder_directory"], sources))
            except (ValueError, OSError, AnsibleError) as error:
                problems.append(f"{application['name']}: {error}")
        for entry in entries:
            longest = add_application(options["image_assistant_path"], entry)[-1]
            problems += [f"{entry['name']}: {problem}" for problem in command_line_problems(longest)]
        _refuse(problems)
        return entries, sources

    def _entry(self, application: Mapping[str, Any], builder_directory: str, sources: FileSources) -> Entry:
        """One catalog entry; notes its files in ``sources``. Raises an exception about a file that is unfit."""
        entry: Entry = {key: application[key] for key in _TAKEN_AS_GIVEN if application[key]}
        entry.update({key: application[key] for key in _EMPTY_CLEARS if application[key] is not None})
        return {
            **entry,
            **self._icon(application, builder_directory, sources),
            **self._manifest(application, builder_directory, sources),
        }

    def _icon(self, application: Mapping[str, Any], builder_directory: str, sources: FileSources) -> Entry:
        icon = application["icon"]
        if not icon:
            return {}
        if icon in (DEFAULT_ICON, FROM_PROGRAM):
            return {"icon": "" if icon == DEFAULT_ICON else FROM_PROGRAM}
        if is_absolute_windows_path(icon):
            return {"icon": icon}
        source = self._file("icon", icon)
        content = source.read_bytes()
        try:
            refuse_unfit_icon(content)
        except ValueError as error:
            raise ValueError(f"icon: {error}") from error
        name = hashlib.sha256(content).hexdigest()[:32] + ntpath.splitext(icon)[1].lower()
        path = ntpath.join(builder_directory, name)
        sources.icons[path] = source
        return {"icon": path}

    def _manifest(self, application: Mapping[str, Any], builder_directory: str, sources: FileSources) -> Entry:
        kind = next((kind for kind in ("optimize", "trace", "manifest") if application[kind]), "")
        if not kind:
            return {}
        given = application[kind]
        if kind == "manifest" and is_absolute_windows_path(given):
            return {"manifest": given}
        paths = given if kind == "optimize" else self._listed(kind, given)
        path = ntpath.join(builder_directory, manifest_file_name(application["name"], kind, paths))
        if kind == "optimize":
            sources.globs[path] = paths
        else:
            sources.listed[path] = ListedFiles(f"{kind} {given}", paths, all_required=kind == "manifest")
        return {"manifest": path}

    def _listed(self, option: str, name: str) -> list[str]:
        """The paths that a file of the controller lists. Raises an exception that tells the option and the file."""
        content = self._file(option, name).read_bytes()
        try:
            return read_trace(content) if option == "trace" else read_manifest(content)
        except ValueError as error:
            raise ValueError(f"{option} {name}: {error}") from error

    def _file(self, option: str, name: str) -> Path:
        """A file on the controller, searched for as ``win_copy`` does."""
        try:
            return Path(self._loader.get_real_file(self._find_needle("files", name)))
        except AnsibleError as error:
            raise ValueError(f"{option}: {error}") from error


def _name_extracted_icons(
    entries: Sequence[Entry], sources: FileSources, builder_directory: str, run_module: RunModule
) -> None:
    """Set ``icon`` of the entries that want what Windows shows for their program to its path on the builder."""
    wanting = [entry for entry in entries if entry.get("icon") == FROM_PROGRAM]
    paths = extracted_icon_paths({entry["path"] for entry in wanting}, builder_directory, run_module)
    for entry in wanting:
        entry["icon"] = paths[entry["path"]]
        sources.extracted[entry["icon"]] = entry["path"]


def _plan(options: Mapping[str, Any], entries: Sequence[Entry], listed: Sequence[Entry]) -> Plan:
    if options["state"] == "absent":
        return plan_absent(listed, [entry["name"] for entry in entries])
    return plan_present(listed, entries, options["purge"])


def _summary(plan: Plan) -> dict[str, Any]:
    return {
        "applications": plan.after,
        "added": [entry["name"] for entry in plan.add],
        "updated": [new["name"] for _former, new in plan.replace],
        "removed": [entry["name"] for entry in plan.remove],
    }


def _refuse(problems: Sequence[str], summary: str = "nothing was changed on the builder") -> None:
    if problems:
        raise AnsibleActionFail(f"{summary}: {'; '.join(problems)}")
