import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/ui/redact.ts";
import { withoutInvisible } from "../../src/ui/text-views.ts";
import { secretForms } from "../../src/ui/secret-forms.ts";

function redacting(...secrets: string[]) {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

describe("createRedactor", () => {
  it("masks a secret wherever it stands", () => {
    expect(redacting("hunter2!").text("user:hunter2!@host and hunter2!")).toBe("user:<sensitive>@host and <sensitive>");
  });

  it("masks the longer of two secrets where one begins the other, in any order of adding (no tail is left)", () => {
    for (const secrets of [
      ["secret", "secret-tail"],
      ["secret-tail", "secret"],
    ]) {
      expect(redacting(...secrets).text("a secret-tail b secret c")).toBe("a <sensitive> b <sensitive> c");
    }
  });

  it("masks overlapping secrets as one stretch", () => {
    expect(redacting("abcdef", "defghi").text("x abcdefghi y")).toBe("x <sensitive> y");
  });

  it.each([
    ["base64", Buffer.from("s3cr3t pass'word\"&<").toString("base64")],
    ["base64 of `echo`", Buffer.from("s3cr3t pass'word\"&<\n").toString("base64")],
    ["base64 within a longer text", Buffer.from("user:s3cr3t pass'word\"&<:more").toString("base64").slice(4, -4)],
    ["base64url", Buffer.from("s3cr3t pass'word\"&<").toString("base64url")],
    ["UTF-16 base64", Buffer.from("s3cr3t pass'word\"&<", "utf16le").toString("base64")],
    ["hexadecimal", Buffer.from("s3cr3t pass'word\"&<").toString("hex")],
    ["URL encoding", encodeURIComponent("s3cr3t pass'word\"&<")],
    ["form encoding", new URLSearchParams({ a: "s3cr3t pass'word\"&<" }).toString().slice(2)],
    ["JSON", JSON.stringify("s3cr3t pass'word\"&<").slice(1, -1)],
    ["JSON as Go writes it", "s3cr3t pass'word\\\"\\u0026\\u003c"],
    ["single quotes in a shell", "s3cr3t pass'\\''word\"&<"],
    ["double quotes in a shell", "s3cr3t pass'word\\\"&<"],
    ["printf %q", "s3cr3t\\ pass\\'word\\\"\\&\\<"],
    ["XML", "s3cr3t pass&#39;word&quot;&amp;&lt;"],
    ["PowerShell", "s3cr3t pass'word`\"&<"],
  ])("masks a secret in %s", (_, form) => {
    const shown = redacting("s3cr3t pass'word\"&<").text(`[${form}]`);
    expect(shown).toContain("<sensitive>");
    expect(shown.replaceAll("<sensitive>", "").length).toBeLessThanOrEqual(10);
  });

  it("masks each line of a secret with several, and keeps lines apart", () => {
    const redactor = redacting("first line\nsecond line\nend");
    expect(redactor.text("key: second line.")).toBe("key: <sensitive>.");
    expect(redactor.text("a first line\nsecond line\nend b")).toBe("a <sensitive>\n<sensitive>\n<sensitive> b");
  });

  it("sees through line wrapping, indentation, colours and control characters", () => {
    const redactor = redacting("abcdefghij");
    for (const text of [
      "abcde\nfghij",
      "abcde\r\n    fghij",
      "abc\u001b[31mdef\u001b[0mghij",
      "abc\u0000defghij\u0008",
      "a\u001b[1;2mbcdefgh\nij",
    ]) {
      expect(redactor.text(text).replace(/[\s\u0008]/g, "")).toMatch(/^(<sensitive>)+$/);
    }
  });

  it("masks a short secret of any characters, those of regular expressions among them", () => {
    for (const character of "\\^$.*+?()[]{}|/-,:;<>=!#&%@~`'\"_ aé") {
      const secret = `x${character}y`;
      expect(redacting(secret).text(`(${secret}) ${secret}`)).toBe("(<sensitive>) <sensitive>");
    }
  });

  it("masks a secret of fewer than four characters only as a whole word, and counts it for a warning", () => {
    const redactor = redacting("e", "12");
    expect(redactor.text("the e on port 12 of 1234, e-mail")).toBe(
      "the <sensitive> on port <sensitive> of 1234, <sensitive>-mail",
    );
    expect(redactor.takeShortCount()).toBe(2);
    expect(redactor.takeShortCount()).toBe(0);
  });

  it("takes empty text for no secret", () => {
    expect(redacting("", "  ").text("anything at all")).toBe("anything at all");
  });

  it("masks keys, numbers, errors and cycles in data, and changes nothing in it", () => {
    const cyclic: Record<string, unknown> = {
      pin: 12345678,
      "key-topsecret": ["topsecret"],
      error: new Error("topsecret"),
    };
    cyclic["self"] = cyclic;
    const redactor = redacting("12345678", "topsecret");
    expect(redactor.value(cyclic)).toEqual({
      pin: "<sensitive>",
      "key-<sensitive>": ["<sensitive>"],
      error: { name: "Error", message: "<sensitive>" },
      self: "[…]",
    });
    expect(cyclic["pin"]).toBe(12345678);
  });

  it("masks a key file of 200 KB, whole, by lines and in base64", { timeout: 60_000 }, () => {
    const secret = Array.from({ length: 3000 }, (_, index) =>
      Buffer.from(`line ${index} of a key ${index * 7919}${"x".repeat(30)}`).toString("base64"),
    ).join("\n");
    const redactor = redacting(secret);
    expect(redactor.text(`<<${secret}>>`).replaceAll("<sensitive>", "").trim().replace(/\s/g, "")).toBe("<<>>");
    const encoded = redactor.text(Buffer.from(secret).toString("base64"));
    expect(encoded.replaceAll("<sensitive>", "").length).toBeLessThan(20);
  });

  it("keeps bytes that are not UTF-8 as they are", () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x41, 0xc3]).toString("latin1");
    const stream = redacting("sécret").byteStream();
    expect(stream.push(bytes) + stream.push(Buffer.from("sécret").toString("latin1")) + stream.flush()).toBe(
      `${bytes}<sensitive>`,
    );
  });
});

