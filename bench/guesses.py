"""What a guess at somebody's number and code costs one core: `python -m bench.guesses`.

A guess that is looked at costs argon2id as it is set; one that is refused by the counting costs
next to nothing. Both on SQLite in a folder of their own.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median

from hedgerow.banks import Banks
from hedgerow.cases import Cases
from hedgerow.store import Vault, open_database
from hedgerow.survivors import Limits, Survivors, SurvivorsProblem

CODE = "0001 0002 0003 0004 0005 0006"
ADDRESS = "198.51.100.7"
LOOKED_AT = 100
REFUSED = 20_000
ENDLESS = 10**9


def main() -> None:
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with open_database(f"sqlite:///{place / 'hedgerow.db'}") as database:
            banks = Banks(database)
            banks.ensure_sentinel()

            def survivors(limits: Limits) -> Survivors:
                made = Survivors(database, banks, Cases(banks), Vault(place / "vault.key"), limits)
                made.prepare()
                return made

            patient = survivors(Limits(code_tries=ENDLESS, address_tries=ENDLESS))
            strict = survivors(Limits())
            _tell("looked at", LOOKED_AT, lambda: patient.enter("123456789", CODE, ADDRESS))
            for _ in range(strict.limits.code_tries):
                with suppress(SurvivorsProblem):
                    strict.enter("123456789", CODE, ADDRESS)
            _tell("refused", REFUSED, lambda: strict.enter("123456789", CODE, ADDRESS))


def _tell(what: str, number: int, guess: Callable[[], object]) -> None:
    taken = []
    for _ in range(number):
        begun = time.perf_counter()
        with suppress(SurvivorsProblem):
            guess()
        taken.append(time.perf_counter() - begun)
    each = median(taken)
    print(f"a guess that is {what:9}: {each * 1e6:9,.0f} µs, {1 / each:9,.0f} a second", flush=True)


if __name__ == "__main__":
    main()
