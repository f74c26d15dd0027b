# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The start-up script of a policy that lets WinRM in over HTTPS.

It runs as SYSTEM at every start of an image builder. Group policy can make the HTTP listener only; this makes the HTTPS
listener once, with the newest certificate for the machine's full name: one that was enrolled if there is one, else one
it signs itself. It touches no other listener.

Start-up scripts may run before the WinRM service does. While that is down, listing ``WSMan:`` asks whether to start it,
which is an error where nobody can answer, so the script starts the service itself. What fails early in a start is tried
again, for less than the ten minutes that Windows gives to start-up scripts by default.
"""

from __future__ import annotations

NAME = "appstream-winrm-https.ps1"
_ATTEMPTS, _SECONDS_BETWEEN = 20, 15
_LINES = (
    "$ErrorActionPreference = 'Stop'",
    f"for ($attempt = 1; $attempt -le {_ATTEMPTS}; $attempt++) {{",
    "    try {",
    "        Set-Service -Name WinRM -StartupType Automatic",
    "        Start-Service -Name WinRM",
    "        $name = [System.Net.Dns]::GetHostEntry('').HostName",
    "        $certificate = Get-ChildItem -Path Cert:\\LocalMachine\\My | "
    'Where-Object { $_.Subject -eq "CN=$name" -and '
    "$_.HasPrivateKey -and $_.NotAfter -gt (Get-Date).AddDays(30) } | Sort-Object -Property NotAfter -Descending | "
    "Select-Object -First 1",
    "        if (-not $certificate) { $certificate = New-SelfSignedCertificate -DnsName $name -CertStoreLocation "
    "Cert:\\LocalMachine\\My }",
    "        $listener = Get-ChildItem -Path WSMan:\\localhost\\Listener | "
    "Where-Object { $_.Keys -contains 'Transport=HTTPS' }",
    "        if (-not $listener) { New-Item -Path WSMan:\\localhost\\Listener -Transport HTTPS -Address * "
    "-CertificateThumbPrint $certificate.Thumbprint -Force | Out-Null }",
    "        break",
    "    } catch {",
    f"        if ($attempt -ge {_ATTEMPTS}) {{ throw }}",
    f"        Start-Sleep -Seconds {_SECONDS_BETWEEN}",
    "    }",
    "}",
)
# Windows PowerShell takes a script without byte order mark for the machine's ANSI code page: ASCII is the same in all.
CONTENT = "".join(f"{line}\r\n" for line in _LINES).encode("ascii")
