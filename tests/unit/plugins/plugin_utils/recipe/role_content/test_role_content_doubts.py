# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is not known before the build, and what Windows never loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible import context
from ansible.module_utils.common.collections import ImmutableDict
from ansible.release import __version__ as ansible_version
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.examination import RoleUse
from examined_roles import DEBUG, MISSING, ONE_MISSING, PAUSE, clean, only, trusted

HAS_END_ROLE = tuple(map(int, ansible_version.split(".")[:2])) >= (2, 18)
REPOSITORY = Path(__file__).resolve().parents[6]


# --- what is not known before the build


def test_all_files_that_a_name_may_mean_are_examined(write, examine):
    write(
        {
            "r": "- register: found\n  debug:\n- include_tasks: '{{ found.kind }}-{{ ansible_facts.os_family }}.yml'\n",
            "r/a-Windows.yml": DEBUG,
            "r/b-Windows.yml": PAUSE,
            "r/b-Debian.yml": PAUSE,
            "r/tasks/sub/c-Windows.yml": MISSING,
        }
    )
    problems = examine("r").problems
    assert len(problems) == 2
    assert problems[0].startswith("role r, roles/r/tasks/b-Windows.yml:1: ansible.builtin.pause")
    assert problems[0].endswith(
        "(it cannot be known before the build whether this is included: roles/r/tasks/main.yml:3 includes by the name "
        "'{{ found.kind }}-{{ ansible_facts.os_family }}.yml')"
    )
    assert problems[1].startswith("role r, roles/r/tasks/sub/c-Windows.yml:1: the module nowhere.tools.install")


@pytest.mark.parametrize(
    "main",
    [
        "- include_tasks: '{{ nowhere }}'\n",
        '- include_tasks: \'{{ lookup("pipe", "touch never") }}\'\n',
        "- include_tasks: '{{ item }}'\n  loop: '{{ nowhere }}'\n",
        "- include_tasks: '{{ item }}'\n  with_fileglob: '*.yml'\n",
        "- include_role: {name: r, tasks_from: '{{ nowhere }}'}\n",
        "- set_fact: {kind: x}\n- include_tasks: '{{ kind }}'\n",
        "- set_fact: kind=x\n- include_tasks: '{{ kind }}'\n",
        "- include_vars: more.yml\n- include_tasks: '{{ late }}'\n",
        "- include_vars: {file: more.yml, name: kind}\n- include_tasks: '{{ kind.late }}'\n",
    ],
)
def test_all_files_are_examined_when_nothing_of_the_name_is_known(write, examine, tmp_path, monkeypatch, main):
    monkeypatch.chdir(tmp_path)
    write({"r": main, "r/x.yml": DEBUG, "r/tasks/sub/y.yml": PAUSE, "r/vars/more.yml": "late: x.yml\n"})
    write({"r/defaults/main.yml": "kind: x.yml\nlate: x.yml\n"})
    problem = only(examine("r"))
    assert problem.startswith("role r, roles/r/tasks/sub/y.yml:1: ansible.builtin.pause")
    assert "it cannot be known before the build whether this is included: roles/r/tasks/main.yml:" in problem
    assert not (tmp_path / "never").exists()


def test_files_that_may_be_included_find_others_beside_them(write, examine):
    write({"r": "- include_tasks: 'a/{{ nowhere }}.yml'\n", "r/tasks/a/x.yml": "- include_tasks: y.yml\n"})
    write({"r/tasks/a/y.yml": "- import_tasks: z.yml\n", "r/tasks/a/z.yml": DEBUG})
    clean(examine("r"))


def test_the_user_s_own_parameter_wins_over_a_task_that_sets_it(write, examine):
    write({"r": "- include_role: {name: s}\n  vars: {kind: x}\n", "s/x.yml": DEBUG, "s/y.yml": PAUSE})
    write({"s": "- set_fact: {kind: y}\n- include_tasks: '{{ kind }}.yml'\n"})
    clean(examine("r"))


def test_a_doubt_is_gone_when_the_file_is_included_elsewhere_for_sure(write, examine):
    write({"r": "- include_tasks: '{{ nowhere }}.yml'\n- include_tasks: x.yml\n", "r/x.yml": PAUSE})
    assert "cannot be known" not in only(examine("r"))


