# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Signs of life of a build: the waits and steps that run anyway renew its lock, a few times before it would be stale.

When that was last done is the time of a file, because each task is a process of its own.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible.utils.display import Display

VARIABLE = "build_image_lock"
"""Of the image's host: options of module ``build_lock``, and ``file``."""
RENEWALS = 3
"""Signs of life in the time after which a run counts as dead."""

_OPTIONS = ("builder_name", "run", "type", "table", "recipe", "stale_after", "job", "process")

Ask = Callable[[dict[str, Any]], Mapping[str, Any]]


def options(lock: Mapping[str, Any], state: str) -> dict[str, Any]:
    """The options of module ``build_lock`` for a lock."""
    return {"state": state, **{name: lock[name] for name in _OPTIONS if lock.get(name)}}


def keep(lock: Mapping[str, Any], ask: Ask) -> str:
    """Renew a lock if it is time; ``ask`` runs module ``build_lock``. Returns why the build has to end, mostly empty.

    AWS not answering is no reason to end a build.
    """
    if not claim(lock):
        return ""
    result = ask(options(lock, "renewed"))
    if result.get("lost"):
        return str(result["msg"])
    if result.get("failed"):
        Display().v(f"{lock['builder_name']}: the build lock was not renewed: {result.get('msg')}")
    elif not result["renewed"]:
        expire(lock)
    return ""


def claim(lock: Mapping[str, Any]) -> bool:
    """Whether it is time to renew the lock; the next one who asks is then told no for a while."""
    file, interval = Path(lock["file"]), float(lock["stale_after"]) * 60 / RENEWALS
    try:
        if file.exists() and time.time() - file.stat().st_mtime < interval:
            return False
        file.parent.mkdir(exist_ok=True)
        file.touch()
    except OSError:
        pass  # a full disk makes more signs of life, and ends no build
    return True


def expire(lock: Mapping[str, Any]) -> None:
    """Let the next one who asks renew the lock: there was no image builder yet."""
    with suppress(OSError):
        os.utime(lock["file"], (0, 0))
