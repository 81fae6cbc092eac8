import type { RecordedRequest } from "./recorded-request.ts";

/** Everything of a request as one text, to look for what must not be in it. */
export const toRecordedText = ({ target, rawHeaders, body }: RecordedRequest): string =>
  `${target}\n${JSON.stringify(rawHeaders)}\n${new TextDecoder().decode(body)}`;

/** The bearer key of each request, in the order of arrival. */
export const bearersOf = (requests: readonly RecordedRequest[]): readonly (string | undefined)[] =>
  requests.map(({ headers }) => headers.get("authorization")?.replace("Bearer ", ""));