@pytest.mark.parametrize(
    ("tasks", "warning"),
    [
        ("- include_role: {name: '{{ nowhere }}'}\n", "which role '{{ nowhere }}' is can't be known before the build"),
        ("- include_tasks: '{{ nowhere }}/x.yml'\n", "and no file of the role fits: it was not examined"),
        ("- include_tasks: '/{{ ansible_facts.hostname }}/x.yml'\n", "and no file of the role fits"),
        (
            "- debug:\n  throttle: '{{ ansible_facts.processor_vcpus }}'\n",
            "throttle '{{ ansible_facts.processor_vcpus }}'",
        ),
        ("- include_role: {name: s, vars_from: '{{ nowhere }}'}\n", "vars_from '{{ nowhere }}' can't be known"),
        (
            "- meta: flush_handlers\n  when: nowhere == 1\n",
            "condition 'nowhere == 1' of meta: flush_handlers can't be",
        ),
    ],
)
def test_what_could_not_be_examined_is_a_warning(write, examine, tasks, warning):
    write({"r": tasks, "s": DEBUG})
    content = examine("r")
    assert content.problems == ()
    assert len(content.warnings) == 1
    assert content.warnings[0].startswith("role r, roles/r/tasks/main.yml:1: ")
    assert warning in content.warnings[0]


# --- what is never loaded

MULTI_OS = {
    "by condition": "- include_tasks: Debian.yml\n  when: ansible_facts.os_family == 'Debian'\n",
    "by condition, negated": "- include_tasks: Debian.yml\n  when: not (ansible_os_family == 'Windows')\n",
    "by distribution": "- include_tasks: Debian.yml\n  when: ansible_distribution in ['Debian', 'Ubuntu']\n",
    "by one of several conditions": (
        "- include_tasks: Debian.yml\n  when:\n  - ansible_facts.distribution_version is version('12', '>=')\n"
        "  - ansible_facts['os_family'] != 'Windows'\n"
    ),
    "by the condition of a block": (
        "- when: ansible_system == 'Linux'\n  block:\n  - block:\n    - include_tasks: Debian.yml\n"
    ),
    "by the condition of an import": "- import_tasks: x.yml\n  when: ansible_system == 'Linux'\n",
    "by the condition of an include": "- include_tasks: x.yml\n  when: ansible_system == 'Linux'\n",
    "by name": "- include_tasks: '{{ ansible_facts.os_family }}.yml'\n",
    "by name of the distribution": (
        "- include_tasks: '{{ item }}'\n  with_first_found:\n  - '{{ ansible_distribution }}.yml'\n"
        "  - '{{ ansible_distribution }}-{{ ansible_distribution_major_version }}.yml'\n"
        "  - '{{ ansible_os_family }}.yml'\n"
    ),
    "by a default": "- include_tasks: Debian.yml\n  when: r_linux | bool\n",
    "by a role's parameter": "- include_tasks: Debian.yml\n  when: r_wanted | default(false)\n",
    "by a loop that is empty": "- include_tasks: Debian.yml\n  loop: []\n",
    "by an item of a loop": "- include_tasks: '{{ item }}.yml'\n  loop: [Debian, Windows]\n  when: item != 'Debian'\n",
    "by a tag": "- include_tasks: Debian.yml\n  tags: [never, linux]\n",
    "as a role": "- include_role: {name: s}\n  when: ansible_facts.os_family != 'Windows'\n",
}


@pytest.mark.parametrize("main", MULTI_OS.values(), ids=MULTI_OS)
def test_what_windows_never_loads_is_accepted(write, examine, main):
    write(
        {"r": main, "r/Windows.yml": DEBUG, "r/Debian.yml": MISSING + PAUSE, "r/x.yml": "- include_tasks: Debian.yml\n"}
    )
    write({"r/defaults/main.yml": "r_linux: '{{ ansible_os_family != \"Windows\" }}'\n", "s": MISSING})
    write({"s/handlers/main.yml": PAUSE})
    clean(examine("r"))


