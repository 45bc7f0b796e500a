/** A name of the user's as a part of a file name: what could be more than that to a file system or a shell becomes `_`. */
export const asFileName = (name: string): string => name.replaceAll(/[^\w.-]/g, "_");
