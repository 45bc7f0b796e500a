import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/ui/redact.ts";

const secret = "S3cr3t\"Pa55 'w<o&r/d";

const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1);
const twice = encodeURIComponent(encodeURIComponent(secret));
const entities = (form: (code: number) => string): string =>
  secret.replace(/[^A-Za-z0-9 ]/g, (character) => form(character.charCodeAt(0)));

/** how a secret may stand in a text. */
const appearances: Readonly<Record<string, string>> = {
  "as it is": secret,
  "decimal entities, as most escapers write quotes": secret.replaceAll('"', "&#34;").replaceAll("'", "&#39;"),
  "decimal entities with zeros": secret.replaceAll('"', "&#034;").replaceAll("'", "&#0039;"),
  "hexadecimal entities": entities((code) => `&#x${code.toString(16)};`),
  "hexadecimal entities, upper case": entities((code) => `&#X${code.toString(16).toUpperCase()};`),
  "named entities": secret
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;"),
  "all named": secret
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("/", "&sol;")
    .replaceAll(" ", "&nbsp;"),
  "two spaces": secret.replaceAll(" ", "  "),
  "a tab": secret.replaceAll(" ", "\t"),
  "wrapped at the space": secret.replaceAll(" ", "\n"),
  "wrapped and indented": secret.replaceAll(" ", "\r\n      "),
  "wrapped within a word": `${secret.slice(0, 5)}\n    ${secret.slice(5)}`,
  "coloured and with two spaces": `\x1b[31m${secret.replaceAll(" ", " \x1b[0m ")}`,
  "JSON in JSON in JSON": jsonText(jsonText(jsonText(secret))),
  "URL encoding twice": twice,
  "URL encoding twice, lower case": twice.replace(/%25[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
};

const dumps: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  "hexdump -C": ["hexdump", ["-C"]],
  xxd: ["xxd", []],
};

describe("R-11: no form of a secret is shown", () => {
  const redactor = createRedactor();
  redactor.add(secret);
  const leaks = (text: string): boolean => /S3cr3t|Pa55|w<o|o&amp;r/.test(text);

  it.each(Object.entries(appearances))("%s", (_, text) => {
    expect(leaks(redactor.text(`a ${text} b`)), redactor.text(`a ${text} b`)).toBe(false);
  });

  it.each(Object.entries(appearances))("%s, in pieces of three characters", (_, text) => {
    const stream = redactor.stream();
    let shown = "";
    for (let at = 0; at < text.length; at += 3) shown += stream.push(text.slice(at, at + 3));
    shown += stream.flush();
    expect(leaks(shown), shown).toBe(false);
  });

  it.each(Object.entries(dumps))("the text column of %s", (_, [program, args]) => {
    const dump = dumped(program, args);
    if (dump === undefined) return;
    for (const text of [redactor.text(dump), throughStream(dump)]) expect(leaks(text), text).toBe(false);
  });

  it("a text column that goes over two lines", () => {
    const dump = [
      '00000000: 7061 7373 776f 7264 3d53 3363 7233 7422  password=S3cr3t"',
      "00000010: 5061 3535 2027 773c 6f26 722f 640a       Pa55 'w<o&r/d.",
      "",
    ].join("\n");
    for (const text of [redactor.text(dump), throughStream(dump)]) expect(leaks(text), text).toBe(false);
  });

  const throughStream = (text: string): string => {
    const stream = redactor.stream();
    const lines = text.split(/(?<=\n)/).map((line) => stream.push(line));
    return lines.join("") + stream.flush();
  };
});

function dumped(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { input: `password=${secret}\n`, encoding: "utf8" });
  } catch {
    return undefined;
  }
}

describe("R-16: a secret of one to five characters", () => {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  it.each(printable)("with %j in it is masked as a word", (character) => {
    for (const value of [
      character,
      `a${character}`,
      `a${character}b`,
      `${character}${character}x`,
      `ab${character}cd`,
    ]) {
      if (value.trim() === "" || value !== value.trim()) continue;
      const redactor = createRedactor();
      redactor.add(value);
      expect(redactor.text(`say ${value} and ${value}`)).toBe("say <sensitive> and <sensitive>");
    }
  });
});

describe("A-13: what says nothing by itself", () => {
  it.each(["true", "false", "null", "TRUE", ""])("%j masks nothing", (value) => {
    const redactor = createRedactor();
    redactor.add(value);
    expect(redactor.text(`it is ${value} that`)).toBe(`it is ${value} that`);
  });
});

describe("R-03: an ordinary word", () => {
  it.each([
    ["password debian.", "password <sensitive>."],
    ["http://user:debian@host/", "http://user:<sensitive>@host/"],
    ['"debian"', '"<sensitive>"'],
    ["out-debian/debian-12.img", "out-debian/debian-12.img"],
    ["/home/debian/x", "/home/debian/x"],
    ["file.debian: done", "file.debian: done"],
    ["debian.org", "debian.org"],
    ["debians", "debians"],
    ["ZGViaWFuCg==", "<sensitive>=="],
  ])("in %j", (text, shown) => {
    const redactor = createRedactor();
    redactor.add("debian");
    expect(redactor.text(text)).toBe(shown);
    expect([redactor.takeOrdinaryCount(), redactor.takeOrdinaryCount()]).toEqual([1, 0]);
  });

  it("is one that stands in the open in the template, and no other", () => {
    const redactor = createRedactor();
    redactor.add("mybuild");
    expect(redactor.text("out-mybuild/x")).toBe("out-<sensitive>/x");
    redactor.addPlain(["file.mybuild"]);
    expect(redactor.text("out-mybuild/x mybuild")).toBe("out-mybuild/x <sensitive>");
    redactor.add("k3y-9xQ!");
    redactor.addPlain(["out-k3y-9xQ!/x"]);
    expect(redactor.text("out-k3y-9xQ!/x")).toBe("out-<sensitive>/x");
  });
});
