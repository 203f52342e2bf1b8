// A figure with data-chart holds a table; the chart above it is drawn from the table's own cells, so both always say the same.
// The library is fetched only where there is a chart. Without scripts, the table remains.
"use strict";
(function () {
  const figures = document.querySelectorAll("figure[data-chart]");
  if (!figures.length) return;
  const library = document.createElement("script");
  library.src = document.currentScript.dataset.plotly;
  library.onload = () => draw(false);
  document.head.append(library);

  // What lies between the margins of the sheet: 182 mm of A4 at 96 pixels an inch.
  const PAPER_PX = 687;

  function style(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function number(cell) {
    const text = cell.textContent.replace(/[,%\s]/g, "");
    return text === "" || text === "—" ? null : Number(text);
  }

  function traces(figure, table) {
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies[0].rows];
    const x = rows.map((row) => row.cells[0].textContent.trim());
    const bars = figure.dataset.chart === "bar";
    const colours = (bars ? ["--mark", "--tier2", "--tier3"] : ["--ink", "--tier3", "--tier2", "--tier1", "--muted", "--mark"]).map(style);
    const drawn = heads.slice(1).map((name, place) => ({
      name: name,
      x: x,
      y: rows.map((row) => number(row.cells[place + 1])),
      type: bars ? "bar" : "scatter",
      mode: "lines+markers",
      marker: { color: colours[place % colours.length] },
      line: { color: colours[place % colours.length], dash: place > 3 ? "dash" : "solid" },
    }));
    return drawn.filter((trace) => trace.y.some((value) => value !== null));
  }

  function draw(onPaper) {
    for (const figure of figures) {
      const table = figure.querySelector("table");
      let place = figure.querySelector(".plot");
      if (!place) {
        place = document.createElement("div");
        place.className = "plot";
        place.setAttribute("aria-hidden", "true");
        figure.prepend(place);
      }
      const layout = {
        margin: { l: 64, r: 12, t: 8, b: 36 },
        height: 260,
        width: onPaper ? PAPER_PX : undefined,
        paper_bgcolor: "transparent",
        plot_bgcolor: "transparent",
        font: { color: style("--ink"), family: getComputedStyle(document.body).fontFamily },
        xaxis: { type: "category", gridcolor: style("--line") },
        yaxis: { rangemode: "tozero", gridcolor: style("--line"), tickformat: ",~f" },
        legend: { orientation: "h", y: -0.2, traceorder: "normal" },
      };
      Plotly.newPlot(place, traces(figure, table), layout, { displayModeBar: false, responsive: true });
    }
  }

  document.addEventListener("themed", (event) => window.Plotly && draw(event.detail.onPaper));
})();
