type StepKind = "provisioner" | "post-processor";

interface NamedStep {
  readonly type: string;
  readonly name: string | undefined;
}

/** `shell provisioner "install"`: for messages. A name that only repeats the type is left out for post-processors. */
export function describeStep({ type, name }: NamedStep, kind: StepKind): string {
  const own = ownName({ type, name }, kind);
  return own === undefined ? `${type} ${kind}` : `${type} ${kind} "${own}"`;
}

/** A post-processor that was given no name has its type as one. */
export function ownName({ type, name }: NamedStep, kind: StepKind): string | undefined {
  return kind === "post-processor" && name === type ? undefined : name;
}
