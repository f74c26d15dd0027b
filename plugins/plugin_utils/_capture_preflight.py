# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Judges what was read from an image builder: what would break AppStream, the image, or logons to its instances.

Settings: AppStream administration guide, "Group Policy Settings" and "Troubleshooting Active Directory Domain Join".
Registry values: Microsoft's policy reference (ADMX WinLogon, CredentialProviders) and security policy settings.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._aws_credentials import credential_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._security_policy import Template, accounts_with

POLICIES_KEY = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
WINLOGON_KEY = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
IPV6_KEY = r"HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters"
ENVIRONMENT_KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
POWERSHELL_POLICY_KEY = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\PowerShell"
POWERSHELL_KEY = r"HKLM:\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
KEYS = (POLICIES_KEY, WINLOGON_KEY, IPV6_KEY, ENVIRONMENT_KEY, POWERSHELL_POLICY_KEY, POWERSHELL_KEY)

APPSTREAM_CREDENTIAL_PROVIDERS = ("e7c1bab5-4b49-4e64-a966-8d99686f8c7c", "f148baed-5f7f-40c9-8d48-51e24e571825")
SERVICE_FOLDERS = ("c:\\program files\\amazon\\", "c:\\program files\\nice\\")
"""Where AppStream's agent and its streaming server are installed. AWS names no services, so their programs tell."""

_SAS_FOR_SERVICES = (1, 3)
"""Values of SoftwareSASGeneration that let services: 0 none, 1 services, 2 ease of access, 3 both."""
_IPV6_OFF_ON_INTERFACES = 0x10
"""Bit of DisabledComponents that turns IPv6 off on all interfaces but tunnels and loopback."""

EVERYBODY = {
    "S-1-1-0": "Everyone",
    "S-1-5-4": "INTERACTIVE",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-32-545": "Users",
}
"""Well-known groups that every user of a streaming instance is a member of."""
_LOCAL_ACCOUNTS = {"S-1-5-113": "Local account"}
"""AppStream's own user of an instance that is no member of a domain is one of these."""
_DOMAIN_USERS = "-513"
_REMOTE_DESKTOP_USERS = "S-1-5-32-555"
_BUILT_IN = "S-1-5-32-"
_OF_A_DOMAIN = "S-1-5-21-"


