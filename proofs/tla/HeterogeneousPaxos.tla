-------------------------- MODULE HeterogeneousPaxos --------------------------
(* The protocol as docs/PROTOCOL has it: the definitions of section 3, literally, over Tran, and the    *)
(* acceptor of section 4. Whoever is not safe really acts. A state is what lib/explore says it is:      *)
(* whatever has been sent is on its way for ever, and an action delivers one message to one safe        *)
(* acceptor, or lets a liar send one. The words are those of docs/GLOSSARY.md.                          *)
EXTENDS Naturals, FiniteSets, TLC
CONSTANTS
  SafeAcceptors, Liars, Learners,
  Ballots,         \* numbers, from 1
  Value,           \* by ballot
  Quorums,         \* by learner: minimal quorums (section 1)
  Safety,          \* by pair of learners: minimal safe sets as configured; empty where there are none
  Burial,          \* "TECHNICAL_REPORT" or "HP2"
  MessagesOfLiars, \* by each of them, at most
  RefsOfLiars,     \* acceptor messages besides prev in each, at most; besides these one 1a or none
  SkipFinished     \* nothing is delivered to acceptors that no rule lets sign again
VARIABLES
  facts,           \* by message sent: what the definitions say of it; lib/core/entry.ts
  known, recent, prev \* by safe acceptor; lib/core/acceptor.ts
