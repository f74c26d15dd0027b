# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Makes and checks ``config.json`` of session scripts.

Keys, limits and file types: AppStream administration guide, "Session Scripts Configuration File". It spells the keys
``executables`` and ``Executables`` alike, so they are read in any case and written as its sample for Windows has them.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import json
import ntpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EVENTS = {"session_start": "SessionStart", "session_termination": "SessionTermination"}
"""Our options and the objects of the file."""
DIRECTORY = r"C:\AppStream\SessionScripts"
CONFIG_PATH = rf"{DIRECTORY}\config.json"
CONTEXTS = ("user", "system")
EXTENSIONS = (".bat", ".exe")
LONGEST_TEXT = 1000
LONGEST_WAIT = 60

_EVENT_KEYS = {"executables": "executables", "waitingtime": "waitingTime"}
_EXECUTABLE_KEYS = {
    "context": "context",
    "filename": "filename",
    "arguments": "arguments",
    "s3logenabled": "s3LogEnabled",
}
_OPTIONS = {"context": "context", "filename": "filename", "arguments": "arguments", "s3_log_enabled": "s3LogEnabled"}
_SCRIPT_ARGUMENT = re.compile(r'(?i)(?:^|\s)-f(?:i(?:le?)?)?\s+(?:"([^"]+)"|(\S+))')
"""PowerShell takes the parameter -File by any prefix; the guide runs PowerShell scripts through it."""


@dataclass(frozen=True)
class SessionScripts:
    """The text of ``config.json``, the programs and scripts it names, which must be on the builder, and files to copy.

    ``files``: dictionaries with ``src`` and ``dest``, the latter always an absolute path.
    """

    content: str
    references: list[str]
    files: list[dict[str, str]]


def session_scripts(options: Mapping[str, Any]) -> SessionScripts:
    """What the option ``session_scripts`` stands for; a ``config`` that is a text is the content of a JSON file.

    Raises ValueError with everything that is wrong.
    """
    config = configuration(options)
    files = [{"src": file["src"], "dest": file_destination(file)} for file in options.get("files") or []]
    return SessionScripts(json.dumps(config, indent=2) + "\n", referenced_files(config), files)


def configuration(session_scripts: Mapping[str, Any]) -> dict[str, Any]:
    """The content of ``config.json`` from the options of ``configure_sessions_session_scripts``.

    Either ``config`` (a dictionary, or the text of a JSON file, in AWS's own form) or ``session_start`` and
    ``session_termination``. Raises ValueError with everything that is wrong.
    """
    given = session_scripts.get("config")
    own = {option: session_scripts[option] for option in EVENTS if session_scripts.get(option)}
    if given is not None and own:
        raise ValueError(f"config and {' and '.join(own)} can't be given together")
    raw = _from_options(own) if given is None else _loaded(given)
    written, problems = _checked(raw)
    if problems:
        raise ValueError("; ".join(problems))
    return written


def referenced_files(config: Mapping[str, Any]) -> list[str]:
    """Paths that must exist on the image builder: of a checked ``config.json``, programs and PowerShell scripts."""
    found: dict[str, None] = {}
    for event in config.values():
        for executable in event["executables"]:
            if not executable.get("filename"):
                continue
            found[executable["filename"]] = None
            if ntpath.basename(executable["filename"]).lower() in ("powershell.exe", "pwsh.exe"):
                for quoted, plain in _SCRIPT_ARGUMENT.findall(executable.get("arguments") or ""):
                    found[quoted or plain] = None
    return list(found)


def file_destination(file: Mapping[str, Any]) -> str:
    """Where a file of the controller goes on the image builder."""
    return str(file.get("dest") or ntpath.join(DIRECTORY, re.split(r"[\\/]", str(file["src"]))[-1]))


def file_problems(session_scripts: Mapping[str, Any]) -> list[str]:
    """What is wrong with where the files of the controller go."""
    destinations = [file_destination(file) for file in session_scripts.get("files") or []]
    problems = [f"files: dest {path} is no absolute path" for path in destinations if not is_absolute(path)]
    if any(path.lower() == CONFIG_PATH.lower() for path in destinations):
        problems.append("files: config.json is written from the other options; give its content as config")
    return problems


