interface NamedStep {
  readonly type: string;
  readonly name: string | undefined;
}

/** `shell provisioner "install"`: for messages. A name that only repeats the type is left out for post-processors. */
export function describeStep({ type, name }: NamedStep, kind: "provisioner" | "post-processor"): string {
  const repeats = kind === "post-processor" && name === type;
  if (name === undefined || repeats) return `${type} ${kind}`;
  return `${type} ${kind} "${name}"`;
}
