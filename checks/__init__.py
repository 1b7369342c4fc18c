"""What the project promises about itself, checked: `python -m checks`, a part of `make check`.

Each module looks at one promise, has one `check(project) -> Report`, and can be read alone. A
check that finds nothing to look at fails: silence must not look like success.
"""
