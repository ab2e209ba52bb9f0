// The recorded run: lanes, items (messages and marks), spans (lives, freezes, leadership, cuts), points.
// An item has its place in the order of events (seq, t); a message also the place of its end.

const FATES = { ARRIVED: "arrived", LOST: "lost", UNDER_WAY: "pending", FENCED: "fenced", REFUSED: "refused" };
const ENDED = new Set(["FINISHED"]);
const BROKEN = new Set(["FAILED", "FAILING"]);

function topicOf(label) {
  if (/heartbeat|^zk p[io]ng/i.test(label)) return "heartbeats";
  if (label.startsWith("zk ")) return "coordination";
  if (label.startsWith("connect")) return "connections";
  const gateway = /^(\w+?)(Gateway)?\./.exec(label);
  return gateway ? gateway[1].toLowerCase() : "other";
}

// "JobMasterGateway.offerSlots(ResourceID, List, Duration)" is "offerSlots" in the picture; of identifiers enough is left.
function shortLabel(label, jobs) {
  const call = /^\w+\.(\w+)\(/.exec(label);
  if (call) return call[1];
  return shortIds(label.replace(/^zk answer /, "zk ").replace(/^connected /, "connect "), jobs);
}

function shortIds(text, jobs) {
  return text
    .replace(/_?([0-9a-f]{4})[0-9a-f]{4}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, " $1")
    .replace(/_?([0-9a-f]{32})/g, (all, id) => " " + (jobs.find(job => job.id === id)?.name ?? id.slice(0, 4)));
}

// "a <-> b BLACKHOLE" is "a ↔ b black hole" in the picture.
function linkWords(row, lanes) {
  const others = row.from.length + row.to.length === lanes && row.to.length > 2;
  const ways = others ? row.w.replace(/(->) .*/, "$1 all others") : row.w;
  const what = humane(row.d).replace(/_/g, " ").toLowerCase().replace("blackhole", "black hole").replace(/^connected/, "healed");
  return (ways === "all" ? "all links" : ways.replace("<->", "↔").replace("->", "→")) + " " + what;
}

const humane = words => words.replace(/\bPT([\dHMS.]+)/, (all, time) => time.toLowerCase());

function messageOf(row, { text, jobs: known }) {
  const [seq, t, endSeq, endT, from, fromInc, to, toInc, label, kindText, fate, why, content, target, jobs, callSeq] = row;
  const kind = text[kindText];
  const answer = kind === "REPLY" || kind === "FAILURE" || /^(zk (answer|pong|session)|connected)\b/.test(text[label]);
  return {
    type: "message", seq, t, endSeq, endT, from, fromInc, to, toInc, label: text[label], answer, failed: kind === "FAILURE", kind,
    fate: FATES[text[fate]], why: text[why], content: text[content], target: text[target], jobs, callSeq,
    topic: topicOf(text[label]), short: shortLabel(text[label], known),
  };
}

// Equal changes of one instant on one lane are one mark: "4 × task RUNNING".
function groupMarks(rows) {
  const open = new Map();
  const marks = [];
  for (const row of rows) {
    const key = row.k === "state" && row.m !== "job" ? [row.t, row.n, row.i, row.m, row.f, row.e, row.j].join() : null;
    const group = key === null ? undefined : open.get(key);
    if (group) {
      group.rows.push(row);
    } else {
      const mark = { type: "mark", kind: row.k, seq: row.s, t: row.t, lane: row.n ?? -1, inc: row.i ?? 0, rows: [row], jobs: row.j === undefined ? [] : [row.j] };
      mark.topic = row.k === "state" ? row.m + "s" : "always";
      marks.push(mark);
      if (key !== null) open.set(key, mark);
    }
  }
  return marks;
}

function toneOfState(state) {
  if (state === "RESTARTING") return "warn";
  return ENDED.has(state) || state === "RUNNING" ? "good" : BROKEN.has(state) || state.startsWith("CANCEL") ? "bad" : "";
}

function toneOf(row) {
  switch (row.k) {
    case "node": return { CRASHED: "bad", FROZEN: "cold", STARTED: "good" }[row.e] ?? "";
    case "lead": return row.e === "ELECTED" || row.e === "PUBLISHED" ? "good" : "warn";
    case "state": return toneOfState(row.e);
    case "violation": return "bad";
    case "coordination": return row.d.startsWith("session") ? "warn" : "";
    default: return "warn";
  }
}

// "work 1/4", "work 3/4" are "2 × work".
function nameOfAll(names) {
  if (names.length === 1) return names[0];
  const stems = new Set(names.map(name => name.replace(/[ _]\d+(\/\d+)?( #\d+)?$/, "")));
  return names.length + (stems.size === 1 ? " × " + [...stems][0] : " subtasks");
}

// What stands before the name of a state machine's subject, and the machines whose subject's name is that of a job.
const SUBJECTS = { "task slot": "slot ", "managed slot": "slot ", "leader session": "session ", "job lease": "lease of " };
const NAMED_BY_JOB = new Set(["job", "adaptive job", "job lease"]);

// What a mark says: [who or what, state].
function wordsOf(run, mark) {
  const row = mark.rows[0];
  switch (row.k) {
    case "node": return ["", row.e.toLowerCase() + (row.d ? " " + humane(row.d) : "")];
    case "link": return ["", linkWords(row, run.lanes.length)];
    case "lead": return ["", ({ ELECTED: "leader is ", PUBLISHED: "publishes ", DEPOSED: "ends ", BELIEVES: "leads as ", GIVES_UP: "gives up " }[row.e] ?? row.e + " ") + row.d];
    case "state": {
      const job = row.j !== undefined && !NAMED_BY_JOB.has(row.m) && run.jobs.length > 1 ? run.jobs[row.j].name + " " : "";
      return [(SUBJECTS[row.m] ?? "") + job + nameOfAll(mark.rows.map(r => r.d)), row.e];
    }
    default: return ["", row.d];
  }
}

function readLives(lane, marks, end) {
  let life = null, ice = null;
  const thaw = (t, seq) => { if (ice) { ice.end = t; ice.endSeq = seq; ice = null; } };
  for (const { t, seq, inc, rows: [row] } of marks) {
    if (row.e === "STARTED") {
      life = { inc, start: t, seq, end, endSeq: Infinity, crashed: false };
      lane.lives.push(life);
    } else if (row.e === "CRASHED" || row.e === "STOPPED") {
      thaw(t, seq);
      if (life) Object.assign(life, { end: t, endSeq: seq, crashed: row.e === "CRASHED" });
    } else if (row.e === "FROZEN" && !ice) {
      ice = { start: t, seq, end, endSeq: Infinity };
      lane.freezes.push(ice);
    } else if (row.e === "THAWED") {
      thaw(t, seq);
    }
  }
}

// Bands of leadership: what each process believes, and on the lane of the coordination service what is true.
function readLeads(run, marks) {
  const open = new Map();
  const close = (key, t, seq) => {
    const band = open.get(key);
    if (band) Object.assign(band, { end: t, endSeq: seq });
    open.delete(key);
  };
  for (const { t, seq, lane, rows: [row] } of marks) {
    if (row.k === "node" && (row.e === "CRASHED" || row.e === "STOPPED")) {
      for (const key of [...open.keys()]) if (key.startsWith(lane + ":")) close(key, t, seq);
    }
    if (row.k !== "lead") continue;
    const truth = row.e === "ELECTED" || row.e === "PUBLISHED" || row.e === "DEPOSED";
    const key = lane + ":" + row.id;
    if (row.e === "ELECTED" || row.e === "BELIEVES") {
      const band = { session: row.id, name: row.d, color: run.sessionColor(row.id), start: t, seq, end: run.end, endSeq: Infinity, truth, published: null };
      open.set(key, band);
      run.lanes[lane].leads.push(band);
    } else if (row.e === "PUBLISHED") {
      const band = open.get(key);
      if (band) band.published = t;
    } else {
      close(key, t, seq);
    }
  }
}

function readCuts(run, marks) {
  const open = new Map();
  const close = (key, t, seq) => {
    const cut = open.get(key);
    if (cut && cut.endSeq === Infinity) Object.assign(cut, { end: t, endSeq: seq });
    open.delete(key);
  };
  for (const { t, seq, rows: [row] } of marks) {
    if (row.k !== "link" || row.lasts === 0) continue;
    for (const key of [...open.keys()]) if (row.w === "all" || key === row.w) close(key, t, seq);
    if (row.healthy) continue;
    const cut = { start: t, seq, end: row.lasts ? Math.min(run.end, t + row.lasts) : run.end, endSeq: Infinity, lanes: [...row.from, ...row.to].filter(l => l >= 0) };
    open.set(row.w, cut);
    run.cuts.push(cut);
  }
}

function pairAnswers(messages) {
  const bySeq = new Map(messages.map(m => [m.seq, m]));
  for (const answer of messages) {
    const call = bySeq.get(answer.callSeq);
    if (call) { call.partner = answer; answer.partner = call; }
  }
}

function readRun(data) {
  const sessions = new Map();
  const run = {
    title: data.title, seed: data.seed, end: data.end, dropped: data.dropped, jobs: data.jobs,
    lanes: data.nodes.map((name, index) => ({ name, index, lives: [], freezes: [], leads: [] })), cuts: [],
    sessionColor(id) {
      if (!sessions.has(id)) sessions.set(id, sessions.size % 6);
      return sessions.get(id);
    },
  };
  const messages = data.messages.map(row => messageOf(row, data));
  const marks = groupMarks(data.marks);
  pairAnswers(messages);
  for (const lane of run.lanes) readLives(lane, marks.filter(m => m.kind === "node" && m.lane === lane.index), run.end);
  readLeads(run, marks);
  readCuts(run, marks);
  for (const mark of marks) {
    mark.tone = toneOf(mark.rows[0]);
    [mark.who, mark.what] = wordsOf(run, mark);
  }
  run.items = [...messages, ...marks].sort((a, b) => a.seq - b.seq);
  run.items.forEach((item, index) => { item.index = index; });
  run.marks = marks;
  run.points = [];
  for (const item of run.items) {
    run.points.push({ item, seq: item.seq, t: item.t, isEnd: false });
    if (item.type === "message" && item.fate !== "pending") run.points.push({ item, seq: item.endSeq, t: item.endT, isEnd: true });
  }
  run.points.sort((a, b) => a.seq - b.seq);
  run.start = run.points.length ? run.points[0].t : 0;
  run.violation = marks.find(m => m.kind === "violation");
  return run;
}

// Moments worth a jump: what befalls processes, links and leaders, and how jobs fare.
function momentsOf(run) {
  return run.items.filter(item => item.type === "mark" && (item.kind !== "state" || item.topic === "jobs")
    && !(item.kind === "node" && item.t === run.start));
}

// One sentence about an item, for tooltips, screen readers and the search.
function sentenceOf(run, item) {
  if (item.type === "message") {
    const ending = {
      arrived: "arrives after " + duration(item.endT - item.t), pending: "still under way at the end", lost: "lost: " + item.why,
      fenced: "refused by the fence: " + item.why, refused: "fails: " + item.why,
    }[item.fate];
    const way = item.from === item.to ? "within " + place(run, item.from, item.fromInc) : place(run, item.from, item.fromInc) + " to " + place(run, item.to, item.toInc);
    return (item.answer ? "answer to " : "") + item.short + (item.content ? " " + item.content : "") + ", " + way + ", " + ending;
  }
  const where = item.lane >= 0 ? place(run, item.lane, item.inc) + ": " : "";
  return where + (item.who ? item.who + " " : "") + item.what;
}

function place(run, lane, inc) {
  return run.lanes[lane].name + (inc > 1 ? "#" + inc : "");
}

function duration(nanos) {
  if (nanos < 1e3) return nanos + " ns";
  if (nanos < 1e6) return (nanos / 1e3).toFixed(nanos < 1e4 ? 1 : 0) + " µs";
  if (nanos < 1e9) return (nanos / 1e6).toFixed(nanos < 1e7 ? 2 : 1) + " ms";
  return (nanos / 1e9).toFixed(nanos < 1e10 ? 2 : 1) + " s";
}

// "12.345 678": seconds, with microseconds in groups.
function clock(nanos) {
  const s = (nanos / 1e9).toFixed(6);
  return s.slice(0, -3) + "\u2009" + s.slice(-3);
}
