/** Transforms `data`, which came after `before`. Its result is valid until its next call. */
export type TransformBytes = (data: Uint8Array, before: Uint8Array) => Uint8Array;
