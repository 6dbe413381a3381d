(* Agreement: "entangled learners never decide different values" (docs/PROTOCOL, section 1).

   For arbitrary acceptors, learners, valid graphs, messages and behaviour of whoever is not safe, by
   both rules of burial, constructively. The proof is by induction over the past of a 2a: once a has
   decided in a ballot, every 2a above it for anybody entangled with a has the same value, because
   some safe acceptor stood in both quorums, was still bound when it voted again, and could be freed
   only by an earlier 2a for a above the ballot, which by induction had the same value. *)
From Coq Require Import Relations Relation_Operators Operators_Properties Wellfounded.
Require Import definitions basics safe_acceptors.

Section Agreement.
Variable h : history.
Hypothesis law : lawful h.
Hypothesis graph_is_valid : valid h.
Variable is_2a_for : learner h -> message h -> Prop.
Hypothesis is_2a_for_is_solution : solved h is_2a_for.
Variable r : run h.
Hypothesis run_law : lawful_run h r.
Notation tran := (tran h).
Notation earlier := (earlier h).
Notation in_ballot := (in_ballot h).
Notation below := (below h).
Notation value_of := (value_of h).
Notation decides := (decides h is_2a_for (sent r)).

Lemma locked a b : decides a b ->
  forall z, sent r z -> forall e d, entangled r a e -> is_2a_for e z -> in_ballot z d ->
  below b d -> value_of d = value_of b.
Proof.
  intro D. apply (well_founded_ind (earlier_wf h law) (fun z => sent r z -> forall e d,
    entangled r a e -> is_2a_for e z -> in_ballot z d -> below b d -> value_of d = value_of b)).
  intros z IH Ez e d Ent T Bz L.
  destruct (values_differ h law (value_of d) (value_of b)) as [Eq|Ne]; auto. exfalso.
  apply is_2a_for_is_solution in T. destruct T as [_ [not1b Qe]].
  assert (Ent' := Ent). destruct Ent' as [s [S Ss]].
  (* a safe p that voted for the decision, and with a fresh 1b y for z *)
  destruct (quorums_meet h a e _ _ s graph_is_valid S D Qe)
    as [p [[m [Em [Tm [Sm Bm]]]] [[y [d' [Tzy [y1b [Sy [By [Bz' F]]]]]]] Sp]]].
  assert (d' = d) by (eapply one_ballot; eauto). subst d'.
  assert (Ey : sent r y) by (exact (past_is_sent h r z y run_law Ez Tzy)).
  assert (Hp : safe r p) by auto.
  assert (Tym : tran y m).
  { destruct (safe_chain h r run_law p m y Hp Em Ey Sm Sy) as [H|H]; auto.
    exfalso. exact (ballots_grow h m y b d H Bm By L). }
  (* p would not have been free of m unless m was buried *)
  assert (NN : ~ ~ buried h is_2a_for a m y).
  { intro NB. apply Ne. symmetry. apply (F m b d); auto.
    split; auto. split. { exists p; auto. }
    exists a. split; auto. exists s. split.
    - apply turned. exact S.
    - intros q Sq. apply (safe_never_caught h r run_law); auto. }
  apply NN. intro Bur.
  assert (ybz : earlier y z).
  { destruct (tran_earlier h z y Tzy) as [->|]; auto. contradiction. }
  (* what buries m is an earlier 2a for a itself *)
  assert (K : forall w, tran y w -> conflicts h is_2a_for a m w -> False).
  { intros w Tyw [Tw [c [dw [Bc [Bw [Lw Nw]]]]]].
    assert (c = b) by (eapply one_ballot; eauto). subst c.
    apply Nw. apply (IH w) with (e := a); auto.
    - apply earlier_trans with y; auto.
    - exact (past_is_sent h r y w run_law Ey Tyw).
    - exact (entangled_accurate h r a e Ent). }
  unfold buried in Bur. destruct (burial h).
  - (* a quorum is not empty, since a is entangled with itself *)
    destruct (entangled_accurate h r a e Ent) as [u [U _]].
    destruct (quorums_meet h a a _ _ u graph_is_valid U Bur Bur)
      as [p' [[w [Tw [_ [_ [x [Tx C]]]]]] _]].
    apply (K x); auto. eapply tran_trans; eauto.
  - destruct Bur as [x [Tx C]]. apply (K x); auto.
Qed.

Theorem agreement a a' b b' :
  entangled r a a' -> decides a b -> decides a' b' -> value_of b = value_of b'.
Proof.
  assert (H : forall a a' b b', entangled r a a' -> decides a b -> decides a' b' -> below b b' ->
    value_of b' = value_of b).
  { clear a a' b b'. intros a a' b b' Ent D D' L.
    destruct (entangled_accurate h r a' a (entangled_turned h r a a' Ent)) as [u [U _]].
    destruct (quorums_meet h a' a' _ _ u graph_is_valid U D' D')
      as [p [[x [Ex [Tx [_ Bx]]]] _]].
    eapply locked; eauto. }
  intros Ent D D'. destruct (below_total h law b b') as [L|[->|L]]; auto.
  - symmetry. exact (H a a' b b' Ent D D' L).
  - exact (H a' a b' b (entangled_turned h r a a' Ent) D' D L).
Qed.
End Agreement.
