/**
 * Definitions and premises weakened on purpose: with each of them a proof must fail. A proof that
 * goes through all the same does not need what it claims to be about.
 *
 * @module
 */

import type { Proofs } from "./coq.ts";

/** One change of the text. */
export interface Weakening {
  /** What is left out. */
  readonly name: string;
  /** In which file, without `.v`. */
  readonly file: string;
  /** What stands there; exactly once. */
  readonly from: string;
  /** What stands there instead. */
  readonly to: string;
  /** The file whose proof fails first. */
  readonly failsIn: string;
}

/** All of them. */
export const WEAKENINGS: readonly Weakening[] = [
  {
    name: "a 2a needs no quorum",
    file: "definitions",
    from: "~ is_1b x /\\\n  has_quorum a (fresh_signers a x).",
    to: "~ is_1b x /\\\n  True.",
    failsIn: "agreement",
  },
  {
    name: "a decision needs no quorum",
    file: "definitions",
    from: "has_quorum a (fun p => exists x, seen x /\\ is_2a_for a x /\\ signed_by x p " +
      "/\\ in_ballot x b).",
    to: "exists p x, seen x /\\ is_2a_for a x /\\ signed_by x p /\\ in_ballot x b.",
    failsIn: "agreement",
  },
  {
    name: "another learner's 2a buries",
    file: "definitions",
    from: "  is_2a_for b z /\\ exists bm bz,",
    to: "  (exists c, is_2a_for c z) /\\ exists bm bz,",
    failsIn: "agreement",
  },
  {
    name: "any higher 2a buries, one with the same value too",
    file: "definitions",
    from: " /\\ value_of bz <> value_of bm.",
    to: ".",
    failsIn: "agreement",
  },
  {
    name: "the graph is not closed",
    file: "definitions",
    from: "\n| joined a b c s t : safe_set a b s -> safe_set b c t -> " +
      "safe_set a c (fun p => s p \\/ t p).",
    to: ".",
    failsIn: "basics",
  },
  {
    name: "a valid graph's quorums need not meet in the safe set",
    file: "definitions",
    from: "exists p, qa p /\\ qb p /\\ s p.",
    to: "exists p, qa p /\\ qb p.",
    failsIn: "basics",
  },
  {
    name: "a safe acceptor need not refer to its previous message",
    file: "definitions",
    from: "nth_signed r p i n /\\ refers_to h m n /\\ prev h m = Some n",
    to: "nth_signed r p i n /\\ prev h m = Some n",
    failsIn: "safe_acceptors",
  },
  {
    name: "somebody else may sign for a safe acceptor",
    file: "definitions",
    from: "unforged : forall p m, safe r p -> sent r m ->",
    to: "unforged : forall p m, safe r p -> False -> sent r m ->",
    failsIn: "safe_acceptors",
  },
  {
    name: "freshness looks at one's own learner only",
    file: "definitions",
    from: "exists b, connected a x b /\\ is_2a_for b m /\\ ~ buried b m x.",
    to: "connected a x a /\\ is_2a_for a m /\\ ~ buried a m x.",
    failsIn: "agreement",
  },
  {
    name: "every 1b is fresh",
    file: "definitions",
    from: "binds a x m -> in_ballot m bm -> in_ballot x bx -> value_of bm = value_of bx.",
    to: "binds a x m -> in_ballot m bm -> in_ballot x bx -> bm = bm.",
    failsIn: "agreement",
  },
  {
    name: "a 2a may count 1bs of other ballots",
    file: "definitions",
    from: "in_ballot y b /\\ in_ballot x b /\\ fresh a y.",
    to: "in_ballot y b /\\ fresh a y.",
    failsIn: "agreement",
  },
  {
    name: "whoever has sent two messages is caught",
    file: "definitions",
    from: "signed_by n p /\\ ~ tran m n /\\ ~ tran n m.",
    to: "signed_by n p /\\ m <> n.",
    failsIn: "safe_acceptors",
  },
  {
    name: "who closes is taken at its word",
    file: "log",
    from: "(fun p => closers p -> trusted p ->\n",
    to: "(fun p => closers p ->\n",
    failsIn: "log",
  },
  {
    name: "a closer need not show all that it signs",
    file: "log",
    from: "safe r p -> closers p -> sent r m -> signed_by h m p -> shown m.",
    to: "safe r p -> closers p -> shown m -> signed_by h m p -> sent r m.",
    failsIn: "log",
  },
  {
    name: "one statement is a certificate",
    file: "log",
    from: "has_quorum h a (fun p => states p a l).",
    to: "exists p, states p a l.",
    failsIn: "log",
  },
  {
    name: "what a certificate says is stated from that certificate alone",
    file: "log",
    from: "k < length l /\\ certificate a (firstn k l)",
    to: "k <= length l /\\ certificate a (firstn k l)",
    failsIn: "log",
  },
];

/**
 * The proofs with one thing weakened.
 *
 * @throws Error if what is to be weakened does not stand there exactly once.
 */
export function weakened(proofs: Proofs, { name, file, from, to }: Weakening): Map<string, string> {
  const [before, after, ...more] = proofs.get(file)!.split(from);
  if (after === undefined || more.length > 0) {
    throw new Error(`${name}: not exactly once in ${file}.v: ${from}`);
  }
  return new Map([...proofs, [file, `${before}${to}${after}`]]);
}
