"""What a Windows host speaks on its network ports, and what Ansible sends through it.

`listener` answers HTTP and HTTPS, `authentication` and `message_encryption` are WinRM's security, `service` and `psrp`
are WS-Management's shells, `payload` decodes Ansible's module protocol and `execution` carries a decoded request to the
machine behind the `host.Host` protocol.
"""
