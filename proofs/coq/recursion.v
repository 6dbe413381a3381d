(* The definition of "2a for a" is recursive: by way of fresh, Con2as and Buried it asks about other
   2as. It has a solution, and only one; so the definitions mean something, and whatever satisfies
   them (the core, the model, an oracle) says the same of every message. *)
From Coq Require Import Relations Relation_Operators Operators_Properties Wellfounded.
Require Import definitions basics.

Section Recursion.
Variable h : history.
Hypothesis law : lawful h.
Notation message := (message h).
Notation learner := (learner h).
Notation tran := (tran h).
Notation earlier := (earlier h).

(* Two answers that are equal for all that is in the past of x. *)
Definition same (t u : learner -> message -> Prop) x := forall b m, tran x m -> (t b m <-> u b m).

Lemma same_turned t u x : same t u x -> same u t x.
Proof. intros H b m T; split; apply H; auto. Qed.

Lemma conflicts_same t u x b m z :
  same t u x -> tran x z -> conflicts h t b m z -> conflicts h u b m z.
Proof. intros H T [A R]. split; auto. apply H; auto. Qed.

Lemma buried_same t u x b m : same t u x -> buried h t b m x -> buried h u b m x.
Proof.
  unfold buried. intros H. destruct (burial h).
  - apply has_quorum_grows. intros p [w [Tw [Sw [Twm [z [Tz C]]]]]].
    exists w. repeat split; auto. exists z. split; auto.
    eapply conflicts_same; eauto. eapply tran_trans; eauto.
  - intros [z [Tz C]]. exists z. split; auto. eapply conflicts_same; eauto.
Qed.

Lemma fresh_same t u x a : same t u x -> fresh h t a x -> fresh h u a x.
Proof.
  intros H F m c d [T [S [b [C [A NB]]]]] Bc Bd. apply (F m c d); auto.
  split; auto. split; auto. exists b. split; auto. split.
  - apply H; auto.
  - intro Bu. apply NB. eapply buried_same; eauto.
Qed.

(* It is enough that they are equal for what is earlier than x, since x is not a 1b. *)
Definition agree (t u : learner -> message -> Prop) x := forall b m, earlier m x -> (t b m <-> u b m).

Lemma agree_turned t u x : agree t u x -> agree u t x.
Proof. intros H b m L; split; apply H; auto. Qed.

Lemma fresh_signers_agree t u x a p :
  ~ is_1b h x -> agree t u x -> fresh_signers h t a x p -> fresh_signers h u a x p.
Proof.
  intros N H [y [d [T [O [S [By [Bx F]]]]]]].
  exists y, d. repeat split; auto; try apply By; try apply Bx.
  eapply fresh_same; [|exact F].
  intros b m Tm. apply H. apply earlier_trans with y; auto.
  destruct (tran_earlier h x y T) as [->|]; auto. contradiction.
Qed.

Lemma qualifies_agree t u x a : agree t u x -> qualifies h t a x -> qualifies h u a x.
Proof.
  intros H [[p [Sp Qp]] [N Q]]. split; [|split]; auto.
  - exists p. split; auto. eapply fresh_signers_agree; eauto.
  - eapply has_quorum_grows; [|exact Q]. intros p' Qp'. eapply fresh_signers_agree; eauto.
Qed.

Theorem at_most_one_solution t u : solved h t -> solved h u -> forall x a, t a x <-> u a x.
Proof.
  intros Ht Hu. apply (well_founded_ind (earlier_wf h law) (fun x => forall a, t a x <-> u a x)).
  intros x IH a. assert (A : agree t u x) by (intros b m L; apply IH; auto).
  split; intro H.
  - apply Hu. eapply qualifies_agree; eauto. apply Ht; auto.
  - apply Ht. eapply qualifies_agree; [apply agree_turned; eauto|]. apply Hu; auto.
Qed.

(* The solution: answer for a message after the answers for all earlier ones. *)
Fixpoint answer (x : message) (A : Acc earlier x) {struct A} : learner -> Prop :=
  fun a => qualifies h (fun b m => exists L : earlier m x, answer m (Acc_inv A L) b) a x.
Definition is_2a_for (a : learner) (x : message) : Prop := answer x (earlier_wf h law x) a.

Lemma answer_irrelevant : forall x (A A' : Acc earlier x) a, answer x A a <-> answer x A' a.
Proof.
  apply (well_founded_ind (earlier_wf h law)
    (fun x => forall (A A' : Acc earlier x) a, answer x A a <-> answer x A' a)).
  intros x IH A A' a. destruct A as [A], A' as [A']. simpl.
  assert (K : forall A A' : forall y, earlier y x -> Acc earlier y,
    agree (fun b m => exists L : earlier m x, answer m (A m L) b)
          (fun b m => exists L : earlier m x, answer m (A' m L) b) x).
  { intros A1 A2 b m L. split; intros [L' G]; exists L'; eapply IH; eauto. }
  split; intro H; (eapply qualifies_agree; [|exact H]); apply K.
Qed.

Theorem a_solution : solved h is_2a_for.
Proof.
  intros a x. unfold is_2a_for at 1. destruct (earlier_wf h law x) as [A]. simpl.
  assert (K : agree
    (fun b m => exists L : earlier m x, answer m (Acc_inv (Acc_intro x A) L) b) is_2a_for x).
  { intros b m L. unfold is_2a_for. split.
    - intros [L' G]. eapply answer_irrelevant; eauto.
    - intro G. exists L. eapply answer_irrelevant; eauto. }
  split; intro H; (eapply qualifies_agree; [|exact H]); auto. apply agree_turned; auto.
Qed.
End Recursion.
