(* Facts without history (docs/PROTOCOL, section 5) for every well-formed set of messages: what the
   definitions ask of the whole past is answered by what the refs say. *)
From Coq Require Import Relations Relation_Operators Operators_Properties Wellfounded.
Require Import definitions basics.

Section WellFormed.
Variable h : history.
Hypothesis law : lawful h.
Notation message := (message h).
Notation tran := (tran h).
Notation earlier := (earlier h).
Notation refers_to := (refers_to h).
Notation signed_by := (signed_by h).
Notation prev := (prev h).

(* "prev is among refs and is the latest message of the signer in Tran(x) - {x}, all others being its
   ancestors by prev; no prev only if Tran(x) - {x} holds no message of the signer"
   (section 3, WellFormed (both); lib/core/facts.ts, conclude) *)
Inductive ancestor : message -> message -> Prop :=
| itself x : ancestor x x
| by_prev x y z : prev x = Some y -> ancestor y z -> ancestor x z.

Definition follows (x : message) (p : acceptor h) : Prop :=
  match prev x with
  | Some y => refers_to x y /\ signed_by y p /\
      forall z, earlier z x -> signed_by z p -> ancestor y z
  | None => forall z, earlier z x -> ~ signed_by z p
  end.
Hypothesis well_formed : forall x p, signed_by x p -> follows x p.

Lemma ancestor_tran x y p : signed_by x p -> ancestor x y -> tran x y /\ signed_by y p.
Proof.
  intros S A. revert S. induction A as [x|x y z E A IH]; intro S.
  - split; [apply rt_refl|exact S].
  - assert (F := well_formed x p S). unfold follows in F. rewrite E in F.
    destruct F as [R [Sy _]]. destruct (IH Sy) as [T Sz]. split; auto.
    eapply rt_trans; [apply rt_step; exact R|exact T].
Qed.

(* "for two of one signer 'in Tran' and 'ancestor by prev' are the same thing"
   (lib/core/dag.ts, isAncestorOrSelf) *)
Theorem tran_is_ancestor x y p : signed_by x p -> signed_by y p -> (tran x y <-> ancestor x y).
Proof.
  intros Sx Sy. split.
  - intro T. destruct (tran_earlier h x y T) as [->|L]; [apply itself|].
    assert (F := well_formed x p Sx). unfold follows in F. destruct (prev x) as [w|] eqn:E.
    + destruct F as [_ [_ F]]. eapply by_prev; eauto.
    + exfalso. exact (F y L Sy).
  - intro A. exact (proj1 (ancestor_tran x y p Sx A)).
Qed.

Hypothesis same : forall x y : message, {x = y} + {x <> y}.

(* the definition of Caught in Heterogeneous Paxos 2.0 *)
Definition caught_by_prev (x : message) (p : acceptor h) : Prop := exists m n,
  tran x m /\ tran x n /\ signed_by m p /\ signed_by n p /\ m <> n /\ prev m = prev n.

Lemma ancestor_trans x y z : ancestor x y -> ancestor y z -> ancestor x z.
Proof. intros A B. induction A; auto. eapply by_prev; eauto. Qed.

(* Two messages of one signer are on one chain, or there is a fork below both. *)
Definition chain_or_fork_of p m n : Prop :=
  ancestor m n \/ ancestor n m \/
  exists m' n', ancestor m m' /\ ancestor n n' /\ m' <> n' /\ prev m' = prev n' /\
    signed_by m' p /\ signed_by n' p.
Lemma chain_or_fork p :
  forall m, signed_by m p -> forall n, signed_by n p -> chain_or_fork_of p m n.
