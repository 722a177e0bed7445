// What each number counts, in a sentence; CONTRACT §3 in the reader's language.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { FURTHER, MAIN } from "./asking.js";
import { has, language, t } from "./i18n.js";
import { link } from "./route.js";
import { createStore, useStore } from "./store.js";
import { Dialog, printAll } from "./ui.js";

// Those of the board, which are about the present moment.
export const ON_BOARD = ["overdue_now", "due_today", "due_next", "received_today", "resolved_today", "in_progress", "waiting"];

// The sentences are loaded when the first is asked for.
const loaded = createStore({});
function useTerms() {
  const lang = useStore(language);
  const found = useStore(loaded)[lang];
  useEffect(() => {
    if (!found) import(`./text_${lang}_terms.js`).then(({ terms }) => loaded.set({ ...loaded.get(), [lang]: terms }));
  }, [lang]);
  return found ?? {};
}

// The sentence about a figure or a number of the board; null where there is none.
function definitionOf(name, terms) {
  if (terms[`def_${name}`]) return terms[`def_${name}`];
  const [, rating, via] = /^(satisfied|neutral|dissatisfied)(?:_(kiosk|online|survey))?$/.exec(name) ?? [];
  const text = rating && terms[via ? "def_rating_via" : "def_rating"];
  return text ? text.replace("{rating}", t(`rating_${rating}`)).replace("{via}", via && t(`via_${via}`)) : null;
}

const titleOf = (name) => (has(`fig_${name}`) ? t(`fig_${name}`) : t(has(`col_${name}`) && !has(name) ? `col_${name}` : name));

// Beside a list of what they count.
export function Definitions({ names }) {
  const terms = useTerms();
  const told = names.map((name) => [name, definitionOf(name, terms)]).filter(([, text]) => text);
  return told.map(([name, text]) => html`<p class="definition" key=${name}>${names.length > 1 && html`<strong>${titleOf(name)}:</strong> `}${text}</p>`);
}

// A small button beside a number, or a title, that tells what is counted.
export function Defined({ names, of }) {
  const [open, setOpen] = useState(false);
  return html`<button class="quiet defined" aria-label=${t("definition_of", { of })} title=${t("definition_of", { of })} onClick=${() => setOpen(true)}><span aria-hidden="true">i</span></button>
    ${open && html`<${Dialog} title=${t("definition_of", { of })} onClose=${() => setOpen(false)}>
      <${Terms} names=${names} /><p><a href=${link("terms")}>${t("all_definitions")}</a></p></${Dialog}>`}`;
}

function Terms({ names }) {
  const terms = useTerms();
  return html`<dl class="terms">${names.map((name) => html`<dt key=${name}>${titleOf(name)}</dt><dd>${definitionOf(name, terms)}</dd>`)}</dl>`;
}

// All of them, at an address of its own.
export function AllTerms() {
  const terms = useTerms();
  return html`<section class="panel terms-sheet"><h1>${t("all_definitions")}</h1>
    <p class="tools"><button data-print onClick=${printAll}>${t("print")}</button></p>
    <p>${terms.def_period}</p>
    <h2>${t("view_board")}</h2><${Terms} names=${ON_BOARD} />
    ${[...MAIN, ...FURTHER].map(([group, names]) => html`<h2>${t(`group_${group}`)}</h2><${Terms} names=${names} />`)}
    <p>${terms.def_identities}</p>
  </section>`;
}
