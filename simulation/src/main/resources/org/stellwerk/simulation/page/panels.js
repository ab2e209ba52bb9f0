// The panels around the diagram: facts, filters, lane headers, what is selected, moments, the legend.

const $ = id => document.getElementById(id);

const TOPIC_NAMES = {
  dispatcher: "Dispatcher", jobmaster: "JobMaster", resourcemanager: "ResourceManager", taskexecutor: "TaskExecutor",
  coordination: "Coordination", connections: "Connections", heartbeats: "Heartbeats", other: "Other",
  jobs: "jobs", "adaptive jobs": "adaptive jobs", executions: "attempts", tasks: "tasks", "task slots": "slots", "managed slots": "managed slots",
  "job leases": "leases", availabilitys: "availability", "leader sessions": "sessions",
};

function showFacts(run, layout) {
  const messages = run.items.filter(i => i.type === "message");
  const many = (n, what) => n.toLocaleString("en") + " " + what + (n === 1 ? "" : "s");
  const facts = [`seed ${run.seed}`, duration(run.end) + " of virtual time", many(messages.length, "message"), many(run.items.length - messages.length, "mark")];
  if (run.dropped > 0) facts.push(many(run.dropped, "earlier event") + " not kept");
  $("facts").textContent = facts.join(" · ");
  $("outcome").textContent = run.violation ? "✗ " + run.violation.what.split("\n")[0] : "✓ no violation";
  $("outcome").className = run.violation ? "bad" : "good";
  const jobs = $("job");
  jobs.append(new Option("all", -1), ...run.jobs.map((job, i) => new Option(job.name, i)));
  jobs.disabled = run.jobs.length === 0;
  showTopics(run, layout, messages);
}

function showTopics(run, layout, messages) {
  const counts = new Map();
  for (const item of run.items) if (item.topic !== "always") counts.set(item.topic, (counts.get(item.topic) ?? 0) + (item.rows?.length ?? 1));
  const order = Object.keys(TOPIC_NAMES);
  const rank = topic => (order.indexOf(topic) + order.length + 1) % (order.length + 1);
  const answers = messages.filter(m => m.answer).length;
  const button = (topic, name, count, kind, pressed) => {
    const element = document.createElement("button");
    element.type = "button";
    element.dataset.topic = topic;
    element.className = kind;
    element.style.setProperty("--c", `var(--t-${topic})`);
    element.setAttribute("aria-pressed", pressed);
    element.innerHTML = `${escapeText(name)} <b>${count}</b>`;
    return element;
  };
  const topics = [...counts.keys()].sort((a, b) => rank(a) - rank(b));
  const isMark = topic => run.items.some(i => i.topic === topic && i.type === "mark");
  const buttons = topics.map(topic => button(topic, TOPIC_NAMES[topic] ?? topic, counts.get(topic), isMark(topic) ? "pill" : "", !layout.view.hidden.has(topic)));
  const answerButton = button("answers", "answers", answers, "dashed", layout.view.answers);
  const firstMark = buttons.find(b => b.className === "pill") ?? null;
  $("topics").append(...buttons);
  $("topics").insertBefore(answerButton, firstMark);
}

function showLanes(run, drawing, state) {
  const header = $("lanes");
  if (header.childElementCount !== run.lanes.length) {
    header.replaceChildren(...run.lanes.map((lane, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.lane = i;
      button.title = "Show only what " + lane.name + " sends, receives and does";
      return button;
    }));
  }
  run.lanes.forEach((lane, i) => {
    const button = header.children[i];
    const { inc, life, leads } = state.lanes[i];
    const truth = state.truth && run.lanes[i].leads.some(l => l.truth) ? [state.truth] : [];
    const flags = [...leads, ...truth].map(flag).join(" ");
    const words = { dead: '<span class="bad">dead</span>', frozen: '<span style="color:var(--ice)">frozen</span>', stopped: "stopped", "": "not started", alive: "" }[life];
    const html = `<strong>${escapeText(lane.name)}${inc > 1 ? `<i>#${inc}</i>` : ""}</strong><small>${[words, flags].filter(w => w).join(" ") || "&#160;"}</small>`;
    if (button.shown !== html) { button.innerHTML = html; button.shown = html; }
    button.classList.toggle("off", life === "dead" || life === "");
    button.setAttribute("aria-pressed", drawing.layout.view.lane === i);
    button.style.left = drawing.x(i) - drawing.laneWidth / 2 + 3 + "px";
    button.style.width = drawing.laneWidth - 6 + "px";
  });
}

