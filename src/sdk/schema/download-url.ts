import { nearest } from "../../lib/did-you-mean.ts";
import { error } from "./rules.ts";
import type { ConfigIssue } from "./schema.ts";

const SCHEMES = ["http", "https", "file"];

/** What is wrong with a place to download from, before anything is asked for it: a path, or a URL. */
export function downloadUrlIssues(url: string | undefined, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  // One letter is a Windows drive.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url ?? "")?.[1];
  if (url === undefined || scheme === undefined) return [];
  const known = scheme.toLowerCase();
  if (!SCHEMES.includes(known)) return [unknownScheme(scheme, path)];
  if (known === "file" || URL.canParse(url)) return [];
  return [error("invalid-url", path, "Invalid URL", "This is not a URL: the part after the scheme cannot be read.")];
}

function unknownScheme(scheme: string, path: ConfigIssue["path"]): ConfigIssue {
  const near = nearest(scheme, SCHEMES);
  const hint = near === undefined ? "Use an http, https or file URL, or a path." : `Did you mean "${near}"?`;
  const issue = error("unknown-scheme", path, "Unknown kind of URL", `Nothing can be had by "${scheme}:". ${hint}`);
  const within = { start: 0, end: scheme.length };
  if (near === undefined) return { ...issue, within };
  return { ...issue, within, fix: { kind: "replace", part: "text", text: near } };
}