Proof.
  apply (well_founded_ind (earlier_wf h law)
    (fun m => signed_by m p -> forall n, signed_by n p -> chain_or_fork_of p m n)).
  intros m IH Sm.
  apply (well_founded_ind (earlier_wf h law) (fun n => signed_by n p -> chain_or_fork_of p m n)).
  intros n IHn Sn.
  destruct (same m n) as [->|D]; [left; apply itself|].
  assert (Fm := well_formed m p Sm). assert (Fn := well_formed n p Sn). unfold follows in Fm, Fn.
  destruct (prev m) as [m0|] eqn:Em.
  - destruct Fm as [Rm [Sm0 _]].
    assert (Lm : earlier m0 m) by (apply t_step; exact Rm).
    destruct (IH m0 Lm Sm0 n Sn) as [A|[A|[m' [n' [A [B [N [E [S S']]]]]]]]].
    + left. eapply by_prev; eauto.
    + destruct (prev n) as [n0|] eqn:En.
      * destruct Fn as [Rn [Sn0 _]].
        assert (Ln : earlier n0 n) by (apply t_step; exact Rn).
        destruct (IHn n0 Ln Sn0) as [A'|[A'|[m' [n' [A' [B [N [E [S S']]]]]]]]].
        -- inversion A as [|a b c Ea Aa]; subst.
           ++ left. eapply by_prev; [exact Em|apply itself].
           ++ rewrite Ea in En. injection En as ->.
              (* n0 has m0 as its ancestor, and m has n0 *)
              inversion A' as [|a' b' c' Eb Ab]; subst.
              ** right. left. eapply by_prev; [exact Ea|apply itself].
              ** rewrite Eb in Em. injection Em as ->.
                 right. right. exists m, n.
                 assert (K : m0 = n0).
                 { apply (tran_antisymmetric h law);
                   [exact (proj1 (ancestor_tran _ _ p Sm0 Ab))|exact (proj1 (ancestor_tran _ _ p Sn0 Aa))]. }
                 subst. repeat split; auto; try apply itself. congruence.
        -- right. left. eapply by_prev; eauto.
        -- right. right. exists m', n'. repeat split; auto. eapply by_prev; eauto.
      * inversion A as [|a b c Ea Aa]; subst; [left; eapply by_prev; [exact Em|apply itself]|congruence].
    + right. right. exists m', n'. repeat split; auto. eapply by_prev; eauto.
  - destruct (prev n) as [n0|] eqn:En.
    + destruct Fn as [Rn [Sn0 _]].
      assert (Ln : earlier n0 n) by (apply t_step; exact Rn).
      destruct (IHn n0 Ln Sn0) as [A'|[A'|[m' [n' [A' [B [N [E [S S']]]]]]]]].
      * inversion A' as [|a b c Ea Aa]; subst; [right; left; eapply by_prev; [exact En|apply itself]|congruence].
      * right. left. eapply by_prev; eauto.
      * right. right. exists m', n'. repeat split; auto. eapply by_prev; eauto.
    + right. right. exists m, n. repeat split; auto; try apply itself. congruence.
Qed.

(* "With the prev rule these are exactly the signers with two messages of equal prev"
   (section 3, Caught; lib/core/dag.ts, findFork) *)
