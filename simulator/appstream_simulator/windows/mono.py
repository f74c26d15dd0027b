# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compiles C# as Windows PowerShell 5.1's Add-Type would, and runs it, with Mono where that is installed.

Add-Type compiles with the compiler of .NET Framework 4, which knows C# 5, and refers to no more than mscorlib, System
and PowerShell's own assembly.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PACKAGES = ("mono-mcs", "mono-runtime", "libmono-system4.0-cil", "libmono-i18n-west4.0-cil", "libmono-i18n-rare4.0-cil")
"""Debian's packages that it takes."""


class CompilationError(Exception):
    """The compiler's own messages."""


def is_installed() -> bool:
    """Whether there are Mono's compiler and its virtual machine."""
    return shutil.which("mcs") is not None and shutil.which("mono") is not None


def compiled(sources: Sequence[str], *, main: str | None = None) -> Path:
    """A program made of C# texts, or a library without `main`; the same texts are compiled once.

    Args:
        main: the class whose method Main is the program.

    Raises:
        CompilationError: the compiler refuses a text, or warns of something in it.
    """
    key = hashlib.sha256("\0".join([*sources, main or ""]).encode()).hexdigest()[:32]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "appstream-simulator"
    program = folder / f"{key}.exe"
    if program.exists():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        paths = []
        for number, text in enumerate(sources):
            path = Path(work) / f"{number}.cs"
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        made = Path(work) / program.name
        target = [f"-main:{main}", "-target:exe"] if main else ["-target:library"]
        command = [
            "mcs",
            "-noconfig",
            "-langversion:5",
            "-warnaserror",
            "-r:System.dll",
            *target,
            f"-out:{made}",
            *paths,
        ]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise CompilationError(run.stdout + run.stderr)
        # Another process may have been faster.
        with contextlib.suppress(FileExistsError):
            made.rename(program)
    return program


def run(program: Path, given: bytes, variables: Mapping[str, str] | None = None, timeout: float | None = None) -> str:
    """What a program writes when it is given this by its standard input.

    Raises:
        RuntimeError: it ends with anything but 0.
        subprocess.TimeoutExpired: it goes on for longer, in seconds.
    """
    ended = subprocess.run(
        ["mono", str(program)],
        input=given,
        capture_output=True,
        env={**os.environ, **(variables or {})},
        timeout=timeout,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(f"{program.name} ended with {ended.returncode}: {ended.stderr.decode(errors='replace')}")
    return ended.stdout.decode()
