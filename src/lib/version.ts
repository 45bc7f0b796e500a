/** Of imgbuild itself; equal to the version in package.json (a test says so). */
export const VERSION = "0.2.0";
