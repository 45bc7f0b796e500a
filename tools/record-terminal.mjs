import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { homedir } from "node:os";

/**
 * Runs a command and records what it prints as an animated SVG: every line appears when it appeared in the real run (long
 * waits shortened). Usage: node tools/record-terminal.mjs OUT.svg TITLE COMMAND [ARG...]
 *
 * As on a terminal: node tools/record-terminal.mjs docs/quickstart.svg "make quickstart" script -qec "make quickstart" /dev/null
 */
const [out, title, program, ...args] = process.argv.slice(2);
const COLUMNS = 100;
const ROWS = 26;
const LINE = 18;
const CHAR = 8.4;
const LONGEST_WAIT_MS = 700;
const COLOURS = { 31: "#ff6b6b", 32: "#7ee787", 33: "#e3b341", 35: "#d2a8ff", 36: "#76e3ea" };

const lines = [];
let pending = "";
const started = Date.now();
const child = spawn(program, args, { env: { ...process.env, FORCE_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] });
/** Nobody needs to know where it was recorded. */
const anonymous = (text) => text.replaceAll(`${process.cwd()}/`, "").replaceAll(homedir(), "~");
const take = (chunk) => {
  pending += chunk;
  const parts = pending.split("\n");
  pending = parts.pop();
  for (const text of parts) {
    // A line that is drawn over again, as commands do on a terminal, is none of the record.
    for (const [, drawn] of text.matchAll(/\x1b\[(\d+)F/g)) lines.splice(-Number(drawn));
    lines.push({ at: Date.now() - started, text: anonymous(text.split("\r").filter(Boolean).at(-1) ?? "") });
  }
};
child.stdout.on("data", take);
child.stderr.on("data", take);
child.on("close", (code) => {
  if (code !== 0) {
    console.error(lines.map(({ text }) => text).join("\n"));
    process.exit(code ?? 1);
  }
  writeFileSync(out, render([{ at: 0, text: `$ ${title}` }, ...lines]));
});

function render(recorded) {
  const shown = recorded.map(({ at, text }) => ({ at, spans: spansOf(text) }));
  let clock = 0;
  const times = shown.map(({ at }, index) => {
    clock += index === 0 ? 300 : Math.min(at - shown[index - 1].at, LONGEST_WAIT_MS);
    return clock;
  });
  const total = (clock + 5000) / 1000;
  const height = ROWS * LINE + 50;
  const overflow = Math.max(0, shown.length - ROWS);
  const scroll = shown.flatMap((_, index) =>
    index < ROWS ? [] : [{ time: times[index] / 1000 / total, y: -(index - ROWS + 1) * LINE }],
  );
  const keyTimes = [0, ...scroll.map(({ time }) => time), 1].map((time) => time.toFixed(4)).join(";");
  const values = [0, ...scroll.map(({ y }) => y), -overflow * LINE].map((y) => `0 ${y}`).join(";");
  const body = shown.map(({ spans }, index) => line(spans, index, times[index] / 1000, total)).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${COLUMNS * CHAR + 40}" height="${height}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="14">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="20" cy="18" r="6" fill="#ff5f56"/><circle cx="40" cy="18" r="6" fill="#ffbd2e"/><circle cx="60" cy="18" r="6" fill="#27c93f"/>
<clipPath id="screen"><rect x="0" y="34" width="100%" height="${ROWS * LINE + 6}"/></clipPath>
<g clip-path="url(#screen)"><g fill="#c9d1d9">
${overflow > 0 ? `<animateTransform attributeName="transform" type="translate" calcMode="discrete" dur="${total}s" repeatCount="indefinite" keyTimes="${keyTimes}" values="${values}"/>` : ""}
${body}
</g></g></svg>
`;
}

function line(spans, index, at, total) {
  const y = 50 + index * LINE;
  const text = spans
    .map(
      ({ text, colour, bold }) =>
        `<tspan${colour ? ` fill="${colour}"` : ""}${bold ? ' font-weight="bold"' : ""}>${escape(text)}</tspan>`,
    )
    .join("");
  const start = (at / total).toFixed(4);
  return `<text x="20" y="${y}" xml:space="preserve"><animate attributeName="opacity" calcMode="discrete" dur="${total}s" repeatCount="indefinite" keyTimes="0;${start};1" values="0;1;1"/>${text}</text>`;
}

function spansOf(text) {
  const spans = [];
  let colour;
  let bold = false;
  let width = 0;
  for (const part of text.split(/(\x1b\[[0-9;]*[A-Za-z])/)) {
    const sgr = /^\x1b\[([0-9;]*)m$/.exec(part);
    if (sgr) {
      for (const code of sgr[1].split(";").map(Number)) {
        if (code === 0) [colour, bold] = [undefined, false];
        else if (code === 1) bold = true;
        else colour = COLOURS[code] ?? (code === 39 ? undefined : colour);
      }
    } else if (!part.startsWith("\x1b") && part !== "") {
      const kept = part.slice(0, Math.max(0, COLUMNS - width));
      width += kept.length;
      if (kept !== "") spans.push({ text: kept, colour, bold });
    }
  }
  return spans;
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
