# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every PowerShell text of the collection, found by what it looks like and by where it is handed to PowerShell.

Texts of plugins are constants of their modules, or written where they are used; texts of roles and playbooks are in
tasks, files and templates; documentation shows some, too. What is put together only when it runs is made here with
an example (``_MADE``).
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
# What a template of a task or of a text stands for while nobody fills it in: a word that is a number, too.
_FILLED_IN = "1"
_TASK_FOLDERS = ("roles", "playbooks", "extensions", "demo")
_FILE_NAMES = ("*.ps1", "*.psm1", "*.ps1.j2", "*.psm1.j2")
_DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN")
_VERBS = (
    "Add|Clear|Compare|Convert|ConvertFrom|ConvertTo|Copy|Disable|Disconnect|Dismount|Enable|Expand|Export|Find|ForEach|"
    "Format|Get|Grant|Group|Import|Initialize|Install|Invoke|Join|Measure|Mount|Move|New|Optimize|Out|Publish|Read|"
    "Register|Remove|Rename|Repair|Reset|Resolve|Restart|Restore|Resume|Revoke|Save|Select|Send|Set|Show|Sort|Split|"
    "Start|Stop|Suspend|Tee|Test|Trace|Unblock|Uninstall|Unregister|Update|Wait|Where|Write"
)
_COMMAND = rf"\b(?:{_VERBS})-[A-Z][A-Za-z]+"
_LOOKS_LIKE_POWERSHELL = re.compile(
    rf"(?m)^[\s(]*(?:\[CmdletBinding\b|param\s*\(|\$[A-Za-z_][\w:]*\s*=[^=~]|{_COMMAND}(?:\s+-[A-Za-z]|\s*[|;{{]))"
    rf"|\|\s*{_COMMAND}|-Command\b.*{_COMMAND}"
)
# Without any of this a module has no PowerShell, and need not be loaded.
_MAY_HAVE_POWERSHELL = re.compile(rf"{_COMMAND}|param\s*\(|\$[a-z_]|run_script|win_powershell", re.IGNORECASE)
# Texts that need something to be filled in, by module and constant: how an example is made.
_MADE: Mapping[tuple[str, str], Callable[[Any], str]] = {
    ("plugin_utils._secret_scan", "SCRIPT"): lambda module: str(module.script(2)),
}
# Scripts that are handed on and are somebody else's, or made of a text that is found elsewhere: module and expression.
_HANDED_ON = {
    ("plugin_utils._windows_host", "script"),  # what run_script is given
    ("plugin_utils._applications.around", "run.resolved(one['script'])"),  # a recipe's after_install
    ("plugin_utils._secret_scan", "script(len(secrets))"),  # see _MADE
}


@dataclass(frozen=True)
class PowerShellText:
    """A text and where it stands: a path, and the constant, line or task in it."""

    place: str
    text: str


def looks_like_powershell(text: str) -> bool:
    """Say whether a text has the form of a command or script, which prose about commands has not."""
    return _LOOKS_LIKE_POWERSHELL.search(text) is not None


def all_texts() -> list[PowerShellText]:
    """Return every text, by place."""
    found = [
        *texts_of_plugins(),
        *texts_of_files(REPOSITORY),
        *texts_of_tasks(REPOSITORY),
        *texts_of_guides(REPOSITORY),
    ]
    return sorted(found, key=lambda one: one.place)


# Plugins


def _plugin_modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((REPOSITORY / "plugins").rglob("*.py")):
        relative = path.relative_to(REPOSITORY / "plugins").with_suffix("")
        left_out = relative.name == "__init__" or relative.parts[0] == "doc_fragments"
        if not left_out and _MAY_HAVE_POWERSHELL.search(path.read_text()):
            yield ".".join(relative.parts), path


