/**
 * Copies of an instance.
 *
 * @module
 */

import type { Inbox } from "../core/inbox.ts";
import type { InstanceState } from "../core/instance.ts";
import { copyPast } from "../core/past.ts";
import { LayeredMap } from "./layered_map.ts";

/**
 * A copy that steps on its own. Entries are immutable and shared: an instance compares them by
 * identity, and they stay those of one line of copies.
 */
export function cloneInstance(state: InstanceState): InstanceState {
  const { acceptor, learner } = state;
  const inbox = cloneInbox(state.inbox);
  const { future, futureBytes } = state.accounts;
  return {
    ...state,
    dag: LayeredMap.copyOf(state.dag),
    inbox,
    accounts: { inbox: inbox.used, future: new Map(future), futureBytes: new Map(futureBytes) },
    future: state.future.slice(),
    held: new Map(state.held),
    windows: { ...state.windows },
    view: copyPast(state.view),
    acceptor: acceptor &&
      { ...acceptor, past: copyPast(acceptor.past) },
    learner: {
      votes: new Map(learner.votes),
      decisions: learner.decisions.map((decisions) => decisions.slice()),
    },
  };
}

function cloneInbox({ waiting, waitingFor, spare, exposed, used }: Inbox): Inbox {
  return {
    waiting: new Map(
      [...waiting].map(([id, each]) => [
        id,
        { ...each, missing: new Set(each.missing), sources: new Set(each.sources) },
      ]),
    ),
    waitingFor: cloneSets(waitingFor),
    spare: cloneSets(spare),
    exposed: cloneSets(exposed),
    used: new Map(used),
  };
}

function cloneSets<K, V>(sets: ReadonlyMap<K, ReadonlySet<V>>): Map<K, Set<V>> {
  return new Map([...sets].map(([key, set]) => [key, new Set(set)]));
}
