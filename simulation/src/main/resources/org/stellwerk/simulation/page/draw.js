// Draws what lies between two heights as SVG text. Rows are apart in "steps", so labels do not meet there;
// "to scale" and zoomed out, a label is left away where its lane has one already, and crowds become bare lines.

const GUTTER = 92;
const MARGIN = 56;
const CROWD = 1500;
const LABEL_HEIGHT = 11;

const escapeText = s => String(s).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const isWeighty = item => item.type === "mark" && (item.kind !== "state" || item.topic === "jobs");
const n1 = x => Math.round(x * 10) / 10;

// Measures texts as they will be drawn.
const Ruler = {
  pen: document.createElement("canvas").getContext("2d"),
  known: new Map(),

  width(text, size = 11, weight = 400) {
    const key = weight + "/" + size + "/" + text;
    let width = this.known.get(key);
    if (width === undefined) {
      if (this.known.size > 20000) this.known.clear();
      this.pen.font = `${weight} ${size}px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif`;
      width = this.pen.measureText(text).width;
      this.known.set(key, width);
    }
    return width;
  },

  // As much of the text as there is room for.
  cut(text, room, size = 11, weight = 400) {
    if (this.width(text, size, weight) <= room) return text;
    const letters = firstWhere(text.length, n => this.width(text.slice(0, n + 1) + "…", size, weight) > room);
    return letters < 2 ? "" : text.slice(0, letters) + "…";
  },
};

class Drawing {
  constructor(run, layout) {
    this.run = run;
    this.layout = layout;
    this.picked = null;
    this.query = "";
    this.resize(1000);
  }

  resize(width) {
    this.width = width;
    this.laneWidth = (width - GUTTER - MARGIN) / Math.max(1, this.run.lanes.length);
  }

  x(lane) {
    return GUTTER + (lane + .5) * this.laneWidth;
  }

  // The inner elements of an SVG whose y coordinates are those of the layout.
  draw(top, bottom) {
    const items = this.layout.between(top, bottom);
    const crowded = items.length > CROWD;
    this.giveRoom(items);
    const out = [];
    this.ground(out, top, bottom);
    this.times(out, top, bottom);
    if (this.picked && this.picked.y !== undefined) {
      const { y, endY } = this.picked;
      out.push(`<rect class="pick" x="0" y="${n1(y - 9)}" width="${this.width}" height="${n1(Math.max(18, endY - y + 12))}"/>`);
    }
    if (crowded) this.crowd(out, items.filter(i => i.type === "message"));
    for (const item of items) {
      if (item.type === "message") { if (!crowded || item.fate === "lost" || item.fate === "fenced" || item === this.picked) this.message(out, item); }
    }
    const dots = new Set();
    for (const item of items) {
      if (item.type !== "mark") continue;
      const dot = item.lane + ":" + Math.round(item.y / 3);
      if (!crowded || isWeighty(item) || !dots.has(dot)) this.mark(out, item, crowded);
      dots.add(dot);
    }
    return out.join("");
  }

  ground(out, top, bottom) {
    const { layout, run } = this;
    const within = (span) => {
      const a = layout.yOf(span.seq, span.start), b = layout.yOf(span.endSeq, span.end);
      return b < top || a > bottom ? null : [Math.max(a, top - 20), Math.min(b, bottom + 20), a, b];
    };
    for (const cut of run.cuts) {
      const y = within(cut);
      if (y) this.cut(out, cut, y);
    }
    for (const gap of layout.gaps) {
      if (gap.y < top - 20 || gap.y > bottom + 20) continue;
      out.push(`<line class="gap" x1="${GUTTER}" x2="${this.width}" y1="${n1(gap.y)}" y2="${n1(gap.y)}"/>`);
    }
    for (const lane of run.lanes) {
      const x = n1(this.x(lane.index));
      out.push(`<line class="dead" x1="${x}" x2="${x}" y1="${n1(top)}" y2="${n1(Math.min(bottom, layout.height - 40))}"/>`);
      lane.lives.forEach((life, i) => {
        const y = within(life);
        if (y) out.push(`<line class="life" x1="${x}" x2="${x}" y1="${n1(y[0])}" y2="${n1(y[1])}"/>`);
        const next = lane.lives[i + 1];
        if (!life.crashed) return;
        const dead = within({ seq: life.endSeq, start: life.end, endSeq: next ? next.seq : Infinity, end: next ? next.start : run.end });
        if (dead) out.push(`<rect class="grave" x="${n1(x - this.laneWidth * .47)}" width="${n1(this.laneWidth * .94)}" y="${n1(dead[0])}" height="${n1(dead[1] - dead[0])}" rx="6"/>`);
      });
      for (const ice of lane.freezes) {
        const y = within(ice);
        if (y) out.push(`<rect class="ice" x="${n1(x - this.laneWidth * .47)}" width="${n1(this.laneWidth * .94)}" y="${n1(y[0])}" height="${n1(Math.max(2, y[1] - y[0]))}" rx="6"/>`);
      }
      for (const lead of lane.leads) this.lead(out, lead, x, within(lead));
    }
    for (const gap of layout.gaps) {
      if (gap.y < top - 20 || gap.y > bottom + 20) continue;
      const words = duration(gap.dt) + (gap.hidden ? ` · ${gap.hidden} hidden` : "");
      const between = GUTTER + Math.round(run.lanes.length / 2) * this.laneWidth;
      out.push(`<text class="gap-name halo" x="${n1(between)}" y="${n1(gap.y + 3.5)}">${words}</text>`);
    }
  }

