#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: application_catalog
short_description: Manage the application catalog of an AppStream image builder
version_added: 0.1.0
description:
  - Brings the application catalog of an Amazon AppStream 2.0 (Amazon WorkSpaces Applications) image builder to the
    wanted state, with the Image Assistant's command line, over the host's own connection.
  - The catalog is listed and compared. An application that differs is removed and added again, because the Image
    Assistant can't update one. Afterwards the catalog is read back and verified.
  - Everything the Image Assistant would refuse is checked before anything is changed.
  - Applications are added in the order of the list. The order of those that are in the catalog already is not changed.
options:
  applications:
    description:
      - The applications, each with the options below.
      - An option that isn't given is left alone, also when the application is removed and added again for another
        reason, with one exception. The icon then becomes that of the program, and the task warns of it, if the Image
        Assistant lists its own copy of the icon, which may be gone with the removed application.
      - The catalog holds at most 50 applications.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name in the catalog, at most 256 characters without white space. Not case-sensitive here.
        type: str
        required: true
      path:
        description:
          - Absolute path of the program on the builder, a C(.exe) or C(.bat) file outside C(C:\Users).
          - Required with O(state=present).
        type: str
      display_name:
        description:
          - Name shown to users, at most 256 characters. The Image Assistant's default is the program's file name.
        type: str
      icon:
        description:
          - A C(.png), C(.jpg) or C(.bmp) file of at most 256x256 pixels.
          - Either an absolute Windows path, a file on the builder, or a file on the controller, which is searched for
            like O(ansible.windows.win_copy#module:src), also in C(files/) of a role, and copied to the builder.
          - With V(from_program) Windows itself extracts the icon it shows for the program, of 32x32 pixels, into a
            file on the builder. A program without an icon gets the one that Windows shows for such. Not for a program
            on a share. It is extracted again only when the content of the program has changed.
          - With V(default) the Image Assistant takes the icon of the program by itself, which doesn't work for every
            program. So it does for a new application without O(applications[].icon).
          - A C(.ico) file is refused. Convert it to a C(.png) file, or take V(from_program) if it is the program's own.
        type: str
      working_directory:
        description:
          - Absolute path of a folder on the builder. With an empty string there is none.
        type: str
      launch_parameters:
        description:
          - Parameters the program is started with, as one string with whatever quotes the program itself needs. With an
            empty string there are none.
          - Any characters but line breaks and other control characters.
          - AWS doesn't document how the Image Assistant reads quotes and values that begin with a hyphen. Such values
            are handed over in one token with their option and, when that is refused or listed as something else, in
            literal quotes. The value that is listed afterwards is compared, and the task fails if it is another one.
          - A C(.bat) file that starts the program with its parameters, registered in the program's place, avoids the
            question.
        type: str
      optimize:
        description:
          - Files the program reads when it starts. AppStream fetches them early, so that the first start is faster.
          - Absolute paths of files, of folders (all files below) or globs on the builder. C(*) and C(?) stay within
            one path component, C(**) spans folders. Each must match something.
          - They are made into a manifest file when the application is added or updated. Applications that differ in
            nothing are not looked at, so a changed content of a folder alone makes no new manifest.
          - Mutually exclusive with O(applications[].manifest) and O(applications[].trace).
        type: list
        elements: str
      manifest:
        description:
          - An optimisation manifest, a text file with one absolute path a line.
          - Either an absolute Windows path, a file that is already on the builder, or a file on the controller, which
            is searched for like O(applications[].icon) and copied to the builder. Every path in the latter must exist
            on the builder, be it a file or a folder, or nothing is changed.
          - Mutually exclusive with O(applications[].optimize) and O(applications[].trace).
        type: str
      trace:
        description:
          - A file on the controller that tells which files the program was seen to read when it started, from which
            the optimisation manifest is made. It is searched for like O(applications[].icon).
          - Either what Process Monitor saves as CSV, with at least the columns Operation, Path and Result, or a plain
            list of paths, one a line, as the Image Assistant's own C(PrewarmManifest.txt) is. The text is UTF-8, or
            UTF-16 with a byte order mark.
          - Of Process Monitor's events those count that opened, read or loaded a file and whose result is C(SUCCESS).
          - Each file is taken once. Folders, registry keys, devices, pipes, shares, paging files and what only this
            machine has are left out, as is everything below C(C:\Users) and in C(C:\Windows\Temp),
            C(C:\Windows\Prefetch), C(C:\Temp) and C(C:\Tmp).
          - Files that don't exist on the builder are left out, and the task warns of how many. It fails if none exists.
          - Mutually exclusive with O(applications[].optimize) and O(applications[].manifest).
        type: str
  state:
    description:
      - With V(present) the applications are in the catalog as given.
      - With V(absent) they are not; only their names are looked at. The programs stay installed.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description:
      - Whether to remove all applications that are not in O(applications). Only with O(state=present).
    type: bool
    default: false
  builder_directory:
    description:
      - Folder on the builder for icons and manifests. It becomes part of the image.
      - Their names depend on their content (icons), on path and content of the program (V(from_program)) or on the
        paths asked for (manifests), so that an unchanged one is recognised by its path.
    type: str
    default: C:\ProgramData\euc.appstream
  image_assistant_path:
    description:
      - Absolute path of the Image Assistant on the builder.
    type: str
    default: C:\Program Files\Amazon\Photon\ConsoleImageBuilder\image-assistant.exe
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details:
      - Files that are missing on the builder are warned of, because an earlier task may have been about to install
        them. The icon of such a program has another name than it will have.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
    support: full
    details:
      - An option is compared only if the Image Assistant lists it.
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
notes:
  - The connection needs local administrator rights on the builder.
  - Takes one command on the builder when nothing is to be done (two with V(from_program)), one for each application
    that is added or removed, one for each icon to extract, and five at most for everything else, besides those
    for O(applications[].optimize) (one for each folder or glob) and one for each icon that is on the builder already.
  - The command line of the Image Assistant with all values of an application can't be longer than 32,766 characters.
  - When a removed application can't be added again, its former entry is put back and the task fails. If that isn't
    possible either, as when the connection is lost in between, the failure tells the values of the former entry.
seealso:
  - module: euc.appstream.image_capture
  - name: Image Assistant CLI operations
    description: The options and limits of the command line.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/programmatically-create-image.html
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Register three applications and nothing else
  euc.appstream.application_catalog:
    purge: true
    applications:
      - name: notepadpp
        display_name: Notepad++
        path: C:\Program Files\Notepad++\notepad++.exe
        icon: npp.png
        optimize:
          - C:\Program Files\Notepad++
      - name: viewer
        display_name: Viewer
        path: C:\Program Files\Viewer\viewer.exe
        icon: from_program
        trace: viewer-start.csv # saved from Process Monitor
      - name: report
        display_name: Monthly report
        path: C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe
        working_directory: C:\Reports
        launch_parameters: -NoProfile -File "C:\Reports\Monthly report.ps1"

- name: Take an application out of the catalog
  euc.appstream.application_catalog:
    state: absent
    applications:
      - name: notepadpp
"""

RETURN = r"""
applications:
  description:
    - The catalog as it is after the task, in check mode as it would be.
    - Each entry has only the keys the Image Assistant lists.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name in the catalog.
      returned: always
      type: str
      sample: notepadpp
    path:
      description: Path of the program.
      returned: when listed
      type: str
      sample: C:\Program Files\Notepad++\notepad++.exe
    display_name:
      description: Name shown to users.
      returned: when listed
      type: str
      sample: Notepad++
    icon:
      description: Path of the icon on the builder.
      returned: when listed
      type: str
      sample: C:\ProgramData\euc.appstream\5e884898da28047151d0e56f8dc62927.png
    working_directory:
      description: Folder the program is started in.
      returned: when listed
      type: str
      sample: C:\Reports
    launch_parameters:
      description: Parameters the program is started with.
      returned: when listed
      type: str
      sample: -NoProfile
    manifest:
      description: Path of the optimisation manifest on the builder.
      returned: when listed
      type: str
      sample: C:\ProgramData\euc.appstream\notepadpp-2c26b46b68ffc68f.txt
added:
  description: Names of the applications that were added.
  returned: success
  type: list
  elements: str
  sample: [notepadpp]
updated:
  description: Names of the applications that were removed and added again.
  returned: success
  type: list
  elements: str
  sample: []
removed:
  description: Names of the applications that were removed.
  returned: success
  type: list
  elements: str
  sample: []
commands:
  description: How many modules were run on the builder.
  returned: success
  type: int
  sample: 1
"""
