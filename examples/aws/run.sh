#!/usr/bin/env bash
# From nothing to a shop in an emulator of AWS that is protected across two regions and two accounts. Nothing leaves this
# machine, and everything stays below one scratch directory, which the last lines name.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -n "${LIFEBOAT:-}" ]; then
  lifeboat=$LIFEBOAT
else
  cargo build --release --package lifeboat
  lifeboat=$PWD/${CARGO_TARGET_DIR:-target}/release/lifeboat
  case "${CARGO_TARGET_DIR:-}" in /*) lifeboat=$CARGO_TARGET_DIR/release/lifeboat ;; esac
fi

place=${1:-$(mktemp -d "${TMPDIR:-/tmp}/lifeboat-aws.XXXXXX")}
mkdir -p "$place"
cp examples/aws/main.dr.hcl "$place/"

if [ -n "${LIFEBOAT_TEST_PYTHON:-}" ]; then
  python=$LIFEBOAT_TEST_PYTHON
else
  python3 -m venv "$place/venv"
  "$place/venv/bin/pip" install --quiet 'moto[server]==5.2.1'
  python=$place/venv/bin/python
fi

# moto ends when the pipe that it reads is closed: with this script.
coproc MOTO { exec "$python" providers/aws/tests/launch.py 2>"$place/moto.log"; }
read -r port <&"${MOTO[0]}"
endpoint=http://127.0.0.1:$port

export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
export LIFEBOAT_VAR_endpoint=$endpoint
"$python" examples/aws/make_estate.py "$endpoint"

step() {
  printf '\n$ lifeboat %s\n' "$*"
  "$lifeboat" -C "$place" "$@" || { code=$?; [ "$code" = 3 ] || exit "$code"; }
}

step validate
step plan
step apply --auto-approve
step plan
for scope in corruption instance zone region account; do
  step explain target.aws_db_instance.orders --scope "$scope"
done
step status
step discover aws --region eu-west-1 --region eu-central-1

printf '\nEverything is in %s\n' "$place"