  lead(out, lead, x, y) {
    if (!y) return;
    const w = lead.truth ? 14 : 9;
    const band = (from, to, extra) => {
      if (to > from) out.push(`<rect class="lead${lead.truth ? " truth" : ""}${extra}" style="fill:var(--s${lead.color})" x="${n1(x - w / 2)}" width="${w}" y="${n1(from)}" height="${n1(to - from)}" rx="3"/>`);
    };
    if (lead.truth) {
      const published = lead.published === null ? y[1] : Math.min(y[1], this.layout.yAt(lead.published));
      band(y[0], published, " unpublished");
      band(Math.max(y[0], published), y[1], "");
    } else {
      band(y[0], y[1], "");
    }
    // The name stands where the band begins, and again at the upper edge while it is scrolled over.
    const at = Math.max(y[2] + 12, y[0] + 34);
    if (at < y[1]) {
      out.push(`<text class="lead-name halo" style="fill:var(--s${lead.color})" text-anchor="end" x="${n1(x - w / 2 - 4)}" y="${n1(at)}">${escapeText(lead.name)}</text>`);
    }
  }

  cut(out, cut, y) {
    const left = cut.lanes.length ? this.x(Math.min(...cut.lanes)) - this.laneWidth * .47 : GUTTER;
    const right = cut.lanes.length ? this.x(Math.max(...cut.lanes)) + this.laneWidth * .47 : this.width;
    out.push(`<rect class="cut" x="${n1(left)}" width="${n1(right - left)}" y="${n1(y[0])}" height="${n1(Math.max(2, y[1] - y[0]))}"/>`);
    for (const edge of [y[2], y[3]]) {
      out.push(`<line class="cut-edge" x1="${n1(left)}" x2="${n1(right)}" y1="${n1(edge)}" y2="${n1(edge)}"/>`);
    }
  }

  times(out, top, bottom) {
    if (this.layout.view.mode === "scale") return this.scaleTimes(out, top, bottom);
    let last = -Infinity, before = "";
    for (const point of this.layout.pointsBetween(top, bottom)) {
      if (point.isEnd || point.y - last < 13) continue;
      last = point.y;
      const text = clock(point.t);
      const second = text.slice(0, text.indexOf("."));
      const same = second === before.slice(0, before.indexOf(".")) ? `<tspan class="same">${second}</tspan>${text.slice(second.length)}` : text;
      out.push(`<text class="time" x="${GUTTER - 22}" y="${n1(point.y + 3.5)}">${same}</text><line class="tick" x1="${GUTTER - 17}" x2="${GUTTER - 8}" y1="${n1(point.y)}" y2="${n1(point.y)}"/>`);
      before = text;
    }
  }

  // Round times at equal distances.
  scaleTimes(out, top, bottom) {
    const { layout, run } = this;
    const wanted = 70 / layout.view.pixelsPerSecond;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const step = power * [1, 2, 5, 10].find(n => n * power >= wanted);
    const end = Math.min(layout.timeAt(bottom), run.end) / 1e9;
    for (let k = Math.ceil(layout.timeAt(top) / 1e9 / step); k * step <= end; k++) {
      const y = n1(layout.yAt(k * step * 1e9));
      const text = step < 1e-3 ? clock(k * step * 1e9) : (k * step).toFixed(Math.max(0, -Math.floor(Math.log10(step)))) + " s";
      out.push(`<text class="time" x="${GUTTER - 22}" y="${y + 3.5}">${text}</text><line class="tick" x1="${GUTTER - 17}" x2="${this.width}" y1="${y}" y2="${y}"/>`);
    }
  }

  classOf(item, classes) {
    const found = this.query && item.text.includes(this.query) ? " found" : "";
    return `item ${classes}${item === this.picked ? " picked" : ""}${found}`;
  }