Theorem caught_is_caught_by_prev x p : caught h x p <-> caught_by_prev x p.
Proof.
  split.
  - intros [m [n [Tm [Tn [Sm [Sn [A B]]]]]]].
    destruct (chain_or_fork p m Sm n Sn) as [C|[C|[m' [n' [C [D [N [E [S S']]]]]]]]].
    + exfalso. apply A. exact (proj1 (ancestor_tran m n p Sm C)).
    + exfalso. apply B. exact (proj1 (ancestor_tran n m p Sn C)).
    + exists m', n'. repeat split; auto.
      * exact (tran_trans h x m m' Tm (proj1 (ancestor_tran m m' p Sm C))).
      * exact (tran_trans h x n n' Tn (proj1 (ancestor_tran n n' p Sn D))).
  - intros [m [n [Tm [Tn [Sm [Sn [N E]]]]]]]. exists m, n. repeat split; auto.
    + intro T. apply (tran_is_ancestor m n p Sm Sn) in T. inversion T as [|a b c Ea Aa]; subst; auto.
      assert (F := well_formed n p Sn). unfold follows in F. rewrite <- E, Ea in F.
      destruct F as [R [Sb _]].
      apply (earlier_irreflexive h law n). apply earlier_trans with b.
      * exact (proj1 (ancestor_tran b n p Sb Aa)).
      * apply t_step. exact R.
    + intro T. apply (tran_is_ancestor n m p Sn Sm) in T. inversion T as [|a b c Ea Aa]; subst; auto.
      assert (F := well_formed m p Sm). unfold follows in F. rewrite E, Ea in F.
      destruct F as [R [Sb _]].
      apply (earlier_irreflexive h law m). apply earlier_trans with b.
      * exact (proj1 (ancestor_tran b m p Sb Aa)).
      * apply t_step. exact R.
Qed.

(* The tips of a signer: its messages in Tran(x) that no other of them there follows
   (lib/core/caught.ts). *)
Definition tip (x : message) (p : acceptor h) (t : message) : Prop :=
  tran x t /\ signed_by t p /\ forall t', tran x t' -> signed_by t' p -> tran t' t -> t' = t.

(* pasts are finite: each message of a signer is in Tran of one of its tips *)
Hypothesis below_a_tip : forall x m p, tran x m -> signed_by m p -> exists t, tip x p t /\ tran t m.

(* "more than one that do not merge mean that the signer is caught" (section 5, tips, caught) *)
Theorem caught_by_tips x p : caught h x p <-> exists t u, tip x p t /\ tip x p u /\ t <> u.
Proof.
  split.
  - intros [m [n [Tm [Tn [Sm [Sn [A B]]]]]]].
    destruct (below_a_tip x m p Tm Sm) as [t [Ht Tt]].
    destruct (below_a_tip x n p Tn Sn) as [u [Hu Tu]].
    destruct (same t u) as [->|D]; [|exists t, u; auto].
    destruct Hu as [Tx [Su U]].
    destruct (same m u) as [->|]. { exfalso. auto. }
    destruct (same n u) as [->|]. { exfalso. auto. }
    (* both are ancestors of the one tip, so one is the other's *)
    exfalso. assert (Am := proj1 (tran_is_ancestor u m p Su Sm) Tt).
    assert (An := proj1 (tran_is_ancestor u n p Su Sn) Tu).
    assert (K : forall a b c, ancestor a b -> ancestor a c -> ancestor b c \/ ancestor c b).
    { intros a b c Ab. revert c. induction Ab as [a|a b c E Ab IH]; intros d Ad; auto.
      inversion Ad as [|a' b' c' E' Ad']; subst.
      - right. eapply by_prev; eauto.
      - rewrite E in E'. injection E' as <-. auto. }
    destruct (K u m n Am An) as [C|C].
    + apply A. exact (proj1 (ancestor_tran m n p Sm C)).
    + apply B. exact (proj1 (ancestor_tran n m p Sn C)).
  - intros [t [u [[Tt [St Ht]] [[Tu [Su Hu]] N]]]]. exists t, u.
    split; [exact Tt|split; [exact Tu|split; [exact St|split; [exact Su|split]]]]; intro T; apply N.
    + exact (Hu t Tt St T).
    + symmetry. exact (Ht u Tu Su T).
Qed.

(* "What holds of w holds of every later message of its signer, so each signer's tips decide"
   (section 5, TR burial; lib/core/buried.ts, buriersOf) *)
Theorem tips_decide (holds : message -> Prop) x p :
  (forall w v, tran v w -> holds w -> holds v) ->
  ((exists w, tran x w /\ signed_by w p /\ holds w) <-> exists t, tip x p t /\ holds t).
Proof.
  intro grows. split.
  - intros [w [T [S H]]]. destruct (below_a_tip x w p T S) as [t [Ht Tt]]. exists t. eauto.
  - intros [t [[T [S _]] H]]. exists t. auto.
Qed.

Theorem burial_by_tips is_2a_for b m y : burial h = TECHNICAL_REPORT ->
  (buried h is_2a_for b m y <-> has_quorum h b (fun p =>
    exists t, tip y p t /\ tran t m /\ exists z, tran t z /\ conflicts h is_2a_for b m z)).
Proof.
  intro R. unfold buried. rewrite R.
  assert (K : forall p, (exists w, tran y w /\ signed_by w p /\ tran w m /\
      exists z, tran w z /\ conflicts h is_2a_for b m z) <->
    exists t, tip y p t /\ tran t m /\ exists z, tran t z /\ conflicts h is_2a_for b m z).
  { intro p. apply (tips_decide (fun w => tran w m /\ exists z, tran w z /\ conflicts h is_2a_for b m z)).
    intros w v T [A [z [Tz C]]]. split; [eapply tran_trans; eauto|].
    exists z. split; auto. eapply tran_trans; eauto. }
  split; apply has_quorum_grows; intros p H; apply K; exact H.
Qed.

(* "Only refs of the same ballot contribute" (section 5, freshSigners; lib/core/past.ts) *)
Theorem one_ballot_of_refs x y b : tran x y -> x <> y -> in_ballot h x b -> in_ballot h y b ->
  exists r, refers_to x r /\ tran r y /\ in_ballot h r b.
Proof.
  intros T N Bx By. apply clos_rt_rt1n_iff in T. destruct T as [|r y R T]; [congruence|].
  apply clos_rt_rt1n_iff in T. exists r. split; auto. split; auto.
  destruct By as [[q [Tq Pq]] My]. split.
  - exists q. split; auto. eapply tran_trans; eauto.
  - intros s c Ts Ps L. destruct Bx as [_ Mx]. apply (Mx s c); auto.
    eapply tran_trans; [apply rt_step; exact R|exact Ts].
Qed.

(* "refs are the maximal acceptor messages": Tran is the same as if all were listed
   (section 2, refs; lib/core/acceptor.ts, remember) *)
Theorem maximal_refs_suffice (all few : message -> Prop) :
  (forall r, few r -> all r) -> (forall r, all r -> exists s, few s /\ tran s r) ->
  forall y, (exists r, all r /\ tran r y) <-> (exists r, few r /\ tran r y).
Proof.
  intros F A y. split.
  - intros [r [Ar T]]. destruct (A r Ar) as [s [Fs Ts]]. exists s. split; auto. eapply tran_trans; eauto.
  - intros [r [Fr T]]. eauto.
Qed.
End WellFormed.
