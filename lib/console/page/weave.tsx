/**
 * The messages of an instance as a picture: a lane for each acceptor, a column for each message
 * delay.
 *
 * @module
 */

import { hasMember, membersOf } from "../../core/acceptor_set.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { LearnerIndex, MessageId } from "../../core/types.ts";
import { type Placed, PROPOSALS, type Weave } from "../weave.ts";

/** Room for the names of lanes. */
export const NAMES_WIDTH = 132;

/** Room for a message delay. */
export const COLUMN_WIDTH = 68;

const LANE = 62;
const BRANCH = 42;
const TOP = 40;
const NAME_LENGTH_MAX = 15;
const LEARNERS_LENGTH_MAX = 11;
const LEARNER_LANE = 30;
const LINED_MAX = 12;
const STAR =
  "M 0 -13 L 3.5 -4.5 L 13 -4 L 5.7 2 L 8 11 L 0 6 L -8 11 L -5.7 2 L -13 -4 L -3.5 -4.5 Z";

/** A decision in a picture. */
export interface Rested {
  /** By whom. */
  readonly learner: LearnerIndex;
  /** Of the ballot, as its 2as have it. */
  readonly ballot: number;
  /** After its 2as. */
  readonly column: number;
  /** The 2as. */
  readonly on: ReadonlySet<MessageId>;
}

/** What is shown of a picture. */
export interface Shown {
  /** Of whom. */
  readonly graph: LearnerGraph;
  /** Where they are. */
  readonly weave: Weave;
  /** How many messages, the first of them, are known yet. */
  readonly known: number;
  /** First and last column. */
  readonly columns: readonly [number, number];
  /** Where the names of lanes begin. */
  readonly namesAt: number;
  /** Acceptors that are caught by now. */
  readonly caught: bigint;
  /** Both messages of each proof, by now. */
  readonly evidence: ReadonlySet<MessageId>;
  /** Decisions by now, with the 2as that they rest on. */
  readonly decisions: readonly Rested[];
  /** What is looked at. */
  readonly selected: Placed | undefined;
  /** Told of what is clicked. */
  readonly onSelect?: (id: MessageId) => void;
}

/** Width and height of a picture of so many columns. */
export function sizeOf(
  { graph, weave }: Shown,
  columns: number,
): { width: number; height: number } {
  return {
    width: NAMES_WIDTH + COLUMN_WIDTH * Math.max(1, columns) + 8,
    height: learnerY(graph, weave, graph.learnerCount) - 10,
  };
}

/** The picture. */
export function WeavePicture(shown: Shown) {
  const { graph, weave, columns: [first, last], caught } = shown;
  const { width, height } = sizeOf(shown, weave.columns.length + 1);
  const visible = weave.columns.slice(first, last + 1).flat()
    .filter(({ known: { place } }) => place < shown.known);
  const quorum = quorumOf(shown);
  const label = `${shown.known} messages of ${graph.acceptorCount} acceptors`;
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      class="weave"
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      {graph.spec.acceptors.map((name, lane) => (
        <line
          key={name}
          class={hasMember(caught, lane) ? "lane caught" : "lane"}
          x1={NAMES_WIDTH}
          x2={width}
          y1={yOf(weave, lane, 0)}
          y2={yOf(weave, lane, 0)}
        />
      ))}
      {visible.map((placed) => <Refs key={placed.known.place} {...{ placed, shown }} />)}
      {visible.map((placed) => <Message key={placed.known.place} {...{ placed, shown, quorum }} />)}
      <Decisions {...{ shown, width }} />
      <Names {...{ shown, height }} />
    </svg>
  );
}

function Decisions({ shown, width }: { shown: Shown; width: number }) {
  const { graph, weave, decisions, columns: [first, last] } = shown;
  return (
    <>
      {graph.spec.learners.map((name, learner) => (
        <line
          key={name}
          class="lane learner"
          x1={NAMES_WIDTH}
          x2={width}
          y1={learnerY(graph, weave, learner)}
          y2={learnerY(graph, weave, learner)}
        />
      ))}
      {decisions.filter(({ column }) => column >= first && column <= last + 1)
        .map(({ learner, ballot, column }) => (
          <path
            key={`${learner} ${ballot}`}
            class={`decision b${ballot % 7}`}
            d={STAR}
            transform={`translate(${NAMES_WIDTH + COLUMN_WIDTH * (column + 0.5)} ${
              learnerY(graph, weave, learner)
            })`}
          >
            <title>{`${graph.spec.learners[learner]} decides`}</title>
          </path>
        ))}
    </>
  );
}

