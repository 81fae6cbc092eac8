import type { Socket, TCPSocketListener, TCPSocketListenOptions } from "bun";
import { readInTurn, settleReads } from "../wire/turn.ts";
import type { InboundHandler, InboundReply } from "./inbound.ts";
import { type ConnectionOwner, InboundConnection, type InboundLimits } from "./inbound-connection.ts";

/** How often deadlines are looked at, in milliseconds. */
const SWEEP_INTERVAL_MS = 500;

/** Defaults of the time limits: idle above the 65 s that clients' pools count on, the rest against slow loris. */
export const DEFAULT_INBOUND_LIMITS: InboundLimits = {
  idleMs: 75_000,
  headMs: 20_000,
  bodyGapMs: 20_000,
  stallMs: 600_000,
};

/** How a server is opened. */
export interface InboundServerOptions {
  readonly hostname: string;
  readonly port: number;
  /** Several processes share the port; the kernel spreads connections over them. */
  readonly isShared: boolean;
  readonly handler: InboundHandler;
  readonly toFaultReply: (status: number, message: string) => InboundReply;
  readonly limits?: InboundLimits;
}

/** Bun's own types do not name `reusePort` for listeners yet; it does what it says (checked with Bun 1.4.5). */
interface SharedListenOptions extends TCPSocketListenOptions<InboundConnection> {
  readonly reusePort: boolean;
}

function openListener(options: SharedListenOptions): TCPSocketListener<InboundConnection> {
  try {
    return Bun.listen<InboundConnection>(options);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reason = code === "EADDRINUSE" ? "the port is taken" : code || String(cause);
    throw Object.assign(new Error(`Cannot listen on ${options.hostname}:${options.port}: ${reason}.`, { cause }), {
      code,
    });
  }
}

/** HTTP/1.1 over TCP: accepts connections and watches over their deadlines with one timer. */
export class InboundServer implements ConnectionOwner {
  readonly handler: InboundHandler;
  readonly limits: InboundLimits;
  readonly toFaultReply: (status: number, message: string) => InboundReply;
  readonly #listener: TCPSocketListener<InboundConnection>;
  readonly #connections = new Set<InboundConnection>();
  readonly #sweepTimer: ReturnType<typeof setInterval>;
  nowMs = performance.now();
  #isStopping = false;
  #whenEmpty: (() => void) | undefined;

  /** @throws Error with code `EADDRINUSE` when the port is taken. */
  constructor(options: InboundServerOptions) {
    this.handler = options.handler;
    this.limits = options.limits ?? DEFAULT_INBOUND_LIMITS;
    this.toFaultReply = options.toFaultReply;
    const listen: SharedListenOptions = {
      hostname: options.hostname,
      port: options.port,
      reusePort: options.isShared,
      socket: {
        open: (socket) => {
          const connection = new InboundConnection(socket, this);
          socket.data = connection;
          this.#connections.add(connection);
        },
        data: (socket, bytes) => readInTurn(socket.data, bytes),
        drain: (socket) => socket.data.onDrain(),
        end: onClose,
        close: onClose,
        error: onClose,
      },
    };
    this.#listener = openListener(listen);
    this.#sweepTimer = setInterval(() => this.#sweep(), Math.min(SWEEP_INTERVAL_MS, this.limits.idleMs));
  }

  get port(): number {
    return this.#listener.port;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Open connections, for metrics and tests. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Stops accepting; settles when every request has its whole answer, or when the grace time is over. */
  async stop(graceMs: number): Promise<void> {
    settleReads(); // A request that has come is no idle connection.
    this.#isStopping = true;
    this.#listener.stop(false);
    for (const connection of [...this.#connections]) {
      if (connection.isIdle) {
        connection.close();
      }
    }
    if (this.#connections.size > 0) {
      const empty = Promise.withResolvers<void>();
      this.#whenEmpty = empty.resolve;
      const timer = setTimeout(empty.resolve, graceMs);
      await empty.promise;
      clearTimeout(timer);
    }
    clearInterval(this.#sweepTimer);
    for (const connection of [...this.#connections]) {
      connection.close();
    }
  }

  /** @internal */
  onClosed(connection: InboundConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) {
      this.#whenEmpty?.();
    }
  }

  #sweep(): void {
    this.nowMs = performance.now();
    for (const connection of this.#connections) {
      if (this.nowMs >= connection.deadlineMs) {
        connection.onDeadline();
      }
    }
  }
}

/** What came before the close is read first. */
function onClose(socket: Socket<InboundConnection>): void {
  settleReads();
  socket.data.onClose();
}