function showSelected(run, item) {
  if (!item) {
    $("selected").innerHTML = '<p class="quiet">Click on a message or a mark, or press ↓.</p>';
    return;
  }
  $("selected").innerHTML = item.type === "message" ? messageDetails(run, item) : markDetails(run, item);
}

const detailRow = (name, value) => value ? `<tr><th>${name}</th><td>${value}</td></tr>` : "";

function messageDetails(run, m) {
  const fate = {
    arrived: "arrived after " + duration(m.endT - m.t), lost: `<span class="bad">lost</span>: ${escapeText(m.why)}`,
    pending: "still under way when the run ended", fenced: `<span class="warn">refused by the fence</span>: ${escapeText(m.why)}`,
    refused: `<span class="warn">failed at once</span>: ${escapeText(m.why)}`,
  }[m.fate];
  const partner = m.partner && `<button class="link" type="button" data-goto="${m.partner.index}">${clock(m.partner.t)} s, ${m.answer ? "the call" : "the answer"}</button>`;
  return `<h3>${m.answer ? "↩ " : ""}${escapeText(m.short)}</h3><table>`
    + detailRow("call", `<code>${escapeText(m.label.replace(/^answer /, ""))}</code>`)
    + detailRow(m.answer ? "value" : "with", m.content && `<code>${escapeText(m.content)}</code>`)
    + detailRow("from", escapeText(run.lanes[m.from].name + "#" + m.fromInc))
    + detailRow("to", escapeText(run.lanes[m.to].name + "#" + m.toInc + (m.target ? ", " + shortIds(m.target, run.jobs) : "")))
    + detailRow("sent", clock(m.t) + " s") + detailRow("fate", fate)
    + detailRow(m.answer ? "answers" : "answered", partner)
    + detailRow("job", escapeText(m.jobs.map(j => run.jobs[j].name).join(", "))) + "</table>";
}

function markDetails(run, mark) {
  const title = (mark.who ? mark.who + " " : "") + mark.what.split("\n")[0];
  const lines = mark.rows.map(row => row.k === "state" ? `${row.d}: ${row.f} → ${row.e}${row.id ? "\n  " + row.id : ""}` : row.k === "lead" ? `session ${row.id}` : row.k === "link" ? row.w + " " + row.d : row.d);
  return `<h3>${escapeText(title)}</h3><table>`
    + detailRow("at", clock(mark.t) + " s")
    + detailRow("process", mark.lane >= 0 && escapeText(run.lanes[mark.lane].name + "#" + mark.inc))
    + detailRow("what", mark.kind === "state" && escapeText(mark.rows[0].m)) + "</table>"
    + `<pre>${escapeText(lines.join("\n"))}</pre>`;
}

const SYMBOLS = { node: { CRASHED: "✕", FROZEN: "❄", THAWED: "≈", STARTED: "●", STOPPED: "○" }, lead: "⚑", link: "⌁", note: "▸", violation: "✗", state: "◆" };

function showMoments(run, moments) {
  $("moments").innerHTML = moments.map(item => {
    const row = item.rows[0];
    const symbol = item.kind === "node" ? SYMBOLS.node[row.e] ?? "●" : SYMBOLS[item.kind] ?? "•";
    return `<li><button type="button" data-goto="${item.index}"><time>${(item.t / 1e9).toFixed(3)}</time><span class="${item.tone}">${symbol}</span><span>${escapeText(sentenceOf(run, item).split("\n")[0])}</span></button></li>`;
  }).join("") || '<li class="quiet">none</li>';
}