/** Over all else, so that it stays readable where the rest is scrolled. */
function Names({ shown, height }: { shown: Shown; height: number }) {
  const { graph, weave, namesAt, caught } = shown;
  return (
    <g transform={`translate(${namesAt} 0)`}>
      <rect class="names" x={0} y={0} width={NAMES_WIDTH - 26} height={height} />
      <text class="name" x={8} y={TOP + 4}>proposers</text>
      {graph.spec.acceptors.map((name, lane) => (
        <text
          key={name}
          class={hasMember(caught, lane) ? "name caught" : "name"}
          x={8}
          y={yOf(weave, lane, 0) + 4}
        >
          {cut(hasMember(caught, lane) ? `${cut(name, 8)} caught` : name, NAME_LENGTH_MAX)}
          <title>{name}</title>
        </text>
      ))}
      {graph.spec.learners.map((name, learner) => (
        <text key={name} class="name" x={8} y={learnerY(graph, weave, learner) + 4}>
          {cut(`★ ${name}`, NAME_LENGTH_MAX)}
          <title>{name}</title>
        </text>
      ))}
    </g>
  );
}

function Refs({ placed, shown }: { placed: Placed; shown: Shown }) {
  const { graph, weave, selected } = shown;
  const { refs, prev } = placed;
  const [x, y] = spotOf(weave, placed);
  const chosen = placed === selected ? " chosen" : "";
  // Of many acceptors nobody can follow the lines of all.
  const drawn = graph.acceptorCount > LINED_MAX && chosen === "" ? [] : refs;
  return (
    <>
      {drawn.map((ref) => {
        const [rx, ry] = spotOf(weave, ref);
        const bend = (x - rx) / 2;
        return (
          <path
            key={ref.known.place}
            class={`ref b${ref.ballot % 7}${chosen}`}
            d={`M ${rx} ${ry} C ${rx + bend} ${ry} ${x - bend} ${y} ${x} ${y}`}
          />
        );
      })}
      {prev !== undefined && (
        <path
          class={`prev${chosen}`}
          d={`M ${spotOf(weave, prev).join(" ")} L ${x} ${y}`}
        />
      )}
    </>
  );
}

function Message(
  { placed, shown, quorum }: { placed: Placed; shown: Shown; quorum: ReadonlySet<Placed> },
) {
  const { known: { entry: { message: { id }, facts } }, ballot } = placed;
  const { graph, weave, selected, evidence, decisions, onSelect } = shown;
  const [x, y] = spotOf(weave, placed);
  const classes = [
    ...["message", `b${ballot % 7}`],
    ...(placed === selected ? ["selected"] : []),
    ...(quorum.has(placed) ? ["quorum"] : []),
    ...(evidence.has(id) ? ["evidence"] : []),
    ...(decisions.some(({ on }) => on.has(id)) ? ["deciding"] : []),
  ];
  const forWhom = membersOf(facts.learners2a).map((index) => graph.spec.learners[index]!);
  return (
    <g
      class={classes.join(" ")}
      transform={`translate(${x} ${y})`}
      onClick={onSelect && (() => onSelect(id))}
    >
      {facts.kind === "1a"
        ? <path class="shape" d="M 0 -17 L 17 0 L 0 17 L -17 0 Z" />
        : facts.kind === "1b"
        ? <circle class="shape" r={13} />
        : <rect class="shape" x={-12} y={-12} width={24} height={24} rx={3} />}
      <text class="kind" y={4}>{facts.kind}</text>
      {forWhom.length > 0 && <text class="whom" y={24}>{abbreviated(forWhom)}</text>}
      <title>{`${facts.kind} of ballot ${ballot + 1}`}</title>
    </g>
  );
}

/** The fresh 1bs that a 2a rests on. */
function quorumOf({ weave, selected, known }: Shown): ReadonlySet<Placed> {
  if (selected === undefined) return new Set();
  const { facts } = selected.known.entry;
  if (facts.kind !== "2a") return new Set();
  const signers = membersOf(facts.learners2a)
    .reduce((set, learner) => set | facts.freshSigners[learner]!, 0n);
  return new Set(
    weave.placed.slice(0, known).filter(({ lane, known: { entry } }) =>
      lane !== PROPOSALS && hasMember(signers, lane) && entry.facts.kind === "1b" &&
      entry.facts.proposal === facts.proposal
    ),
  );
}

function spotOf(weave: Weave, { column, lane, branch }: Placed): [number, number] {
  return [NAMES_WIDTH + COLUMN_WIDTH * (column + 0.5), yOf(weave, lane, branch)];
}

function yOf(weave: Weave, lane: number, branch: number): number {
  if (lane === PROPOSALS) return TOP;
  return TOP + 50 + laneHeight(weave) * lane + BRANCH * branch;
}

function learnerY({ acceptorCount }: LearnerGraph, weave: Weave, learner: number): number {
  return TOP + 62 + laneHeight(weave) * acceptorCount + LEARNER_LANE * learner;
}

function laneHeight({ branches }: Weave): number {
  return LANE + BRANCH * (branches - 1);
}

function abbreviated(names: readonly string[]): string {
  const all = names.join(" ");
  if (all.length <= LEARNERS_LENGTH_MAX) return all;
  if (names.length === 1) return cut(all, LEARNERS_LENGTH_MAX);
  return `${names.length} learners`;
}

/** A text of at most so many characters. */
export function cut(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("")}…`;
}
