"""Work with very many rows is cut into slices; none reads or draws more than some of them."""

import pytest

pytest.importorskip("playwright.sync_api")

READING = """async () => {
  const { reading } = await import("./static/reading.js");
  const whole = JSON.parse;
  const strange = 'x},{"key":[{}]\\\\"';
  const rows = Array.from({ length: 12000 }, (_, n) => (
    { key: { unit: `H${n}`, field: strange }, figures: { n, z: 0 }, more: [n, {}] }));
  const answers = {
    plain: { unit: null, rows, total: { n: 1 } },
    two: { rows, total: {}, against: { rows: rows.slice(0, 9000), period: { x: [] } }, end: [] },
    inside: { rows: rows.map((one) => ({ ...one, parts: [{ key: 1 }, { key: 2 }] })) },
    deep: { rows: rows.map((one) => ({ ...one, parts: [{ a: 1 }, { key: 2 }] })) },
    other: { rows: rows.map((one) => ({ ...one.figures, a: "x".repeat(40) })) },
    mixed: { rows: [1, ...rows] },
  };
  const told = {};
  for (const [name, answer] of Object.entries(answers)) {
    const text = JSON.stringify(answer);
    const lengths = [];
    let read = null;
    JSON.parse = (...given) => (lengths.push(given[0].length), whole(...given));
    try {
      const steps = reading(text, "key");
      for (let step = steps.next(); ; step = steps.next()) {
        read = step.value;
        if (step.done) break;
      }
    } finally {
      JSON.parse = whole;
    }
    told[name] = [JSON.stringify(read) === text, lengths.length, Math.max(...lengths), text.length];
  }
  return told;
}"""

GROWING = """async () => {
  const { treeOf } = await import("./static/figure_tree.js");
  const { besideEach } = await import("./static/figure_columns.js");
  const known = new Map();
  for (let n = 0; n < 12000; n += 1) {
    const code = n < 20 ? `H.${n}` : `H.${n % 20}.${n}`;
    known.set(code, { code, parent: n < 20 ? null : `H.${n % 20}` });
  }
  let since = 0;
  const most = {};
  class Counted extends Array {
    *[Symbol.iterator]() {
      for (let i = 0; i < this.length; i += 1) {
        since += 1;
        yield this[i];
      }
    }
  }
  const run = (name, steps) => {
    most[name] = 0;
    for (since = 0; ; since = 0) {
      const step = steps.next();
      most[name] = Math.max(most[name], since);
      if (step.done) return step.value;
    }
  };
  const figures = { a: 1, b: 0 };
  const row = (unit) => ({ key: { unit }, figures: { ...figures } });
  const rows = Counted.from([...known.keys()], row);
  const both = run("beside", besideEach(rows, rows));
  const roots = run("tree", treeOf(rows, known, []));
  const sums = roots.map(({ figures }) => figures.a);
  return { most, sums, both: [both.length, both[0].figures], own: rows[0].figures.a };
}"""

CLOCK = """async () => {
  const { inSlices } = await import("./static/slices.js");
  const { ordering, inOrder } = await import("./static/format.js");
  let [at, task] = [0, 0];
  performance.now = () => at;
  const steps = [];
  scheduler.yield = () => new Promise((go) => setTimeout(() => go((task += 1))));
  function* work() {
    for (let n = 0; n < 40; n += 1) {
      at += 4;
      steps.push(task);
      yield;
    }
    return "done";
  }
  const ends = await inSlices(work());
  const stop = new AbortController();
  stop.abort();
  const stopped = await inSlices(work(), stop.signal).catch(({ name }) => name);
  const perTask = Object.values(Object.groupBy(steps.slice(0, 40), (one) => one));
  const kinds = ["Xã Ô Môn", "Xã An", "xã an", "Xã Đức", "Xã Da", "Xã Ấp", "Xã Ap"];
  const names = Array.from({ length: 2100 }, (_, n) => `${kinds[n % 7]} ${n % 290}`);
  const plain = new Intl.Collator("vi").compare;
  const before = [...names].sort(plain);
  await inSlices(ordering(names));
  const after = [...names].sort(inOrder);
  const most = Math.max(...perTask.map((some) => some.length));
  const same = before.every((name, i) => plain(name, after[i]) === 0);
  return { ends, stopped, most, same, mixed: inOrder("Xã An 1", "không rõ") > 0 };
}"""

