# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Private to this collection; it may change at any time.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  domain_server:
    description:
      - The full DNS name of a domain controller. Everything is read from and written to this one.
      - One of O(domain_server) and O(domain_name) is needed. In a domain of several controllers leave it out, unless
        you have a reason, so that the PDC emulator is used, to which Windows' own tools write group policies too.
    type: str
  domain_name:
    description:
      - The DNS name of the domain, such as V(corp.example.com). It must resolve to the domain's controllers.
      - Without O(domain_server) its PDC emulator is used.
    type: str
  domain_username:
    description:
      - Who logs on, as V(name@corp.example.com), V(CORP\\name) or V(name).
      - Leave it out, with O(domain_password), to use the ticket cache of the user who runs Ansible (C(kinit)).
    type: str
  domain_password:
    description:
      - The password of O(domain_username).
      - It is used within the module's own process only; no file and no other process gets it.
    type: str
  domain_authentication:
    description:
      - V(kerberos) connects to port 389 with a Kerberos ticket; everything is signed and encrypted.
      - V(simple) connects to port 636 with TLS, checks the certificate, and sends name and password inside. SMB, where
        a module needs it, then uses NTLM.
    type: str
    choices:
      - kerberos
      - simple
    default: kerberos
  domain_ca_path:
    description:
      - A file with the certificate authorities that may have issued the domain controller's certificate, in PEM form.
      - The system's authorities are used without it. Only for O(domain_authentication=simple).
    type: path
  domain_timeout:
    description:
      - How many seconds a domain controller may take to answer.
    type: int
    default: 30
requirements:
  - python >= 3.9
  - python-ldap
  - pyspnego[kerberos], for O(domain_authentication=kerberos)
  - Cyrus SASL's GSSAPI plug-in, for O(domain_authentication=kerberos)
notes:
  - Runs on the controller, or any Linux host that reaches the domain controllers, not on Windows. Use
    C(delegate_to=localhost) in a play for Windows hosts.
  - Works without Domain Admin rights. What each operation needs is told when it is refused.
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
      - This assumes that the system controlled/queried by the module has not changed in a relevant way.
  action_group:
    description:
      - Use C(group/euc.appstream.active_directory) in C(module_defaults) to set how to log on for this module and all
        others of this collection that work on Active Directory.
    support: full
    membership:
      - euc.appstream.active_directory
"""
