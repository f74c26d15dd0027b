# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Why a connection to Windows failed, from the words of Ansible's plugins, their libraries and Kerberos' tools.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CREDENTIALS = "credentials"
TICKET = "ticket"
CERTIFICATE = "certificate"
CONTROLLER = "controller"


@dataclass(frozen=True)
class Cause:
    """A known cause of a failure.

    Attributes:
        kind: one of the kinds above.
        pattern: found in the error, whatever the case of its letters.
        text: what is wrong and what to do about it; ``{user}`` is the account.
        attempts: after how many attempts that failed for it another one is of no use; 0 when one may succeed yet.
    """

    kind: str
    pattern: str
    text: str
    attempts: int = 0

    def told(self, user: str) -> str:
        """What is wrong, for people."""
        return self.text.replace("{user}", user or "the account")


# The first that is found counts. Texts of Kerberos are those of MIT's krb5 (lib/krb5/error_tables), which the plugins
# pass on; kinit gets no locale from Ansible. A wrong password counts towards the lockout of a domain's account, so
# that what the domain itself refuses is never tried again.
CAUSES = (
    Cause(TICKET, r"preauthentication failed|password incorrect", "The password of {user} is wrong.", 1),
    Cause(
        TICKET,
        r"client .*not found in kerberos database|client not found in kerberos database",
        "The domain has no account {user}. Kerberos wants its name in the domain, name@REALM with the realm in "
        "capitals, such as install@CORP.EXAMPLE.COM.",
        1,
    ),
    Cause(TICKET, r"credentials have been revoked", "The account {user} is locked, disabled or has expired.", 1),
    Cause(
        TICKET,
        r"password has expired|key has expired|password change required|must change",
        "The password of {user} has expired: set a new one in the domain.",
        1,
    ),
    Cause(
        TICKET,
        r"clock skew too great",
        "The clocks of this controller and of the domain differ by more than Kerberos allows, 5 minutes by default: "
        "have the controller keep time with the domain (NTP).",
        1,
    ),
    Cause(
        TICKET,
        r"reply did not match expectations",
        "The domain answered for another name than {user}. The realm is written in capitals: name@CORP.EXAMPLE.COM.",
        1,
    ),
    Cause(
        TICKET,
        r"(does not specify|no) default realm|cannot find default realm",
        "{user} has no realm, and Kerberos' configuration on this controller has no default one: write "
        "name@CORP.EXAMPLE.COM.",
        1,
    ),
    Cause(
        TICKET,
        r"cannot (find|locate) kdc|cannot resolve .*kdc",
        "This controller finds no domain controller for the realm of {user}: name them in krb5.conf ([realms]), or "
        "let it use a DNS server that has the domain's records (_kerberos._udp).",
    ),
    Cause(
        TICKET,
        r"cannot contact any kdc",
        "This controller reaches no domain controller of the realm of {user}: port 88 (TCP and UDP) has to be open.",
    ),
    Cause(
        CONTROLLER,
        r"when calling kinit cmd",
        "This controller has no kinit: install krb5-user (Debian) or krb5-workstation (Red Hat).",
        1,
    ),
    Cause(TICKET, r"kerberos auth failure|kinit: ", "Kerberos gives no ticket to {user}.", 2),
    # The computer account of a new image builder may not have reached the domain controller that was asked.
    Cause(TICKET, r"server not found in kerberos database", "The domain does not know the image builder by that name."),
    # Who has a ticket has proved who he is. He is let in once group policy has made him an administrator there.
    Cause(
        CREDENTIALS,
        r"kerberos: the specified credentials were rejected|the user .* with kerberos\b",
        "The image builder does not let {user} in.",
    ),
    Cause(
        CREDENTIALS,
        r"credentials were rejected|failed to authenticate",
        "The image builder refuses the logon of {user}: see that the name and the password are right, that the "
        "account is one of its administrators, and that WinRM there allows this kind of logon.",
        2,
    ),
    Cause(
        CERTIFICATE,
        r"certificate[ _]verify[ _]failed|hostname .* doesn't match|hostname mismatch",
        "The certificate of the image builder's WinRM is not trusted by this controller, or is for another name.",
        2,
    ),
    Cause(
        CONTROLLER,
        r"(is|are) not installed|does not support transport|unsupported auth method|file not found \(|"
        r"requires a (username|password)|both cert_pem and|(username|password) must be specified",
        "The connection can't be made with what is on this controller.",
        1,
    ),
)


def cause_of(error: str) -> Cause | None:
    """The known cause of a failed connection, None when its words say nothing that is known."""
    text = " ".join(error.split())
    return next((cause for cause in CAUSES if re.search(cause.pattern, text, re.IGNORECASE)), None)
