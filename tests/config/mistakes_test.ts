import { expectMessage, testAll } from "./mistakes.ts";
import { sample } from "./sample.ts";

const whole = JSON.stringify(sample(), undefined, 2);

/** A text that is not a configuration, and how the message about it must begin. */
const TEXTS: readonly (readonly [name: string, text: string, message: string])[] = [
  ["an empty file", "", ": is empty; `hetpaxos config generate`"],
  ["a blank file", " \n", ": is empty"],
  ["a binary file", "{\0}", ": is binary, not JSON"],
  [
    "a file cut off between values",
    '{"learners": {\n "Eve": ',
    ":2:9: the file ends where a value is expected; is it cut off?",
  ],
  [
    "a file cut off in a string",
    '{\n"proposal": "blu',
    ":2:13: a string that does not end; is the file cut off?",
  ],
  [
    "a file cut off in a list",
    whole.slice(0, -3),
    `:${whole.split("\n").length - 1}:3: the file ends where "," or "]" is expected`,
  ],
  [
    "a number with an exponent",
    '{"limits": {"refsMax": 1.6e1}}',
    ":1:24: the number 1.6e1 is not a whole one in plain digits",
  ],
  [
    "a number with a fraction",
    '{"limits": {"refsMax": 16.5}}',
    ":1:24: the number 16.5 is not a whole one in plain digits",
  ],
  [
    "a trailing comma",
    '{"rules": 1,}',
    ':1:13: "}" where a key in double quotes is expected',
  ],
  ["text after the end", "{} {}", ":1:4: more text after the end"],
  ["a key twice", '{"rules": 1, "rules": 2}', ':1:14: "rules" is twice in one object'],
  ["a list", "[]", ": is a list; an object {…} is expected"],
];

for (const [name, text, message] of TEXTS) {
  Deno.test(`refused: ${name}`, () => expectMessage(text, `alice.json${message}`));
}

testAll([
  [
    "an unknown field",
    (c) => c.learner = c.learners,
    ': learner: unknown field; did you mean "learners"?',
  ],
  [
    "an unknown field deep inside",
    (c) => c.addresses[1].prot = 1,
    ': addresses[1].prot: unknown field; did you mean "port"?',
  ],
  [
    "one field in two spellings",
    (c) => c.private_key = "x",
    ": private_key: is the same field as privateKey",
  ],
  [
    "a string for a number",
    (c) => c.addresses[0].port = "http",
    ': addresses[0].port: is the string "http"; a whole number is expected',
  ],
  ["a negative number", (c) => c.limits = { refsMax: -1 }, ": limits.refsMax: is -1; a whole"],
  [
    "a string for a list",
    (c) => c.learners.Eve.quorums[0].names = "Alice",
    ': learners.Eve.quorums[0].names: is the string "Alice"; a list […] is expected',
  ],
  ["a list for an object", (c) => c.safetySets = [], ": safetySets: is a list; an object"],
  ["a number for a string", (c) => c.proposal = 7, ": proposal: is the number 7; a string"],
  ["a string for a truth value", (c) => c.addresses[4].client = "yes", ": addresses[4].client: is"],
  ["unknown rules", (c) => c.rules = "HP3", ': rules: is "HP3"; one of TECHNICAL_REPORT, HP2'],
  ["rules by a wrong number", (c) => c.rules = 9, ": rules: is the number 9; one of"],
]);

