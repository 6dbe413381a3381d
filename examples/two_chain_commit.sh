#!/usr/bin/env bash
# Two chains commit one transaction: Blue and Red have three acceptors each of their own, and two in
# common. Each decides by two of its own and the two in common; what both decide is the same, even
# when one of them can decide only later.
#
#   bash examples/two_chain_commit.sh
#
# HETPAXOS is how to run hetpaxos: "deno task --quiet" if it is not set, or the executable.
set -euo pipefail
cd "$(dirname "$0")/.."

hetpaxos=${HETPAXOS:-deno task --quiet}
HETPAXOS_STATE_DIR=$(mktemp -d)
export HETPAXOS_STATE_DIR

clean_up() {
  $hetpaxos cluster down chains --text
  rm -r "$HETPAXOS_STATE_DIR"
}
trap clean_up EXIT

# learn INSTANCE: what both have decided in it, without ballot and votes.
learn() {
  $hetpaxos learner --text --quiet --once --instance "$1" --timeout 60s "$client" |
    sed 's/ (ballot .*//' | sort
}

$hetpaxos cluster up chains --preset two-chain --text
client=$($hetpaxos cluster config chains client_0)

echo "== Both chains commit"
$hetpaxos proposer --text --quiet --timeout 60s --value "100 bolts for 5 coins" "$client" >/dev/null
learn 0

echo "== Blue loses two of its own: Red goes on alone"
$hetpaxos cluster kill chains Blue_0 --text
$hetpaxos cluster kill chains Blue_1 --text
$hetpaxos proposer --text --quiet --timeout 60s --instance 1 --learner Red \
  --value "200 bolts for 9 coins" "$client" | sed 's/ (ballot .*//'

echo "== Blue comes back: it can only commit what Red has"
$hetpaxos cluster restart chains Blue_0 --text
$hetpaxos cluster restart chains Blue_1 --text
if $hetpaxos proposer --text --quiet --timeout 60s --instance 1 \
  --value "Red never agreed to anything" "$client" >/dev/null; then
  echo "another value was decided than Red's: that must not be" >&2
  exit 1
else
  echo "status $?: that value lost"
fi
learn 1
