# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`python -m appstream_simulator`."""

from __future__ import annotations

import sys

from appstream_simulator.cli import main

if __name__ == "__main__":
    sys.exit(main())
