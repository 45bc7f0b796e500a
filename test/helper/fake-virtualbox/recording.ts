import { readFileSync } from "node:fs";
import type { Answer } from "./transcript.ts";

/** The answers of the real VBoxManage, by label. See `transcript.ts` for the format of the file. */
export interface Recording {
  /** The answer of the step with this label, or these arguments, with words of the recording replaced: `alpha`, `ROOT`, and by `UUID` whichever id it has. */
  answer(label: string, values?: Readonly<Record<string, string>>): Answer;
  /** The lines that describe a new machine for a kind of guest; `undefined` where none was recorded. */
  newMachine(guestType: string): readonly string[] | undefined;
}

interface Block {
  label: string | undefined;
  args: string;
  stdout: string[];
  stderr: string[];
  code: number;
}

export function loadRecording(path = "test/fixture/virtualbox/session.txt"): Recording {
  const blocks = parse(readFileSync(path, "utf8"));
  const labelled = new Map(blocks.map((block) => [block.label ?? block.args, block]));
  return {
    answer: (label, values = {}) => {
      const block = labelled.get(label);
      if (block === undefined) throw new Error(`the recorded session has no step "${label}"`);
      const text = (lines: readonly string[]) => replaceWords(lines.map((line) => `${line}\n`).join(""), values);
      return { code: block.code, stdout: text(block.stdout), stderr: text(block.stderr) };
    },
    newMachine: (guestType) => {
      const made = blocks.findIndex(
        ({ args, code }) => code === 0 && args.startsWith("createvm ") && args.includes(` --ostype ${guestType} `),
      );
      return blocks.slice(made + 1).find(({ args }) => made >= 0 && args.startsWith("showvminfo "))?.stdout;
    },
  };
}

function parse(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let label: string | undefined;
  let block: Block | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("# ")) label = line.slice(2);
    else if (line.startsWith("@ ")) block = undefined;
    else if (line.startsWith("$ ")) {
      block = { label, args: line.slice(2), stdout: [], stderr: [], code: 0 };
      blocks.push(block);
      label = undefined;
    } else if (line.startsWith("! ")) block?.stderr.push(line.slice(2));
    else if (/^= \d+$/.test(line)) block!.code = Number(line.slice(2));
    else block?.stdout.push(line);
  }
  // Each block ends with an empty line that VBoxManage did not print.
  for (const { stdout } of blocks) if (stdout.at(-1) === "") stdout.pop();
  return blocks;
}

function replaceWords(text: string, values: Readonly<Record<string, string>>): string {
  const words = Object.keys(values).sort((a, b) => b.length - a.length);
  if (words.length === 0) return text;
  const patterns = words.map((word) =>
    word === "UUID" ? "UUID-\\d+" : word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  return text.replaceAll(new RegExp(patterns.join("|"), "g"), (found) => values[found] ?? values["UUID"]!);
}
