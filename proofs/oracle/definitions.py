"""The definitions of docs/PROTOCOL.md, section 3, a third time: by sets of ids, in another language.

Nothing is shared with lib/core, not even the order in which things are worked out: everything is
asked of Tran, and answers are remembered by message because they depend on nothing else. Each
definition names the line of section 3 that it transcribes.
"""

from collections import Counter


def members(mask):
    """The numbers in a bit mask such as "0x5"."""
    bits = int(mask, 16)
    return {index for index in range(bits.bit_length()) if bits >> index & 1}


class Graph:
    """A learner graph, as the header of a trace has it (section 1)."""

    def __init__(self, spec):
        self.acceptors = range(len(spec["acceptors"]))
        self.learners = range(len(spec["learners"]))
        self.burial = spec["burial"]
        self.quorums = spec["quorums"]
        self.safety = spec["safety"]
        self._connected = {}

    def contains(self, rule, acceptors):
        """Whether acceptors contain one of the sets that a rule describes: supersets count too."""
        if rule["kind"] == "acceptor":
            return rule["index"] in acceptors
        return sum(self.contains(part, acceptors) for part in rule["of"]) >= rule["threshold"]

    def has_quorum(self, a, acceptors):
        return self.contains(self.quorums[a], acceptors)

    def connected(self, a, caught):
        """Con_a: some safe set of {a,b} in the closed graph contains nobody caught. The safe sets of
        the closed graph are unions along walks, so there is one exactly if there is such a walk."""
        key = (a, frozenset(caught))
        if key not in self._connected:
            honest = set(self.acceptors) - caught
            found, ends = set(), [a]
            while ends:
                end = ends.pop()
                for edge in self.safety:
                    pair = (edge["a"], edge["b"])
                    if end in pair and self.contains(edge["safe"], honest):
                        other = pair[1] if pair[0] == end else pair[0]
                        # Walking there and back again makes a and the other connected to themselves.
                        ends += {other, end} - found
                        found |= {other, end}
            self._connected[key] = found
        return self._connected[key]


class Message:
    """A message as a trace has it; a 1a if it has a ballot."""

    def __init__(self, json):
        self.id = json["id"]
        ballot = json.get("ballot")
        self.ballot = ballot and (
            ballot["seconds"], ballot["nanos"], ballot["valueHash"], ballot["proposer"])
        self.signer = json.get("signer")
        self.prev = json.get("prev")
        self.refs = json.get("refs", [])

    def content(self):
        return (self.ballot, self.signer, self.prev, tuple(self.refs))


def value(ballot):
    return ballot[2]


