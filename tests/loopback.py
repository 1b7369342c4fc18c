"""How the tests' clients ask servers on this machine."""

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak plain HTTP, as their `verify`: trusts nobody, and is made once.

Without it each client reads all the system's certificates, which takes more than most requests.
"""
