"""Running the command as a newcomer does: in a process of its own, in an empty home."""

import gc
import json
import multiprocessing
import os
import pty
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("hedgerow")
TIMEOUT = 60

_READY = multiprocessing.get_context("forkserver")
_READY.set_forkserver_preload(
    [
        "hedgerow.cli.opening",
        "hedgerow.cli.output",
        "hedgerow.cli.tables",
        "hedgerow.accounts.room",
        "hedgerow.cases.service",
        "hedgerow.matching.matcher",
        "alembic.command",
        "alembic.ddl",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "rich.table",
        "rich.progress",
        "numba.np.arraymath",  # loaded by the first search, however little it has to look through
    ]
)


def _become(arguments, environment, folder, streams):
    """In the new process: take the newcomer's place, and run the command."""
    gc.freeze()  # what was loaded before isn't garbage, and looking at it would copy it
    for number, path in enumerate(streams):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["hedgerow", *map(os.fsdecode, arguments)]
    sys.stdin = open(0)  # noqa: SIM115  # for the life of the process
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    sys.stdout = open(1, "w", encoding=encoding)  # noqa: SIM115  # for the life of the process
    sys.stderr = open(2, "w", encoding=encoding, errors="backslashreplace")  # noqa: SIM115  # for the life of the process
    from hedgerow.cli import main

    main()


@dataclass(frozen=True)
class Ran:
    """What a run of the command came to."""

    code: int
    out: str
    err: str

    @property
    def records(self):
        """The JSON objects that were told, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def record(self):
        [only] = self.records
        return only


class Newcomer:
    """Somebody in an empty home folder, with nothing set."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "person"
        self.home.mkdir()

    @property
    def kept(self):
        """Where a run keeps things unless told otherwise."""
        return self.home / ".hedgerow"

    def environment(self, settings):
        kept = {
            name: value
            for name, value in os.environ.items()
            if name == "PATH" or name.startswith(("PYTHON", "NUMBA_"))
        }
        kept.pop("PYTHONUNBUFFERED", None)  # a newcomer hasn't set it, and it hides what is late
        return kept | {"HOME": str(self.home), "LC_ALL": "C.UTF-8"} | settings

    def start(self, *arguments, settings=None, **streams):
        """A process of the command; output and error in pipes unless given otherwise.

        Unbuffered: what `readline` took ahead into a buffer would be lost to `communicate`.
        """
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [COMMAND, *(os.fsencode(str(each)) for each in arguments)],
            env=self.environment(settings or {}),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            bufsize=0,
            **(pipes | streams),
        )

    def run(self, *arguments, stdin="", **settings):
        """Run the command to its end; `settings` by the names of the environment.

        It runs in a fork of a process that has loaded the packages: what takes a second each
        time is done once. `start` and `on_terminal` begin from nothing.
        """
        with tempfile.TemporaryDirectory() as folder:
            streams = [Path(folder, name) for name in ("in", "out", "err")]
            streams[0].write_text(stdin)
            process = _READY.Process(
                target=_become,
                args=(
                    [os.fsencode(str(each)) for each in arguments],
                    self.environment(settings),
                    self.folder,
                    streams,
                ),
            )
            process.start()
            process.join(TIMEOUT)
            if process.exitcode is None:
                process.kill()
                process.join()
                raise AssertionError("the command doesn't end")
            out, err = (each.read_text(encoding="utf-8") for each in streams[1:])
        for fault in ("Traceback", "Exception ignored"):
            assert fault not in err, err
        return Ran(process.exitcode, out, err)

    def on_terminal(self, *arguments, out_too=False, while_running=None, **settings):
        """Run with standard error, and output where asked, on a pseudo-terminal."""
        ours, theirs = pty.openpty()
        shown = bytearray()

        def listen():
            while True:
                try:
                    data = os.read(ours, 65_536)
                except OSError:
                    return
                if not data:
                    return
                shown.extend(data)

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        process = self.start(
            *arguments,
            settings={"TERM": "xterm", "COLUMNS": "100"} | settings,
            stdout=theirs if out_too else subprocess.PIPE,
            stderr=theirs,
        )
        os.close(theirs)
        if while_running is not None:
            while_running(process, shown)
        out = b"" if out_too else process.stdout.read()
        process.wait(TIMEOUT)
        if process.stdout is not None:
            process.stdout.close()
        listener.join(10)
        os.close(ours)
        return Ran(process.returncode, out.decode(), shown.decode())


def controls(text):
    """The control characters in a text, other than the ends of lines."""
    return [each for each in text if not each.isprintable() and each != "\n"]
