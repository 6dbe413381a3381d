(* None of the hypotheses of agreement.v asks for too much: here is a history with four acceptors, of
   which one lies, and two learners that decide. All of it is shown to be lawful, by both rules of
   burial, so the theorem speaks of something.

   Any three of the four are a quorum of both learners and a safe set of every pair. A, B and C are
   safe. In ballot One they send 1bs and 2as, so X and Y decide. D sends two messages of one prev, a
   1b of ballot One and a 1b of ballot Two. A's 1b of ballot Three has both in its past. *)
From Coq Require Import Relations Relation_Operators Operators_Properties Wellfounded List Arith Lia.
Require Import definitions basics safe_acceptors agreement recursion well_formed.
Import ListNotations.

Inductive server := A | B | C | D.
Inductive rule_name := X | Y.
Inductive number := One | Two | Three.
Inductive letter :=
  P1 | P2 | P3                        (* 1as *)
| A1 | B1 | C1                        (* 1bs of ballot One *)
| A2 | B2 | C2                        (* 2as of ballot One *)
| D1 | D1'                            (* two 1bs of the liar *)
| A3.                                 (* a 1b of ballot Three *)

Definition rank n := match n with One => 1 | Two => 2 | Three => 3 end.
Definition refs m := match m with
  | P1 | P2 | P3 => []
  | A1 | B1 | C1 | D1 => [P1]
  | D1' => [P2]
  | A2 => [A1; B1; C1] | B2 => [A1; B1; C1] | C2 => [A1; B1; C1]
  | A3 => [A2; D1; D1'; P3]
  end.
Definition author m := match m with
  | P1 | P2 | P3 => None
  | A1 | A2 | A3 => Some A | B1 | B2 => Some B | C1 | C2 => Some C | D1 | D1' => Some D
  end.
Definition offered m := match m with P1 => Some One | P2 => Some Two | P3 => Some Three | _ => None end.
Definition former m := match m with A2 => Some A1 | B2 => Some B1 | C2 => Some C1 | A3 => Some A2 | _ => None end.
Definition all_but (d : server) (s : server -> Prop) := forall p, s p <-> p <> d.

Section Instance.
Variable rule : burial_rule.

Definition four : history := {|
  acceptor := server; learner := rule_name; value := bool; ballot := number; message := letter;
  below := fun b c => rank b < rank c;
  value_of := fun b => match b with Two => false | _ => true end;
  refers_to := fun x y => In y (refs x);
  proposes := fun m b => offered m = Some b;
  signed_by := fun m p => author m = Some p;
  prev := former;
  quorum := fun _ s => exists d, all_but d s;
  safety := fun _ _ s => exists d, all_but d s;
  burial := rule
|}.

Definition height m := match m with
  | P1 | P2 | P3 => 0 | A1 | B1 | C1 | D1 | D1' => 1 | A2 | B2 | C2 => 2 | A3 => 3 end.

Lemma lawful_four : lawful four.
Proof.
  constructor; simpl.
  - intros b. lia.
  - intros a b c. lia.
  - intros [] []; simpl; auto; left + (right; right); lia.
  - intros [] []; auto; right; discriminate.
  - apply (well_founded_lt_compat letter height).
    intros y x H. destruct x; simpl in H; repeat (destruct H as [<-|H]; [simpl; lia|]); destruct H.
  - intros m p q H H'. congruence.
Qed.

(* Every safe set of the closed graph lacks one acceptor at most. *)
Lemma lacks_one a b s : safe_set four a b s -> exists d, forall p, p <> d -> s p.
Proof.
  intro H. induction H as [a b s [d H]|a b s _ IH|a b c s t _ [d H] _ _]; auto.
  - exists d. intros p N. apply H. exact N.
  - exists d. auto.
Qed.

Lemma valid_four : valid four.
Proof.
  intros a b s qa qb S [d Qa] [e Qb]. destruct (lacks_one a b s S) as [f Sf].
  assert (E : exists p : server, p <> d /\ p <> e /\ p <> f).
  { destruct d, e, f;
      (exists A; repeat split; discriminate) || (exists B; repeat split; discriminate) ||
      (exists C; repeat split; discriminate) || (exists D; repeat split; discriminate). }
  destruct E as [p [N [N' N'']]]. exists p. split; [apply Qa|split; [apply Qb|]]; auto.
Qed.

Definition shown : run four := Run four
  (fun _ => True)
  (fun p => p <> D)
  (fun p i m => author m = Some p /\ p <> D /\ height m = S i).

Lemma lawful_shown : lawful_run four shown.
Proof.
  constructor; simpl; auto.
  - intros p m N _ H. exists (height m - 1). split; auto. split; auto. destruct m; simpl in *; congruence.
  - intros p i m n [H [N E]] [H' [_ E']].
    destruct m, n; simpl in *; try reflexivity; try congruence.
  - intros p m _ [H [N E]]. destruct m; simpl in *; try reflexivity; try discriminate; try congruence.
  - intros p i m _ [H [N E]]. destruct m; simpl in *; try discriminate;
      injection H as <-; injection E as <-; (exists A1 + exists B1 + exists C1 + exists A2); simpl;
      repeat split; auto; discriminate.
Qed.

(* Tran, computed. *)
Definition past m := match m with
  | P1 => [P1] | P2 => [P2] | P3 => [P3]
  | A1 => [A1; P1] | B1 => [B1; P1] | C1 => [C1; P1] | D1 => [D1; P1] | D1' => [D1'; P2]
  | A2 => [A2; A1; B1; C1; P1] | B2 => [B2; A1; B1; C1; P1] | C2 => [C2; A1; B1; C1; P1]
  | A3 => [A3; A2; A1; B1; C1; D1; D1'; P1; P2; P3]
  end.
Lemma tran_past x y : tran four x y -> In y (past x).
Proof.
  intro H. apply clos_rt_rt1n_iff in H. induction H as [x|x y z H _ IH].
  - destruct x; simpl; auto.
  - destruct x; simpl in H; repeat (destruct H as [<-|H]; [simpl in *; tauto|]); destruct H.
Qed.

Ltac reach := simpl; auto 7.
Ltac step_to m := apply rt_trans with m; [apply rt_step; reach|].
Ltac tran := match goal with
  | |- tran _ ?x ?x => apply rt_refl
  | |- tran _ _ _ => solve [apply rt_step; reach | step_to A1; apply rt_step; reach
      | step_to D1'; apply rt_step; reach | step_to A2; step_to A1; apply rt_step; reach]
  end.

Lemma in_one x : In x [A1; B1; C1; A2; B2; C2] -> in_ballot four x One.
Proof.
  intro H. split.
  - exists P1. simpl in H. split; [|reflexivity].
    destruct H as [<-|[<-|[<-|[<-|[<-|[<-|[]]]]]]]; tran.
  - intros p c T Hc. simpl in *. apply tran_past in T.
    destruct H as [<-|[<-|[<-|[<-|[<-|[<-|[]]]]]]]; simpl in T;
      destruct p; simpl in Hc; try discriminate; injection Hc as <-; simpl; try lia;
      repeat (destruct T as [T|T]; [discriminate|]); destruct T.
Qed.

Notation two := (is_2a_for four lawful_four).
Lemma solution : solved four two.
Proof. exact (a_solution four lawful_four). Qed.

Lemma is_1b_of_one x : In x [A1; B1; C1] -> is_1b four x.
Proof.
  intro H. exists P1, One. simpl in H.
  destruct H as [<-|[<-|[<-|[]]]]; (split; [simpl; auto|split; [reflexivity|apply in_one; reach]]).
Qed.

Lemma no_1b_of_one x : In x [A2; B2; C2] -> ~ is_1b four x.
Proof.
  intros H [p [b [R [P _]]]]. simpl in *.
  destruct H as [<-|[<-|[<-|[]]]]; simpl in R;
    repeat (destruct R as [<-|R]; [discriminate|]); destruct R.
Qed.

(* The first 1bs are fresh: no 2a of their signers is in their past. *)
Lemma fresh_of_one a x : In x [A1; B1; C1] -> fresh four two a x.
Proof.
  intros H m bm bx [T [[p [S S']] [b [_ [W _]]]]] _ _. exfalso.
  apply solution in W. destruct W as [_ [N _]]. simpl in *. apply tran_past in T.
  destruct H as [<-|[<-|[<-|[]]]]; simpl in T;
    (destruct T as [<-|[<-|[]]]; [apply N, is_1b_of_one; reach|discriminate]).
Qed.

Definition first_of p := match p with A => A1 | B => B1 | C => C1 | D => D1 end.

Lemma fresh_signers_of_one a x : In x [A2; B2; C2] -> forall p, p <> D -> fresh_signers four two a x p.
Proof.
  intros H p N. exists (first_of p), One.
  assert (I : In (first_of p) [A1; B1; C1]) by (destruct p; simpl; auto; congruence).
  assert (J : in_ballot four x One) by (apply in_one; simpl in *; tauto).
  split; [|split; [apply is_1b_of_one; exact I|split; [destruct p; reflexivity|split; [|split]]]].
  - apply rt_step. simpl in *.
    destruct H as [<-|[<-|[<-|[]]]]; destruct p; simpl; auto; congruence.
  - apply in_one. simpl in *. tauto.
  - exact J.
  - apply fresh_of_one. exact I.
Qed.

Lemma voted a x : In x [A2; B2; C2] -> two a x.
Proof.
  intro H. apply solution. split; [|split].
  - simpl in H. destruct H as [<-|[<-|[<-|[]]]]; [exists A|exists B|exists C]; split;
      try reflexivity; apply fresh_signers_of_one; simpl; auto; discriminate.
  - apply no_1b_of_one. exact H.
  - exists (fun p : server => p <> D). split.
    + exists D. intro p. tauto.
    + exact (fresh_signers_of_one a x H).
Qed.

(* Both learners decide, ... *)
Lemma decided a : decides four two (sent shown) a One.
Proof.
  exists (fun p : server => p <> D). split. { exists D. intro p. tauto. }
  intros p N. simpl.
  destruct p; [exists A2|exists B2|exists C2|congruence]; (split; [exact I|]);
    (split; [apply voted; reach|split; [reflexivity|apply in_one; reach]]).
Qed.

(* ... they are entangled, ... *)
Lemma entangled_four a b : entangled shown a b.
Proof.
  exists (fun p : server => p <> D). split; [|auto].
  apply given. exists D. intro p. tauto.
Qed.

(* ... and the liar is caught. *)
Lemma liar_caught : caught four A3 D.
Proof.
  exists D1, D1'. repeat split; try tran; try reflexivity;
    intro T; apply tran_past in T; simpl in T;
    repeat (destruct T as [T|T]; [discriminate|]); destruct T.
Qed.

(* The premises of well_formed.v hold of it, too. *)
Lemma well_formed_four x p : signed_by four x p -> follows four x p.
Proof.
  intro H. unfold follows. simpl.
  assert (K : forall z, earlier four z x -> In z (past x) /\ z <> x).
  { intros z E. split.
    - apply tran_past. exact (earlier_tran four z x E).
    - intros ->. exact (earlier_irreflexive four lawful_four x E). }
  destruct x; simpl in H; try discriminate; injection H as <-; simpl;
    repeat (split; [simpl; auto; reflexivity|]);
    intros z E; destruct (K z E) as [I N]; clear K E; simpl in I;
    repeat (destruct I as [<-|I];
      [try (intro S; discriminate S); try (exfalso; apply N; reflexivity); intro S;
       first [apply itself | eapply by_prev; [reflexivity|apply itself]]|]); destruct I.
Qed.

(* So all premises of agreement hold together. *)
Theorem not_vacuous : lawful four /\ valid four /\ solved four two /\ lawful_run four shown /\
  entangled shown X Y /\ decides four two (sent shown) X One /\ decides four two (sent shown) Y One /\
  (forall x p, signed_by four x p -> follows four x p) /\
  exists p, caught four A3 p /\ ~ safe shown p.
Proof.
  split; [exact lawful_four|]. split; [exact valid_four|]. split; [exact solution|].
  split; [exact lawful_shown|]. split; [exact (entangled_four X Y)|].
  split; [exact (decided X)|]. split; [exact (decided Y)|].
  split; [exact well_formed_four|].
  exists D. split; [exact liar_caught|]. simpl. auto.
Qed.
End Instance.
