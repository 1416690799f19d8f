#!/usr/bin/env python3
"""What the planner costs: CPU seconds and peak memory of validate, plan, apply and show over growing configurations.

    bench/planner.py [--lifeboat BINARY] [--sizes 1000,10000] [--rounds 3] [--big 100000]

Every target stands on the `memory` provider and has one hourly snapshot into one vault, so that N targets are 2 N + 1 managed resources, and a first
apply does 3 N + 1 actions (the vault; a protection, its schedule and its first recovery point for each target). Two shapes of the same: a block for
each target and each protection, 1,000 targets a file; and one block of each with `for_each`. CPU seconds are user + system of the whole process, memory
is its peak resident set, both from wait4(2); medians of the rounds. The growth exponent is log(cost ratio) / log(size ratio) between neighbouring sizes.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HEAD = """
provider "memory" {
  path = "world.jsonl"
}
repository "memory_vault" "only" {
  name = "only"
}
"""

TARGET = """
target "memory_dataset" "t{0:06}" {{
  name = "data-{0:06}"
  size = "1KiB"
}}
protection "snapshot" "t{0:06}" {{
  target     = target.memory_dataset.t{0:06}
  repository = repository.memory_vault.only
  schedule   = "1h"
}}
"""

FOR_EACH = """
locals {{
  names = toset([for i in range({0}) : format("t%06d", i)])
}}
target "memory_dataset" "each" {{
  for_each = local.names
  name     = "data-${{each.key}}"
  size     = "1KiB"
}}
protection "snapshot" "each" {{
  for_each   = local.names
  target     = target.memory_dataset.each[each.key]
  repository = repository.memory_vault.only
  schedule   = "1h"
}}
"""


def write_configuration(place, count, shape):
    """Writes a configuration of `count` targets."""
    os.makedirs(place)
    with open(os.path.join(place, "main.dr.hcl"), "w") as file:
        file.write(HEAD)
        if shape == "for_each":
            file.write(FOR_EACH.format(count))
    if shape == "blocks":
        for start in range(0, count, 1000):
            with open(os.path.join(place, f"targets-{start:06}.dr.hcl"), "w") as file:
                file.write("".join(TARGET.format(i) for i in range(start, min(start + 1000, count))))


class Cost:
    """What one run of the binary took."""

    def __init__(self, cpu, wall, peak_mb, output):
        self.cpu, self.wall, self.peak_mb, self.output = cpu, wall, peak_mb, output


def run(binary, place, *arguments, keep=False):
    """Runs the binary in a directory; exits when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen([binary, "-C", place, *arguments], stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            text = (out.read()[-2000:] + err.read()[-2000:]).decode(errors="replace")
            sys.exit(f"{arguments} in {place} failed with {process.returncode}:\n{text}")
        output = out.read() if keep else b""
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, output)


def clear(place):
    """Forgets what was applied."""
    for name in os.listdir(place):
        if not name.endswith(".dr.hcl"):
            path = os.path.join(place, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


def measure(binary, place, rounds):
    """Returns the figures of one configuration by job, each a list of costs."""
    figures = {"validate": [], "first plan": [], "show --json": [], "first apply": [], "no-op plan": []}
    saved = os.path.join(place, "saved.plan")
    for _ in range(rounds):
        figures["validate"].append(run(binary, place, "validate"))
        figures["first plan"].append(run(binary, place, "plan"))
    run(binary, place, "plan", "--out", saved)
    for _ in range(rounds):
        figures["show --json"].append(run(binary, place, "show", "--json", saved))
    os.remove(saved)
    figures["first apply"].append(run(binary, place, "apply", "--auto-approve"))
    for _ in range(rounds):
        figures["no-op plan"].append(run(binary, place, "plan", "--detailed-exitcode"))
    return figures


def measure_apply(binary, place, rounds):
    """Returns the costs of an apply of 1,000 actions: the vault, and three for each of 333 targets."""
    costs = []
    for _ in range(rounds):
        clear(place)
        cost = run(binary, place, "apply", "--auto-approve", "--json", keep=True)
        last = json.loads(cost.output.splitlines()[-1])
        done = len(last["report"]["actions"])
        if not last["complete"] or done != 1000:
            sys.exit(f"the apply did {done} of 1000 actions")
        costs.append(cost)
    return costs


def median(costs, what):
    return statistics.median(getattr(cost, what) for cost in costs)


def row(shape, count, job, costs, before=None):
    """Prints one line; `before` is the same job at a smaller size."""
    growth = ""
    if before:
        smaller, cheaper = before
        growth = f"{math.log(median(costs, 'cpu') / median(cheaper, 'cpu')) / math.log(count / smaller):.2f}"
    print(
        f"| {shape} | {count:,} | {job} | {median(costs, 'cpu'):.2f} | {median(costs, 'wall'):.2f} |"
        f" {median(costs, 'peak_mb'):.0f} | {growth} |",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeboat", default="target/release/lifeboat")
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--shapes", default="blocks,for_each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--big", type=int, default=0, help="one first plan and one validate of so many targets")
    parser.add_argument("--scratch", help="where to work; the system's place for temporary files otherwise")
    options = parser.parse_args()
    binary = os.path.abspath(options.lifeboat)
    if not os.path.exists(binary):
        sys.exit(f"{binary} is missing: cargo build --release --package lifeboat")
    scratch = tempfile.mkdtemp(prefix="lifeboat-planner-", dir=options.scratch)
    try:
        print("| shape | targets | job | CPU s | wall s | peak MB | growth |\n|---|---|---|---|---|---|---|")
        version = [run(binary, scratch, "version") for _ in range(max(5, options.rounds))]
        print(f"| | | version | {median(version, 'cpu'):.3f} | {median(version, 'wall'):.3f} | {median(version, 'peak_mb'):.0f} | |")
        place = os.path.join(scratch, "apply")
        write_configuration(place, 333, "blocks")
        costs = measure_apply(binary, place, options.rounds)
        row("blocks", 333, "apply of 1,000 actions", costs)
        for shape in options.shapes.split(","):
            earlier = {}
            for count in [int(size) for size in options.sizes.split(",")]:
                place = os.path.join(scratch, f"{shape}-{count}")
                write_configuration(place, count, shape)
                for job, costs in measure(binary, place, options.rounds).items():
                    row(shape, count, job, costs, earlier.get(job))
                    earlier[job] = (count, costs)
                shutil.rmtree(place)
            if options.big:
                place = os.path.join(scratch, f"{shape}-{options.big}")
                write_configuration(place, options.big, shape)
                for job, arguments in (("validate", ["validate"]), ("first plan", ["plan"])):
                    row(shape, options.big, job, [run(binary, place, *arguments)], earlier.get(job))
                shutil.rmtree(place)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
