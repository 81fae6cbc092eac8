import { AwsEventReader } from "./aws-events.ts";
import { JsonLineReader } from "./json-lines.ts";

/** The one event of SageMaker's streams that is no failure. */
const PAYLOAD_PART = "PayloadPart";

const DATA_FIELD = "data:";

/** Lines of server-sent events that hold no data. */
const OTHER_FIELD = /^(?::|event:|id:|retry:)/;

/**
 * Reads an AWS event stream whose `PayloadPart`s are pieces, cut anywhere, of a container's own stream: lines of JSON, or
 * server-sent events with one line of data each. An event is one line's data, without a name; failures of the stream itself
 * keep their names.
 * Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_ResponseStream.html (read 2026-11-28).
 */
export class AwsPayloadLineReader {
  readonly #events: AwsEventReader;
  readonly #lines: JsonLineReader;

  constructor(onEvent: (event: string, data: string) => void) {
    this.#lines = new JsonLineReader((line) => {
      if (!OTHER_FIELD.test(line)) {
        onEvent("", line.startsWith(DATA_FIELD) ? line.slice(DATA_FIELD.length).trim() : line);
      }
    });
    this.#events = new AwsEventReader((event, data) => {
      if (event === PAYLOAD_PART) {
        this.#lines.push(data);
      } else {
        onEvent(event, Buffer.from(data).toString("utf8"));
      }
    });
  }

  /** Takes the next bytes of the stream. @throws Error on a message that is corrupt, RangeError on a line that is too long */
  push(chunk: Uint8Array): void {
    this.#events.push(chunk);
  }

  /** The stream is over; the last line may lack its end. @throws Error when it ended within a message */
  end(): void {
    this.#events.end();
    this.#lines.end();
  }
}
