/** Ids and names: nothing in them needs an escape. */
const PLAIN = /^[\w .:/-]*$/;

/** A text as JSON. */
export const quote = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
