(* None of the hypotheses of log.v asks for too much: in the history of instance.v a certificate is
   made though the liar states something else, an instance that nobody has voted in is closed, and
   the rule that takes closers at their word closes one that then decides. *)
From Coq Require Import Relations Relation_Operators List Arith Lia.
Require Import definitions basics safe_acceptors agreement recursion well_formed instance log.
Import ListNotations.

Section LogInstance.
Variable rule : burial_rule.
Notation four := (instance.four rule).
Notation two := (is_2a_for (instance.four rule) (lawful_four rule)).
Notation shown := (instance.shown rule).
Notation first_value := (value_of four One).

Definition safe_one (p : server) : Prop := p <> D.
Definition right_log : list (outcome four) := [decided four first_value].
Definition wrong_log : list (outcome four) := [closed four].
Definition stated (p : server) (a : rule_name) (l : list (outcome four)) : Prop :=
  match p with D => l = wrong_log | _ => l = right_log end.

Lemma three_state a : certificate four stated a right_log.
Proof.
  exists (fun p => p <> D). split. { exists D. intro p. tauto. }
  intros [] N; simpl; auto. congruence.
Qed.

Lemma safe_ones_state_what_they_observe p a l : safe_one p -> stated p a l -> exists k,
  (k = 0 \/ k < length l /\ certificate four stated a (firstn k l)) /\
  forall i o, k <= i -> nth_error l i = Some o -> observed four two (fun _ => shown) a i o.
Proof.
  intros S H. exists 0. split; auto. intros i o _ E.
  assert (l = right_log) as -> by (destruct p; simpl in H; auto; exfalso; apply S; reflexivity).
  destruct i as [|[|i]]; simpl in E; try discriminate. injection E as <-.
  exists One. split; [apply (instance.decided rule)|reflexivity].
Qed.

(* Three of four close, nobody has shown a vote: nobody can decide any more, whoever lies. *)
Lemma no_vote_closes a : closes four two a (fun p => p <> D) (fun _ => False).
Proof.
  intros trusted [s [S T]] b [qa [[d Q] H]].
  destruct (lacks_one rule a a s S) as [l L].
  assert (K : forall p, p <> d -> p <> l -> p <> D -> False).
  { intros p Nd Nl N. destruct (H p) as [x [[] _]]; auto. apply Q. exact Nd. }
  destruct d, l; (apply (K A); congruence) || (apply (K B); congruence) || (apply (K C); congruence).
Qed.

(* All premises of log.v hold together, ... *)
Theorem log_not_vacuous : accurate_among four safe_one X /\ certificate four stated X right_log /\
  known four two (fun _ => shown) stated X 0 (decided four first_value) /\
  (forall p a l, safe_one p -> stated p a l -> exists k,
    (k = 0 \/ k < length l /\ certificate four stated a (firstn k l)) /\
    forall i o, k <= i -> nth_error l i = Some o -> observed four two (fun _ => shown) a i o) /\
  closes four two X (fun p => p <> D) (fun _ => False).
Proof.
  split; [|split; [apply three_state|split; [|split]]].
  - exists (fun p => p <> D). split; auto. apply given. exists D. intro p. tauto.
  - right. exists right_log. split; [apply three_state|reflexivity].
  - exact safe_ones_state_what_they_observe.
  - apply no_vote_closes.
Qed.

(* "In no ballot do the shown 2as together with all who have not closed contain a quorum": the rule as
   it was first written, which asks nothing of closers. *)
Definition closes_at_their_word a (closers : server -> Prop) (seen : letter -> Prop) : Prop :=
  forall b, ~ has_quorum four a (fun p => closers p ->
    exists x, seen x /\ two a x /\ signed_by four x p /\ in_ballot four x b).

(* ... and by that rule two safe closers of whom one has not voted, and one that hides its vote, close
   an instance: C is taken here for the one that lies. *)
Theorem closers_must_not_be_believed : exists closers seen,
  closes_at_their_word X closers seen /\
  (forall p m, safe_one p -> p <> C -> closers p -> sent shown m -> signed_by four m p -> seen m) /\
  decides four two (sent shown) X One.
Proof.
  exists (fun p => p <> B), (fun m => author m = Some A).
  split; [|split; [|apply (instance.decided rule)]].
  - intros b [qa [[d Q] H]].
    assert (K : forall p, p <> d -> p <> B -> p <> A -> False).
    { intros p Nd NB NA. destruct (H p) as [x [E [_ [S _]]]]; auto. apply Q. exact Nd.
      simpl in S. rewrite E in S. injection S as <-. congruence. }
    destruct d; (apply (K C); congruence) || (apply (K D); congruence).
  - intros p m S NC NB _ E. simpl in E. destruct p; simpl; auto; exfalso; [apply NB|apply NC|apply S];
      reflexivity.
Qed.
End LogInstance.