const sample = inner => `<svg class="picture" width="120" height="26" viewBox="0 0 120 26" aria-hidden="true">${DEFINITIONS}${inner}</svg>`;
const arrow = (classes, extra = "") => sample(`<g class="message ${classes}"><line class="shaft" x1="8" y1="9" x2="100" y2="16"/>${extra || head(106, 16.4, 8, 9)}</g>`);

function fillLegend() {
  const rows = [
    [arrow("topic-jobmaster"), "a call or notice; the colour is that of the gateway, the slope shows how long it took"],
    [arrow("topic-jobmaster answer"), "the answer of a call"],
    [sample('<g class="message lost"><line class="shaft" x1="8" y1="9" x2="60" y2="14"/><path class="cross" d="M57 10l8 8m0-8l-8 8"/></g>'), "lost: the link was cut, or the receiver is dead"],
    [arrow("topic-jobmaster fenced", head(98, 16, 8, 9) + '<line class="barrier" x1="105" x2="105" y1="9" y2="24"/>'), "refused by the fencing token: it came from, or for, another leader session"],
    [sample('<rect class="lead" style="fill:var(--s0)" x="14" y="0" width="9" height="26"/><rect class="lead truth" style="fill:var(--s0)" x="64" y="0" width="14" height="26"/>'), "who believes to lead, in the session's colour; and who does lead by the coordination service, pale until published"],
    [sample('<rect class="grave" x="6" y="2" width="46" height="22" rx="6"/><path class="cross" d="M23 7l12 12m0-12l-12 12"/><rect class="ice" x="62" y="2" width="46" height="22" rx="6"/>'), "killed; frozen, as by a long garbage collection"],
    [sample('<rect class="cut" x="6" y="3" width="104" height="20"/><line class="cut-edge" x1="6" x2="110" y1="3" y2="3"/><line class="cut-edge" x1="6" x2="110" y1="23" y2="23"/>'), "a fault of the links between the processes it spans"],
    [sample('<line class="gap" x1="4" x2="116" y1="13" y2="13"/><text class="gap-name halo" x="60" y="16.5">4.2 s</text>'), "a quiet period, not to scale"],
    [sample('<g class="mark good"><circle class="dot" cx="12" cy="13" r="3"/><rect x="21" y="5.5" width="92" height="15" rx="7.5"/><text x="27" y="16.6">1/4</text><text class="state" x="46" y="16.6">RUNNING</text></g>'), "a state machine has changed its state"],
  ];
  const keys = [
    ["↓ ↑", "next, previous event"], ["n p", "next, previous moment"], ["Enter", "between a call and its answer"], ["+ − 0", "zoom; the whole run"], ["Ctrl wheel", "zoom at the pointer"],
    ["s", "steps, or to scale"], ["h", "heartbeats"], ["a", "answers"], ["j", "next job"], ["/", "find; Enter goes on"], ["Esc", "selects nothing, clears filters"], ["e", "export what is visible as SVG"],
  ];
  $("legend").innerHTML = `<div class="columns"><div><h3>Legend</h3><table>${rows.map(r => `<tr><td>${r[0]}</td><td>${r[1]}</td></tr>`).join("")}</table></div>`
    + `<div><h3>Keys</h3><table>${keys.map(k => `<tr><td>${k[0].split(" ").map(x => `<kbd>${x}</kbd>`).join(" ")}</td><td>${k[1]}</td></tr>`).join("")}</table>`
    + '<p class="quiet">Click a process to see only what concerns it.<br/>In "steps" each event has its row and time is not to scale:<br/>the gutter tells it in seconds.</p></div></div><p><button type="button" id="close">Close</button></p>';
}
