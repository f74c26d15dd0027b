# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Where a wait reports what it sees: nowhere in a module's process, on the screen where the controller waits itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Takes the resource's name, what to show of it, the seconds waited so far, and whether that is new.
Show = Callable[[str, str, float, bool], None]

_shows: list[Show] = []


@contextmanager
def showing(show: Show) -> Iterator[None]:
    """Let ``show`` be called for every reading of a resource that is waited for."""
    _shows.append(show)
    try:
        yield
    finally:
        _shows.pop()


def report(name: str, text: str, elapsed: float, is_new: bool) -> None:
    """Report what a resource is like after ``elapsed`` seconds; ``is_new``: for the first time."""
    if _shows:
        _shows[-1](name, text, elapsed, is_new)
