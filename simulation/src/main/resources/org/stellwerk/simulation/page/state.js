// What is the case after an event: who is alive, who leads and who believes to, states of jobs, tasks and slots.

const OVER = new Set(["FINISHED", "CANCELED", "FAILED"]);

function stateAt(run, seq) {
  const state = { lanes: run.lanes.map(() => ({ inc: 0, life: "", leads: [], jobs: new Map(), tasks: new Map(), slots: new Map() })), truth: null };
  for (const mark of run.marks) {
    if (mark.seq > seq) break;
    mark.rows.forEach(row => happened(run, state, row));
  }
  return state;
}

function happened(run, state, row) {
  const lane = row.n >= 0 ? state.lanes[row.n] : null;
  switch (row.k) {
    case "node":
      lane.inc = row.i;
      lane.life = { STARTED: "alive", THAWED: "alive", FROZEN: "frozen", CRASHED: "dead", STOPPED: "stopped" }[row.e] ?? lane.life;
      if (lane.life === "dead" || lane.life === "stopped" || row.e === "STARTED") {
        lane.leads = [];
        lane.jobs.clear();
        lane.tasks.clear();
        lane.slots.clear();
      }
      break;
    case "lead":
      leads(run, state, lane, row);
      break;
    case "state":
      if (row.m === "job") lane.jobs.set(row.d, row.e);
      else if (row.m === "task") { if (OVER.has(row.e)) lane.tasks.delete(row.id); else lane.tasks.set(row.id, { name: row.d, state: row.e }); }
      else if (row.m === "task slot") lane.slots.set(row.id, row.e);
      break;
  }
}

function leads(run, state, lane, row) {
  const session = { id: row.id, name: row.d, color: run.sessionColor(row.id), published: false };
  switch (row.e) {
    case "ELECTED": state.truth = session; break;
    case "PUBLISHED": if (state.truth && state.truth.id === row.id) state.truth.published = true; break;
    case "DEPOSED": if (state.truth && state.truth.id === row.id) state.truth = null; break;
    case "BELIEVES": lane.leads.push(session); break;
    case "GIVES_UP": lane.leads = lane.leads.filter(s => s.id !== row.id); break;
  }
}

const counted = values => {
  const counts = new Map();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  return [...counts].map(([v, n]) => `${n} ${v}`).join(", ");
};

const flag = session => `<span class="flag" style="--c:var(--s${session.color})">${escapeText(session.name)}</span>`;

function stateTable(run, state) {
  const rows = [];
  const believers = state.lanes.flatMap((lane, i) => lane.leads.map(s => [run.lanes[i].name, s]));
  const two = believers.length > 1 ? ` <span class="bad">${believers.length} believe to lead</span>` : "";
  rows.push(`<tr><th>leader</th><td>${state.truth ? flag(state.truth) + (state.truth.published ? " published" : " elected") : "none"}${two}</td></tr>`);
  const over = [];
  for (const { name } of run.jobs) {
    const last = state.lanes.map(lane => lane.jobs.get(name)).filter(s => s);
    if (run.jobs.length > 3 && last.length && last.every(s => OVER.has(s))) { over.push(last[0]); continue; }
    const views = state.lanes.flatMap((lane, i) => lane.jobs.has(name) ? [`<span class="${toneOfState(lane.jobs.get(name))}">${lane.jobs.get(name)}</span> at ${escapeText(run.lanes[i].name)}`] : []);
    if (views.length) rows.push(`<tr><th>${escapeText(name)}</th><td>${views.join(", ")}</td></tr>`);
  }
  if (over.length) rows.push(`<tr><th>ended</th><td>${counted(over)}</td></tr>`);
  let first = true;
  const idle = [];
  state.lanes.forEach((lane, i) => {
    if (!lane.life) return;
    const life = { dead: '<span class="bad">dead</span>', frozen: '<span class="cold">frozen</span>', stopped: "stopped", alive: "" }[lane.life];
    const words = [life, ...lane.leads.map(flag)];
    if (lane.slots.size) words.push(`slots: ${counted(lane.slots.values())}`);
    if (lane.tasks.size) words.push(`tasks: ${counted([...lane.tasks.values()].map(t => t.state))}`);
    const text = words.filter(w => w).join(" · ");
    if (!text) return idle.push(place(run, i, lane.inc));
    rows.push(`<tr class="${first ? "sep" : ""}"><th>${escapeText(place(run, i, lane.inc))}</th><td>${text}</td></tr>`);
    first = false;
  });
  if (idle.length) rows.push(`<tr class="${first ? "sep" : ""}"><th>alive</th><td>${escapeText(idle.join(", "))}</td></tr>`);
  return `<table>${rows.join("")}</table>`;
}
