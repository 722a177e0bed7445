// Small parts that every view uses.
import { html, useEffect, useRef, useState } from "./lib/preact-htm.js";
import { number } from "./format.js";
import { t } from "./i18n.js";

// Drawn again every `every` ms, so that durations run on.
export function useTick(every) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), every);
    return () => clearInterval(timer);
  }, [every]);
}

// An answer, followed by its newest question only: {value, error, busy, reload}.
export function useAnswer(question, inputs) {
  const [state, setState] = useState({ value: null, error: null, busy: true });
  const [round, again] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((old) => ({ ...old, busy: true }));
    question(stop.signal).then(
      (value) => stop.signal.aborted || setState({ value, error: null, busy: false }),
      (error) => stop.signal.aborted || setState((old) => ({ ...old, error, busy: false })),
    );
    return () => stop.abort();
  }, [...inputs, round]);
  return { ...state, reload: () => again((n) => n + 1) };
}

// An answer that is asked for again every ten seconds.
export function useFresh(question) {
  const answer = useAnswer(question, []);
  useEffect(() => {
    const timer = setInterval(answer.reload, 10e3);
    return () => clearInterval(timer);
  }, []);
  return answer;
}

// Whether nobody touched mouse or keys for a minute: then lists may put themselves in order.
let touched = 0;
for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"]) {
  addEventListener(name, () => (touched = Date.now()), { passive: true, capture: true });
}
export const idle = () => Date.now() - touched > 60e3;

// A number that shines up for a moment when it changes.
export function Count({ value }) {
  const ref = useRef();
  const before = useRef(value);
  useEffect(() => {
    if (before.current != null && value != null && before.current !== value) {
      ref.current.classList.remove("changed");
      void ref.current.offsetWidth; // begins the animation anew
      ref.current.classList.add("changed");
    }
    before.current = value;
  }, [value]);
  return html`<span class="count" ref=${ref}>${value == null ? "–" : number(value)}</span>`;
}

export function explain(error) {
  if (error.status === 0) return t("error_unreachable");
  if (error.status === 401) return t("error_key");
  if (error.status === 403) return t("error_forbidden");
  if (error.status === 404) return t("error_not_found");
  return `${t("error_other", { status: error.status })} ${error.message}`;
}

export function Problem({ error, retry }) {
  return html`<div class="problem" role="alert">
    <p>${explain(error)}</p>
    ${retry && html`<button onClick=${retry}>${t("try_again")}</button>`}
  </div>`;
}

export function Empty({ children }) {
  return html`<p class="empty">${children}</p>`;
}

let dialogs = 0;

// A modal dialog; the browser keeps the focus inside and gives it back.
export function Dialog({ title, onClose, children, wide }) {
  const ref = useRef();
  const [id] = useState(() => `dialog-${(dialogs += 1)}`);
  useEffect(() => ref.current.showModal(), []);
  const close = () => ref.current.close();
  const outside = (event) => event.target === ref.current && close();
  return html`<dialog ref=${ref} class=${wide ? "wide" : ""} aria-labelledby=${id} onClose=${onClose} onClick=${outside}>
    <div class="dialog-body">
      <header>
        <h2 id=${id}>${title}</h2>
        <button class="quiet close" onClick=${close} aria-label=${t("close")}>✕</button>
      </header>
      ${children}
    </div>
  </dialog>`;
}

// A select with its label; options are [value, text].
export function Choice({ id, label, value, options, onChange }) {
  return html`<div class="filter">
    <label for=${id}>${label}</label>
    <select id=${id} value=${value} onChange=${(event) => onChange(event.target.value)}>
      ${options.map(([code, text]) => html`<option key=${code} value=${code}>${text}</option>`)}
    </select>
  </div>`;
}

// A header that sorts its column; `sort` is {by, down}.
export function SortHeader({ name, sort, onSort, children, kind }) {
  const active = sort.by === name;
  const order = active ? (sort.down ? "descending" : "ascending") : "none";
  const turn = () => onSort({ by: name, down: active ? !sort.down : kind !== "text" });
  return html`<th scope="col" role="columnheader" aria-sort=${order} class=${kind}>
    <button class="sort" onClick=${turn}>${children}<span class="arrow" aria-hidden="true">${active ? (sort.down ? "▼" : "▲") : ""}</span></button>
  </th>`;
}
