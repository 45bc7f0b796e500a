type RedactText = (text: string) => string;

const DEEPEST = 32;

/** A copy of plain data with every string masked. What cannot go into JSON becomes text. `value` is never changed. */
export function redactValue<Value>(value: Value, redactText: RedactText): Value {
  return redact(value, redactText, []) as Value;
}

function redact(value: unknown, redactText: RedactText, parents: readonly object[]): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "number" || typeof value === "bigint") return redactNumber(value, redactText);
  if (typeof value !== "object" || value === null) return value;
  if (parents.includes(value) || parents.length > DEEPEST) return "[…]";
  const within = [...parents, value];
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => redact(item, redactText, within));
  if (value instanceof Map) return redact(Object.fromEntries(value), redactText, within);
  if (value instanceof Set) return redact([...value], redactText, within);
  if (value instanceof Date) return value.toISOString();
  const own = value instanceof Error ? { name: value.name, message: value.message } : value;
  const entries = Object.entries(own).map(([key, item]) => [redactText(key), redact(item, redactText, within)]);
  return Object.fromEntries(entries) as unknown;
}

function redactNumber(value: number | bigint, redactText: RedactText): unknown {
  const text = String(value);
  const redacted = redactText(text);
  return redacted === text ? value : redacted;
}
