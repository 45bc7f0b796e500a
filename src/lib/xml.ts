/** An element of a document. Names are without their prefix: the documents read here never use one name in two senses. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, references resolved. */
  readonly text: string;
}

class XmlError extends Error {
  override readonly name = "XmlError";
}

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  readonly texts: string[];
}

/**
 * Reads a document: elements, attributes, text, CDATA; comments and instructions are skipped, and a document type is
 * refused, so that no entity can grow. Throws an XmlError where the text is not XML.
 */
export function parseXml(source: string): XmlElement {
  const stack: Open[] = [{ name: "", attributes: {}, children: [], texts: [] }];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf("<", at);
    if (open === -1) break;
    if (open > at) stack.at(-1)!.texts.push(unescapeXml(source.slice(at, open)));
    at = readMarkup(source, open, stack);
  }
  const root = stack[0]!.children[0];
  if (stack.length !== 1 || root === undefined) throw new XmlError("the XML ends too early");
  return root;
}

/** Reads what begins with `<` at `open`; returns where it ends. */
function readMarkup(source: string, open: number, stack: Open[]): number {
  if (source.startsWith("<!--", open)) return after(source, "-->", open);
  if (source.startsWith("<?", open)) return after(source, "?>", open);
  if (source.startsWith("<![CDATA[", open)) {
    const end = after(source, "]]>", open);
    stack.at(-1)!.texts.push(source.slice(open + 9, end - 3));
    return end;
  }
  if (source.startsWith("<!", open)) throw new XmlError("the XML has a document type, which is not read");
  const end = endOfTag(source, open);
  const tag = source.slice(open + 1, end - 1);
  if (tag.startsWith("/")) close(stack, localName(tag.slice(1).trim()));
  else {
    const isEmpty = tag.endsWith("/");
    stack.push(readTag(isEmpty ? tag.slice(0, -1) : tag));
    if (isEmpty) close(stack, stack.at(-1)!.name);
  }
  return end;
}

function after(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  if (found === -1) throw new XmlError("the XML ends too early");
  return found + mark.length;
}

/** A `>` inside of quotes does not end a tag. */
function endOfTag(source: string, open: number): number {
  let quote = "";
  for (let at = open; at < source.length; at++) {
    const character = source[at]!;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === ">") return at + 1;
  }
  throw new XmlError("the XML ends too early");
}

function readTag(tag: string): Open {
  const [, name] = /^([^\s/>=]+)/.exec(tag) ?? [];
  if (name === undefined) throw new XmlError("there is a tag without a name");
  const attributes: Record<string, string> = {};
  for (const [, key, double, single] of tag.slice(name.length).matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    attributes[localName(key!)] = unescapeXml(double ?? single ?? "");
  }
  return { name: localName(name), attributes, children: [], texts: [] };
}

function close(stack: Open[], name: string): void {
  const { texts, ...element } = stack.pop()!;
  if (element.name !== name || stack.length === 0) throw new XmlError(`"${name}" is closed where it is not open`);
  stack.at(-1)!.children.push({ ...element, text: texts.join("") });
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const escapes: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
  "'": "&apos;",
};

/** For text and for attributes. What XML 1.0 cannot carry at all (most control characters) is left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[<>&"']/g, (character) => escapes[character]!)
    .replace(/\r/g, "&#13;")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
}

/** The first element of that name, at any depth, in the order of the document. */
export function findElement(root: XmlElement, name: string): XmlElement | undefined {
  if (root.name === name) return root;
  for (const child of root.children) {
    const found = findElement(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All elements of that name, at any depth, in the order of the document. */
export function findElements(root: XmlElement, name: string): readonly XmlElement[] {
  const below = root.children.flatMap((child) => findElements(child, name));
  return root.name === name ? [root, ...below] : below;
}
