# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mono is there: `tools/test secret_scan` installs it."""

from __future__ import annotations

import hypothesis_profiles

hypothesis_profiles.load()
