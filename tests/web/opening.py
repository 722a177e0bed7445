"""Opens each number of a table, and tells what it says and what lies behind it."""

FIGURES = "table.figures button.drill:not([data-rate])"
"""Which numbers `OPEN_EACH` is given for a table of figures."""
OPEN_EACH = """async (cells) => {
  const until = async (look) => {
    for (const limit = Date.now() + 60000; !look(); ) {
      if (Date.now() > limit) throw new Error(`${look} did not come`);
      await new Promise((go) => setTimeout(go, 5));
    }
  };
  const told = [];
  for (const cell of document.querySelectorAll(cells)) {
    cell.click();
    await until(() => document.querySelector(".drill-total")?.dataset.total);
    told.push({
      name: cell.dataset.figure ?? cell.dataset.cell,
      said: Number(cell.textContent.replaceAll(".", "")),
      total: Number(document.querySelector(".drill-total").dataset.total),
      listed: document.querySelectorAll(".drill-list li").length,
    });
    document.querySelector("dialog .close").click();
    await until(() => !document.querySelector("dialog"));
  }
  return told;
}"""
