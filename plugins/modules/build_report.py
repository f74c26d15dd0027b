#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: build_report
short_description: Write the report of a run that built AppStream images
version_added: 0.1.0
description:
  - Writes a JSON manifest of a run on the controller and prints a short summary for people.
  - Adds the versions of ansible-core and of the collections.
  - No host is connected to.
options:
  run:
    description:
      - The run.
    type: dict
    required: true
    suboptions:
      id:
        description:
          - Identifier of the run, letters, digits, C(_), C(.) and C(-). It is the manifest's file name.
        type: str
        required: true
      started:
        description:
          - When the run began, UTC, ISO 8601.
        type: str
      expires:
        description:
          - When what the run leaves behind may be reaped, UTC, ISO 8601.
        type: str
      stamp:
        description:
          - The time stamp in the names of new images.
        type: str
  title:
    description:
      - First line of the summary.
    type: str
    default: AppStream images
  directory:
    description:
      - Folder on the controller for manifests. It is made if it is missing. Empty, no file is written.
      - A file that can't be written is a warning, and the manifest is printed as JSON after the summary.
    type: path
    default: ""
  images:
    description:
      - The images, built or not.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the recipe.
        type: str
        required: true
      image:
        description:
          - The image. Its C(name), C(arn) and C(state) go into the manifest.
        type: dict
      base_image:
        description:
          - The base image, a name or a dictionary with C(name) and C(arn).
        type: raw
      builder_name:
        description:
          - Name of the image builder.
        type: str
      applications:
        description:
          - The applications installed, dictionaries with C(name), C(kind), C(version), C(checksum) and C(source).
          - One with C(failed) and a C(message) could not be installed, which becomes a warning.
        type: list
        elements: dict
      seal:
        description:
          - What sealing the image builder did, a dictionary with C(removed) and C(kept), lists of dictionaries with
            C(kind) and C(name).
        type: dict
      phases:
        description:
          - The phases of the build in their order.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - Name of the phase.
            type: str
            required: true
          started:
            description:
              - When it began, UTC, ISO 8601. It lasted until the next one began, the last one until C(finished).
            type: str
            required: true
      finished:
        description:
          - When the last phase ended, UTC, ISO 8601.
        type: str
      changed:
        description:
          - Whether anything had to be done for the image.
        type: bool
        default: false
      warnings:
        description:
          - What was noticed about the image.
        type: list
        elements: str
      left_to_do:
        description:
          - What is left to do for an image that was built, such as an image builder that could not be removed.
        type: list
        elements: str
      failed:
        description:
          - Whether the image could not be built.
        type: bool
        default: false
      failed_step:
        description:
          - The step at which it failed.
        type: str
      failed_task:
        description:
          - The task at which it failed.
        type: str
      failed_role:
        description:
          - The role of that task.
        type: str
      failed_place:
        description:
          - File and line of that task.
        type: str
      message:
        description:
          - Why it failed.
        type: str
      stdout:
        description:
          - What the task that failed has printed, the end of it.
        type: str
      stderr:
        description:
          - What the task that failed has printed as errors, the end of it.
        type: str
      on_error:
        description:
          - What was to be done with the image builder of a failed image.
        type: str
        choices: [delete, stop, keep]
      builder_outcome:
        description:
          - What became of the image builder of a failed image, in words.
        type: str
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details:
      - Prints what would be built, writes nothing.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
    support: full
    details:
      - Never reports a change, although every run writes its manifest.
  platform:
    description: Operating systems this action works on; it runs on the controller, whatever the task's host is.
    support: full
    platforms: posix
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Report
  euc.appstream.build_report:
    run:
      id: 20261122T120000Z
      started: "2026-11-22T12:00:00Z"
    directory: "{{ playbook_dir }}/appstream_reports"
    images:
      - name: design
        image: "{{ design_image }}"
        base_image: AppStream-WinServer2022-11-10-2026
        builder_name: design-builder
        phases:
          - name: provision_image_builder
            started: "2026-11-22T12:00:03Z"
          - name: capture_image
            started: "2026-11-22T12:11:55Z"
        finished: "2026-11-22T12:45:00Z"
"""

RETURN = r"""
manifest:
  description: The manifest, in check mode as it would be written.
  returned: success
  type: dict
  contains:
    schema:
      description: Version of the manifest's shape. It grows when a key goes away or changes its meaning.
      returned: always
      type: int
      sample: 1
    title:
      description: The title.
      returned: always
      type: str
      sample: AppStream images
    run:
      description: The run as given, and C(finished), the time of the report.
      returned: always
      type: dict
      sample: {id: 20261122T120000Z, started: "2026-11-22T12:00:00Z", finished: "2026-11-22T13:02:41Z"}
    versions:
      description:
        - Versions of C(ansible-core), C(euc.appstream), C(amazon.aws), C(ansible.windows), C(community.windows) and
          C(chocolatey.chocolatey), null if not found.
      returned: always
      type: dict
      sample: {ansible-core: 2.21.5, euc.appstream: 0.1.0, amazon.aws: 11.4.0, ansible.windows: 3.8.0}
    images:
      description:
        - The images as given, with every option, null if it was not given.
        - C(image) is reduced to C(name), C(arn) and C(state). Each phase and the image have C(seconds), how long they
          took.
      returned: always
      type: list
      elements: dict
path:
  description: Absolute path of the manifest, empty without O(directory) and where it could not be written.
  returned: success
  type: str
  sample: /srv/builds/appstream_reports/20261122T120000Z.json
summary:
  description: The lines of the printed summary.
  returned: success
  type: list
  elements: str
failures:
  description: The images that could not be built.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the recipe.
      returned: always
      type: str
      sample: cad
    step:
      description: The step at which it failed.
      returned: always
      type: str
      sample: install_applications
    role:
      description: The role of the task at which it failed.
      returned: when it is known
      type: str
      sample: corp.windows.baseline
    task:
      description: The task at which it failed.
      returned: when it is known
      type: str
      sample: Install CAD
    message:
      description: Why it failed.
      returned: always
      type: str
      sample: "cad.msi ended with exit code 1603"
failure_message:
  description: One sentence for each image that could not be built, empty if there is none.
  returned: success
  type: str
  sample: "1 of 2 images failed. cad failed at install: cad.msi ended with exit code 1603"
stats:
  description:
    - Data for M(ansible.builtin.set_stats), that is, for AWX and its workflows, with a key
      C(appstream_image_<recipe>) for each image, in which all but letters and digits are underscores. Job slices so
      add to each other.
    - Each is a dictionary with C(recipe), C(run), C(name), C(arn), C(state), C(failed), C(step), C(message),
      C(left_to_do), C(manifest_path), C(manifest), which is RV(manifest) with this image alone, and C(left_out), what
      a manifest of more than 64 KiB of JSON goes without.
  returned: success
  type: dict
ansible_stats:
  description: The same as the module M(ansible.builtin.set_stats) hands it to AWX.
  returned: success
  type: dict
  contains:
    data:
      description: As RV(stats).
      returned: always
      type: dict
      sample: {}
    per_host:
      description: Not for each host.
      returned: always
      type: bool
      sample: false
    aggregate:
      description: Together with what other tasks have handed over.
      returned: always
      type: bool
      sample: true
"""