  // Decides which items have a label: those for which there is room. What has weight goes first, then from above to below.
  giveRoom(items) {
    const taken = new Map();
    this.labels = new Map();
    const free = (label, row) => (taken.get(row) ?? []).every(other =>
      other.right < label.left || other.left > label.right || Math.abs(other.y - label.y) >= LABEL_HEIGHT);
    const give = item => {
      const label = item.type === "message" ? this.messageLabel(item) : item.lane < 0 ? this.noteLabel(item) : this.markLabel(item);
      if (!label) return;
      const row = Math.round(label.y / LABEL_HEIGHT);
      if (!free(label, row - 1) || !free(label, row) || !free(label, row + 1)) return;
      if (!taken.has(row)) taken.set(row, []);
      taken.get(row).push(label);
      this.labels.set(item, label);
    };
    items.filter(isWeighty).forEach(give);
    items.filter(item => !isWeighty(item)).forEach(give);
  }

  // Beside the sender, as long as the way to the receiver allows.
  messageLabel(m) {
    const loop = m.from === m.to, way = m.to >= m.from ? 1 : -1;
    const x = this.x(m.from) + (loop ? 23 : way * 13);
    const room = loop ? Math.max(90, this.laneWidth - 30) : Math.abs(this.x(m.to) - this.x(m.from)) - 27;
    const text = room > 26 ? Ruler.cut(this.nameOf(m), room) : "";
    const width = Ruler.width(text);
    return text ? { text, x, y: m.y, way, left: way > 0 ? x : x - width, right: way > 0 ? x + width : x } : null;
  }

  markLabel(mark) {
    const weight = isWeighty(mark) ? 600 : 400, room = Math.max(138, this.laneWidth - 28);
    const state = Ruler.cut(mark.what, room, 10.5, 600), stateWidth = Ruler.width(state, 10.5, 600);
    const who = mark.who ? Ruler.cut(mark.who, room - stateWidth - 4, 10.5, weight) : "";
    const whoWidth = who ? Ruler.width(who, 10.5, weight) + 4 : 0;
    const width = whoWidth + stateWidth + 13;
    const x = this.x(mark.lane);
    const left = x + 9 + width < this.width ? x + 9 : x - 9 - width;
    return { who, whoWidth, state, width, y: mark.y, left, right: left + width };
  }

  noteLabel(mark) {
    const text = Ruler.cut(mark.what.split("\n")[0], this.width - GUTTER - 24, 10.5, 600);
    const width = Ruler.width(text, 10.5, 600) + 16;
    return { text, width, y: mark.y, left: GUTTER - 4, right: GUTTER - 4 + width };
  }

  message(out, m) {
    const lost = m.fate === "lost";
    const classes = `message topic-${m.topic}${m.answer ? " answer" : ""} ${m.fate}`;
    out.push(`<g class="${this.classOf(m, classes)}" data-i="${m.index}">`);
    if (m.from === m.to) this.loop(out, m); else this.arrow(out, m, lost);
    out.push("</g>");
  }

  arrow(out, m, lost) {
    const way = m.to > m.from ? 1 : -1;
    const x1 = this.x(m.from) + way * 5;
    const full = this.x(m.to) - way * 6;
    const y1 = m.y;
    const x2 = lost ? x1 + (full - x1) * .55 : full;
    const y2 = lost ? y1 + Math.min(14, Math.max(3, (m.endY - y1) * .55)) : m.endY;
    const hurdle = m.fate === "fenced" ? way * 7 : 0;
    out.push(`<line class="hit" x1="${n1(x1)}" y1="${n1(y1)}" x2="${n1(x2)}" y2="${n1(y2)}"/><line class="shaft" x1="${n1(x1)}" y1="${n1(y1)}" x2="${n1(x2 - hurdle)}" y2="${n1(y2)}"/>`);
    if (lost) {
      out.push(`<path class="cross" d="M${n1(x2 - 4)} ${n1(y2 - 4)}l8 8m0-8l-8 8"/>`);
    } else if (m.fate !== "pending") {
      out.push(head(x2 - hurdle, y2, x1, y1));
    }
    if (m.fate === "fenced") out.push(`<line class="barrier" x1="${n1(x2 - way * 3)}" x2="${n1(x2 - way * 3)}" y1="${n1(y2 - 7)}" y2="${n1(y2 + 7)}"/>`);
    const label = this.labels.get(m);
    if (label) {
      const flat = (y2 - y1) / Math.abs(x2 - x1) * 12;
      out.push(`<text class="halo" text-anchor="${way > 0 ? "start" : "end"}" x="${n1(label.x)}" y="${n1(y1 - 2.5 + Math.min(2, flat))}">${escapeText(label.text)}</text>`);
    }
  }