@cache
def _constants(module_name: str, path: Path) -> Mapping[str, str]:
    """The texts and bytes that a module names at its top, documentation apart."""
    names = [
        target.id
        for node in ast.parse(path.read_text()).body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id not in _DOCUMENTATION
    ]
    module = importlib.import_module(f"ansible_collections.euc.appstream.plugins.{module_name}")
    found: dict[str, str] = {}
    for name in names:
        value = getattr(module, name, None)
        if isinstance(value, (str, bytes)):
            found[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    for (made_in, name), make in _MADE.items():
        if made_in == module_name and name in found:
            found[name] = make(module)
    return found


def texts_of_plugins() -> Iterator[PowerShellText]:
    """Find constants that look like PowerShell, and texts written elsewhere in the code that are no part of one."""
    for module_name, path in _plugin_modules():
        place = str(path.relative_to(REPOSITORY))
        constants = {name: text for name, text in _constants(module_name, path).items() if looks_like_powershell(text)}
        for name, text in constants.items():
            yield PowerShellText(f"{place}: {name}", text)
        source = path.read_text()
        for line, text, pattern in _written_texts(source):
            known = any(pattern.search(one) for one in constants.values())
            made = any(made_in == module_name for made_in, _name in _MADE)
            if looks_like_powershell(text) and not known and not (made and "{" in text):
                yield PowerShellText(f"{place}: line {line}", text)


def _written_texts(source: str) -> Iterator[tuple[int, str, re.Pattern[str]]]:
    """Texts in code with their lines, without docstrings and documentation; the pattern fits them in a longer text."""
    tree = ast.parse(source)
    left_out = {id(node) for statement in ast.walk(tree) for node in _documentation_of(statement)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(inner) for inner in ast.walk(node)}
            parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = [node.value]
        else:
            continue
        text = "".join(_FILLED_IN if part is None else part for part in parts)
        pattern = re.compile(
            "".join(".*?" if part is None else re.escape(part.strip("\n")) for part in parts), re.DOTALL
        )
        yield node.lineno, text, pattern


def _documentation_of(statement: ast.AST) -> Iterator[ast.AST]:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        yield statement.value
    if isinstance(statement, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id in _DOCUMENTATION for target in statement.targets
    ):
        yield statement.value


def scripts_without_a_text() -> list[str]:
    """Say which scripts that plugins hand to PowerShell are none of the texts found here."""
    return [
        f"{path.relative_to(REPOSITORY)}: line {line}: {expression}"
        for module_name, path in _plugin_modules()
        for line, expression in _handed_to_powershell(path.read_text())
        if (module_name, expression) not in _HANDED_ON and not _is_found(module_name, path, expression)
    ]


def _handed_to_powershell(source: str) -> Iterator[tuple[int, str]]:
    """What stands for a script: first argument of ``run_script``, key ``script`` of a module's arguments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "run_script":
            yield node.lineno, ast.unparse(node.args[0])
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                if isinstance(key, ast.Constant) and key.value == "script" and not _is_description(value):
                    yield value.lineno, ast.unparse(value)


def _is_description(value: ast.expr) -> bool:
    """An option's specification, not a script."""
    return isinstance(value, (ast.Dict, ast.Call)) and not isinstance(value, ast.Constant) and _is_specification(value)


def _is_specification(value: ast.expr) -> bool:
    if isinstance(value, ast.Dict):
        return all(isinstance(key, ast.Constant) and key.value in ("type", "elements", "options") for key in value.keys)
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id[:1].isupper()


def _is_found(module_name: str, path: Path, expression: str) -> bool:
    module = importlib.import_module(f"ansible_collections.euc.appstream.plugins.{module_name}")
    value = getattr(module, expression, None)
    return isinstance(value, str) and looks_like_powershell(value)


# Tasks, files, guides


def texts_of_files(folder: Path) -> Iterator[PowerShellText]:
    """Find scripts that roles and playbooks bring as files or templates."""
    for part in (*_TASK_FOLDERS, "plugins"):
        for name in _FILE_NAMES:
            for path in sorted((folder / part).rglob(name)):
                yield PowerShellText(str(path.relative_to(folder)), _without_templates(path.read_text()))


def texts_of_tasks(folder: Path) -> Iterator[PowerShellText]:
    """Find the scripts of tasks ``win_powershell`` and ``win_shell``."""
    for part in _TASK_FOLDERS:
        for path in sorted((folder / part).rglob("*.y*ml")):
            place = str(path.relative_to(folder))
            for document in yaml.load_all(path.read_text(), Loader=_Loader):
                for name, text in _scripts_in(document):
                    yield PowerShellText(f"{place}: {name}", _without_templates(text))


class _Loader(yaml.SafeLoader):
    """YAML with tags of Ansible's own, whose values are as good as any."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_yaml_str(node))


def _scripts_in(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _scripts_in(item, name)
    if not isinstance(value, dict):
        return
    name = str(value.get("name", name))
    for key, item in value.items():
        module = str(key).rpartition(".")[2]
        if module not in ("win_powershell", "win_shell"):
            yield from _scripts_in(item, name)
        elif isinstance(item, str):
            yield name, item
        elif isinstance(item, dict) and isinstance(item.get("script", item.get("cmd")), str):
            yield name, item.get("script", item.get("cmd"))


def _without_templates(text: str) -> str:
    text = re.sub(r"\{%.*?%\}|\{#.*?#\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", _FILLED_IN, text, flags=re.DOTALL)


_BLOCK = re.compile(r"(?m)^(?P<indent> *)\.\. code-block:: powershell\n\n(?P<body>(?:(?P=indent) +\S.*\n|\s*\n)+)")
_FENCED = re.compile(r"(?ms)^```powershell\n(?P<body>.*?)^```$")


def texts_of_guides(folder: Path) -> Iterator[PowerShellText]:
    """Find what guides and READMEs show."""
    paths = [*folder.glob("docs/docsite/rst/*.rst"), *folder.glob("roles/*/README.md"), folder / "README.md"]
    for path in sorted(paths):
        if not path.exists():
            continue
        for number, found in enumerate(_blocks(path.read_text()), start=1):
            yield PowerShellText(f"{path.relative_to(folder)}: {number}", found)


def _blocks(text: str) -> Iterable[str]:
    return [found["body"] for pattern in (_BLOCK, _FENCED) for found in pattern.finditer(text)]
