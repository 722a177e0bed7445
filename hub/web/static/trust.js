// Whether what the page shows can be whole: which sources are silent, what waits, what was refused.
import { html, useEffect } from "./lib/preact-htm.js";
import { duration, now, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { link } from "./route.js";
import { createStore, useStore } from "./store.js";

const EVERY = 30e3;
const MOST_NAMES = 3;
const trust = createStore(null);

export async function readTrust() {
  try {
    const [{ sources }, { groups }, { connectors }] = await Promise.all(["/v1/sources", "/v1/dead-letters/groups", "/v1/connectors"].map((path) => ask(path)));
    trust.set({
      late: sources.filter((row) => row.late && !row.backfilling),
      waits: connectors.filter((row) => row.waits),
      letters: groups.reduce((sum, group) => sum + group.letters, 0),
      groups: groups.length,
    });
  } catch {
    // What is shown is stale by then, which the page says; the next look will do.
  }
}

// Looked at as long as somebody is in.
export function useTrust() {
  useEffect(() => {
    readTrust();
    const timer = setInterval(readTrust, EVERY);
    return () => {
      clearInterval(timer);
      trust.set(null);
    };
  }, []);
}

export function heard(row) {
  const moments = [row.last_seen, row.last_read].filter(Boolean).map(Date.parse);
  return moments.length ? Math.max(...moments) : null;
}

function silence(row) {
  const at = heard(row);
  return at === null ? t("never_sent", { name: row.name }) : t("silent_source", { name: row.name, long: duration(now() - at) });
}

function told({ late, waits, letters }) {
  const parts = [];
  if (late.length) {
    const names = late.slice(0, MOST_NAMES).map(silence).join("; ");
    const more = late.length > MOST_NAMES ? t("and_n_sources", { n: number(late.length - MOST_NAMES) }) : "";
    parts.push(`${t("n_silent", { n: number(late.length), names: names + more })} ${t("figures_may_lack")}`);
  }
  if (waits.length) parts.push(t("n_connectors_wait", { n: number(waits.length), names: waits.slice(0, MOST_NAMES).map((row) => row.name).join(", ") }));
  if (letters) parts.push(t("n_letters_wait", { n: number(letters) }));
  return parts;
}

// Above every view but the one that tells it all; nothing where all is well.
export function Trust() {
  const found = useStore(trust);
  const parts = found ? told(found) : [];
  if (!parts.length) return null;
  return html`<aside class="trust ${found.late.length || found.waits.length ? "bad" : ""}" aria-label=${t("trust")}>
    <div role="status" title=${parts.join(" ")}>${parts.map((text) => html`<p key=${text}>${text}</p>`)}</div>
    <a href=${link("health")}>${t("see")}</a>
  </aside>`;
}

// The sources that are silent, in words, for what is printed.
export const useSilent = () => (useStore(trust)?.late ?? []).map(silence);

// How many things want to be looked at, in the menu.
export function TrustBadge() {
  const found = useStore(trust);
  const count = found ? found.late.length + found.waits.length + found.groups : 0;
  return count > 0 && html` <span class="badge count-badge" title=${t("n_to_see", { n: number(count) })}><span aria-hidden="true">${number(count)}</span><span class="hidden">${t("n_to_see", { n: number(count) })}</span></span>`;
}
