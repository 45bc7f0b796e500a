import type * as z from "zod";

/** The type inside one wrapper (`.optional()`, `.default()`, the input side of a transform), if `type` is a wrapper. */
export function innerType(type: z.ZodType): z.ZodType | undefined {
  const { innerType, in: input } = definitionOf(type);
  return innerType ?? input;
}

/** The innermost type: an object, array, record or scalar. */
export function unwrap(field: z.ZodType): z.ZodType {
  let type = field;
  for (let inner = innerType(type); inner; inner = innerType(type)) type = inner;
  return type;
}

/** Of a list or map: the type of what is in it. */
export function elementType(field: z.ZodType): z.ZodType | undefined {
  const { element, valueType } = definitionOf(unwrap(field));
  return element ?? valueType;
}

/** The `x` of `.default(x)`, looked for through other wrappers. */
export function declaredDefault(field: z.ZodType): unknown {
  const { type, innerType, defaultValue } = definitionOf(field);
  if (type === "default") return defaultValue;
  return innerType && declaredDefault(innerType);
}

/** What zod keeps of the types it makes. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly defaultValue?: unknown;
}

/** The one place that looks where zod's public types do not. */
function definitionOf(type: z.ZodType): Definition {
  return type._zod.def;
}
