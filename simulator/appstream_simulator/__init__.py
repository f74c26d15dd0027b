# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A pretend Amazon AppStream 2.0: an AWS endpoint and the Windows image builders behind it, in one process."""

from __future__ import annotations

__version__ = "0.1.0"
