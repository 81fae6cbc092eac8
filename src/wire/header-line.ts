/** Whether HTTP takes a text as a header's name: `token` of RFC 9110, section 5.6.2. */
export const isHeaderName = (name: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);

/** Whether HTTP takes a text as a header's value: latin-1 without what would end it early. */
export const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

/** A header line of HTTP/1.1. @throws TypeError where HTTP does not take the value, which is not shown */
export function toHeaderLine(name: string, value: string): string {
  if (!isHeaderValue(value)) {
    throw new TypeError(`the value of header '${name}' has a character that no header may carry`);
  }
  return `${name}: ${value}\r\n`;
}
