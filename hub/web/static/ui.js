// Small parts that every view uses.
import { html, useEffect, useRef, useState } from "./lib/preact-htm.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { refusal } from "./refusals.js";
import { pause } from "./slices.js";
import { createStore, useStore } from "./store.js";

// Drawn again every `every` ms, so that durations run on. How often it was.
export function useTick(every) {
  const [ticks, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), every);
    return () => clearInterval(timer);
  }, [every]);
  return ticks;
}

// Whether the page is being printed: then all of it is drawn.
const printing = createStore(false);
addEventListener("beforeprint", () => printing.set(true));
addEventListener("afterprint", () => printing.set(false));
export const usePrinting = () => useStore(printing);

// Prints from a script: nothing is drawn between "beforeprint" and the paper then, so it is drawn before.
export async function printAll() {
  printing.set(true);
  await pause();
  print();
}

// A list that comes in pages: `question(cursor)` asks for one, the first as soon as the list is shown.
export function usePages(question) {
  const [state, setState] = useState({ items: [], next: null, total: null });
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const read = async (cursor) => {
    setBusy(true);
    try {
      const page = await question(cursor);
      setError(null);
      setState((old) => ({ items: cursor ? [...old.items, ...page.items] : page.items, next: page.next, total: page.total }));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    read(null);
  }, []);
  return { ...state, error, busy, read };
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

// A number that says quietly when it changed: nothing moves. With `told`, by how much.
const CHANGED_FOR = 20e3;
export function Count({ value, told = false }) {
  const ref = useRef();
  const before = useRef(value);
  const base = useRef(null);
  const timer = useRef();
  useEffect(() => {
    const old = before.current;
    before.current = value;
    if (old == null || value == null || old === value) return;
    const mark = ref.current;
    base.current ??= old;
    const delta = value - base.current;
    mark.classList.toggle("changed", !told && delta !== 0);
    if (told && delta) mark.dataset.delta = delta > 0 ? `+${number(delta)}` : number(delta);
    else delete mark.dataset.delta;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      base.current = null;
      mark.classList.remove("changed");
      delete mark.dataset.delta;
    }, CHANGED_FOR);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<span class="count" ref=${ref}>${value == null ? "–" : number(value)}</span>`;
}

export function explain(error) {
  if (error.status === 0) return t("error_unreachable");
  if (error.status === 401) return t("error_key");
  if (error.status === 403) return t("error_forbidden");
  if (error.status === 404) return t("error_not_found");
  if (error.status === 429) return t("error_busy");
  if (error.status === 503) return t("error_away");
  return refusal(error);
}

// Where the hub says when to ask again, it is asked again then.
export function Problem({ error, retry }) {
  const wait = retry && error.after;
  useEffect(() => {
    if (!wait) return undefined;
    const timer = setTimeout(retry, wait * 1000);
    return () => clearTimeout(timer);
  }, [error]);
  return html`<div class="problem" role="alert">
    <p>${explain(error)}${wait ? ` ${t("asks_again", { n: number(wait) })}` : ""}</p>
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
  useEffect(() => {
    const opener = document.activeElement;
    ref.current.showModal();
    // Where the way back closes it, the browser does not: once it is gone, for until then it holds all.
    return () => queueMicrotask(() => opener?.focus({ preventScroll: true }));
  }, []);
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
