#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: default_profile
short_description: Make a user's profile the default profile of an AppStream image builder
version_added: 0.1.0
description:
  - Copies the profile of a user over the default profile of Windows, of which each new user gets a copy, with
    C(update-default-profile) of the Image Assistant's command line, over the host's own connection.
  - What the Image Assistant would stumble over is checked first.
  - A profile that has not changed since it was copied last is not copied again. Its registry hive tells, to which
    each logon writes. What was copied is recorded in the registry, below
    C(HKLM:\\SOFTWARE\\euc.appstream\\DefaultProfile).
options:
  profile:
    description:
      - The user, V(DOMAIN\\name), or V(.\\name) for a user of the builder itself.
      - Without it the Image Assistant takes its Template User, V(.\\DefaultProfileUser).
      - The user must have logged on to the builder once, must be logged off, and must not be a member of its
        Administrators. Membership through a group of a domain is not seen.
    type: str
  force:
    description:
      - Copy a profile that has not changed, too, for example when something else has changed the default profile
        meanwhile.
    type: bool
    default: false
  image_assistant_path:
    description:
      - Absolute path of the Image Assistant on the builder.
    type: str
    default: C:\Program Files\Amazon\Photon\ConsoleImageBuilder\image-assistant.exe
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: partial
    details:
      - Only whose profile was copied, and which state of it, is told.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
    support: partial
    details:
      - With O(force=true) each run copies the profile.
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
notes:
  - The connection needs local administrator rights on the builder.
seealso:
  - name: Image Assistant CLI operations
    description: The options of the command line.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/programmatically-create-image.html
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Let new users begin with the settings of a user of the domain
  euc.appstream.default_profile:
    profile: CORP\template

- name: Let new users begin with the settings of the Template User
  euc.appstream.default_profile:
"""

RETURN = r"""
profile:
  description: Whose profile it is.
  returned: success
  type: str
  sample: CORP\template
path:
  description: Folder of that profile.
  returned: success
  type: str
  sample: C:\Users\template
"""
