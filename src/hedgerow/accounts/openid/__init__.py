"""Signing in at an OpenID provider: OpenID Connect, authorization code with PKCE.

`options` is what can be set, `provider` asks the provider, `tokens` checks what it says about
somebody, `secrets` makes what one sign-in needs, `flow` puts them together and finds the person.
"""
