import type { Socket } from "bun";
import { type ParsedRequest, RequestReader } from "./request-reader.ts";

/** One kept-alive connection of a test server. Writes keep their boundaries as far as TCP does. */
export interface RawConnection {
  /** Counts from 1 in the order of acceptance. */
  readonly id: number;
  /** Settles when the other side, or this one, closed the connection. */
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
  /** Queues bytes and waits until the system took them; a closed connection swallows them. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Ends the connection in an orderly way after what was written. */
  end(): void;
  /** Resets the connection at once. */
  reset(): void;
}

/** Answers one request; the next request of the connection waits until the promise settles. */
export type RawHandler = (request: ParsedRequest, connection: RawConnection) => Promise<void>;

/** What a test server does with its connections beside answering. */
export interface RawHttpServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Requests that broke HTTP/1.1, in words. A correct client leaves it empty. */
  readonly violations: readonly string[];
  /** Closes the connections on which no answer is under way, as a server does with idle ones. */
  closeIdleConnections(): void;
  /** Closes the next `count` connections right after accepting them. */
  refuseNext(count: number): void;
  close(): void;
}

class Connection implements RawConnection {
  readonly id: number;
  readonly closed: Promise<void>;
  readonly reader = new RequestReader();
  isClosed = false;
  isBusy = false;
  readonly #socket: Socket<Connection>;
  #unsent: Uint8Array[] = [];
  #drained: (() => void)[] = [];
  #settleClosed: () => void;

  constructor(id: number, socket: Socket<Connection>) {
    this.id = id;
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#settleClosed = resolve;
  }

  async write(bytes: string | Uint8Array): Promise<void> {
    if (this.isClosed) return;
    this.#unsent.push(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    this.flush();
    if (this.#unsent.length > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  flush(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      const sent = this.#socket.write(next);
      if (sent < next.byteLength) {
        this.#unsent[0] = next.subarray(Math.max(sent, 0));
        return;
      }
      this.#unsent.shift();
    }
    this.#release();
  }

  end(): void {
    if (!this.isClosed) this.#socket.end();
  }

  reset(): void {
    if (!this.isClosed) this.#socket.terminate();
  }

  markClosed(): void {
    this.isClosed = true;
    this.#unsent = [];
    this.#release();
    this.#settleClosed();
  }

  #release(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

/** Starts an HTTP/1.1 server on a loopback port that leaves every byte of a reply to its handler. */
export const startRawHttpServer = (handle: RawHandler): RawHttpServer => {
  const open = new Set<Connection>();
  const violations: string[] = [];
  let accepted = 0;
  let toRefuse = 0;

  const answerAll = async (connection: Connection): Promise<void> => {
    if (connection.isBusy) return;
    connection.isBusy = true;
    try {
      for (let request = connection.reader.next(); request !== undefined; request = connection.reader.next()) {
        await handle(request, connection);
      }
    } catch (error) {
      violations.push(error instanceof Error ? error.message : String(error));
      await connection.write("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      connection.end();
    }
    connection.isBusy = false;
  };

  const listener = Bun.listen<Connection>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        accepted += 1;
        socket.data = new Connection(accepted, socket);
        open.add(socket.data);
        if (toRefuse === 0) return;
        toRefuse -= 1;
        socket.data.reset();
      },
      data: (socket, bytes) => {
        socket.data.reader.push(bytes);
        void answerAll(socket.data);
      },
      drain: (socket) => socket.data.flush(),
      end: (socket) => void socket.end(),
      close: (socket) => {
        open.delete(socket.data);
        socket.data.markClosed();
      },
      error: (socket) => socket.data.reset(),
    },
  });

  return {
    port: listener.port,
    get accepted() {
      return accepted;
    },
    violations,
    closeIdleConnections: () => {
      for (const connection of open) if (!connection.isBusy) connection.end();
    },
    refuseNext: (count) => {
      toRefuse += count;
    },
    close: () => listener.stop(true),
  };
};