BLOCKS = """async () => {
  const { html, render } = await import("./static/lib/preact-htm.js");
  const { Blocks } = await import("./static/blocks.js");
  const { Rows } = await import("./static/window.js");
  const { printAll, usePrinting } = await import("./static/ui.js");
  const box = document.createElement("div");
  document.body.append(box);
  const until = async (look) => {
    for (let n = 0; !look(); n += 1) {
      if (n > 2000) throw new Error(`${look} did not come: ${all()} rows, ${drawn} drawn`);
      await new Promise(requestAnimationFrame);
    }
  };
  const all = () => box.querySelectorAll("tr").length;
  const added = [];
  const watcher = new MutationObserver((found) => {
    const rows = new Set();
    for (const node of found.flatMap((one) => [...one.addedNodes])) {
      if (node.matches?.("tr")) rows.add(node);
      for (const row of node.querySelectorAll?.("tr") ?? []) rows.add(row);
    }
    added.push(rows.size);
  });
  watcher.observe(box, { childList: true, subtree: true });
  let drawn = 0;
  const draw = ({ n, name }) => ((drawn += 1), html`<tr key=${n}><td>${name ?? n}</td></tr>`);
  const rows = Array.from({ length: 2020 }, (_, n) => ({ n }));
  const list = (some, extra) => html`<${Blocks} rows=${some} draw=${draw} ...${extra} />`;
  const show = (...given) => render(html`<table>${list(...given)}</table>`, box);
  const told = {};
  show(rows);
  await until(() => all() === rows.length);
  told.first = [Math.max(...added), drawn];
  drawn = 0;
  const newer = rows.with(1000, { n: 1000, name: "other" });
  show(newer);
  told.news = [drawn, box.querySelectorAll("tr")[1000].textContent];
  drawn = 0;
  show(newer, { mark: ({ n }) => n === 5 });
  told.marked = drawn;
  const fresh = rows.slice(0, 1010).map(({ n }) => ({ n, name: `again ${n}` }));
  drawn = 0;
  show(fresh);
  told.replaced = [drawn, all()];
  await until(() => drawn === 1010);
  told.last = box.querySelectorAll("tr")[1009].textContent;

  const many = Array.from({ length: 3000 }, (_, n) => ({ n }));
  const Windowed = () =>
    html`<${Rows} lines=${many} draw=${draw} all=${usePrinting()} width=${1} />`;
  render(html`<div class="scroll" style="height: 300px; overflow: auto">
    <table><${Windowed} /></table><table>${list(many)}</table></div>`, box);
  told.windowed = all() < 300;
  window.print = () => (told.printed = all());
  await printAll();
  dispatchEvent(new Event("afterprint"));
  await until(() => all() < 3300);
  box.remove();
  return told;
}"""


def test_answers_are_read_a_few_hundred_kilobytes_at_a_time(hub, open_page):
    told = open_page(hub.url).evaluate(READING)
    assert {name: equal for name, (equal, *_) in told.items()} == dict.fromkeys(told, True)
    for name in ("plain", "two"):
        _, pieces, longest, length = told[name]
        assert pieces > 5
        assert longest < 250_000 < length, name
    assert told["other"][1:3] == [1, told["other"][3]], "what has no such rows is read at once"


def test_trees_and_periods_are_made_of_a_few_hundred_rows_at_a_time(hub, open_page):
    told = open_page(hub.url).evaluate(GROWING)
    assert all(0 < rows <= 250 for rows in told["most"].values()), told["most"]
    assert told["sums"] == [600] * 20
    assert told["both"] == [12000, {"a": 1, "b": 0, "before.a": 1, "before.b": 0}]
    assert told["own"] == 1, "an answer's own figures stay as they came"


def test_a_slice_ends_after_ten_milliseconds_of_work(hub, open_page):
    told = open_page(hub.url).evaluate(CLOCK)
    assert told["ends"] == "done"
    assert told["stopped"] == "AbortError"
    assert told["most"] <= 3, "each step took 4 ms of the page's clock"
    assert told["same"]
    assert told["mixed"]


def test_a_long_list_is_drawn_block_by_block_and_printed_whole(hub, open_page):
    told = open_page(hub.url).evaluate(BLOCKS)
    most, drawn = told["first"]
    assert most <= 50
    assert drawn == 2020, "no row was drawn twice"
    assert told["news"] == [50, "other"], "news of one row draws its block"
    assert told["marked"] == 50
    assert told["replaced"] == [60, 1010], "new rows come block by block, too"
    assert told["last"] == "again 1009"
    assert told["windowed"]
    assert told["printed"] == 6000, "paper has all rows"