testAll([
  ["no addresses", (c) => c.addresses = [], ": addresses: has no acceptors"],
  [
    "clients only",
    (c) => c.addresses = [c.addresses[4]],
    ": addresses: has no acceptors; add at least one address",
  ],
  ["a name twice", (c) => c.addresses[1].name = "Alice", ': addresses[1].name: the name "Alice"'],
  [
    "a client with an acceptor's name",
    (c) => c.addresses[4].name = "Bob",
    ': addresses[4].name: the name "Bob" is that of addresses[1].name ("Bob") too',
  ],
  ["no name", (c) => delete c.addresses[1].name, ": addresses[1].name: is empty; give a name"],
  [
    "a name with a control character",
    (c) => c.addresses[1].name = "Bo\u0007b",
    ': addresses[1].name: "Bo\\u0007b" holds a control or invisible character',
  ],
  ["a padded name", (c) => c.addresses[1].name = "Bob ", ': addresses[1].name: "Bob " begins or'],
  [
    "a name of 65 bytes",
    (c) => c.addresses[1].name = "é".repeat(32) + "x",
    `: addresses[1].name: "${"é".repeat(32)}x" has 65 bytes of UTF-8; a name may have 64`,
  ],
  [
    "a name in another normal form",
    (c) => c.addresses[1].name = "e\u0301",
    ': addresses[1].name: "e\u0301" is not in Unicode normal form C',
  ],
  [
    "half a character",
    (c) => c.addresses[1].name = "\ud800",
    ": addresses[1].name: holds half a character",
  ],
  [
    "one host and port for two acceptors",
    (c) => {
      c.addresses[1].port = 8700;
      c.addresses[1].host = "LOCALHOST";
    },
    ': addresses[1].port: localhost:8700 is that of addresses[0].port ("Alice") too',
  ],
  ["no host", (c) => delete c.addresses[2].host, ": addresses[2].host: is missing"],
  [
    "a host where nobody can be reached: 0.0.0.0",
    (c) => c.addresses[2].host = "0.0.0.0",
    ': addresses[2].host: "0.0.0.0" is every address',
  ],
  [
    "a host where nobody can be reached: ::",
    (c) => c.addresses[2].host = "::",
    ': addresses[2].host: "::" is every address',
  ],
  [
    "a host where nobody can be reached: [::]",
    (c) => c.addresses[2].host = "[::]",
    ': addresses[2].host: "[::]" is every address',
  ],
  [
    "a host where nobody can be reached: 0",
    (c) => c.addresses[2].host = "0",
    ': addresses[2].host: "0" is every address',
  ],
  [
    "a host where nobody can be reached: ::ffff:0.0.0.0",
    (c) => c.addresses[2].host = "::ffff:0.0.0.0",
    ': addresses[2].host: "::ffff:0.0.0.0" is every address',
  ],
  [
    "a host where nobody can be reached: 0x0",
    (c) => c.addresses[2].host = "0x0",
    ': addresses[2].host: "0x0" is every address',
  ],
  [
    "a host where nobody can be reached: 255.255.255.255",
    (c) => c.addresses[2].host = "255.255.255.255",
    ': addresses[2].host: "255.255.255.255" is an address of many',
  ],
  [
    "a host where nobody can be reached: 224.0.0.1",
    (c) => c.addresses[2].host = "224.0.0.1",
    ': addresses[2].host: "224.0.0.1" is an address of many',
  ],
  [
    "a host where nobody can be reached: ff02::1",
    (c) => c.addresses[2].host = "ff02::1",
    ': addresses[2].host: "ff02::1" is an address of many',
  ],
  [
    "a host with a port",
    (c) => c.addresses[2].host = "localhost:1",
    ': addresses[2].host: "localhost:1" is neither',
  ],
  [
    "a host with spaces",
    (c) => c.addresses[2].host = "a b",
    ': addresses[2].host: "a b" is neither',
  ],
  ["an impossible IP", (c) => c.addresses[2].host = "1.2.3.999", ": addresses[2].host: "],
  [
    "host and hostname",
    (c) => c.addresses[2].hostname = "x",
    ": addresses[2]: has host and hostname",
  ],
  ["port 0", (c) => c.addresses[0].port = 0, ": addresses[0].port: is missing or 0"],
  ["port 65536", (c) => c.addresses[0].port = 65536, ": addresses[0].port: 65536 is not a port"],
  [
    "a client with half an address",
    (c) => c.addresses[4].host = "localhost",
    ": addresses[4].port: is missing or 0",
  ],
  ["listen without a port", (c) => c.listen = "0.0.0.0", ': listen: "0.0.0.0" is not host:port'],
  ["listen on port 0", (c) => c.listen = "0.0.0.0:0", ': listen: "0.0.0.0:0" is not host:port'],
  ["listen on bare IPv6", (c) => c.listen = "::1:80", ': listen: "::1:80" is not host:port; write'],
]);

