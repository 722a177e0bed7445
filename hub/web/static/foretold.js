// Something is tried again only when it was told which figures that changes.
import { html, useEffect, useRef, useState } from "./lib/preact-htm.js";
import { number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { explain } from "./ui.js";
import { Would } from "./would.js";

const LOOK_EVERY = 1000;
const PATIENCE = 90e3;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// What a connector tells of the rows that it was asked about; null: it does not answer.
async function answerOf({ connector, token, running }, gone) {
  const until = Date.now() + PATIENCE;
  while (running && !gone.now && Date.now() < until) {
    const row = await ask(`/v1/connectors/${encodeURIComponent(connector)}`);
    if (row.forecast?.token === token) return row.forecast.would;
    if (row.asked !== token) return null; // somebody else asked since
    await pause(LOOK_EVERY);
  }
  return null;
}

const send = (path, params, body) =>
  ask(path, params, { method: "POST", body, headers: body ? { "Content-Type": "application/cloudevents+json" } : {} });

// `path` with `params` (and `body`) is what is done; `first` and `then` are the names of the two buttons.
export function Foretold({ path, params = {}, body, first, then, onDone, onError }) {
  const [told, setTold] = useState(null);
  const [said, setSaid] = useState({ kind: "", text: "" });
  const [busy, setBusy] = useState(false);
  const gone = useRef({ now: false });
  useEffect(() => () => (gone.current.now = true), []);
  useEffect(() => setTold(null), [body]);
  const tried = async (work) => {
    setBusy(true);
    setSaid({ kind: "", text: t("asking_ahead") });
    try {
      await work();
    } catch (error) {
      onError?.(error);
      setSaid({ kind: "bad", text: explain(error) });
    } finally {
      setBusy(false);
    }
  };
  const look = () =>
    tried(async () => {
      const found = await send(path, { ...params, dry_run: true }, body);
      setTold({ ...found, rows: null });
      const rows = await Promise.all(found.asked.map(async (one) => ({ ...one, would: await answerOf(one, gone.current) })));
      if (gone.current.now) return;
      setTold({ ...found, rows });
      setSaid({ kind: "", text: "" });
    });
  const act = () =>
    tried(async () => {
      const done = await send(path, params, body);
      setTold(null);
      setSaid({ kind: "ok", text: "" });
      onDone(done);
    });
  return html`<div class="foretold">
    ${!told && html`<button onClick=${look} disabled=${busy}>${t(first)}</button>`}
    ${told && html`<${Told} told=${told} />`}
    ${told?.rows && html`<p class="buttons"><button class="primary" onClick=${act} disabled=${busy}>${t(then)}</button> <button onClick=${() => setTold(null)}>${t("cancel")}</button></p>`}
    <span role="status" class="said ${said.kind}">${said.text}</span>
  </div>`;
}

function Told({ told }) {
  const { events, left, would, asked, rows } = told;
  return html`<div class="ahead">
    ${events > 0 && html`<${Would} would=${would} lead="letters_would" />`}
    ${would.indicators > 0 && html`<p>${t("letters_indicators", { n: number(would.indicators) })}</p>`}
    ${(rows ?? asked).map((one) => html`<div key=${one.connector}>
      <p>${t("rows_read_again", { n: number(one.rows), name: one.connector })}</p>
      ${rows === null ? html`<p class="hint">${t("rows_asked")}</p>` : one.would ? html`<${Would} would=${one.would} lead="letters_would" /><p>${t("rows_refused_still", { n: number(one.would.refused ?? 0) })}</p>` : html`<p class="warning">${t(one.running ? "rows_no_answer" : "rows_not_running")}</p>`}
    </div>`)}
    ${left > 0 && html`<p class="hint">${t("letters_left", { n: number(left) })}</p>`}
  </div>`;
}
