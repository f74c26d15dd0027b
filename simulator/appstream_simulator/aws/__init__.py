# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The AWS half: an AppStream back end for moto.

Importing this package makes nothing happen; `plugin.register` makes it known to moto, which then reads
`appstream_backends` here.
"""

from __future__ import annotations

from appstream_simulator.aws.models import appstream_backends

__all__ = ["appstream_backends"]
