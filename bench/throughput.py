#!/usr/bin/env python3
"""Backup and restore throughput of lifeboat against Debian's restic, on the same tree, in the same run.

    bench/throughput.py [--lifeboat BINARY] [--size-mb 500] [--rounds 3]

Both write a new repository each round (restic format 2, compression auto), read the same files, and restore them to an empty directory, which is then
compared with the source. The terms are what a user of each gets, and lifeboat does more for it: its "auto" is zstd's level 3 where restic's is the fastest
level of its own zstd, about level 1; it decrypts and decompresses every blob again before it stores it; and it syncs what it restored. The rounds alternate, so that a busy machine disturbs both alike. Prints a table with the median of each figure and the ratio:
over 1.0, lifeboat is faster. CPU seconds are user + system of the whole process.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PASSWORD = "bench"


def make_tree(root, megabytes):
    """Half text that compresses, a quarter noise, a quarter many small files; the same bytes on every run."""
    rng = random.Random(11)
    words = [bytes(rng.choices(b"etaoinshrdlu ", k=rng.randint(3, 11))) for _ in range(5000)]
    text = b" ".join(rng.choices(words, k=2_000_000))
    budget = megabytes * 1_000_000
    written = 0
    number = 0
    while written < budget:
        kind = number % 4
        if kind < 2:
            size = rng.randint(1_000_000, 4_000_000)
            start = rng.randrange(len(text) - size)
            data = bytearray(text[start : start + size])
            for _ in range(size // 400):
                data[rng.randrange(size)] = rng.randrange(97, 123)
            files = [bytes(data)]
        elif kind == 2:
            files = [rng.randbytes(2_500_000)]
        else:
            files = []
            for _ in range(250):
                start = rng.randrange(len(text) - 20_000)
                files.append(text[start : start + rng.randint(200, 20_000)])
        folder = os.path.join(root, f"{number % 40:02}", f"{number:05}")
        os.makedirs(folder)
        for i, data in enumerate(files):
            with open(os.path.join(folder, f"{i:04}.bin"), "wb") as file:
                file.write(data)
            written += len(data)
        number += 1
    return written


def timed(command, **options):
    """Runs a command; returns its wall and CPU seconds."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode != 0:
        sys.exit(f"{command} failed with {process.returncode}:\n{output.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime


CONFIGURATION = """
provider "local" {{
  scheduler = "external"
}}
repository "directory" "bench" {{
  path = "{place}/repository"
  password {{
    env = "BENCH_PASSWORD"
  }}
}}
target "local_directory" "tree" {{
  path = "{tree}"
}}
protection "snapshot" "tree" {{
  target     = target.local_directory.tree
  repository = repository.directory.bench
}}
"""


def lifeboat_round(binary, tree, place):
    """Applies, which makes the repository and its first recovery point; restores it."""
    with open(os.path.join(place, "main.dr.hcl"), "w") as file:
        file.write(CONFIGURATION.format(place=place, tree=tree))
    env = dict(os.environ, BENCH_PASSWORD=PASSWORD)
    backup = timed([binary, "-C", place, "apply", "--auto-approve"], env=env)
    into = os.path.join(place, "restored")
    restore = timed([binary, "-C", place, "restore", "target.local_directory.tree", "--to", into], env=env)
    return backup, restore, into


def restic_round(tree, place):
    """Makes the repository and a snapshot; restores it."""
    env = dict(os.environ, RESTIC_PASSWORD=PASSWORD)
    repository = ["restic", "-r", os.path.join(place, "repository"), "--no-cache", "-q"]
    init = timed(repository + ["init"], env=env)
    backup = timed(repository + ["backup", tree], env=env)
    into = os.path.join(place, "restored")
    restore = timed(repository + ["restore", "latest", "--target", into], env=env)
    return (init[0] + backup[0], init[1] + backup[1]), restore, os.path.join(into, tree.lstrip("/"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeboat", default="target/release/lifeboat")
    parser.add_argument("--size-mb", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    binary = os.path.abspath(options.lifeboat)
    if not os.path.exists(binary):
        sys.exit(f"{binary} is missing: cargo build --release --package lifeboat")
    if shutil.which("restic") is None:
        sys.exit("restic is missing: apt-get install restic")
    scratch = tempfile.mkdtemp(prefix="lifeboat-bench-")
    try:
        tree = os.path.join(scratch, "tree")
        written = make_tree(tree, options.size_mb)
        files = sum(len(names) for _, _, names in os.walk(tree))
        figures = {(tool, job): [] for tool in ("lifeboat", "restic") for job in ("backup", "restore")}
        for number in range(options.rounds):
            for tool in ("lifeboat", "restic") if number % 2 == 0 else ("restic", "lifeboat"):
                place = os.path.join(scratch, tool)
                os.makedirs(place)
                run = lifeboat_round(binary, tree, place) if tool == "lifeboat" else restic_round(tree, place)
                figures[tool, "backup"].append(run[0])
                figures[tool, "restore"].append(run[1])
                subprocess.run(["diff", "-r", tree, run[2]], check=True)
                shutil.rmtree(place)
        version = subprocess.run(["restic", "version"], capture_output=True, text=True, check=True).stdout.split()[1]
        print(f"{written / 1e6:.0f} MB in {files} files, median of {options.rounds} rounds; restic {version}")
        print(f"{'':10}{'lifeboat':>26}{'restic':>26}{'ratio':>16}")
        print(f"{'':10}{'MB/s':>10}{'wall s':>8}{'CPU s':>8}{'MB/s':>10}{'wall s':>8}{'CPU s':>8}{'wall':>8}{'CPU':>8}")
        for job in ("backup", "restore"):
            row = f"{job:10}"
            medians = {}
            for tool in ("lifeboat", "restic"):
                wall = statistics.median(figure[0] for figure in figures[tool, job])
                cpu = statistics.median(figure[1] for figure in figures[tool, job])
                medians[tool] = (wall, cpu)
                row += f"{written / 1e6 / wall:>10.0f}{wall:>8.2f}{cpu:>8.2f}"
            wall = medians["restic"][0] / medians["lifeboat"][0]
            cpu = medians["restic"][1] / medians["lifeboat"][1]
            print(row + f"{wall:>8.2f}{cpu:>8.2f}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
