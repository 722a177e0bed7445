"""Opens each number of a table of figures, and tells what it says and what lies behind it."""

OPEN_EACH = """async () => {
  const until = async (look) => {
    for (const limit = Date.now() + 60000; !look(); ) {
      if (Date.now() > limit) throw new Error(`${look} did not come`);
      await new Promise((go) => setTimeout(go, 5));
    }
  };
  const told = [];
  for (const cell of document.querySelectorAll("table.figures button.drill:not([data-rate])")) {
    cell.click();
    await until(() => document.querySelector(".drill-total")?.dataset.total);
    told.push({
      figure: cell.dataset.figure,
      said: Number(cell.textContent.replaceAll(".", "")),
      total: Number(document.querySelector(".drill-total").dataset.total),
      listed: document.querySelectorAll(".drill-list li").length,
    });
    document.querySelector("dialog .close").click();
    await until(() => !document.querySelector("dialog"));
  }
  return told;
}"""
