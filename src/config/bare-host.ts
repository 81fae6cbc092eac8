/** A host without a scheme: with a dot, with a port, IPv6 in brackets, or this machine. A mere word may be anything, also a key. */
const BARE_HOST = /^(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w-]+(?=:\d)|\[[\da-f:.]+\])(?::\d{1,5})?(?:\/.*)?$/i;

/** This machine, and names without a dot, which lie in its own network. */
const INSIDE = /^(?:[\w-]+|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/]|$)/;

/** The URL of a bare host: `https://`, and `http://` for this machine and names without a dot. Other texts as they are. */
export const toUrlOfHost = (text: string): string =>
  BARE_HOST.test(text) ? `${INSIDE.test(text) ? "http" : "https"}://${text}` : text;
