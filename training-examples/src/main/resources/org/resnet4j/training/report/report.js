"use strict";
// Tables sort by a click on a heading: numbers downwards first, names upwards; what is no number goes last.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  const text = (row, column) => row.cells[column].textContent;
  heads.forEach((head, column) => {
    const numeric = [...body.rows].every(row => text(row, column) === "–" || !isNaN(parseFloat(text(row, column))));
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const up = was ? was === "descending" : !numeric;
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows];
      rows.sort((a, b) => {
        const [x, y] = [text(a, column), text(b, column)];
        if (!numeric) return (up ? 1 : -1) * x.localeCompare(y, undefined, {numeric: true});
        const [m, n] = [parseFloat(x), parseFloat(y)];
        if (isNaN(m) || isNaN(n)) return isNaN(m) - isNaN(n);
        return (up ? 1 : -1) * (m - n);
      });
      body.append(...rows);
    });
  });
}
