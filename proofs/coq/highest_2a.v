(* The pair that stands for all 2as of a past (docs/PROTOCOL, section 5, highest2a;
   lib/core/highest_2a.ts): the highest ballot, and the highest with another value than that. *)
From Coq Require Import Setoid.

Section Highest.
Variable ballot value : Type.
Variable below : ballot -> ballot -> Prop.
Hypothesis irreflexive : forall b, ~ below b b.
Hypothesis transitive : forall a b c, below a b -> below b c -> below a c.
(* compareBallots; equality of value hashes *)
Variable compare : forall a b : ballot, {below a b} + {a = b} + {below b a}.
Variable value_of : ballot -> value.
Variable same : forall v w : value, {v = w} + {v <> w}.

Definition pair : Type := ballot * option ballot.
Definition higher (a b : ballot) : bool := match compare a b with inright _ => true | _ => false end.

(* raise2a *)
Definition raise (p : option pair) (b : ballot) : pair :=
  match p with
  | None => (b, None)
  | Some (best, other) =>
    if higher b best then (b, if same (value_of b) (value_of best) then other else Some best)
    else if same (value_of b) (value_of best) then (best, other)
    else match other with
    | Some o => if higher b o then (best, Some b) else (best, Some o)
    | None => (best, Some b)
    end
  end.
(* merge2as *)
Definition merge (p q : option pair) : option pair :=
  match p, q with
  | _, None => p
  | None, _ => q
  | Some _, Some (b, None) => Some (raise p b)
  | Some _, Some (b, Some o) => Some (raise (Some (raise p b)) o)
  end.
(* hasConflictAbove *)
Definition has_conflict_above (p : option pair) (m : ballot) : bool :=
  match p with
  | None => false
  | Some (best, other) =>
    if same (value_of best) (value_of m) then
      match other with Some o => higher o m | None => false end
    else higher best m
  end.

(* What the pair says of the ballots of some 2as. *)
Definition stands_for (p : option pair) (s : ballot -> Prop) : Prop :=
  match p with
  | None => forall z, ~ s z
  | Some (best, other) => s best /\ (forall z, s z -> ~ below best z) /\
    match other with
    | None => forall z, s z -> value_of z = value_of best
    | Some o => s o /\ value_of o <> value_of best /\
        forall z, s z -> value_of z <> value_of best -> ~ below o z
    end
  end.

Lemma higher_true a b : higher a b = true <-> below b a.
Proof.
  unfold higher. destruct (compare a b) as [[L|E]|L]; split; intro H; auto; try discriminate.
  - exfalso. apply (irreflexive a). eapply transitive; eauto.
  - subst. exfalso. exact (irreflexive _ H).
Qed.

Lemma below_up a b c : below a b -> ~ below c b -> below a c.
Proof.
  intros L N. destruct (compare a c) as [[H|E]|H]; auto.
  - subst. contradiction.
  - exfalso. apply N. eapply transitive; eauto.
Qed.

Lemma not_below_trans a b c : ~ below b a -> ~ below c b -> ~ below c a.
Proof.
  intros H K L. destruct (compare b a) as [[X|E]|X].
  - contradiction.
  - subst. contradiction.
  - apply K. eapply transitive; eauto.
Qed.

Lemma not_higher a b : higher a b = false -> ~ below b a.
Proof. intros H L. apply higher_true in L. congruence. Qed.

Theorem raise_stands_for p s b :
  stands_for p s -> stands_for (Some (raise p b)) (fun z => s z \/ z = b).
Proof.
  destruct p as [[best other]|]; simpl.
  2:{ intro N. repeat split; auto; intros z [S| ->]; auto; exfalso; exact (N z S). }
  intros [B [M O]]. destruct (higher b best) eqn:H.
  - apply higher_true in H. destruct (same (value_of b) (value_of best)) as [E|N].
    + split; [auto|split].
      * intros z [S| ->]; auto. intro L. apply (M z S). eapply transitive; eauto.
      * destruct other as [o|].
        -- destruct O as [So [No Mo]]. split; [auto|]. split; [congruence|].
           intros z [S| ->] D; [apply Mo; congruence|congruence].
        -- intros z [S| ->]; auto. rewrite E. auto.
    + split; [auto|split].
      * intros z [S| ->]; auto. intro L. apply (M z S). eapply transitive; eauto.
      * split; [auto|]. split; [congruence|]. intros z [S| ->] D; [auto|congruence].
  - apply not_higher in H. destruct (same (value_of b) (value_of best)) as [E|N].
    + split; [auto|split].
      * intros z [S| ->]; auto.
      * destruct other as [o|].
        -- destruct O as [So [No Mo]]. split; [auto|]. split; [auto|].
           intros z [S| ->] D; [auto|congruence].
        -- intros z [S| ->]; auto.
    + destruct other as [o|].
      * destruct O as [So [No Mo]]. destruct (higher b o) eqn:K.
        -- apply higher_true in K. split; [auto|split]. { intros z [S| ->]; auto. }
           split; [auto|]. split; [auto|]. intros z [S| ->] D; auto.
           intro L. apply (Mo z S D). eapply transitive; eauto.
        -- apply not_higher in K. split; [auto|split]. { intros z [S| ->]; auto. }
           split; [auto|]. split; [auto|]. intros z [S| ->] D; auto.
      * split; [auto|split]. { intros z [S| ->]; auto. }
        split; [auto|]. split; [auto|]. intros z [S| ->] D; auto.
Qed.

(* Whoever is not above what is counted anyway, and not of a value that would matter, adds nothing. *)
Theorem merge_stands_for p q s t :
  stands_for p s -> stands_for q t -> stands_for (merge p q) (fun z => s z \/ t z).
