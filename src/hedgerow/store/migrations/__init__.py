"""Alembic's scripts; part of the package so that an installed wheel can upgrade its database."""
