// One table for all parts of administration: searched by what its cells say, drawn piece by piece.
import { html, useEffect, useMemo, useState } from "./lib/preact-htm.js";
import { plain } from "./finding.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { inSlices } from "./slices.js";
import { Empty, Problem } from "./ui.js";

const PIECE = 200;

// `columns`: [name, cell(row), kind], the first one names its row; `words(row)`: what the search looks
// at; `tools`: what stands beside the title; `actions(row)`: the last cell, where there is one.
export function Listing({ id, title, hint, answer, rows, keyOf, columns, words, tools, actions, children }) {
  const [typed, setTyped] = useState("");
  const [most, setMost] = useState(PIECE);
  const wanted = plain(typed);
  const told = useMemo(() => new Map(), [rows]); // what a row says, read once and not at each key
  const say = (row) => told.get(row) ?? told.set(row, plain(words(row))).get(row);
  useEffect(() => void inSlices(each(words ? (rows ?? []) : [], say)), [rows]);
  const found = wanted ? rows?.filter((row) => say(row).includes(wanted)) : rows;
  return html`<section class="panel admin-list" aria-labelledby=${id}>
    <div class="list-head"><h2 id=${id}>${title} ${rows && html`<small>${number(rows.length)}</small>`}</h2>
      ${words && html`<input type="search" class="admin-search" value=${typed} placeholder=${t("admin_search")} aria-label=${t("admin_search")} onInput=${(event) => setTyped(event.target.value)} />`}
      <div class="tools">${tools}</div></div>
    ${hint && html`<p class="hint">${hint}</p>`}
    ${children}
    ${answer.error && html`<${Problem} error=${answer.error} retry=${answer.reload} />`}
    ${!rows && !answer.error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${found?.length === 0 && html`<${Empty}>${t(wanted ? "admin_no_match" : "admin_nothing")}</${Empty}>`}
    ${found?.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-labelledby=${id}><table class="grid">
      <thead><tr>${columns.map(([name, , kind]) => html`<th key=${name} scope="col" class=${kind}>${t(name)}</th>`)}${actions && html`<th scope="col"><span class="hidden">${t("change")}</span></th>`}</tr></thead>
      <tbody>${found.slice(0, most).map((row) => html`<tr key=${keyOf(row)}>
        ${columns.map(([name, cell, kind], at) => (at ? html`<td key=${name} class=${kind}>${cell(row)}</td>` : html`<th key=${name} scope="row">${cell(row)}</th>`))}
        ${actions && html`<td class="admin-actions">${actions(row)}</td>`}</tr>`)}</tbody>
    </table></div>`}
    ${found?.length > most && html`<button class="more" onClick=${() => setMost(most + PIECE)}>${t("admin_more", { n: number(Math.min(PIECE, found.length - most)) })}</button>`}
  </section>`;
}

function* each(rows, act) {
  for (const [i, row] of rows.entries()) {
    act(row);
    if (i % 250 === 0) yield;
  }
}

// A question before something that is not taken back.
export function Sure({ text, verb, onDo, onClose, said }) {
  return html`<p>${text}</p><p role="alert" class="said bad">${said}</p>
    <p class="buttons"><button class="primary" onClick=${onDo}>${verb}</button> <button onClick=${onClose}>${t("cancel")}</button></p>`;
}