testAll([
  [
    "a value range",
    (c) => c.limits = { refsMax: 3 },
    ": limits.refsMax: is 3; a number from 16 to",
  ],
  [
    "fewer refs than an honest message may have",
    (c) => {
      c.limits = { refsMax: 17 };
      c.addresses.push({ ...c.addresses[0], name: "Zoe", port: 9_000 });
    },
    ": limits.refsMax: is 17; with 5 acceptors it must be at least 18",
  ],
  [
    "an envelope too small for a value",
    (c) => c.limits = { valueBytesMax: 8_388_608 },
    ": limits.envelopeBytesMax: is 4194304; with valueBytesMax 8388608 and refsMax 16384 it must",
  ],
  [
    "an inbox too small for a message",
    (c) => c.limits = { inboxRefsPerPeerMax: 16_384 },
    ": limits.inboxRefsPerPeerMax: is 16384; it must be more than refsMax, which is 16384",
  ],
  [
    "bytes in flight too few for an envelope",
    (c) => c.limits = { bytesInFlightMax: 1_048_576 },
    ": limits.bytesInFlightMax: is 1048576; it must be at least envelopeBytesMax, which is 4194304",
  ],
  [
    "a rate of bytes that is too low for a value",
    (c) => c.limits = { proposalBytesPerSecondMax: 1_000 },
    ": limits.proposalBytesPerSecondMax: is 1000; it must be at least valueBytesMax, which is",
  ],
  [
    "a least wait above the longest",
    (c) => c.proposer = { backoffMsMin: 60_000 },
    ": proposer.backoffMsMin: is 60000, above backoffMsMax, which is 10000",
  ],
  [
    "a turn for nobody",
    (c) => c.proposer = { rotation: ["Alice", "Zed"] },
    ': proposer.rotation[1]: "Zed" may not propose: it is neither an acceptor nor one of the proposers',
  ],
  [
    "a proposer that is no client",
    (c) => c.proposers = ["client_0", "Alice"],
    ': proposers[1]: "Alice" is the name of no client; acceptors may propose anyway',
  ],
  [
    "a proposer that is nobody",
    (c) => c.proposers = ["client0"],
    ': proposers[0]: "client0" is the name of no client',
  ],
  [
    "a proposer listed twice",
    (c) => c.proposers = ["client_0", "client_0"],
    ': proposers[1]: "client_0" is listed at proposers[0] already',
  ],
  [
    "two turns for one",
    (c) => c.proposer = { rotation: ["Alice", "Bob", "Alice"] },
    ': proposer.rotation[2]: "Alice" has its turn at proposer.rotation[0] already',
  ],
  [
    "turns without windows",
    (c) => c.proposer = { rotation: ["Bob"], withoutWindows: true },
    ": proposer.withoutWindows: is true, and proposer.rotation says whose windows follow each other; " +
    "leave out one of them",
  ],
  [
    "a window too short for three ballots",
    (c) => c.proposer = { windowMsMin: 2 },
    ": proposer.windowMsMin: is 2; a number from 4 to 3600000 is expected",
  ],
  [
    "a least pause above the longest",
    (c) => c.network = { reconnectMsMin: 3_000_000 },
    ": network.reconnectMsMin: is 3000000, above",
  ],
  [
    "a proposal above the limit",
    (c) => {
      c.limits = { valueBytesMax: 4 };
      c.proposal = "blueblue";
    },
    ": proposal: has 8 bytes; limits.valueBytesMax allows 4",
  ],
]);
