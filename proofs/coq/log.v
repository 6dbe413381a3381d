(* The log (docs/PROTOCOL, section 8, as docs/adr/0048 mends it): what is closed never decides,
   certificates of accurate learners are true, and whoever has forgotten all but certificates never
   contradicts those who have the messages.

   Hashes of chains stand for the outcomes that they cover: different chains have different hashes. *)
From Coq Require Import List Arith Lia.
Require Import definitions basics safe_acceptors agreement.
Import ListNotations.

Section Log.
Variable h : history.
Hypothesis law : lawful h.
Hypothesis graph_is_valid : valid h.
Variable is_2a_for : learner h -> message h -> Prop.
Hypothesis is_2a_for_is_solution : solved h is_2a_for.
Notation decides := (decides h is_2a_for).

(* some safe set of {a,a} is within these *)
Definition accurate_among (trusted : acceptor h -> Prop) (a : learner h) : Prop :=
  exists s, safe_set h a a s /\ forall p, s p -> trusted p.

(* A closing certificate: whoever among the closers is to be trusted, as long as the learner would
   be accurate, no quorum could have 2as for it in one ballot: of the trusted closers those that are
   shown, and all others (lib/log/closing.ts). *)
Definition closes (a : learner h) (closers : acceptor h -> Prop) (shown : message h -> Prop) : Prop :=
  forall trusted, accurate_among trusted a -> forall b,
  ~ has_quorum h a (fun p => closers p -> trusted p ->
      exists x, shown x /\ is_2a_for a x /\ signed_by h x p /\ in_ballot h x b).

(* "closed": a safe closer has shown everything that it ever signs there. *)
Definition closed_in (r : run h) (a : learner h) : Prop := exists closers shown,
  closes a closers shown /\
  forall p m, safe r p -> closers p -> sent r m -> signed_by h m p -> shown m.

Theorem closed_never_decides (r : run h) a : accurate_among (safe r) a -> closed_in r a ->
  forall b, ~ decides (sent r) a b.
Proof.
  intros Acc [closers [shown [C All]]] b [qa [Q D]]. apply (C (safe r) Acc b).
  exists qa. split; auto. intros p P K S. destruct (D p P) as [x [E [T [G B]]]].
  exists x. split; eauto.
Qed.

(* What somebody has seen decided stays decided, whatever comes, whoever forgets it. *)
Theorem decisions_stay (seen later : message h -> Prop) a b :
  (forall m, seen m -> later m) -> decides seen a b -> decides later a b.
Proof.
  intros Sub. apply has_quorum_grows. intros p [x [E H]]. exists x. auto.
Qed.

(* One run for each instance, with the same safe acceptors. *)
Variable instances : nat -> run h.
Variable safe_one : acceptor h -> Prop.
Hypothesis runs_are_lawful : forall i, lawful_run h (instances i).
Hypothesis safe_everywhere : forall i p, safe_one p -> safe (instances i) p.

(* "Outcome of a in i: decided v, or closed" (lib/log/types.ts) *)
Inductive outcome := decided (v : value h) | closed.

