import { functionsOf, lookUpVariable, variableNames } from "../../../language/evaluate/scope.ts";
import type { Scope } from "../../../language/evaluate/contract.ts";
import type { Value } from "../../../language/value.ts";

const COMMANDS = ["help", "variables", "exit"];

/** What the end of a line can be completed to, and the part of the line that is completed: for `node:readline`. */
export function complete(line: string, scope: Scope): [string[], string] {
  const path = /[\p{ID_Start}_][\p{ID_Continue}-]*(?:\.[\p{ID_Continue}-]*)*$/u.exec(line)?.[0] ?? "";
  const dot = path.lastIndexOf(".");
  const names = dot < 0 ? topLevel(line, path, scope) : members(path.slice(0, dot), scope);
  const matching = names.filter((name) => name.startsWith(path)).sort();
  return [matching, path];
}

function topLevel(line: string, path: string, scope: Scope): string[] {
  const calls = [...(functionsOf(scope)?.keys() ?? [])].map((name) => (/^\s*help\s/.test(line) ? name : `${name}(`));
  const commands = line.trim() === path ? COMMANDS : [];
  return [...commands, ...variableNames(scope), ...calls];
}

function members(parent: string, scope: Scope): string[] {
  const [root, ...steps] = parent.split(".");
  let value: Value | undefined = lookUpVariable(scope, root!);
  for (const step of steps)
    value = value?.content instanceof Map ? (value.content as ReadonlyMap<string, Value>).get(step) : undefined;
  if (!(value?.content instanceof Map)) return [];
  return [...(value.content as ReadonlyMap<string, Value>).keys()].map((name) => `${parent}.${name}`);
}
