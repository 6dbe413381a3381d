#!/bin/sh
# A cluster of four acceptors as a shell script: make the configurations, start the acceptors, have
# a value decided, ask a learner what it was, stop everything.
#
#   sh examples/cluster.sh [VALUE]
#
# DENO says how to run Deno (`npx --yes deno@2.8.3` needs nothing but Node), PORT where the ports
# of the four begin. The order of starting does not matter: whoever comes first waits for the rest.
set -eu
cd "$(dirname "$0")/.."

value=${1:-meet at noon}
# The program itself, for what runs under npx does not hear of signals.
deno=$(${DENO:-deno} eval 'console.log(Deno.execPath())')
folder=$(mktemp -d)
acceptors=

stop() {
  # shellcheck disable=SC2086 # a list of numbers
  [ -z "$acceptors" ] || kill $acceptors 2>/dev/null || true
  wait
  rm -r "$folder"
}
trap stop EXIT

"$deno" task --quiet config generate "$folder/my" --clients 1 --base-port "${PORT:-8700}" --text

for i in 0 1 2 3; do
  "$deno" task --quiet acceptor --volatile "$folder/my_${i}_config.json" >/dev/null &
  acceptors="$acceptors $!"
done

client="$folder/my_client_0_config.json"
"$deno" task --quiet proposer --text --timeout 60s --value "$value" "$client" >/dev/null
"$deno" task --quiet learner --text --timeout 60s --once "$client"
