import type { GetResponse } from "./http-get.ts";
import { HttpError } from "./http-redirect.ts";

/** A login page, or a mirror's "not found" with status 200, must never enter a cache as an image. */
export function refuseWebPage(url: string, response: GetResponse): void {
  const type = response.headers["content-type"] ?? "";
  if (/^text\/html\b/i.test(type) && !isPage(url)) throw new HttpError(WEB_PAGE);
}

/** Whether the URL itself asks for a page. */
export function isPage(url: string): boolean {
  return /\.html?$/i.test(new URL(url).pathname);
}

/** The same by the first bytes, for servers that give no content type. */
export function refusePageText(chunk: Buffer): void {
  if (/^\s*(<!doctype html|<html[\s>])/i.test(chunk.subarray(0, 200).toString("latin1"))) throw new HttpError(WEB_PAGE);
}

const WEB_PAGE = "the server sent a web page instead of the file";
