# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Python loads this first where the folder is in PYTHONPATH: what makes runs in tests cheaper.

Short waits, and tasks without forks, are for tests that ask for them in the environment. The clock of short waits goes
first, before anybody has looked at it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_IS_PLAYBOOK = Path([*sys.orig_argv, ""][1]).name == "ansible-playbook"

if "EUC_APPSTREAM_FAST_CLOCK" in os.environ:
    import fast_clock  # noqa: F401
if _IS_PLAYBOOK:
    import preloaded  # noqa: F401
if _IS_PLAYBOOK and "EUC_APPSTREAM_IN_PROCESS" in os.environ:
    import in_process  # noqa: F401
