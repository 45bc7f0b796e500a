import { decodeAhead, type DecodeAhead } from "../checkpoints/step-inputs.ts";

/**
 * Decodes each component once. What was known when the template was loaded does not change with the values of a machine, but
 * for a component that renders its own `{{ }}`.
 */
export function createDecodeOnce(): DecodeAhead {
  const decoded = new Map<unknown, unknown>();
  return (planned, builder) => {
    if (decoded.has(planned)) return decoded.get(planned);
    const atLoad = planned.component.rendersTemplates === true ? undefined : planned.decode().config;
    const config = atLoad ?? decodeAhead(planned, builder);
    decoded.set(planned, config);
    return config;
  };
}
