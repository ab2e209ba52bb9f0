// The whole run beside the diagram, at the diagram's own heights: density of messages, leaders, faults, what is in view.

class MiniMap {
  constructor(canvas, run, layout) {
    this.canvas = canvas;
    this.run = run;
    this.layout = layout;
    this.background = document.createElement("canvas");
  }

  // Draws anew what depends on the layout; call after each change of it or of the size.
  refresh() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    for (const c of [this.canvas, this.background]) { c.width = width * ratio; c.height = height * ratio; }
    this.ratio = ratio;
    this.width = width;
    this.height = height;
    const g = this.background.getContext("2d");
    g.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    this.color = name => style.getPropertyValue("--" + name).trim();
    const k = height / Math.max(1, this.layout.height);
    this.density(g, k);
    this.spans(g, k);
    this.events(g, k);
  }

  density(g, k) {
    const rows = new Float32Array(Math.ceil(this.height / 2) + 1);
    for (const item of this.layout.visible) if (item.type === "message") rows[Math.min(rows.length - 1, Math.floor(item.y * k / 2))]++;
    const most = Math.max(1, ...rows);
    g.fillStyle = this.color("faint");
    rows.forEach((n, i) => { if (n) g.fillRect(22, i * 2, 3 + Math.sqrt(n / most) * (this.width - 30), 1.5); });
  }

  spans(g, k) {
    const place = span => [this.layout.yOf(span.seq, span.start) * k, this.layout.yOf(span.endSeq, span.end) * k];
    const bar = (x, w, span, color) => {
      const [a, b] = place(span);
      g.fillStyle = color;
      g.fillRect(x, a, w, Math.max(1.5, b - a));
    };
    for (const cut of this.run.cuts) bar(14, 4, cut, this.color("warn"));
    for (const lane of this.run.lanes) {
      for (const lead of lane.leads) if (!lead.truth) bar(4, 7, lead, this.color("s" + lead.color));
      for (const ice of lane.freezes) bar(14, 4, ice, this.color("ice"));
    }
  }

  events(g, k) {
    for (const item of this.layout.visible) {
      if (item.type === "message" ? item.fate !== "lost" && item.fate !== "fenced" : item.tone !== "bad" || item.kind === "state" && item.topic !== "jobs") continue;
      g.fillStyle = this.color(item.fate === "fenced" ? "warn" : "fault");
      g.fillRect(item.type === "mark" ? 2 : this.width - 8, item.y * k - 1, item.type === "mark" ? this.width - 4 : 6, item.type === "mark" ? 2 : 1.5);
    }
  }

  // The part in view, on top of the rest.
  show(top, bottom, picked) {
    const g = this.canvas.getContext("2d");
    const k = this.height / Math.max(1, this.layout.height);
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, this.canvas.width, this.canvas.height);
    g.drawImage(this.background, 0, 0);
    g.scale(this.ratio, this.ratio);
    g.fillStyle = this.color("pick");
    g.globalAlpha = .14;
    const y = top * k, h = Math.max(6, (bottom - top) * k);
    g.fillRect(0, y, this.width, h);
    g.globalAlpha = .9;
    g.strokeStyle = this.color("pick");
    g.strokeRect(.5, y + .5, this.width - 1, h - 1);
    if (picked?.y !== undefined) g.fillRect(0, picked.y * k - 1, this.width, 2);
    g.globalAlpha = 1;
  }

  heightAt(clientY) {
    return (clientY - this.canvas.getBoundingClientRect().top) / this.height * this.layout.height;
  }
}
