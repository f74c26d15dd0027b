# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Private to this collection; it may change at any time.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  credentials_timeout:
    description:
      - For how many seconds to go on when AWS no longer takes the credentials. They are read again from where they came
        from every 10 seconds, so that new ones of a profile, of SSO or of a process are used as soon as they are there.
      - For at most a minute where they may never have been good, because AWS does not know them or there are none.
      - The time of the controller's clock that AWS refuses is waited for in the same way.
      - The variable C(appstream_credentials_timeout) is the default of all modules, where tasks run on the controller.
        It is no option for C(module_defaults) of the group, which M(amazon.aws.s3_object) and others do not know.
      - With V(0) they are read again once. M(euc.appstream.preflight), and so the plan of a build, never waits.
    type: int
    default: 300
requirements:
  - python >= 3.9
  - boto3 >= 1.35.0
  - botocore >= 1.35.0
"""

    INVENTORY = r"""
options: {}
requirements:
  - python >= 3.9
  - boto3 >= 1.35.0
  - botocore >= 1.35.0
"""
