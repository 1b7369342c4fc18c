"""Writes to an index until it is killed: run as a program by test_kill.

It reads "folder seed first" lines from its input and forks a writer for each. The writer tells
each change before it makes it and when it is made, in lines of its output.
"""

import json
import os
import random
import sys
import tempfile

from tests.index.families import family

from hedgerow.index import Index
from hedgerow.index import index as index_module

SEAL_AT = 40
KINDS = ["random", "clustered", "duplicated"]
BULK_AT = 150


def change_at(seed, number):
    """The change of that number: a name and its arguments, as JSON can hold them."""
    draw = random.Random(f"{seed} {number}")
    if draw.random() < 0.2:
        low = draw.randrange(400)
        return ["remove_range", low, low + draw.randrange(40)]
    if draw.random() < 0.15:
        return ["remove", [draw.randrange(400) for _ in range(20)]]
    if draw.random() < 0.1:
        return ["maintain"]
    count = 200 if draw.random() < 0.1 else draw.randrange(1, 30)
    return ["add", draw.choice(KINDS), draw.randrange(10), count, draw.randrange(400)]


def pairs_of_addition(kind, seed, count, first):
    return family(kind, seed, count), [(first + n) % 400 for n in range(count)]


def make(index, change, number):
    name, *arguments = change
    if name == "add":
        index.add(*pairs_of_addition(*arguments), sequence=number)
    elif name == "maintain":
        index.maintain()
        index.reached(number)
    else:
        getattr(index, name)(*arguments, sequence=number)


def tell(*what):
    os.write(1, (json.dumps(what) + "\n").encode())


def write(folder, seed, number):
    with Index.open(folder, seal_at=SEAL_AT) as index:
        while True:
            number += 1
            tell("begin", number)
            make(index, change_at(seed, number), number)
            tell("done", number)


def warm_up():
    """Load every compiled loop, so that the forks find them loaded."""
    with tempfile.TemporaryDirectory() as folder, Index.open(folder, seal_at=SEAL_AT) as index:
        for number in range(60):
            make(index, change_at(0, number), number)


def main():
    index_module.BULK_AT = BULK_AT
    warm_up()
    for line in sys.stdin:
        folder, seed, first = json.loads(line)
        child = os.fork()
        if child == 0:
            write(folder, seed, first)
        tell("started", child)
        os.waitpid(child, 0)
        tell("ended")


if __name__ == "__main__":
    main()
