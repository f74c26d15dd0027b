# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _application_catalog as catalog

LISTED = {
    "name": "npp",
    "path": r"C:\npp\notepad++.exe",
    "display_name": "Notepad++",
    "icon": r"C:\ProgramData\Amazon\Photon\AppCatalogHelper\AppIcons\npp.png",
    "launch_parameters": "/a",
}
OTHER = {"name": "putty", "path": r"C:\putty.exe"}


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "npp"},
        {"name": "npp", "path": "c:/NPP/notepad++.exe"},
        {"name": "npp", "display_name": "Notepad++", "launch_parameters": "/a"},
        {"name": "npp", "manifest": r"C:\m.txt"},
        {"name": "npp", "icon": r"C:\icons\npp.png"},
    ],
)
def test_no_difference(wanted):
    assert catalog.differences(wanted, LISTED) == []


@pytest.mark.parametrize(
    ("wanted", "attribute"),
    [
        ({"name": "NPP"}, "name"),
        ({"name": "npp", "path": r"C:\other.exe"}, "path"),
        ({"name": "npp", "display_name": "notepad++"}, "display_name"),
        ({"name": "npp", "launch_parameters": "/A"}, "launch_parameters"),
        ({"name": "npp", "launch_parameters": ""}, "launch_parameters"),
    ],
)
def test_difference(wanted, attribute):
    (difference,) = catalog.differences(wanted, LISTED)
    assert difference.startswith(f"{attribute} is ")


def test_icons_are_compared_when_the_given_path_is_listed():
    assert catalog.differences({"name": "a", "icon": r"C:\2.png"}, {"name": "a", "icon": r"C:\1.png"})


@pytest.mark.parametrize(("purge", "removed"), [(False, []), (True, [OTHER])])
def test_adding_keeps_or_purges_others(purge, removed):
    wanted = {"name": "new", "path": r"C:\n.exe"}
    plan = catalog.plan_present([OTHER], [wanted], purge)
    assert (plan.add, plan.replace, plan.remove) == ([wanted], [], removed)
    assert plan.after == ([wanted] if purge else [OTHER, wanted])
    assert plan.changed


def test_nothing_to_do():
    plan = catalog.plan_present([LISTED, OTHER], [OTHER, {"name": "npp", "display_name": "Notepad++"}], purge=True)
    assert not plan.changed
    assert plan.before == [LISTED, OTHER]
    assert sorted(entry["name"] for entry in plan.after) == ["npp", "putty"]


def test_what_is_not_given_survives_the_replacement_but_not_the_tools_own_icon():
    plan = catalog.plan_present([LISTED], [{"name": "npp", "display_name": "N++"}], purge=False)
    ((former, new),) = plan.replace
    assert former == LISTED
    assert new == {"name": "npp", "path": LISTED["path"], "display_name": "N++", "launch_parameters": "/a"}
    assert plan.to_add == [new]
    assert plan.lost_icons == ["npp"]


@pytest.mark.parametrize(
    ("listed_icon", "wanted"),
    [
        (LISTED["icon"], {"icon": r"C:\icons\npp.png", "display_name": "N++"}),
        (LISTED["icon"], {}),
        (r"C:\icons\npp.png", {"display_name": "N++"}),
        ("", {"display_name": "N++"}),
    ],
)
def test_no_icon_is_lost(listed_icon, wanted):
    plan = catalog.plan_present([{**LISTED, "icon": listed_icon}], [{"name": "npp", **wanted}], purge=False)
    assert plan.lost_icons == []


def test_launch_parameters_listed_as_handed_over_are_completed_as_meant():
    assert catalog.merged({"name": "npp", "launch_parameters": '"-x ""a b"""'}, {})["launch_parameters"] == '-x "a b"'


@pytest.mark.parametrize(("names", "removed"), [(["PUTTY", "gone"], [OTHER]), (["gone"], [])])
def test_absent(names, removed):
    plan = catalog.plan_absent([LISTED, OTHER], names)
    assert plan.remove == removed
    assert plan.changed is bool(removed)


def test_deviations_after_the_change():
    plan = catalog.plan_present([OTHER, LISTED], [{"name": "new", "path": r"C:\n.exe"}, LISTED], purge=True)
    assert catalog.deviations(plan, [LISTED, {"name": "new", "path": r"C:\n.exe"}]) == []
    assert catalog.deviations(plan, [OTHER, {"name": "new", "path": r"C:\m.exe"}]) == [
        "putty is still in the catalog",
        "new: path is 'C:\\\\m.exe', not 'C:\\\\n.exe'",
    ]
    assert catalog.deviations(plan, []) == ["new is not in the catalog"]


def test_diff_shows_whole_catalogs():
    plan = catalog.plan_absent([LISTED, OTHER], ["npp"])
    assert catalog.as_diff(plan) == {
        "before": {
            "npp": {key: LISTED[key] for key in sorted(LISTED) if key != "name"},
            "putty": {"path": r"C:\putty.exe"},
        },
        "after": {"putty": {"path": r"C:\putty.exe"}},
    }
