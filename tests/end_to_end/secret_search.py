# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Searches what a run has left, and what can be seen of it while it runs, for its secrets in every spelling."""

from __future__ import annotations

import base64
import html
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from workplace import descendants

# What holds secrets by design: inventory and settings that tests write, for the user or the simulator, and the folder
# `env` of ansible-runner with the passwords and the environment of a job, which it also keeps in its `command`.
FOLDERS_OF_TESTS = frozenset({"env", "inventory"})
FILES_OF_TESTS = frozenset({"command", "credentials.yml", "extra.yml", "own.yml", "simulator.yml"})


def spellings(secret: str) -> set[bytes]:
    """The secret as bytes, in UTF-8 and UTF-16, and each of these in base64 at any offset.

    It may be quoted for a command line of Windows, PowerShell, a URL, XML, JSON or Python, and once more for JSON.
    """
    quoted = {secret, secret.replace('"', '\\"'), secret.replace('"', '""'), secret.replace("'", "''")}
    texts = quoted | {quote(secret, safe=""), html.escape(secret), repr(secret)[1:-1], json.dumps(secret)[1:-1]}
    texts |= {json.dumps(text)[1:-1] for text in texts}
    plain = {text.encode(encoding) for text in texts for encoding in ("utf-8", "utf-16-le")}
    return plain | {encoded for one in plain for encoded in _in_base64(one)}


def _in_base64(data: bytes) -> Iterator[bytes]:
    """What is the same in base64 whatever stands before and behind."""
    for before in range(3):
        first = (before * 8 + 5) // 6
        last = (before + len(data)) * 8 // 6
        yield base64.b64encode(bytes(before) + data + bytes(3))[first:last]


def found_in(content: bytes, secrets: Mapping[str, str]) -> list[str]:
    """Names of the secrets in these bytes."""
    return [name for name, secret in secrets.items() if any(one in content for one in spellings(secret))]


def found_below(folders: Iterable[Path], secrets: Mapping[str, str]) -> list[str]:
    """A line for each file below the folders that holds a secret, in its name or its content."""
    wanted = {name: spellings(secret) for name, secret in secrets.items()}
    lines = []
    for below, path in ((folder, path) for folder in folders for path in folder.rglob("*")):
        by_design = path.name in FILES_OF_TESTS or FOLDERS_OF_TESTS & set(path.relative_to(below).parts)
        if by_design or path.is_symlink() or not path.is_file():
            continue
        content = os.fsencode(path) + b"\0" + path.read_bytes()
        lines += [f"{path}: {name}" for name, forms in wanted.items() if any(form in content for form in forms)]
    return lines


@contextmanager
def watched_command_lines() -> Iterator[set[bytes]]:
    """The command lines of all processes below this one, as often as they can be read; complete at the end."""
    seen: set[bytes] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            for process in descendants(os.getpid()):
                try:
                    seen.add(Path(f"/proc/{process}/cmdline").read_bytes())
                except OSError:
                    continue

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
