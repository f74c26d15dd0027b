#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: application
short_description: Install or remove an application on a Windows host
version_added: 0.1.0
description:
  - An application as desired state, over the host's own connection. Reads what is there, fetches the files, verifies
    checksum and signer, runs the installer as an asynchronous job, does what belongs around it, restarts Windows when
    that is needed, verifies the result, records it and removes what was fetched.
  - What was installed is recorded in the registry of the host, below C(HKLM:\SOFTWARE\euc.appstream\Applications), so
    that an unchanged application is left alone and a changed one installed again, on a builder started from the
    finished image, too.
  - Works in any play for a Windows host; roles of this collection are not needed.
options:
  name:
    description: Name of the application, unique on the host without regard to case.
    type: str
    required: true
  display_name:
    description: Name for people, in names of tasks and in the application catalog.
    type: str
  version:
    description:
      - Where Windows knows a version of O(install.product_id), it must begin with this one, V(24.1) being what
        V(24.1.3) begins with. Otherwise the application is not there as described and is installed.
      - It is also the version that reports show where Windows knows none.
    type: str
  state:
    description:
      - With V(absent) the application is removed, if it is there. Kinds V(msi), V(exe), V(msix), V(archive), V(font),
        V(chocolatey), V(winget) and V(windows_feature) can be removed, whoever installed them.
      - Programs of the base image are named by O(install.product_id), and packages provisioned for new users by that
        and O(install.kind=msix).
    type: str
    choices: [present, absent]
    default: present
  required:
    description: Whether the task fails when the application can't be installed. V(false) warns and goes on.
    type: bool
    default: true
  depends_on:
    description:
      - Names of applications that come before. Used by role P(euc.appstream.install_applications#role), which
        orders a list by it.
    type: list
    elements: str
    default: []
  install:
    description: How it is installed. Without it, what O(verify) says must hold.
    type: dict
    suboptions:
      kind:
        description:
          - What kind of installation it is. Left out, it is inferred from O(install.package), O(install.features),
            O(install.role) or the extension of O(install.file) or O(install.source).
          - Windows Installer - V(msi) a package, V(msp) a patch.
          - V(exe), a setup program.
          - V(msix), a package that is provisioned for all users that come later.
          - V(msu), an update of Windows, by C(wusa.exe).
          - V(archive), unpacked into O(install.destination). An archive that holds an installer is not of this kind
            but of the installer's; see O(install.file).
          - V(script), PowerShell or batch. V(reg), a file for the registry. V(driver), an C(.inf) file, by
            C(pnputil.exe). V(font), installed for all users.
          - V(chocolatey) and V(winget), a package of that name. C(winget.exe) must be on the host.
          - V(windows_feature), roles and features of Windows Server.
          - V(role), tasks that have run before. The module only restarts, verifies and records.
        type: str
        choices: [msi, exe, msp, msix, msu, archive, script, reg, driver, font, chocolatey, winget, windows_feature,
        role]
      source:
        description:
          - Where its file is - an HTTPS URL, V(s3://bucket/key), a UNC path, or a file or folder of the controller.
          - A relative file of the controller is searched for like the C(src) of a copy task.
        type: str
      file:
        description:
          - Which file is run of a folder of the controller or of a share, or of an archive (C(.zip), C(.iso), C(.7z),
            C(.tar), C(.tar.gz), C(.tgz)), which is then unpacked beside it. C(.zip) is unpacked by
            C(community.windows.win_unzip), others by Windows' own C(tar.exe).
          - With any other URL or S3 object, the name under which it is saved.
        type: str
      checksum:
        description:
          - SHA-256 of O(install.source), or of the file that is run when that is in a folder, as V(sha256:...).
            Required for sources on the network; V(none) waives it.
          - That of a file of the controller is computed there and compared on the host.
        type: str
      credential:
        description: Name of an entry of O(credentials) for a URL, a share or a Chocolatey source.
        type: str
      s3_access:
        description:
          - How an S3 object is read. V(presigned) signs a URL on the controller, so that the host needs no
            credentials
            of AWS; V(builder_role) uses the AWS CLI of the host, which must be there, and its own IAM role.
        type: str
        choices: [presigned, builder_role]
        default: presigned
      s3_region:
        description: Region of the bucket, when it is not that of the task.
        type: str
      proxy:
        description: Proxy server by which the host downloads from URLs and S3.
        type: str
      sources:
        description: Further files for the folder that the installer runs in, such as transforms and answer files.
        type: list
        elements: dict
        default: []
        suboptions:
          source:
            description: Where the file is, as in O(install.source).
            type: str
          content:
            description: Its content instead.
            type: str
          name:
            description:
              - Its name in the folder, that of its source when left out. Required with
                O(install.sources[].content).
            type: str
          template:
            description:
              - Whether the file of the controller is a Jinja template, written with the variables of the host.
            type: bool
            default: false
          checksum:
            description: As in O(install.checksum).
            type: str
          credential:
            description: As in O(install.credential).
            type: str
          s3_access:
            description: As in O(install.s3_access).
            type: str
            choices: [presigned, builder_role]
            default: presigned
      signer:
        description:
          - Glob for the subject of the certificate that has signed the file, such as V(CN=Example Corporation*). The
            Authenticode signature must be valid. Whether its certificate has been revoked is not looked up.
        type: str
      arguments:
        description:
          - Arguments of the installer, script or package, as a list with one argument per item, or as one text that
            is the command line as it stands.
          - An item V(PROPERTY=some value) of an MSI is quoted as Windows Installer wants it. An MSI is always run
            quietly and without restart. Everything else in a list is quoted as programs of Windows usually read it.
          - C(%APPLICATION_FOLDER%), which variable C(application_folder) of a recipe stands for, is the folder of the
            fetched files, which is the working directory, too.
          - C(%CREDENTIAL:name.key%) is replaced by that key of an entry of O(credentials). It is shown nowhere, but
            the installer's own command line is visible on the host while it runs.
        type: raw
      transforms:
        description:
          - Names of transforms (C(.mst)) that an MSI is installed with. They are among O(install.sources), or
            beside the MSI.
        type: list
        elements: str
        default: []
      unattended:
        description:
          - Answers to the questions that a console installer of kind V(exe) or V(script) asks, one line each, which
            it
            reads from its standard input.
        type: list
        elements: str
        default: []
      expected_return_codes:
        description: Exit codes that mean success. 3010 and 1641 also say that a restart is needed.
        type: list
        elements: int
        default: [0, 3010]
      product_id:
        description:
          - Product code of the MSI or name of the uninstall key in the registry; present means installed.
          - For an MSIX its identity name, as C(dism.exe /Get-ProvisionedAppxPackages) shows it in C(DisplayName);
            required there.
        type: str
      creates:
        description: A file or folder that the installation makes. Present means installed.
        type: str
      timeout:
        description: Seconds after which an installer is given up.
        type: int
        default: 3600
      retries:
        description:
          - How many times a download and an installation are tried again.
          - An MSI or EXE that ends with 1618, because another installation is in progress, is tried again for ten
            minutes, and at least 12 times, also with V(0). No other exit code is.
        type: int
        default: 0
      retry_delay:
        description: Seconds between tries.
        type: int
        default: 10
      reboot:
        description: When Windows is restarted after the installation.
        type: str
        choices: [never, if_needed, always]
        default: if_needed
      environment:
        description:
          - Environment variables of the installer and of O(after_install), in addition to those of the task.
            C(APPLICATION_FOLDER) is always among them. Values may have the placeholders of O(install.arguments).
        type: dict
        default: {}
      run_as:
        description:
          - Name of an entry of O(credentials); the installer runs as that user of the host.
          - V(SYSTEM), V(LocalService) and V(NetworkService) need no entry and no password.
        type: str
      log_path:
        description:
          - Log that the installer writes on the host, fetched to the controller when it fails. That of an MSI is made
            there when it is given, and always fetched.
        type: str
      destination:
        description: Folder that an archive is unpacked into.
        type: str
      shortcuts:
        description: The same as O(shortcuts).
        type: list
        elements: dict
        default: []
        suboptions: &shortcut
          name:
            description: Name on the desktop of all users, or the absolute path of the shortcut.
            type: str
            required: true
          target:
            description: What it starts; a relative path is one within O(install.destination).
            type: str
          arguments:
            description: Arguments, as text or one per item.
            type: raw
          icon:
            description: Its icon.
            type: str
          working_directory:
            description: Its working directory.
            type: str
          state:
            description: V(absent) removes the shortcut, for example one that the installer has put on the desktop.
            type: str
            choices: [present, absent]
            default: present
      package:
        description: Name of a Chocolatey package, or identifier of a package of winget.
        type: str
      package_version:
        description: Version of the package. Left out, the newest one when it is installed.
        type: str
      package_source:
        description: Source of the package, as Chocolatey or winget takes it.
        type: str
      package_params:
        description: Package parameters of Chocolatey, such as V(/GitOnlyOnPath).
        type: str
      package_prerelease:
        description: Whether a prerelease of the Chocolatey package will do.
        type: bool
        default: false
      package_pinned:
        description: Whether Chocolatey leaves the package out when it upgrades all.
        type: bool
      package_ignore_checksums:
        description: Whether Chocolatey installs what the package downloads although its checksum differs.
        type: bool
        default: false
      package_sources:
        description: Sources that Chocolatey gets before.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the source.
            type: str
            required: true
          source:
            description: Its URL or folder.
            type: str
          credential:
            description: Name of an entry of O(credentials) with C(username) and C(password).
            type: str
          priority:
            description: Its priority, as Chocolatey takes it.
            type: int
          state:
            description: Desired state of the source.
            type: str
            choices: [present, absent, disabled]
            default: present
      package_features:
        description: Features of Chocolatey itself that are enabled (V(true)) or disabled before, by name.
        type: dict
        default: {}
      features:
        description: Roles and features of Windows Server, by the names of C(Get-WindowsFeature).
        type: list
        elements: str
        default: []
      role:
        description:
          - The role that installs it, for role P(euc.appstream.install_applications#role) and recipes - a name, or a
            dictionary with C(name) and optionally C(tasks_from), C(handlers_from), C(vars_from) and C(defaults_from).
        type: raw
      vars:
        description: Parameters of O(install.role), which no other role and no other application sees.
        type: dict
        default: {}
  files:
    description: Files that are put in place after the installation.
    type: list
    elements: dict
    default: []
    suboptions:
      src:
        description: File of the controller.
        type: str
      content:
        description: Content instead.
        type: str
      dest:
        description: Absolute path on the host. Its folder is made.
        type: str
        required: true
      template:
        description: Whether O(files[].src) is a Jinja template, written with the variables of the host.
        type: bool
        default: false
  registry:
    description: Values of the registry that are set or removed after the installation.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - The key, below V(HKLM:\\). One below V(HKCU:\\) is written into the default profile, of which each new
            user
            gets a copy, because what the account of the connection has is of no use to anybody else.
        type: str
        required: true
      name:
        description: Name of the value. Without it, the key itself is meant.
        type: str
      data:
        description: Data of the value.
        type: raw
      type:
        description: Type of the value.
        type: str
        choices: [string, expandstring, multistring, dword, qword, binary, none]
        default: string
      state:
        description: V(absent) removes the value, or the key when no name is given.
        type: str
        choices: [present, absent]
        default: present
  path_entries:
    description: Folders that are added to the machine's PATH, which keeps what it has.
    type: list
    elements: str
    default: []
  shortcuts:
    description: Shortcuts that are made or removed after the installation.
    type: list
    elements: dict
    default: []
    suboptions: *shortcut
  services:
    description: Services that the installation brings.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the service.
        type: str
        required: true
      state:
        description: State it is brought to.
        type: str
        choices: [started, stopped, absent]
      start_mode:
        description: How it starts.
        type: str
        choices: [auto, delayed, manual, disabled]
  scheduled_tasks:
    description: Scheduled tasks that the installation brings.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The task with its folder, such as V(\\Vendor\\Update).
        type: str
        required: true
      state:
        description: Desired state of the task.
        type: str
        choices: [enabled, disabled, absent]
        default: disabled
  after_install:
    description:
      - Commands that run after the installation and whatever else is set here, in the folder of the fetched files,
        with O(install.environment). They run when the application is installed or what is set around it has changed.
    type: list
    elements: dict
    default: []
    suboptions:
      command:
        description: A program and its arguments, as a list or one command line.
        type: raw
      script:
        description: Lines of PowerShell instead.
        type: str
      expected_return_codes:
        description: Exit codes that mean success.
        type: list
        elements: int
        default: [0]
  verify:
    description:
      - What must hold afterwards, and tells before whether the application is there. Each has exactly one of
        O(verify[].file), O(verify[].registry), O(verify[].service) and O(verify[].command).
    type: list
    elements: dict
    default: []
    suboptions:
      file:
        description: Absolute path of a file or folder that must be there.
        type: str
      version:
        description: What the version of the file, an EXE or DLL, begins with.
        type: str
      registry:
        description: A registry key, such as V(HKLM:\\SOFTWARE\\Vendor\\Product).
        type: str
      name:
        description: A value of that key.
        type: str
      value:
        description: What that value must be.
        type: raw
      service:
        description: Name of a service.
        type: str
      state:
        description: State that the service must be in.
        type: str
        choices: [started, stopped, paused]
      start_mode:
        description: How the service must start.
        type: str
        choices: [auto, delayed, manual, disabled]
      command:
        description: Program and arguments of a command that only reads; it is run in check mode, too.
        type: list
        elements: str
      output:
        description: Regular expression that must be found in what the command prints.
        type: str
      return_code:
        description: Exit code that the command must end with.
        type: int
        default: 0
  launch:
    description:
      - Its entry in the application catalog, as in M(euc.appstream.application_catalog). Not used here, but by
        P(euc.appstream.build_image#role).
    type: dict
    suboptions:
      path:
        description: Absolute path of the .exe or .bat on the builder.
        type: str
        required: true
      icon:
        description:
          - PNG, JPG or BMP of at most 256x256 pixels - a file of the controller or an absolute Windows path.
          - V(from_program) has Windows extract the program's own, V(default) leaves it to the Image Assistant.
        type: str
      working_directory:
        description: Working directory, which must exist.
        type: str
      parameters:
        description: Launch parameters, written as one would at a prompt.
        type: str
      optimize:
        description: Files, folders or globs of the builder whose content is loaded ahead of the first start.
        type: list
        elements: str
      manifest:
        description:
          - An optimization manifest instead, an absolute Windows path or a file of the controller whose paths must
            all exist.
        type: str
      trace:
        description:
          - A file of the controller with what the program read when it started, Process Monitor's CSV export or one
            path a line.
        type: str
  credentials:
    description:
      - Secrets by names that the application refers to. Each is a dictionary with C(username) and C(password), for
        shares, basic authentication and O(install.run_as), with C(headers) for URLs, or with keys of your own for
        C(%CREDENTIAL:name.key%).
      - Keep it in a vault or an AWX credential. Nothing of it but user names appears in output or results.
    type: dict
    default: {}
  found:
    description:
      - What M(euc.appstream.application_info) has returned of this application in
        RV(euc.appstream.application_info#module:applications)
        before. It is not read again, then.
    type: dict
  unavailable:
    description:
      - Applications of O(depends_on) that could not be installed. With any, the task fails before it does anything.
    type: list
    elements: str
    default: []
  failed:
    description:
      - Record that an application of O(install.kind=role) could not be installed, in the C(rescue) of a block that
        ran
        its role. Why is taken from what Ansible knows of the task that failed.
    type: bool
    default: false
  directory:
    description: Folder on the host for what is fetched, a folder of its own for each application.
    type: str
    default: 'C:\Windows\Temp\euc.appstream'
  keep_installers:
    description: Whether what was fetched stays there.
    type: bool
    default: false
  log_directory:
    description:
      - Folder on the controller for logs of installers that failed. Only the user that runs Ansible may read them,
        for
        they may hold secrets. Without it no log is fetched.
    type: path
  poll_interval:
    description: Seconds between two checks, on the host itself, whether the installer has ended.
    type: int
    default: 5
  reboot_timeout:
    description: Seconds a restart may take.
    type: int
    default: 1200
  image_builder_name:
    description:
      - Name of the image builder that the host is. With it, the address of a builder that does not come back from a
        restart is read from AWS again.
    type: str
attributes:
  check_mode:
    support: full
    details:
      - Says what would be done and why. Files of the controller are compared; nothing is fetched.
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
extends_documentation_fragment:
  - euc.appstream._attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - euc.appstream._boto3
notes:
  - The connection needs local administrator rights on the host.
  - AWS is asked, from the controller, for sources in S3 and with O(image_builder_name) only.
  - Kinds V(archive) and C(.zip) need collection C(community.windows), as do O(shortcuts) and O(scheduled_tasks);
    V(chocolatey) needs C(chocolatey.chocolatey).
seealso:
  - module: euc.appstream.application_info
  - module: euc.appstream.application_catalog
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Install 7-Zip 24.09
  euc.appstream.application:
    name: 7zip
    version: "24.09"
    install:
      source: https://www.7-zip.org/a/7z2409-x64.exe
      checksum: sha256:bdd1a33de78618d16ee4ce148b849932c05d0015491c34887846d431d29f308e
      arguments: [/S]
      product_id: 7-Zip

- name: Install a statistics package with an answer file and a licence server
  euc.appstream.application:
    name: statistics
    install:
      source: \\files.example.com\software\statistics
      file: setup.exe
      checksum: none
      credential: files
      sources:
        - source: statistics.iss.j2
          name: answers.iss
          template: true
      arguments: /s /f1"%APPLICATION_FOLDER%\answers.iss" /v"/qn SERIAL=%CREDENTIAL:statistics.serial%"
      timeout: 7200
    registry:
      - path: HKLM:\SOFTWARE\Statistics
        name: LicenceServer
        data: licences.example.com
    services:
      - name: StatisticsUpdate
        start_mode: disabled
        state: stopped
    shortcuts:
      - name: Statistics Help
        state: absent
    verify:
      - file: C:\Program Files\Statistics\statistics.exe
    credentials: "{{ vault_credentials }}"

- name: Remove a package that new users would get
  euc.appstream.application:
    name: xbox
    state: absent
    install:
      kind: msix
      product_id: Microsoft.XboxApp
"""

RETURN = r"""
application:
  description: What was done, as reports show it.
  returned: always
  type: dict
  contains:
    name:
      description: Name of the application.
      returned: always
      type: str
      sample: 7zip
    kind:
      description: Kind of installation, V(none) when nothing says how it is installed.
      returned: always
      type: str
      sample: exe
    version:
      description: Version that Windows reports, else the one that is described or recorded; null when there is none.
      returned: always
      type: str
      sample: "24.09"
    source:
      description: Where its file comes from, without user and query of a URL; null when there is none.
      returned: always
      type: str
      sample: https://www.7-zip.org/a/7z2409-x64.exe
    checksum:
      description: Checksum of that file, V(none) when it was waived; null when there is no file.
      returned: always
      type: str
      sample: sha256:bdd1a33de78618d16ee4ce148b849932c05d0015491c34887846d431d29f308e
    changed:
      description: Whether something was done, also when it failed then.
      returned: always
      type: bool
      sample: true
    failed:
      description: Whether it could not be installed or removed.
      returned: always
      type: bool
      sample: false
    message:
      description: Why it failed and what to do about it.
      returned: always
      type: str
      sample: ""
reasons:
  description: Why it is, or in check mode would be, installed or removed. Empty when it is as described.
  returned: always
  type: list
  elements: str
  sample: ["there is no uninstall entry 7-Zip"]
rebooted:
  description: Whether Windows was restarted.
  returned: always
  type: bool
  sample: false
"""
