# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the errors of SMB mean for the person who runs a module."""

from __future__ import annotations

from .errors import ActiveDirectoryError

# NTSTATUS (MS-ERREF 2.3): kind, cause, remedy.
_STATUSES = {
    0xC0000022: (ActiveDirectoryError.DENIED, "access is denied", "It needs {needs} there."),
    0xC0000061: (ActiveDirectoryError.DENIED, "a privilege is not held", "It needs {needs} there."),
    0xC000005A: (ActiveDirectoryError.DENIED, "this account may not be made the owner", "It needs {needs} there."),
    0xC0000034: (ActiveDirectoryError.NOT_FOUND, "there is no such file or folder", None),
    0xC000003A: (ActiveDirectoryError.NOT_FOUND, "there is no such folder", None),
    0xC0000043: (
        ActiveDirectoryError.OTHER,
        "somebody else has it open",
        "Close it in Group Policy Management, or wait until replication is done with it, and run the same again.",
    ),
    0xC0000056: (ActiveDirectoryError.OTHER, "it is being deleted", "Run the same again in a moment."),
    0xC000007F: (ActiveDirectoryError.OTHER, "the disk of the domain controller is full", None),
    0xC00000CC: (
        ActiveDirectoryError.UNREACHABLE,
        "the domain controller does not share SYSVOL",
        "It may not have finished its first replication: look at it, or use another one.",
    ),
    0xC000006D: (ActiveDirectoryError.CREDENTIALS, "user name or password is wrong, or NTLM is switched off", None),
    0xC000006E: (ActiveDirectoryError.CREDENTIALS, "the account is restricted", "Look at its logon restrictions."),
    0xC0000071: (ActiveDirectoryError.CREDENTIALS, "the password has expired", "Set a new one."),
    0xC0000072: (ActiveDirectoryError.CREDENTIALS, "the account is disabled", "Enable it."),
    0xC0000234: (ActiveDirectoryError.CREDENTIALS, "the account is locked out", "Unlock it."),
}
_LOST = (
    "The connection to the domain controller was lost or not made: see that it runs and that TCP port 445 is open, "
    "then run the same again, which goes on where this stopped."
)


def failure(error: Exception, what: str, path: str, username: str, needs: str) -> ActiveDirectoryError:
    """Return what a failed operation on a path means; ``needs`` says which right it takes."""
    # Two classes of the library carry the status under different names.
    status = getattr(error, "ntstatus", getattr(error, "status", None))
    message = f"Could not {what} {path}"
    if isinstance(status, int) and status in _STATUSES:
        kind, cause, remedy = _STATUSES[status]
        if kind == ActiveDirectoryError.DENIED:
            message = f"{username} is not allowed to {what} {path}"
        return ActiveDirectoryError(message, cause=cause, remedy=remedy and remedy.format(needs=needs), kind=kind)
    if isinstance(error, ImportError):
        return ActiveDirectoryError(message, cause=str(error), remedy="Install smbprotocol[kerberos].")
    if type(error).__name__ == "SMBAuthenticationError":
        return ActiveDirectoryError(message, cause=str(error), kind=ActiveDirectoryError.CREDENTIALS)
    if status is None:
        return ActiveDirectoryError(
            message,
            cause=str(error) or type(error).__name__,
            remedy=_LOST,
            kind=ActiveDirectoryError.UNREACHABLE,
        )
    return ActiveDirectoryError(message, cause=str(error))
