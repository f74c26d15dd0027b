# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Makes the collection importable as Ansible itself imports it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

_REPOSITORY = Path(__file__).resolve().parents[2]
_SEARCH_PATH = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(_REPOSITORY / ".build" / "collections")).split(":")

_AnsibleCollectionFinder(paths=[*_SEARCH_PATH, *sys.path])._install()