class Definitions:
    """Everything that section 3 says of the messages learned so far."""

    def __init__(self, graph, seen=None):
        self.graph = graph
        self.messages = {}
        # How often each definition was found true, and false.
        self.seen = Counter() if seen is None else seen
        self._answers = {}

    def learn(self, message):
        """Adds a message all of whose refs are known."""
        self.messages[message.id] = message

    def forget(self, id):
        """Takes back a message to which no other refers."""
        del self.messages[id]
        for key in [key for key in self._answers if key[1] == id]:
            del self._answers[key]

    def _remember(self, name, id, learner, work):
        key = (name, id, learner)
        if key not in self._answers:
            self._answers[key] = answer = work()
            if isinstance(answer, bool):
                self.seen[name, answer] += 1
        return self._answers[key]

    def tran(self, x):
        """Tran(x): x and everything it refers to, transitively."""
        return self._remember("Tran", x, None, lambda: frozenset({x}).union(
            *(self.tran(ref) for ref in self.messages[x].refs)))

    def acceptor_messages(self, x):
        return {y for y in self.tran(x) if self.messages[y].signer is not None}

    def get1a(self, x):
        """Get1a(x): the 1a of highest ballot in Tran(x); None if there is none."""
        return self._remember("Get1a", x, None, lambda: max(
            (y for y in self.tran(x) if self.messages[y].ballot is not None),
            key=lambda y: self.messages[y].ballot, default=None))

    def b(self, x):
        return self.messages[self.get1a(x)].ballot

    def v(self, x):
        return value(self.b(x))

    def is_1b(self, x):
        """1b / 2a: it refers directly to Get1a(x)."""
        return self.get1a(x) in self.messages[x].refs

    def caught(self, x):
        """Caught(x): two messages of one signer in Tran(x), neither in the other's Tran."""
        return self._remember("Caught", x, None, lambda: self.caught_among(
            self.acceptor_messages(x)))

    def caught_among(self, messages):
        def incomparable(y, z):
            return y not in self.tran(z) and z not in self.tran(y)
        by_signer = {}
        for y in messages:
            by_signer.setdefault(self.messages[y].signer, []).append(y)
        return {p for p, own in by_signer.items()
                if any(incomparable(y, z) for y in own for z in own)}

    def buried(self, b, m, y):
        """Buried_b(m, y), by the rule of the graph."""
        def work():
            above = {z for z in self.acceptor_messages(y)
                     if self.is_2a_for(b, z) and self.b(z) > self.b(m) and self.v(z) != self.v(m)}
            if self.graph.burial == "HP2":
                return bool(above)
            return self.graph.has_quorum(b, {
                self.messages[w].signer for w in self.acceptor_messages(y)
                if m in self.tran(w) and not above.isdisjoint(self.tran(w))})
        return self._remember("Buried", y, (b, m), work)

    def con2as(self, a, x):
        """Con2as_a(x), x a 1b."""
        connected = self.graph.connected(a, self.caught(x))
        self.seen["Con", len(connected) == len(self.graph.learners)] += 1
        signer = self.messages[x].signer
        return [m for m in self.acceptor_messages(x) if self.messages[m].signer == signer
                and any(self.is_2a_for(b, m) and not self.buried(b, m, x) for b in connected)]

    def fresh(self, a, x):
        """fresh_a(x), x a 1b: every m in Con2as_a(x) has V(m) = V(x)."""
        return self._remember("fresh", x, a, lambda: all(
            self.v(m) == self.v(x) for m in self.con2as(a, x)))

    def q(self, a, x):
        """q_a(x): signers of the 1bs of the ballot in Tran(x) that are fresh_a."""
        return {self.messages[y].signer for y in self.acceptor_messages(x)
                if self.is_1b(y) and self.b(y) == self.b(x) and self.fresh(a, y)}

    def is_2a_for(self, a, x):
        """2a for a: q_a(x) contains a quorum of a, and x's signer is in q_a(x)."""
        def work():
            if self.messages[x].signer is None or self.is_1b(x):
                return False
            q = self.q(a, x)
            return self.graph.has_quorum(a, q) and self.messages[x].signer in q
        return self._remember("2a for a", x, a, work)

    def ancestors(self, x):
        """x, and its ancestors by prev."""
        found = []
        while x is not None and x not in found:
            found.append(x)
            x = self.messages[x].prev
        return found

    def faults(self, x):
        """WellFormed: the codes of everything that is wrong with x; none if it is well-formed."""
        message = self.messages[x]
        if message.signer is None:
            return set()
        faults = set()
        own = {y for y in self.acceptor_messages(x) - {x}
               if self.messages[y].signer == message.signer}
        if message.prev is None:
            follows = not own
        else:
            follows = message.prev in message.refs and message.prev in own \
                and own <= set(self.ancestors(message.prev))
        if not follows:
            faults.add("BAD_PREV")
        if self.get1a(x) is None:
            return faults | {"NO_BALLOT"}
        same_ballot = {y for y in self.acceptor_messages(x) - {x} if self.b(y) == self.b(x)}
        if self.is_1b(x):
            return faults | ({"BAD_1B"} if same_ballot else set())
        learners = {a for a in self.graph.learners if self.is_2a_for(a, x)}
        served = {a for a in learners if any(self.is_2a_for(a, y) for y in own & same_ballot)}
        if not learners:
            faults.add("BAD_2A")
        elif learners <= served:
            faults.add("REPEATED_2A")
        return faults

    def maximal(self, messages):
        """Those that are in no other's Tran."""
        return {y for y in messages if not any(z != y and y in self.tran(z) for z in messages)}
