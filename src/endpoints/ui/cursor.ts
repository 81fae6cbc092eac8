import { GatewayError } from "../../core/errors.ts";

/** A place in the calls of every process: by process, the number of the last call seen. */
export type LivePlaces = Readonly<Record<string, number>>;

/** `process.number`, joined by commas. */
const CURSOR = /^[A-Za-z0-9-]{1,64}\.\d{1,15}(?:,[A-Za-z0-9-]{1,64}\.\d{1,15}){0,255}$/;

/** Reads what {@link writeCursor} wrote; nothing is the beginning. @throws GatewayError `invalid-request` */
export function readCursor(text: string | undefined): LivePlaces {
  if (text === undefined || text === "") {
    return {};
  }
  if (!CURSOR.test(text)) {
    throw new GatewayError("invalid-request", "Invalid value for 'after': expected the cursor of an earlier answer.", {
      param: "after",
    });
  }
  return Object.fromEntries(
    text.split(",").map((place): [string, number] => {
      const dot = place.lastIndexOf(".");
      return [place.slice(0, dot), Number(place.slice(dot + 1))];
    }),
  );
}

/** A cursor as text. */
export const writeCursor = (places: LivePlaces): string =>
  Object.entries(places)
    .map(([process, last]) => `${process}.${last}`)
    .join(",");
