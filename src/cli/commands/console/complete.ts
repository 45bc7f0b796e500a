import { functionsOf, lookUpVariable, variableNames } from "../../../language/evaluate/scope.ts";
import type { Scope } from "../../../language/evaluate/contract.ts";
import type { Value } from "../../../language/value.ts";

const COMMANDS = ["help", "variables", "exit"];

/** What the end of a line can be completed to, and the part of the line that is completed: for `node:readline`. */
export function complete(line: string, scope: Scope): [string[], string] {
  const path = /[\p{ID_Start}_][\p{ID_Continue}-]*(?:\.[\p{ID_Continue}-]*)*$/u.exec(line)?.[0] ?? "";
  const matching = namesFor(line, path, scope).filter((name) => name.startsWith(path));
  return [matching.sort(), path];
}

function namesFor(line: string, path: string, scope: Scope): string[] {
  if (path.includes(".")) return members(path.slice(0, path.lastIndexOf(".")), scope);
  return topLevel(line, path, scope);
}

function topLevel(line: string, path: string, scope: Scope): string[] {
  const isHelp = /^\s*help\s/.test(line);
  const functions = [...(functionsOf(scope)?.keys() ?? [])];
  const calls = functions.map((name) => (isHelp ? name : `${name}(`));
  const names = [...variableNames(scope), ...calls];
  const isFirstWord = line.trim() === path;
  return isFirstWord ? [...COMMANDS, ...names] : names;
}

function members(parent: string, scope: Scope): string[] {
  const [root, ...steps] = parent.split(".");
  let found = membersOf(lookUpVariable(scope, root!));
  for (const step of steps) found = membersOf(found?.get(step));
  return [...(found?.keys() ?? [])].map((name) => `${parent}.${name}`);
}

function membersOf(value: Value | undefined): ReadonlyMap<string, Value> | undefined {
  if (!(value?.content instanceof Map)) return undefined;
  return value.content as ReadonlyMap<string, Value>;
}
