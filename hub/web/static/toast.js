// Short words about what was just done, in a corner for a few seconds: `toast(text)`, or
// `toast(text, "bad")` for what failed. They take no focus and are read out by screen readers.
import { html, useEffect, useRef } from "./lib/preact-htm.js";
import { t } from "./i18n.js";
import { createStore, useStore } from "./store.js";

const SHOWN_FOR = 8e3;
const AT_MOST = 3;
const toasts = createStore([]);
let count = 0;

export function toast(text, kind = "ok") {
  const one = { text, kind, id: (count += 1) };
  toasts.set([...toasts.get().filter((other) => other.text !== text), one].slice(-AT_MOST));
  if (kind !== "bad") setTimeout(() => drop(one), SHOWN_FOR); // what failed stays until it was seen
}

const drop = (one) => toasts.set(toasts.get().filter((other) => other !== one));

// A popover, so that toasts lie above an open dialog.
export function Toasts() {
  const shown = useStore(toasts);
  const ref = useRef();
  useEffect(() => {
    if (ref.current.matches(":popover-open")) ref.current.hidePopover();
    if (shown.length) ref.current.showPopover();
  }, [shown]);
  return html`<p class="hidden" role="status">${shown.at(-1)?.text}</p>
    <aside class="toasts" popover="manual" ref=${ref}>
      ${shown.map((one) => html`<p key=${one.id} class="toast ${one.kind}"><span>${one.text}</span><button onClick=${() => drop(one)} aria-label=${t("close_toast")}>✕</button></p>`)}
    </aside>`;
}
