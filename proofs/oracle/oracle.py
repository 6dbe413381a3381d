"""Reads traces (docs/TRACES.md) and holds every step against the definitions.

    python3 proofs/oracle/oracle.py FILE...

Of each step: whether what was delivered is well-formed, what was refused is not and for a reason that
is one, each kind, whom each 2a is for and each 1b is fresh for, who is caught and by what, what is
decided and with whom that disagrees, what an acceptor sends, and that it is silent otherwise; and that
nothing waits whose refs are known. Time is hardly looked at: when a 1a is delivered, what is asked
of whom, and what is dropped for want of room are no matter of section 3. An acceptor may be silent
where a 2a is due if its step says when it wakes (section 6); in each later step it sends what is due,
or says when it wakes next.

The last lines say how often each definition was found true and false. Exit status: 0 if all is as
defined, 1 with the first line of each file that is not, 3 if a file is no trace.
"""

import json
import sys
from collections import Counter

from definitions import Definitions, Graph, Message, members, value

# Branches of one equivocator that an acceptor refers to by itself (lib/core/acceptor.ts).
BRANCHES_MAX = 4
ILL_FORMED = {"NO_BALLOT", "BAD_PREV", "BAD_1B", "BAD_2A", "REPEATED_2A"}
DRAFT = "(draft)"


class Differs(Exception):
    """A step is not as defined."""


def want(what, expected, actual):
    if expected != actual:
        raise Differs(f"{what}: defined {expected!r}, recorded {actual!r}")


