// One dossier: where it stands, why, and what happened to it; above a view, or as a page of its own.
import { html, useEffect } from "./lib/preact-htm.js";
import { Advised } from "./advised.js";
import { day, duration, instant, now, number } from "./format.js";
import { dueDates, line, verdict, waits } from "./explain.js";
import { ask } from "./http.js";
import { has, t } from "./i18n.js";
import { dossierPath, isLateRule, keyOf } from "./listing.js";
import { onNews } from "./live.js";
import { nameOf } from "./names.js";
import { amend, dossierLink, route } from "./route.js";
import { SheetHead } from "./sheet_head.js";
import { useStore } from "./store.js";
import { Dialog, Empty, Problem, printAll, useAnswer, useTick } from "./ui.js";

const NAMED = ["procedure", "field", "channel", "online_level", "level", "authority", "model", "parent"];

export function Dossier({ unit, subject, onClose }) {
  const { query } = useStore(route);
  const lateRule = isLateRule(query);
  const { value, error, reload } = useAnswer((signal) => ask(dossierPath(unit, subject), { late_rule: lateRule }, { signal }), [unit, subject, lateRule]);
  useTick(20e3);
  useEffect(
    () => onNews((news) => (news.name === "reload" || news.items.some((item) => keyOf(item) === keyOf({ unit, subject }))) && reload()),
    [unit, subject],
  );
  const told = html`${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${value && html`<${Told} dossier=${value} lateRule=${lateRule} />`}`;
  if (onClose) {
    return html`<${Dialog} title=${subject} onClose=${onClose}>
      <p class="tools"><a class="button" href=${dossierLink(unit, subject)}>${t("own_page")}</a><a class="button" data-print href=${dossierLink(unit, subject, { print: "yes" })}>${t("print")}</a></p>
      ${told}
    </${Dialog}>`;
  }
  return html`<article class="panel dossier-sheet">
    <${SheetHead} shown title=${`${t("dossier")} ${subject}`} facts=${[[t("unit"), nameOf("unit", unit)]]} />
    <h2 class="hidden">${t("dossier")}</h2>
    <p class="tools"><button data-print onClick=${printAll}>${t("print")}</button></p>
    ${told}
    ${value && query.get("print") === "yes" && html`<${PrintOnce} />`}
  </article>`;
}

// A dossier at an address of its own.
export function DossierPage({ place }) {
  const [unit, ...rest] = place;
  const subject = rest.join("/");
  useEffect(() => {
    document.title = `${subject} – Motcua Hub`;
    return () => (document.title = `${t("title")} – Motcua Hub`);
  }, [subject]);
  return html`<${Dossier} key=${place.join("/")} unit=${unit ?? ""} subject=${subject} />`;
}

function PrintOnce() {
  useEffect(() => {
    setTimeout(() => {
      amend({ print: null });
      printAll();
    });
  }, []);
  return null;
}

function Told({ dossier, lateRule }) {
  const at = now();
  const { name, kind, values } = verdict(dossier, at);
  return html`
    <p class="verdict ${kind}">${t(name, spoken(values))}</p>
    <${Line} dossier=${dossier} at=${at} />
    <dl class="facts">
      <dt>${t("unit")}</dt><dd>${nameOf("unit", dossier.unit)} <span class="code">${dossier.unit}</span></dd>
      ${NAMED.filter((one) => dossier[one]).map((one) => html`<dt>${t(one)}</dt><dd>${one === "online_level" ? t(`online_${dossier[one]}`) : nameOf(one, dossier[one])}</dd>`)}
      ${dossier.received_at && html`<dt>${t("received_at")}</dt><dd>${instant(dossier.received_at)}</dd>`}
      ${dossier.due_at && html`<dt>${t("due_at")}</dt><dd>${dossier.due_basis === "hour" ? instant(dossier.due_at) : day(dossier.due_at)} <small>${t(dossier.due_basis === "hour" ? "basis_hour" : "basis_day")}</small></dd>`}
      <${Advised} dossier=${dossier} lateRule=${lateRule} />
      ${dossier.closed_at && html`<dt>${t("closed_at")}</dt><dd>${instant(dossier.closed_at)} ${dossier.outcome ? `– ${t(`outcome_${dossier.outcome}`)}` : ""}</dd>`}
    </dl>
    <${Clock} events=${dossier.events} at=${at} />
    <h3>${t("timeline")}</h3>
    <ol class="timeline">${dossier.events.map((event) => html`<${Event} key=${event.source + event.id} event=${event} />`)}</ol>
  `;
}