def is_absolute(path: str) -> bool:
    return re.match(r"[A-Za-z]:\\", path) is not None


def _from_options(own: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for option, event in own.items():
        executables = [
            {key: executable[name] for name, key in _OPTIONS.items() if executable.get(name) is not None}
            for executable in event.get("executables") or []
        ]
        waiting = {} if event.get("waiting_time") is None else {"waitingTime": int(event["waiting_time"])}
        config[EVENTS[option]] = {"executables": executables, **waiting}
    return config


def _loaded(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"config is not valid JSON ({error}); a backslash is written twice") from error


def _checked(raw: Any) -> tuple[dict[str, Any], list[str]]:
    """The configuration with its keys as AWS's sample has them, and what is wrong with it."""
    if not isinstance(raw, Mapping):
        return {}, ["config is no object with SessionStart and SessionTermination"]
    events, problems = _renamed(raw, {name.lower(): name for name in EVENTS.values()}, "config")
    written = {}
    for name, event in events.items():
        if not isinstance(event, Mapping):
            problems.append(f"{name} is no object")
            continue
        written[name], found = _checked_event(name, event)
        problems += found
    return written, problems


def _checked_event(name: str, event: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    written, problems = _renamed(event, _EVENT_KEYS, name)
    waiting = written.get("waitingTime")
    if waiting is not None and (isinstance(waiting, bool) or not isinstance(waiting, int)):
        problems.append(f"{name}: waitingTime is no whole number of seconds")
    elif waiting is not None and not 0 <= waiting <= LONGEST_WAIT:
        problems.append(
            f"{name}: waitingTime is {waiting}, but scripts are stopped after {LONGEST_WAIT} seconds at most"
        )
    executables = written.get("executables")
    if not isinstance(executables, (list, tuple)):
        return written, [*problems, f"{name}: executables is required, a list"]
    written["executables"] = []
    for number, executable in enumerate(executables, 1):
        place = f"{name}, executable {number}"
        if not isinstance(executable, Mapping):
            problems.append(f"{place} is no object")
            continue
        entry, found = _renamed(executable, _EXECUTABLE_KEYS, place)
        written["executables"].append(entry)
        problems += found + [f"{place}: {problem}" for problem in _executable_problems(entry)]
    contexts = [entry.get("context") for entry in written["executables"]]
    problems += [
        f"{name}: two scripts for the context {context}; one is the limit, so let one start the other"
        for context in CONTEXTS
        if contexts.count(context) > 1
    ]
    return written, problems


def _executable_problems(entry: Mapping[str, Any]) -> list[str]:
    problems = []
    if entry.get("context") not in CONTEXTS:
        problems.append(f"context must be {' or '.join(CONTEXTS)}")
    for key in ("filename", "arguments"):
        value = entry.get(key)
        if value is not None and not isinstance(value, str):
            problems.append(f"{key} must be a string")
        elif value is not None and len(value) > LONGEST_TEXT:
            problems.append(f"{key} is longer than {LONGEST_TEXT} characters")
    filename = entry.get("filename")
    if isinstance(filename, str) and filename:
        if not is_absolute(filename):
            problems.append(f"filename {filename} is no absolute path")
        if ntpath.splitext(filename)[1].lower() not in EXTENSIONS:
            problems.append(
                f"filename {filename} must be a .bat or .exe file; a PowerShell script is run by powershell.exe with "
                'arguments -File "<its path>"'
            )
    if not isinstance(entry.get("s3LogEnabled", True), bool):
        problems.append("s3LogEnabled must be true or false")
    return problems


def _renamed(given: Mapping[str, Any], keys: Mapping[str, str], place: str) -> tuple[dict[str, Any], list[str]]:
    """The values under their names as AWS's sample has them (``keys``: by lower case); unknown keys as problems."""
    known = {keys[str(key).lower()]: value for key, value in given.items() if str(key).lower() in keys}
    unknown = [str(key) for key in given if str(key).lower() not in keys]
    problems = [f"{place}: {key} is no key; known are {', '.join(keys.values())}" for key in unknown]
    return known, problems
