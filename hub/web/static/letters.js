// What was refused, as an inbox: by source, reason and file; what to tell the vendor; tried again once it was foretold.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { Foretold } from "./foretold.js";
import { instant, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { Letter } from "./letter.js";
import { calledBy } from "./refusals.js";
import { useSender } from "./rights.js";
import { listLink } from "./route.js";
import { save } from "./saving.js";
import { readTrust } from "./trust.js";
import { Dialog, Empty, Problem, explain, useAnswer, useFresh } from "./ui.js";

const PAGE = 50;
const RETRIED = ["row", "time-in-future"]; // of all others no value was kept
const keyOf = ({ source, reason, file }) => JSON.stringify([source, reason, file]);
// What names exactly this group to the hub: empty texts stand for letters without a source, or of no file.
const named = ({ source, reason, file }) => ({ source: source ?? "", reason, file: file ?? "" });

export function Letters() {
  const groups = useFresh((signal) => ask("/v1/dead-letters/groups", { by_file: true }, { signal }));
  const rest = useAnswer((signal) => ask("/v1/dead-letters", { limit: 1 }, { signal }), []);
  const [chosen, setOpen] = useState(undefined);
  const found = groups.value?.groups;
  const open = chosen === undefined && found?.length === 1 ? keyOf(found[0]) : chosen; // the only one need not be opened
  const total = found?.reduce((sum, group) => sum + group.letters, 0);
  const changed = () => {
    groups.reload();
    readTrust();
  };
  return html`<section class="panel letters" aria-labelledby="letters-title">
    <div class="list-head"><h2 id="letters-title">${t("dead_letters")} ${total > 0 && html`<span class="badge soon">${number(total)}</span>`}</h2><div class="tools"><button onClick=${changed}>${t("ask_again")}</button></div></div>
    <p class="hint">${t("dead_letters_text")}</p>
    ${groups.error && html`<${Problem} error=${groups.error} retry=${groups.reload} />`}
    ${rest.value?.not_kept.map((row) => html`<p key=${row.source} class="warning">${t("letters_not_kept", { n: number(row.letters), source: row.source ?? t("no_source") })}</p>`)}
    ${found?.length === 0 && html`<${Empty}>${t("no_letters")}</${Empty}>`}
    <ul class="groups">${found?.map((group) => html`<${Group} key=${keyOf(group)} group=${group} open=${open === keyOf(group)} onOpen=${() => setOpen(open === keyOf(group) ? null : keyOf(group))} onChanged=${changed} />`)}</ul>
  </section>`;
}

function Group({ group, open, onOpen, onChanged }) {
  const place = [group.source ?? t("no_source"), group.file].filter(Boolean).join(" · ");
  return html`<li class="group">
    <button class="group-head" aria-expanded=${open ? "true" : "false"} onClick=${onOpen}>
      <span class="arrow" aria-hidden="true">${open ? "▼" : "▶"}</span>
      <strong>${calledBy(group.reason)}</strong>
      <span class="tag">${t("n_letters", { n: number(group.letters) })}</span>
      <span class="from">${place}</span>
      <small>${instant(group.last_seen)}</small>
    </button>
    ${open && html`<${Inside} group=${group} onChanged=${onChanged} />`}
  </li>`;
}

function Inside({ group, onChanged }) {
  const sender = useSender();
  const [notice, setNotice] = useState(false);
  const [said, setSaid] = useState("");
  const params = named(group);
  const discard = async () => {
    try {
      const { discarded } = await ask("/v1/dead-letters/discard", params, { method: "POST" });
      setSaid(t("n_discarded", { n: number(discarded) }));
      onChanged();
    } catch (error) {
      setSaid(explain(error));
    }
  };
  const csv = () => save("/v1/dead-letters/export", params, "letters.csv").catch((error) => setSaid(explain(error)));
  const replayed = (done) => {
    setSaid(t("letters_replayed", { replayed: number(done.replayed), waiting: number(done.waiting), left: number(done.left) }));
    onChanged();
  };
  return html`<div class="inside">
    <div class="tools">
      <a class="button" href=${listLink(params).replace("#/list", "#/letters")}>${t("own_page")}</a>
      <button onClick=${() => setNotice(true)}>${t("tell_vendor")}</button>
      <button onClick=${csv}>${t("csv_for_vendor")}</button>
      ${sender && html`<${Sure} label=${t("discard_group")} ask=${t("discard_sure", { n: number(group.letters) })} onYes=${discard} />`}
    </div>
    ${sender && RETRIED.includes(group.reason) && html`<${Foretold} path="/v1/dead-letters/replay" params=${params} first=${group.reason === "row" ? "look_rows" : "look_group"} then="replay_group" onDone=${replayed} />`}
    <p role="status" class="said">${said}</p>
    <${List} group=${group} onChanged=${onChanged} />
    ${notice && html`<${Notice} params=${params} onClose=${() => setNotice(false)} />`}
  </div>`;
}

function List({ group, onChanged }) {
  const [state, setState] = useState({ items: null, next: null, error: null });
  const read = async (cursor) => {
    try {
      const page = await ask("/v1/dead-letters", { ...named(group), limit: PAGE, cursor });
      setState((old) => ({ items: cursor ? [...old.items, ...page.items] : page.items, next: page.next, error: null }));
    } catch (error) {
      setState((old) => ({ ...old, error }));
    }
  };
  useEffect(() => {
    read(null);
  }, [keyOf(group), group.letters]);
  return html`
    ${state.error && html`<${Problem} error=${state.error} retry=${() => read(null)} />`}
    <ul>${state.items?.map((letter) => html`<${Letter} key=${letter.id} letter=${letter} onChanged=${onChanged} />`)}</ul>
    ${state.next && html`<button class="more" onClick=${() => read(state.next)}>${t("show_older")}</button>`}`;
}

// Asks once more before something is gone for good.
export function Sure({ label, ask: question, onYes }) {
  const [asked, setAsked] = useState(false);
  if (!asked) return html`<button onClick=${() => setAsked(true)}>${label}</button>`;
  const yes = () => {
    setAsked(false);
    onYes();
  };
  return html`<span class="sure"><span role="alert">${question}</span> <button class="primary" onClick=${yes}>${label}</button> <button onClick=${() => setAsked(false)}>${t("cancel")}</button></span>`;
}

// A text to copy into a letter to who runs the source; it holds no value.
function Notice({ params, onClose }) {
  const { value, error } = useAnswer((signal) => ask("/v1/dead-letters/notice", params, { signal }), []);
  const [said, setSaid] = useState("");
  const copy = () => navigator.clipboard.writeText(value.text).then(() => setSaid(t("text_copied")), () => setSaid(t("copy_by_hand")));
  return html`<${Dialog} title=${t("tell_vendor")} onClose=${onClose} wide>
    ${error && html`<${Problem} error=${error} />`}
    ${value && html`<textarea class="notice" readonly rows="16" aria-label=${t("tell_vendor")} onFocus=${(event) => event.target.select()}>${value.text}</textarea>
      <p class="buttons"><button class="primary" onClick=${copy}>${t("copy_text")}</button> <span role="status" class="said">${said}</span></p>`}
  </${Dialog}>`;
}
