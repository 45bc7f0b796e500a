import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeXml, findElement, findElements, parseXml } from "../../src/lib/xml.ts";

describe("parseXml", () => {
  it("reads elements, attributes and text, without prefixes", () => {
    const root = parseXml(
      '<?xml version="1.0"?><a:x xmlns:a="u" b="1 &lt; 2"><!-- c --><y>t&#65;</y><y c=\'"\'/></a:x>',
    );
    expect(root).toMatchObject({ name: "x", attributes: { b: "1 < 2" } });
    expect(findElements(root, "y").map(({ text, attributes }) => [text, attributes["c"]])).toEqual([
      ["tA", undefined],
      ["", '"'],
    ]);
  });

  it("reads CDATA, and a > inside of quotes", () => {
    expect(findElement(parseXml('<a><b c=">"><![CDATA[<&]]></b></a>'), "b")).toMatchObject({
      text: "<&",
      attributes: { c: ">" },
    });
  });

  it.each(["", "text", "<a>", "<a></b>", "<a", "</a>", "<!DOCTYPE a><a/>", "<a><!-- ", "<>"])("refuses %j", (text) => {
    expect(() => parseXml(text)).toThrow();
  });

  it("gives back what was escaped", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const carried = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
        expect(parseXml(`<a>${escapeXml(text)}</a>`).text).toBe(carried);
      }),
    );
  });
});
