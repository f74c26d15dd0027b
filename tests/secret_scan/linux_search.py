# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the collection's search for secrets on Linux, with Mono: drive C: is a folder, the registry Mono's stand-in."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appstream_simulator.windows import mono

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = tuple(
    REPOSITORY / "plugins" / "plugin_utils" / name for name in ("_secret_scan.cs", "_secret_scan_windows.cs")
)
CODE_PAGES = (1252, 437)
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", *(f"cp{page}" for page in CODE_PAGES))


def forms(secret: str) -> list[bytes]:
    """The bytes that a secret may be in a file."""
    found = []
    for encoding in ENCODINGS:
        try:
            found.append(secret.encode(encoding))
        except UnicodeEncodeError:
            continue
    return found


@dataclass(frozen=True)
class Search:
    """What is looked for and where.

    Attributes:
        texts: the secrets.
        groups: the number of each; without any, each has its own.
        folders: paths on drive C:, with all below.
        keys: registry keys by their long names, with all below.
        maximum_file_size: bytes.
        seconds: after which the search ends.
        seconds_each_time: how many pass between two looks at the clock; 0: as many as really do.
    """

    texts: Sequence[str]
    groups: Sequence[int] = ()
    folders: Sequence[str] = ("C:\\",)
    keys: Sequence[str] = ()
    maximum_file_size: int = 1 << 40
    seconds: float = 600
    seconds_each_time: float = 0


def program() -> Path:
    """The search as a program; needs Mono."""
    host = Path(__file__).with_name("LinuxComputer.cs")
    texts = [path.read_text(encoding="utf-8") for path in (*SOURCES, host)]
    return mono.compiled(texts, main="Euc.AppStream.Tests.Program")


def run(drive: Path, search: Search, registry: Path | None = None, *, as_nobody: bool = False) -> dict[str, Any]:
    """What the search returns.

    Args:
        drive: the folder that is drive C:.
        registry: the folder that Mono keeps its registry in.
        as_nobody: as a user without rights, which takes root.
    """
    variables: Mapping[str, str] = {"MONO_REGISTRY_PATH": str(registry)} if registry else {}
    if not as_nobody:
        return dict(json.loads(mono.run(program(), written(drive, search), variables)))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copy = shutil.copy(program(), folder)
        ended = subprocess.run(
            ["mono", copy],
            input=written(drive, search),
            capture_output=True,
            env={**os.environ, **variables, "HOME": folder},
            user="nobody",
            check=True,
        )
    return dict(json.loads(ended.stdout))


def written(drive: Path, search: Search) -> bytes:
    """A search as `LinuxComputer.cs` reads it."""
    groups = search.groups or range(len(search.texts))
    return b"".join(
        [
            _text(str(drive)),
            _texts(search.texts),
            *(struct.pack("<i", group) for group in groups),
            struct.pack("<i", len(CODE_PAGES)),
            *(struct.pack("<i", page) for page in CODE_PAGES),
            _texts(search.folders),
            _texts(search.keys),
            struct.pack("<qdd", search.maximum_file_size, search.seconds, search.seconds_each_time),
        ]
    )


def _text(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<i", len(data)) + data


def _texts(texts: Iterable[str]) -> bytes:
    items = list(texts)
    return struct.pack("<i", len(items)) + b"".join(map(_text, items))