class Instance:
    """What one process knows of one instance, by the definitions alone."""

    def __init__(self, node, standing):
        self.node, self.standing = node, standing
        self.known = set()
        self.offered = {}  # by id: messages that have come and wait
        self.caught = set()
        self.votes = {}  # by learner and ballot: signers of 2as
        self.decisions = []  # (learner, ballot, mask of signers)
        self.prev = None
        self.recent = set()
        self.put_off = False  # whether a 2a is due and waits for a time that is not quiet

    @property
    def definitions(self):
        return self.node.definitions

    def learn(self, message):
        """Takes a message into the definitions, and asks whether its name means one thing only."""
        learned = self.definitions.messages.get(message.id)
        if learned is None:
            self.definitions.learn(message)
        else:
            want(f"content of {message.id}", learned.content(), message.content())

    def step(self, data, effects):
        kind = data["kind"]
        if kind in ("message", "restore"):
            message = Message(data["message"])
            if message.id not in self.known:
                self.offered[message.id] = message
        self.effects = [effect for effect in effects if effect["kind"] not in ("wake", "request")]
        if kind == "message":
            self.doubt(message)
        if kind == "vote" and self.node.self is not None and self.standing in ("votes", "asks"):
            self.standing = "votes" if data["allowed"] else "asks"
            if data["allowed"]:
                ballots = [y for y in self.known if self.definitions.messages[y].ballot]
                highest = max(ballots, key=lambda y: self.definitions.messages[y].ballot, default=None)
                if not self.answer(highest):
                    self.answer(None)
        while self.effects:
            effect = self.effects.pop(0)
            if effect["kind"] == "deliver":
                self.delivered(effect)
            elif effect["kind"] == "reject":
                self.rejected(effect)
            elif effect["kind"] == "send" and self.put_off:
                self.effects.insert(0, effect)
                if not self.answer(None):
                    raise Differs("sends what it may not")
            else:
                raise Differs(f"nothing accounts for {effect['kind']}: {json.dumps(effect)}")
        if self.put_off:
            self.answer(None)
        if self.put_off and not any(e["kind"] == "wake" and "at" in e for e in effects):
            raise Differs("a 2a is due, and is neither sent nor waited for")
        for message in self.offered.values():
            if message.ballot is None and self.known.issuperset(message.refs):
                raise Differs(f"{message.id} waits, though its refs are known")

    def doubt(self, message):
        """A message of one's own has come that cannot be taken in yet: until it is, one is silent."""
        own = self.node.self is not None and message.signer == self.node.self
        if own and message.id in self.offered and not self.known.issuperset(message.refs):
            doubts = self.standing == "votes"
            self.node.seen["doubts", doubts] += 1
            if doubts:
                self.standing = "doubts"

    def delivered(self, effect):
        message = self.offered.pop(effect["id"], None)
        if message is None:
            raise Differs(f"{effect['id']} is delivered, but has not come")
        self.proper(message)
        want(f"faults of {message.id}", set(), self.definitions.faults(message.id))
        self.take(message, effect)
        if self.node.self is None:
            return
        if message.signer == self.node.self:
            self.adopt(message.id)
        elif message.ballot is not None:
            self.answer(message.id)
        else:
            self.remember(message.id)
            self.answer(None)

    def proper(self, message):
        lacking = set(message.refs) - self.known
        want(f"refs of {message.id} that are not known", set(), lacking)
        self.learn(message)

    def rejected(self, effect):
        id, code = effect["id"], effect["code"]
        message = self.offered.pop(id, None)
        if message is None:
            raise Differs(f"{id} is refused, but has not come")
        self.node.seen["refused " + code, True] += 1
        if code in ILL_FORMED:
            self.proper(message)
            faults = self.definitions.faults(id)
            if code not in faults:
                raise Differs(f"{id} is refused as {code}, but its faults are {sorted(faults)}")

    def take(self, message, effect):
        """A message becomes known: its facts, who is caught, what is decided."""
        x, definitions, graph = message.id, self.definitions, self.node.graph
        if message.ballot is not None:
            kind, learners = "1a", set()
        elif definitions.is_1b(x):
            kind, learners = "1b", {a for a in graph.learners if definitions.fresh(a, x)}
        else:
            kind, learners = "2a", {a for a in graph.learners if definitions.is_2a_for(a, x)}
        want(f"kind of {x}", kind, effect["as"])
        want(f"learners of {x}", learners, members(effect["learners"]))
        self.node.seen["messages", True] += 1
        self.known.add(x)
        self.catch(x)
        if kind == "2a":
            for a in sorted(learners):
                self.vote(a, message)
        if self.effects and self.effects[0]["kind"] in ("caught", "decide", "disagree"):
            raise Differs(f"nothing accounts for {json.dumps(self.effects[0])}")

    def next_effect(self, kind, why):
        if not self.effects or self.effects[0]["kind"] != kind:
            raise Differs(f"{why}, but nothing was recorded")
        return self.effects.pop(0)

    def catch(self, x):
        """Caught, of everything known."""
        own = self.definitions.messages[x].signer
        news = set() if own is None else self.definitions.caught(x) - self.caught
        if own is not None and own not in self.caught:
            messages = self.definitions.messages
            news |= self.definitions.caught_among(
                {y for y in self.known if messages[y].signer == own})
        self.node.seen["newly caught", bool(news)] += 1
        for p in sorted(news):
            effect = self.next_effect("caught", f"acceptor {p} is caught")
            want("who is caught", p, effect["acceptor"])
            one, two = (self.definitions.messages.get(id) for id in effect["evidence"])
            if not (one and two and one.id != two.id and one.signer == two.signer == p
                    and one.prev == two.prev and {one.id, two.id} <= self.known):
                raise Differs(f"no evidence against acceptor {p}: {effect['evidence']}")
        self.caught |= news

    def vote(self, a, message):
        """Decision: 2as for a, all of one ballot, whose signers contain a quorum of a."""
        graph, ballot = self.node.graph, self.definitions.b(message.id)
        signers = self.votes.setdefault((a, ballot), set())
        signers.add(message.signer)
        decides = graph.has_quorum(a, signers)
        self.node.seen["Decision", decides] += 1
        if not decides or any(d[0] == a and value(d[1]) == value(ballot) for d in self.decisions):
            return
        effect = self.next_effect("decide", f"learner {a} decides")
        decision = (a, ballot, frozenset(signers))
        want("decision", decision, read_decision(effect["decision"]))
        want("the 1a decided", self.definitions.get1a(message.id), effect["decision"]["proposal"])
        for first in sorted((d for d in self.decisions if value(d[1]) != value(ballot)),
                            key=lambda d: d[0]):
            effect = self.next_effect("disagree", f"learners {first[0]} and {a} disagree")
            want("the earlier decision", first, read_decision(effect["first"]))
            want("the later decision", decision, read_decision(effect["second"]))
            want("who is caught by then", self.caught, members(effect["caught"]))
            entangled = a in graph.connected(first[0], self.caught)
            self.node.seen["entangled", entangled] += 1
            want("entangled", entangled, effect["entangled"])
        self.decisions.append(decision)

    def remember(self, x):
        """recent += m (section 4); further branches of an equivocator are left aside (acceptor.ts)."""
        definitions = self.definitions
        if any(x in definitions.tran(y) for y in self.recent):
            return
        signer = definitions.messages[x].signer

        def branches(messages):
            past = frozenset().union(*(definitions.tran(y) for y in messages))
            return definitions.maximal(
                {y for y in past if definitions.messages[y].signer == signer})
        if signer in self.caught:
            beside = {y for y in definitions.maximal(self.recent | {x}) - {x}
                      if definitions.messages[y].signer == signer}
            before, after = branches(self.recent), branches(self.recent | {x})
            aside = len(beside) >= BRANCHES_MAX or len(after) > len(before) >= BRANCHES_MAX
            self.node.seen["left aside", aside] += 1
            if aside:
                return
        self.recent.add(x)

    def adopt(self, own):
        """A message of one's own that one did not know: the next one follows it, or none ever does."""
        before = self.standing
        prev, definitions = self.prev, self.definitions
        if prev is not None and own in definitions.ancestors(prev):
            forked = False
        elif prev is not None and prev not in definitions.ancestors(own):
            forked, self.standing = True, "forked"
        else:
            forked = False
            if self.standing != "forked":
                self.standing = "asks"
            others = [y for y in self.recent if y not in definitions.tran(own)]
            self.prev, self.recent = own, {own}
            for y in others:
                self.remember(y)
        if before != "forked" and (forked or before != "asks"):
            effect = self.next_effect("estranged", f"{own} is one's own, and was not known")
            want("estranged", (own, forked), (effect["id"], effect["forked"]))

    def answer(self, proposal):
        """What section 4 has an acceptor send, one message after the other: a 1b for this 1a, if one is
        given, and 2as. Returns whether there is any. A 2a may wait for a time that is not quiet
        (section 6): then the step says when it wakes, and what is due then is sent then."""
        sends = False
        while True:
            draft = self.draft(proposal)
            self.node.seen["sends", draft is not None] += 1
            if proposal is None:
                self.put_off = False
            if draft is None:
                return sends
            if draft[0] == "2a":
                waits = not (self.effects and self.effects[0]["kind"] == "send")
                self.node.seen["2a waits for quiet", waits] += 1
                if waits:
                    self.put_off = True
                    return sends
            effect = self.next_effect("send", f"acceptor {self.node.self} may send a {draft[0]}")
            self.sent(effect, draft, proposal)
            sends, proposal = True, None

    def draft(self, proposal):
        """Kind, learners and past of the message that may be sent now; None if there is none."""
        if self.standing != "votes":
            return None
        definitions = self.definitions
        refs = self.recent | ({proposal} if proposal else set())
        definitions.learn(Message(
            {"id": DRAFT, "signer": self.node.self, "prev": self.prev, "refs": sorted(refs)}))
        try:
            if definitions.faults(DRAFT) or (proposal and not definitions.is_1b(DRAFT)):
                return None
            return ("1b" if proposal else "2a", definitions.tran(DRAFT) - {DRAFT})
        finally:
            definitions.forget(DRAFT)

    def sent(self, effect, draft, proposal):
        kind, past = draft
        message = Message(effect["message"])
        want("signer of what is sent", self.node.self, message.signer)
        want("prev of what is sent", self.prev, message.prev)
        self.proper(message)
        want("past of what is sent", set(past), set(self.definitions.tran(message.id) - {message.id}))
        want("kind of what is sent", kind, effect["as"])
        needed = self.definitions.maximal(past) | {self.prev, proposal} - {None}
        spare = set(message.refs) - needed
        want("refs of what is sent that are in another's past", set(), spare)
        self.take(message, effect)
        self.prev, self.recent = message.id, {message.id}