/** What a reader could put together again from what was shown. */
const readable = (shown: string): string => withoutInvisible(shown);

const secretText = fc.oneof(
  fc.string({ minLength: 4, maxLength: 40 }),
  fc.string({ unit: "grapheme", minLength: 4, maxLength: 20 }),
  fc.string({ unit: fc.constantFrom("a", "b"), minLength: 4, maxLength: 8 }),
  fc.array(fc.string({ minLength: 4, maxLength: 12 }), { minLength: 2, maxLength: 4 }).map((lines) => lines.join("\n")),
);
// A mask that spells part of the secret, and blanks, prove nothing.
const isTestable = (secret: string): boolean =>
  withoutInvisible(secret).trim().length >= 4 && !"<sensitive><sensitive>".includes(withoutInvisible(secret));

describe("any secret, any form, any chunking", () => {
  it("is never visible", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(secretText.filter(isTestable), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.array(fc.string({ maxLength: 20 }), { maxLength: 4 }),
        fc.infiniteStream(fc.record({ size: fc.integer({ min: 1, max: 9 }), flush: fc.boolean() })),
        (secrets, which, around, chunks) => {
          const redactor = redacting(...secrets);
          const forms = secrets.flatMap((secret) => [secret, ...secretForms(secret)]);
          const form = forms[which % forms.length]!;
          const text = [...around, form, ...around].join("");
          const stream = redactor.stream();
          let shown = "";
          for (let at = 0; at < text.length;) {
            const { size, flush } = chunks.next().value;
            shown += stream.push(text.slice(at, at + size));
            if (flush) shown += stream.flush();
            at += size;
          }
          shown += stream.flush();
          for (const hidden of [form, ...secrets].map(readable).filter(isTestable))
            expect(readable(shown)).not.toContain(hidden);
          for (const hidden of [form, ...secrets].map(readable).filter(isTestable))
            expect(readable(redactor.text(text))).not.toContain(hidden);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("shows everything that is not secret, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 12 })), (pieces) => {
        const stream = redacting("correct horse battery staple").stream();
        const shown = pieces.map((piece) => stream.push(piece)).join("") + stream.flush();
        expect(shown).toBe(pieces.join(""));
      }),
    );
  });
});
