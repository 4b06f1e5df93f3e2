// A browser in which nothing is waited for for ever: every call that promises something fails
// after a while, and says what it was and how the page stood.
import path from "node:path";
import { chromium } from "playwright-core";

const patience = 60_000; // milliseconds for one step: tests run on busy machines too
const whole = 600_000; // for a whole test

// within fails where a promise is not kept in time.
export const within = (promise, what, limit = patience) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit / 1000} s for ${what}`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

// limited returns an object of Playwright's whose methods, and those of what it has and gives,
// fail in time. Not all of them do by themselves: those that evaluate, move the mouse or wait for a
// download have no limit.
function limited(object, name) {
  return new Proxy(object, {
    get(target, key) {
      const value = target[key], called = `${name}.${String(key)}`;
      const wrap = (v, as) => {
        if (typeof v?.then === "function") return within(v, as).then((settled) => wrap(settled, as));
        return typeof v === "object" && v !== null && !Array.isArray(v) && v.constructor !== Object ? limited(v, as) : v;
      };
      if (typeof value !== "function") return wrap(value, called);
      return (...args) => wrap(value.apply(target, args), `${called}(${args.map(String).join(", ").replace(/\s+/g, " ").slice(0, 200)})`);
    },
  });
}

// Trial is a browser with pages whose messages it keeps.
export class Trial {
  problems = []; // what the pages complained of
  #pages = [];

  // start opens a browser. What goes wrong is told by the name, with a picture in folder.
  static async start(name, folder) {
    const t = new Trial();
    Object.assign(t, { name, folder });
    setTimeout(() => t.fail(new Error(`the test did not end in ${whole / 1000} s`)).finally(() => process.exit(1)), whole).unref();
    t.browser = await within(chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      // Root, as in most containers, must go without the sandbox; and a browser that
      // is started for one page need not look for updates.
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    }), "the browser to start");
    return t;
  }

  async page(options) {
    const page = await within(this.browser.newPage({ acceptDownloads: true, ...options }), "a page");
    page.setDefaultTimeout(patience - 1000); // Playwright's own errors say more
    page.on("console", (m) => this.problems.push(`console ${m.type()}: ${m.text()}`));
    page.on("pageerror", (e) => this.problems.push(`page error: ${e.stack}`));
    page.on("crash", () => this.problems.push("the page crashed"));
    this.#pages.push(page);
    return limited(page, "page");
  }

  // fail tells what went wrong, and how the pages stand.
  async fail(error) {
    process.exitCode = 1;
    console.error(`${this.name}: ${error.stack}`);
    for (const problem of this.problems) console.error(problem);
    for (const [i, page] of this.#pages.filter((p) => !p.isClosed()).entries()) {
      const state = await within(page.evaluate(() => ({
        address: location.href, body: { ...document.body.dataset }, focus: document.activeElement?.id, hidden: document.hidden,
        samples: document.getElementById("samples")?.dataset.done, calls: window.page?.engine.waiting, z: window.page && [...window.page.state.z],
      })), "the page's state", 5000).catch((e) => e.message);
      const picture = path.join(this.folder, `failed-${i}.png`);
      const saved = await within(page.screenshot({ path: picture, fullPage: true }), "a picture of it", 10_000).then(() => picture, (e) => e.message);
      console.error(`page ${i}: ${JSON.stringify(state)}; ${saved}`);
    }
  }

  async end() {
    await within(this.browser.close(), "the browser to close", 20_000).catch((error) => console.error(`${this.name}: ${error.message}`));
  }
}
