/** A call as it goes out: text of JSON, without what stands around a batch. */
export interface WrittenCall {
  readonly text: string;
  /** Size in UTF-8. */
  readonly bytes: number;
  /** Ids of its events, by which the server answers. */
  readonly eventIds: readonly string[];
}
