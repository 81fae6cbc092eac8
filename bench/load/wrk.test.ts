import { expect, test } from "bun:test";
import { readWrkSummary } from "./wrk.ts";

const OUTPUT = `Running 2s test @ http://127.0.0.1:4000/v1/chat/completions
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.05ms    1.01ms  20.10ms   80.00%
    Req/Sec    21.10k     1.20k   23.00k    70.00%
  42123 requests in 2.00s, 30.12MB read
  Non-2xx or 3xx responses: 5
Requests/sec:  21061.11
Transfer/sec:     15.06MB
bench-summary {"requests":42123,"bytes":31583109,"durationMs":2000.123,"failures":5,"p50Ms":2.900,"p99Ms":7.100}
`;

test("reads the script's summary out of wrk's own lines", () => {
  expect(readWrkSummary(OUTPUT)).toEqual({
    requests: 42123,
    bytes: 31583109,
    durationMs: 2000.123,
    failures: 5,
    p50Ms: 2.9,
    p99Ms: 7.1,
  });
});

test("shows wrk's output when there is no summary", () => {
  expect(() => readWrkSummary("unable to connect to 127.0.0.1:1")).toThrow("unable to connect");
});

test("names the figure that is not there", () => {
  expect(() => readWrkSummary('bench-summary {"requests":1}')).toThrow("without bytes");
});
