#!/usr/bin/env bash
# A rolling restart: every acceptor is restarted, one after the other, while values are decided all
# the time. Not one is lost, and no proposer notices.
#
#   bash examples/rolling_restart.sh
#
# HETPAXOS is how to run hetpaxos: "deno task --quiet" if it is not set, or the executable.
set -euo pipefail
cd "$(dirname "$0")/.."

hetpaxos=${HETPAXOS:-deno task --quiet}
HETPAXOS_STATE_DIR=$(mktemp -d)
export HETPAXOS_STATE_DIR

clean_up() {
  $hetpaxos cluster down rolling --text
  rm -r "$HETPAXOS_STATE_DIR"
}
trap clean_up EXIT

$hetpaxos cluster up rolling --text
client=$($hetpaxos cluster config rolling client_0)

# One proposer after the other, one value each, until it is enough. It stops at the first that fails.
propose_all_the_time() {
  local instance=0
  until [ -e "$HETPAXOS_STATE_DIR/enough" ]; do
    $hetpaxos proposer --text --quiet --timeout 60s --instance "$instance" --value tick "$client"
    instance=$((instance + 1))
  done
}
propose_all_the_time >"$HETPAXOS_STATE_DIR/before" &
proposers=$!

for name in Alice Bob Carol Dave; do
  echo "== $name is restarted"
  $hetpaxos cluster restart rolling "$name" --text
done
touch "$HETPAXOS_STATE_DIR/enough"
wait "$proposers"
values=$(grep -c '^Eve decided in instance [0-9]*: "tick" ' "$HETPAXOS_STATE_DIR/before")

$hetpaxos cluster status rolling --text
$hetpaxos learner --text --quiet --once --count "$values" --timeout 60s "$client" \
  >"$HETPAXOS_STATE_DIR/after"
known=$(grep -c '^Eve decided in instance [0-9]*: "tick" ' "$HETPAXOS_STATE_DIR/after")
echo "$values values were decided meanwhile, $known of them are known: no proposer failed"
[ "$values" = "$known" ]
