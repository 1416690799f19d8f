#!/usr/bin/env python3
"""Makes the data that the quickstart protects: about 30 MB of documents and a live SQLite database.

Deterministic: the same bytes on every run. Nothing is overwritten.
"""

import os
import random
import sqlite3
import sys

root = sys.argv[1] if len(sys.argv) > 1 else "data"
rng = random.Random(7)
words = [bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(2000)]


def document(size):
    """Text that compresses about as well as prose."""
    out = bytearray()
    while len(out) < size:
        out += rng.choice(words) + b" "
    return bytes(out[:size])


documents = os.path.join(root, "documents")
if not os.path.exists(documents):
    for folder in range(20):
        path = os.path.join(documents, f"folder-{folder:02}")
        os.makedirs(path)
        for i in range(30):
            with open(os.path.join(path, f"note-{i:02}.txt"), "wb") as file:
                file.write(document(rng.randint(1_000, 60_000)))
        with open(os.path.join(path, "photo.raw"), "wb") as file:
            file.write(rng.randbytes(700_000))
    os.symlink("folder-00/note-00.txt", os.path.join(documents, "latest"))
    with open(os.path.join(documents, "scratch.tmp"), "wb") as file:
        file.write(b"left out by the configuration\n")

database = os.path.join(root, "app.sqlite")
if not os.path.exists(database):
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    connection.execute(
        "CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer (id), cents INTEGER)"
    )
    connection.executemany("INSERT INTO customer VALUES (?, ?)", [(i, f"customer {i}") for i in range(2_000)])
    connection.executemany(
        "INSERT INTO purchase VALUES (?, ?, ?)", [(i, rng.randrange(2_000), rng.randrange(100_000)) for i in range(40_000)]
    )
    connection.commit()
    connection.close()