Proof.
  destruct q as [[b o]|].
  2:{ simpl. intros P Q. destruct p as [[best other]|]; simpl in *.
      - destruct P as [B [M O]]. split; [auto|split].
        + intros z [S|T]; auto. exfalso. exact (Q z T).
        + destruct other as [o|].
          * destruct O as [So [No Mo]]. split; [auto|]. split; [auto|].
            intros z [S|T]; auto. exfalso. exact (Q z T).
          * intros z [S|T]; auto. exfalso. exact (Q z T).
      - intros z [S|T]; [exact (P z S)|exact (Q z T)]. }
  destruct p as [p|].
  2:{ simpl. intros P [B [M O]]. split; [auto|split].
      - intros z [S|T]; auto. exfalso. exact (P z S).
      - destruct o as [o|].
        + destruct O as [So [No Mo]]. split; [auto|]. split; [auto|].
          intros z [S|T]; auto. exfalso. exact (P z S).
        + intros z [S|T]; auto. exfalso. exact (P z S). }
  intros P Q. assert (Q' := Q). simpl in Q'. destruct Q' as [B [M O]].
  assert (R := raise_stands_for (Some p) s b P).
  assert (F : exists r, merge (Some p) (Some (b, o)) = Some r /\
    stands_for (Some r) (fun z => s z \/ z = b \/ o = Some z)).
  { destruct o as [o|].
    - exists (raise (Some (raise (Some p) b)) o). split; auto.
      assert (R' := raise_stands_for _ _ o R). revert R'. generalize (raise (Some (raise (Some p) b)) o).
      intros [x [y|]]; simpl; intros [X [Y Z]].
      + split; [destruct X as [[X|X]|X]; subst; auto|split].
        * intros z [S|[->|E]]; [apply Y; auto|apply Y; auto|injection E as <-; apply Y; auto].
        * destruct Z as [Sy [Ny My]]. split; [destruct Sy as [[S|S]|S]; subst; auto|].
          split; [auto|]. intros z [S|[->|E]]; [apply My; auto|apply My; auto|injection E as <-; apply My; auto].
      + split; [destruct X as [[X|X]|X]; subst; auto|split].
        * intros z [S|[->|E]]; [apply Y; auto|apply Y; auto|injection E as <-; apply Y; auto].
        * intros z [S|[->|E]]; [apply Z; auto|apply Z; auto|injection E as <-; apply Z; auto].
    - exists (raise (Some p) b). split; auto. revert R. generalize (raise (Some p) b).
      intros [x [y|]]; simpl; intros [X [Y Z]].
      + split; [destruct X; subst; auto|split].
        * intros z [S|[->|E]]; [apply Y; auto|apply Y; auto|discriminate].
        * destruct Z as [Sy [Ny My]]. split; [destruct Sy; subst; auto|].
          split; [auto|]. intros z [S|[->|E]]; [apply My; auto|apply My; auto|discriminate].
      + split; [destruct X; subst; auto|split].
        * intros z [S|[->|E]]; [apply Y; auto|apply Y; auto|discriminate].
        * intros z [S|[->|E]]; [apply Z; auto|apply Z; auto|discriminate]. }
  destruct F as [[x y] [E0 [X [Y Z]]]].
  refine (eq_ind_r (fun u => stands_for u (fun z => s z \/ t z)) _ E0). simpl.
  assert (So : forall z, o = Some z -> t z).
  { intros z ->. destruct O as [So _]. exact So. }
  assert (into : forall z, s z \/ z = b \/ o = Some z -> s z \/ t z).
  { intros z [S|[->|E]]; auto. }
  assert (low : ~ below x b) by (apply Y; auto).
  split; [auto|split].
  { intros z [S|T]; [apply Y; auto|]. eapply not_below_trans; [|exact low]. auto. }
  destruct y as [y|].
  - destruct Z as [Sy [Ny My]]. split; [auto|]. split; [auto|].
    intros z [S|T] D; [apply My; auto|].
    destruct (same (value_of b) (value_of x)) as [E|N].
    + destruct o as [o|].
      * destruct O as [To [No Mo]]. eapply not_below_trans with o; [apply Mo; congruence|].
        apply My; auto. congruence.
      * exfalso. apply D. rewrite <- E. auto.
    + eapply not_below_trans with b; [auto|]. apply My; auto.
  - intros z [S|T]; [auto|]. assert (E : value_of b = value_of x) by auto.
    destruct o as [o|]; [|rewrite <- E; auto].
    destruct O as [To [No Mo]]. exfalso. apply No. rewrite E. apply Z. auto.
Qed.

(* So the pair answers for every m whether a 2a is above it with another value. *)
Theorem pair_is_enough p s m : stands_for p s ->
  (has_conflict_above p m = true <-> exists z, s z /\ below m z /\ value_of z <> value_of m).
Proof.
  destruct p as [[best other]|]; simpl.
  2:{ intro N. split; [discriminate|]. intros [z [S _]]. exfalso. exact (N z S). }
  intros [B [M O]]. destruct (same (value_of best) (value_of m)) as [E|N].
  - destruct other as [o|].
    + destruct O as [So [No Mo]]. rewrite higher_true. split.
      * intro L. exists o. repeat split; auto. congruence.
      * intros [z [S [L D]]]. eapply below_up; [exact L|]. apply Mo; auto. congruence.
    + split; [discriminate|]. intros [z [S [L D]]]. exfalso. apply D. rewrite <- E. auto.
  - rewrite higher_true. split.
    + intro L. exists best. auto.
    + intros [z [S [L D]]]. eapply below_up; [exact L|]. auto.
Qed.
End Highest.
