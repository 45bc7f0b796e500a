/** Text as a terminal shows it: columns, control characters, wrapping. */

const UNSAFE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Replaces each character that could control a terminal (escape sequences, changes of direction) by a visible one. */
export function toSafeText(text: string): string {
  return text.replaceAll(UNSAFE, "\ufffd");
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

const PLAIN = /^[\x20-\x7e]*$/;
let segmenter: Intl.Segmenter | undefined;

/** How many columns of a terminal the text takes. East Asian characters and emoji take two. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  segmenter ??= new Intl.Segmenter();
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Breaks paragraphs at spaces so that no line is wider than `width`. Lines that begin with a space are left alone. */
export function wrapText(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): string[] {
  if (line.startsWith(" ")) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of wordsOf(line)) {
    if (current !== "" && displayWidth(current) + 1 + displayWidth(word) > width) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

/** What is to be pasted stays on one line: `{{ .Path }}` is one word. */
const wordsOf = (line: string): readonly string[] =>
  line.match(/(?:\{\{(?:"[^"]*"|[^{}"])*\}\}|[^ ])+|(?<= )(?= )/g) ?? [""];
