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

    def run(self):
        if self.work is not None:
            work, self.work = self.work, None
            try:
                self.set_result(work())
            except BaseException as problem:  # noqa: BLE001  # kept for who asks, as executors do
                self.set_exception(problem)

    def result(self, timeout=5):
        self.run()
        return super().result(timeout)


class Pool:
    """In the place of an index's executor: holds its work back, or does it at once."""

    def __init__(self, *, at_once):
        self.at_once = at_once
        self.held = []

    def submit(self, work):
        later = Later(work)
        self.held.append(later)
        if self.at_once:
            self.run()
        return later

    def run(self):
        while self.held:
            self.held.pop(0).run()

    def shutdown(self, wait=True):
        self.run()


def install(monkeypatch, *, at_once):
    """Replace the executor of every index that is opened from now on."""
    monkeypatch.setattr(
        maintenance, "ThreadPoolExecutor", lambda _threads, **_options: Pool(at_once=at_once)
    )


def work(index):
    """Do what the index holds back; raises what goes wrong."""
    running = index._maintenance._running
    if running is not None:
        running.result()