vars == <<facts, known, recent, prev>>
-----------------------------------------------------------------------------
(* The learner graph. *)
Acceptors == SafeAcceptors \cup Liars
None == <<"none", 0>>
\* "every superset counts too" (section 1; lib/core/quorum.ts)
HasQuorum(l, S) == \E Q \in Quorums[l] : Q \subseteq S
Minimal(F) == {s \in F : ~\E t \in F : t # s /\ t \subseteq s}
RECURSIVE Close(_)
\* "if s1 is a safe set of {a,b} and s2 of {b,c}, then s1 \cup s2 is one of {a,c}" (section 1)
Close(G) ==
  LET more == [p \in Learners \X Learners |-> Minimal(G[p] \cup G[<<p[2], p[1]>>] \cup
        UNION {{s \cup t : s \in G[<<p[1], b>>], t \in G[<<b, p[2]>>]} : b \in Learners})]
  IN IF more = G THEN G ELSE Close(more)
ClosedGraph == Close(Safety)
\* who is really safe includes a safe set (section 1, Entangled)
Entangled(a, b) == \E s \in ClosedGraph[<<a, b>>] : s \subseteq SafeAcceptors
-----------------------------------------------------------------------------
(* The definitions. F is the facts of what is known, x a message, S a set of messages.                  *)
Proposal(b) == <<"p", b>>
Is1a(m) == m[1] = "p"
AcceptorMessages(S) == {m \in S : ~Is1a(m)}
Max(S) == CHOOSE x \in S : \A y \in S : y <= x
\* Tran(x) (section 2)
Tran(F, x) == F[x].past \cup {x}
TranOf(F, refs) == refs \cup UNION {F[r].past : r \in refs}
\* "two different messages, same signer, neither in the other's Tran" (Caught; lib/core/caught.ts)
Caught(F, S) == {a \in Acceptors : \E m, n \in {k \in AcceptorMessages(S) : F[k].signer = a} :
  m \notin Tran(F, n) /\ n \notin Tran(F, m)}
\* "a safe set of {a,b} in the closed graph contains nobody in Caught" (Con; lib/core/connected.ts)
Connected(a, caught) == {b \in Learners : \E s \in ClosedGraph[<<a, b>>] : s \cap caught = {}}
Above(F, z, m) == F[z].ballot > F[m].ballot /\ Value[F[z].ballot] # Value[F[m].ballot]
\* "some 2a z for b" that is above m with another value
Conflict(F, b, m, S) == \E z \in AcceptorMessages(S) : b \in F[z].learners2a /\ Above(F, z, m)
\* Buried_b(m, y), S being Tran(y) without y, which signer has signed (Buried; lib/core/buried.ts)
Buried(F, b, m, S, signer) ==
  IF Burial = "HP2" THEN Conflict(F, b, m, S)
  ELSE HasQuorum(b,
    {F[w].signer : w \in {w \in AcceptorMessages(S) : m \in Tran(F, w) /\ Conflict(F, b, m, Tran(F, w))}}
    \cup (IF Conflict(F, b, m, S) THEN {signer} ELSE {}))
\* Con2as_a of a 1b (Con2as; lib/core/fresh.ts, binding2as); own: the signer's messages before it
Binding(F, a, own, S, signer, caught) ==
  {m \in own : \E b \in F[m].learners2a \cap Connected(a, caught) : ~Buried(F, b, m, S, signer)}
\* fresh_a (fresh; lib/core/fresh.ts, freshFor)
Fresh(F, a, b, own, S, signer, caught) ==
  \A m \in Binding(F, a, own, S, signer, caught) : Value[F[m].ballot] = Value[b]
\* q_a (q; lib/core/past.ts, freshSigners)
FreshSigners(F, a, b, S) == {F[y].signer : y \in
  {y \in AcceptorMessages(S) : F[y].kind = "1b" /\ F[y].ballot = b /\ a \in F[y].fresh}}
\* 2a for a (2a for a; lib/core/facts.ts, learnersOf2a)
Is2aFor(F, a, b, S, signer) ==
  HasQuorum(a, FreshSigners(F, a, b, S)) /\ signer \in FreshSigners(F, a, b, S)

Refused == [accepted |-> FALSE]
\* What is to be known of a message of this signer, prev and refs, or Refused if it is not well-formed
\* (WellFormed; lib/core/facts.ts, conclude)
Conclude(F, signer, previous, refs) ==
  LET S == TranOf(F, refs)
      proposals == {m \in S : Is1a(m)}
      own == {m \in AcceptorMessages(S) : F[m].signer = signer}
      follows == IF previous = None THEN own = {}
                 ELSE previous \in refs /\ F[previous].signer = signer /\ own \subseteq F[previous].ancestors
  IN IF proposals = {} \/ ~follows THEN Refused ELSE
  LET b == Max({F[m].ballot : m \in proposals})
      caught == Caught(F, S)
      fresh == {a \in Learners : Fresh(F, a, b, own, S, signer, caught)}
      learners2a == {a \in Learners : Is2aFor(F, a, b, S, signer)}
      served == UNION {F[m].learners2a : m \in {m \in own : F[m].ballot = b}}
      all == [accepted |-> TRUE, signer |-> signer, past |-> S, ballot |-> b, prev |-> previous, caught |-> caught]
  IN IF Proposal(b) \in refs
     THEN IF \E m \in AcceptorMessages(S) : F[m].ballot = b THEN Refused
          ELSE all @@ [kind |-> "1b", learners2a |-> {}, fresh |-> fresh]
     ELSE IF learners2a \subseteq served THEN Refused
          ELSE all @@ [kind |-> "2a", learners2a |-> learners2a, fresh |-> {}]
With(F, x, f) == x :> [field \in ((DOMAIN f) \ {"accepted"}) \cup {"ancestors"} |->
  IF field = "ancestors" THEN {x} \cup (IF f.prev = None THEN {} ELSE F[f.prev].ancestors) ELSE f[field]] @@ F
-----------------------------------------------------------------------------
(* The acceptor (section 4; lib/core/instance.ts). s is what it and the network are like meanwhile.      *)
Own(F, a) == <<a, 1 + Cardinality({m \in DOMAIN F : m[1] = a})>>
\* send(x): x, which follows previous, becomes the only recent message
Send(s, a, f) == LET x == Own(s.facts, a) IN
  [facts |-> With(s.facts, x, f), known |-> s.known \cup {x}, recent |-> {x}, prev |-> x]
RECURSIVE Send2as(_, _)
Send2as(s, a) ==
  LET f == Conclude(s.facts, a, s.prev, s.recent) IN
  IF f.accepted /\ f.kind = "2a" THEN Send2as(Send(s, a, f), a) ELSE s
Answer(s, a, m) ==
  LET heard == [s EXCEPT !.known = @ \cup {m}] IN
  IF Is1a(m)
  THEN LET f == Conclude(s.facts, a, s.prev, s.recent \cup {m}) IN
       IF f.accepted /\ f.kind = "1b" THEN Send2as(Send(heard, a, f), a) ELSE heard
  ELSE Send2as([heard EXCEPT !.recent = @ \cup {m}], a)
Finished(a) == SkipFinished /\ Learners = UNION {facts[m].learners2a :
  m \in {m \in DOMAIN facts : m[1] = a /\ facts[m].ballot = Max(Ballots)}}
Deliver(a) == ~Finished(a) /\ \E m \in DOMAIN facts \ known[a] :
  /\ facts[m].past \subseteq known[a]
  /\ LET s == Answer([facts |-> facts, known |-> known[a], recent |-> recent[a], prev |-> prev[a]], a, m) IN
     /\ facts' = s.facts
     /\ known' = [known EXCEPT ![a] = s.known]
     /\ recent' = [recent EXCEPT ![a] = s.recent]
     /\ prev' = [prev EXCEPT ![a] = s.prev]

(* Liars: any message that others accept. It is named by its content, so that twins, which differ only  *)
(* in what they list of one past, are one.                                                              *)
AtMost(S, n) == {{}} \cup (IF n >= 1 THEN {{x} : x \in S} ELSE {}) \cup (IF n >= 2 THEN {{x, y} : x, y \in S} ELSE {})
Lie(a) == /\ Cardinality({m \in DOMAIN facts : m[1] = a}) < MessagesOfLiars
  /\ \E previous \in {m \in DOMAIN facts : m[1] = a} \cup {None} :
     \E proposal \in {{}} \cup {{Proposal(b)} : b \in Ballots} :
     \E others \in AtMost({m \in DOMAIN facts : ~Is1a(m)}, RefsOfLiars) :
       LET refs == (IF previous = None THEN {} ELSE {previous}) \cup proposal \cup others
           f == Conclude(facts, a, previous, refs)
           x == <<a, previous, TranOf(facts, refs)>>
       IN /\ refs # {} /\ f.accepted /\ x \notin DOMAIN facts
          /\ facts' = With(facts, x, f)
          /\ UNCHANGED <<known, recent, prev>>

FactsOf1a(b) == [kind |-> "1a", signer |-> "p", past |-> {}, ballot |-> b, prev |-> None,
  learners2a |-> {}, fresh |-> {}, caught |-> {}, ancestors |-> {}]
Init == /\ facts = [m \in {Proposal(b) : b \in Ballots} |-> FactsOf1a(m[2])]
        /\ known = [a \in SafeAcceptors |-> {}]
        /\ recent = [a \in SafeAcceptors |-> {}]
        /\ prev = [a \in SafeAcceptors |-> None]
Next == (\E a \in SafeAcceptors : Deliver(a)) \/ (\E a \in Liars : Lie(a))
-----------------------------------------------------------------------------
(* What must hold in every state. *)
Messages == AcceptorMessages(DOMAIN facts)
\* 2as for l, all of one ballot, whose signers contain a quorum (Decision; lib/core/learner.ts)
Voters(l, b) == {facts[m].signer : m \in {m \in Messages : facts[m].ballot = b /\ l \in facts[m].learners2a}}
Decides(l, b) == HasQuorum(l, Voters(l, b))
Agreement == \A a, b \in Learners : Entangled(a, b) =>
  \A i, j \in Ballots : Decides(a, i) /\ Decides(b, j) => Value[i] = Value[j]
SafeNeverCaught == \A m \in Messages : facts[m].caught \cap SafeAcceptors = {}
\* "these are exactly the signers with two messages of equal prev" (section 3, Caught)
CaughtByPrev == \A m \in Messages : facts[m].caught =
  {a \in Acceptors : \E x, y \in {k \in AcceptorMessages(facts[m].past) : facts[k].signer = a} :
    x # y /\ facts[x].prev = facts[y].prev}
SafeChain == \A m, n \in Messages : facts[m].signer = facts[n].signer /\ facts[m].signer \in SafeAcceptors =>
  m \in Tran(facts, n) \/ n \in Tran(facts, m)
-----------------------------------------------------------------------------
(* What must happen in some state: each is told the first time. The worlds say which they want.          *)
Happened(what) == IF TLCGet(what[1]) THEN TRUE ELSE TLCSet(what[1], TRUE) /\ PrintT(<<"happened", what[2]>>)
Seen(what, condition) == condition => Happened(what)
Sometimes ==
  /\ Seen(<<1, "caught">>, \E m \in Messages : facts[m].caught # {})
  /\ Seen(<<2, "not fresh">>, \E m \in Messages : facts[m].kind = "1b" /\ facts[m].fresh # Learners)
  /\ Seen(<<3, "decides">>, \E l \in Learners, b \in Ballots : Decides(l, b))
  /\ Seen(<<4, "all decide">>, \A l \in Learners : \E b \in Ballots : Decides(l, b))
  /\ Seen(<<5, "for some learners only">>, \E m \in Messages : facts[m].kind = "2a" /\ facts[m].learners2a # Learners)
  /\ Seen(<<6, "second 2a in a ballot">>, \E m \in Messages : facts[m].kind = "2a" /\ facts[m].prev # None
       /\ facts[facts[m].prev].kind = "2a" /\ facts[facts[m].prev].ballot = facts[m].ballot)
  /\ Seen(<<7, "2a of a liar">>, \E m \in Messages : facts[m].kind = "2a" /\ facts[m].signer \in Liars)
  /\ Seen(<<8, "buried">>, \E x \in Messages : facts[x].kind = "1b" /\ \E m \in AcceptorMessages(facts[x].past) :
       facts[m].signer = facts[x].signer /\ \E b \in facts[m].learners2a :
         Buried(facts, b, m, facts[x].past, facts[x].signer))
ASSUME \A i \in 1..8 : TLCSet(i, FALSE)
=============================================================================
