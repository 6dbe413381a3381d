(* The definitions of docs/PROTOCOL, section 3, over any history of messages.

   Nothing here is computed and nothing is assumed: a history is any acceptors, learners, ballots and
   messages whatever; what else is asked of one stands in "lawful" at the end. Each definition names
   the line of section 3 that it transcribes and the file of lib/core that computes it; the words are
   those of docs/GLOSSARY.md. *)
From Coq Require Import Relations Relation_Operators Operators_Properties Wellfounded.

(* "Both burial rules are built" (section 3; lib/core/types.ts, BurialRule). *)
Inductive burial_rule := TECHNICAL_REPORT | HP2.

(* All that the definitions may ask about. *)
Record history := History {
  acceptor : Type;
  learner : Type;
  value : Type;
  ballot : Type;
  message : Type;
  (* section 2, 1a: ballots are ordered, and each has a value; lib/core/types.ts, compareBallots *)
  below : ballot -> ballot -> Prop;
  value_of : ballot -> value;
  (* section 2: what a message refers to; lib/core/types.ts, refs *)
  refers_to : message -> message -> Prop;
  (* it is a 1a of this ballot *)
  proposes : message -> ballot -> Prop;
  (* it is an acceptor message of this signer *)
  signed_by : message -> acceptor -> Prop;
  (* the signer's message before it; lib/core/dag.ts *)
  prev : message -> option message;
  (* section 1: minimal quorums, and minimal safe sets of the graph as configured *)
  quorum : learner -> (acceptor -> Prop) -> Prop;
  safety : learner -> learner -> (acceptor -> Prop) -> Prop;
  burial : burial_rule
}.

Section Definitions.
Variable h : history.
Notation acceptor := (acceptor h).
Notation learner := (learner h).
Notation ballot := (ballot h).
Notation message := (message h).
Notation below := (below h).
Notation value_of := (value_of h).
Notation refers_to := (refers_to h).
Notation proposes := (proposes h).
Notation signed_by := (signed_by h).

(* "a set of quorums (minimal sets of acceptors; every superset counts too)"
   (section 1, Learner; lib/core/quorum.ts, satisfiedBy) *)
Definition has_quorum (a : learner) (s : acceptor -> Prop) : Prop :=
  exists qa, quorum h a qa /\ forall p, qa p -> s p.

(* "if s1 is a safe set of {a,b} and s2 of {b,c}, then s1 + s2 is one of {a,c}", pairs unordered
   (section 1, Condensed graph; lib/core/connected.ts, which never writes it out: closed_graph.v) *)
Inductive safe_set : learner -> learner -> (acceptor -> Prop) -> Prop :=
| given a b s : safety h a b s -> safe_set a b s
| turned a b s : safe_set a b s -> safe_set b a s
| joined a b c s t : safe_set a b s -> safe_set b c t -> safe_set a c (fun p => s p \/ t p).

(* "for every pair with a safe set s, every quorum qa of a and qb of b" they have a member in common
   (section 1, Valid graph; lib/graph/validity.ts) *)
Definition valid : Prop := forall a b s qa qb,
  safe_set a b s -> quorum h a qa -> quorum h b qb -> exists p, qa p /\ qb p /\ s p.

(* "x and everything it refers to, transitively" (section 2, Tran; lib/core/past.ts) *)
Definition tran : message -> message -> Prop := clos_refl_trans message refers_to.

(* b(x): the ballot of "the 1a of highest ballot in Tran(x)" (Get1a; lib/core/facts.ts, proposal) *)
Definition in_ballot (x : message) (b : ballot) : Prop :=
  (exists p, tran x p /\ proposes p b) /\
  forall p c, tran x p -> proposes p c -> ~ below b c.

(* "a 1b if it refers directly to Get1a(x)" (1b / 2a; lib/core/past.ts, refersTo1a) *)
Definition is_1b (x : message) : Prop :=
  exists p b, refers_to x p /\ proposes p b /\ in_ballot x b.

(* "two different messages in Tran(x), same signer, neither in the other's Tran"
   (Caught; lib/core/caught.ts) *)
Definition caught (x : message) (p : acceptor) : Prop := exists m n,
  tran x m /\ tran x n /\ signed_by m p /\ signed_by n p /\ ~ tran m n /\ ~ tran n m.

(* "some safe set of {a,b} in the closed graph contains nobody in Caught(x)"
   (Con; lib/core/connected.ts) *)
Definition connected (a : learner) (x : message) (b : learner) : Prop :=
  exists s, safe_set a b s /\ forall p, s p -> ~ caught x p.

(* The definitions below speak of 2as, and being a 2a speaks of them: is_2a_for stands for the
   answer. recursion.v shows that there is exactly one. *)
Section Recursive.
Variable is_2a_for : learner -> message -> Prop.

(* "some 2a z for b, b(z) > b(m), V(z) <> V(m)" (Buried; lib/core/highest_2a.ts, hasConflictAbove) *)
Definition conflicts (b : learner) (m z : message) : Prop :=
  is_2a_for b z /\ exists bm bz,
    in_ballot m bm /\ in_ballot z bz /\ below bm bz /\ value_of bz <> value_of bm.

(* Buried_b(m, y), m a 2a for b (Buried; lib/core/buried.ts) *)
Definition buried (b : learner) (m y : message) : Prop :=
  match burial h with
  | TECHNICAL_REPORT => has_quorum b (fun p => exists w,
      tran y w /\ signed_by w p /\ tran w m /\ exists z, tran w z /\ conflicts b m z)
  | HP2 => exists z, tran y z /\ conflicts b m z
  end.

(* "2as m in Tran(x) of x's own signer that are a 2a for some b in Con_a(x) with m not Buried_b"
   (Con2as; lib/core/fresh.ts, binding2as) *)
Definition binds (a : learner) (x m : message) : Prop :=
  tran x m /\ (exists p, signed_by x p /\ signed_by m p) /\
  exists b, connected a x b /\ is_2a_for b m /\ ~ buried b m x.

(* "every m in Con2as_a(x) has V(m) = V(x)" (fresh; lib/core/fresh.ts, freshFor) *)
Definition fresh (a : learner) (x : message) : Prop := forall m bm bx,
  binds a x m -> in_ballot m bm -> in_ballot x bx -> value_of bm = value_of bx.

(* "signers of the 1bs y in Tran(x) with b(y) = b(x) that are fresh_a"
   (q; lib/core/past.ts, freshSigners) *)
Definition fresh_signers (a : learner) (x : message) (p : acceptor) : Prop := exists y b,
  tran x y /\ is_1b y /\ signed_by y p /\ in_ballot y b /\ in_ballot x b /\ fresh a y.

(* "q_a(x) contains a quorum of a, and x's signer is in q_a(x)"
   (2a for a; lib/core/facts.ts, learnersOf2a) *)
Definition qualifies (a : learner) (x : message) : Prop :=
  (exists p, signed_by x p /\ fresh_signers a x p) /\ ~ is_1b x /\
  has_quorum a (fresh_signers a x).

(* The answer that fits all of the above. *)
Definition solved : Prop := forall a x, is_2a_for a x <-> qualifies a x.

(* "2as for a, all of one ballot, whose signers contain a quorum of a"
   (Decision; lib/core/learner.ts, learn), among the messages that somebody has seen *)
Definition decides (seen : message -> Prop) (a : learner) (b : ballot) : Prop :=
  has_quorum a (fun p => exists x, seen x /\ is_2a_for a x /\ signed_by x p /\ in_ballot x b).
End Recursive.

(* What is asked of a history: ballots are totally ordered, values can be told apart, refs lead
   nowhere for ever, and a message has one signer. *)
Record lawful : Prop := {
  below_irreflexive : forall b, ~ below b b;
  below_transitive : forall a b c, below a b -> below b c -> below a c;
  below_total : forall a b, below a b \/ a = b \/ below b a;
  values_differ : forall v w : value h, v = w \/ v <> w;
  refs_end : well_founded (fun y x => refers_to x y);
  one_signer : forall m p q, signed_by m p -> signed_by m q -> p = q
}.
End Definitions.

(* Everything that anybody has sent in a run, at any moment of it, and who is safe. Those who are not
   may have sent anything at all. *)
Record run (h : history) := Run {
  sent : message h -> Prop;
  safe : acceptor h -> Prop;
  (* the i-th message that an acceptor has signed *)
  nth_signed : acceptor h -> nat -> message h -> Prop
}.
Arguments sent {h}. Arguments safe {h}. Arguments nth_signed {h}.

(* What is asked of a run. Of safe acceptors it is only that they sign one message after the other,
   each of which refers to the one before (section 2, prev; lib/core/acceptor.ts, draft and follow),
   and that nobody else signs for them. *)
Record lawful_run (h : history) (r : run h) : Prop := {
  refs_are_sent : forall x y, sent r x -> refers_to h x y -> sent r y;
  unforged : forall p m, safe r p -> sent r m -> signed_by h m p -> exists i, nth_signed r p i m;
  one_at_a_time : forall p i m n, nth_signed r p i m -> nth_signed r p i n -> m = n;
  first_has_no_prev : forall p m, safe r p -> nth_signed r p 0 m -> prev h m = None;
  next_refers_to_prev : forall p i m, safe r p -> nth_signed r p (S i) m ->
    exists n, nth_signed r p i n /\ refers_to h m n /\ prev h m = Some n
}.

(* "the acceptors that really are safe include a safe set of {a,b}"
   (section 1, Entangled; lib/core/learner_graph.ts, entangled) *)
Definition entangled {h : history} (r : run h) (a b : learner h) : Prop :=
  exists s, safe_set h a b s /\ forall p, s p -> safe r p.
