// The board as the hub tells it: a snapshot, then what changed; says so when it hears nothing.
import { now } from "./format.js";
import { HubError, call, session } from "./http.js";
import { mapOf } from "./route.js";
import { events } from "./sse.js";
import { createStore } from "./store.js";

const SILENCE = 40e3; // the hub sends a heartbeat every 15 s
const LONGEST_PAUSE = 5e3;
const HIDDEN_FOR = 60e3; // a browser holds few connections to one host: a hidden tab gives its one back
const EMPTY = { status: "connecting", at: null, day: null, totals: null, units: new Map(), stale: 0, error: null };

// `status`: "connecting", "live", "down" (trying again), "refused"; `at`: ms until which the values
// are known to hold; `stale`: seconds for which the hub itself could not refresh them.
export const board = createStore(EMPTY);

// What happens to single dossiers: {name: "overdue" | "resolved" | "not_overdue" | "due_soon", items} or "reload".
const listeners = new Set();
export function onNews(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const change = (values) => board.set({ ...board.get(), ...values });

// Follow the units of `scope` ({unit, subtree}) until the returned function is called.
export function follow(scope) {
  const stopped = new AbortController();
  board.set(EMPTY);
  run(scope, stopped.signal);
  return () => {
    stopped.abort();
    board.set(EMPTY);
  };
}

async function run(scope, stopped) {
  let last = null;
  let pause = 500;
  while (!stopped.aborted) {
    await shown();
    if (stopped.aborted) return;
    const connection = new AbortController();
    const giveUp = () => connection.abort();
    stopped.addEventListener("abort", giveUp);
    const forget = whenHidden(giveUp);
    let watchdog = setTimeout(giveUp, SILENCE);
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(giveUp, SILENCE);
    };
    try {
      const resume = last ? { "Last-Event-ID": last } : {};
      const response = await call("/v1/live", scope, { signal: connection.signal, headers: resume });
      if (last && !stopped.aborted) change({ status: "live", error: null });
      for await (const event of events(response, heard)) {
        if (stopped.aborted) return;
        last = event.id ?? last;
        pause = 500;
        apply(event.name, JSON.parse(event.data));
      }
    } catch (error) {
      if (stopped.aborted) return;
      if (error instanceof HubError && [401, 403, 404, 422].includes(error.status)) {
        change({ status: "refused", error });
        return;
      }
    } finally {
      clearTimeout(watchdog);
      connection.abort();
      forget();
      stopped.removeEventListener("abort", giveUp);
    }
    if (stopped.aborted || session.get().state === "out") return;
    change({ status: document.hidden ? "connecting" : "down" });
    await new Promise((go) => setTimeout(go, pause * (0.75 + Math.random() / 2)));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

// Waits until the tab is looked at.
function shown() {
  if (!document.hidden) return null;
  return new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));
}

// Calls `act` when the tab has been hidden for a while, until the returned function is called.
function whenHidden(act) {
  let timer;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(act, HIDDEN_FOR);
  };
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

function apply(name, news) {
  const stale = news.stale_seconds ?? 0;
  const heard = { status: "live", error: null, stale, at: now() - stale * 1000 };
  if (name === "snapshot") {
    const again = board.get().totals !== null;
    change({ ...heard, day: news.day, totals: news.totals, units: new Map(news.units.map((row) => [row.unit, row])) });
    if (again) tell({ name: "reload" });
  } else if (name === "figures") {
    const units = new Map(board.get().units);
    for (const row of news.units) units.set(row.unit, { ...units.get(row.unit), ...row });
    change({ ...heard, day: news.day, totals: news.totals, units });
  } else if (name === "heartbeat") {
    change(heard);
  } else if (["overdue", "resolved", "not_overdue", "due_soon"].includes(name)) {
    tell(news.truncated ? { name: "reload" } : { name, items: news.items });
  }
}

function tell(news) {
  for (const listener of [...listeners]) listener(news);
}

export const scopeOf = (unit) => ({ ...(unit ? { unit, subtree: true } : {}), map: mapOf() });
