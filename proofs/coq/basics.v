(* What follows at once: pasts are closed, ballots are unique and only grow. *)
From Coq Require Import Relations Relation_Operators Operators_Properties Wellfounded.
Require Import definitions.

Section Basics.
Variable h : history.
Hypothesis law : lawful h.
Notation message := (message h).
Notation refers_to := (refers_to h).
Notation tran := (tran h).
Notation below := (below h).
Notation in_ballot := (in_ballot h).

(* y is in Tran(x) and is not x *)
Definition earlier (y x : message) : Prop := clos_trans message (fun y x => refers_to x y) y x.

Lemma earlier_wf : well_founded earlier.
Proof. exact (wf_clos_trans _ _ (refs_end h law)). Qed.

Lemma earlier_irreflexive m : ~ earlier m m.
Proof.
  apply (well_founded_ind earlier_wf (fun m => ~ earlier m m)).
  intros x IH H. exact (IH x H H).
Qed.

Lemma earlier_tran n m : earlier n m -> tran m n.
Proof.
  intro H. induction H as [n m H|n k m H1 I1 H2 I2].
  - apply rt_step. exact H.
  - eapply rt_trans; eauto.
Qed.

Lemma tran_earlier x y : tran x y -> x = y \/ earlier y x.
Proof.
  intro H. induction H as [x y H|x|x y z H1 [->|I1] H2 [->|I2]]; auto.
  - right. apply t_step. exact H.
  - right. eapply t_trans; eauto.
Qed.

Lemma earlier_trans x y z : tran y x -> earlier y z -> earlier x z.
Proof.
  intros T E. destruct (tran_earlier y x T) as [->|L]; auto. eapply t_trans; eauto.
Qed.

Lemma tran_trans x y z : tran x y -> tran y z -> tran x z.
Proof. intros; eapply rt_trans; eauto. Qed.

Lemma tran_antisymmetric x y : tran x y -> tran y x -> x = y.
Proof.
  intros H K. destruct (tran_earlier x y H) as [|L]; auto. exfalso.
  destruct (tran_earlier y x K) as [->|L'].
  - exact (earlier_irreflexive _ L).
  - apply (earlier_irreflexive x). eapply t_trans; eauto.
Qed.

Lemma ballots_grow x y b c : tran x y -> in_ballot x b -> in_ballot y c -> ~ below b c.
Proof.
  intros T [_ M] [[p [Tp Bp]] _]. apply (M p c); auto. eapply tran_trans; eauto.
Qed.

Lemma one_ballot x b c : in_ballot x b -> in_ballot x c -> b = c.
Proof.
  intros H1 H2. destruct (below_total h law b c) as [L|[->|L]]; auto; exfalso.
  - exact (ballots_grow x x b c (rt_refl _ _ x) H1 H2 L).
  - exact (ballots_grow x x c b (rt_refl _ _ x) H2 H1 L).
Qed.

Lemma has_quorum_grows a (s t : acceptor h -> Prop) :
  (forall p, s p -> t p) -> has_quorum h a s -> has_quorum h a t.
Proof. intros H [qa [Q I]]. exists qa. split; auto. Qed.

Lemma quorums_meet a b s t u : valid h -> safe_set h a b u -> has_quorum h a s -> has_quorum h b t ->
  exists p, s p /\ t p /\ u p.
Proof.
  intros V U [qa [Qa Ia]] [qb [Qb Ib]]. destruct (V a b u qa qb U Qa Qb) as [p [A [B C]]].
  exists p. auto.
Qed.

Lemma past_is_sent r x y : lawful_run h r -> sent r x -> tran x y -> sent r y.
Proof.
  intros R Hx H. induction H as [x y H|x|x y z H1 I1 H2 I2]; auto. exact (refs_are_sent h r R x y Hx H).
Qed.

Lemma entangled_turned (r : run h) a b : entangled r a b -> entangled r b a.
Proof. intros [s [S H]]. exists s. split; auto. apply turned. exact S. Qed.

(* "Accurate(a)": whoever is entangled with anybody is so with itself *)
Lemma entangled_accurate (r : run h) a b : entangled r a b -> entangled r a a.
Proof.
  intros [s [S H]]. exists (fun p => s p \/ s p). split.
  - apply joined with b; auto. apply turned. exact S.
  - intros p [P|P]; auto.
Qed.
End Basics.
