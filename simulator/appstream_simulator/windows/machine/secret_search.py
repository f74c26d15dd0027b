# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the search of `secret_scan` does, for computers without Mono."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import windows_paths
from .disk import Disk
from .disk_entries import FileInformation
from .registry import SYSTEM_IDENTIFIER, Registry, RegistryData

if TYPE_CHECKING:
    from .secret_scan import Wanted

# The ANSI and the OEM code page of the simulated Windows, and Unicode.
_ENCODINGS = ("cp1252", "cp437", "utf-8", "utf-16-le", "utf-16-be")
_MOST_KEPT = 1000


def search(disk: Disk, wanted: Wanted) -> str:
    """The search's output."""
    run = _Run(disk, wanted)
    for key in wanted.keys:
        if disk.registry.has_key(key):
            run.search_key(key)
    known: dict[str, str] = {}
    for folder in wanted.folders:
        try:
            path = windows_paths.normalise(folder).rstrip("\\")
        except ValueError:
            run.leave_out("unreadable", folder, "Illegal characters in path.")
            continue
        known.setdefault(path.lower(), path)
    for root in known.values():
        run.search_folders(root, frozenset(known))
    return run.output()


def key_names(registry: Registry, path: str) -> list[str]:
    """Names of the keys in a key that are no links: below HKEY_USERS the system's own is one to `.DEFAULT`."""
    hidden = SYSTEM_IDENTIFIER.lower() if path.upper() == "HKEY_USERS" else ""
    return [name for name in registry.key_names(path) if name.lower() != hidden]


def upper(text: str) -> str:
    """A text in capital letters, character by character, as .NET compares without regard to case."""
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)


def forms(text: str) -> Iterator[bytes]:
    """The byte sequences that a text may be in a file."""
    for encoding in _ENCODINGS:
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue


class _Run:
    def __init__(self, disk: Disk, wanted: Wanted) -> None:
        self.disk, self.wanted = disk, wanted
        self.began = time.monotonic()
        self.time_is_up = False
        self.groups: dict[int, list[str]] = {}
        for text, group in zip(wanted.texts, wanted.groups, strict=True):
            self.groups.setdefault(group, []).append(text)
        self.contents = {
            number: [form for text in self.groups[number] for form in forms(text)] for number in self.groups
        }
        self.names = {number: [upper(text) for text in self.groups[number]] for number in self.groups}
        self.findings: list[dict[str, Any]] = []
        self.not_searched: list[dict[str, str]] = []
        self.counts = dict.fromkeys(("folders", "files", "bytes", "links", "registry_keys", "registry_values"), 0)
        self.left_out = dict.fromkeys(("too_large", "unreadable", "not_reached"), 0)
        self.finding_count = 0

    def search_folders(self, root: str, roots: frozenset[str]) -> None:
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            if self._is_time_up():
                self.leave_out("not_reached", folder, "the time limit was reached")
                continue
            below: list[str] = []
            try:
                names = self.disk.list(f"{folder}\\")
            except FileNotFoundError:
                continue
            except OSError as error:
                self.leave_out("unreadable", folder, str(error))
                continue
            for name in names:
                self._search_item(self.disk.stat(f"{folder}\\{name}"), f"{folder}\\{name}", below)
            self.counts["folders"] += 1
            waiting += [path for path in reversed(below) if path.lower() not in roots]

    def _search_item(self, item: FileInformation, path: str, below: list[str]) -> None:
        self._search_name(item.name, "file_name", path)
        if item.link is not None:
            self.counts["links"] += 1
        elif item.is_directory:
            below.append(path)
        elif item.size > self.wanted.maximum_file_size:
            self.leave_out("too_large", path, f"{item.size} bytes")
        else:
            try:
                content = self.disk.read(path) if item.size else b""
            except OSError as error:
                self.leave_out("unreadable", path, str(error))
                return
            self.counts["files"] += 1
            self.counts["bytes"] += len(content)
            self._search_content(content, "file_content", path)

    def search_key(self, path: str) -> None:
        if self._is_time_up():
            self.leave_out("not_reached", path, "the time limit was reached")
            return
        registry = self.disk.registry
        self.counts["registry_keys"] += 1
        self._search_name(path.rpartition("\\")[2], "registry_key", path)
        trouble = registry.trouble(path)
        if trouble:
            self.leave_out("unreadable", path, trouble)
            return
        for name, value in registry.values(path).items():
            place = f"{path}: {name or '(default)'}"
            self._search_name(name, "registry_value_name", place)
            self._search_content(_bytes(value.kind, value.data), "registry_value", place)
            self.counts["registry_values"] += 1
        for name in key_names(registry, path):
            self.search_key(f"{path}\\{name}")

    def _is_time_up(self) -> bool:
        self.time_is_up = self.time_is_up or time.monotonic() - self.began >= self.wanted.seconds
        return self.time_is_up

    def _search_name(self, name: str, kind: str, place: str) -> None:
        letters = upper(name)
        self._report(
            [number for number, texts in self.names.items() if any(text in letters for text in texts)], kind, place
        )

    def _search_content(self, content: bytes, kind: str, place: str) -> None:
        found = [number for number, sought in self.contents.items() if any(form in content for form in sought)]
        self._report(found, kind, place)

    def _report(self, numbers: list[int], kind: str, place: str) -> None:
        for number in sorted(numbers):
            self.finding_count += 1
            if self.finding_count <= _MOST_KEPT:
                self.findings.append({"secret": number, "kind": kind, "place": self._masked(place)})

    def leave_out(self, kind: str, place: str, reason: str) -> None:
        self.left_out[kind] += 1
        if self.left_out[kind] <= _MOST_KEPT:
            item = {"kind": kind, "place": self._masked(place), "reason": self._masked(reason)}
            self.not_searched.append(item)

    def _masked(self, text: str) -> str:
        for secret in sorted(self.wanted.texts, key=len, reverse=True):
            wanted, start = upper(secret), 0
            while (found := upper(text).find(wanted, start)) >= 0:
                text = f"{text[:found]}***{text[found + len(secret) :]}"
                start = found + 3
        return text

    def output(self) -> str:
        return json.dumps(
            {
                **self.counts,
                "seconds": round(time.monotonic() - self.began, 3),
                "time_is_up": self.time_is_up,
                "findings": self.findings,
                "findings_count": self.finding_count,
                "not_searched": self.not_searched,
                **self.left_out,
            }
        )


def _bytes(kind: str, data: RegistryData) -> bytes:
    if isinstance(data, bytes):
        return data
    if isinstance(data, int):
        return data.to_bytes(4 if kind == "DWord" else 8, "little")
    text = "\0".join(data) if isinstance(data, list) else data
    return text.encode("utf-16-le", "surrogatepass")
