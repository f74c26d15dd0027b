# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the streams of a command go, from left to right, as long as it runs."""

from __future__ import annotations

import ntpath
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from .devices import refuse_device
from .session import File, Input, Nowhere, Session
from .syntax import Redirection, UnsupportedError


class RedirectionError(Exception):
    """A file cannot be opened, so the command is not run; the text is what cmd.exe says."""


@contextmanager
def redirected(session: Session, redirections: Iterable[Redirection]) -> Iterator[None]:
    """While in this context the streams are those of the redirections.

    Raises:
        RedirectionError: a file cannot be opened.
        UnsupportedError: a device that is not simulated.
    """
    streams, stdin = dict(session.streams), session.stdin
    try:
        for redirection in redirections:
            _apply(session, redirection)
        yield
    finally:
        session.streams, session.stdin = streams, stdin


def _apply(session: Session, redirection: Redirection) -> None:
    target = redirection.target
    if redirection.stream > 2:
        raise UnsupportedError(f"a stream {redirection.stream}")
    if target in ("&1", "&2") and redirection.stream in (1, 2):
        session.streams = {**session.streams, redirection.stream: session.streams[int(target[1])]}
        return
    if target.startswith("&"):
        raise UnsupportedError(f"{redirection.stream}{redirection.operator}{target}")
    name = session.expanded(target).strip('"')
    path = session.path(name)
    refuse_device(path)
    is_nul = ntpath.basename(path).lower() == "nul"
    if redirection.operator == "<":
        session.stdin = Input(b"" if is_nul else _read(session, path))
        return
    sink = Nowhere() if is_nul else _open(session, path, append=redirection.operator == ">>")
    session.streams = {**session.streams, redirection.stream: sink}


def _read(session: Session, path: str) -> bytes:
    if not session.disk.is_file(path):
        folder = session.disk.is_directory(ntpath.dirname(path))
        raise RedirectionError(f"The system cannot find the {'file' if folder else 'path'} specified.")
    return session.disk.read(path)


def _open(session: Session, path: str, *, append: bool) -> File:
    if not session.disk.is_directory(ntpath.dirname(path)):
        raise RedirectionError("The system cannot find the path specified.")
    if session.disk.is_directory(path) or (session.disk.is_file(path) and session.disk.stat(path).read_only):
        raise RedirectionError("Access is denied.")
    return File(session.disk, path, append=append)
