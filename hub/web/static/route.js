// Where the reader is: "#/figures?unit=H29&…". What a hand-made address says is only ever shown
// as text or sent as a parameter, which the hub checks.
import { createStore } from "./store.js";

const read = () => {
  const [path, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  return { view: path, query: new URLSearchParams(query ?? "") };
};

export const route = createStore(read());
addEventListener("hashchange", () => route.set(read()));

// An address of a view; empty values are left out.
export function link(view, values = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== "" && one != null && one !== false) query.append(name, one);
    }
  }
  return query.size ? `#/${view}?${query}` : `#/${view}`;
}

// Change some values of the address without a new step in the browser's history.
export function amend(values) {
  const { view, query } = route.get();
  const old = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
  history.replaceState(null, "", link(view, { ...old, ...values }));
  route.set(read());
}
