(* What agreement needs of safe acceptors follows from one thing only: each message of theirs refers
   to the one they signed before it, and nobody else signs for them. *)
From Coq Require Import Relations Relation_Operators Operators_Properties Wellfounded PeanoNat.
Require Import definitions basics.

Section SafeAcceptors.
Variable h : history.
Hypothesis law : lawful h.
Variable r : run h.
Hypothesis run_law : lawful_run h r.
Notation tran := (tran h).
Notation earlier := (earlier h).
Notation signed_by := (signed_by h).
Notation nth_signed := (nth_signed r).

Lemma signed_before p i j m :
  safe r p -> i < j -> nth_signed p j m -> exists n, nth_signed p i n /\ earlier n m.
Proof.
  intros S L. revert m. induction L as [|j L IH]; intros m H.
  - destruct (next_refers_to_prev h r run_law p i m S H) as [n [Hn [R _]]].
    exists n. split; auto. apply t_step; auto.
  - destruct (next_refers_to_prev h r run_law p j m S H) as [n [Hn [R _]]].
    destruct (IH n Hn) as [k [Hk B]].
    exists k. split; auto. eapply t_trans; eauto. apply t_step; auto.
Qed.

(* The messages of a safe acceptor are one chain (lib/explore/judge.ts wants it in every state). *)
Theorem safe_chain : forall p m n, safe r p -> sent r m -> sent r n ->
  signed_by m p -> signed_by n p -> tran m n \/ tran n m.
Proof.
  intros p m n S Em En Sm Sn.
  destruct (unforged h r run_law p m S Em Sm) as [i Hi].
  destruct (unforged h r run_law p n S En Sn) as [j Hj].
  destruct (Nat.lt_trichotomy i j) as [L|[->|L]].
  - destruct (signed_before p i j n S L Hj) as [k [Hk B]].
    rewrite (one_at_a_time h r run_law p i m k Hi Hk). right. apply earlier_tran; auto.
  - rewrite (one_at_a_time h r run_law p j m n Hi Hj). left. apply rt_refl.
  - destruct (signed_before p j i m S L Hi) as [k [Hk B]].
    rewrite (one_at_a_time h r run_law p j n k Hj Hk). left. apply earlier_tran; auto.
Qed.

(* Nobody takes a safe acceptor for caught, whatever the others send. *)
Theorem safe_never_caught : forall x p, sent r x -> safe r p -> ~ caught h x p.
Proof.
  intros x p Ex S [m [n [Tm [Tn [Sm [Sn [A B]]]]]]].
  destruct (safe_chain p m n S (past_is_sent h r x m run_law Ex Tm)
    (past_is_sent h r x n run_law Ex Tn) Sm Sn); auto.
Qed.
End SafeAcceptors.
