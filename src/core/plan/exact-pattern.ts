/**
 * The pattern of `-only` that means the build of this name and no other one: commas, white space at the ends and the
 * characters of patterns stand for themselves behind a backslash.
 */
export const exactPattern = (name: string): string => name.replace(/[\\*?[\]{},]|^\s|\s$/g, "\\$&");
