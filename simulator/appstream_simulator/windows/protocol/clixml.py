# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What PowerShell writes to stderr when its output is redirected: CLIXML."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, unescape

_DOCUMENT = '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">{}</Objs>'

# The progress record that a first import of modules leaves on stderr; Ansible's connection plugins strip it.
PROGRESS = _DOCUMENT.format(
    '<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T>'
    '<T>System.Object</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record">'
    "<AV>Preparing modules for first use.</AV><AI>0</AI><Nil />"
    "<PI>-1</PI><PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj>"
).encode()


def error(message: str) -> bytes:
    """An error record of these lines."""
    lines = "".join(f'<S S="Error">{escape(line)}_x000D__x000A_</S>' for line in message.splitlines())
    return _DOCUMENT.format(lines).encode()


def error_text(stderr: bytes) -> str:
    """The error text of a stderr, in CLIXML or plain; empty when there is none."""
    text = stderr.decode("utf-8", "replace")
    if not text.startswith("#< CLIXML"):
        return text
    lines = re.findall(r'<S S="Error">([^<]*)</S>', text)
    return "\r\n".join(unescape(line.removesuffix("_x000D__x000A_")) for line in lines)
