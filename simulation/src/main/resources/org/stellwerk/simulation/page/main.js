// Brings run, layout and drawing together: scrolling, zoom, selection, filters, keys, the address's fragment.

class Page {
  constructor() {
    this.run = readRun(JSON.parse($("run").textContent));
    for (const item of this.run.items) item.text = sentenceOf(this.run, item).toLowerCase();
    this.layout = new Layout(this.run);
    this.drawing = new Drawing(this.run, this.layout);
    this.map = new MiniMap($("map"), this.run, this.layout);
    this.moments = momentsOf(this.run);
    this.scroller = $("scroller");
    this.canvas = $("canvas");
    this.drawn = [0, 0];
    this.cursorY = null;
    showFacts(this.run, this.layout);
    showMoments(this.run, this.moments);
    fillLegend();
    this.listen();
  }

  start() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    this.applyFragment(wanted);
    this.resize();
    if (wanted.has("picture")) return this.becomePicture(wanted.get("picture"), Number(wanted.get("width")) || 1100);
    if (wanted.has("at")) this.goTo(this.itemAt(Number(wanted.get("at")) * 1e9));
    else if (this.run.violation) this.goTo(this.run.violation);
  }

  // --- drawing

  resize() {
    this.drawing.resize(this.scroller.clientWidth);
    this.relayout(null);
  }

  // Lays out anew; what is at the given height of the window, or in its middle, stays there.
  relayout(anchorY, change = () => {}) {
    const offset = anchorY ?? this.scroller.clientHeight / 2;
    const { scrollTop, clientHeight } = this.scroller;
    const picked = this.drawing.picked;
    const anchor = anchorY === null && picked?.y > scrollTop && picked.y < scrollTop + clientHeight ? picked : null;
    const time = this.layout.timeAt(this.scroller.scrollTop + offset);
    const before = anchor ? anchor.y - this.scroller.scrollTop : offset;
    change();
    this.layout.apply();
    this.canvas.style.height = this.layout.height + "px";
    const y = anchor?.y ?? this.layout.yAt(time);
    this.scroller.scrollTop = y - before;
    this.map.refresh();
    this.redraw(true);
  }

  redraw(force) {
    const top = this.scroller.scrollTop, height = this.scroller.clientHeight;
    if (force || top < this.drawn[0] || top + height > this.drawn[1]) {
      const from = Math.max(0, top - height * .7), to = Math.min(this.layout.height, top + height * 1.7);
      this.drawn = [from === 0 ? -Infinity : from, to === this.layout.height ? Infinity : to];
      this.canvas.innerHTML = `<svg class="picture" style="top:${from}px" width="${this.drawing.width}" height="${Math.max(1, to - from)}" viewBox="0 ${from} ${this.drawing.width} ${Math.max(1, to - from)}">${DEFINITIONS}${this.drawing.draw(from, to)}</svg>`;
    }
    this.map.show(top, top + height, this.drawing.picked);
    this.showState();
  }

  // The state after the event at the pointer, or the selected one, or the last in the upper third of the window.
  showState() {
    const picked = this.drawing.picked;
    let seq, t;
    if (this.cursorY !== null) {
      seq = this.layout.seqAt(this.cursorY);
      t = this.layout.timeAt(this.cursorY);
    } else if (picked) {
      seq = picked.seq;
      t = picked.t;
    } else {
      const y = this.scroller.scrollTop + this.scroller.clientHeight / 3;
      seq = this.layout.seqAt(y);
      t = this.layout.timeAt(y);
    }
    const state = stateAt(this.run, seq);
    $("now-title").innerHTML = `State at <b>${clock(t)} s</b>`;
    $("now").innerHTML = stateTable(this.run, state);
    showLanes(this.run, this.drawing, state);
  }

  // --- selection

  itemAt(t) {
    const visible = this.layout.visible;
    return visible[Math.min(visible.length - 1, firstWhere(visible.length, i => visible[i].t >= t))];
  }

  pick(item) {
    this.drawing.picked = item ?? null;
    showSelected(this.run, item);
    for (const button of $("moments").querySelectorAll("button")) {
      const current = item && Number(button.dataset.goto) === item.index;
      button.setAttribute("aria-current", Boolean(current));
      if (current) showWithin($("moments"), button);
    }
    if (item) {
      $("said").textContent = clock(item.t) + " s: " + sentenceOf(this.run, item);
      history.replaceState(null, "", "#at=" + (item.t / 1e9).toFixed(9));
    }
    this.redraw(true);
  }

  // Selects an item and shows it, unfolding what hides it.
  goTo(item) {
    if (!item) return;
    if (item.y === undefined) {
      this.relayout(null, () => {
        const view = this.layout.view;
        view.hidden.delete(item.topic);
        if (item.answer) view.answers = true;
        if (!this.layout.isVisible(item)) { view.job = -1; view.lane = -1; }
      });
      this.showFilters();
    }
    const top = this.scroller.scrollTop, height = this.scroller.clientHeight;
    if (item.y < top + 60 || item.y > top + height - 90) this.scroller.scrollTop = item.y - height * .4;
    this.cursorY = null;
    this.pick(item);
  }

  step(direction) {
    const visible = this.layout.visible, picked = this.drawing.picked;
    const here = picked?.y !== undefined ? visible.indexOf(picked) : firstWhere(visible.length, i => visible[i].y > this.scroller.scrollTop) - (direction > 0 ? 1 : 0);
    this.goTo(visible[Math.max(0, Math.min(visible.length - 1, here + direction))]);
  }

  stepMoment(direction) {
    const seq = this.drawing.picked?.seq ?? this.layout.seqAt(this.scroller.scrollTop + this.scroller.clientHeight / 3);
    const after = firstWhere(this.moments.length, i => direction > 0 ? this.moments[i].seq > seq : this.moments[i].seq >= seq);
    this.goTo(this.moments[direction > 0 ? after : after - 1]);
  }

  search(query, goOn) {
    this.drawing.query = query.trim().toLowerCase();
    const wanted = this.drawing.query;
    const found = wanted ? this.layout.visible.filter(i => i.text.includes(wanted)) : [];
    const seq = this.drawing.picked?.seq ?? -1;
    const at = goOn ? found.findIndex(i => i.seq > seq) : -1;
    $("found").textContent = wanted ? (goOn && found.length ? Math.max(0, at) + 1 + " of " : "") + found.length + " found" : "";
    if (goOn && found.length) this.goTo(found[Math.max(0, at)]); else this.redraw(true);
  }

  // --- filters and scale

  showFilters() {
    const view = this.layout.view;
    for (const button of $("topics").children) {
      const topic = button.dataset.topic;
      button.setAttribute("aria-pressed", topic === "answers" ? view.answers : !view.hidden.has(topic));
    }
    $("job").value = view.job;
    $("steps").setAttribute("aria-pressed", view.mode === "steps");
    $("scale").setAttribute("aria-pressed", view.mode === "scale");
  }

  change(change, anchorY = null) {
    this.relayout(anchorY, () => change(this.layout.view));
    this.showFilters();
  }

  toggle(topic) {
    this.change(view => {
      if (topic === "answers") view.answers = !view.answers;
      else if (!view.hidden.delete(topic)) view.hidden.add(topic);
    });
  }

  zoom(factor, anchorY) {
    this.change(view => {
      if (view.mode === "steps") view.zoom = Math.max(.08, Math.min(3, view.zoom * factor));
      else view.pixelsPerSecond = Math.max(this.fitting(), Math.min(2e6, view.pixelsPerSecond * factor));
    }, anchorY);
  }

  fitting() {
    return Math.max(.01, (this.scroller.clientHeight - 80) / Math.max(1e-3, (this.run.end - this.run.start) / 1e9));
  }

  fit() {
    this.change(view => {
      if (view.mode === "scale") view.pixelsPerSecond = this.fitting();
      else view.zoom = Math.max(.08, Math.min(1, view.zoom * (this.scroller.clientHeight - 10) / this.layout.height));
    });
  }

  setMode(mode) {
    this.change(view => {
      view.mode = mode;
      if (mode === "scale") view.pixelsPerSecond = Math.max(this.fitting(), 60);
    });
  }

  clear() {
    if (this.drawing.picked) return this.pick(null);
    this.change(view => { view.job = -1; view.lane = -1; });
  }

  // --- the address: at=SECONDS, hide=TOPIC,…, show=TOPIC,…, job=NAME, width=PIXELS, picture=FROM,TO

  applyFragment(wanted) {
    const view = this.layout.view;
    const names = key => (wanted.get(key) ?? "").split(",").filter(n => n);
    for (const topic of names("show")) view.hidden.delete(topic);
    for (const topic of names("hide")) if (topic === "answers") view.answers = false; else view.hidden.add(topic);
    if (wanted.has("job")) view.job = this.run.jobs.findIndex(job => job.name === wanted.get("job"));
    if (wanted.has("mode")) view.mode = wanted.get("mode") === "scale" ? "scale" : "steps";
    if (wanted.has("zoom")) view.zoom = Number(wanted.get("zoom")) || 1;
    this.layout.apply();
    this.showFilters();
  }

  // The document becomes the picture of a part of the run as SVG in base 64, for a browser without a window (draw-run.sh).
  becomePicture(range, width) {
    const [from, to] = range.split(",").map(s => Number(s) * 1e9);
    this.drawing.resize(width);
    const picture = pictureOf(this.drawing, this.layout.yAt(from) - 14, this.layout.yAt(to) + 14);
    const bytes = new TextEncoder().encode(picture);
    document.body.textContent = btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
  }

  // --- input

  listen() {
    this.scroller.addEventListener("scroll", () => { this.cursorY = null; $("cursor").style.display = "none"; this.soon(() => this.redraw(false)); });
    new ResizeObserver(() => this.soon(() => this.resize())).observe(this.scroller);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.map.refresh(); this.redraw(true); });
    this.scroller.addEventListener("mousemove", event => this.hover(event));
    this.scroller.addEventListener("mouseleave", () => { this.cursorY = null; $("cursor").style.display = $("tip").style.display = "none"; this.showState(); });
    this.scroller.addEventListener("click", event => this.pick(this.itemOf(event)));
    this.scroller.addEventListener("wheel", event => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 300), event.clientY - this.scroller.getBoundingClientRect().top);
    }, { passive: false });
    document.addEventListener("click", event => {
      const goto = event.target.closest("[data-goto]");
      if (goto) this.goTo(this.run.items[Number(goto.dataset.goto)]);
    });
    $("topics").addEventListener("click", event => { const b = event.target.closest("button"); if (b) this.toggle(b.dataset.topic); });
    $("lanes").addEventListener("click", event => {
      const button = event.target.closest("button");
      if (button) this.change(view => { const lane = Number(button.dataset.lane); view.lane = view.lane === lane ? -1 : lane; });
    });
    $("job").addEventListener("change", () => this.change(view => { view.job = Number($("job").value); }));
    $("find").addEventListener("input", () => this.search($("find").value, false));
    $("find").addEventListener("keydown", event => {
      if (event.key === "Enter") this.search($("find").value, true);
      if (event.key === "Escape") { $("find").value = ""; this.search("", false); this.scroller.focus(); }
      event.stopPropagation();
    });
    const click = (id, action) => $(id).addEventListener("click", action);
    click("steps", () => this.setMode("steps"));
    click("scale", () => this.setMode("scale"));
    click("in", () => this.zoom(1.35, null));
    click("out", () => this.zoom(1 / 1.35, null));
    click("fit", () => this.fit());
    click("help", () => $("legend").showModal());
    click("close", () => $("legend").close());
    click("outcome", () => this.goTo(this.run.violation));
    this.listenToMap();
    document.addEventListener("keydown", event => this.key(event));
  }

  listenToMap() {
    const map = $("map");
    const scroll = event => { this.scroller.scrollTop = this.map.heightAt(event.clientY) - this.scroller.clientHeight / 2; };
    map.addEventListener("pointerdown", event => { map.setPointerCapture(event.pointerId); scroll(event); });
    map.addEventListener("pointermove", event => { if (event.buttons) scroll(event); });
  }

  itemOf(event) {
    const group = event.target.closest("[data-i]");
    return group ? this.run.items[Number(group.dataset.i)] : null;
  }

  hover(event) {
    const box = this.scroller.getBoundingClientRect();
    const y = event.clientY - box.top + this.scroller.scrollTop;
    this.cursorY = y;
    const cursor = $("cursor");
    cursor.style.display = "block";
    cursor.style.top = y + "px";
    cursor.firstElementChild.textContent = clock(this.layout.timeAt(y));
    this.soon(() => this.showState());
    const item = this.itemOf(event), tip = $("tip");
    tip.style.display = item ? "block" : "none";
    if (!item) return;
    tip.innerHTML = `${escapeText(sentenceOf(this.run, item))}<small>${clock(item.t)} s</small>`;
    const frame = $("diagram").getBoundingClientRect();
    const right = event.clientX - frame.left > frame.width / 2;
    tip.style.left = right ? "auto" : event.clientX - frame.left + 14 + "px";
    tip.style.right = right ? frame.right - event.clientX + 14 + "px" : "auto";
    tip.style.top = Math.min(event.clientY - frame.top + 16, frame.height - 70) + "px";
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || $("legend").open || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
    const actions = {
      ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1), n: () => this.stepMoment(1), p: () => this.stepMoment(-1),
      "+": () => this.zoom(1.35, null), "=": () => this.zoom(1.35, null), "-": () => this.zoom(1 / 1.35, null), 0: () => this.fit(),
      s: () => this.setMode(this.layout.view.mode === "steps" ? "scale" : "steps"), h: () => this.toggle("heartbeats"), a: () => this.toggle("answers"),
      j: () => this.change(view => { view.job = view.job + 1 < this.run.jobs.length ? view.job + 1 : -1; }),
      "/": () => $("find").focus(), "?": () => $("legend").showModal(), Escape: () => this.clear(),
      Home: () => { this.scroller.scrollTop = 0; }, End: () => { this.scroller.scrollTop = this.layout.height; },
      e: () => savePicture(this.drawing, this.scroller.scrollTop, this.scroller.scrollTop + this.scroller.clientHeight),
    };
    if (event.key === "Enter" && this.drawing.picked?.partner && event.target.tagName !== "BUTTON") actions.Enter = () => this.goTo(this.drawing.picked.partner);
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // Once per frame, the last one wins.
  soon(action) {
    const waiting = this.pending !== undefined;
    this.pending = action;
    if (!waiting) requestAnimationFrame(() => { const next = this.pending; this.pending = undefined; next(); });
  }
}

// Scrolls the list, and nothing around it.
function showWithin(list, element) {
  const frame = list.getBoundingClientRect(), box = element.getBoundingClientRect();
  if (box.top < frame.top) list.scrollTop -= frame.top - box.top + 20;
  if (box.bottom > frame.bottom) list.scrollTop += box.bottom - frame.bottom + 20;
}

new Page().start();
