// Signals: dossiers to look at again, each with what may well explain it. No verdicts.
import { html, useState } from "./lib/preact-htm.js";
import { asked, parameters } from "./asking.js";
import { day, instant, number, percent } from "./format.js";
import { ask } from "./http.js";
import { addTexts, t } from "./i18n.js";
import { nameOf } from "./names.js";
import { PeriodChoice, Units } from "./question.js";
import { inWords } from "./report_asking.js";
import { openDossier } from "./route.js";
import { save } from "./saving.js";
import { enSignals } from "./text_en_signals.js";
import { viSignals } from "./text_vi_signals.js";
import { Dialog, Empty, Problem, useAnswer, usePages } from "./ui.js";

addTexts(viSignals, enSignals);

export function View({ query }) {
  const form = asked(query);
  const question = parameters(form);
  const wanted = JSON.stringify(question);
  const { value, error, busy, reload } = useAnswer(
    async (signal) => (form.wrongYear ? null : { wanted, answer: await ask("/v1/signals", question, { signal }) }),
    [wanted, form.wrongYear],
  );
  const [list, setList] = useState(null);
  const answer = value?.wanted === wanted ? value.answer : null;
  const wrong = error?.status === 422 ? inWords(error.errors) : {};
  const inFields = Object.keys(wrong).length > 0;
  const open = (signal, count, narrowed) => setList({ signal, count, params: { ...question, ...narrowed, as_of: answer.as_of } });
  return html`
    <h1 class="hidden">${t("view_signals")}</h1>
    <p class="panel no-verdict">${t("signals_notice")}</p>
    <section class="panel question" aria-label=${t("question")}><${Units} form=${form} /><${PeriodChoice} form=${form} wrong=${wrong} /></section>
    ${error && (inFields ? html`<p class="problem" role="alert">${t("wrong_above")}</p>` : html`<${Problem} error=${error} retry=${reload} />`)}
    ${!answer && !error && !form.wrongYear && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${answer && !error && html`<div aria-busy=${busy}>
      <div class="list-head"><h2>${form.units.map((code) => nameOf("unit", code)).join(", ") || t("all_units")}: ${day(answer.period.from)} – ${day(answer.period.to)}</h2>
        <p class="as-of">${t("as_of_told", { at: instant(answer.as_of) })}</p>
        <div class="tools">${["csv", "xlsx"].map((format) => html`<button key=${format} onClick=${() => save("/v1/signals", { ...question, as_of: answer.as_of, format }, `signals.${format}`)}>${t(`signals_${format}`)}</button>`)}</div></div>
      <div class="signals">${answer.signals.map((one) => html`<${Signal} key=${one.signal} told=${one} onOpen=${open} />`)}</div>
    </div>`}
    ${list && html`<${List} key=${list.signal} ...${list} onClose=${() => setList(null)} />`}
  `;
}

// A number that opens its dossiers; out of how many.
function Of({ signal, row, unit, onOpen }) {
  const narrowed = unit ? { unit, subtree: null } : {};
  const whose = `${t(`sig_${signal}`)}${unit ? `, ${nameOf("unit", unit)}` : ""}: ${number(row.count)}`;
  return html`${row.count ? html`<button class="link" aria-label=${whose} onClick=${() => onOpen(signal, row.count, narrowed)}>${number(row.count)}</button>` : number(0)}
    <span> / ${number(row.base)} (${percent(row.count, row.base)})</span>`;
}

function Signal({ told, onOpen }) {
  const { signal, units } = told;
  const limits = Object.fromEntries(Object.entries(told.thresholds).map(([name, { value }]) => [name, number(value)]));
  const shown = units.filter((row) => row.count).sort((a, b) => b.count - a.count);
  const id = `sig-${signal}`;
  return html`<section class="panel" data-signal=${signal} aria-labelledby=${id}>
    <h3 id=${id}>${t(`sig_${signal}`)}</h3>
    <p class="signal-number"><${Of} signal=${signal} row=${told} onOpen=${onOpen} /> ${t(`sig_of_${told.of[0]}`)}</p>
    <p>${t(`sig_${signal}_is`, limits)}</p>
    <p class="hint">${t("sig_but")} ${t(`sig_${signal}_but`)}</p>
    ${shown.length > 0 && html`<ul class="signal-units" aria-label=${t("unit")}>${shown.map((row) => html`<li key=${row.unit}><span>${nameOf("unit", row.unit)}</span><span><${Of} signal=${signal} row=${row} unit=${row.unit} onOpen=${onOpen} /></span></li>`)}</ul>`}
  </section>`;
}

// The dossiers behind a number; their count is the number.
function List({ signal, count, params, onClose }) {
  const { items, next, total, error, busy, read } = usePages((cursor) => ask(`/v1/signals/${signal}/dossiers`, { ...params, limit: 100, cursor }));
  return html`<${Dialog} title=${t(`sig_${signal}`)} onClose=${onClose} wide>
    <p class="hint">${t("signals_notice")}</p>
    <p class="drill-total" data-total=${total}>${total === null ? t("loading") : t("drill_dossiers", { n: number(total) })}</p>
    ${total !== null && total !== count && html`<p class="problem" role="alert">${t("drill_changed", { before: number(count), n: number(total) })}</p>`}
    ${error && html`<${Problem} error=${error} retry=${() => read(null)} />`}
    <ul class="signal-list">
      ${items.map((item) => html`<li key=${`${item.unit} ${item.subject}`}>
        <button class="link" onClick=${() => openDossier(item)}>${item.subject}</button>
        <span>${nameOf("unit", item.unit)}</span>
        ${item.why.map((why) => html`<p>${said(why)}</p>`)}
      </li>`)}
    </ul>
    ${next && html`<button class="more" onClick=${() => read(next)} disabled=${busy}>${t("show_more", { n: number(Math.min(100, total - items.length)) })}</button>`}
  </${Dialog}>`;
}

// Moved, or requested, after it was due: the first has two dates.
const said = ({ how, at, recorded_at: entered, due_at: due, became, closed_at: closed }) =>
  t(`sig_how_${how === "after" && became ? "after_moved" : how}`, { at: instant(at), entered: instant(entered), due: instant(due), became: instant(became), closed: instant(closed) });
