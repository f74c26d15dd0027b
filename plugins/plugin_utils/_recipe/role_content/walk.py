# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Goes through everything that the roles of one recipe bring, and finds what would end the builds of other images.

Under the strategies free and host_pinned an error that Ansible's main process meets ends the whole run: a file that
can't be loaded, an action that bypasses the loop over hosts, a handler that is missing.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.playbook.block import Block
from ansible.playbook.role_include import IncludeRole
from ansible.playbook.task_include import TaskInclude
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content import task_checks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.errors import role_not_found
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.files import (
    files_matching,
    include_path,
    task_files,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.findings import Findings
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.first_found import first_found
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.handlers import Handler, Notification
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.loading import Loading
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.loops import Item, items, without_item
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.places import shown_role
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.templates import (
    first_found_terms,
    is_template,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.values import UNKNOWN, Values

_DEEPEST = 50  # includes within includes
# From 2.19 on, an included file knows the name it was included by; before, only the template of it.
_KNOWS_INCLUDED_NAME = task_checks.ANSIBLE_VERSION >= (2, 19)


class Walk:
    """Everything found in the roles of one recipe."""

    def __init__(self, loader: Any, variables: Mapping[str, Any]) -> None:
        self.handlers: list[Handler] = []
        self.notifications: list[Notification] = []
        self.findings = Findings(str(loader.get_basedir()))
        self._places = self.findings.places
        self._loading = Loading(loader, variables, self.findings)
        self._depth = 0
        self._examined: dict[Any, bool] = {}  # whether without a doubt

    def role(self, task: Mapping[str, Any], where: str) -> str:
        """Examine what a task with import_role brings; return the path of the role, "" when it was not found."""
        name = task["import_role"]["name"]
        try:
            include = self._loading.role_import(task)
        except Exception as error:  # whatever Ansible makes of names and variables that are none
            self.findings.could_not_load(name, error, where)
            return ""
        path = self._path_of_role(include)
        if path:
            self._role(include, where)
        else:
            self.findings.problem(f"{where}: {role_not_found(name, self.findings.project)}")
        return path

    def _path_of_role(self, include: Any) -> str:
        try:
            return str(self._loading.role_found(include).get_role_path() or "")
        except Exception:  # not found; what else is wrong is found when it is loaded
            return ""

    def _role(self, include: Any, place: str) -> None:
        blocks, handlers = self._loading.role_blocks(include, place)
        for block in handlers:
            for handler in block.block:
                self._add_handler(handler)
        self._blocks(blocks)
        self._blocks(handlers, as_handlers=True)

    def _blocks(self, blocks: Iterable[Any], *, as_handlers: bool = False) -> None:
        for block in blocks:
            for one in (*block.block, *block.rescue, *block.always):
                if isinstance(one, Block):
                    self._blocks([one], as_handlers=as_handlers)
                elif not one.implicit and (as_handlers or task_checks.is_selected(one, self._loading, self.findings)):
                    self._task(one, as_handler=as_handlers)

    def _task(self, task: Any, *, as_handler: bool) -> None:
        task_checks.check_numbers(task, self._loading, self.findings)
        if isinstance(task, TaskInclude):
            self._include(task)
            return
        if task.action in constants._ACTION_META:
            task_checks.check_meta(task, self._loading.values(task), self.findings, as_handler=as_handler)
        else:
            task_checks.check_action(task, self.findings)
        if task.notify:
            self._add_notifications(task)

    # --- handlers and notifications

    def _add_handler(self, handler: Any) -> None:
        template = str(handler.name or "")
        name = self._loading.values_without_host(handler).value(handler.name or "")
        names: dict[str, None] = {}
        if template and name is not UNKNOWN:
            roles = (handler._role.get_name(include_role_fqcn=full) for full in (False, True))
            names = dict.fromkeys((str(name), *(f"{role} : {name}" for role in roles)))
        one = Handler(
            names=tuple(names),
            topics=tuple(map(str, handler.listen)),
            template=template,
            role=shown_role(handler._role.get_name()),
            role_path=handler._role.get_role_path(),
            place=self._places.of_task(handler),
        )
        if one not in self.handlers:
            self.handlers.append(one)

    def _add_notifications(self, task: Any) -> None:
        values = self._loading.values(task)
        entries = task.notify if isinstance(task.notify, list) else [task.notify]
        if any(map(is_template, entries)):
            each_values = [item.values for item in items(task, values, self._loading.loader)]
        else:
            each_values = [without_item(task, values)]
        for each in each_values:
            for entry in entries if each.holds(task.when) is not False else ():
                value = each.value(entry)
                if value is UNKNOWN:
                    self._add_notification(task, str(entry), each.pattern(str(entry)))
                    continue
                for name in value if isinstance(value, list) else [value]:
                    self._add_notification(task, str(name), "")

    def _add_notification(self, task: Any, name: str, pattern: str) -> None:
        role = task._role
        one = Notification(
            name=name,
            pattern=pattern,
            role=shown_role(role.get_name()) if role else "",
            role_path=role.get_role_path() if role else "",
            place=self._places.of_task(task),
            doubt=self.findings.doubt,
        )
        if one not in self.notifications:
            self.notifications.append(one)

    # --- includes

    def _include(self, include: Any) -> None:
        if self._depth >= _DEEPEST:
            return
        follow = self._include_role if isinstance(include, IncludeRole) else self._include_file
        self._depth += 1
        for item in items(include, self._loading.values(include), self._loading.loader):
            if item.values.holds(include.when) is not False:
                with self.findings.doubting("" if item.certain else self._doubt_about(include, "its loop")):
                    follow(include, item)
        self._depth -= 1

    def _doubt_about(self, include: Any, template: str) -> str:
        return (
            f" (it cannot be known before the build whether this is included: {self._places.of_task(include)} includes "
            f"by {template})"
        )

    def _include_file(self, include: Any, item: Item) -> None:
        template = include.args.get("_raw_params")
        name = item.values.value(template)
        if isinstance(name, str):
            self._include_named(include, item, name)
            return
        terms = first_found_terms(str(template), item.values.variables)
        if terms is None:
            matching = files_matching(include, item.values.pattern(str(template)))
            found = [(path, name, False) for path, name in matching]
            if not found:
                self.findings.warning_of(
                    include,
                    f"which file '{template}' is can't be known before the build, and no file of the role fits: it "
                    "was not examined, so try the role before you rely on it",
                )
        else:
            files = first_found(terms, item.values, include, self._loading.loader)
            found = [(path, path, certain) for path, certain in files]
        for path, name, certain in found:
            with self.findings.doubting("" if certain else self._doubt_about(include, f"the name '{template}'")):
                self._file(include, item, path, name if _KNOWS_INCLUDED_NAME or not certain else None)

    def _include_named(self, include: Any, item: Item, name: str) -> None:
        template = include.args.get("_raw_params")
        path = include_path(include, name, self._loading.loader, item.values.variables)
        if Path(path).is_file():
            self._file(include, item, path, name if _KNOWS_INCLUDED_NAME else None)
            return
        remedy = (
            f", which '{template}' is for an image builder: add that file, or a condition to the include"
            if is_template(template)
            else ": correct its name"
        )
        self.findings.problem_of(include, f"there is no file '{name}' to include{remedy}")

    def _file(self, include: Any, item: Item, path: str, name: str | None) -> None:
        role = include._role.get_role_path() if include._role else ""
        if self._was_examined("file", path, role, type(include).__name__, _variables_given(include, item)):
            return
        blocks = self._loading.file_blocks(include, path, name, item.variables, self._places.of_task(include))
        self._blocks(blocks, as_handlers=hasattr(include, "listen"))

    def _include_role(self, include: Any, item: Item) -> None:
        name = item.values.value(include._role_name)
        if not isinstance(name, str):
            self.findings.warning_of(
                include,
                f"which role '{include._role_name}' is can't be known before the build: it was not examined, so try "
                "it before you rely on it",
            )
            return
        named = include.copy(exclude_parent=True)
        named._parent = include._parent
        named.vars = {**include.vars, **item.variables}
        named._role_name = name
        path = self._path_of_role(named)
        if not path:
            self.findings.problem_of(include, role_not_found(name, self.findings.project))
            return
        for from_files, doubt in self._from_files(include, item.values, Path(path)):
            named._from_files = from_files
            with self.findings.doubting(doubt):
                files = repr(sorted(from_files.items()))
                if not self._was_examined("role", path, files, _variables_given(include, item)):
                    self._role(named, self._places.of_task(include))

    def _from_files(self, include: Any, values: Values, role: Path) -> Iterator[tuple[dict[str, str], str]]:
        """Files of the role that include_role may take, each choice with the doubt about it."""
        known = {}
        for kind, template in include._from_files.items():
            file = values.value(template)
            if isinstance(file, str):
                known[kind] = file
            elif kind != "tasks":
                self.findings.warning_of(
                    include,
                    f"{kind}_from '{template}' can't be known before the build: it was not examined, so try the role "
                    "before you rely on it",
                )
        if "tasks" in known or "tasks" not in include._from_files:
            yield known, ""
            return
        template = include._from_files["tasks"]
        pattern = values.pattern(template)
        for path in task_files(role / "tasks"):
            name = path.relative_to(role / "tasks").with_suffix("").as_posix()
            if re.fullmatch(pattern, name):
                yield {**known, "tasks": name}, self._doubt_about(include, f"tasks_from '{template}'")

    def _was_examined(self, *key: Any) -> bool:
        """Whether it was, and without a doubt if there is none now."""
        certain = not self.findings.doubt
        if key in self._examined and (self._examined[key] or not certain):
            return True
        self._examined[key] = certain
        return False


def _variables_given(include: Any, item: Item) -> str:
    """What else decides over an included file: the variables that were given on the way to it."""
    return repr(sorted((str(name), repr(value)) for name, value in {**include.get_vars(), **item.variables}.items()))
