"""Running the command as a newcomer does: in a process of its own, in an empty home."""

import json
import os
import pty
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("hedgerow")
TIMEOUT = 60


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
        return kept | {"HOME": str(self.home), "LC_ALL": "C.UTF-8"} | settings

    def start(self, *arguments, settings=None, **options):
        """A process of the command; standard output and error in pipes unless given."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.Popen(
            [COMMAND, *map(os.fsencode, map(str, arguments))],
            env=self.environment(settings or {}),
            cwd=self.folder,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            **streams,
        )

    def run(self, *arguments, stdin=None, **settings):
        """Run the command to its end; `settings` by the names of the environment."""
        given = {"stdin": subprocess.PIPE} if stdin is not None else {}
        process = subprocess.Popen(
            [COMMAND, *map(os.fsencode, map(str, arguments))],
            env=self.environment(settings),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **({"stdin": subprocess.DEVNULL} | given),
        )
        out, err = process.communicate(stdin, TIMEOUT)
        assert b"Traceback" not in err, err.decode()
        assert b"Exception ignored" not in err, err.decode()
        return Ran(process.returncode, out.decode(), err.decode())

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
        process = subprocess.Popen(
            [COMMAND, *map(os.fsencode, map(str, arguments))],
            env=self.environment({"TERM": "xterm", "COLUMNS": "100"} | settings),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
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
