// Long work in slices: between two of them the browser draws, and hears keys.

const SLICE = 10; // ms: on a machine four times as slow a slice is still shorter than 50

// Goes on in a task of its own. What the browser has to do meanwhile comes first.
export function pause() {
  if (globalThis.scheduler?.yield) return scheduler.yield();
  return new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      go();
    };
    port2.postMessage(null);
  });
}

// What the generator `work` returns, which yields after each small piece (a few hundred rows).
export async function inSlices(work, signal) {
  for (;;) {
    for (const began = performance.now(); performance.now() - began < SLICE; ) {
      const { done, value } = work.next();
      if (done) return value;
    }
    await pause();
    signal?.throwIfAborted();
  }
}

// Texts in an order, by halves that are merged: a whole sort would be one piece.
export function* sorting(texts, compare, piece = 250) {
  if (texts.length <= piece) {
    yield;
    return [...texts].sort(compare);
  }
  const half = texts.length >> 1;
  const first = yield* sorting(texts.slice(0, half), compare, piece);
  const second = yield* sorting(texts.slice(half), compare, piece);
  const merged = [];
  let [i, j] = [0, 0];
  while (i < first.length && j < second.length) {
    merged.push(compare(first[i], second[j]) <= 0 ? first[i++] : second[j++]);
    if (merged.length % (4 * piece) === 0) yield;
  }
  return merged.concat(first.slice(i), second.slice(j));
}
