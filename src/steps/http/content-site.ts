import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Site } from "./answer.ts";

/** `http_content`: nothing but what the template spells out. */
export function contentSite(content: Readonly<Record<string, string>>): Site {
  const files = new Map(Object.entries(content).map(([path, text]) => [path, Buffer.from(text, "utf8")]));
  return {
    find: (path) => {
      const bytes = files.get(path);
      return Promise.resolve(bytes && { kind: "content", bytes });
    },
    hint: (path) => Promise.resolve(didYouMean(path, files.keys())),
  };
}