(* what a process observes from the instance's own messages *)
Definition observed (a : learner h) (i : nat) (o : outcome) : Prop :=
  match o with
  | decided v => exists b, decides (sent (instances i)) a b /\ value_of h b = v
  | closed => closed_in (instances i) a
  end.

Definition true_of (a : learner h) (i : nat) (o : outcome) : Prop :=
  match o with
  | decided v => exists b, decides (sent (instances i)) a b /\ value_of h b = v
  | closed => forall b, ~ decides (sent (instances i)) a b
  end.

(* a checkpoint statement: p has signed that these are the outcomes of a, from the first on *)
Variable states : acceptor h -> learner h -> list outcome -> Prop.

(* "statements with equal h_a(n) whose signers contain a quorum of a" (lib/log/certificate.ts) *)
Definition certificate (a : learner h) (l : list outcome) : Prop :=
  has_quorum h a (fun p => states p a l).

(* A safe acceptor states what it has observed, or has observed on top of an earlier certificate. *)
Hypothesis safe_statements : forall p a l, safe_one p -> states p a l -> exists k,
  (k = 0 \/ k < length l /\ certificate a (firstn k l)) /\
  forall i o, k <= i -> nth_error l i = Some o -> observed a i o.

Lemma nth_of_first (l : list outcome) k i : i < k -> nth_error (firstn k l) i = nth_error l i.
Proof.
  revert l i. induction k as [|k IH]; intros l i L; [lia|].
  destruct l as [|o l]; destruct i as [|i]; simpl; auto. apply IH. lia.
Qed.

Lemma observed_is_true a i o : accurate_among safe_one a -> observed a i o -> true_of a i o.
Proof.
  destruct o as [v|]; simpl; auto. intros [s [S Ss]]. apply closed_never_decides.
  exists s. split; auto.
Qed.

(* "If a is accurate it is true" (section 8, Certificate) *)
Theorem certificate_is_true a l i o : accurate_among safe_one a -> certificate a l ->
  nth_error l i = Some o -> true_of a i o.
Proof.
  intro Acc. remember (length l) as n eqn:N. revert l N i o.
  induction n as [n IH] using (well_founded_induction lt_wf). intros l N i o C O.
  destruct Acc as [s [S Ss]].
  destruct (quorums_meet h a a _ _ s graph_is_valid S C C) as [p [P [_ Sp]]].
  destruct (safe_statements p a l (Ss p Sp) P) as [k [Base Obs]].
  destruct (le_lt_dec k i) as [L|L].
  - apply observed_is_true; [exists s; auto|]. exact (Obs i o L O).
  - destruct Base as [->|[Short C']]; [lia|].
    apply (IH k) with (l := firstn k l); [lia| |exact C'|].
    + rewrite firstn_length_le; lia.
    + rewrite nth_of_first; auto.
Qed.

(* What a process may know of an instance that it has the messages of, or has forgotten. *)
Definition known (a : learner h) (i : nat) (o : outcome) : Prop :=
  observed a i o \/ exists l, certificate a l /\ nth_error l i = Some o.

Theorem known_is_true a i o : accurate_among safe_one a -> known a i o -> true_of a i o.
Proof.
  intros Acc [O|[l [C O]]]; [apply observed_is_true|eapply certificate_is_true]; eauto.
Qed.

(* "two entangled learners' logs never differ at the same position", forgotten or not *)
Theorem logs_agree a b i v w :
  (exists s, safe_set h a b s /\ forall p, s p -> safe_one p) ->
  known a i (decided v) -> known b i (decided w) -> v = w.
Proof.
  intros [s [S Ss]] A B.
  assert (E : entangled (instances i) a b) by (exists s; auto).
  assert (Acc : accurate_among safe_one a /\ accurate_among safe_one b).
  { split; exists (fun p => s p \/ s p); (split; [|intros p [P|P]; auto]).
    - apply joined with b; auto. apply turned. exact S.
    - apply joined with a; auto. apply turned. exact S. }
  destruct Acc as [AccA AccB].
  destruct (known_is_true a i _ AccA A) as [c [C <-]].
  destruct (known_is_true b i _ AccB B) as [d [D <-]].
  exact (agreement h law graph_is_valid is_2a_for is_2a_for_is_solution (instances i)
    (runs_are_lawful i) a b c d E C D).
Qed.

(* "An accurate learner has one outcome for all honest observers" (section 8) *)
Theorem one_outcome a i o o' : accurate_among safe_one a -> known a i o -> known a i o' -> o = o'.
Proof.
  intros Acc K K'. assert (T := known_is_true a i o Acc K). assert (T' := known_is_true a i o' Acc K').
  destruct o as [v|], o' as [w|]; auto.
  - f_equal. exact (logs_agree a a i v w Acc K K').
  - destruct T as [b [D _]]. exfalso. exact (T' b D).
  - destruct T' as [b [D _]]. exfalso. exact (T b D).
Qed.
End Log.
