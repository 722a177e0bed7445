// One refused event or row: why, and what can be done about it.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { Foretold } from "./foretold.js";
import { instant, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Why } from "./refusals.js";
import { useSender } from "./rights.js";
import { Choice, Dialog, Problem, useAnswer } from "./ui.js";

const KINDS = [
  "received", "supplement_requested", "supplemented", "suspended", "resumed", "extended", "resolved", "withdrawn",
  "stopped", "reopened", "result_returned", "corrected", "rated", "voided", "retracted",
];

export function Letter({ letter, onChanged }) {
  const sender = useSender();
  const [mending, setMending] = useState(false);
  const [said, setSaid] = useState("");
  const path = `/v1/dead-letters/${encodeURIComponent(letter.id)}/replay`;
  const isRow = letter.reason === "row";
  const replayable = isRow || (letter.values_kept && letter.reason !== "conflict");
  const replayed = (done) => {
    setSaid(t(done.status === "waiting" ? "row_waits" : "replayed"));
    onChanged();
  };
  const mended = () => {
    setMending(false);
    setSaid(t("mended"));
    onChanged();
  };
  const who = isRow ? letter.row?.place : [letter.event_id, letter.subject, letter.unit && nameOf("unit", letter.unit)].filter(Boolean).join(" · ");
  return html`<li>
    <p><span class="from">${who || t("unreadable")}</span>
      ${letter.times > 1 && html` <span class="tag">${t("n_times", { n: number(letter.times) })}</span>`}
      <small>${instant(letter.last_seen)}</small></p>
    <ul>${letter.errors.map((error, index) => html`<li key=${index}><${Why} error=${error} /></li>`)}</ul>
    ${sender && html`<div class="tools">
      ${replayable && html`<${Foretold} path=${path} first=${isRow ? "look_row" : "look_letter"} then="replay" onDone=${replayed} />`}
      ${!isRow && html`<button onClick=${() => setMending(true)}>${t("mend")}</button>`}
    </div>`}
    <span role="status" class="said ok">${said}</span>
    ${mending && html`<${Mend} letter=${letter} path=${path} onDone=${mended} onClose=${() => setMending(false)} />`}
  </li>`;
}

// Another event in its place: as far as it was kept, to be completed; the hub checks it as all events.
function Mend({ letter, path, onDone, onClose }) {
  const { value, error } = useAnswer((signal) => ask(`/v1/dead-letters/${encodeURIComponent(letter.id)}`, {}, { signal }), []);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState([]);
  useEffect(() => {
    if (value) setText(JSON.stringify(value.draft, null, 2));
  }, [value]);
  const draft = parsed(text);
  const kind = /^vn\.motcua\.dossier\.(\w+)\.v1$/.exec(draft?.type ?? "")?.[1] ?? "";
  const choose = (name) => setText(JSON.stringify({ ...draft, type: name && `vn.motcua.dossier.${name}.v1` }, null, 2));
  return html`<${Dialog} title=${t("mend_title")} onClose=${onClose} wide>
    <p class="hint">${t("mend_text")}</p>
    <h3>${t("refused_because")}</h3>
    <ul>${letter.errors.map((one, index) => html`<li key=${index}><${Why} error=${one} /></li>`)}</ul>
    ${error && html`<${Problem} error=${error} />`}
    ${value && html`<${Choice} id="mend-kind" label=${t("event_kind")} value=${KINDS.includes(kind) ? kind : ""} options=${[["", t("choose_kind")], ...KINDS.map((name) => [name, t(`kind_${name}`)])]} onChange=${choose} />
      <label class="block" for="mend-text">${t("event_json")}</label>
      <textarea id="mend-text" class="event" rows="14" spellcheck="false" value=${text} aria-invalid=${draft ? null : "true"} onInput=${(event) => { setText(event.target.value); setWrong([]); }}></textarea>
      ${!draft && text && html`<p class="said bad" role="alert">${t("not_json_yet")}</p>`}
      ${wrong.length > 0 && html`<div class="problem" role="alert"><ul>${wrong.map((one, index) => html`<li key=${index}><${Why} error=${one} /></li>`)}</ul></div>`}
      ${draft && html`<${Foretold} path=${path} body=${text} first="look_mended" then="send_mended" onDone=${onDone} onError=${(problem) => setWrong(problem.errors ?? [])} />`}`}
  </${Dialog}>`;
}

function parsed(text) {
  try {
    const found = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}
