// The forecast beside the hands: answers before and after, and what a whole forecast says once it is there.

import { byId, drawing, make, percent, shape } from "./dom.js";
import { chartMenu, tableMenu } from "./export.js";

export function showStage(stage, total, changed) {
  const coarse = stage.draws < 64;
  const label = stage.final ? `All ${total} draws` : coarse ? `Coarse: ${stage.draws} draws` : `Refining: ${stage.draws} of ${total} draws`;
  const first = stage.answers[0];
  if (first) byId("headline").textContent = `${first.question} ${changed ? `${first.before.percent} → ` : ""}${first.after.percent}`;
  const worst = Math.max(0, ...stage.answers.map((answer) => 200 * (answer.error || 0)));
  byId("stage").textContent = changed ? `${label}. With other draws differences would move by up to ${tenth(worst)} points.` : label;
  byId("stage").dataset.final = stage.final;
  byId("progress").value = stage.draws / total;
  byId("told").replaceChildren(...stage.told.map((sentence) => make("p", {}, sentence)));
  byId("answers").replaceChildren(...stage.answers.map((answer) => answerRow(answer, changed)));
  byId("legend").textContent = changed
    ? "Dot: probability. Line: 90 % interval over draws. Hollow and grey: before. Pale: how far the figure may still move with more draws."
    : "Dot: probability. Line: 90 % interval over draws.";
  showPayoffs(stage, changed);
}

const tenth = (number) => (number < 0.05 ? "less than 0.1" : number.toFixed(1));

export function answerRow(answer, changed) {
  const row = make("div", { class: "answer", role: "group", "aria-label": answer.question });
  row.dataset.question = answer.id;
  const told = changed
    ? make("p", { class: answer.clear ? "moved clear" : "moved" }, `${answer.before.percent} → ${answer.after.percent}`, make("span", {}, ` ${answer.points} points (${answer.range})`))
    : make("p", { class: "moved" }, answer.word);
  row.append(
    make("p", { class: "ask" }, answer.question), bar(answer, changed),
    make("p", { class: "percent" }, answer.after.percent), make("p", { class: "interval" }, answer.after.interval), told,
  );
  return row;
}

export function bar(answer, changed) {
  const svg = shape("svg", { class: "bar", role: "img", "aria-label": `${answer.after.percent}, ${answer.after.interval}` });
  svg.append(shape("line", { x1: "0", x2: "100%", y1: "12", y2: "12", class: "track" }));
  for (const tick of [25, 50, 75]) svg.append(shape("line", { x1: `${tick}%`, x2: `${tick}%`, y1: "3", y2: "21", class: "tick" }));
  if (changed && answer.before.mean !== null) whisker(svg, answer.before, 18, "before");
  if (answer.after.mean !== null) {
    if (changed && answer.error) {
      const [left, right] = [answer.after.mean - 2 * answer.error, answer.after.mean + 2 * answer.error];
      svg.append(shape("rect", { x: percent(left), width: percent(Math.min(1, right) - Math.max(0, left)), y: "2", height: "14", class: "error" }));
    }
    whisker(svg, answer.after, changed ? 9 : 12, "after");
  }
  return svg;
}

function whisker(svg, figure, y, kind) {
  const [low, mean, high] = [figure.low, figure.mean, figure.high].map(percent);
  svg.append(
    shape("line", { x1: low, x2: high, y1: y, y2: y, class: kind }),
    shape("line", { x1: low, x2: low, y1: y - 3, y2: y + 3, class: kind }),
    shape("line", { x1: high, x2: high, y1: y - 3, y2: y + 3, class: kind }),
    shape("circle", { cx: mean, cy: y, r: kind === "after" ? 5 : 3.5, class: kind }),
  );
}

function showPayoffs(stage, changed) {
  if (!changed) return byId("payoffs").replaceChildren();
  const head = make("tr", {}, ...["Actor", "Points", "90 % interval"].map((text) => make("th", { scope: "col" }, text)));
  const rows = stage.payoffs.map((payoff) => make("tr", {}, make("th", { scope: "row" }, payoff.name), make("td", { class: payoff.clear ? "clear" : "" }, payoff.points), make("td", {}, payoff.range)));
  const table = make("table", { class: "payoffs" }, make("thead", {}, head), make("tbody", {}, ...rows));
  return byId("payoffs").replaceChildren(part("Whom it pays", tableMenu(table, "whom it pays"), table,
    make("p", { class: "legend" }, "In hundredths of all that is at stake for each; bold where the interval excludes zero.")));
}

const part = (title, ...children) => make("section", {}, make("h2", {}, title), ...children);

export function showDetails(found) {
  const parts = [];
  if (found.hints.length) parts.push(part("What it hangs on, where it tips, what to watch", hintsMenu(found.hints), ...found.hints.map(hint)));
  if (found.ways.length) parts.push(part("The likeliest ways it goes on", chartMenu("ways", "The likeliest ways", ["csv"]), make("ol", { class: "ways" }, ...found.ways.map((way) => make("li", {}, make("strong", {}, way.percent), make("span", {}, way.text))))));
  if (found.curves.length) parts.push(part("When", make("div", { class: "panels" }, ...found.curves.map(belief))));
  if (found.moves.length) parts.push(part("Next moves", ...found.moves.map(moves)));
  if (found.beliefs.length) parts.push(part("Who believes what", make("div", { class: "panels" }, ...found.beliefs.map(belief))));
  parts.push(part("How far to trust this", make("ul", {}, ...found.trust.map((told) => make("li", { class: told.bad ? "warning" : "" }, told.bad ? `Warning. ${told.text}` : told.text)))));
  byId("details").replaceChildren(...parts);
  byId("details").classList.remove("stale");
}

export const staleDetails = () => byId("details").classList.add("stale");

function hintsMenu(hints) {
  const rows = hints.map((found) => [found.question, found.hangs_on, found.tips, found.watch]);
  return tableMenu([["Question", "Hangs on", "Tips", "Watch"], ...rows], "what it hangs on");
}

function hint(found) {
  const lines = [["Hangs on", found.hangs_on], ["Tips", found.tips], ["Watch", found.watch]].filter(([, text]) => text);
  return make("div", {}, make("h3", {}, found.question), make("dl", {}, ...lines.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)])));
}

function moves(step) {
  const rows = step.options.map((option) => {
    const row = make("div", { class: "answer small" });
    row.append(make("p", { class: "ask" }, option.text), bar({ after: option }, false), make("p", { class: "percent" }, option.percent), make("p", { class: "interval" }, option.interval));
    return row;
  });
  return make("div", {}, chartMenu(step.exhibit, step.title), make("h3", {}, step.title, step.reached ? make("span", { class: "legend" }, ` (comes about: ${step.reached})`) : ""), ...rows, step.more ? make("p", { class: "legend" }, `${step.more}.`) : "");
}

function belief(found) {
  return make("figure", {}, make("figcaption", {}, found.title, " ", make("span", { class: "legend" }, found.finding)), chartMenu(found.exhibit, found.title), drawing(found.svg));
}
