# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Make moto know AppStream. Two hooks; nothing in moto is patched."""

from __future__ import annotations

import importlib
import re
import sys

from moto import backend_index

from appstream_simulator.aws.urls import url_bases


def register() -> None:
    """Let moto serve the service 'appstream' from this package. May be called more than once."""
    # moto imports "moto.<service>" and reads "<service>_backends" there.
    sys.modules.setdefault("moto.appstream", importlib.import_module("appstream_simulator.aws"))
    if "appstream" not in {name for name, _ in backend_index.backend_url_patterns}:
        backend_index.backend_url_patterns.insert(0, ("appstream", re.compile(url_bases[0])))
