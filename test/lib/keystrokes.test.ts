import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { characters } from "../../src/lib/keyboard.ts";
import { parseKeystrokes } from "../../src/lib/keystrokes.ts";
import { scanCodes } from "../../src/plugins/virtualbox/scan-code-keyboard.ts";

/** Scan codes and pauses as one line: `1e 9e | 1000 ms | 1c 9c`. */
function typed(text: string): string {
  const { items, problems } = parseKeystrokes(text);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const groups: string[] = [];
  let codes: string[] = [];
  for (const item of items) {
    if (item.kind === "type") codes.push(...item.stroke.flatMap(scanCodes));
    else {
      groups.push(codes.join(" "), `${item.ms} ms`);
      codes = [];
    }
  }
  return [...groups, codes.join(" ")].filter((group) => group !== "").join(" | ");
}
const problems = (text: string): readonly string[] =>
  parseKeystrokes(text).problems.map(({ severity, offset, message }) => `${severity} at ${offset}: ${message}`);

describe("parseKeystrokes", () => {
  it.each([
    ["a", "1e 9e"],
    ["A", "2a 1e 9e aa"],
    ["1!", "02 82 2a 02 82 aa"],
    ["<enter>", "1c 9c"],
    ["<RETURN>", "1c 9c"],
    ["<esc><f1><F10><f11><f12>", "01 81 3b bb 44 c4 57 d7 58 d8"],
    ["<del><pageUp>", "e0 53 e0 d3 e0 49 e0 c9"],
    ["<leftCtrlOn>c<leftCtrlOff>", "1d 2e ae 9d"],
    ["<leftAltOn><f2><leftAltOff>", "38 3c bc b8"],
    ["<rightCtrlOn><rightAltOn><rightAltOff><rightCtrlOff>", "e0 1d e0 38 e0 b8 e0 9d"],
    ["<cOn><cOff>", "2e ae"],
    ["<f1On><F10Off>", "3b c4"],
    ["<COn><COff>", "2a 2e ae aa"],
    ["<leftSuper><rightCommand><leftOption><menu>", "e0 5b e0 db e0 5c e0 dc 38 b8 e0 5d e0 dd"],
    ["<", "2a 33 b3 aa"],
    ["a<wait>b", "1e 9e | 1000 ms | 30 b0"],
    ["<wait5><WAIT1m20s><wait500ms>", "5000 ms | 80000 ms | 500 ms"],
    ["<html>", "2a 33 b3 aa 23 a3 14 94 32 b2 26 a6 2a 34 b4 aa"],
    ["\\z |~", "2b ab 2c ac 39 b9 2a 2b ab aa 2a 29 a9 aa"],
  ])("reads %s", (text, expected) => {
    expect(typed(text)).toBe(expected);
  });

  it("says what each key prints, and nothing for keys that print nothing", () => {
    const printed = parseKeystrokes("A<enter>b").items.flatMap((item) =>
      item.kind === "type" ? item.stroke.filter(({ down }) => down).map(({ prints }) => prints) : [],
    );
    expect(printed).toEqual([undefined, "A", undefined, "b"]);
  });

  it.each([
    [
      "caffè",
      ['error at 4: The character "è" (U+00E8) cannot be typed on a US keyboard. Use a character that is on it.'],
    ],
    [
      "a\nb",
      [
        "error at 1: A line break cannot be typed on a US keyboard. Write <enter> for the Enter key, and put a long command in several list elements.",
      ],
    ],
    ["\t", ["error at 0: A tab character cannot be typed on a US keyboard. Write <tab> for the Tab key."]],
    [
      "😀",
      ['error at 0: The character "😀" (U+1F600) cannot be typed on a US keyboard. Use a character that is on it.'],
    ],
    ["\u200b", ["error at 0: The character U+200B cannot be typed on a US keyboard. Use a character that is on it."]],
    ["<wait0>", ['error at 0: A wait has to be longer than nothing, and "<wait0>" is not.']],
    ["<wait-5s>", ['error at 0: A wait has to be longer than nothing, and "<wait-5s>" is not.']],
    [
      "x<entr>",
      ['warning at 1: "<entr>" is not a key, so it is typed character by character. Did you mean "<enter>"?'],
    ],
    [
      "<leftctrlonn>",
      [
        'warning at 0: "<leftctrlonn>" is not a key, so it is typed character by character. Did you mean "<leftCtrlOn>"?',
      ],
    ],
    [
      "<wait5x>",
      ['warning at 0: "<wait5x>" is not a key, so it is typed character by character. Did you mean "<wait5>"?'],
    ],
    ["<html><body><table><center></enter>", []],
  ])("reports what is wrong with %j", (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it("passes over what is not rendered yet", () => {
    expect(parseKeystrokes("{{ `é` }}a", { opaque: /\{\{.*?\}\}/sy })).toMatchObject({
      problems: [],
      items: [{ kind: "type" }],
    });
  });

  it("never throws, and presses no key it does not let go of again", () => {
    const held = /<(left|right|.)[a-z0-9]*(on|off)>/is;
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        fc.pre(!held.test(text));
        const down = new Set<number>();
        for (const item of parseKeystrokes(text).items) {
          if (item.kind === "type")
            for (const event of item.stroke)
              event.down ? down.add(event.key.scanCode) : down.delete(event.key.scanCode);
        }
        expect([...down]).toEqual([]);
      }),
    );
  });

  it("knows every printable ASCII character", () => {
    const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));
    expect([...characters.keys()].sort()).toEqual(printable.sort());
  });
});
