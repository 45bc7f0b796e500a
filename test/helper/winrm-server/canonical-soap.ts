import { parseXml, type XmlElement } from "../../../src/lib/xml.ts";

/** A SOAP request as a sorted list of what it says, without what differs from one session to the next. */
export function canonicalSoap(request: string): readonly string[] {
  return [...new Set(lines(parseXml(request), ""))].sort();
}

function lines(element: XmlElement, above: string): readonly string[] {
  const name = Object.entries(element.attributes)
    .filter(([key]) => key === "Name" || key === "End")
    .map(([key, value]) => `[${key}=${value}]`);
  const path = `${above}/${element.name}${name.join("")}`;
  const attributes = Object.entries(element.attributes)
    .filter(([key]) => !["Name", "End"].includes(key) && !/^(s|a|w|p|b|n|x|xsd|xsi|env|rsp|cfg|wsmid)$/.test(key))
    .map(([key, value]) => `${path}/@${key}=${constant(value)}`);
  const text = element.text.trim() === "" ? [] : [`${path}=${constant(element.text.trim())}`];
  const below = element.children.flatMap((child) => lines(child, path));
  return [...attributes, ...text, ...(below.length + text.length === 0 ? [path] : []), ...below];
}

function constant(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "UUID")
    .replace(/^http:\/\/[^/]*:\d+\/wsman$/, "URL");
}
