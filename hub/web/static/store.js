// A value that components follow: set it, and what shows it is drawn again.
import { useLayoutEffect, useReducer } from "./lib/preact-htm.js";

export function createStore(value) {
  const followers = new Set();
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      for (const tell of [...followers]) tell();
    },
    follow(tell) {
      followers.add(tell);
      return () => followers.delete(tell);
    },
  };
}

export function useStore(store) {
  const [, redraw] = useReducer((n) => n + 1, 0);
  const shown = store.get();
  // At once, not after the next frame: a value may be set in between, as before printing.
  useLayoutEffect(() => {
    if (store.get() !== shown) redraw();
    return store.follow(redraw);
  }, [store]);
  return shown;
}

// Something kept in the browser; where storage is forbidden it lasts as long as the page.
export function remembered(name, fallback) {
  const read = () => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const store = createStore(read() ?? fallback);
  store.follow(() => {
    try {
      localStorage.setItem(name, store.get());
    } catch {
      // Private windows may refuse it: the choice then lasts as long as the page.
    }
  });
  return store;
}
