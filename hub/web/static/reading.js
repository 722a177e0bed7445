// JSON of very many rows, read in pieces: of 12,000 units the figures are 9 MB, and JSON.parse reads all at once.

const SHORT = 500_000; // characters that are simply read
const PIECE = 200_000;

// `first`: the first member of each row, `{"rows":[{"key":…},{"key":…}]}`. What is written otherwise is read at once.
export function* reading(text, first) {
  if (text.length > SHORT) {
    try {
      return yield* inPieces(text, `{"${first}":`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error; // cut where no row ended
    }
  }
  return JSON.parse(text);
}

// A row's beginning cannot be a part of a string: there its first quote would be escaped.
function* inPieces(text, begin) {
  const lists = [];
  let frame = ""; // all that is around the rows, a number in place of each list
  let rest = 0;
  for (let from = text.indexOf(begin); from >= 0; ) {
    if (text[from - 1] !== "[") throw new SyntaxError("a row outside a list");
    frame += `${text.slice(rest, from)}{"":${lists.length}}`;
    const rows = [];
    let last = from; // where the newest row begins
    let next = text.indexOf(begin, last + 1);
    for (let start = from; ; next = text.indexOf(begin, last + 1)) {
      const goesOn = next >= 0 && text[next - 1] === ",";
      if (goesOn) last = next;
      if (goesOn && last - start < PIECE) continue;
      const end = goesOn ? last - 1 : endOf(text, last);
      for (const row of JSON.parse(`[${text.slice(start, end)}]`)) rows.push(row);
      yield;
      if (!goesOn) {
        rest = end;
        break;
      }
      start = last;
    }
    if (next >= 0 && next < rest) throw new SyntaxError("a row inside a row");
    lists.push(rows);
    from = next;
  }
  const put = (_, value) => (Array.isArray(value) && value[0]?.[""] !== undefined ? lists[value[0][""]] : value);
  return JSON.parse(frame + text.slice(rest), put);
}

// Where the object ends that begins at a place.
function endOf(text, at) {
  const marks = /"(?:[^"\\]|\\.)*"|[{}]/gy;
  const any = /[^"{}]*/y;
  for (let depth = 0; ; ) {
    any.lastIndex = at;
    at += any.exec(text)[0].length;
    marks.lastIndex = at;
    const [mark] = marks.exec(text) ?? [null];
    if (mark === null) throw new SyntaxError("an object that does not end");
    at += mark.length;
    if (mark === "{") depth += 1;
    if (mark === "}") depth -= 1;
    if (depth === 0) return at;
  }
}
