"""What holds for every test: the long ones begin first, and in CI a skipped one has failed.

In CI is where HEDGEROW_CI=1. On a machine of one's own a test may skip, with its reason, what can't
run there. Where everything is there to run it a skip would be a silence.
"""

import os
import signal

import pytest

IN_CI = os.environ.get("HEDGEROW_CI") == "1"


def pytest_configure():
    """Hear Ctrl-C, which tests send to programs they start.

    A shell without job control starts what it puts in the background deaf to it, and with that
    all that is started by it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Begin with the long ones, so that no core waits for the last of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Turn a test that skipped into one that failed."""
    report = yield
    return _failed_if_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Turn a file that skipped as a whole into one that failed."""
    report = yield
    return _failed_if_skipped(report)


def _failed_if_skipped(report):
    expected = hasattr(report, "wasxfail")  # An expected failure is reported as skipped, too.
    if IN_CI and report.skipped and not expected:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was not run, and in CI that counts as failed: {reason}"
    return report
