import { constants } from "node:os";

/** The system's own names of errors, such as ENOENT. A list, since names of temporary directories look like anything. */
export const ERRNO_NAMES = new RegExp(`\\b(${Object.keys(constants.errno).join("|")})\\b`);