@dataclass(frozen=True)
class Findings:
    """What was found, as sentences with their remedy: what must not be captured, and what is worth a look."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def judged(
    values: Mapping[str, Mapping[str, Any]],
    template: Template,
    facts: Mapping[str, Any],
    services: Iterable[Mapping[str, Any]] = (),
    apps: Iterable[str] = (),
) -> Findings:
    """Everything wrong with a builder but a pending reboot.

    ``values``: of each of KEYS the registry values, a missing key having none. ``template``: the local security policy.
    ``facts``: of ``setup``. ``services``: of ``win_service_info``. ``apps``: full names of the app packages that users
    have and that are not provisioned for all.
    """
    policies, winlogon = values.get(POLICIES_KEY, {}), values.get(WINLOGON_KEY, {})
    parts = [
        Findings(policy_problems(policies)),
        Findings(_legal_notice_problems(winlogon, WINLOGON_KEY)),
        _unset_policies(policies, facts),
        Findings(_ipv6_problems(values.get(IPV6_KEY, {}))),
        Findings([f"{problem}: remove it" for problem in credential_problems(values.get(ENVIRONMENT_KEY, {}))]),
        Findings(_administrator_problems(template)),
        _logon_rights(template),
        _remote_desktop_rights(template),
        execution_policy(values.get(POWERSHELL_POLICY_KEY, {}), values.get(POWERSHELL_KEY, {})),
        Findings(_app_problems(apps)),
        Findings(warnings=_stopped_services(services)),
    ]
    return Findings(
        [problem for part in parts for problem in part.problems],
        [warning for part in parts for warning in part.warnings],
    )


def policy_problems(policies: Mapping[str, Any]) -> list[str]:
    """What of the values of POLICIES_KEY breaks logons to AppStream; also fit for values that are yet to be set."""
    found = {name.lower(): value for name, value in policies.items()}
    problems = _legal_notice_problems(policies, POLICIES_KEY)
    sas = _number(found.get("softwaresasgeneration"))
    if sas is not None and sas not in _SAS_FOR_SERVICES:
        problems.append(
            f"{POLICIES_KEY}\\SoftwareSASGeneration is {sas}, which keeps services from the secure attention sequence; "
            "set the policy 'Disable or enable software Secure Attention Sequence' to Enabled for Services (1)"
        )
    excluded = str(found.get("excludedcredentialproviders") or "").lower()
    problems += [
        f"credential provider {provider} is excluded by {POLICIES_KEY}\\ExcludedCredentialProviders; AppStream logs "
        "users on with it, so take it out of the policy 'Exclude credential providers'"
        for provider in APPSTREAM_CREDENTIAL_PROVIDERS
        if provider in excluded
    ]
    return problems


def _legal_notice_problems(values: Mapping[str, Any], key: str) -> list[str]:
    found = {name.lower(): value for name, value in values.items()}
    return [
        f"{key}\\{name} is set, and AppStream's logon doesn't get past the message; set the policy 'Interactive logon: "
        f"Message {part} for users attempting to log on' to Not defined and empty the value"
        for name, part in (("LegalNoticeText", "text"), ("LegalNoticeCaption", "title"))
        if str(found.get(name.lower()) or "").strip()
    ]


def _unset_policies(policies: Mapping[str, Any], facts: Mapping[str, Any]) -> Findings:
    """The secure attention sequence matters for users of a domain; on other builders the setting may be left out."""
    if any(name.lower() == "softwaresasgeneration" for name in policies) or not facts.get("windows_domain_member"):
        return Findings()
    return Findings(
        warnings=[
            "the policy 'Disable or enable software Secure Attention Sequence' is not set; AppStream asks for Enabled "
            "for Services where users of a domain log on"
        ]
    )


def _ipv6_problems(parameters: Mapping[str, Any]) -> list[str]:
    disabled = _number({name.lower(): value for name, value in parameters.items()}.get("disabledcomponents"))
    if disabled is None or not disabled & _IPV6_OFF_ON_INTERFACES:
        return []
    return [
        f"IPv6 is disabled ({IPV6_KEY}\\DisabledComponents is {disabled:#x}), which AppStream doesn't work without; "
        "remove the value and reboot"
    ]


def _administrator_problems(template: Template) -> list[str]:
    access = template.get("system access", {})
    if "newadministratorname" not in access:
        return ["the security policy doesn't name the built-in Administrator; don't delete it, AppStream needs it"]
    name = access["newadministratorname"]
    if name.lower() == "administrator":
        return []
    return [
        f"the built-in Administrator is renamed to {name}: neither would the image builder start again nor could an "
        "image be taken; undo the policy 'Accounts: Rename administrator account'"
    ]


def _logon_rights(template: Template) -> Findings:
    """Who may and who must not log on locally, which is how AppStream logs its users on."""
    findings = Findings()
    allowed = accounts_with(template, "SeInteractiveLogonRight")
    if allowed is None:
        findings.warnings.append(
            "the security policy gives nobody the right to log on locally; users of AppStream need it"
        )
    elif not any(_is_everybody(account) for account in allowed):
        unknown = [account for account in allowed if not account.startswith(_BUILT_IN)]
        text = f"{_only(allowed)} may log on locally; users of AppStream must be among them"
        remedy = "set the policy 'Allow log on locally' to Not defined or add them"
        (findings.warnings if unknown else findings.problems).append(f"{text}: {remedy}")
    for account in accounts_with(template, "SeDenyInteractiveLogonRight") or []:
        remedy = "take it out of the policy 'Deny log on locally'"
        if _is_everybody(account) or account in _LOCAL_ACCOUNTS:
            findings.problems.append(
                f"{_named([account])} must not log on locally, which AppStream's users do: {remedy}"
            )
        elif account.startswith(_OF_A_DOMAIN) and not account.endswith("-501"):
            findings.warnings.append(f"{account} must not log on locally; if users of AppStream are members, {remedy}")
    return findings


def _remote_desktop_rights(template: Template) -> Findings:
    """The same for Remote Desktop Services, which only multi-session fleets use: warnings."""
    warnings = []
    allowed = accounts_with(template, "SeRemoteInteractiveLogonRight")
    if allowed is not None and not any(_is_everybody(one) or one == _REMOTE_DESKTOP_USERS for one in allowed):
        warnings.append(
            f"{_only(allowed)} may log on through Remote Desktop Services; for a multi-session fleet "
            "its users must be among them"
        )
    denied = accounts_with(template, "SeDenyRemoteInteractiveLogonRight") or []
    warnings += [
        f"{_named([one])} must not log on through Remote Desktop Services, which users of a multi-session fleet do"
        for one in denied
        if _is_everybody(one) or one in _LOCAL_ACCOUNTS
    ]
    return Findings(warnings=warnings)


def execution_policy(group_policy: Mapping[str, Any], machine: Mapping[str, Any]) -> Findings:
    """The machine's execution policy, by group policy or its own, keeps AWS's scripts from running on what is to come.

    AWS ("image builder stuck pending") names it as a cause of builders and fleets that never start. ``group_policy``:
    values of POWERSHELL_POLICY_KEY, also those that are yet to be set; ``machine``: values of POWERSHELL_KEY.
    """
    policy, own = ({name.lower(): value for name, value in values.items()} for values in (group_policy, machine))
    by_policy, by_itself = policy.get("executionpolicy"), own.get("executionpolicy")
    remedy = "set the policy 'Turn on Script Execution' to Not configured, or to let local scripts run"
    if _number(policy.get("enablescripts")) == 0:
        where, name = f"{POWERSHELL_POLICY_KEY}\\EnableScripts is 0", "restricted"
    elif by_policy:
        where, name = f"{POWERSHELL_POLICY_KEY}\\ExecutionPolicy is {by_policy}", str(by_policy).lower()
    else:
        where, name = f"{POWERSHELL_KEY}\\ExecutionPolicy is {by_itself}", str(by_itself or "").lower()
        remedy = "Set-ExecutionPolicy -Scope LocalMachine RemoteSigned"
    if name == "restricted":
        return Findings([f"{where}: no script runs, and image builders and fleets of the image never start; {remedy}"])
    if name == "allsigned":
        return Findings(
            warnings=[f"{where}: no script runs that is not signed, such as installers of your own; {remedy}"]
        )
    return Findings()


def _app_problems(apps: Iterable[str]) -> list[str]:
    """Sysprep generalises what becomes an image, and gives up at these (Microsoft, "Sysprep fails after ...")."""
    return [
        f"the app {app} is installed for a user and not provisioned for all, which Sysprep refuses; provision it (an "
        f"application of kind msix is), or Remove-AppxPackage -AllUsers -Package {app}"
        for app in apps
    ]


def _stopped_services(services: Iterable[Mapping[str, Any]]) -> list[str]:
    return [
        f"service {service['name']} of AppStream starts automatically but is {service['state']}; start it, or stop and "
        "start the image builder"
        for service in services
        if is_appstream_service(str(service.get("path") or ""))
        and service.get("start_mode") in ("auto", "delayed")
        and service.get("state") not in ("started", "running")
    ]


def is_appstream_service(path: str) -> bool:
    """Whether a service with this command line is AppStream's own."""
    return path.strip().lstrip('"').lower().startswith(SERVICE_FOLDERS)


def _is_everybody(account: str) -> bool:
    return (
        account in EVERYBODY
        or (account.startswith(_OF_A_DOMAIN) and account.endswith(_DOMAIN_USERS))
        or account.rpartition("\\")[2].casefold() in _EVERYBODY_NAMES
    )


_EVERYBODY_NAMES = frozenset(name.casefold() for name in (*EVERYBODY.values(), "Domain Users"))
_NAMES = {
    **EVERYBODY,
    **_LOCAL_ACCOUNTS,
    "S-1-5-32-544": "Administrators",
    "S-1-5-32-551": "Backup Operators",
    "S-1-5-32-555": "Remote Desktop Users",
}


def _only(accounts: Sequence[str]) -> str:
    return f"only {_named(accounts)}" if accounts else "nobody"


def _named(accounts: Sequence[str]) -> str:
    return ", ".join(_NAMES.get(account, account) for account in accounts)


def _number(value: Any) -> int | None:
    """A DWORD as ``win_reg_stat`` returns it or as a recipe has it; None for anything else."""
    try:
        return int(str(value), 0)
    except ValueError:
        return None
