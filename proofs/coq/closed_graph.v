(* The closed graph is never written out by lib/core/connected.ts: it joins the edges whose safe sets
   contain nobody caught into components. That is the same (docs/PROTOCOL, section 1, Condensed graph,
   and section 3, Con). *)
From Coq Require Import List Relation_Operators.
Require Import definitions.
Import ListNotations.

Section Walks.
Variable h : history.
(* those that are not caught *)
Variable trusted : acceptor h -> Prop.

Definition holds a b : Prop := exists s, safety h a b s /\ forall p, s p -> trusted p.

Inductive walk : learner h -> learner h -> Prop :=
| along a b : holds a b -> walk a b
| back a b : walk a b -> walk b a
| on a b c : walk a b -> walk b c -> walk a c.

(* A safe set of the closed graph without anybody caught is a walk over such edges. *)
Theorem closed_by_walks a b :
  (exists s, safe_set h a b s /\ forall p, s p -> trusted p) <-> walk a b.
Proof.
  split.
  - intros [s [S T]]. revert T. induction S as [a b s S|a b s S IH|a b c s t S IH S' IH']; intro T.
    + apply along. exists s. auto.
    + apply back. auto.
    + apply on with b; auto.
  - intro W. induction W as [a b [s [S T]]|a b W [s [S T]]|a b c W [s [S T]] W' [t [S' T']]].
    + exists s. split; auto. apply given. exact S.
    + exists s. split; auto. apply turned. exact S.
    + exists (fun p => s p \/ t p). split. { apply joined with b; auto. } intros p [P|P]; auto.
Qed.
End Walks.

(* The components (lib/core/connected.ts, components). *)
Section Components.
Variable learner : Type.
Variable same : forall a b : learner, {a = b} + {a <> b}.
Definition equal a b : bool := if same a b then true else false.

Lemma equal_true a b : equal a b = true <-> a = b.
Proof. unfold equal. destruct (same a b); split; congruence. Qed.

(* by learner: whether another is in its component *)
Definition components_of := learner -> learner -> bool.

Definition joined_by (c : components_of) (e : learner * learner) (k : learner) : bool :=
  orb (orb (c (fst e) k) (c (snd e) k)) (orb (equal k (fst e)) (equal k (snd e))).
Definition join (c : components_of) (e : learner * learner) : components_of :=
  fun l k => if joined_by c e l then joined_by c e k else c l k.
Definition components (edges : list (learner * learner)) : components_of :=
  fold_left join edges (fun _ _ => false).

Inductive reaches (edges : list (learner * learner)) : learner -> learner -> Prop :=
| edge a b : In (a, b) edges -> reaches edges a b
| turn a b : reaches edges a b -> reaches edges b a
| further a b c : reaches edges a b -> reaches edges b c -> reaches edges a c.

Lemma reaches_more es e a b : reaches es a b -> reaches (es ++ [e]) a b.
Proof.
  intro R. induction R.
  - apply edge, in_or_app. auto.
  - apply turn. auto.
  - eapply further; eauto.
Qed.

Lemma joined_iff c a b k :
  joined_by c (a, b) k = true <-> c a k = true \/ c b k = true \/ k = a \/ k = b.
Proof.
  unfold joined_by. simpl. rewrite !Bool.orb_true_iff, !equal_true. tauto.
Qed.

Lemma join_is_reaching es c a b :
  (forall l k, c l k = true <-> reaches es l k) ->
  forall l k, join c (a, b) l k = true <-> reaches (es ++ [(a, b)]) l k.
Proof.
  intro C.
  assert (E : reaches (es ++ [(a, b)]) a b) by (apply edge, in_or_app; right; left; reflexivity).
  assert (old : forall l k, c l k = true -> reaches (es ++ [(a, b)]) l k).
  { intros l k H. apply reaches_more, C. exact H. }
  assert (sym : forall l k, c l k = true -> c k l = true).
  { intros l k H. apply C, turn, C. exact H. }
  assert (trans : forall l k m, c l k = true -> c k m = true -> c l m = true).
  { intros l k m H H'. apply C. eapply further; apply C; eauto. }
  assert (J : forall l, joined_by c (a, b) l = true -> reaches (es ++ [(a, b)]) a l).
  { intros l H. apply joined_iff in H. destruct H as [H|[H|[->| ->]]].
    - apply old. exact H.
    - eapply further; [exact E|]. apply old. exact H.
    - eapply further; [exact E|apply turn; exact E].
    - exact E. }
  assert (grow : forall l k, joined_by c (a, b) l = true -> c l k = true ->
    joined_by c (a, b) k = true).
  { intros l k H K. apply joined_iff. apply joined_iff in H.
    destruct H as [H|[H|[->| ->]]]; auto; [left|right; left]; eapply trans; eauto. }
  intros l k. split.
  - unfold join. destruct (joined_by c (a, b) l) eqn:L; intro H.
    + eapply further; [apply turn, (J l); exact L|apply J; exact H].
    + apply old. exact H.
  - intro R. induction R as [l k H|l k R IH|l k m R IH R' IH']; unfold join in *.
    + apply in_app_or in H. destruct H as [H|[H|[]]].
      * assert (K : c l k = true) by (apply C, edge; exact H).
        destruct (joined_by c (a, b) l) eqn:L; auto. exact (grow l k L K).
      * injection H as <- <-.
        assert (L : joined_by c (a, b) a = true) by (apply joined_iff; auto).
        rewrite L. apply joined_iff. auto.
    + destruct (joined_by c (a, b) l) eqn:L, (joined_by c (a, b) k) eqn:K; auto; try congruence.
      exfalso. assert (X := grow k l K (sym l k IH)). congruence.
    + destruct (joined_by c (a, b) l) eqn:L.
      * rewrite IH in IH'. exact IH'.
      * destruct (joined_by c (a, b) k) eqn:K; [|eapply trans; eauto].
        assert (X := grow k l K (sym l k IH)). congruence.
Qed.

(* The components hold exactly what edges lead to, in whatever order they come. *)
Theorem components_are_closed edges : forall l k,
  components edges l k = true <-> reaches edges l k.
Proof.
  induction edges as [|[a b] es IH] using rev_ind; intros l k.
  - simpl. split; [discriminate|]. intro R. exfalso. induction R; auto.
  - unfold components. rewrite fold_left_app. simpl. apply join_is_reaching. exact IH.
Qed.
End Components.
