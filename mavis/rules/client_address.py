"""From which address a request came, when proxies stand in front of Mavis.

Each proxy adds the address that it was asked from to the end of X-Forwarded-For, so
only the last ones, which our own proxies wrote, can be believed. Whatever stands
before them may have been written by the client itself.
"""

import ipaddress

# Somebody at home is given at least this much of IPv6, and may use any of it.
OF_ONE_CLIENT = 64


def client_address(*, peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    """Return the address to count by; of IPv6, the network of one client.

    :param peer: who is connected to us
    :param trusted_proxies: how many proxies of ours a request goes through
    """
    said = [each.strip() for each in forwarded_for.split(",")]
    if trusted_proxies and len(said) >= trusted_proxies:
        counted = _counted(said[-trusted_proxies])
        if counted:
            return counted
    return _counted(peer) or peer


def _counted(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), OF_ONE_CLIENT), strict=False))
