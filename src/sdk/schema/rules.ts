import type { ConfigIssue, Rule } from "./schema.ts";

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

/** Exactly one of the named arguments has to be given. */
export function exactlyOne(...names: readonly string[]): Rule {
  return { arguments: names, check: (config) => [...missingAll(config, names), ...tooMany(config, names)] };
}

/** The named arguments exclude each other. */
export function atMostOne(...names: readonly string[]): Rule {
  return { arguments: names, check: (config) => tooMany(config, names) };
}

/** `name` makes sense only together with `other`. */
export function requires(name: string, other: string): Rule {
  return {
    arguments: [name, other],
    check: (config) =>
      isSet(config[name]) && !isSet(config[other])
        ? [error("missing-argument", [name], "Missing argument", `"${name}" needs "${other}" to be set as well.`)]
        : [],
  };
}

/** A range of ports: its ends are two arguments, and the first is not above the second. */
export function portRange(min: string, max: string): Rule {
  return rule([min, max], ({ [min]: first, [max]: last }) =>
    typeof first !== "number" || typeof last !== "number" || first <= last
      ? []
      : [error("invalid-argument", [min], "Invalid value", `${min} (${first}) is above ${max} (${last}).`)],
  );
}

/** Any other check over some arguments. */
export function rule(names: readonly string[], check: Rule["check"]): Rule {
  return { arguments: names, check };
}

export function error(code: string, path: ConfigIssue["path"], summary: string, detail: string): ConfigIssue {
  return { severity: "error", code, path, summary, detail };
}

/** Arguments that do not go together, told at one of them. */
export function conflict(path: ConfigIssue["path"], detail: string): ConfigIssue {
  return error("conflicting-arguments", path, "Conflicting arguments", detail);
}

export function warning(code: string, path: ConfigIssue["path"], summary: string, detail: string): ConfigIssue {
  return { severity: "warning", code, path, summary, detail };
}

function missingAll(config: Readonly<Record<string, unknown>>, names: readonly string[]): ConfigIssue[] {
  if (names.some((name) => isSet(config[name]))) return [];
  return [error("missing-argument", [], "Missing argument", `One of ${quoted(names)} must be set.`)];
}

function tooMany(config: Readonly<Record<string, unknown>>, names: readonly string[]): ConfigIssue[] {
  const given = names.filter((name) => isSet(config[name]));
  return given
    .slice(1)
    .map((name) =>
      conflict(
        [name],
        `Only one of ${quoted(names)} may be set, and "${given[0]}" is set already. Remove one of them.`,
      ),
    );
}
