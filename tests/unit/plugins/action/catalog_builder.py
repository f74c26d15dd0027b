# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A builder with an application catalog that answers to the modules application_catalog runs."""

from __future__ import annotations

import base64
import hashlib
import json
import ntpath
import re
import struct
from pathlib import Path, PureWindowsPath
from typing import Any

from ansible_collections.euc.appstream.plugins.action import application_catalog

NPP = {"name": "npp", "path": r"C:\npp\notepad++.exe"}
PUTTY = {"name": "putty", "path": r"C:\putty\putty.exe"}
ICON_COPY = r"C:\ProgramData\Amazon\Photon\AppCatalogHelper\AppIcons\npp.png"
FILES = [NPP["path"], PUTTY["path"], r"C:\npp\lib\a.dll", r"C:\icons\npp.png"]
OPTIONS = {
    "--absolute-app-path": "AbsoluteAppPath",
    "--display-name": "DisplayName",
    "--absolute-icon-path": "AbsoluteIconPath",
    "--working-directory": "WorkingDirectory",
    "--launch-parameters": "LaunchParameters",
    "--absolute-manifest-path": "AbsoluteManifestPath",
}


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


class Builder:
    """A builder's catalog and files, answering to the modules the plugin runs.

    ``refuse``: messages an operation fails with, in turn; None lets it succeed, an exception is raised.
    """

    def __init__(self, *listed: dict[str, str]) -> None:
        self.catalog = {entry["name"]: self._listed(entry) for entry in listed}
        self.files: dict[str, bytes] = dict.fromkeys(FILES, b"")
        self.refuse: dict[str, list[str | Exception | None]] = {}
        self.calls: list[tuple[str, Any]] = []
        self.one_token = self.wrapped = "understood"

    @staticmethod
    def _listed(entry: dict[str, str]) -> dict[str, str]:
        return {"Name": entry["name"], "AbsoluteAppPath": entry["path"]}

    def run(self, action, task_vars, module, arguments, *, read_only=False):
        name = module.removeprefix("ansible.windows.")
        if action._task.check_mode and not read_only:
            raise AssertionError(f"{name} was run in check mode")
        self.calls.append((name, arguments["argv"][1:] if name == "win_command" else arguments))
        return getattr(self, name)(arguments)

    def win_command(self, arguments):
        operation, *rest = arguments["argv"][1:]
        message = (self.refuse.get(operation) or [None]).pop(0)
        if isinstance(message, Exception):
            raise message
        if message:
            return {"failed": True, "rc": 1, "stdout": json.dumps({"status": 1, "message": message}), "stderr": ""}
        options = self._options(rest)
        if options is None:
            return {"failed": True, "rc": 1, "stdout": "", "stderr": "Option 'launch-parameters' is unknown."}
        answer: dict[str, Any] = {"status": 0, "message": "Success"}
        if operation == "list-applications":
            answer["applications"] = list(self.catalog.values())
        elif operation == "remove-application":
            del self.catalog[options["--name"]]
        else:
            entry = {key: options[option] for option, key in OPTIONS.items() if option in options}
            self.catalog[options["--name"]] = {"Name": options["--name"], **entry}
        return {"rc": 0, "stdout": json.dumps(answer), "stderr": ""}

    def paths(self) -> dict[str, bool]:
        """Every file and folder, and whether it is a folder."""
        folders = {str(folder) for file in self.files for folder in PureWindowsPath(file).parents}
        return {**dict.fromkeys(self.files, False), **dict.fromkeys(folders, True)}

    def win_find(self, arguments):
        folders = {PureWindowsPath(folder) for folder in arguments["paths"]}
        files = []
        for path, is_folder in self.paths().items():
            parents = PureWindowsPath(path).parents
            near = folders & set(parents if arguments.get("recurse") else parents[:1])
            named = any(re.search(one, ntpath.basename(path), re.IGNORECASE) for one in arguments.get("patterns", [""]))
            if near and named and not is_folder:
                checksum = hashlib.sha256(self.files.get(path, b"")).hexdigest()
                files.append({"path": path, "checksum": checksum})
        return {"files": files}

    def win_file(self, arguments):
        return {"changed": True}

    def win_copy(self, arguments):
        for file in Path(arguments["src"]).iterdir():
            self.files[arguments["dest"] + file.name] = file.read_bytes()
        return {"changed": True}

    def _options(self, tokens: list[str]) -> dict[str, str] | None:
        """Options and their values; None when there is one that the tool doesn't understand."""
        options = dict(zip(tokens[::2], tokens[1::2]))
        one_token = tokens[-1] if tokens and tokens[-1].startswith("--launch-parameters=") else ""
        wrapped = options.get("--launch-parameters", "")
        if one_token and self.one_token == "refused":
            return None
        if one_token:
            value = one_token.partition("=")[2]
            options["--launch-parameters"] = value.split()[0] if self.one_token == "cut" else value
        elif wrapped.startswith('"'):
            options["--launch-parameters"] = "" if self.wrapped == "cut" else wrapped[1:-1].replace('""', '"')
        return options

    def win_powershell(self, arguments):
        parameters = arguments["parameters"]
        if isinstance(parameters["Path"], list):
            kinds = {path.lower(): 2 if is_folder else 1 for path, is_folder in self.paths().items()}
            return {"output": [kinds.get(str(PureWindowsPath(path)).lower(), 0) for path in parameters["Path"]]}
        if self.files[parameters["Path"]] == b"no icon":
            return {"failed": True, "error": [{"exception": {"message": "Value is not valid"}}]}
        self.files[parameters["Destination"]] = png(32, 32)
        return {"output": []}

    def slurp(self, arguments):
        return {"content": base64.b64encode(self.files[arguments["src"]]).decode()}

    def operations(self) -> list[str]:
        return [call[1][0] for call in self.calls if call[0] == "win_command"]


def runner(make_action, monkeypatch):
    """run(builder, application, ..., option=value): the result of a task on the builder."""

    def run(builder: Builder, *applications: dict[str, Any], check_mode=False, diff=False, **options):
        monkeypatch.setattr(application_catalog, "run_on_host", builder.run)
        arguments = {"applications": list(applications), **options}
        action = make_action(application_catalog.ActionModule, arguments, check_mode=check_mode, diff=diff)
        return action.run(task_vars={})

    return run
