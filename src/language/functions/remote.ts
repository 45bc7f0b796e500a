import { isNull, STRING, textOf, unknownValue, type Value } from "../value.ts";
import { stringParam } from "./arguments.ts";
import type { FunctionContext, FunctionDeclaration, RemoteRequest } from "./definition.ts";

const textOrNull = (value: Value): string | null => (isNull(value) ? null : textOf(value));

const ask =
  (service: RemoteRequest["service"]) =>
  (args: readonly Value[], { remote }: FunctionContext): Value =>
    remote.answer({ service, args: args.map(textOrNull) }) ?? unknownValue(STRING);

/** Values kept by other services. What comes from a store of secrets is secret; Consul's keys are configuration. */
export const remoteFunctions: readonly FunctionDeclaration[] = [
  {
    name: "vault",
    group: "secret",
    parameters: [stringParam("path"), stringParam("key")],
    returns: STRING,
    secretResult: true,
    description:
      "A value from HashiCorp Vault or OpenBao. With version 2 of the key/value engine the path includes data/: secret/data/name. Needs VAULT_ADDR and VAULT_TOKEN; VAULT_NAMESPACE is honoured. The result is sensitive.",
    example: ['can(vault("secret/data/hello", "foo"))', "false"],
    call: ask("vault"),
  },
  {
    name: "consul_key",
    group: "secret",
    parameters: [stringParam("key")],
    returns: STRING,
    description:
      "The value of a key in Consul. CONSUL_HTTP_ADDR and CONSUL_HTTP_TOKEN are honoured. The result is not sensitive: wrap it in sensitive(…) if it is a secret.",
    example: ['can(consul_key("no/such/key"))', "false"],
    call: ask("consul"),
  },
  {
    name: "aws_secretsmanager",
    group: "secret",
    parameters: [stringParam("name"), stringParam("key", { allowNull: true })],
    returns: STRING,
    secretResult: true,
    description:
      "One key of a secret in AWS Secrets Manager. The key may be null when the secret has only one. The result is sensitive.",
    example: ['can(aws_secretsmanager("no-such-secret", "key"))', "false"],
    call: ask("aws_secretsmanager"),
  },
  {
    name: "aws_secretsmanager_raw",
    group: "secret",
    parameters: [stringParam("name")],
    returns: STRING,
    secretResult: true,
    description: "The whole text of a secret in AWS Secrets Manager. The result is sensitive.",
    example: ['can(aws_secretsmanager_raw("no-such-secret"))', "false"],
    call: ask("aws_secretsmanager"),
  },
];
