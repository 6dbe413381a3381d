/**
 * Figures as pictures: lines over two axes, as SVG that needs nothing else.
 *
 * @module
 */

/** What to draw. */
export interface Plot {
  readonly title: string;
  /** What is along, and its unit. */
  readonly x: string;
  /** What is upwards, and its unit. */
  readonly y: string;
  /** Numbers in flight and rates are compared by what they are multiplied with. */
  readonly logX: boolean;
  /** Lines, each with its name, and its points from left to right. */
  readonly lines: readonly (readonly [string, readonly (readonly [number, number])[]])[];
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 180;
const TOP = 40;
const BOTTOM = 55;

/** Told apart by those who see no red or no green, too. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];

/** The picture. Without any point there is only the frame. */
export function svgOf({ title, x, y, logX, lines }: Plot): string {
  const points = lines.flatMap(([, each]) => each);
  const along = (value: number) => logX ? Math.log2(Math.max(value, 1e-9)) : value;
  const xs = points.map(([each]) => along(each));
  const [least, most] = xs.length === 0 ? [0, 1] : [Math.min(...xs), Math.max(...xs)];
  const top = roundUp(Math.max(1e-9, ...points.map(([, each]) => each)));
  const atX = (value: number) =>
    LEFT + (along(value) - least) / (most - least || 1) * (WIDTH - LEFT - RIGHT);
  const atY = (value: number) => HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
  const parts = [text(LEFT, 24, "start", title)];
  for (let i = 0; i <= 4; i++) {
    const value = top / 4 * i;
    parts.push(
      `<path d="M${LEFT} ${atY(value)}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
      text(LEFT - 8, atY(value) + 4, "end", plain(value)),
    );
  }
  for (const value of new Set(points.map(([each]) => each))) {
    parts.push(text(atX(value), HEIGHT - BOTTOM + 18, "middle", plain(value)));
  }
  parts.push(
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "middle", x),
    text(LEFT - 8, TOP - 8, "end", y),
  );
  for (const [i, [name, each]] of lines.entries()) {
    const colour = COLOURS[i % COLOURS.length]!;
    const path = each.map(([px, py]) => `${atX(px).toFixed(1)} ${atY(py).toFixed(1)}`);
    if (path.length > 0) {
      parts.push(
        `<path d="M${path.join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      );
    }
    const [, last] = each.at(-1) ?? [0, 0];
    parts.push(text(WIDTH - RIGHT + 8, atY(last) + 4 + 14 * (i % 2), "start", name, colour));
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>\n` +
    `${parts.join("\n")}\n</svg>\n`;
}

function text(x: number, y: number, anchor: string, what: string, colour = "#222"): string {
  const safe = what.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" ` +
    `fill="${colour}">${safe}</text>`;
}

/** The next of 1, 2, 4, 6, 8 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8].find((each) => each * power >= value) ?? 10);
}

function plain(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