const spoken = ({ due, deadline, closed, days, left, late }) => ({
  due: due && day(due),
  due_instant: due && instant(due),
  deadline: deadline && instant(deadline),
  closed: closed && instant(closed),
  days: days != null && number(days),
  left: left != null && duration(left),
  late: late != null && duration(late),
});

// The clock drawn: running, waiting, the due dates that were, the deadline, and the late part.
function Line({ dossier, at }) {
  const drawn = line(dossier, at);
  if (!drawn) return null;
  const share = (n) => `${(100 * n).toFixed(2)}%`;
  const stretch = (kind, from, to) => html`<i class=${kind} style=${{ left: share(from), width: share(Math.max(0, to - from)) }}></i>`;
  const ran = drawn.late ? Math.min(drawn.end, drawn.deadline) : drawn.end;
  return html`<div class="line" aria-hidden="true">
    <div class="track">
      ${stretch("ran", 0, ran)}
      ${drawn.late && stretch("late", drawn.deadline, drawn.end)}
      ${drawn.waits.map(([from, to]) => stretch("waited", from, to))}
      ${drawn.moved.map((place) => html`<b class="moved" style=${{ left: share(place) }} title=${t("earlier_due")}></b>`)}
      ${drawn.deadline !== null && html`<b class="deadline" style=${{ left: share(drawn.deadline) }} title=${t("deadline")}></b>`}
    </div>
    <div class="ends"><span>${day(drawn.from)}</span><span>${day(drawn.last)}</span></div>
    <p class="key"><span class="ran"></span>${t("key_ran")} <span class="waited"></span>${t("key_waited")} <span class="late"></span>${t("key_late")} <span class="deadline"></span>${t("deadline")}</p>
  </div>`;
}

// How the due date came to be, and the waiting.
function Clock({ events, at }) {
  const dates = dueDates(events);
  const stretches = waits(events);
  if (!dates.length && !stretches.length) return null;
  return html`<h3>${t("clock_title")}</h3><ul class="clock-words">
    ${dates.map(({ since, due, kind }, index) => html`<li key=${`d${index}`}>${t(index ? `due_moved_${kind}` : "due_first", { at: instant(since), due: instant(due) })}</li>`)}
    ${stretches.map(({ from, to, kind }, index) => html`<li key=${`w${index}`}>${t(to ? "waited_from_to" : "waits_since", { from: instant(from), to: instant(to), long: duration((to ?? at) - from), why: t(`kind_${kind}`) })}</li>`)}
  </ul>`;
}

function Event({ event }) {
  const kind = event.type.split(".").at(-2);
  const said = Object.entries(event.data).filter(([name]) => name !== "unit");
  return html`<li class="${kind} ${event.counts ? "" : "void"}">
    <time datetime=${event.time}>${instant(event.time)}</time>
    <strong>${t(`kind_${kind}`)}</strong>${!event.counts && html` <span class="tag">${t("does_not_count")}</span>`}
    <p>${said.map(([name, value]) => `${has(name) ? t(name) : name}: ${valueOf(name, value)}`).join(" · ")}</p>
    <small>${t("told_by", { source: event.source, at: instant(event.accepted) })}</small>
  </li>`;
}

function valueOf(name, value) {
  if (["due_at", "received_at", "closed_at"].includes(name)) return instant(value);
  if (["procedure", "field", "channel", "level"].includes(name)) return nameOf(name, value);
  const text = `${name}_${value}`;
  return has(text) ? t(text) : value;
}
