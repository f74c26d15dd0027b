# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was asked of the simulator, in order: the Windows journal and the log of AWS calls are both one of these."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Journal:
    """A thread-safe list of entries. Whoever records keeps secrets out.

    Args:
        now: where the time of an entry comes from (seconds since the epoch); a `Clock.now` for virtual time.
        path: also append each entry to this file, one JSON object per line.
    """

    def __init__(self, now: Callable[[], float] = time.time, path: Path | None = None) -> None:
        self._now = now
        self._path = path
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def record(self, kind: str, **fields: Any) -> None:
        """Add an entry `{"kind": …, "time": …, **fields}`; what is not JSON is kept as text."""
        entry = json.loads(json.dumps({"kind": kind, "time": self._now(), **fields}, default=str))
        with self._lock:
            self._entries.append(entry)
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")

    def entries(self, kind: str | None = None, **filters: Any) -> list[dict[str, Any]]:
        """Copies of the entries of this kind whose fields equal the filters, oldest first."""
        wanted = {**filters, "kind": kind} if kind is not None else filters
        with self._lock:
            found = [entry for entry in self._entries if all(entry.get(key) == value for key, value in wanted.items())]
        return copy.deepcopy(found)

    def clear(self) -> None:
        """Forget all entries. The file, if any, keeps them."""
        with self._lock:
            self._entries.clear()