  // A call within a process.
  loop(out, m) {
    const x = this.x(m.from) + 5, y1 = m.y, y2 = Math.max(m.endY, y1 + 4);
    const reach = 13;
    const path = `M${n1(x)} ${n1(y1)}h${reach - 4}q4 0 4 ${n1(Math.min(4, (y2 - y1) / 2))}V${n1(y2 - Math.min(4, (y2 - y1) / 2))}q0 ${n1(Math.min(4, (y2 - y1) / 2))} -4 ${n1(Math.min(4, (y2 - y1) / 2))}H${n1(x + 5)}`;
    out.push(`<path class="hit" d="${path}"/><path class="shaft" d="${path}"/>`);
    if (m.fate !== "pending") out.push(head(x, y2, x + 12, y2));
    const label = this.labels.get(m);
    if (label) out.push(`<text class="halo" x="${n1(label.x)}" y="${n1(y1 + 4)}">${escapeText(label.text)}</text>`);
  }

  nameOf(m) {
    const mark = { fenced: "⊘ ", refused: "! " }[m.fate] ?? "";
    return mark + (m.answer ? "↩ " : "") + m.short;
  }

  mark(out, mark, crowded) {
    if (mark.lane < 0) return this.note(out, mark);
    const x = this.x(mark.lane), y = mark.y;
    const strong = isWeighty(mark);
    const classes = `mark ${mark.tone}${strong ? " strong" : ""}`;
    const label = this.labels.get(mark);
    out.push(`<g class="${this.classOf(mark, classes)}" data-i="${mark.index}">${this.symbol(mark, x, y)}`);
    if (label && (strong || !crowded)) {
      out.push(`<rect x="${n1(label.left)}" y="${n1(y - 7.5)}" width="${n1(label.width)}" height="15" rx="7.5"/>`);
      if (label.who) out.push(`<text x="${n1(label.left + 6.5)}" y="${n1(y + 3.6)}">${escapeText(label.who)}</text>`);
      out.push(`<text class="state" x="${n1(label.left + 6.5 + label.whoWidth)}" y="${n1(y + 3.6)}">${escapeText(label.state)}</text>`);
    }
    out.push("</g>");
  }

  symbol(mark, x, y) {
    const event = mark.rows[0].e;
    if (mark.kind === "node" && event === "CRASHED") return `<path class="cross" d="M${n1(x - 6)} ${n1(y - 6)}l12 12m0-12l-12 12"/>`;
    if (mark.kind === "node" && event === "STARTED") return `<circle class="dot" cx="${n1(x)}" cy="${n1(y)}" r="4.5"/>`;
    return `<circle class="dot" cx="${n1(x)}" cy="${n1(y)}" r="3"/>`;
  }

  // What concerns the whole world: steps of the schedule, links, the violation.
  note(out, mark) {
    const y = mark.y, bad = mark.kind === "violation";
    out.push(`<g class="${this.classOf(mark, (bad ? "violation" : "note") + " mark " + mark.tone)}" data-i="${mark.index}">`);
    out.push(`<line class="rule" x1="${GUTTER - 8}" x2="${this.width}" y1="${n1(y)}" y2="${n1(y)}"/>`);
    const label = this.labels.get(mark);
    if (label) {
      out.push(`<rect x="${label.left}" y="${n1(y - 8)}" width="${n1(label.width)}" height="16" rx="4"/><text x="${label.left + 8}" y="${n1(y + 4)}">${escapeText(label.text)}</text>`);
    }
    out.push("</g>");
  }

  // So many messages that only their density counts: one path for each kind, one line for each row of pixels.
  crowd(out, messages) {
    const paths = new Map();
    const seen = new Set();
    for (const m of messages) {
      if (m.fate === "lost" || m.fate === "fenced") continue;
      const key = m.topic + Math.round(m.y) + ":" + m.from + ":" + m.to;
      if (seen.has(key)) continue;
      seen.add(key);
      const to = m.from === m.to ? this.x(m.to) + 10 : this.x(m.to);
      paths.set(m.topic, (paths.get(m.topic) ?? "") + `M${n1(this.x(m.from))} ${n1(m.y)}L${n1(to)} ${n1(m.endY)}`);
    }
    for (const [topic, path] of paths) out.push(`<path class="crowd topic-${topic}" d="${path}"/>`);
  }
}

// An arrow head at the first point, on the line from the second.
function head(x, y, fromX, fromY) {
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const dx = (x - fromX) / length, dy = (y - fromY) / length;
  const point = (along, across) => `${n1(x - dx * along - dy * across)},${n1(y - dy * along + dx * across)}`;
  return `<polygon class="head" points="${n1(x)},${n1(y)} ${point(8, 3.4)} ${point(8, -3.4)}"/>`;
}

const DEFINITIONS = '<defs><pattern id="ice" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
  + '<rect width="8" height="8" style="fill:var(--ice-tint)"/><line class="ice-line" x1="0" y1="0" x2="0" y2="8"/></pattern></defs>';