@pytest.mark.parametrize(
    "main",
    [
        "- include_tasks: Debian.yml\n  when: ansible_facts.hostname == 'x'\n",
        "- include_tasks: Debian.yml\n  when: found is defined\n- debug:\n  register: found\n",
        "- include_tasks: Debian.yml\n  when: r_later\n- set_fact: {r_later: true}\n",
        "- include_tasks: Debian.yml\n  when: ansible_facts.distribution_version is version('10.0.20348')\n",
        "- include_tasks: Debian.yml\n  when: lookup('pipe', 'true') == 'x'\n",
        "- import_tasks: Debian.yml\n  when: false\n",
    ],
)
def test_what_may_be_loaded_is_not(write, examine, main):
    write({"r": main, "r/Debian.yml": MISSING, "r/defaults/main.yml": "r_later: false\n"})
    assert ONE_MISSING in only(examine("r"))


def test_variables_of_recipe_and_inventory_decide_too(write, examine):
    write({"r": "- include_tasks: Debian.yml\n  when: wanted\n", "r/Debian.yml": MISSING})
    write({"r/defaults/main.yml": "wanted: true\n"})
    assert ONE_MISSING in only(examine("r"))
    clean(examine("r", wanted=False))
    clean(examine("r", wanted="{{ other }}", other=False))
    clean(examine(RoleUse("r", variables={"wanted": False}), wanted=True))
    write({"r/vars/main.yml": "wanted: true\n"})
    assert ONE_MISSING in only(examine("r", wanted=False))


@pytest.mark.parametrize(
    "tasks",
    [
        "- pause:\n  tags: never\n",
        "- meta: end_play\n  when: ansible_os_family == 'Debian'\n",
        "- debug:\n  notify: nobody\n  when: ansible_os_family == 'Debian'\n",
        "- debug:\n  run_once: true\n  any_errors_fatal: true\n  throttle: 1\n",
        "- meta: flush_handlers\n- meta: reset_connection\n- meta: refresh_inventory\n- meta: noop\n",
        "- command: x\n  delegate_to: localhost\n- local_action: {module: command, cmd: x}\n",
        "- name: Install {{ item }}\n  debug:\n  loop: [1]\n",
        "- name: Install {{ nowhere\n  debug:\n- name: Install {{ nowhere }}\n  debug:\n",
        "- action: '{{ nowhere }}'\n",
        "- include_tasks: main.yml\n",
        "- include_role: {name: r}\n",
        "- include_role: {name: r}\n  vars: {n: '{{ n | int + 1 }}'}\n",
        "- include_tasks: main.yml\n  loop: '{{ children | default([]) }}'\n",
        "- include_tasks: main.yml\n  loop: [1, 2]\n  loop_control: {loop_var: n}\n",
        "- include_role:\n    name: s\n    apply: {tags: x, become: true}\n    public: true\n",
        "",
        "[]\n",
    ],
)
def test_what_is_harmless_is_accepted(write, examine, tasks):
    write({"r": tasks, "s": DEBUG})
    clean(examine("r"))


def test_skipped_tags_are_never_run(write, examine, monkeypatch):
    write({"r": "- pause:\n  tags: slow\n- include_tasks: x.yml\n  tags: [slow]\n", "r/x.yml": MISSING})
    assert len(examine("r").problems) == 2
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(skip_tags=("slow",)))
    clean(examine("r"))


@pytest.mark.parametrize(
    ("keywords", "left"),
    [
        ({}, 4),
        ({"when": "wanted"}, 4),
        ({"when": ["later", True]}, 4),
        ({"when": "ansible_os_family == 'Debian'"}, 2),
        ({"when": ["wanted", False]}, 2),
        ({"when": "{{ wanted }}"}, 4),
        ({"tags": ["sometimes"]}, 4),
        ({"tags": ["never"]}, 1),
    ],
)
def test_condition_and_tags_of_a_role_decide_over_its_tasks(write, examine, keywords, left):
    """A role that is not run is loaded all the same, and actions that run once for all hosts ignore conditions."""
    write({"r": "- meta: end_play\n- debug:\n  notify: nobody\n- pause:\n" + MISSING})
    keywords = {key: trusted(one) if isinstance(one, str) else one for key, one in keywords.items()}
    problems = examine(RoleUse("r", **keywords), wanted=True).problems
    assert len(problems) == left
    assert [one for one in problems if ONE_MISSING in one]
    write({"r": "- include_tasks: x.yml\n", "r/x.yml": MISSING})
    assert len(examine(RoleUse("r", **keywords), wanted=True).problems) == int(left == 4)
