/**
 * The same text in one piece. The engine keeps a text that was put together as its pieces until somebody looks at its
 * characters; built into other texts, it is walked piece by piece each time. For texts that are made once and used often.
 */
export const flatText = (text: string): string => (text.charCodeAt(0) === -1 ? "" : text);

/**
 * The same text, well-formed, in memory of its own. A part that was cut out of a longer text keeps all of that in memory (a
 * path, say, the head of its request with the caller's key). For texts that are kept longer than their call.
 */
export const copyText = (text: string): string => Buffer.from(text).toString();
