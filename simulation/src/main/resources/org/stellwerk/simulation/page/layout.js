// From time to height. In "steps" every visible event has a row and a gap grows with the logarithm of its time, so
// bursts can be read and quiet hours do not matter; "to scale" is proportional. Either is monotonic in the order of events.

const QUIET_NANOS = 1e9;
const LABEL_ROW = 19;
const ARRIVAL_ROW = 7;
const QUIET_ROW = 30;
const TOP = 26;

class Layout {
  constructor(run) {
    this.run = run;
    this.view = {
      mode: "steps", zoom: 1, pixelsPerSecond: 100, hidden: new Set(["heartbeats", "task slots", "managed slots", "leader sessions"]), answers: true, job: -1, lane: -1,
    };
    this.apply();
  }

  isVisible(item) {
    const view = this.view;
    if (item.topic !== "always" && view.hidden.has(item.topic)) return false;
    if (item.type === "message") {
      if (item.answer && !view.answers && item.fate === "arrived") return false;
      if (view.lane >= 0 && item.from !== view.lane && item.to !== view.lane) return false;
      return view.job < 0 || item.jobs.includes(view.job);
    }
    if (item.kind !== "state") return true;
    if (view.lane >= 0 && item.lane !== view.lane) return false;
    return view.job < 0 || item.jobs.includes(view.job);
  }

  // Places everything that is visible; all else has y = undefined.
  apply() {
    const { mode, zoom, pixelsPerSecond } = this.view;
    this.points = [];
    this.gaps = [];
    let y = TOP, last = this.run.start, hidden = 0, label = false;
    for (const item of this.run.items) item.y = item.endY = undefined;
    for (const point of this.run.points) {
      if (!this.isVisible(point.item)) { if (!point.isEnd && point.item.type === "message") hidden++; continue; }
      const dt = point.t - last;
      if (mode === "scale") {
        y = TOP + (point.t - this.run.start) / 1e9 * pixelsPerSecond;
      } else {
        const row = point.isEnd ? ARRIVAL_ROW : label ? LABEL_ROW : LABEL_ROW - 3;
        let step = (row + (dt > 1e4 ? 3.2 * Math.log10(dt / 1e4) : 0)) * zoom;
        if (dt >= QUIET_NANOS) {
          step += QUIET_ROW * Math.min(1, zoom + .3);
          this.gaps.push({ y: y + step / 2 - row * zoom / 4, dt, hidden });
        }
        y += step;
      }
      label = !point.isEnd;
      hidden = 0;
      last = point.t;
      point.y = y;
      if (point.isEnd) point.item.endY = y; else point.item.y = y;
      this.points.push(point);
    }
    this.height = mode === "scale" ? TOP + (this.run.end - this.run.start) / 1e9 * pixelsPerSecond + 60 : y + 70;
    this.index();
  }

  index() {
    this.visible = this.run.items.filter(item => item.y !== undefined);
    for (const item of this.visible) if (item.endY === undefined) item.endY = item.type === "message" ? this.height - 40 : item.y;
    let reach = 0;
    this.reach = this.visible.map(item => (reach = Math.max(reach, item.endY)));
  }

  // The items of which something lies between the heights.
  between(top, bottom) {
    const found = [];
    for (let i = firstWhere(this.reach.length, k => this.reach[k] >= top); i < this.visible.length; i++) {
      const item = this.visible[i];
      if (item.y > bottom) break;
      if (item.endY >= top) found.push(item);
    }
    return found;
  }

  pointsBetween(top, bottom) {
    const from = firstWhere(this.points.length, k => this.points[k].y >= top);
    const to = firstWhere(this.points.length, k => this.points[k].y > bottom);
    return this.points.slice(from, to);
  }

  // The height of an event of the run, also if it is not visible itself; without an event (Infinity) that of the time.
  yOf(seq, t) {
    if (this.view.mode === "scale" || seq === Infinity) return t === this.run.end ? this.height - 40 : this.yAt(t);
    const k = firstWhere(this.points.length, i => this.points[i].seq >= seq);
    if (k === this.points.length) return this.height - 40;
    if (this.points[k].seq === seq || k === 0) return this.points[k].y;
    return (this.points[k - 1].y + this.points[k].y) / 2;
  }

  timeAt(y) {
    if (!this.points.length) return this.run.start;
    if (this.view.mode === "scale") return Math.min(this.run.end, this.run.start + Math.max(0, y - TOP) / this.view.pixelsPerSecond * 1e9);
    const k = firstWhere(this.points.length, i => this.points[i].y > y);
    if (k === 0) return this.points[0].t;
    const a = this.points[k - 1], b = this.points[k];
    if (!b) return a.t;
    return a.t + (b.t - a.t) * (y - a.y) / (b.y - a.y);
  }

  yAt(t) {
    if (this.view.mode === "scale") return TOP + (t - this.run.start) / 1e9 * this.view.pixelsPerSecond;
    const k = firstWhere(this.points.length, i => this.points[i].t >= t);
    return k === this.points.length ? this.height - 40 : this.points[k].y;
  }

  // The last event at or above the height: what has happened there.
  seqAt(y) {
    const k = firstWhere(this.points.length, i => this.points[i].y > y + .5);
    return k === 0 ? -1 : this.points[k - 1].seq;
  }
}

function firstWhere(length, test) {
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle; else low = middle + 1;
  }
  return low;
}
