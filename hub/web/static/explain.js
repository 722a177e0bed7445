// The clock of a dossier in plain words: which dates held when, when it waited, why it is late
// or on time. Pure: from the hub's answer about a dossier to what is said about it.
import { localDay } from "./format.js";

const DAY = 86400e3;
const at = (text) => Date.parse(text);
const kindOf = (event) => event.type.split(".").at(-2);

// The due dates in the order they began to hold: [{since, due, kind, event}].
export function dueDates(events) {
  return events
    .filter((event) => event.counts && event.data.due_at && kindOf(event) !== "overdue")
    .map((event) => ({ since: at(event.time), due: at(event.data.due_at), kind: kindOf(event) }));
}

// Stretches in which it waited: [{from, to}]; `to` null while it waits still.
export function waits(events) {
  const found = [];
  let open = null;
  for (const event of events.filter((one) => one.counts)) {
    const kind = kindOf(event);
    if (["supplement_requested", "suspended"].includes(kind)) open ??= { from: at(event.time), to: null, kind };
    else if (["supplemented", "resumed", "reopened"].includes(kind) && open) {
      found.push({ ...open, to: at(event.time) });
      open = null;
    }
  }
  return open ? [...found, open] : found;
}

// The judgement as the name of a text and its values; `now` in ms.
export function verdict(dossier, now) {
  if (dossier.status !== "dossier") return { name: `status_${dossier.status}`, kind: "none", values: {} };
  const due = dossier.due_at && at(dossier.due_at);
  const deadline = dossier.deadline && at(dossier.deadline);
  const hourly = dossier.due_basis === "hour";
  const closed = dossier.closed_at && at(dossier.closed_at);
  if (dossier.open || !closed || closed > now) {
    if (!due) return { name: "why_open_no_due", kind: "ok", values: {} };
    const name = dossier.overdue ? (hourly ? "why_overdue_hour" : "why_overdue_day") : "why_open";
    const days = localDay(now) - localDay(due);
    return { name, kind: dossier.overdue ? "bad" : "ok", values: { due, deadline, days, left: deadline - now, late: now - deadline } };
  }
  if (dossier.outcome === "withdrawn" || dossier.outcome === "stopped") {
    return { name: "why_withdrawn", kind: "ok", values: { closed } };
  }
  if (!due) return { name: "why_closed_no_due", kind: "ok", values: { closed } };
  const days = Math.abs(localDay(closed) - localDay(due));
  const name = { early: "why_early", on_time: "why_on_time", late: hourly ? "why_late_hour" : "why_late_day" }[dossier.timeliness];
  return { name, kind: dossier.timeliness === "late" ? "bad" : "ok", values: { closed, due, days, late: closed - due } };
}

// Where things lie on a line from 0 to 1: received … the later of deadline and end.
export function line(dossier, now) {
  if (dossier.status !== "dossier") return null;
  const from = at(dossier.received_at);
  const end = dossier.closed_at ? at(dossier.closed_at) : now;
  const deadline = dossier.deadline ? at(dossier.deadline) : null;
  const last = Math.max(end, deadline ?? end, from + DAY / 24);
  const place = (moment) => Math.min(1, Math.max(0, (moment - from) / (last - from)));
  return {
    from,
    last,
    end: place(end),
    deadline: deadline === null ? null : place(deadline),
    late: deadline !== null && end > deadline && dossier.timeliness !== "on_time" && dossier.timeliness !== "early",
    waits: waits(dossier.events).map((wait) => [place(wait.from), place(Math.min(wait.to ?? end, end))]),
    moved: dueDates(dossier.events).slice(0, -1).map(({ due }) => place(due)),
  };
}
