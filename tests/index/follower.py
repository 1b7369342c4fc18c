"""Follows a feed that grows by lines of its input: run as a program by test_catalogue."""

import json
import sys
from itertools import chain

import numpy as np
from tests.index.feed import MemoryFeed
from tests.index.oracle import contents

from hedgerow.index import Catalogue


def main():
    feed = MemoryFeed()
    lines = map(json.loads, sys.stdin)
    seed, count = next(lines)
    feed.some_changes(np.random.default_rng(seed), count)
    with Catalogue(sys.argv[1], feed, seal_at=20) as catalogue:
        for seed, count in chain([(0, 0)], lines):
            feed.some_changes(np.random.default_rng(seed), count)
            catalogue.follow()
            same = contents(catalogue) == feed.oracle().pairs
            sys.stdout.write(json.dumps([catalogue.writes, catalogue.sequence, same]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
