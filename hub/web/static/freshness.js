// Says plainly whether what is shown is live, and how old it is if not.
import { html } from "./lib/preact-htm.js";
import { clockSeconds, duration, now } from "./format.js";
import { t } from "./i18n.js";
import { board } from "./live.js";
import { useStore } from "./store.js";
import { explain, useTick } from "./ui.js";

const WELL = ["live", "connecting"];

export function Freshness({ banner = false }) {
  const { status, at, stale, error } = useStore(board);
  useTick(1000);
  const age = at ? now() - at : null;
  const old = status === "live" && stale > 10;
  const kind = status === "live" ? (old ? "late" : "live") : status;
  const text = {
    live: () => `${t("fresh_words")} – ${clockSeconds(at)}`,
    late: () => t("fresh_stale", { age: duration(age) }),
    connecting: () => t("fresh_connecting"),
    down: () => (at ? t("fresh_down", { age: duration(age), at: clockSeconds(at) }) : t("fresh_never")),
    refused: () => t("fresh_refused", { why: error ? explain(error) : "" }),
  }[kind]();
  if (banner === WELL.includes(kind)) return null;
  return html`<div class="freshness ${kind}">
    <span class="dot" aria-hidden="true"></span>${kind === "live" ? html`<span title=${text}><span class="words">${t("fresh_words")} – </span>${clockSeconds(at)}</span>` : html`<span>${text}</span>`}
  </div>`;
}

// Only a change of state is announced, not each second of age.
export function Announced() {
  const { status, stale } = useStore(board);
  return html`<p class="hidden" role="status">${t(`announce_${status === "live" && stale > 10 ? "late" : status}`)}</p>`;
}
