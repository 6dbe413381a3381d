#!/usr/bin/env bash
# A fault drill: four acceptors, any three of which decide. One crashes, and nothing is lost; a second
# crashes, and nothing is decided; one comes back, and the value that had to wait is decided.
#
#   bash examples/fault_drill.sh
#
# HETPAXOS is how to run hetpaxos: "deno task --quiet" if it is not set, or the executable.
set -euo pipefail
cd "$(dirname "$0")/.."

hetpaxos=${HETPAXOS:-deno task --quiet}
HETPAXOS_STATE_DIR=$(mktemp -d)
export HETPAXOS_STATE_DIR

clean_up() {
  $hetpaxos cluster down drill --text
  rm -r "$HETPAXOS_STATE_DIR"
}
trap clean_up EXIT

# propose INSTANCE VALUE [FLAG...]: what each learner has decided, without ballot and votes.
propose() {
  local instance=$1 value=$2
  shift 2
  $hetpaxos proposer --text --quiet --instance "$instance" --value "$value" "$@" "$client" |
    sed 's/ (ballot .*//'
}

$hetpaxos cluster up drill --text
client=$($hetpaxos cluster config drill client_0)

echo "== All four are well"
propose 0 "business as usual" --timeout 60s

echo "== Dave crashes: three are enough"
$hetpaxos cluster kill drill Dave --text
propose 1 "without Dave" --timeout 60s

echo "== Carol crashes too: two are not enough, so nothing is decided, and nothing wrong either"
$hetpaxos cluster kill drill Carol --text
if propose 2 "patience" --timeout 3s; then
  echo "decided with two of four: that must not be" >&2
  exit 1
else
  echo "status $?: not decided in time"
fi
if $hetpaxos cluster status drill --text; then exit 1; else echo "status $?: not all are well"; fi

echo "== Carol comes back"
$hetpaxos cluster restart drill Carol --text
propose 2 "patience" --timeout 60s

echo "== Dave comes back, and learns what he missed"
$hetpaxos cluster restart drill Dave --text
$hetpaxos cluster kill drill Alice --text
$hetpaxos learner --text --quiet --once --count 3 --timeout 60s "$client" | sed 's/ (ballot .*//' | sort
