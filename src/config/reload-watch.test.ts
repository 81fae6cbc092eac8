import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReloadWatch, systemFiles, type WatchedFiles, type WatchTimers } from "./reload-watch.ts";

interface Fake {
  readonly timers: WatchTimers;
  readonly watched: WatchedFiles;
  readonly stamps: Map<string, string>;
  readonly folders: Map<string, () => void>;
  poll: () => void;
  runPending: () => void;
  pendingCount: () => number;
}

const newFake = (): Fake => {
  const pending = new Set<() => void>();
  const polls = new Set<() => void>();
  const stamps = new Map<string, string>();
  const folders = new Map<string, () => void>();
  return {
    stamps,
    folders,
    timers: {
      after: (_delayMs, run) => {
        pending.add(run);
        return () => pending.delete(run);
      },
      every: (_periodMs, run) => {
        polls.add(run);
        return () => polls.delete(run);
      },
    },
    watched: {
      watchFolder: (folder, onChange) => {
        if (folder === "/unwatchable") throw new Error("no events here");
        folders.set(folder, onChange);
        return () => folders.delete(folder);
      },
      readStamp: (path) => stamps.get(path) ?? "missing",
    },
    poll: () => {
      for (const run of polls) run();
    },
    runPending: () => {
      for (const run of [...pending]) {
        pending.delete(run);
        run();
      }
    },
    pendingCount: () => pending.size,
  };
};

const start = (files: readonly string[]) => {
  const fake = newFake();
  for (const file of files) fake.stamps.set(file, "1");
  let reports = 0;
  const onChange = () => {
    reports += 1;
  };
  const watch = new ReloadWatch({ files, onChange, timers: fake.timers, watched: fake.watched });
  return { fake, watch, reports: () => reports };
};

describe("ReloadWatch", () => {
  test("reports a change once, after the files have been quiet", () => {
    const { fake, watch, reports } = start(["/c/a.yaml", "/c/b.yaml"]);
    fake.stamps.set("/c/a.yaml", "2");
    fake.folders.get("/c")?.();
    fake.stamps.set("/c/b.yaml", "2");
    fake.folders.get("/c")?.();
    expect(reports()).toBe(0);
    expect(fake.pendingCount()).toBe(1);
    fake.runPending();
    expect(reports()).toBe(1);
    fake.folders.get("/c")?.();
    expect(fake.pendingCount()).toBe(0);
    watch.close();
  });

  test("ignores other files of the folder, and a file that comes back as it was", () => {
    const { fake, watch, reports } = start(["/c/a.yaml"]);
    fake.folders.get("/c")?.();
    expect(fake.pendingCount()).toBe(0);
    fake.stamps.delete("/c/a.yaml");
    fake.folders.get("/c")?.();
    fake.stamps.set("/c/a.yaml", "1");
    fake.runPending();
    expect(reports()).toBe(0);
    watch.close();
  });

  test("polls where there are no events", () => {
    const { fake, watch, reports } = start(["/unwatchable/a.yaml"]);
    fake.stamps.set("/unwatchable/a.yaml", "2");
    fake.poll();
    fake.runPending();
    expect(reports()).toBe(1);
    watch.close();
  });

  test("follows a new set of files", () => {
    const { fake, watch, reports } = start(["/c/a.yaml"]);
    watch.setFiles(["/c/a.yaml", "/d/new.yaml"]);
    expect([...fake.folders.keys()]).toEqual(["/c", "/d"]);
    fake.stamps.set("/d/new.yaml", "1");
    fake.folders.get("/d")?.();
    fake.runPending();
    expect(reports()).toBe(1);
    watch.close();
  });

  test("is silent once closed", () => {
    const { fake, watch, reports } = start(["/c/a.yaml"]);
    fake.stamps.set("/c/a.yaml", "2");
    fake.poll();
    watch.close();
    fake.poll();
    fake.runPending();
    expect(reports()).toBe(0);
    expect(fake.folders.size).toBe(0);
  });
});

describe("the machine's files", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  test("a swapped symbolic link changes the stamp, as a mounted ConfigMap does", () => {
    const folder = mkdtempSync(join(tmpdir(), "reload-watch-"));
    folders.push(folder);
    writeFileSync(join(folder, "one.yaml"), "a: 1");
    writeFileSync(join(folder, "two.yaml"), "a: 2");
    symlinkSync("one.yaml", join(folder, "config.yaml"));
    const before = systemFiles.readStamp(join(folder, "config.yaml"));
    symlinkSync("two.yaml", join(folder, "next"));
    renameSync(join(folder, "next"), join(folder, "config.yaml"));
    expect(systemFiles.readStamp(join(folder, "config.yaml"))).not.toBe(before);
    expect(systemFiles.readStamp(join(folder, "none.yaml"))).toBe("missing");
  });

  test("what is written often beside it is looked into together", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reload-watch-"));
    folders.push(folder);
    const looked = Promise.withResolvers<void>();
    let looks = 0;
    const stop = systemFiles.watchFolder(folder, () => {
      looks += 1;
      looked.resolve();
    });
    for (let line = 0; line < 500; line++) writeFileSync(join(folder, "gateway.log"), `${line}\n`);
    await looked.promise;
    expect(looks).toBeLessThan(5);
    stop();
  });

  test("a written file is reported through real events and timers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reload-watch-"));
    folders.push(folder);
    const file = join(folder, "config.yaml");
    writeFileSync(file, "a: 1");
    const changed = Promise.withResolvers<void>();
    const watch = new ReloadWatch({ files: [file], onChange: () => changed.resolve(), debounceMs: 1, pollMs: 20 });
    writeFileSync(file, "a: 1\nb: 2");
    await changed.promise;
    watch.close();
  });
});
