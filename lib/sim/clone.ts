/**
 * Copies of an instance.
 *
 * @module
 */

import type { Inbox } from "../core/inbox.ts";
import type { InstanceState } from "../core/instance.ts";
import { copyPast } from "../core/past.ts";

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
    dag: new Map(state.dag),
    inbox,
    accounts: { inbox: inbox.used, future: new Map(future), futureBytes: new Map(futureBytes) },
    future: state.future.slice(),
    held: new Map(state.held),
    windows: { ...state.windows },
    view: copyPast(state.view),
    acceptor: acceptor &&
      { ...acceptor, past: copyPast(acceptor.past) },
    learner: {
      votes: new Map([...learner.votes].map(([id, votes]) => [id, votes.slice()])),
      decisions: learner.decisions.map((decisions) => decisions.slice()),
    },
  };
}

function cloneInbox({ waiting, waitingFor, used }: Inbox): Inbox {
  return {
    waiting: new Map(
      [...waiting].map(([id, { message, missing, sources, until }]) => [
        id,
        { message, missing: new Set(missing), sources: new Set(sources), until },
      ]),
    ),
    waitingFor: new Map([...waitingFor].map(([id, waiters]) => [id, new Set(waiters)])),
    used: new Map(used),
  };
}
