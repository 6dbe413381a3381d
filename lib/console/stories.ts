/**
 * What a page without a cluster shows: three small clusters, each a step in understanding.
 *
 * @module
 */

/** A cluster that a page makes itself, and what to see in it. */
export interface Story {
  /** A few words. */
  readonly title: string;
  /** Paragraphs. */
  readonly text: readonly string[];
  /** What happens (lib/sim/script.ts). */
  readonly script: string;
}

const FOUR = `acceptors Alice Bob Carol Dave
learner Eve 3 of Alice Bob Carol Dave
safe Eve Eve 3 of Alice Bob Carol Dave
`;

const TWO = `acceptors Alice Bob Carol Dave Erin Frank
learner Harbour 3 of Alice Bob Carol Dave
learner Bank 3 of Carol Dave Erin Frank
safe Harbour Harbour 3 of Alice Bob Carol Dave
safe Bank Bank 3 of Carol Dave Erin Frank
safe Harbour Bank 2 of Carol Dave
`;

/** From the first to read to the last. */
export const STORIES: readonly Story[] = [
  {
    title: "Three message delays to a decision",
    text: [
      "Four acceptors vote. Eve, a learner, decides by any three of them: one may lie or be down.",
      "Somebody proposes a value: the diamond on top, a 1a. Each acceptor answers with a 1b, a circle: " +
      "this is all I have seen. Who has seen the 1bs of three says a 2a, a square. With the 2as of " +
      "three acceptors Eve has decided. A column is one message delay: count them.",
      "Drag the slider back to the start and step through it. Below, each step says what Eve still waits for.",
    ],
    script: `${FOUR}propose p blue at 1\nsettle Alice Bob Carol Dave\nexpect Eve decided blue\n`,
  },
  {
    title: "Two who trust different machines decide one thing",
    text: [
      "The harbour trusts Alice, Bob, Carol and Dave; the bank trusts Carol, Dave, Erin and Frank. Each " +
      "decides by three of its own four. What they have to agree on rests on Carol and Dave: as long as " +
      "those two are honest, harbour and bank never decide differently. Look at Trust, and click " +
      "acceptors down or lying.",
      "One ballot serves both. A 2a says for whom it is: the letters below the squares.",
    ],
    script:
      `${TWO}propose p ship-it at 1\nsettle Alice Bob Carol Dave Erin Frank\nexpect Harbour decided ship-it\nexpect Bank decided ship-it\n`,
  },
  {
    title: "A liar is caught, and the rest decide",
    text: [
      "Dave answers two ballots as if he had not seen the other: two messages with nothing before " +
      "them. Whoever has both has a proof of it, signed by Dave: he is caught, his lane is red, and the " +
      "proof is kept for everybody.",
      "Alice took the first ballot, Bob the second, higher one. Alice follows; Carol comes late; Eve " +
      "decides green, and could not decide blue any more.",
    ],
    script: `acceptors Alice Bob Carol Dave
byzantine Dave
burial TECHNICAL_REPORT
learner Eve 3 of Alice Bob Carol Dave
safe Eve Eve 3 of Alice Bob Carol Dave
propose p1 blue at 1
propose p2 green at 2
send Dave.one prev none refs p1
deliver p1 Dave.one to Alice
send Dave.two prev none refs p2
deliver p2 Dave.two to Bob
deliver p2 Dave.two Bob.1 to Alice
deliver p2 p1 to Carol
settle Alice Bob Carol
expect Eve decided green
expect caught Dave
`,
  },
];
