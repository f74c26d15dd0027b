# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What waits on purpose waits shorter, by the factor that the environment names.

The collection and what it builds on pause between attempts for seconds and minutes. Here they sleep shorter, and the
monotonic clock that they look at goes on as if they had slept as long as they wanted to, so that all their time-outs
keep their meaning. Everything else, above all sockets and Ansible itself, lives in real time.
"""

from __future__ import annotations

import os
import sys
import time

_FACTOR = float(os.environ["EUC_APPSTREAM_FAST_CLOCK"])
_FAST = ("ansible_collections.euc.appstream.", "botocore.", "urllib3.")
_sleep, _monotonic = time.sleep, time.monotonic
_skipped = 0.0


def _caller_is_fast() -> bool:
    return str(sys._getframe(2).f_globals.get("__name__", "")).startswith(_FAST)


def _short_sleep(seconds: float) -> None:
    global _skipped
    if not _caller_is_fast():
        _sleep(seconds)
        return
    _sleep(seconds / _FACTOR)
    _skipped += seconds - seconds / _FACTOR


def _clock() -> float:
    return _monotonic() + (_skipped if _caller_is_fast() else 0.0)


time.sleep, time.monotonic = _short_sleep, _clock
