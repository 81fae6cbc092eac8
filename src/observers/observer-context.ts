import type { CallbackName, CallbackSettings } from "../config/callbacks/callback-fields.ts";
import type { Environment } from "../config/environment-references.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { Post } from "../upstream/post.ts";
import type { CallObserver } from "./call-observer.ts";

/** The world outside, handed in. */
export interface ObserverWorld {
  readonly config: GatewayConfig;
  readonly environment: Environment;
  readonly post: Post;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly version: string;
  /** Logs what only operators may see. Texts hold no key. */
  readonly log: (message: string, cause: unknown) => void;
  /** Writes to the gateway's standard output. */
  readonly write: (text: string | Uint8Array) => void;
  /**
   * Writes to standard output too, for what may be much: settles when the bytes have been taken, which takes as long as the
   * reader does. They are not to be changed until then. Rejects when nobody reads any more.
   */
  readonly writeRecords: (bytes: Uint8Array) => Promise<void>;
}

/** What a callback is made with. */
export interface ObserverContext<Name extends CallbackName> extends ObserverWorld {
  readonly name: Name;
  /** As its own name in the lists says; else {@link name}. */
  readonly label?: string;
  readonly settings: CallbackSettings<Name>;
}

/** Makes a callback. @throws Error with a message for the operator when it cannot work (no key, no address) */
export type ObserverFactory<Name extends CallbackName> = (
  context: ObserverContext<Name>,
) => CallObserver | Promise<CallObserver>;
