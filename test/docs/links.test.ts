import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const docs = readdirSync("docs").filter((name) => name.endsWith(".md"));
const pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...docs.map((name) => join("docs", name))];
const textOf = new Map(pages.map((page) => [page, readFileSync(page, "utf8")]));

/** As GitHub makes them: small letters, blanks as hyphens, nothing else but letters, digits, `-` and `_`. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (text: string): readonly string[] =>
  [...text.replaceAll(/```.*?```/gs, "").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));

const linksOf = (text: string): readonly string[] =>
  [...text.replaceAll(/```.*?```/gs, "").matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target!);

function isBroken(page: string, target: string): boolean {
  if (/^https?:/.test(target)) return false;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(file)) return true;
  return anchor !== undefined && !anchorsOf(textOf.get(file) ?? "").includes(anchor);
}

const testFiles = readdirSync("test", { recursive: true, encoding: "utf8" });

/** `test/cli`, `test/cli/new.test.ts`, `cli/new.test.ts`, `new.test.ts`. */
function isThere(named: string): boolean {
  if (named.startsWith("test/")) return existsSync(named) || existsSync(`${named}.test.ts`);
  return testFiles.some((file) => file === named || file.endsWith(`/${named}`));
}

const testsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(test\/[\w./-]*|[\w./-]+\.test\.ts)`/g)].map(([, name]) => name!);

it.each(pages)("%s leads to pages, sections and pictures that are there", (page) => {
  expect(linksOf(textOf.get(page)!).filter((target) => isBroken(page, target))).toEqual([]);
});

/** A guide for writing a component names files that its reader is to make. */
const proven = pages.filter((page) => !page.endsWith("writing-a-component.md"));

it.each(proven)("%s names tests that are there", (page) => {
  expect(testsIn(textOf.get(page)!).filter((named) => !isThere(named))).toEqual([]);
});

it("each page of the documentation is named in README.md, or in a page that is", () => {
  const named = new Set(linksOf(textOf.get("README.md")!).map((target) => normalize(target.split("#")[0]!)));
  const below = [...named].flatMap((page) =>
    linksOf(textOf.get(page) ?? "").map((target) => join("docs", target.split("#")[0]!)),
  );
  const found = new Set([...named, ...below]);
  expect(docs.map((name) => join("docs", name)).filter((page) => !found.has(page))).toEqual([]);
});
