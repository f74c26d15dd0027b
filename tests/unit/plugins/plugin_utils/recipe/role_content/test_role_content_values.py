# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import re

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.set_by_tasks import SetByTasks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.values import UNKNOWN, Values

try:
    from ansible.template import trust_as_template as trusted
except ImportError:

    def trusted(text):
        return text


def values(*, set_by_tasks=(), **variables):
    names = SetByTasks()
    names.add(set_by_tasks)
    trusted_variables = {name: trusted(one) if isinstance(one, str) else one for name, one in variables.items()}
    return Values(trusted_variables, names, loader=DataLoader(), given=trusted_variables)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain.yml", "plain.yml"),
        ("{{ method }}.yml", "msi.yml"),
        ("{{ nested }}", "msi-x"),
        ("{{ ansible_facts.os_family }}.yml", "Windows.yml"),
        ("{{ ansible_facts['os_family'] | lower }}.yml", "windows.yml"),
        ("{{ ansible_os_family }}-{{ ansible_system }}", "Windows-Win32NT"),
        ("{{ nowhere | default('exe') }}.yml", "exe.yml"),
        ("{{ settings.kind }}", "exe"),
        ("{% if method == 'msi' %}a{% else %}b{% endif %}", "a"),
        ("{{ lookup('vars', 'method') }}", "msi"),
        ("{{ vars.method }}", UNKNOWN),
        ("{{ nowhere }}.yml", UNKNOWN),
        ("{{ later }}.yml", UNKNOWN),
        ("{{ later | default('x') }}", UNKNOWN),
        ("{{ reads_later }}", UNKNOWN),
        ("{{ settings.late }}", UNKNOWN),
        ("{{ ansible_facts.distribution_version }}", UNKNOWN),
        ("{{ ansible_facts.distribution }}", UNKNOWN),
        ("{{ ansible_facts.distribution is search('Windows') }}", True),
        ("{{ ansible_facts }}", UNKNOWN),
        ("{{ ansible_user }}", UNKNOWN),
        ("{{ hostvars['x'].y | default('z') }}", UNKNOWN),
        ("{{ inventory_hostname | default('x') }}", UNKNOWN),
        ("{{ lookup('pipe', 'touch /tmp/never') }}", UNKNOWN),
        ("{{ query('url', 'https://example.com') }}", UNKNOWN),
        ("{{ q('password', '/tmp/never') | default('x') }}", UNKNOWN),
        ("{{ lookup(method, 'x') }}", UNKNOWN),
        ("{{ piped | default('x') }}", UNKNOWN),
        ("{{ [1, 2] | random }}", UNKNOWN),
        ("{{ now() }}", UNKNOWN),
        ("{{ broken", UNKNOWN),
    ],
)
def test_a_template_is_evaluated_when_all_it_reads_is_known(template, expected):
    known = values(
        set_by_tasks=["later"],
        later="now",
        method="msi",
        nested="{{ method }}-x",
        reads_later="{{ later }}",
        piped="{{ lookup('pipe', 'true') }}",
        settings={"kind": "exe", "late": trusted("{{ later }}")},
    )
    found = known.value(trusted(template))
    if template == "{{ vars.method }}":  # ansible-core deprecates it; both are right
        assert found in (UNKNOWN, "msi")
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (True, True),
        (False, False),
        (None, True),
        ("", True),
        ("ansible_facts.os_family == 'Debian'", False),
        ("ansible_os_family == 'Windows'", True),
        ("ansible_os_family != 'Windows' and ansible_facts.distribution_version is version('10')", False),
        ("ansible_facts.distribution_version is version('10') and ansible_os_family != 'Windows'", False),
        ("(later or ansible_os_family == 'Debian') and (yes and (1 == 2))", False),
        ("later or ansible_os_family == 'Windows'", True),
        ("later or ansible_os_family == 'Debian'", None),
        ("not ansible_os_family == 'Windows'", False),
        ("not (later or yes)", False),
        ("not later", None),
        ("later is not defined", None),
        ("nowhere is defined", False),
        ("nowhere == 1", None),
        ("nowhere == 1 if yes else no", None),
        ("ansible_os_family == 'Debian' if no or yes else later", None),
        ("ansible_facts.distribution == 'Ubuntu'", False),
        ("ansible_distribution in ['Debian', 'Ubuntu']", False),
        ("ansible_distribution is search('2022')", None),
        ("ansible_distribution is match('Microsoft Windows')", True),
        ("yes and ansible_facts.hostname is defined", None),
        ("yes | bool", True),
        ("no", False),
        ("'or' == 'and'", False),
        ("lookup('pipe', 'touch /tmp/never') == 'x'", None),
        ("== broken", None),
        (["later", "no"], False),
        (["yes", "later"], None),
        (["yes", True], True),
    ],
)
def test_a_condition_is_false_only_when_that_is_sure(condition, expected):
    conditions = (
        [trusted(one) if isinstance(one, str) else one for one in condition]
        if isinstance(condition, list)
        else condition
    )
    conditions = trusted(conditions) if isinstance(conditions, str) else conditions
    assert values(set_by_tasks=["later"], later=True, yes=True, no=False).holds(conditions) is expected


@pytest.mark.parametrize(
    ("template", "fits", "fits_not"),
    [
        ("{{ nowhere }}.yml", ["a.yml", "b/a.yml"], ["a.yaml"]),
        (
            "{{ ansible_os_family }}-{{ ansible_facts.distribution_version }}.yml",
            ["Windows-10.0.yml"],
            ["Debian-12.yml"],
        ),
        ("{{ ansible_distribution }}.yml", ["Microsoft Windows Server 2022 Datacenter.yml"], ["Debian.yml"]),
        ("{{ ansible_distribution | lower }}.yml", ["microsoft windows 10.yml"], ["Debian.yml"]),
        ("{{ {'a': 1}[nowhere] }}-x", ["1-x"], ["1-y"]),
        ("a{% if nowhere %}b{% endif %}", ["anything"], []),
        ("{{ method }}.+", ["msi.+"], ["msixx"]),
    ],
)
def test_what_is_unknown_of_a_name_matches_everything(template, fits, fits_not):
    pattern = values(method="msi").pattern(trusted(template))
    assert all(re.fullmatch(pattern, name) for name in fits)
    assert not any(re.fullmatch(pattern, name) for name in fits_not)


def test_variables_that_win_over_tasks_stay_known():
    names = SetByTasks()
    names.add(["method", "{{ prefix }}_path"])
    known = Values({"method": "msi", "app_path": "x"}, names, loader=DataLoader(), fixed=["method"])
    assert known.value(trusted("{{ method }}")) == "msi"
    assert known.value(trusted("{{ app_path }}")) is UNKNOWN
    assert known.without(["method"]).value(trusted("{{ method }}")) is UNKNOWN
    assert known.with_item({"app_path": "y"}).value(trusted("{{ app_path }}")) == "y"


def test_what_the_user_says_of_his_host_counts():
    assert values(inventory_hostname="design").value(trusted("{{ inventory_hostname }}")) == "design"
    assert values(ansible_user="me").value(trusted("{{ ansible_user }}")) == "me"
    assert values(ansible_os_family="Debian").value(trusted("{{ ansible_os_family }}")) == "Windows"
