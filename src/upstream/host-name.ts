/** What a host name on the network looks like: labels of letters, digits, hyphens and underscores, no dot at its end. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/** URLs whose last label is a number are addresses or nothing (https://url.spec.whatwg.org/#ends-in-a-number-checker). */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/** Names that mean this machine or this network wherever they are asked (RFC 6761, 6762, 8375, 9476 and habit). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|home\.arpa)$/;

/** Whether the text, in lower case, is a host name and neither an address nor a broken one. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text) && !NUMERIC_END.test(text);

/** Whether the name is known to lie inside without a look-up: of a local domain, or without any domain. */
export const isLocalName = (name: string): boolean => !name.includes(".") || LOCAL_NAME.test(name);