def read_decision(data):
    ballot = data["ballot"]
    key = (ballot["seconds"], ballot["nanos"], ballot["valueHash"], ballot["proposer"])
    return (data["learner"], key, frozenset(members(data["signers"])))


class Node:
    """One process of a trace."""

    def __init__(self, header, shared, seen):
        self.self = header["self"]
        self.graph_text = json.dumps(header["graph"], sort_keys=True)
        self.graph = Graph(header["graph"])
        self.shared, self.seen = shared, seen
        self.instances = {}

    def open(self, number, standing):
        key = (self.graph_text, number)
        if key not in self.shared:
            self.shared[key] = Definitions(self.graph, self.seen)
        self.instances[number] = Instance(self, standing)

    def step(self, number, data, effects):
        self.definitions = self.shared[self.graph_text, number]
        self.instances[number].step(data, effects)


def check(lines, seen):
    """Reads a trace. Returns the number of the first line that is not as defined and why, or None."""
    nodes, shared = {}, {}
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
        except ValueError:
            if not text.endswith("\n"):
                break  # cut off when its writer was killed
            raise
        if "trace" in line:
            nodes[line["node"]] = Node(line, shared, seen)
            continue
        node = nodes[line["node"]]
        try:
            if "open" in line:
                node.open(line["instance"], line["open"])
            elif "close" in line:
                del node.instances[line["instance"]]
            elif "input" in line:
                node.step(line["instance"], line["input"], line["effects"])
        except Differs as difference:
            return number, f"{line['node']} in instance {line['instance']}: {difference}"
    return None


def main(files):
    seen, status = Counter(), 0
    for file in files:
        try:
            with open(file, encoding="utf-8") as lines:
                found = check(lines, seen)
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"{file}: no trace: {type(error).__name__}: {error}")
            status = 3
            continue
        if found is not None:
            print(f"{file}:{found[0]}: {found[1]}")
            status = max(status, 1)
    for name in sorted({name for name, _ in seen}):
        print(f"{name}: {seen[name, True]} true, {seen[name, False]} false")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
