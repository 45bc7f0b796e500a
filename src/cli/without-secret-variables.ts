import type { Host } from "../sdk/host.ts";

const INPUT_VARIABLE = /^PKR_VAR_/;

/**
 * The host as a run sees it: without the environment variables that set sensitive input variables, so that no program
 * the run starts inherits a secret it was not given.
 */
export function withoutSecretVariables(host: Host, redactText: (text: string) => string): Host {
  const isKept = ([name, value]: readonly [string, string | undefined]): boolean =>
    !INPUT_VARIABLE.test(name) || value === undefined || redactText(value) === value;
  const env = Object.fromEntries(Object.entries(host.env).filter(isKept));
  // Not a copy: its streams stay unopened until they are used.
  return Object.create(host, { env: { value: env, enumerable: true } }) as Host;
}
