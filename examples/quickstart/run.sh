#!/usr/bin/env bash
# From nothing to verified, encrypted backups of a directory and a live SQLite database: about a minute after the build.
# Everything stays below one scratch directory, which the last lines name.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -n "${LIFEBOAT:-}" ]; then
  lifeboat=$LIFEBOAT
else
  cargo build --release --package lifeboat
  lifeboat=$PWD/${CARGO_TARGET_DIR:-target}/release/lifeboat
  case "${CARGO_TARGET_DIR:-}" in /*) lifeboat=$CARGO_TARGET_DIR/release/lifeboat ;; esac
fi

place=${1:-$(mktemp -d "${TMPDIR:-/tmp}/lifeboat-quickstart.XXXXXX")}
mkdir -p "$place/secrets"
cp examples/quickstart/main.dr.hcl "$place/"
python3 examples/quickstart/make_data.py "$place/data"
for name in near second; do
  [ -e "$place/secrets/$name" ] || (umask 077 && head -c 32 /dev/urandom | base64 > "$place/secrets/$name")
done

step() {
  printf '\n$ lifeboat %s\n' "$*"
  "$lifeboat" -C "$place" "$@" || { code=$?; [ "$code" = 3 ] || exit "$code"; }
}

step validate
step apply --auto-approve
step plan
step backup list
step verify --read-data
step drill target.local_directory.documents
step drill target.local_sqlite.app
step status

printf '\nEverything is in %s\n' "$place"
printf 'Try: %s -C %s restore target.local_sqlite.app --to %s/restored\n' "$lifeboat" "$place" "$place"
