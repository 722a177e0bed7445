// Finding units by what people type: a code, or a part of a name, without accents.

// "Huyện Củ Chi" and "huyen cu chi" are the same here; đ has no mark that could be taken off.
export const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().trim();

// Of registered units, read once: twelve thousand are searched at each key.
function indexed(row) {
  const name = plain(row.name);
  return { row, code: row.code.toLowerCase(), name, spaced: ` ${name}` };
}

const indexes = new WeakMap();
function indexOf(units) {
  if (!indexes.has(units)) indexes.set(units, units.map(indexed));
  return indexes.get(units);
}

function rank({ code, name, spaced }, text, words) {
  if (code === text || name === text) return 0;
  if (code.startsWith(text)) return 1;
  if (name.startsWith(text)) return 2;
  if (words.every((word) => spaced.includes(` ${word}`))) return spaced.includes(` ${text}`) ? 3 : 4;
  return words.every((word) => name.includes(word) || code.includes(word)) ? 5 : null;
}

// Those that fit, best first and then as the registry has them, by code; all where nothing was typed.
export function fitting(units, typed) {
  const text = plain(typed).replace(/\s+/g, " ");
  if (!text) return units;
  const words = text.split(" ");
  const ranks = [[], [], [], [], [], []];
  for (const one of indexOf(units)) {
    const place = rank(one, text, words);
    if (place !== null) ranks[place].push(one.row);
  }
  return ranks.flat();
}

// The unit that is meant without a choice: this is its code, and no other's begins so.
export function meant(units, typed) {
  const code = typed.trim().toLowerCase();
  const begin = units.filter((row) => row.code.toLowerCase().startsWith(code));
  return code && begin.length === 1 && begin[0].code.toLowerCase() === code ? begin[0] : null;
}
