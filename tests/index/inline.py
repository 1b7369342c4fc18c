"""Maintenance that runs when it is told to: the same in every run, and interruptible."""

from concurrent.futures import Future

from hedgerow.index import maintenance
from hedgerow.index.plan import Cut

CUTS = (Cut(0, 0), Cut(32, 8), Cut(25, 10), Cut(21, 12), Cut(8, 8), Cut(3, 9), Cut(1, 11))


class Later(Future):
    """Work that is done when its result is asked for, by whoever asks."""

    def __init__(self, work):
        super().__init__()
        self.work = work

    def result(self, timeout=None):
        if self.work is not None:
            work, self.work = self.work, None
            try:
                self.set_result(work())
            except BaseException as problem:  # noqa: BLE001  # as an executor does
                self.set_exception(problem)
        return super().result(timeout)


class Pool:
    """In the place of the executor: holds its work back, or does it at once."""

    def __init__(self, *, at_once):
        self.at_once = at_once
        self.held = []

    def __call__(self, _threads, **_options):
        return self

    def submit(self, work):
        later = Later(work)
        self.held.append(later)
        if self.at_once:
            _run(later)
        return later

    def run(self):
        """Do what was held back; errors are kept for whoever asks for the result."""
        while self.held:
            _run(self.held.pop(0))

    def shutdown(self, wait=True):
        self.run()


def _run(later):
    try:
        later.result()
    except Exception as problem:  # noqa: BLE001  # kept in the future
        return problem
    return None


def install(monkeypatch, *, at_once):
    """Replace the executor of every index that is opened from now on."""
    pool = Pool(at_once=at_once)
    monkeypatch.setattr(maintenance, "ThreadPoolExecutor", pool)
    return pool
