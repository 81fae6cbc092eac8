/**
 * The same text, well-formed, in memory of its own. A part that was cut out of a longer text keeps all of that in memory (a
 * path, say, the head of its request with the caller's key). For texts that are kept longer than their call.
 */
export const copyText = (text: string): string => Buffer.from(text).toString();
